"""The people in front of one camera, frame after frame: found, followed, told apart, told from things, let go."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import box_size, covered_share, iou, landmark_box, square_around, stabilised_square
from installation.eye.data_association import (
    ENTERING,
    ODD,
    REACH,
    SAME,
    SOUGHT,
    STRANGE,
    Track,
    assign,
    colours_of,
    distance,
    strangeness,
)
from installation.eye.pose_estimator import CROP_SIDE_PX, PoseDetection, PoseEstimator
from installation.eye.region_proposals import SMALLEST, Background, Search
from installation.eye.sources import Frame
from installation.eye.static_objects import AWAY, MOVED, SURE, Thing, View, changed, shift_of, thing_of
from installation.interface.visitor import State
from installation.venue.schema import EyeSection as Settings
from installation.workers import allocator

Array = NDArray[np.float32]
T = TypeVar("T")

CORES = os.cpu_count() or 1
BESIDE, ALONE = max(1, min(4, CORES // 2)), max(1, min(4, CORES))
"""Looks at a time, each of which keeps one core busy: beside a process that draws, and with the machine to itself."""
SPARE = 1
"""Landmarkers kept ready for whoever comes next: to make one takes a tenth of a second, and 60 MB."""
IDLE = 600.0
"""Seconds for which those are kept that a crowd has left behind: it may come back."""
DOUBT, DOUBTS = 0.4, 4
"""Seconds for which a newcomer who was not seen again is waited for, and looks at least."""
PROOF, PROOF_INSIDE = 2, 6
"""Looks after which a newcomer is somebody; inside somebody else's box it takes more."""
TREMBLING = 0.15
"""Seconds over which landmarks are averaged before they count as moved."""


class Later(Executor):
    """Does what is submitted when its result is asked for, in the thread that asks."""

    def submit(self, work: Callable[..., T], /, *args: Any, **named: Any) -> Future[T]:
        return Awaited(partial(work, *args, **named))


class Awaited(Future[T]):
    """A result that is worked out once it is asked for."""

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__()
        self._work = work

    def result(self, timeout: float | None = None) -> T:
        if not self.done():
            self.set_result(self._work())
        return super().result(timeout)


class People:
    """Tracks with one landmarker each, and one landmarker that searches."""

    def __init__(self, settings: Settings, crew: int = ALONE) -> None:
        """`crew` is how many looks may go side by side."""
        self._settings = settings
        self._searcher = PoseEstimator(settings.model, settings.confidence, tracking=False)
        self._lookers: dict[int, PoseEstimator] = {}
        self._idle = [(self._follower(), 0.0) for _ in range(min(1 + SPARE, settings.visitors))]
        """Those that follow nobody, and since when."""
        for estimator in (self._searcher, *(estimator for estimator, _ in self._idle)):
            estimator.warm_up()
        self._crew: Executor = ThreadPoolExecutor(crew, "look") if crew > 1 else Later()
        self._tracks: list[Track] = []
        self._things: list[Thing] = []
        self._background = Background()
        self._search: Search | None = None
        self._sought: tuple[View, Search, Future[list[PoseDetection]]] | None = None
        """What the search of the last frame finds."""
        self._size = (0, 0)
        self._ids = 0
        self._before = self._last = 0.0

    @property
    def statues(self) -> tuple[Array, ...]:
        """Boxes of things that look like people."""
        return tuple(thing.box_px for thing in self._things)

    def search(self) -> None:
        """Take in whoever the search in the last frame finds: those who were lost, and newcomers.

        Where looks do not go side by side it is done now, when those who were known have been told of.
        """
        if self._sought is not None:
            view, search, found = self._sought
            self._sought = None
            self._receive(found.result(), view, search)

    def step(self, frame: Frame, scale: float) -> list[tuple[Track, State]]:
        """Everybody at this frame, with those told of before who left just now.

        `scale` is how closely to look: the share of the usual resolution, and of those who are looked at in each step.
        """
        self.search()
        self._hire()
        t = frame.time
        view = View(t, frame.pixels)
        search = self._attend(frame)
        self._before, self._last = self._last, t
        known = [track.look for track in self._tracks if track.seen >= self._before and not track.is_sought]
        seen = [track.expected(t) for track in self._tracks if not (track.is_sought and track.id)]
        # Newcomers first: they are not waited for as long as those who were lost, and what moves there is theirs.
        lost = [track.expected(t) for track in sorted(self._tracks, key=lambda track: track.id > 0) if track.is_sought]
        room = len(self._tracks) < self._settings.visitors
        self._sought = view, search, self._crew.submit(self._seek, view, search, known, seen, lost, room)
        self._follow(view, max(128, round(CROP_SIDE_PX * scale / 32) * 32), max(1, round(self._settings.budget * scale)))
        gone = [track for track in self._tracks if self._is_gone(track, t) or self._is_thing(track, view)]
        self._tracks = [track for track in self._tracks if track not in gone]
        for track in gone:
            self._dismiss(track)
        self._rest(t)
        # A body that was found once, and not again, was nobody.
        here = [(track, self._state(track)) for track in self._tracks if track.id]
        left = [(track, State.LEFT) for track in gone if track.told]
        for track, _ in here:
            track.told = True
        return here + left

    def _attend(self, frame: Frame) -> Search:
        size = (frame.pixels.shape[1], frame.pixels.shape[0])
        if self._search is None or size != self._size or frame.cut:
            self._size = size
            self._search = Search(size, frame.time)
            self._background = Background()
            self._things.clear()
        return self._search

    def _state(self, track: Track) -> State:
        if track.is_sought:
            return State.LOST
        return State.PRESENT if track.seen - track.born >= ENTERING else State.ENTERING

    def _follow(self, view: View, side: int, budget: int) -> None:
        """PoseDetection at those whose turn it is, each on their own crop."""
        t = view.time
        followed = [track for track in self._tracks if id(track) in self._lookers]
        turn = sorted(followed, key=lambda track: (track.looked - t) * (1.0 + track.restless))
        looks: list[Callable[[], list[PoseDetection]]] = []
        for track in turn[:budget]:
            track.crop, track.looked = stabilised_square(track.crop, track.expected(t)), t
            others = [other.look for other in self._tracks if other is not track and other.seen >= self._before]
            looks.append(partial(self._lookers[id(track)].detect, view.pixels, track.crop, side, others))
        # The last look is this thread's own: alone it is spared the way to another.
        waiting = [self._crew.submit(look).result for look in looks[:-1]] + looks[-1:]
        found: list[tuple[Track, PoseDetection, Array, Array | None, float]] = []
        for track, seen in zip(turn, [get() for get in waiting[::-1]][::-1], strict=False):
            look = next(iter(seen), None)
            good = self._judge(track, look, view) if look else None
            if look and good:
                found.append((track, look, *good))
                continue
            track.misses += 1
            if look:
                self._dismiss(track)  # else it goes on following somebody else
        for track, look, box, colours, cost in found:
            twin = min((f[4] for f in found if f[0] is not track and distance(look, f[1]) < SAME), default=np.inf)
            if cost > twin:
                # Both crops show one body; it is that of the other.
                track.misses += 1
                self._dismiss(track)
            else:
                self._update(track, look, box, colours, t)

    def _judge(self, track: Track, look: PoseDetection, view: View) -> tuple[Array, Array | None, float] | None:
        """Box and colours of what a track's crop shows, and its cost; None when it is somebody or something else."""
        box, there = track.expected(view.time), landmark_box(look.landmarks_px, look.visibility)
        size = box_size(box)
        far = 0.5 * math.hypot(*(there[:2] + there[2:] - box[:2] - box[2:]).tolist()) / size
        if far > REACH or abs(math.log(box_size(there) / size)) > 0.6:
            return None
        thing = self._remembered(look, there) if track.thing is None else None
        if thing is not None and not changed(thing, view):
            return None
        # Whoever is alone is known by their place; a look at their colours now and then will do.
        alone = len(self._tracks) == 1 and track.looks % 4 and track.looks > 8
        colours = None if alone else colours_of(view.pixels, look)
        strange = strangeness(track.colours, colours)
        if far + strange > ODD:
            return None
        for other in self._tracks:
            if other is track or iou(other.expected(view.time), there) < 0.25:
                continue
            # Near somebody else the colours decide; both may wear black, then the way they went.
            if strange > STRANGE or strangeness(other.colours, colours) + 0.12 < strange:
                return None
        return there, colours, far + strange

    def _update(self, track: Track, look: PoseDetection, box: Array, colours: Array | None, t: float) -> None:
        dt = t - track.seen
        if dt > 1e-6:
            moved = (box[:2] + box[2:] - track.box_px[:2] - track.box_px[2:]) / 2.0
            share = 1.0 - math.exp(-dt / 0.15)
            track.speed_px = track.speed_px + share * (moved / dt - track.speed_px)
            step = look.landmarks_px - track.look.landmarks_px
            limbs = float(np.sqrt(np.vecdot(step, step)).mean()) / (dt * track.size)
            track.restless += share * (limbs - track.restless)
        if colours is not None and track.colours is not None:
            alone = not any(o is not track and iou(o.box_px, box) > 0.05 for o in self._tracks)
            colours = track.colours + np.float32(0.05 if alone else 0.0) * (colours - track.colours)
        track.colours = colours if colours is not None else track.colours
        track.look, track.box_px, track.seen, track.since, track.misses = look, box, t, dt, 0
        track.looks += 1
        if not track.id and track.looks >= track.proof:
            self._ids += 1
            track.id, track.slot = self._ids, self._slot()

    def _seek(
        self, view: View, search: Search, known: list[PoseDetection], seen: list[Array], lost: list[Array], room: bool
    ) -> list[PoseDetection]:
        """Bodies where nobody is followed; `known` are those that are, `seen` and `lost` boxes of tracks.

        Runs beside `_follow`, and so depends on nothing that it changes.
        """
        moving = self._background.regions(view, seen)
        if not (room or lost):
            return []
        looks: list[PoseDetection] = []
        for square in search.squares(view.time, lost, moving, bool(seen)):
            looks += self._searcher.detect(view.pixels, square, CROP_SIDE_PX, known + looks)
        return looks

    def _receive(self, looks: list[PoseDetection], view: View, search: Search) -> None:
        news: list[PoseDetection] = []
        for look in looks:
            if self._is_news(look, view) and not any(distance(look, other) < SAME for other in news):
                news.append(look)
        search.note(bool(news))
        if news:
            self._welcome(news, [track for track in self._tracks if track.is_sought], view)

    def _is_news(self, look: PoseDetection, view: View) -> bool:
        """Whether a body that was found is nobody's yet, large and clear enough, and no thing."""
        box = landmark_box(look.landmarks_px, look.visibility)
        if box_size(box) < SMALLEST * max(self._size) or look.visibility[[11, 12, 23, 24]].mean() < 0.5:
            return False
        followed = [track for track in self._tracks if not track.is_sought]
        if any(distance(look, o.look) < SAME or iou(o.expected(view.time), box) > 0.6 for o in followed):
            return False
        thing = self._remembered(look, box)
        return thing is None or changed(thing, view, [track.box_px for track in followed])

    def _remembered(self, look: PoseDetection, box: Array) -> Thing | None:
        """The thing that a body is, if it is one."""
        for thing in self._things:
            near = iou(thing.box_px, box)
            if near > 0.7 or (near > 0.3 and shift_of(thing, look.landmarks_px, look.visibility) < 2 * MOVED):
                return thing
        return None

    def _welcome(self, looks: list[PoseDetection], lost: list[Track], view: View) -> None:
        t = view.time
        colours = [colours_of(view.pixels, look) for look in looks]
        again = assign(lost, looks, colours, t)
        for i, j in again.items():
            self._dismiss(lost[i])
            box = landmark_box(looks[j].landmarks_px, looks[j].visibility)
            lost[i].crop = square_around(box)
            self._update(lost[i], looks[j], box, colours[j], t)
        for j, look in enumerate(looks):
            if j in again.values() or len(self._tracks) >= self._settings.visitors:
                continue
            box = landmark_box(look.landmarks_px, look.visibility)
            # Part of somebody who is followed may look like a body of its own, for a moment.
            inside = any(covered_share(box, track.expected(t)) > 0.7 for track in self._tracks)
            track = Track(0, 0, t, t, look, box, colours[j], square_around(box), thing_of(look, box, view), looked=t)
            track.proof = PROOF_INSIDE if inside else PROOF
            self._tracks.append(track)

    def _slot(self) -> int:
        taken = {track.slot for track in self._tracks}
        return next(slot for slot in range(1, self._settings.visitors + 2) if slot not in taken)

    def _is_gone(self, track: Track, t: float) -> bool:
        if not track.id or track.seen - track.born < ENTERING:
            return t - track.seen > DOUBT and track.misses > DOUBTS
        x, y = (track.expected(t)[:2] + track.expected(t)[2:]) / 2.0
        outside = not (0 < x < self._size[0] and 0 < y < self._size[1])
        return t - track.seen > (min(DOUBT, self._settings.patience) if outside else self._settings.patience)

    def _is_thing(self, track: Track, view: View) -> bool:
        """Whether a figure has never moved for so long that it is no visitor; it is remembered."""
        thing, t, dt = track.thing, view.time, track.since
        if thing is None or track.seen < t - 1e-6:
            return False
        points = track.look.landmarks_px
        share = np.float32(1.0 - np.exp(-dt / TREMBLING))
        track.calm_px = points if track.calm_px is None else track.calm_px + share * (points - track.calm_px)
        others = [other.box_px for other in self._tracks if other is not track]
        shift = shift_of(thing, track.calm_px, track.look.visibility)
        lively = shift > AWAY or (shift > MOVED and changed(thing, view, others))
        track.alive = track.alive + dt if lively else 0.0
        if track.alive >= SURE:
            track.thing = None
            self._forget(thing)
        elif t - track.born > self._settings.statue:
            self._forget(thing)
            self._things = [*self._things[1 - 2 * self._settings.visitors :], thing]
            return True
        return False

    def _forget(self, thing: Thing) -> None:
        """Whatever was remembered where this thing is."""
        self._things = [other for other in self._things if iou(other.box_px, thing.box_px) < 0.25]

    def _follower(self) -> PoseEstimator:
        return PoseEstimator(self._settings.model, self._settings.confidence, tracking=True)

    def _hire(self) -> None:
        """See that everybody is followed; a newcomer, who may be nobody, only while a landmarker is free.

        The search looks for the others again.
        """
        for track in sorted(self._tracks, key=lambda track: not track.id):
            if id(track) in self._lookers:
                continue
            if self._idle or track.id:
                self._lookers[id(track)] = self._idle.pop()[0] if self._idle else self._follower()
            else:
                track.misses = max(SOUGHT, track.misses + 1)

    def _dismiss(self, track: Track) -> None:
        """Have a landmarker forget whom it followed: another one takes over, this one serves somebody else."""
        estimator = self._lookers.pop(id(track), None)
        if estimator is not None:
            estimator.reset_tracking()
            self._idle.append((estimator, self._last))

    def _rest(self, t: float) -> None:
        """Let go of a landmarker that a crowd needed, when nobody has needed it for long."""
        if len(self._idle) > SPARE and not 0.0 <= t - self._idle[0][1] < IDLE:
            self._idle.pop(0)[0].close()
            allocator.trim()

    def close(self) -> None:
        self._crew.shutdown()
        for estimator in (self._searcher, *self._lookers.values(), *(estimator for estimator, _ in self._idle)):
            estimator.close()
