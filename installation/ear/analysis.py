"""Analysis of sound in hops of 10 ms, causal: level, bands, onsets, brightness, silence, spectrum, and the beat."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ
from installation.ear import spectrum
from installation.ear.bands import BAND_EDGES_HZ, Bands
from installation.ear.conditioning import HOP_SECONDS, Conditioner
from installation.ear.levels import AutomaticGain, NoiseGate, Values, decibels, released
from installation.ear.onsets import FLUX_EDGES_HZ, RiseDetector, Rises, compressed
from installation.ear.sources.source import NO_SAMPLES, Samples
from installation.interface.sound import AudioFrame, BeatEstimate, Sound
from motion.smooth import blend_factor

LEAST_HIT = 0.32
"""Least rise of a band that is a hit, on the scale of `compressed`."""
LEAST_ONSET = 0.09
"""The same for the flux, a mean over its bands."""
HIT_REFRACTORY_SECONDS = (0.13, 0.1, 0.08, 0.07)
"""After a hit of each band there is no other for so long."""
ONSET_REFRACTORY_SECONDS = 0.06
"""The same for onsets."""
BRIGHTNESS_HZ = (120.0, 8_000.0)
"""Middles of the spectrum that are brightness 0 and 1."""
BRIGHTNESS_SECONDS = 0.12
"""Time constant of the brightness."""
LOUDNESS_SECONDS = 0.1
"""Time constant of the loudness that is shown."""
SHOWN_AT_FULL_DB = -6.0
"""Where the gain of spectrum and waveform puts the level that counts as full."""
MAX_SHOWN_GAIN_DB = 34.0
"""Largest gain of spectrum and waveform."""


class BeatSource(Protocol):
    """A causal beat tracker."""

    def push(self, hop: Samples) -> BeatEstimate:
        """Take (HOP_SAMPLES,) samples; the estimate holds at the end of them."""


# Thirteen attributes: one for each thing that is heard, and the samples that wait.
class SoundAnalyser:
    """Hears samples as they come, and says what the newest sound is."""

    def __init__(self, beat: BeatSource) -> None:
        self._beat_source = beat
        self._waiting: Samples = NO_SAMPLES
        self._conditioner = Conditioner()
        self._spectrum = spectrum.ShortTimeSpectrum()
        bands, flux = spectrum.bands(BAND_EDGES_HZ), spectrum.triangles(FLUX_EDGES_HZ)
        # The octave of each bin, for the middle of the spectrum; nothing below 40 Hz counts.
        octaves = np.log2(np.maximum(spectrum.bin_frequencies(), 1.0)) - np.log2(BRIGHTNESS_HZ[0])
        self._octaves = (octaves / np.log2(BRIGHTNESS_HZ[1] / BRIGHTNESS_HZ[0])).astype(np.float32)
        self._filters = np.concatenate((bands, flux))
        self._gain, self._gate, self._bands = AutomaticGain(1), NoiseGate(), Bands()
        count = len(bands)
        self._band_rises, self._flux_rises = Rises(count), Rises(len(flux))
        self._detector = RiseDetector(
            np.array([LEAST_HIT] * count + [LEAST_ONSET]), np.array([*HIT_REFRACTORY_SECONDS, ONSET_REFRACTORY_SECONDS])
        )
        self._level: Values = np.zeros(1)
        self._loudness = 0.0
        self._brightness = 0.0
        self._beat = BeatEstimate()

    def push(self, samples: Samples, gain: float = 1.0, sensitivity: float = 0.5) -> int:
        """Analyse samples (n,), amplified by `gain`; those beyond the last whole hop wait. Returns how many wait."""
        samples = np.concatenate((self._waiting, samples)) if self._waiting.size else samples
        whole = samples.size - samples.size % HOP_SAMPLES
        for begin in range(0, whole, HOP_SAMPLES):
            self._hop(samples[begin : begin + HOP_SAMPLES], gain, sensitivity)
        self._waiting = samples[whole:].copy()
        return self._waiting.size

    def _hop(self, raw: Samples, gain: float, sensitivity: float) -> None:
        hop = self._conditioner.apply(raw)
        if gain != 1.0:
            hop = hop * np.float32(gain)
        power = self._spectrum.push(hop)
        filtered = (self._filters @ power).astype(np.float64)
        band_power, flux_power = filtered[: BAND_EDGES_HZ.size - 1], filtered[BAND_EDGES_HZ.size - 1 :]
        total = float(band_power.sum())
        level_db = np.array([decibels(total)])
        self._gate.update(float(level_db[0]))
        sounding = self._gate.sounding
        self._gain.update(level_db, self._gate.holding)
        self._level = released(self._level, self._gain.apply(level_db) * self._gate.openness)
        self._loudness += (total - self._loudness) * blend_factor(LOUDNESS_SECONDS, HOP_SECONDS)
        reference_db = float(self._gain.reference_db[0])
        shares = self._bands.update(10.0 * np.log10(band_power + 1e-12), self._gate, reference_db)
        rises = self._band_rises.update(compressed(shares))
        flux = self._flux_rises.update(compressed(flux_power * 10.0 ** (-reference_db / 10.0)), vibrato=True)
        self._detector.update(np.append(rises, flux.mean()), sensitivity, sounding)
        if sounding:
            self._brighten(power)
        self._beat = self._beat_source.push(hop)

    def _brighten(self, power: spectrum.Powers) -> None:
        """Follow the middle of the spectrum, weighted by magnitude, on a logarithmic scale."""
        magnitude = np.sqrt(power[2:])
        middle = float(magnitude @ self._octaves[2:]) / (float(magnitude.sum()) + 1e-9)
        goal = min(max(middle, 0.0), 1.0)
        self._brightness += (goal - self._brightness) * blend_factor(BRIGHTNESS_SECONDS, HOP_SECONDS)

    def sound(self, t: float, source: str) -> Sound:
        """What is heard now; `t` is the show time of the newest sample, `source` "ok" or the fault of the source."""
        fault = self._conditioner.fault
        return Sound(
            time=t,
            level=float(self._level[0]),
            loudness_db=decibels(self._loudness),
            bands=self._bands.state(self._detector),
            onset=float(self._detector.value[-1]),
            onsets=int(self._detector.count[-1]),
            brightness=self._brightness,
            presence=self._gate.presence,
            silent_seconds=self._gate.silent_seconds,
            beat=replace(self._beat, time=t - self._waiting.size / SAMPLE_RATE_HZ),
            source=source if source != "ok" or not fault else fault,
        )

    def frame(self, seconds: float) -> AudioFrame:
        """The newest spectrum and waveform; `seconds` is the time since the last frame."""
        gain_db = min(SHOWN_AT_FULL_DB - float(self._gain.reference_db[0]), MAX_SHOWN_GAIN_DB)
        return self._spectrum.frame(gain_db, seconds)
