"""Conductor: composes each bar before its time, anew when a knob is turned in time, and answers who plays to it."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from installation.core.errors import UserError
from installation.interface.music_knobs import ACCOMPANY, HANDS, KEYBOARD
from installation.music.controls import Controls
from installation.music.generator import BarComposer
from installation.music.live.bar_line import BarLine
from installation.music.live.calls import CallRecorder, is_call_bar
from installation.music.live.fitting import fitted
from installation.music.live.preparation import Preparation
from installation.music.live.schedule import Schedule
from installation.music.model.tokens import STEPS_PER_BEAT
from installation.music.notes import Bar, Note
from installation.music.reworking import accompany, answer, measured_controls
from installation.music.synth.sound_event import SoundEvent

logger = logging.getLogger(__name__)

MIN_REVISION_SECONDS = 0.1
"""Time before a bar line in which the next bar is no longer composed anew but changed by rule, while no bar has been
timed."""
REVISION_MARGIN = 1.5
"""Factor on the longest of the last bars' times of composing."""
UNHURRIED_SECONDS = 0.5
"""Time before a bar's line from which on it is scheduled before its first notes are rendered."""
PREPARING_SECONDS = 0.012
"""For how long notes are rendered ahead at a time: a knob must not wait longer."""
PLACEHOLDER_BARS = 3
"""Bars for which the music goes on by rule while a new bar is composed."""


class Conductor:
    """Fills the schedule. All of it is called by the thread that composes."""

    def __init__(
        self,
        composer: BarComposer,
        schedule: Schedule,
        clock: Callable[[], float] = time.perf_counter,
        prepare: Callable[[SoundEvent, bool], None] = lambda event, soon: None,
        scheduled: Callable[[int, Bar], None] = lambda number, bar: None,
    ) -> None:
        """`prepare` is called with each note before its time and whether it comes soon, `scheduled` with each
        bar that was not there before and its number."""
        self._composer, self._schedule, self._clock = composer, schedule, clock
        self._notes, self._scheduled = Preparation(prepare, clock), scheduled
        self._line = BarLine()
        self._offset = 0.0
        """Show time of the samples that are rendered next, less the clock's."""
        self._opening: Bar | None = None
        """The first bar since the start, until it has its number."""
        self._composing_seconds: deque[float] = deque(maxlen=16)
        self._asked: Controls | None = None
        """What the newest bar was asked for."""
        self._number: int | None = None
        """The pulse's number of the newest bar."""
        self._answers: deque[Bar] = deque()
        self.calls = CallRecorder()
        self.current: Bar | None = None
        """The bar that sounds."""

    @property
    def composing_seconds(self) -> float:
        """For how long the newest bar was composed."""
        return self._composing_seconds[-1] if self._composing_seconds else 0.0

    def follow(self, line: BarLine, t: float, controls: Controls, mode: str) -> None:
        """Compose the bar that follows show time `t`, where it is not there yet or asked for otherwise.

        `t` is when the next samples that are rendered will be heard; `mode` is the value of the knob `answer`.
        """
        self._line, self._offset = line, t - self._clock()
        present = int(line.at(t))
        self.current = self._schedule.bar(present)
        number = present + 1
        if self._number is None:
            self._open(number, controls, mode)
        elif self._number != number:
            self._hold(number, _leading(number, controls, mode))
            self._compose(number, controls, mode)
        elif controls != self._asked and not self._answers:
            self._recompose(number, _leading(number, controls, mode))
            self._asked = controls
        else:
            self._notes.go_on(PREPARING_SECONDS)

    def start(self) -> None:
        """Have the music begin at the first bar line after its first bar is composed."""
        self._schedule.clear()
        self._answers.clear()
        self._number = self._opening = None

    def play_now(self, line: BarLine, t: float, controls: Controls) -> None:
        """Play the rest of this bar by these controls: from the next step on as rules change it, and from the first
        half beat after the next bar is composed anew as that one."""
        self._line, self._offset = line, t - self._clock()
        rework(self._schedule, line, t, controls)
        number = int(line.at(t))
        if self._number == number + 1:
            self._offer(number + 1, controls, self._composed(lambda: self._composer.revise(controls, 0.0)))
        else:
            self._offer(number + 1, controls, self._composed(lambda: self._composer.next_bar(controls)))
        if (following := self._schedule.bar(number + 1)) is not None:
            self._replace_rest(number, 2, following)

    @property
    def _now(self) -> float:
        """When the samples that are rendered next will be heard: composing takes time."""
        return self._clock() + self._offset

    def _replace_rest(self, number: int, parts: int, bar: Bar) -> None:
        """Where the bar `number` sounds, play the rest of it as another one has it, from the next of `parts` of a beat
        on."""
        if int(self._line.at(self._now)) == number:
            _replace_rest(self._schedule, self._line.at(self._now), self._line.beats * parts, bar)

    def _hold(self, number: int, controls: Controls) -> None:
        """Have the present bar played again, by these controls, for as long as the bar `number` is not composed."""
        if self.current is not None:
            again = fitted(self.current, controls)
            for each in range(number, number + PLACEHOLDER_BARS):
                self._schedule.put(each, again)

    def _recompose(self, number: int, controls: Controls) -> None:
        """Change the newest bar, which begins at the next line, by rule at once, and compose it anew where there is
        time."""
        newest = self._schedule.bar(number)
        if newest is not None:
            newest = fitted(newest, controls)
            self._put(number, newest)
        needed = max(MIN_REVISION_SECONDS, REVISION_MARGIN * max(self._composing_seconds, default=0.0))
        if newest is not None and self._line.time_of(number) - self._now <= needed:
            self._notes.begin(newest, self._line.tempo)
        else:
            self._offer(number, controls, self._composed(lambda: self._composer.revise(controls, 0.0)))

    def _open(self, number: int, controls: Controls, mode: str) -> None:
        """Compose the first bar; with the next call, when that is done, it has its place at the next bar line.

        The first notes of each voice take seconds to render, which no bar line waits for.
        """
        if self._opening is None:
            self._opening = self._composed(lambda: self._composer.next_bar(_leading(number, controls, mode)))
            self._notes.begin(self._opening, self._line.tempo)
            self._notes.go_on(float("inf"))
            self._asked = controls
        else:
            self._put(number, self._opening)
            self._opening = None

    def _compose(self, number: int, controls: Controls, mode: str) -> None:
        """The bar `number`: an answer, an accompaniment, or the composer's own."""
        if self._answers:
            bar = self._answers.popleft()
            self._offer(number, controls, bar)
            return
        if mode in (HANDS, KEYBOARD) and number % 4 == 2:
            call = [self.calls.bar(each, controls.beats) for each in (number - 2, number - 1)]
            if any(call):
                self._offer(number, controls, self._composed(lambda: self._answered(call, controls)))
                return
        if mode == ACCOMPANY and (melody := self.calls.bar(number - 1, controls.beats)):
            self._offer(number, controls, self._composed(lambda: _accompanied(self._composer, melody, controls)))
            return
        self._offer(number, controls, self._composed(lambda: self._composer.next_bar(_leading(number, controls, mode))))

    def _answered(self, call: Sequence[Sequence[Note]], controls: Controls) -> Bar:
        first, *rest = answer(self._composer, call, controls)
        self._answers.extend(rest)
        return first

    def _offer(self, number: int, controls: Controls, bar: Bar) -> None:
        """Schedule a bar and render its first notes, which must not wait for each other when its time has come."""
        self._asked = controls
        hurried = self._line.time_of(number) - self._now < UNHURRIED_SECONDS
        if not hurried:
            self._put(number, bar)
        self._notes.begin(bar, self._line.tempo)
        if hurried:
            self._put(number, bar)

    def _put(self, number: int, bar: Bar) -> None:
        """Schedule a bar; of one that comes after its time, what is left."""
        self._number = number
        if number not in self._schedule:
            self._schedule.put(number, bar)
            self._scheduled(number, bar)
        elif self._now < self._line.time_of(number):
            self._schedule.put(number, bar)
        else:
            self._replace_rest(number, 2, bar)

    def _composed(self, compose: Callable[[], Bar]) -> Bar:
        """A bar that may be scheduled; the time that it took is noted."""
        begin = self._clock()
        try:
            bar = compose()
        except UserError as error:  # a chord's name that can't be read
            logger.warning("%s; the harmony is the composer's own", error)
            bar = self._composer.next_bar(replace(self._asked or Controls(), chords=()))
        self._composing_seconds.append(self._clock() - begin)
        return bar


def rework(schedule: Schedule, line: BarLine, t: float, controls: Controls) -> None:
    """Bring the rest of the bar that sounds at show time `t` to these controls by rule, from the next step on."""
    present = schedule.bar(int(line.at(t)))
    if present is not None:
        _replace_rest(schedule, line.at(t), line.beats * STEPS_PER_BEAT, fitted(present, controls))


def _replace_rest(schedule: Schedule, position: float, parts: int, bar: Bar) -> None:
    """Play the rest of the bar at a position as another one has it, from the next of the bar's `parts` on."""
    number = int(position)
    begin = int(parts * (position - number)) + 1
    if begin < parts:
        schedule.replace_rest(number, begin * bar.beats / parts, bar)


def _leading(number: int, controls: Controls, mode: str) -> Controls:
    """The controls with the lead left to those who play to the composer."""
    calls = mode == ACCOMPANY or (mode in (HANDS, KEYBOARD) and is_call_bar(number))
    if not calls or "lead" in controls.muted:
        return controls
    return replace(controls, muted=(*controls.muted, "lead"))


def _accompanied(composer: BarComposer, melody: Sequence[Note], controls: Controls) -> Bar:
    """A bar in the key and harmony of the melody's last bar: what comes next is not known yet."""
    heard = measured_controls(melody, controls)
    own = replace(controls, key=heard.key, valence=heard.valence)
    (bar,) = accompany(composer, [melody], own)
    return replace(bar, notes=tuple(note for note in bar.notes if note.stem != "lead"))
