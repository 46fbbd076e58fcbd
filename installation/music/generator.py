"""The composer: bars of music one after the other, from controls, form, harmony and the model.

The same seed and the same controls of each bar give the same notes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.music.controls import STEMS, Controls, clamped
from installation.music.form import Place, place_of
from installation.music.grid import estimated_chord, quantised
from installation.music.harmony import adapted, chord_at, model_quality
from installation.music.model.decoder import DecoderWeights
from installation.music.model.sampling import BarRequest, BarStream
from installation.music.model.stems import DRUM_VOICES
from installation.music.model.store import ComposerModel, load
from installation.music.model.tokens import (
    BAR_STEPS,
    BRIGHTNESS_EDGES,
    DENSITY_EDGES,
    DRUM_DENSITY_EDGES,
    STEPS_PER_BEAT,
    GridBar,
    GridNote,
    level_of,
    measured,
    note_key,
    ordered,
)
from installation.music.notes import Bar, Chord, Note
from installation.music.performance import performed, shifted_bar
from installation.music.request import (
    BarTarget,
    band_budget,
    band_controls,
    drum_budget,
    drum_controls,
    feel_of,
    level,
    melody_scale,
    pitch_classes,
    registers_of,
    target_of,
)

ATTEMPTS = 2
"""Samples of a bar's drums, or of its band, of which the one nearest to what was asked for is taken."""
GOOD_ENOUGH = 1.0
"""Distance, levels, at which a band is not sampled again."""
HISTORY_BARS = 64
"""Bars that may be repeated: two turns of the form."""
FILL_STEPS = 4
"""Steps at the end of a repeated bar that are new where a section closes."""
BAND_DRUM_VELOCITY = 104
"""Velocity that the drums have for the band. The bands that the model knows play to programmed drums: beside a
drummer's many shades of loudness it would expect no band at all."""
_KICK, _SNARE = (tuple(DRUM_VOICES).index(name) for name in ("kick", "snare"))
"""Two of the drum voices, as the grid numbers them."""
_DRUMS, _BAND, _REPEAT, _PLAY = range(4)
"""Which of a bar's random numbers are for what."""


@dataclass(frozen=True, slots=True)
class BarPlan:
    """All that is known of a bar before it is sampled."""

    index: int
    controls: Controls
    target: BarTarget
    chord: Chord
    place: Place
    given: tuple[Note, ...] = ()
    """Notes that are part of the bar as they are."""
    open: NDArray[np.bool_] | None = None
    """(stems, steps of the bar) where notes may be sampled; None for all steps of stems without given notes."""

    @property
    def parts(self) -> int:
        """Parts of four beats, the last maybe shorter."""
        return -(-self.controls.beats // 4)

    def steps(self, part: int) -> int:
        return min(BAR_STEPS, self.controls.beats * STEPS_PER_BEAT - part * BAR_STEPS)

    def given_in(self, part: int) -> GridBar:
        """The given notes of a part, on the grid."""
        bars = quantised(self.given)
        return bars[part] if part < len(bars) else ()

    def open_in(self, part: int) -> NDArray[np.bool_]:
        """(stems, 16) where notes of a part may be sampled: by what is asked, the genre's rules, and mutes."""
        opened = np.zeros((len(STEMS), BAR_STEPS), bool)
        steps = self.steps(part)
        if self.open is None:
            opened[:, :steps] = True
            opened[[STEMS.index(note.stem) for note in self.given]] = False
        else:
            asked = self.open[:, part * BAR_STEPS : part * BAR_STEPS + steps]
            opened[:, : asked.shape[1]] = asked
        opened &= self.target.genre.open_steps(self.target.density)
        opened[~np.array(self.target.active)] = False
        return opened

    def rng(self, part: int, use: int) -> np.random.Generator:
        return np.random.default_rng((self.controls.seed, self.index, part, use))


@dataclass(frozen=True, slots=True)
class _Written:
    """A bar as the composer keeps it."""

    bar: Bar
    target: BarTarget
    parts: tuple[GridBar, ...]


class BarComposer(Protocol):
    """Composes bar after bar, here or in another process; `Composer` has the meaning of each method."""

    seed: int

    def next_bar(
        self,
        controls: Controls,
        given: Sequence[Note] = (),
        open_steps: NDArray[np.bool_] | None = None,
        chord: Chord | None = None,
    ) -> Bar:
        """The next bar."""

    def revise(self, controls: Controls, from_beats: float) -> Bar:
        """The last bar anew from a beat on."""

    def continue_from(self, bars: Sequence[Sequence[Note]]) -> None:
        """Take bars as what was played before."""


class Composer:
    """Composes bar after bar, or goes on from bars that it is given. Not safe for several threads."""

    def __init__(self, seed: int = 0, model: ComposerModel | None = None, attempts: int = ATTEMPTS) -> None:
        """`seed` serves controls whose own is 0; `attempts` are as ATTEMPTS says. Raises UserError where the bundled
        model can't be read."""
        self._attempts = attempts
        self.model = load() if model is None else model
        self.seed = seed
        self.index = 0
        """Number of the next bar, from 0."""
        weights = DecoderWeights(self.model.settings, self.model.weights)
        self._drums, self._band = BarStream(weights), BarStream(weights)
        self._written: deque[_Written] = deque(maxlen=HISTORY_BARS)
        self._has_read = False
        """Whether the network has read the bars so far."""

    def read_ahead(self) -> None:
        """Let the network read the bars so far, if it has not: a part of the next bar's work that can be done before
        its controls are known."""
        if not self._has_read:
            self._drums.read_ahead()
            self._band.read_ahead()
            self._has_read = True

    def next_bar(
        self,
        controls: Controls,
        given: Sequence[Note] = (),
        open_steps: NDArray[np.bool_] | None = None,
        chord: Chord | None = None,
    ) -> Bar:
        """The next bar.

        `given` are notes of this bar that stay as they are; nothing is added to their stems. With `open_steps`
        (stems, steps of the bar) notes are sampled there and nowhere else. A `chord` overrides harmony's choice.
        Raises UserError for names of chords that can't be read.
        """
        self.read_ahead()
        controls = self._seeded(controls)
        place = place_of(self.index)
        harmony = chord or chord_at(controls, controls.seed, place.section, place.bar)
        return self._write(BarPlan(self.index, controls, target_of(controls), harmony, place, tuple(given), open_steps))

    def revise(self, controls: Controls, from_beats: float) -> Bar:
        """The last bar anew from `from_beats` on, by these controls; what comes before stays, and its number of beats.

        Raises ValueError where there is no bar yet.
        """
        if not self._written:
            raise ValueError("there is no bar yet that could be revised")
        self.read_ahead()
        last = self._written.pop()
        for stream in (self._drums, self._band):
            del stream.bars[len(stream.bars) - len(last.parts) :]
        self.index -= 1
        controls = replace(self._seeded(controls), beats=last.bar.beats)
        target = target_of(controls)
        opened = np.zeros((len(STEMS), controls.beats * STEPS_PER_BEAT), bool)
        opened[:, round(from_beats * STEPS_PER_BEAT) :] = True
        kept = tuple(note for note in last.bar.notes if note.start_beats < from_beats)
        place = place_of(self.index)
        return self._write(BarPlan(self.index, controls, target, last.bar.chord, place, kept, opened))

    def continue_from(self, bars: Sequence[Sequence[Note]]) -> None:
        """Take bars of four beats, of a file or of a player, as what was played before the next bar."""
        for notes in bars:
            grid = next(iter(quantised(notes)), ())
            self._remember(grid, None, None)

    def _seeded(self, controls: Controls) -> Controls:
        controls = clamped(controls)
        return controls if controls.seed else replace(controls, seed=self.seed)

    def _write(self, plan: BarPlan) -> Bar:
        """Sample the parts of a bar, remember them, and play them."""
        feel = feel_of(plan.target, self.model.offsets)
        parts: list[GridBar] = []
        played: list[Note] = list(plan.given)
        for number in range(plan.parts):
            notes = self._part(plan, number)
            self._remember(notes, plan.target, plan.chord)
            given = {note_key(note) for note in plan.given_in(number)}
            new = tuple(note for note in notes if note_key(note) not in given)
            beats = plan.steps(number) / STEPS_PER_BEAT
            played += shifted_bar(performed(new, feel, beats, plan.rng(number, _PLAY)), 4.0 * number)
            parts.append(notes)
        target = plan.target
        bar = Bar(tuple(sorted(played)), plan.controls, plan.chord, plan.place.section, target.tempo, plan.index)
        self._written.append(_Written(bar, target, tuple(parts)))
        self.index += 1
        return bar

    def _remember(self, notes: GridBar, target: BarTarget | None, chord: Chord | None) -> None:
        """Let both streams read a part of a bar, with the controls that its notes show."""
        self._has_read = False
        drums = tuple(note for note in notes if note.stem == 0)
        tempo = None if target is None else target.tempo
        genre = None if target is None else target.genre.data_genre
        heard = estimated_chord(notes) if chord is None else (chord.root, model_quality(chord))
        self._drums.append(drums, measured(drums, genre=genre, tempo=tempo))
        level_notes = _with_level_drums(notes)
        self._band.append(level_notes, measured(level_notes, tempo=tempo, chord=heard))

    def _part(self, plan: BarPlan, number: int) -> GridBar:
        """The notes of a part on the grid: given, repeated and sampled."""
        opened = plan.open_in(number)
        fixed = plan.given_in(number)
        if plan.open is None and (repeated := self._repeated(plan, number)) is not None:
            again, closed = repeated
            free = {int(stem) for stem in np.flatnonzero(opened.any(axis=1))}
            fixed = ordered([*fixed, *(note for note in again if note.stem in free)])
            opened = np.logical_and(opened, np.logical_not(closed))
        drums = self._drum_notes(plan, number, fixed, opened)
        return self._band_notes(plan, number, ordered([*fixed, *drums]), opened)

    def _repeated(self, plan: BarPlan, number: int) -> tuple[GridBar, NDArray[np.bool_]] | None:
        """Notes of an earlier bar that come again, fitted to this bar's chord, and (stems, 16) where nothing is added.

        None where the bar is to be new.
        """
        source = self._source(plan)
        rng = plan.rng(number, _REPEAT)
        chance, edit, fill = rng.random(3)
        repeat = plan.controls.repeat
        if source is None or chance >= repeat or number >= len(source.parts) or not _may_repeat(plan, source):
            return None
        closed = np.ones((len(STEMS), BAR_STEPS), bool)
        if plan.place.closes and fill < 1.0 - repeat * repeat:
            closed[:, plan.steps(number) - FILL_STEPS :] = False
        elif edit < 1.0 - repeat:
            beat = STEPS_PER_BEAT * int(rng.integers(0, BAR_STEPS // STEPS_PER_BEAT))
            closed[int(rng.integers(0, len(STEMS))), beat : beat + STEPS_PER_BEAT] = False
        scale = melody_scale(plan.controls, plan.chord)
        again = ordered(
            adapted(note, source.bar.chord, plan.chord, scale)
            for note in source.parts[number]
            if closed[note.stem, note.step]
        )
        return again, closed

    def _source(self, plan: BarPlan) -> _Written | None:
        """The bar that the form lets this one repeat."""
        wanted = plan.place.repeats
        return next((each for each in self._written if each.bar.index == wanted), None)

    def _drum_notes(self, plan: BarPlan, number: int, fixed: GridBar, opened: NDArray[np.bool_]) -> GridBar:
        drums = tuple(note for note in fixed if note.stem == 0)
        if not opened[0].any():
            return drums
        only = opened.copy()
        only[1:] = False
        genre = plan.target.genre.data_genre
        request = BarRequest(
            drum_controls(plan.target),
            drums,
            only,
            budget=drum_budget(plan.target),
            hits=None if genre is None else self.model.hits[genre],
            temperature=plan.controls.temperature,
        )
        asked = level(plan.target.density)

        def distance(notes: GridBar) -> float:
            return abs(level_of(len(notes), DRUM_DENSITY_EDGES) - asked) + 99 * (not notes)

        found = self._best(self._drums, request, plan.rng(number, _DRUMS), distance if not drums else None)
        return found or self._plain_drums(only[0])

    def _plain_drums(self, opened: NDArray[np.bool_]) -> GridBar:
        """The newest drums that were written, or kick and snare on the quarters, where a sample has none at all:
        drums that are asked for are never silent."""
        parts = (part for written in reversed(self._written) for part in reversed(written.parts))
        before = next(
            (drums for part in parts if (drums := tuple(n for n in part if n.stem == 0 and opened[n.step]))), ()
        )
        steps = [int(step) for step in np.flatnonzero(opened) if step % STEPS_PER_BEAT == 0]
        return before or ordered(
            GridNote(step, 0, _SNARE if step // STEPS_PER_BEAT % 2 else _KICK, 1, BAND_DRUM_VELOCITY) for step in steps
        )

    def _band_notes(self, plan: BarPlan, number: int, fixed: GridBar, opened: NDArray[np.bool_]) -> GridBar:
        pitched = opened.copy()
        pitched[0] = False
        if not pitched.any():
            return fixed
        request = BarRequest(
            band_controls(plan.target, plan.chord),
            _with_level_drums(fixed),
            pitched,
            pitch_classes(plan.controls, plan.chord),
            plan.target.genre.needed,
            (0, 0, plan.target.genre.chord_notes, 0),
            band_budget(plan.target),
            registers=registers_of(plan.target),
            temperature=plan.controls.temperature,
        )
        density, brightness = level(plan.target.density), level(plan.target.brightness)
        wanted = {int(stem) for stem in np.flatnonzero(pitched.any(axis=1))}

        def distance(notes: GridBar) -> float:
            count = sum(note.stem > 0 for note in notes)
            high = [note.value for note in notes if note.stem > 1]
            off = abs(level_of(sum(high) / len(high), BRIGHTNESS_EDGES) - brightness) if high else 0
            missing = wanted - {note.stem for note in notes}
            return abs(level_of(count, DENSITY_EDGES) - density) + 0.5 * off + 2 * len(missing) + 99 * (not count)

        free = not any(note.stem for note in fixed) and plan.target.genre.open_steps(0.0)[1:].all()
        near = (lambda notes: max(0.0, distance(notes) - GOOD_ENOUGH)) if free else None
        band = self._best(self._band, request, plan.rng(number, _BAND), near)
        return ordered([*(n for n in band if n.stem), *(n for n in fixed if not n.stem)])

    def _best(
        self,
        stream: BarStream,
        request: BarRequest,
        rng: np.random.Generator,
        distance: Callable[[GridBar], float] | None,
    ) -> GridBar:
        """The first sample that is what was asked for, or the nearest; without a distance the first."""
        best = stream.sample(request, rng)
        if distance is None:
            return best
        nearest = distance(best)
        for _ in range(self._attempts - 1):
            if nearest <= 0.0:
                break
            other = stream.sample(request, rng)
            if distance(other) < nearest:
                best, nearest = other, distance(other)
        return best


def _may_repeat(plan: BarPlan, source: _Written) -> bool:
    """Whether the knobs are still those of the source: else they are heard in a new bar."""
    before, now = source.bar.controls, plan.controls
    same_pitches = (before.key, before.scale) == (now.key, now.scale) or now.scale is None
    return source.target.levels == plan.target.levels and before.beats == now.beats and same_pitches


def _with_level_drums(notes: GridBar) -> GridBar:
    """The notes with all drums equally loud."""
    return tuple(note if note.stem else note._replace(velocity=BAND_DRUM_VELOCITY) for note in notes)
