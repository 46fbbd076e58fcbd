"""The people in front of one camera, frame after frame: found, followed, told apart, told from things, let go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.landmark import SIDE, Look, Looker, box_of, overlap, square_of
from installation.eye.propose import Background, rotation, tiles, whole
from installation.eye.sources import Frame
from installation.eye.track import (
    CHANGED,
    ENTERING,
    MOVED,
    REACH,
    SAME,
    STRANGE,
    Thing,
    Track,
    assign,
    change_of,
    colours_of,
    distance,
    patch_of,
    shift_of,
    size_of,
    strangeness,
)
from installation.eye.visitor import State
from installation.venue import Eye as Settings

Array = NDArray[np.float32]
Found = tuple[Look, NDArray[np.float32] | None]

GREY = 320
"""Longest side of the small grey picture in which movement is sought, pixels."""
SEARCH = 0.1
"""Seconds between two searches of a region while nobody is missing."""
OPENING = 0.25
"""Seconds after the first frame, or a cut, in which everything is searched at once."""
DOUBT = 0.5
"""Seconds for which a newcomer who was not seen again is waited for."""


@dataclass(frozen=True, slots=True)
class Statue:
    """A thing that was taken for a person and never moved."""

    thing: Thing


class People:
    """Tracks with one landmarker each, and one landmarker that searches."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._searcher = Looker(settings.model, settings.confidence, following=False)
        self._lookers: dict[int, Looker] = {}
        self._idle: list[Looker] = []
        self._tracks: list[Track] = []
        self._statues: list[Statue] = []
        self._background = Background()
        self._rotation: Iterator[tuple[float, float, float]] = iter(())
        self._size: tuple[int, int] | None = None
        self._ids = 0
        self._last = 0.0
        self._searched = -1e9
        self._opened = 0.0

    @property
    def statues(self) -> tuple[Array, ...]:
        """Boxes of things that look like people."""
        return tuple(statue.thing.box_px for statue in self._statues)

    def step(self, frame: Frame, scale: float) -> list[tuple[Track, State]]:
        """Everybody at this frame, with those who left just now. `scale` is the share of the usual resolution."""
        t, pixels = frame.time, frame.pixels
        dt = max(t - self._last, 0.0)
        self._last = t
        self._attend(frame)
        shrink = max(1.0, max(pixels.shape[:2]) / GREY)
        small = cv2.resize(pixels, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
        moving = self._background.regions(grey, shrink, dt)
        side = max(128, round(SIDE * scale / 32) * 32)
        self._follow(t, pixels, side, grey, shrink)
        self._search(t, pixels, side, moving, grey, shrink)
        gone = self._let_go(t)
        self._tell_things(t, grey, shrink, gone)
        self._tracks = [track for track in self._tracks if track not in gone]
        for track in gone:
            self._dismiss(track)
        present = [(track, self._state(track, t)) for track in self._tracks]
        return present + [(track, State.LEFT) for track in gone]

    def _attend(self, frame: Frame) -> None:
        size = (frame.pixels.shape[1], frame.pixels.shape[0])
        if size != self._size or frame.cut or frame.count == 0:
            self._size = size
            self._rotation = rotation(size)
            self._opened = frame.time
            self._background = Background()
            self._statues.clear()

    def _state(self, track: Track, t: float) -> State:
        if t - track.seen > 1e-6 and track.misses > 1:
            return State.LOST
        return State.PRESENT if track.seen - track.born >= ENTERING else State.ENTERING

    def _follow(self, t: float, pixels: NDArray[np.uint8], side: int, grey: NDArray[np.uint8], shrink: float) -> None:
        """Look at those whose turn it is, each on their own crop."""
        turn = sorted(self._tracks, key=lambda track: (track.looked - t) * (1.0 + track.restless))
        found: list[tuple[Track, Look, NDArray[np.float32] | None, float]] = []
        for track in turn[: self._settings.budget]:
            looker = self._lookers.get(track.id) or self._hire(track)
            looks = looker.look(pixels, square_of(track.expected(t)), side)
            track.looked = t
            good = self._judge(track, looks[0], pixels, t) if looks else None
            if good is None:
                track.misses += 1
            else:
                found.append((track, looks[0], *good))
        for track, look, colours, cost in found:
            twin = min(
                (c for other, o, _, c in found if other is not track and distance(look, o) < SAME), default=np.inf
            )
            if cost > twin:
                # Both crops show one body; it is that of the other.
                track.misses += 1
                self._dismiss(track)
            else:
                self._update(track, look, colours, t)

    def _judge(
        self, track: Track, look: Look, pixels: NDArray[np.uint8], t: float
    ) -> tuple[NDArray[np.float32] | None, float] | None:
        """The colours of what was seen in a track's crop, and its cost; None when it is somebody or something else."""
        box, there = track.expected(t), box_of(look.landmarks_px, look.visibility)
        size = size_of(box)
        far = float(np.linalg.norm((there[:2] + there[2:] - box[:2] - box[2:]) / 2.0)) / size
        if far > REACH or abs(float(np.log(size_of(there) / size))) > 0.6:
            return None
        if any(shift_of(s.thing, look) < 2 * MOVED and overlap(s.thing.box_px, there) > 0.5 for s in self._statues):
            return None
        colours = colours_of(pixels, look)
        strange = strangeness(track.colours, colours)
        for other in self._tracks:
            if other is track or overlap(other.expected(t), there) < 0.25:
                continue
            # Near somebody else the colours decide; both may wear black, then the way they went.
            if strange > STRANGE or strangeness(other.colours, colours) + 0.12 < strange:
                return None
        return colours, far + strange

    def _update(self, track: Track, look: Look, colours: NDArray[np.float32] | None, t: float) -> None:
        box = box_of(look.landmarks_px, look.visibility)
        dt = t - track.seen
        if dt > 1e-6:
            moved = (box[:2] + box[2:] - track.box_px[:2] - track.box_px[2:]) / 2.0
            share = 1.0 - np.exp(-dt / 0.15)
            track.speed_px = track.speed_px + np.float32(share) * (moved / np.float32(dt) - track.speed_px)
            limbs = np.linalg.norm(look.landmarks_px - track.look.landmarks_px, axis=1).mean() / (dt * track.size)
            track.restless += share * (float(limbs) - track.restless)
        if colours is not None and track.colours is not None:
            alone = not any(o is not track and overlap(o.box_px, box) > 0.05 for o in self._tracks)
            colours = track.colours + np.float32(0.05 if alone else 0.0) * (colours - track.colours)
        track.colours = colours if colours is not None else track.colours
        track.look, track.box_px, track.seen, track.misses = look, box, t, 0

    def _search(
        self,
        t: float,
        pixels: NDArray[np.uint8],
        side: int,
        moving: list[Array],
        grey: NDArray[np.uint8],
        shrink: float,
    ) -> None:
        """Look for those who are not followed yet, and for those who were lost."""
        assert self._size is not None
        settings = self._settings
        lost = [track for track in self._tracks if track.misses > 1]
        room = settings.visitors - len(self._tracks)
        if room <= 0 and not lost:
            return
        opening = t - self._opened < OPENING
        if not opening and t - self._searched < (SEARCH if self._tracks else 0.0):
            return
        self._searched = t
        seen = [track.expected(t) for track in self._tracks if track.misses <= 1]
        free = [box for box in moving if not any(_covered(box, other) > 0.6 for other in seen)]
        squares = [square_of(track.expected(t), 1.6) for track in lost[:1]]
        squares += [square_of(box, 1.5) for box in free[: 1 if self._tracks else 2]]
        if opening:
            squares += [whole(self._size), *tiles(self._size)]
        elif not squares or not int(t / SEARCH) % 3:
            squares += list(islice(self._rotation, 1))
        looks: list[Look] = []
        for square in squares:
            for look in self._searcher.look(pixels, square, SIDE):
                if not any(distance(look, other) < SAME for other in looks):
                    looks.append(look)
        looks = [look for look in looks if self._is_news(look, t)]
        if looks:
            self._welcome(looks, lost, pixels, t, grey, shrink)

    def _is_news(self, look: Look, t: float) -> bool:
        """Whether a body that was found is nobody's yet, and no thing."""
        box = box_of(look.landmarks_px, look.visibility)
        if look.visibility[[11, 12, 23, 24]].mean() < 0.5:
            return False
        for track in self._tracks:
            if track.misses > 1:
                continue
            if distance(look, track.look) < SAME or overlap(track.expected(t), box) > 0.6:
                return False
        return not any(shift_of(s.thing, look) < 2 * MOVED or overlap(s.thing.box_px, box) > 0.7 for s in self._statues)

    def _welcome(
        self,
        looks: list[Look],
        lost: list[Track],
        pixels: NDArray[np.uint8],
        t: float,
        grey: NDArray[np.uint8],
        shrink: float,
    ) -> None:
        colours = [colours_of(pixels, look) for look in looks]
        again = assign(lost, looks, colours, t)
        for i, j in again.items():
            self._dismiss(lost[i])
            self._update(lost[i], looks[j], colours[j], t)
        for j, look in enumerate(looks):
            if j in again.values() or len(self._tracks) >= self._settings.visitors:
                continue
            box = box_of(look.landmarks_px, look.visibility)
            self._ids += 1
            thing = Thing(look.landmarks_px, box, patch_of(grey, shrink, box))
            track = Track(self._ids, self._slot(), t, t, look, box, thing, colours[j], looked=t)
            self._tracks.append(track)

    def _slot(self) -> int:
        taken = {track.slot for track in self._tracks}
        return next(slot for slot in range(1, self._settings.visitors + 2) if slot not in taken)

    def _let_go(self, t: float) -> list[Track]:
        gone = []
        for track in self._tracks:
            settled = track.seen - track.born >= ENTERING
            if t - track.seen > (self._settings.patience if settled else DOUBT):
                gone.append(track)
        return gone

    def _tell_things(self, t: float, grey: NDArray[np.uint8], shrink: float, gone: list[Track]) -> None:
        """A figure that has never moved is no visitor for long."""
        for track in self._tracks:
            if track.moved or track in gone or track.seen < t - 1e-6:
                continue
            if shift_of(track.thing, track.look) > MOVED:
                changed = change_of(track.thing, patch_of(grey, shrink, track.thing.box_px))
                track.moved = changed > CHANGED
            if not track.moved and t - track.born > self._settings.statue:
                self._statues.append(Statue(track.thing))
                gone.append(track)
        del self._statues[: -2 * self._settings.visitors]

    def _hire(self, track: Track) -> Looker:
        looker = self._idle.pop() if self._idle else Looker(self._settings.model, self._settings.confidence, True)
        self._lookers[track.id] = looker
        return looker

    def _dismiss(self, track: Track) -> None:
        """Have a landmarker forget whom it followed: another one takes over, this one serves somebody else."""
        looker = self._lookers.pop(track.id, None)
        if looker is not None:
            looker.forget()
            self._idle.append(looker)

    def close(self) -> None:
        for looker in (self._searcher, *self._lookers.values(), *self._idle):
            looker.close()


def _covered(box: Array, by: Array) -> float:
    """Share of a box that another one covers."""
    wide = min(box[2], by[2]) - max(box[0], by[0])
    high = min(box[3], by[3]) - max(box[1], by[1])
    return max(0.0, float(wide)) * max(0.0, float(high)) / float((box[2] - box[0]) * (box[3] - box[1]))
