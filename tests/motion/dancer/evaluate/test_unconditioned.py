"""Minutes alone: what is still is told, and a last minute that is unlike the others."""

from __future__ import annotations

import numpy as np
import pytest

from motion.dancer.evaluate import unconditioned
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import pairs_of
from tests.motion.dancer.dances import company, prepared


def test_a_network_that_has_learned_nothing_is_still_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unconditioned, "MINUTE_SECONDS", 6.0)
    found = unconditioned.roll_out_alone(Fold(prepared(), company(1), []), pairs_of(company(1)), minutes=1)
    for values in (found.skate, found.energy, found.diversity, found.contact):
        assert values.shape == (1, unconditioned.SEEDS)
    assert found.finite == bool(np.isfinite(found.energy).all())


def test_who_never_moves_is_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Statue:
        """Moves like an ensemble that does not."""

        plan_due = True

        def __init__(self, net: object, joints, turns, seed: int) -> None:  # type: ignore[no-untyped-def]
            self.joints, self.turns = joints, turns

        def next_frame(self, asked: object, how: object):  # type: ignore[no-untyped-def]
            return self.joints[:, -1], self.turns

        def correct(self, by_m: object, by_six: object) -> None:
            pass

    monkeypatch.setattr(unconditioned, "CollisionAvoiding", Statue)
    monkeypatch.setattr(unconditioned, "MINUTE_SECONDS", 8.0)
    found = unconditioned.roll_out_alone(Fold(prepared(), company(1), []), pairs_of(company(1)), minutes=1)
    assert found.finite
    assert found.longest_still_seconds == pytest.approx(8.0, abs=0.5)
    assert found.energy.max() < 0.02


def test_the_last_minute_is_as_far_off_as_the_others_are_spread() -> None:
    minutes = np.array([[1.0], [2.0], [3.0], [4.0]])
    assert unconditioned.last_minute_deviation(minutes) == pytest.approx(2.0)
    assert unconditioned.last_minute_deviation(np.array([[1.0], [2.0], [3.0], [2.0]])) == pytest.approx(0.0)
