"""Grid of beats: it runs at a tempo of its own, and a second-order loop bends it to the tempo filter."""

from __future__ import annotations

import math

from installation.ear.beat.bar_filter import BarFilter
from installation.ear.beat.features import FRAME_SECONDS
from installation.ear.beat.tempo_filter import TempoHypothesis
from installation.interface.sound import BeatEstimate
from motion.smooth import decay_factor

LOOP_HZ = 0.6
"""Natural frequency of the loop."""
JUMP_BEATS = 0.15
"""Error of the phase above which the loop starts anew: another hypothesis has won."""
JUMP_TEMPO = 0.1
"""The same for the tempo, natural logarithm."""
JUMP_DOUBT = 0.5
"""Share of the bar's count that such a jump puts in doubt."""
DOWNBEAT_BEATS = 0.15
"""Distance from a beat up to which a downbeat is looked for."""
STEADY_HALF_LIFE_SECONDS = 2.0
"""Half-life of the mean tempo that silence holds."""
AGREEMENT_HALF_LIFE_SECONDS = 1.5
"""Half-life of the mean odds at the beats and between them."""
BEAT_SHARPNESS = 4
"""Power of the raised cosine that is the neighbourhood of a beat."""
FULL_BEAT_SECONDS = 0.02
"""Odds of a beat, summed over its neighbourhood, that count as certain; the network is trained to give 0.03."""
OFF_BEAT_WEIGHT = 0.5
"""How much odds between the beats speak against them."""


class BeatGrid:
    """Phase, tempo and bar."""

    def __init__(self, beats_a_bar: int) -> None:
        self._beats_a_bar = beats_a_bar
        self._bar = BarFilter(beats_a_bar)
        self._beat = 0.0
        """Beats, counted on and on."""
        self._period = 0.5
        """Seconds."""
        self._steady_rate = 2.0
        """The mean of the newest seconds, beats a second: a better guess for a long time than the newest tempo."""
        self._probability = 0.0
        self._on_beat, self._off_beat = 0.0, 0.0
        self._near_beat = 0
        self._downbeat = 0.0
        """Highest odds of a downbeat at the nearest beat."""

    def set_beats_a_bar(self, beats: int) -> None:
        """Look for bars of so many beats; after a change nothing is known of the downbeat."""
        if beats != self._beats_a_bar:
            self._beats_a_bar, self._bar = beats, BarFilter(beats)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._beat += seconds / self._period

    def hear(self, beat: float, downbeat: float) -> None:
        """Compare the odds of beat and downbeat in a frame with the grid."""
        number = round(self._beat)
        if number != self._near_beat:
            self._bar.weigh(self._near_beat, self._downbeat)
            self._near_beat, self._downbeat = number, 0.0
        if abs(self._beat - number) < DOWNBEAT_BEATS:
            self._downbeat = max(self._downbeat, downbeat)
        near = (0.5 + 0.5 * math.cos(2 * math.pi * self._beat)) ** BEAT_SHARPNESS
        keep = decay_factor(AGREEMENT_HALF_LIFE_SECONDS, FRAME_SECONDS)
        self._on_beat += (1.0 - keep) * (near * beat - self._on_beat)
        self._off_beat += (1.0 - keep) * ((1.0 - near) * beat - self._off_beat)

    def follow(self, found: TempoHypothesis) -> None:
        """Bend phase and tempo to a hypothesis by one step of a critically damped loop."""
        self._probability = found.probability
        error = found.phase - self._beat
        error -= round(error)
        if abs(error) > JUMP_BEATS or abs(math.log(found.period / self._period)) > JUMP_TEMPO:
            self._period = found.period
            self._steady_rate = 1.0 / found.period
            self._beat += error
            self._bar.doubt(JUMP_DOUBT * min(1.0, abs(error) / JUMP_BEATS))
            return
        omega = 2 * math.pi * LOOP_HZ
        share = 1.0 - math.exp(-2 * omega * FRAME_SECONDS)
        self._beat += share * error
        rate = 1.0 / self._period + omega**2 * FRAME_SECONDS * error
        # The filter's own tempo keeps the loop's from wandering.
        rate += 0.5 * share * (1.0 / found.period - rate)
        self._period = 1.0 / rate
        self._steady_rate += (1.0 - decay_factor(STEADY_HALF_LIFE_SECONDS, FRAME_SECONDS)) * (rate - self._steady_rate)

    def rest(self) -> None:
        """Silence begins: go on at the mean tempo of the last seconds."""
        self._period = 1.0 / self._steady_rate

    def estimate(self, time: float, delay: float) -> BeatEstimate:
        """The grid, `delay` seconds after the newest input."""
        beat = self._beat + delay / self._period
        in_bar = (beat - self._bar.downbeat) % self._beats_a_bar
        confidence = self.confidence
        return BeatEstimate(
            time=time,
            tempo=60.0 / self._period,
            beat_phase=beat % 1.0,
            bar_phase=in_bar / self._beats_a_bar,
            confidence=confidence,
            bar_confidence=min(confidence, self._bar.confidence),
            beats_a_bar=self._beats_a_bar,
        )

    @property
    def confidence(self) -> float:
        """0..1: how far the odds are concentrated at the beats, times the probability of the hypothesis."""
        strength = min(1.0, self._on_beat * self._period / FULL_BEAT_SECONDS)
        contrast = self._on_beat / (self._on_beat + OFF_BEAT_WEIGHT * self._off_beat + 1e-9)
        return strength * contrast * self._probability
