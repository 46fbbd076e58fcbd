"""The ear hears the same of a stream as of the whole recording: training and show read the same numbers."""

from __future__ import annotations

import numpy as np

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ
from installation.ear.beat.features import BANDS, BandStream, recording_powers


def test_a_stream_gives_the_powers_of_the_recording() -> None:
    samples = np.random.default_rng(0).normal(0.0, 0.1, 40 * HOP_SAMPLES).astype(np.float32)
    stream = BandStream()
    streamed = [stream.push(hop) for hop in samples.reshape(-1, HOP_SAMPLES)]
    assert [powers is not None for powers in streamed] == [False, True] * 20
    np.testing.assert_allclose(
        np.stack([powers for powers in streamed if powers is not None]), recording_powers(samples), rtol=1e-3
    )


def test_a_full_scale_sine_has_a_power_of_about_one_in_its_band() -> None:
    t = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    powers = recording_powers(np.sin(2 * np.pi * 1000.0 * t).astype(np.float32))[-1]
    assert powers.shape == (BANDS,)
    assert 0.3 < powers.sum() < 3.0
    assert powers.argmax() not in (0, BANDS - 1)
