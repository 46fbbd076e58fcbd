"""Stress test of a whole show: an evening in minutes, from a script that a seed draws, with load and faults."""
