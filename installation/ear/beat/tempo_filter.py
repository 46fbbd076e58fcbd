"""Filter over tempo and beat phase: the probability of every period and every place within the beat, step by step.

It is the forward algorithm of a hidden Markov model whose state is a period and a position within it (Whiteley, Cemgil
and Godsill 2006), with the state space of Krebs, Böck and Widmer (2015): positions one step apart, a change of the
period only at a beat, and exponentially less likely the larger it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEP_SECONDS = 0.01
"""Time between two positions."""
TEMPO_STEP = 0.014
"""Distance of neighbouring periods, natural logarithm."""
LIKELY_BPM, TEMPO_SPREAD = 112.0, 0.45
"""Middle of the log-normal prior of tempos, and its standard deviation in natural logarithms."""


@dataclass(frozen=True, slots=True)
class TempoFilterSettings:
    """Weights of the filter's inputs."""

    beat_share: float = 1 / 14
    """Share of a period that counts as the beat."""
    steadiness: float = 300.0
    """Rate at which the odds of a change fall with its ratio: higher is steadier."""
    least_odds: float = 0.02
    """Bounds of an activation: a beat that is missing is no proof."""
    most_odds: float = 0.92
    usual_odds: float = 0.15
    """Activation that speaks neither for a beat nor against it."""
    evidence: float = 0.18
    """Power of the likelihoods: neighbouring frames say much the same, and are not as many proofs."""
    tempo_pull: float = 0.005
    """Power of the tempos' prior at each step, which decides between a tempo, its half and its double."""
    restart: float = 1e-6
    """Share of all probability that starts anew at each step, so that another tempo can be found."""
    near_tempo: float = 0.07
    """Distance in natural logarithms of tempo, up to which states belong to one hypothesis,"""
    near_phase: float = 0.14
    """and distance in beats."""
    switch: float = 2.0
    """How much likelier another hypothesis has to be to replace the present one."""


@dataclass(frozen=True, slots=True)
class TempoHypothesis:
    """One tempo and phase, and how probable it is."""

    period: float
    """Seconds a beat."""
    phase: float
    """0..1 within the beat."""
    probability: float
    """0..1 of all states near it."""


class TempoFilter:
    """Probabilities of periods and phases between two tempos."""

    def __init__(self, low_bpm: float, high_bpm: float, settings: TempoFilterSettings | None = None) -> None:
        self._settings = settings = settings or TempoFilterSettings()
        periods = _periods(60.0 / high_bpm / STEP_SECONDS, 60.0 / low_bpm / STEP_SECONDS)
        whole = np.floor(periods).astype(int)
        # After the whole steps of a period one more follows, as often as its fraction says.
        states = whole + 1
        self._fraction = periods - whole
        self._starts = np.concatenate([[0], np.cumsum(states)[:-1]])
        self._extra = self._starts + whole
        self._period = np.repeat(periods, states)
        position = np.arange(len(self._period)) - np.repeat(self._starts, states)
        self._phase = position / self._period
        self._log_period = np.log(self._period)
        self._log_periods = np.log(periods)
        self._bounds = [*self._starts.tolist(), len(self._period)]
        beat = _beat_states(position, self._period, settings.beat_share)
        self._changes = _changes(periods, settings.steadiness)
        density = _tempo_density(60.0 / (periods * STEP_SECONDS))
        self._pull = np.repeat(density**settings.tempo_pull, states)
        self._pull_of_beat = self._pull * beat
        prior = np.repeat(density / periods, states)
        self._prior = prior / prior.sum()
        self._odds = self._prior.copy()
        self._hypothesis: TempoHypothesis | None = None

    def step(self, activation: float) -> None:
        """Move on by STEP_SECONDS, and weigh all states by the probability of a beat at that time."""
        settings = self._settings
        self._move(self._changes)
        odds = min(max(activation, settings.least_odds), settings.most_odds)
        ratio = odds / (1.0 - odds) * (1.0 - settings.usual_odds) / settings.usual_odds
        states = self._odds
        states *= self._pull + (ratio**settings.evidence - 1.0) * self._pull_of_beat
        states *= (1.0 - settings.restart) / states.sum()
        states += settings.restart * self._prior

    def hold(self) -> None:
        """Move on by STEP_SECONDS without input: tempo and phase go on as they are."""
        self._move(None)

    def doubt(self, share: float) -> None:
        """Let a share of all probability start anew."""
        self._odds += share * (self._prior - self._odds)

    def _move(self, changes: Array | None) -> None:
        last, extra = self._odds[self._extra - 1], self._odds[self._extra]
        self._odds[1:] = self._odds[:-1].copy()
        self._odds[self._extra] = self._fraction * last
        ended = (1.0 - self._fraction) * last + extra
        self._odds[self._starts] = ended if changes is None else ended @ changes

    def hypothesis(self, steps: int) -> TempoHypothesis:
        """The present hypothesis, `steps` steps after it was asked for last: a likelier one replaces it only when it is
        `switch` times as likely."""
        best = int(np.argmax(self._odds))
        found = self._around(float(self._period[best]), float(self._phase[best]))
        present = self._hypothesis
        if present is not None:
            phase = (present.phase + steps * STEP_SECONDS / present.period) % 1.0
            kept = self._around(present.period / STEP_SECONDS, phase)
            if found.probability < self._settings.switch * kept.probability:
                found = kept
        self._hypothesis = found
        return found

    def _around(self, period_steps: float, phase: float) -> TempoHypothesis:
        """The mean of all states near a period and a phase, and their probability."""
        settings = self._settings
        middle = float(np.log(period_steps))
        # The states of each period lie together, shorter periods first.
        periods = np.searchsorted(self._log_periods, (middle - settings.near_tempo, middle + settings.near_tempo))
        states = slice(self._bounds[periods[0]], self._bounds[periods[1]])
        distance = self._phase[states] - phase
        distance -= np.round(distance)
        near = np.abs(distance) < settings.near_phase
        odds = self._odds[states][near]
        total = float(odds.sum())
        if total <= 1e-12:
            return TempoHypothesis(period_steps * STEP_SECONDS, phase, 0.0)
        mean_phase = (phase + float(odds @ distance[near]) / total) % 1.0
        period = float(np.exp(float(odds @ self._log_period[states][near]) / total))
        return TempoHypothesis(period * STEP_SECONDS, mean_phase, min(1.0, total))


def _periods(shortest: float, longest: float) -> Array:
    """Periods in steps, in equal ratios."""
    count = max(2, round(float(np.log(longest / shortest)) / TEMPO_STEP) + 1)
    return np.geomspace(shortest, longest, count)


def _beat_states(position: NDArray[np.int64], period: Array, share: float) -> Array:
    """How far each state belongs to the beat, 0..1: the states around position 0, `share` of each period in all."""
    distance = np.minimum(position, np.abs(period - position))
    return np.clip(0.5 + 0.5 * share * period - distance, 0.0, 1.0)


def _changes(periods: Array, steadiness: float) -> Array:
    """Probability of each period after each other one."""
    odds = np.exp(-steadiness * np.abs(periods[None] / periods[:, None] - 1.0))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _tempo_density(bpm: Array) -> Array:
    """The log-normal density of tempos, 1 at LIKELY_BPM."""
    return np.asarray(np.exp(-0.5 * (np.log(bpm / LIKELY_BPM) / TEMPO_SPREAD) ** 2))
