"""Audio format that all rooms share: sample rate and hop."""

from __future__ import annotations

SAMPLE_RATE_HZ = 44_100
"""Samples a second of all audio between rooms; sources are resampled to it."""
HOP_SAMPLES = 441
"""Samples of one step of analysis: 10 ms."""
