"""Crossings: who is who after two people in the same clothes passed each other and were one body for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from installation.eye.appearance import histogram_distance
from installation.eye.data_association import RECENT_SECONDS, SAME_CLOTHES
from installation.eye.track import TORSO, Track

CLOSE = 0.35
"""Horizontal distance of two torsos, in body sizes, below which two people may be taken for one another."""
MAX_SECONDS = 2.0
"""Seconds of a crossing after which nothing is known of how people walked before."""
CLEARLY_BETTER = 0.2
"""Body sizes by which the exchanged identities must fit better than the present ones."""


@dataclass(slots=True, eq=False)
class Crossing:
    """Two tracks that came close."""

    pair: tuple[Track, Track]
    begin: float
    """When they did, s of show time."""
    places_px: tuple[float, float]
    """Where each was then, from the left."""
    travel_px: tuple[float, float]
    """The horizontal velocity of each, pixels a second."""
    was_hidden: bool = False
    """Whether one of them was missed since then: otherwise both were tracked all the time."""


class Crossings:
    """The crossings of one camera's tracks.

    While two bodies overlap, an estimator may begin to follow the other one. So the identities are decided once, when
    both are seen apart again: the ones are right that need the smaller change of the velocities before the crossing.
    """

    def __init__(self) -> None:
        self._open: list[Crossing] = []

    def resolve(self, tracks: Sequence[Track], t: float) -> None:
        """Note which tracks come close at time `t`, and exchange the identities of those that were confused."""
        self._open = [crossing for crossing in self._open if _lasts(crossing, tracks, t)]
        for crossing in list(self._open):
            crossing.was_hidden |= any(track.counts.misses for track in crossing.pair)
            if _are_seen(crossing.pair, t) and not _are_close(*crossing.pair):
                self._open.remove(crossing)
                if crossing.was_hidden and _is_exchanged(crossing, t):
                    _exchange(crossing)
        known = {frozenset(crossing.pair) for crossing in self._open}
        for pair in combinations([track for track in tracks if track.id], 2):
            if frozenset(pair) not in known and _are_seen(pair, t) and _are_close(*pair):
                travel = (pair[0].motion.travel_px, pair[1].motion.travel_px)
                self._open.append(Crossing(pair, t, (_place(pair[0]), _place(pair[1])), travel))


def _lasts(crossing: Crossing, tracks: Sequence[Track], t: float) -> bool:
    return t - crossing.begin < MAX_SECONDS and all(track in tracks for track in crossing.pair)


def _are_seen(pair: tuple[Track, Track], t: float) -> bool:
    return all(not track.counts.misses and t - track.seen < RECENT_SECONDS for track in pair)


def _place(track: Track) -> float:
    return float(track.detection.landmarks_px[TORSO, 0].mean())


def _are_close(first: Track, second: Track) -> bool:
    return abs(_place(first) - _place(second)) < CLOSE * max(first.size_px, second.size_px)


def _is_exchanged(crossing: Crossing, t: float) -> bool:
    """Whether each of two who wear the same is where the other must be if both have walked on."""
    first, second = crossing.pair
    if histogram_distance(first.histogram, second.histogram) > SAME_CLOTHES:
        return False
    seconds = t - crossing.begin
    expected = [place + seconds * travel for place, travel in zip(crossing.places_px, crossing.travel_px, strict=True)]
    present = abs(_place(first) - expected[0]) + abs(_place(second) - expected[1])
    exchanged = abs(_place(second) - expected[0]) + abs(_place(first) - expected[1])
    return exchanged + CLEARLY_BETTER * max(first.size_px, second.size_px) < present


def _exchange(crossing: Crossing) -> None:
    """Exchange the identities of two tracks; each body keeps its estimator, and goes on as its person walked."""
    first, second = crossing.pair
    first.id, second.id = second.id, first.id
    first.slot, second.slot = second.slot, first.slot
    first.born, second.born = second.born, first.born
    first.is_reported, second.is_reported = second.is_reported, first.is_reported
    first.histogram, second.histogram = second.histogram, first.histogram
    second.motion.travel_px, first.motion.travel_px = crossing.travel_px
