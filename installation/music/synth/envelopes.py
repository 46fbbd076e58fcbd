"""Envelopes of notes: exponential decay, and attack, decay, sustain and release."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from installation.music.synth.waveforms import SILENT_TIME_CONSTANTS, Wave, seconds

DECLICK_SECONDS = 0.003
"""Fade at the end of every note."""


def decay(samples: int, rate: int, time_constant: float) -> Wave:
    """(samples,) from 1 towards 0 by the factor e in each `time_constant`, s."""
    return np.exp(-seconds(samples, rate) / time_constant)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Attack in a straight line, then exponential decay to the sustain level, and exponential release."""

    attack: float = 0.005
    """Seconds to the full level."""
    decay: float = 0.2
    """Time constant towards the sustain level, s."""
    sustain: float = 0.6
    """Level that is held, 0..1."""
    release: float = 0.05
    """Time constant after the end of the note, s."""

    def samples(self, note_seconds: float, rate: int) -> int:
        """Samples of a note of this length, with its release."""
        return max(1, round(note_seconds * rate)) + int(SILENT_TIME_CONSTANTS * self.release * rate)

    def of(self, note_seconds: float, rate: int) -> Wave:
        """(samples,) the envelope of a note."""
        samples, held = self.samples(note_seconds, rate), max(1, round(note_seconds * rate))
        time = seconds(held, rate)
        level = np.minimum(time / max(self.attack, 1.0 / rate), 1.0)
        after = time > self.attack
        level[after] = self.sustain + (1.0 - self.sustain) * np.exp(-(time[after] - self.attack) / self.decay)
        tail = level[-1] * decay(samples - held, rate, self.release)
        return faded(np.concatenate((level, tail)), rate)


def faded(wave: Wave, rate: int, fade_seconds: float = DECLICK_SECONDS) -> Wave:
    """The wave, (n,) or (n, 2), with its end faded out, so that it does not click."""
    count = min(len(wave), max(1, round(fade_seconds * rate)))
    ramp = np.linspace(1.0, 0.0, count)
    wave[-count:] *= ramp if wave.ndim == 1 else ramp[:, None]
    return wave
