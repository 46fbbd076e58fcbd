"""Evaluation of paintings: fidelity to style and visitors, stability over time, and copying of training pictures."""
