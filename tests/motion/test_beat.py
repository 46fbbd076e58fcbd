"""Beats are the times at which a body comes to rest; the score cannot be raised by beating all the time."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from motion import beat, files, metrics
from motion.resample import at_rate

Array = NDArray[np.floating]

SALSA = Path(__file__).parents[3] / "shared" / "data" / "motion" / "salsa"
RATE = 30.0


def swaying(tempo: float, seconds: float = 12.0) -> Array:
    """Joints that swing to and fro and rest at each turn, `tempo` times a second."""
    t = np.arange(int(seconds * RATE)) / RATE
    joints = np.zeros((len(t), 4, 3))
    joints[:, :, 0] = np.sin(np.pi * tempo * t)[:, None]
    return joints


def test_who_swings_to_and_fro_beats_at_each_turn() -> None:
    found = beat.beat_times(swaying(1.0), RATE)
    inside = found[(found > 1.0) & (found < 11.0)]
    assert np.allclose(np.diff(inside), 1.0, atol=0.07)
    assert np.allclose(inside % 1.0, 0.5, atol=0.07)


def test_the_same_beats_are_shared_wholly_and_beats_half_way_hardly() -> None:
    clock = np.arange(1.0, 11.0)
    assert beat.beat_f1(clock, clock) == pytest.approx(1.0)
    assert beat.beat_f1(clock, clock + 0.5) < 0.01
    assert beat.beat_f1(clock, clock[:0]) == 0.0


def test_beating_all_the_time_echoes_all_and_scores_little() -> None:
    clock, rattle = np.arange(1.0, 11.0), np.arange(0.0, 12.0, 0.1)
    assert beat.beat_echo(clock, rattle) > 0.8
    assert beat.beat_f1(clock, rattle) < 0.55


@pytest.mark.skipif(not SALSA.is_dir(), reason="needs the salsa couples beside the checkout")
def test_dance_partners_share_more_beats_than_strangers() -> None:
    found = {}
    for number in ("03", "05", "10"):
        for who in ("60", "61"):
            take = next(iter(files.read_takes(SALSA / f"{who}_{number}_scaled.bvh").values()))
            found[who, number] = beat.beat_times(metrics.motion_joints(at_rate(take.cut(6).motion(), RATE)), RATE)
    own = np.mean([beat.beat_f1(found["60", n], found["61", n]) for n in ("03", "05", "10")])
    strange = np.mean(
        [beat.beat_f1(found["60", a], found["61", b]) for a, b in (("03", "05"), ("05", "10"), ("10", "03"))]
    )
    assert own > strange + 0.1
