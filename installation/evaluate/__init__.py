"""Measuring: reports, clips to measure with, quality of each part, benchmarks and stress."""
