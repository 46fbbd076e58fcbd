"""Cue player: the cue that was played last, the next one, and the one that waits for its time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from installation.control.cues.cue import Cue, Number, changed_knobs, format_number, state_at
from installation.control.cues.fades import Fades, FadeTiming
from installation.control.cues.musical_time import Deadline, MusicalTime, deadline_after, quantised
from installation.control.cues.preset import Preset
from installation.control.osc.receiver import SIGNAL_PREFIX
from installation.interface.knobs import InvalidMessageError, Knobs, Value

GoToScene = Callable[[str, FadeTiming | None], None]
"""Changes to a scene in this time, or in that of the playlist; raises InvalidMessageError."""

logger = logging.getLogger(__name__)

DEBOUNCE_SECONDS = 0.3
"""Time after a go in which another one is refused, as from a trembling finger."""
MAX_CUES_PER_FRAME = 64
"""Cues that may follow each other within one frame; the others go in the next."""


MAX_LISTED_CUES = 12
"""Numbers of cues that an error lists."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A cue that waits for its time."""

    deadline: Deadline
    number: Number
    """() is the state before the first cue."""
    kind: Literal["go", "jump", "back"]
    """A go applies what the cue changes; the others the state after all cues up to it, and back neither waits nor
    follows on."""
    waited: bool = False
    """Whether the cue has started already, and only its fade is still to begin."""
    requested: bool = True
    """Whether a controller asked for the cue, rather than the cue before it by its `follow`."""


# Eighteen methods: the commands, what is sent of the playback, and the steps of a frame.
class CuePlayer:
    """The playback state of a cue list."""

    def __init__(
        self, tree: Knobs, fades: Fades, go_to_scene: GoToScene, drive: Callable[[bool], None] = lambda _: None
    ) -> None:
        """`drive` is called with whether cues decide over scenes, or the playlist does."""
        self._tree = tree
        self._fades = fades
        self._go_to_scene = go_to_scene
        self._drive = drive
        self._cues: Mapping[Number, Cue] = {}
        self._presets: Mapping[str, Preset] = {}
        self._pending: _Pending | None = None
        self._last_go_seconds = -DEBOUNCE_SECONDS
        self._values_before: dict[str, Value] = {}
        """The value of each knob before any cue changed it."""
        self._newest_fade = MusicalTime(), FadeTiming()
        self.at: Number = ()
        """The number of the cue that was started last; () before the first."""
        self.started = 0
        """How many cues were started."""

    def set_cues(self, cues: Sequence[Cue], presets: Mapping[str, Preset]) -> None:
        """Replace the cue list; the position in it stays."""
        self._cues = {cue.number: cue for cue in cues}
        self._presets = presets

    @property
    def current(self) -> Cue | None:
        """The cue that was started last, as long as the list has it."""
        return self._cues.get(self.at)

    @property
    def next(self) -> Cue | None:
        """The cue that a go starts."""
        return next((cue for number, cue in self._cues.items() if number > self.at), None)

    @property
    def waiting(self) -> Cue | None:
        """The cue that was requested and waits for its beat or bar, or that waits to begin its fade."""
        pending = self._pending
        if pending is None or not (pending.requested or pending.waited):
            return None
        return self._cues.get(pending.number)

    def fade_progress(self, now: MusicalTime) -> float:
        """The part of the newest fade's time that has passed, 0..1."""
        begin, timing = self._newest_fade
        past = now.value(timing.unit) - begin.value(timing.unit)
        return min(max(past / timing.length, 0.0), 1.0) if timing.length > 0 else 1.0

    def go(self, now: MusicalTime, unit: str) -> None:
        """Start the next cue at the next whole `unit`; raises InvalidMessageError with the reason why not."""
        if now.seconds - self._last_go_seconds < DEBOUNCE_SECONDS:
            raise InvalidMessageError("a second go at once")
        self._last_go_seconds = now.seconds
        pending = self._pending
        if pending is not None and pending.requested and not pending.waited:
            raise InvalidMessageError("a cue waits for its beat already")
        upcoming = self.next
        if upcoming is None:
            last = format_number(self.at)
            if not last:
                raise InvalidMessageError("there is no cue", "cues.toml holds them; docs/cues.md has an example")
            raise InvalidMessageError(f"no cue after {last}, the last", f"there are {self._listed()}")
        if pending is not None and pending.waited:
            self._begin_fade(pending, now)
        self._pending = _Pending(quantised(now, unit), upcoming.number, "go")

    def back(self, now: MusicalTime, unit: str) -> None:
        """Return to the state before this cue, or cancel a cue that waits for its beat.

        Raises InvalidMessageError before the first cue.
        """
        if self._pending is not None and self._pending.requested and not self._pending.waited:
            self._pending = None
            return
        if not self.at:
            raise InvalidMessageError("no cue before this one")
        number = max((number for number in self._cues if number < self.at), default=())
        self._pending = _Pending(quantised(now, unit), number, "back")

    def jump(self, number: Number, now: MusicalTime, unit: str) -> None:
        """Go to the state after the cues up to this one; raises InvalidMessageError when there is none."""
        if number not in self._cues:
            raise InvalidMessageError(f"no cue of this number; there are {self._listed()}")
        self._pending = _Pending(quantised(now, unit), number, "jump")

    def go_to(self, number: Number, now: MusicalTime) -> None:
        """Start the cue that timecode has reached, at once; () is the state before the first cue.

        The next cue goes; any other brings the state after all cues up to it, as a jump does.
        """
        pending, upcoming = self._pending, self.next
        goes = upcoming is not None and upcoming.number == number
        if goes and pending is not None and pending.waited:
            self._begin_fade(pending, now)
        self._pending = None
        self._start(_Pending(quantised(now, "seconds"), number, "go" if goes else "jump"), now)

    def _listed(self) -> str:
        """The numbers of all cues, the middle of a long list left out."""
        numbers = [format_number(number) for number in self._cues]
        if len(numbers) > MAX_LISTED_CUES:
            numbers = [*numbers[: MAX_LISTED_CUES - 1], f"... {numbers[-1]}"]
        return ", ".join(numbers) or "none"

    def stop(self) -> None:
        """Cancel the cue that waits."""
        self._pending = None

    def release(self) -> None:
        """Cancel the cue that waits, and leave the scenes to the playlist until the next cue."""
        self.stop()
        self._drive(False)

    def step(self, before: MusicalTime, now: MusicalTime) -> None:
        """Start the cues and fades whose deadline was reached since the frame before."""
        for _ in range(MAX_CUES_PER_FRAME):
            pending = self._pending
            at = pending.deadline.reached(before, now) if pending is not None else None
            if pending is None or at is None:
                return
            self._pending = None
            if pending.waited:
                self._begin_fade(pending, at)
            else:
                self._start(pending, at)

    def _start(self, pending: _Pending, at: MusicalTime) -> None:
        cue = self._cues.get(pending.number)
        if cue is None and pending.number:
            return
        left, self.at = self.current, pending.number
        self.started += 1
        self._drive(bool(pending.number))
        if pending.kind == "back":
            # The way back takes as long as that of the cue that is left.
            self._begin_fade(pending, at, left)
        elif cue is not None and cue.wait > 0:
            deadline = deadline_after(at, cue.time_unit, cue.wait)
            self._pending = _Pending(deadline, pending.number, pending.kind, waited=True)
        else:
            self._begin_fade(pending, at)

    def _begin_fade(self, pending: _Pending, at: MusicalTime, left: Cue | None = None) -> None:
        """Fade to the cue's state; `left` is the cue that a way back leaves, and whose timing it has."""
        cue = self._cues.get(pending.number)
        timed = left or cue
        if cue is not None and pending.kind == "go":
            values, scene = changed_knobs(cue, self._presets), cue.scene
        else:
            values, scene = state_at(self._cues.values(), pending.number, self._presets)
            # The state of a show is that of its knobs and signals: a tap of the tempo is not given again.
            values = {**self._values_before, **{a: v for a, v in values.items() if self._is_state(a)}}
        for address in values:
            if address in self._tree:
                self._values_before.setdefault(address, self._tree.base(address))
        self._newest_fade = at, timed.timing if timed is not None else FadeTiming()
        self._fades.start(values, *self._newest_fade)
        if scene:
            self._change_scene(scene, timed)
        if cue is not None and cue.release and pending.kind != "back":
            self._drive(False)
        upcoming = self.next
        if cue is not None and cue.follow is not None and upcoming is not None and pending.kind != "back":
            deadline = deadline_after(at, cue.time_unit, cue.fade + cue.follow)
            self._pending = _Pending(deadline, upcoming.number, "go", requested=False)

    def _change_scene(self, scene: str, timed: Cue | None) -> None:
        try:
            self._go_to_scene(scene, timed.scene_timing if timed is not None else None)
        except InvalidMessageError as error:
            why = f"; {error.remedy}" if error.remedy else ""
            logger.warning("cue %s: the scene %s does not play in this show%s", format_number(self.at), scene, why)

    def _is_state(self, address: str) -> bool:
        return address in self._tree or address.startswith(SIGNAL_PREFIX)
