"""Report on the ear's beat: takes of real drummers, known tempos, locking, silence, speech and cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.ear.beat.tracker import BeatTracker
from installation.evaluate.ear.beat_scores import BeatScores, beat_scores
from installation.evaluate.ear.pulse import own_deviation, pulse_errors
from installation.evaluate.ear.synthetic import BREAKBEAT, HOUSE, ROCK, STEPS, pattern_take, speech
from installation.evaluate.ear.takes import RenderedTake, drawn_rows, render_takes, soundfont
from installation.evaluate.ear.trackers import aubio_beats, beat_times, estimates
from installation.evaluate.report import Figure
from installation.interface.sound import BeatEstimate

Advance = Callable[[float], None]

PARTS = ("takes", "range", "phase", "tempo", "lock", "silence", "speech", "cost")
"""Parts of the report."""
GENRE_RANGE = (0.74, 1.35)
"""A genre's range of tempos, times the take's own: narrower than an octave."""
STEADY = 0.9
"""Continuity from which on a take counts as tracked at its tempo, so that the phase of its pulse has a meaning."""
TEMPOS = (72.0, 96.0, 124.0, 150.0, 174.0)
"""Of the patterns whose beat is known exactly."""
PATTERN_SECONDS = 24.0
SETTLED_SECONDS = 6.0
"""Time after which a pulse should be locked."""
SILENCE_SECONDS = 30.0
SPEECH_SECONDS = 30.0
VOICES = 4


@dataclass
class EarStudy:
    """The material of one report; everything is made when it is first needed."""

    folder: Path | None
    """With the Groove data set; None where there is none."""
    weights: Path | None = None
    """The network; None for the bundled one."""
    _takes: list[RenderedTake] = field(default_factory=list)
    _found: dict[str, list[list[BeatEstimate]]] = field(default_factory=dict)

    @property
    def takes(self) -> list[RenderedTake]:
        """The drawn takes; none without a folder."""
        if not self._takes and self.folder is not None:
            self._takes = render_takes(drawn_rows(self.folder))
        return self._takes

    def tracker(self, low_bpm: float | None = None, high_bpm: float | None = None) -> BeatTracker:
        """A new tracker with the network."""
        return BeatTracker(low_bpm, high_bpm, weights=self.weights)

    def found(self, kind: str, advance: Advance) -> list[list[BeatEstimate]]:
        """Estimates for each take of "network", "range" or "flux"."""
        if kind not in self._found:
            results = []
            for number, take in enumerate(self.takes, 1):
                low, high = (factor * take.tempo for factor in GENRE_RANGE) if kind == "range" else (None, None)
                tracker = BeatTracker(network=False) if kind == "flux" else self.tracker(low, high)
                results.append(estimates(take, tracker))
                advance(number / len(self.takes))
            self._found[kind] = results
        return self._found[kind]


def measure_ear(folder: Path | None, weights: Path | None, names: Sequence[str], advance: Advance) -> list[Figure]:
    """The figures of the named PARTS, or of all. Raises UserError where the takes or the weights can't be read."""
    study = EarStudy(folder, weights)
    chosen = [name for name in PARTS if name in names or not names]
    figures: list[Figure] = []
    for done, name in enumerate(chosen):
        if folder is None and name in ("takes", "range"):
            figures.append(Figure(f"{name}: skipped, there are no takes (--data DIR)", None))
            continue
        figures += _MEASUREMENTS[name](study, lambda share, done=done: advance((done + share) / len(chosen)))  # type: ignore[misc]
        advance((done + 1) / len(chosen))
    return figures


def _mean_scores(takes: Sequence[RenderedTake], beats: Sequence[NDArray[np.floating]]) -> BeatScores:
    scores = [beat_scores(found, take.beats) for found, take in zip(beats, takes, strict=True)]
    names = ("f_measure", "cmlt", "amlt")
    return BeatScores(*(float(np.mean([getattr(score, name) for score in scores])) for name in names))


def _takes(study: EarStudy, advance: Advance) -> list[Figure]:
    """Ours with and without its network beside aubio, on takes of drummers."""
    font = soundfont()
    figures = [
        Figure(
            f"takes: rendered with {font.name if font else 'synthesised drums, there is no soundfont'}",
            len(study.takes),
        )
    ]
    ours = _mean_scores(study.takes, [beat_times(f) for f in study.found("network", lambda s: advance(0.5 * s))])
    flux = _mean_scores(study.takes, [beat_times(f) for f in study.found("flux", lambda s: advance(0.5 + 0.4 * s))])
    heard = [aubio_beats(take) for take in study.takes]
    known = [beats for beats in heard if beats is not None]
    theirs: BeatScores | None = None
    if len(known) == len(heard):
        theirs = _mean_scores(study.takes, known)
    else:
        figures.append(Figure("takes: aubio skipped, the package aubio-ledfx is not installed", None))
    f_measure, cmlt, amlt = (theirs.f_measure, theirs.cmlt, theirs.amlt) if theirs else (None, None, None)
    figures += [
        Figure.at_least("takes: F", ours.f_measure, 0.75, baseline=f_measure),
        Figure.at_least("takes: CMLt", ours.cmlt, 0.65, baseline=cmlt),
        Figure("takes: AMLt", ours.amlt, baseline=amlt),
        Figure("takes: F by spectral flux alone", flux.f_measure, baseline=f_measure),
        Figure("takes: CMLt by spectral flux alone", flux.cmlt, baseline=cmlt),
        Figure("takes: AMLt by spectral flux alone", flux.amlt, baseline=amlt),
    ]
    return figures


def _range(study: EarStudy, advance: Advance) -> list[Figure]:
    """The same with the range of tempos that a genre has."""
    ours = _mean_scores(study.takes, [beat_times(found) for found in study.found("range", advance)])
    return [
        Figure.at_least("range: F with a genre's range of tempos", ours.f_measure, 0.82),
        Figure("range: CMLt with a genre's range of tempos", ours.cmlt),
        Figure("range: AMLt with a genre's range of tempos", ours.amlt),
    ]


def _phase(study: EarStudy, advance: Advance) -> list[Figure]:
    """The pulse beside exact beats, and beside the metronome that the drummers heard."""
    patterns = [pattern_take(name, bpm, PATTERN_SECONDS) for name in STEPS for bpm in TEMPOS]
    errors = [pulse_errors(estimates(take, study.tracker()), take.beats) for take in patterns]
    rms = [1000.0 * error.rms_after(SETTLED_SECONDS) for error in errors]
    figures = [
        Figure.at_most(
            "phase: the pulse's error on patterns once locked, RMS, median", float(np.median(rms)), 20.0, "ms"
        ),
        Figure("phase: the same, worst pattern", max(rms), "ms"),
    ]
    pairs = zip(study.takes, study.found("network", advance), strict=True)
    steady = [pair for pair in pairs if beat_scores(beat_times(pair[1]), pair[0].beats).cmlt >= STEADY]
    if steady:
        own = [1000.0 * own_deviation(take.onsets, take.beats) for take, _ in steady]
        rms = [1000.0 * pulse_errors(found, take.beats).rms_after(SETTLED_SECONDS) for take, found in steady]
        # The drummers are the baseline: a pulse that follows them is no nearer to their metronome than they are.
        name = "phase: from the metronome of drummers who are followed, RMS, median (baseline: they themselves)"
        figures.append(Figure(name, float(np.median(rms)), "ms", float(np.median(own))))
    return figures


def _tempo(study: EarStudy, advance: Advance) -> list[Figure]:
    """Fast music is not halved."""
    figures = []
    for name in (BREAKBEAT, HOUSE, ROCK):
        found = estimates(pattern_take(name, 174.0, PATTERN_SECONDS), study.tracker())
        tempo = found[-1].tempo
        figures.append(
            Figure(f"tempo: heard of a {name} at 174", tempo, "bpm", None, 174.0, abs(tempo / 174.0 - 1.0) < 0.02)
        )
    return figures


def _lock(study: EarStudy, advance: Advance) -> list[Figure]:
    """Time until the pulse runs with the beat."""
    patterns = [pattern_take(name, bpm, PATTERN_SECONDS) for name in STEPS for bpm in TEMPOS]
    times = [pulse_errors(estimates(take, study.tracker()), take.beats).lock_seconds for take in patterns]
    figures = [
        Figure.at_most("lock: on patterns, median", float(np.median(times)), 6.0, "s"),
        Figure("lock: share of the patterns within 6 s", float(np.mean(np.array(times) <= 6.0))),
    ]
    if study.takes:
        found = study.found("network", advance)
        own = [pulse_errors(f, take.beats).lock_seconds for f, take in zip(found, study.takes, strict=True)]
        figures.append(Figure.at_most("lock: on takes, median", float(np.median(own)), 6.0, "s"))
    return figures


def _silence(study: EarStudy, advance: Advance) -> list[Figure]:
    """The tempo is held, and the phase, and the confidence is not."""
    figures = []
    for bpm in (96.0, 128.0):
        take = pattern_take(ROCK, bpm, PATTERN_SECONDS, SILENCE_SECONDS)
        found = estimates(take, study.tracker())
        drift = 100.0 * abs(found[-1].tempo / bpm - 1.0)
        figures.append(Figure.at_most(f"silence: change of {bpm:g} bpm in 30 s", drift, 1.0, "%"))
        confidence = max(each.confidence for each in found[-int(20.0 * 100) :])
        figures.append(Figure.at_most(f"silence: confidence after 10 s, {bpm:g} bpm", confidence, 0.3))
    return figures


def _speech(study: EarStudy, advance: Advance) -> list[Figure]:
    """Talking is no beat."""
    confidences = []
    for voice in range(VOICES):
        take = RenderedTake("speech", speech(SPEECH_SECONDS, voice), np.zeros(0), 120.0)
        confidences += [each.confidence for each in estimates(take, study.tracker())]
        advance((voice + 1) / VOICES)
    music = [
        each.confidence
        for name in STEPS
        for each in estimates(pattern_take(name, 120.0, PATTERN_SECONDS), study.tracker())
        if each.time > SETTLED_SECONDS
    ]
    return [
        Figure.at_most("speech: confidence, 99 %", float(np.quantile(confidences, 0.99)), 0.3),
        Figure("speech: confidence, median", float(np.median(confidences)), baseline=float(np.median(music))),
        Figure.at_least("speech: confidence in music, 1 %", float(np.quantile(music, 0.01)), 0.3),
    ]


def _cost(study: EarStudy, advance: Advance) -> list[Figure]:
    """Time of the processor for a second of sound."""
    take = pattern_take(HOUSE, 124.0, PATTERN_SECONDS)
    tracker, flux = study.tracker(), BeatTracker(network=False)
    shares = []
    for each in (tracker, flux):
        before = time.process_time()
        estimates(take, each)
        shares.append(100.0 * (time.process_time() - before) / PATTERN_SECONDS)
    return [Figure.at_most("cost: of one core", shares[0], 5.0, "%", shares[1])]


_MEASUREMENTS: dict[str, Callable[[EarStudy, Advance], list[Figure]]] = {
    "takes": _takes,
    "range": _range,
    "phase": _phase,
    "tempo": _tempo,
    "lock": _lock,
    "silence": _silence,
    "speech": _speech,
    "cost": _cost,
}
