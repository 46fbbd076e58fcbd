"""Each hand of a body is searched around its wrist, and only a hand of that side at that wrist is taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.eye import hand_estimator
from installation.eye.hand_estimator import CROP_SIDE_PX, HAND_MARKS, HandEstimator
from installation.eye.mediapipe_backend import HandResult
from motion.hand_landmarks import PALM_LANDMARKS

PX_PER_M = 400.0
PIXELS = np.zeros((720, 1280, 3), np.uint8)
LANDMARKS_PX = np.zeros((33, 2))
LANDMARKS_PX[HAND_MARKS] = [
    [[700.0, 400.0], [712.0, 432.0], [690.0, 430.0]],
    [[500.0, 400.0], [488.0, 432.0], [510.0, 430.0]],
]


def hand(is_right: bool, aside_px: float = 0.0, palm_px: float = 34.0) -> HandResult:
    """A hand in the crop around a wrist: where the wrist is, or beside it, pointing down, in pixels of the picture."""
    side = hand_estimator.CROP_SIDE_M * PX_PER_M
    points = np.zeros((21, 2))
    points[:] = 0.5 * side + np.array([aside_px, -1.3 * 31.0])
    points[PALM_LANDMARKS[2], 1] += palm_px
    return HandResult((points / side).astype(np.float32), np.full((21, 3), 0.01, np.float32), is_right)


@dataclass
class Scripted:
    """A detector that finds given hands in every crop."""

    hands: list[HandResult]
    sides_px: list[int] = field(default_factory=list)

    def detect(self, pixels: np.ndarray) -> list[HandResult]:
        self.sides_px.append(len(pixels))
        return self.hands

    def close(self) -> None:
        pass


def estimate(monkeypatch: pytest.MonkeyPatch, *hands: HandResult, px_per_m: float = PX_PER_M) -> list[bool]:
    """Whether the left and the right hand are found."""
    scripted = Scripted(list(hands))
    monkeypatch.setattr(hand_estimator, "HandDetector", lambda *_: scripted)
    found = HandEstimator(Path()).estimate(PIXELS, LANDMARKS_PX, np.ones(33), px_per_m)
    assert found.shape == (2, 21, 3)
    assert set(scripted.sides_px) <= {CROP_SIDE_PX}
    return [bool(np.isfinite(each).all()) for each in found]


def test_each_side_gets_its_own_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    assert estimate(monkeypatch, hand(is_right=False), hand(is_right=True)) == [True, True]
    assert estimate(monkeypatch, hand(is_right=True)) == [False, True]


def test_a_hand_elsewhere_or_of_another_size_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert estimate(monkeypatch, hand(is_right=False, aside_px=60.0)) == [False, False]
    assert estimate(monkeypatch, hand(is_right=False, palm_px=75.0)) == [False, False]


def test_a_small_body_has_no_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    assert estimate(monkeypatch, hand(is_right=False), px_per_m=90.0) == [False, False]


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "hands.task"
    wrong.write_bytes(b"no model")
    with pytest.raises(UserError, match=r"hands\.task: not a hand landmarker"):
        HandEstimator(wrong)
