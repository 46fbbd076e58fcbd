"""Sampling bars from the network: with notes that are given, stems and steps that are open, and pitches that are
allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from installation.music.model.decoder import Decoder, DecoderWeights
from installation.music.model.stems import MAX_CHORD_NOTES, STEMS
from installation.music.model.tokens import (
    BAR,
    BAR_STEPS,
    PIECE,
    PITCH_RANGES,
    SIZE,
    START,
    UNKNOWN,
    VELOCITY_BINS,
    VOCABULARY,
    BarControls,
    GridBar,
    GridNote,
    content_tokens,
    decoded,
    header_tokens,
    note_token,
    ordered,
    shape_token,
)

MAX_BAR_TOKENS = 208
"""Most tokens of a bar with its controls; a bar that is longer ends there."""
NOTE_PULL = 0.6
"""What a note that a stem lacks at a step adds to the logits of its notes,"""
STEP_PULL = 0.15
"""and what all notes that are lacking take from those of each later step."""
MAX_PULL = 3.0
"""Most that is added or taken: where the network is sure, it decides."""
HIT_PULL = 0.8
"""Share of a genre's own hits that is added to the logits of drum notes."""
REGISTER_DEVIATION = 5.0
"""Semitones about the register asked for."""
KEPT_SHARE = 0.6
"""Share of the context that stays when older bars are dropped."""
SPARE_BARS = 16
"""Bars before the context that are kept, for when the newest are removed."""


@dataclass(frozen=True, slots=True)
class BarRequest:
    """What a bar is sampled with."""

    controls: BarControls = UNKNOWN
    fixed: GridBar = ()
    """Notes that are given, in order."""
    open: NDArray[np.bool_] = field(default_factory=lambda: np.ones((len(STEMS), BAR_STEPS), bool))
    """(stems, steps) where notes may be sampled."""
    pitch_classes: NDArray[np.bool_] = field(default_factory=lambda: np.ones((len(STEMS), BAR_STEPS, 12), bool))
    """(stems, steps, 12) pitch classes that sampled notes may have; of drums all."""
    needed: tuple[int, ...] = (0,) * len(STEMS)
    """Notes that each stem begins with at the first step, where it may."""
    together: tuple[int, ...] = (0,) * len(STEMS)
    """Notes that each stem has at least at a step where it has any and may have more."""
    budget: tuple[float | None, ...] = (None,) * len(STEMS)
    """Notes that each stem is to have at the bar's end, about; None leaves it to the network."""
    hits: NDArray[np.float32] | None = None
    """(steps, voices) what is added to the logits of drum notes: what a genre's drummers play more often."""
    registers: tuple[float | None, ...] = (None,) * len(STEMS)
    """MIDI pitch about which each stem is to lie; None leaves it to the network."""
    temperature: float = 1.0
    top_p: float = 0.94
    """Share of probability that is sampled from; the tail beyond it is left out."""


class BarStream:
    """The bars so far as the network reads them, and its cache: older bars are dropped where the context ends."""

    def __init__(self, weights: DecoderWeights) -> None:
        self.bars: list[list[int]] = []
        """Tokens of the newest bars; the last may be removed or replaced at any time."""
        self._first = 0
        """The oldest bar within the context."""
        self._decoder = Decoder(weights)
        self._cached: list[int] = []
        self._logits: NDArray[np.float32] = np.zeros(VOCABULARY, np.float32)
        self._pending: list[int] = []
        """Tokens before the bar that is sampled, which the cache does not hold yet."""
        self._fed = 0
        """Tokens of that bar which it holds."""

    def append(self, notes: GridBar, controls: BarControls) -> None:
        """Add a bar without sampling it."""
        self.bars.append([*header_tokens(controls), *content_tokens(notes)][:MAX_BAR_TOKENS])

    def read_ahead(self) -> None:
        """Let the cache read the bars so far, which the next bar then need not wait for."""
        self._feed(self._history())
        if self._pending:
            self._extend(self._pending)
            self._pending = []

    def sample(self, request: BarRequest, rng: np.random.Generator) -> GridBar:
        """The notes of the next bar; it is not added."""
        header = header_tokens(request.controls)
        self._feed([*self._history(), *header])
        sampler = _BarSampler(request)
        tokens: list[int] = []
        while len(header) + len(tokens) < MAX_BAR_TOKENS - 2:
            allowed = sampler.allowed()
            token = int(allowed[0]) if len(allowed) == 1 else sampler.pick(allowed, self._next_logits(tokens), rng)
            if token == BAR:
                break
            sampler.take(token)
            tokens.append(token)
        # A bar that is too long may end within a note.
        notes = decoded(tokens[:-1] if sampler.expects_shape else tokens)
        return ordered([*_without_slots(notes, request.fixed), *request.fixed])

    def _next_logits(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """Logits after the header and the tokens of the bar so far."""
        missing = self._pending + list(tokens[self._fed :])
        if missing:
            self._extend(missing)
            self._pending = []
            self._fed = len(tokens)
        return self._logits

    def _history(self) -> list[int]:
        """PIECE and the bars that fit into the context with another one."""
        self._first = min(self._first, max(0, len(self.bars) - 1))
        limit = self._decoder.settings.context - MAX_BAR_TOKENS
        if self._tokens_from(self._first) > limit:
            while self._first < len(self.bars) and self._tokens_from(self._first) > KEPT_SHARE * limit:
                self._first += 1
        if self._first > 2 * SPARE_BARS:
            del self.bars[: self._first - SPARE_BARS]
            self._first = SPARE_BARS
        return [PIECE, *(token for bar in self.bars[self._first :] for token in bar)]

    def _tokens_from(self, first: int) -> int:
        return 1 + sum(map(len, self.bars[first:]))

    def _feed(self, tokens: list[int]) -> None:
        """Let the cache hold a beginning of the tokens; the rest is pending."""
        same = 0
        for mine, given in zip(self._cached, tokens, strict=False):
            if mine != given:
                break
            same += 1
        # The logits of the last token are needed: it is read again.
        same = min(same, len(tokens) - 1)
        del self._cached[same:]
        self._decoder.length = same
        self._pending = tokens[same:]
        self._fed = 0

    def _extend(self, tokens: list[int]) -> None:
        self._logits = self._decoder.extend(tokens)
        self._cached += tokens


class _BarSampler:
    """Which token may come next in a bar, and the choice among them."""

    def __init__(self, request: BarRequest) -> None:
        self.request = request
        self.waiting = list(request.fixed)
        """Given notes that are still to come."""
        self.step = -1
        self.floor = 0
        """Notes at this step must have later tokens."""
        self.filled = False
        """Whether this step has a note."""
        self.here = [0] * len(STEMS)
        """Notes of each stem at this step,"""
        self.total = [0] * len(STEMS)
        """and in the bar so far."""
        self.given: GridNote | None = None
        """The given note whose shape comes next."""
        self.expects_shape = False
        self._open = np.zeros(VOCABULARY, bool)
        """Notes that may be sampled at this step, whatever came before them."""
        self._register_pull = self._of_registers()

    def allowed(self) -> NDArray[np.intp]:
        """Tokens that may come next; where it is one, there is no choice."""
        if self.expects_shape:
            return _SHAPES if self.given is None else np.array([shape_token(self.given)])
        mask = np.zeros(VOCABULARY, bool)
        pending_here = bool(self.waiting) and self.waiting[0].step == self.step
        if self.step >= 0:
            ceiling = _slot_start(note_token(self.waiting[0])) if pending_here else VOCABULARY
            mask[self.floor : ceiling] = self._open[self.floor : ceiling]
        if pending_here:
            mask[note_token(self.waiting[0])] = True
        elif not self._keep_needed(mask) and (self.filled or self.step < 0 or not mask.any()):
            self._allow_steps(mask)
        return np.flatnonzero(mask)

    def pick(self, allowed: NDArray[np.intp], logits: NDArray[np.float32], rng: np.random.Generator) -> int:
        """Sample one of the allowed tokens."""
        values = logits[allowed].astype(np.float64)
        if not self.expects_shape:
            values += self._pull(allowed)
            values += self._made_up(allowed, logits)
        values /= self.request.temperature
        weights = np.exp(values - values.max())
        order = np.argsort(-weights, kind="stable")
        total = np.cumsum(weights[order]) / weights.sum()
        count = min(int(np.searchsorted(total, self.request.top_p)) + 1, len(allowed))
        place = int(np.searchsorted(total[:count], rng.random() * total[count - 1], side="right"))
        return int(allowed[order[min(place, count - 1)]])

    def _pull(self, allowed: NDArray[np.intp]) -> NDArray[np.float64]:
        """What is added to the logits of allowed tokens, so that a bar comes near to its budget and register."""
        done = (self.step + 1) / BAR_STEPS
        lacking = np.array(
            [0.0 if goal is None else goal * done - self.total[stem] for stem, goal in enumerate(self.request.budget)]
        )
        # The bar's end is as good as a step after the last.
        later = np.where(allowed == BAR, BAR_STEPS, allowed - START["step"]) - self.step - 1
        notes = NOTE_PULL * lacking[_STEM_OF[allowed]]
        pull: NDArray[np.float64] = np.where(_IS_NOTE[allowed], notes, -STEP_PULL * lacking.sum() * later)
        pull = pull.clip(-MAX_PULL, MAX_PULL)
        if self.request.hits is not None and self.step >= 0:
            pull += np.where(_IS_DRUM[allowed], HIT_PULL * self.request.hits[self.step, _VOICE_OF[allowed]], 0.0)
        pull -= self._register_pull[allowed]
        return pull

    def _of_registers(self) -> NDArray[np.float64]:
        """(vocabulary,) what is taken from the logits of notes far from the registers asked for."""
        pull = np.zeros(VOCABULARY)
        for stem, register in enumerate(self.request.registers):
            if register is not None:
                mine = _IS_NOTE & (stem == _STEM_OF)
                distance = (_PITCH_OF[mine] - register) / REGISTER_DEVIATION
                pull[mine] = (0.5 * distance**2).clip(0.0, 2.0 * MAX_PULL)
        return pull

    def _made_up(self, allowed: NDArray[np.intp], logits: NDArray[np.float32]) -> NDArray[np.float64]:
        """What is added to the allowed pitches of each stem for the others: a stem stays as probable."""
        added = np.zeros(len(allowed))
        for stem in range(1, len(STEMS)):
            here = (_STEM_OF[allowed] == stem) & (allowed >= START["bass"])
            if here.any():
                first = max(START[STEMS[stem]], self.floor)
                every = np.exp(logits[first : START[STEMS[stem]] + SIZE[STEMS[stem]]]).sum()
                added[here] = np.log(every / np.exp(logits[allowed[here]]).sum())
        return added.clip(0.0, MAX_PULL)

    def take(self, token: int) -> None:
        """Go on after a token."""
        if self.expects_shape:
            self.expects_shape, self.given = False, None
            return
        if token < START["drums"]:
            self.step, self.floor, self.filled = token - START["step"], 0, False
            self.here = [0] * len(STEMS)
            self._open = self._open_notes()
            return
        self.filled = True
        stem = int(_STEM_OF[token])
        self.here[stem] += 1
        self.total[stem] += 1
        self.floor = _slot_end(token)
        if self.waiting and self.waiting[0].step == self.step and _slot_end(note_token(self.waiting[0])) == self.floor:
            given = self.waiting.pop(0)
            self.given = given if given.stem else None
        if token >= START["bass"]:
            self.expects_shape = True
            if STEMS[stem] != "chords" or self.here[stem] >= MAX_CHORD_NOTES:
                # Given notes come after all the same: they are never asked for their place.
                self.floor = START[STEMS[stem]] + SIZE[STEMS[stem]]

    def _keep_needed(self, mask: NDArray[np.bool_]) -> bool:
        """Where a stem needs more notes at this step, allow no later stem; returns whether one does."""
        if self.waiting and self.waiting[0].step == self.step:
            return False
        begins = self.step <= 0 and not (self.waiting and self.waiting[0].step == 0 and self.step < 0)
        for stem, (needed, together) in enumerate(zip(self.request.needed, self.request.together, strict=True)):
            least = max(needed if begins else 0, together if self.here[stem] else 0)
            if self.here[stem] >= least or not self.request.open[stem, max(self.step, 0)]:
                continue
            if self.step < 0:
                mask[START["step"]] = True
                return True
            if mask[stem == _STEM_OF].any():
                mask[stem < _STEM_OF] = False
                return True
        return False

    def _open_notes(self) -> NDArray[np.bool_]:
        """(vocabulary,) notes that may be sampled at this step, whatever came before them."""
        fits = _IS_DRUM | self.request.pitch_classes[_STEM_OF, self.step, _PITCH_CLASS_OF]
        notes: NDArray[np.bool_] = _IS_NOTE & self.request.open[_STEM_OF, self.step] & fits
        return notes

    def _allow_steps(self, mask: NDArray[np.bool_]) -> None:
        """Allow the steps that may come next, and the bar's end where nothing given is left."""
        last = self.waiting[0].step if self.waiting else BAR_STEPS - 1
        steps = np.zeros(BAR_STEPS, bool)
        steps[self.step + 1 : last + 1] = self.request.open[:, self.step + 1 : last + 1].any(axis=0)
        if self.waiting:
            steps[last] = True
        else:
            mask[BAR] = True
        mask[START["step"] : START["step"] + BAR_STEPS] = steps


def _without_slots(notes: GridBar, given: GridBar) -> list[GridNote]:
    """Notes without those in the places of given ones, which keep their own lengths and velocities."""
    taken = {(note.step, note.stem, note.value) for note in given}
    return [note for note in notes if (note.step, note.stem, note.value) not in taken]


def _slot_start(token: int) -> int:
    """The first token of the same drum voice, or the token itself."""
    if token < START["bass"]:
        return token - (token - START["drums"]) % VELOCITY_BINS
    return token


def _slot_end(token: int) -> int:
    """The first token after the same drum voice, or after the pitch."""
    return _slot_start(token) + (VELOCITY_BINS if token < START["bass"] else 1)


def _tables() -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """Stem and pitch of every token, and whether it is a note."""
    stems, pitches = np.zeros(VOCABULARY, np.intp), np.zeros(VOCABULARY, np.intp)
    is_note = np.zeros(VOCABULARY, bool)
    is_note[START["drums"] : START["drums"] + SIZE["drums"]] = True
    for stem, (low, high) in PITCH_RANGES.items():
        place = slice(START[stem], START[stem] + SIZE[stem])
        stems[place] = STEMS.index(stem)
        pitches[place] = np.arange(low, high + 1)
        is_note[place] = True
    return stems, pitches, is_note


_STEM_OF, _PITCH_OF, _IS_NOTE = _tables()
_PITCH_CLASS_OF = _PITCH_OF % 12
_VOICE_OF = ((np.arange(VOCABULARY) - START["drums"]) // VELOCITY_BINS).clip(0, SIZE["drums"] // VELOCITY_BINS - 1)
"""Index of the voice of drum tokens."""
_IS_DRUM = _IS_NOTE & (_STEM_OF == 0)
_SHAPES = np.arange(START["shape"], START["shape"] + SIZE["shape"])
