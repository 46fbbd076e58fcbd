"""The dancer, measured against baselines."""
