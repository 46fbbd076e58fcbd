"""Measurement of the ear: beats on rendered takes, phase, locking, silence, speech and cost."""
