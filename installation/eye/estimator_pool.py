"""Pool of pose estimators that each track one person: assigned to tracks, released, kept idle for a while."""

from __future__ import annotations

from collections.abc import Sequence

from installation.eye.pose_estimator import PoseEstimator
from installation.eye.track import Track
from installation.venue.schema import EyeSection
from installation.workers import allocator

SPARE_ESTIMATORS = 1
"""Idle estimators kept ready for the next visitors: to open one takes a tenth of a second, and 60 MB."""
IDLE_SECONDS = 600.0
"""Seconds for which the idle ones beyond that are kept once a crowd has left: it may come back."""


class EstimatorPool:
    """Owns the estimators that track; each serves one track at a time."""

    def __init__(self, settings: EyeSection) -> None:
        self._settings = settings
        self._assigned: dict[int, PoseEstimator] = {}
        """By the `id()` of the track."""
        self._idle = [(self._open(), 0.0) for _ in range(min(1 + SPARE_ESTIMATORS, settings.max_visitors))]
        """Those without a track, and since when, s of show time."""

    def _open(self) -> PoseEstimator:
        return PoseEstimator(self._settings.model, self._settings.confidence, tracking=True)

    def warm_up(self) -> None:
        """Warm up the idle estimators."""
        for estimator, _ in self._idle:
            estimator.warm_up()

    def of(self, track: Track) -> PoseEstimator | None:
        """The estimator assigned to a track; None where it has none."""
        return self._assigned.get(id(track))

    def assign(self, tracks: Sequence[Track]) -> list[Track]:
        """Assign an estimator to each track that has none; return the tracks that go without.

        A confirmed track gets a new one where none is idle; an unconfirmed one, which may be a false detection,
        goes without.
        """
        without = []
        for track in sorted(tracks, key=lambda track: not track.id):
            if id(track) in self._assigned:
                continue
            if self._idle or track.id:
                self._assigned[id(track)] = self._idle.pop()[0] if self._idle else self._open()
            else:
                without.append(track)
        return without

    def release(self, track: Track, t: float) -> None:
        """Return a track's estimator to the pool at show time `t` and reset its tracking state."""
        estimator = self._assigned.pop(id(track), None)
        if estimator is not None:
            estimator.reset_tracking()
            self._idle.append((estimator, t))

    def trim(self, t: float) -> None:
        """Close the estimator that has been idle longest, if more are idle than needed and it was for too long."""
        if len(self._idle) > SPARE_ESTIMATORS and not 0.0 <= t - self._idle[0][1] < IDLE_SECONDS:
            self._idle.pop(0)[0].close()
            allocator.trim()

    def close(self) -> None:
        """Close every estimator."""
        for estimator in (*self._assigned.values(), *(estimator for estimator, _ in self._idle)):
            estimator.close()
