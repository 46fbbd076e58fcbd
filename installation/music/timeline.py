"""Timeline of a score: when each bar begins, at a tempo that is bent so that sections and hits fall on bar lines."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from installation.core.diagnostics import Problem
from installation.core.toml_document import Document
from installation.music.controls import BEATS_RANGE, TEMPO_RANGE, Controls
from installation.music.notes import PITCH_NAMES
from installation.music.request import target_of
from installation.music.score import (
    DEFAULT_BARS,
    MAX_SECONDS,
    STEM_NAMES,
    TEMPO_RULE,
    Score,
    ScoreError,
    ScoreHit,
    ScoreSection,
    controls_of,
)

MAX_BEND = 0.06
"""Share by which a tempo is bent to fill a span with whole bars; else its last bar has more or fewer beats."""
MAX_CHOICE = 0.15
"""Share by which a tempo that the score leaves open differs from that of genre and mood, so that sections and hits fall
on bar lines; of three bars and more there is always one that does."""
SAME_SECONDS = 1e-3
"""Times that are no further apart are the same."""


@dataclass(frozen=True, slots=True)
class TimedSection:
    """A section with its place in time."""

    index: int
    """Number in the score, from 0."""
    section: ScoreSection
    controls: Controls
    """With a tempo."""
    start: float
    """s."""
    end: float


@dataclass(frozen=True, slots=True)
class PlannedBar:
    """A bar that is to be composed."""

    section: int
    """Number of its section, from 0."""
    number: int
    """Number within its section, from 0."""
    controls: Controls
    start: float
    """s."""
    end: float
    hit: str = ""
    """Kind of the hit at its begin; empty for none."""


def timed_sections(score: Score, document: Document | None = None) -> list[TimedSection]:
    """The sections in time. Raises ScoreError for sections that overlap or leave a gap."""
    document = document or Document(Path("score"))
    timed: list[TimedSection] = []
    at = 0.0
    for index, section in enumerate(score.sections):
        controls = controls_of(score, section)
        controls = _resolved(controls)
        if problem := _start_problem(document, index, section, timed, at):
            raise ScoreError([problem])
        following = score.sections[index + 1].start if index + 1 < len(score.sections) else None
        # Microseconds: a time that is written and read again is the same.
        end = round(at + _length(section, controls, None if following is None else following - at), 6)
        if following is not None and abs(following - end) <= SAME_SECONDS:
            end = following
        if section.bars is None and section.tempo is None and score.tempo is None:
            lines = sorted(
                {at, end, *(hit.at for hit in score.hits if at + SAME_SECONDS < hit.at < end - SAME_SECONDS)}
            )
            controls = replace(controls, tempo=_fitting_tempo(lines, controls))
        timed.append(TimedSection(index, section, controls, at, end))
        at = end
    if at > MAX_SECONDS:
        place = ("sections", len(score.sections) - 1)
        raise ScoreError(
            [document.problem(place, f"the piece lasts {at:.0f} s", f"at most {MAX_SECONDS:g} s are played")]
        )
    return timed


def _resolved(controls: Controls) -> Controls:
    """The controls with what genre and mood choose, in numbers that are written and read again unchanged."""
    target = target_of(controls)
    chosen = {name: round(getattr(target, name), 6) for name in ("tempo", "density", "brightness", "energy", "swing")}
    return replace(controls, **chosen)


def _fitting_tempo(lines: Sequence[float], controls: Controls) -> float:
    """The tempo near that of the controls at which most spans between times are whole bars, with the least bends."""
    usual = controls.tempo
    assert usual is not None
    spans = [end - begin for begin, end in itertools.pairwise(lines)]
    fitting = {usual}
    for span in spans:
        usual_bars = span * usual / 60.0 / controls.beats
        fewest, most = (max(1, math.floor(usual_bars * (1.0 + side * MAX_CHOICE))) for side in (-1, 1))
        fitting |= {round(bars * controls.beats * 60.0 / span, 6) for bars in range(fewest, most + 2)}
    low, high = (max(min(usual * (1.0 + side * MAX_CHOICE), TEMPO_RANGE[1]), TEMPO_RANGE[0]) for side in (-1, 1))

    def cost(tempo: float) -> tuple[int, float]:
        bends = [abs(_bend(span, tempo, controls.beats)) for span in spans]
        short = sum(bend > MAX_BEND for bend in bends)
        return short, sum(min(bend, MAX_BEND) for bend in bends) / len(bends) + abs(math.log(tempo / usual))

    return min((tempo for tempo in sorted(fitting) if low <= tempo <= high), key=cost)


def _bend(seconds: float, tempo: float, bar_beats: int) -> float:
    """Share by which a tempo is bent so that a span is whole bars."""
    beats = seconds * tempo / 60.0
    return max(1, round(beats / bar_beats)) * bar_beats / beats - 1.0


def _start_problem(
    document: Document, index: int, section: ScoreSection, before: Sequence[TimedSection], at: float
) -> Problem | None:
    """What is wrong with where a section begins, when the one before ends `at`."""
    if section.seconds is not None and section.bars is not None:
        return document.problem(("sections", index, "bars"), "seconds and bars are both given", "give one of them")
    if section.start is None or abs(section.start - at) <= SAME_SECONDS:
        return None
    place = ("sections", index, "start")
    if not before:
        return document.problem(place, f"found {section.start:g}", "the first section begins at 0")
    name = before[-1].section.name or f"sections[{index - 1}]"
    right = f"begin at {at:g}, or change the length of {name}"
    kind = "overlaps" if section.start < at else "leaves a gap after"
    return document.problem(place, f"{section.start:g} {kind} {name}, which ends at {at:g} s", right)


def _length(section: ScoreSection, controls: Controls, until_next: float | None) -> float:
    """Length of a section, s."""
    assert controls.tempo is not None
    if section.seconds is not None:
        return section.seconds
    if section.bars is None and until_next is not None and until_next > 0:
        return until_next
    return (section.bars or DEFAULT_BARS) * controls.beats * 60.0 / controls.tempo


def planned_bars(score: Score, document: Document | None = None) -> list[PlannedBar]:
    """Every bar of a score. Raises ScoreError where hits leave no room for a bar."""
    document = document or Document(Path("score"))
    sections = timed_sections(score, document)
    planned: list[PlannedBar] = []
    end = sections[-1].end
    for index, hit in enumerate(score.hits):
        twins = [n for n, other in enumerate(score.hits[:index]) if abs(other.at - hit.at) <= SAME_SECONDS]
        if twins:
            right = f"hits[{twins[0]}] is there already; leave one of them away"
            raise ScoreError([document.problem(("hits", index, "at"), f"found {hit.at:g}", right)])
        if hit.at >= end - SAME_SECONDS:
            right = f"the piece ends at {end:g} s; give an earlier time"
            raise ScoreError([document.problem(("hits", index, "at"), f"found {hit.at:g}", right)])
    for timed in sections:
        planned += _section_bars(timed, score.hits, document)
    return planned


def _section_bars(timed: TimedSection, hits: Sequence[ScoreHit], document: Document) -> Iterator[PlannedBar]:
    inner = {hit.at: hit.kind for hit in hits if timed.start - SAME_SECONDS <= hit.at < timed.end - SAME_SECONDS}
    kinds = {(timed.start if at <= timed.start + SAME_SECONDS else at): kind for at, kind in inner.items()}
    lines = sorted({timed.start, timed.end, *kinds})
    number = 0
    for begin, end in itertools.pairwise(lines):
        beats = _bar_beats(end - begin, timed.controls)
        tempo = sum(beats) * 60.0 / (end - begin)
        if not TEMPO_RANGE[0] <= tempo <= TEMPO_RANGE[1]:
            raise ScoreError([_room_problem(document, timed, hits, begin, end)])
        done = 0
        for count in beats:
            start = begin + done * (end - begin) / sum(beats)
            done += count
            stop = end if done == sum(beats) else begin + done * (end - begin) / sum(beats)
            controls = replace(timed.controls, tempo=tempo, beats=count)
            yield PlannedBar(timed.index, number, controls, start, stop, kinds.get(begin, "") if start == begin else "")
            number += 1


def _bar_beats(seconds: float, controls: Controls) -> list[int]:
    """Beats of the bars that fill a span."""
    assert controls.tempo is not None
    beats = seconds * controls.tempo / 60.0
    if abs(_bend(seconds, controls.tempo, controls.beats)) <= MAX_BEND:
        return [controls.beats] * max(1, round(beats / controls.beats))
    least, most = BEATS_RANGE
    bars, rest = divmod(max(least, round(beats)), controls.beats)
    if rest >= least:
        return [controls.beats] * bars + [rest]
    # One beat is no bar: the bar before takes it.
    return [controls.beats] * (bars - 1) + [min(controls.beats + rest, most)]


def _room_problem(
    document: Document, timed: TimedSection, hits: Sequence[ScoreHit], begin: float, end: float
) -> Problem:
    index = next((n for n, hit in enumerate(hits) if hit.at in (begin, end)), None)
    place = ("sections", timed.index) if index is None else ("hits", index, "at")
    least = BEATS_RANGE[0] * 60.0 / TEMPO_RANGE[1]
    right = f"leave at least {least:g} s between hits and section ends: a bar of {BEATS_RANGE[0]} beats at {TEMPO_RULE}"
    return document.problem(place, f"{end - begin:.3g} s are between {begin:g} s and {end:g} s", right)


def completed(score: Score, planned: Sequence[PlannedBar], chords: Sequence[str]) -> Score:
    """The score with all that was chosen: places, knobs, and the chord of each bar."""
    sections = []
    for timed in timed_sections(score):
        own = [chord for bar, chord in zip(planned, chords, strict=False) if bar.section == timed.index]
        controls = timed.controls
        sections.append(
            ScoreSection(
                name=timed.section.name,
                start=timed.start,
                seconds=round(timed.end - timed.start, 6),
                genre=controls.genre,
                valence=controls.valence,
                arousal=controls.arousal,
                tempo=controls.tempo,
                key=PITCH_NAMES[controls.key],
                scale=controls.scale,
                density=controls.density,
                brightness=controls.brightness,
                energy=controls.energy,
                repeat=controls.repeat,
                swing=controls.swing,
                temperature=controls.temperature,
                seed=controls.seed,
                mute=tuple(stem for stem in STEM_NAMES if stem in controls.muted) or None,
                beats=controls.beats,
                chords=tuple(own) or None,
            )
        )
    return Score(title=score.title, ending=score.ending, sections=tuple(sections), hits=score.hits)
