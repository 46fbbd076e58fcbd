"""Second witness: the detector of several people beside the tracker, which proposes regions and confirms newcomers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import covered_share, iou
from installation.eye.detection.detector_thread import PersonDetectorThread
from installation.eye.frame_view import FrameView

Array = NDArray[np.float32]

QUIET_SECONDS = 2.5
"""Seconds between two looks while every body is tracked."""
OPENING_SECONDS = 0.6
"""Seconds after the first picture, or a cut, in which it looks as often as it can."""
MAX_AGE_SECONDS = 1.0
"""Seconds after which what it has seen no longer counts."""
MIN_SCORE = 0.3
"""Score of a person that is worth a search, and that confirms a newcomer."""
MIN_OVERLAP = 0.2
"""Overlap of a person's box and a tracked body's from which on they may be one."""
INSIDE_SHARE = 0.85
"""Share of a person's box within a tracked body's from which on it is a part of that body."""


class SecondWitness:
    """What the detector of several people has seen last. Without a detector it has never seen anything."""

    def __init__(self, detector: PersonDetectorThread | None) -> None:
        self._detector = detector
        self._start = 0.0
        self._offered = -QUIET_SECONDS

    def restart(self, t: float) -> None:
        """Begin anew at show time `t`, after a cut."""
        self._start, self._offered = t, t - QUIET_SECONDS

    def look(self, view: FrameView, is_needed: bool) -> None:
        """Offer a frame to the detector: at once where it `is_needed`, now and then otherwise."""
        is_due = is_needed or view.time - self._start < OPENING_SECONDS or view.time - self._offered >= QUIET_SECONDS
        if self._detector is not None and is_due:
            self._detector.offer(view.pixels, view.time)
            self._offered = view.time

    def boxes(self, t: float) -> list[Array] | None:
        """Boxes (4,) of the people it has seen; None where it has not looked lately."""
        latest = self._detector.latest() if self._detector is not None else None
        if latest is None or not self._start <= latest[0] <= t <= latest[0] + MAX_AGE_SECONDS:
            return None
        return [person.box for person in latest[1] if person.score >= MIN_SCORE]

    def unexplained(self, t: float, tracked: Sequence[Array], static: Sequence[Array]) -> list[Array]:
        """Boxes of the people it has seen who are none of those in the boxes `tracked`, and no static object.

        Each tracked body explains one person: of two who stand close together each has a body of their own.
        """
        seen = self.boxes(t) or []
        pairs = sorted(
            ((iou(box, other), i, j) for i, box in enumerate(seen) for j, other in enumerate(tracked)), reverse=True
        )
        explained: set[int] = set()
        used: set[int] = set()
        for overlap, i, j in pairs:
            if overlap > MIN_OVERLAP and i not in explained and j not in used:
                explained.add(i)
                used.add(j)
        return [
            box
            for i, box in enumerate(seen)
            if i not in explained
            and not any(covered_share(box, other) > INSIDE_SHARE for other in tracked)
            and not any(_is_same(box, other) for other in static)
        ]

    def sees(self, box_px: Array, t: float) -> bool | None:
        """Whether it has seen a person in a box; None where it has not looked lately."""
        boxes = self.boxes(t)
        return None if boxes is None else any(_is_same(box, box_px) for box in boxes)

    def close(self) -> None:
        """End the detector."""
        if self._detector is not None:
            self._detector.close()


def _is_same(a: Array, b: Array) -> bool:
    return iou(a, b) > 0.3 or min(covered_share(a, b), covered_share(b, a)) > 0.5
