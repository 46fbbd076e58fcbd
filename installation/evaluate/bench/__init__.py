"""Benchmarks of `visitant bench`: speed and endurance, with baselines."""
