"""Plays cues: which has been gone to, which is next, and what waits for its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from installation.control.cues.cue import Cue, Number, state_at, touched
from installation.control.cues.fades import Fades, FadeTiming
from installation.control.cues.musical_time import Deadline, MusicalTime, after, following
from installation.control.cues.preset import Preset
from installation.interface.knobs import InvalidMessageError, Knobs, Value

GUARD = 0.3
"""Seconds after a go in which another one is taken for a trembling finger."""
CHAIN = 64
"""Cues that may follow each other within one frame; the others go in the next."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A cue that waits for its time."""

    mark: Deadline
    number: Number
    """() is the state before the first cue."""
    kind: Literal["go", "jump", "back"]
    """A go brings what the cue touches; the others all that playing up to there would have brought, and back
    neither waits nor follows on."""
    waited: bool = False
    """Whether the cue was gone to already, and only its fade is still to begin."""
    by_hand: bool = True


class CuePlayer:
    """Where a show is in its cues."""

    def __init__(self, tree: Knobs, glides: Fades, go: Callable[[str], None]) -> None:
        """`go` changes to a scene."""
        self._tree = tree
        self._glides = glides
        self._go = go
        self._cues: Mapping[Number, Cue] = {}
        self._presets: Mapping[str, Preset] = {}
        self._due: _Due | None = None
        self._gone = -GUARD
        self._before: dict[str, Value] = {}
        """What each knob was turned to before any cue touched it."""
        self._fade = MusicalTime(), FadeTiming()
        self.at: Number = ()
        """The number of the cue that was gone to; () before the first."""

    def take(self, cues: Sequence[Cue], presets: Mapping[str, Preset]) -> None:
        """Play these cues from now on; where the show is in them stays."""
        self._cues = {cue.number: cue for cue in cues}
        self._presets = presets

    @property
    def now(self) -> Cue | None:
        """The cue that was gone to, as long as the list has it."""
        return self._cues.get(self.at)

    @property
    def next(self) -> Cue | None:
        """The cue that a go brings."""
        return next((cue for number, cue in self._cues.items() if number > self.at), None)

    @property
    def waits(self) -> Cue | None:
        """The cue that was asked for and waits for its beat or bar, or that waits to begin its fade."""
        due = self._due
        return self._cues.get(due.number) if due is not None and (due.by_hand or due.waited) else None

    def part(self, now: MusicalTime) -> float:
        """How much of the newest fade's time has passed, 0..1."""
        begun, course = self._fade
        past = now.read(course.measure) - begun.read(course.measure)
        return min(max(past / course.length, 0.0), 1.0) if course.length > 0 else 1.0

    def go(self, asked: MusicalTime, measure: str) -> None:
        """Bring the next cue at the next whole of `measure`; raises Refused with the reason why not."""
        if asked.time - self._gone < GUARD:
            raise InvalidMessageError("a second go at once")
        self._gone = asked.time
        due = self._due
        if due is not None and due.by_hand and not due.waited:
            raise InvalidMessageError("a cue waits for its beat already")
        upcoming = self.next
        if upcoming is None:
            raise InvalidMessageError("no cue after this one")
        if due is not None and due.waited:
            self._begin(due, asked)
        self._due = _Due(following(asked, measure), upcoming.number, "go")

    def back(self, asked: MusicalTime, measure: str) -> None:
        """Bring the state before this cue; a cue that waits for its beat is only called off. Raises Refused."""
        if self._due is not None and self._due.by_hand and not self._due.waited:
            self._due = None
            return
        if not self.at:
            raise InvalidMessageError("no cue before this one")
        number = max((number for number in self._cues if number < self.at), default=())
        self._due = _Due(following(asked, measure), number, "back")

    def jump(self, number: Number, asked: MusicalTime, measure: str) -> None:
        """Bring the cue of this number, with all that those before it would have brought; raises Refused."""
        if number not in self._cues:
            raise InvalidMessageError("no such cue")
        self._due = _Due(following(asked, measure), number, "jump")

    def stop(self) -> None:
        """Let nothing come by itself any more."""
        self._due = None

    def step(self, before: MusicalTime, now: MusicalTime) -> None:
        """Do all that has come due since the frame before."""
        for _ in range(CHAIN):
            due = self._due
            at = due.mark.passed(before, now) if due is not None else None
            if due is None or at is None:
                return
            self._due = None
            if due.waited:
                self._begin(due, at)
            else:
                self._launch(due, at)

    def _launch(self, due: _Due, at: MusicalTime) -> None:
        cue = self._cues.get(due.number)
        if cue is None and due.number:
            return
        leaving, self.at = self.now, due.number
        if due.kind == "back":
            # The way back takes as long as the way there took.
            self._begin(due, at, leaving.course if leaving is not None else FadeTiming())
        elif cue is not None and cue.wait > 0:
            self._due = _Due(after(at, cue.measure, cue.wait), due.number, due.kind, waited=True)
        else:
            self._begin(due, at)

    def _begin(self, due: _Due, at: MusicalTime, course: FadeTiming | None = None) -> None:
        """Begin a cue's fade."""
        cue = self._cues.get(due.number)
        if cue is not None and due.kind == "go":
            look, scene = touched(cue, self._presets), cue.scene
        else:
            look, scene = state_at(self._cues.values(), due.number, self._presets)
            look = {**self._before, **look}
        for address in look:
            if address in self._tree:
                self._before.setdefault(address, self._tree.base(address))
        self._fade = at, course or (cue.course if cue is not None else FadeTiming())
        self._glides.start(look, *self._fade)
        if scene:
            with suppress(InvalidMessageError):
                self._go(scene)
        upcoming = self.next
        if cue is not None and cue.follow is not None and upcoming is not None and due.kind != "back":
            mark = after(at, cue.measure, cue.fade + cue.follow)
            self._due = _Due(mark, upcoming.number, "go", by_hand=False)
