"""A batch's targets peak where the beats are, and its sounds stay finite whatever a room does to them."""

from __future__ import annotations

import numpy as np
import pytest

from installation.ear.beat.features import BANDS, FRAME_SECONDS
from installation.ear.beat.network import TARGET_DELAY_SECONDS
from installation.training.ear.batches import BeatBatches, augmented, targets
from installation.training.ear.feature_library import TrainingTrack


def _track(beats: np.ndarray, kind: str = "takes") -> TrainingTrack:
    powers = np.full((500, BANDS), -6.0, np.float16)
    return TrainingTrack("track", kind, powers, powers[:0], beats, np.arange(len(beats)) % 4 == 0, True, False)


def test_targets_peak_at_the_beats_and_their_delay() -> None:
    beats = np.arange(20) * 0.5
    target, weight = targets(_track(beats), 100, 200)
    peaks = np.flatnonzero(target[:, 0] > 0.6)
    times = (peaks + 101) * FRAME_SECONDS - TARGET_DELAY_SECONDS
    np.testing.assert_allclose(times, np.round(times / 0.5) * 0.5, atol=FRAME_SECONDS)
    assert len(peaks) == 8
    assert target[:, 1].sum() == pytest.approx(target[:, 0].sum() / 4, rel=0.1)
    assert weight.all()


def test_augmented_powers_stay_powers() -> None:
    random = np.random.default_rng(0)
    power = random.gamma(1.0, 0.01, (200, BANDS)).astype(np.float32)
    power[50:100] = 0.0
    for _ in range(20):
        changed = augmented(power, random)
        assert changed.shape == power.shape
        assert np.isfinite(changed).all()
        assert changed.min() >= 0.0


def test_a_batch_repeats_with_its_generator() -> None:
    tracks = [_track(np.arange(20) * 0.5), _track(np.zeros(0), "no beat")]
    batches = BeatBatches(tracks, 150)
    one, other = (batches.draw(3, np.random.default_rng(4)) for _ in range(2))
    assert one.input.shape == (3, 150, 2, BANDS)
    np.testing.assert_array_equal(one.input, other.input)
    np.testing.assert_array_equal(one.target, other.target)
