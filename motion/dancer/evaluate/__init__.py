"""Evaluation of the dancer: figures as plain numbers, and their pictures."""
