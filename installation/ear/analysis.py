"""Analysis of sound in hops of 10 ms, causal: level, bands, onsets, brightness, silence, spectrum, and the beat."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ
from installation.ear import spectrum
from installation.ear.bands import BAND_EDGES_HZ, Bands
from installation.ear.conditioning import HOP_SECONDS, Conditioner
from installation.ear.levels import Level, NoiseGate, decibels
from installation.ear.onsets import FLUX_EDGES_HZ, OnsetDetector
from installation.ear.sources.source import NO_SAMPLES, Samples
from installation.interface.sound import AudioFrame, BeatEstimate, Sound
from motion.smooth import blend_factor

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
USED_BINS = 1 + int(np.searchsorted(spectrum.bin_frequencies(), BAND_EDGES_HZ[-1]))
"""Bins of the spectrum up to the end of the highest band."""
BAND_COUNT = BAND_EDGES_HZ.size - 1
_BRIGHTNESS = blend_factor(BRIGHTNESS_SECONDS, HOP_SECONDS)
_LOUDNESS = blend_factor(LOUDNESS_SECONDS, HOP_SECONDS)


class BeatSource(Protocol):
    """A causal beat tracker."""

    def push(self, hop: Samples) -> BeatEstimate:
        """Take (HOP_SAMPLES,) samples; the estimate holds at the end of them."""

    def set_beats_a_bar(self, beats: int) -> None:
        """Set how many beats the bars have that are looked for."""


# Thirteen attributes: one for each part of the analysis, and the samples that wait.
class SoundAnalyser:
    """Analyses samples as they come; `sound` and `frame` are the newest result."""

    def __init__(self, beat: BeatSource) -> None:
        self._beat_source = beat
        self._waiting: Samples = NO_SAMPLES
        self._conditioner = Conditioner()
        self._spectrum = spectrum.ShortTimeSpectrum()
        bands, flux = spectrum.bands(BAND_EDGES_HZ), spectrum.triangles(FLUX_EDGES_HZ)
        # Without the bins above the bands this is too small for the library to use several threads.
        self._filters = np.ascontiguousarray(np.concatenate((bands, flux))[:, :USED_BINS])
        # The octave of each bin, for the middle of the spectrum; nothing below 40 Hz counts.
        octaves = np.log2(np.maximum(spectrum.bin_frequencies(), 1.0)) - np.log2(BRIGHTNESS_HZ[0])
        self._octaves = (octaves / np.log2(BRIGHTNESS_HZ[1] / BRIGHTNESS_HZ[0])).astype(np.float32)
        self._gate, self._whole, self._bands, self._onsets = NoiseGate(), Level(), Bands(), OnsetDetector()
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
        filtered = self._filters @ power[:USED_BINS]
        bands: list[float] = filtered[:BAND_COUNT].tolist()
        total = sum(bands)
        self._gate.update(decibels(total))
        self._whole.update(total, self._gate)
        reference_db, sounding = self._whole.reference_db, self._gate.sounding
        self._loudness += (total - self._loudness) * _LOUDNESS
        self._bands.update(bands, self._gate, reference_db, sensitivity)
        self._onsets.hear(filtered[BAND_COUNT:] * 10.0 ** (-reference_db / 10.0), sensitivity, sounding)
        if sounding:
            self._brighten(power)
        self._beat = self._beat_source.push(hop)

    def _brighten(self, power: spectrum.Powers) -> None:
        """Follow the middle of the spectrum, weighted by magnitude, on a logarithmic scale."""
        magnitude = np.sqrt(power[2:])
        middle = float(magnitude @ self._octaves[2:]) / (float(magnitude.sum()) + 1e-9)
        goal = min(max(middle, 0.0), 1.0)
        self._brightness += (goal - self._brightness) * _BRIGHTNESS

    def sound(self, t: float, source: str) -> Sound:
        """The newest result; `t` is the show time of the newest sample, `source` "ok" or the fault of the source."""
        fault = self._conditioner.fault
        return Sound(
            time=t,
            level=self._whole.level,
            loudness_db=decibels(self._loudness),
            bands=self._bands.state(),
            onset=self._onsets.value,
            onsets=self._onsets.count,
            brightness=self._brightness,
            presence=self._gate.presence,
            silent_seconds=self._gate.silent_seconds,
            beat=replace(self._beat, time=t - self._waiting.size / SAMPLE_RATE_HZ),
            source=source if source != "ok" or not fault else fault,
        )

    def frame(self, seconds: float) -> AudioFrame:
        """The newest spectrum and waveform; `seconds` is the time since the last frame."""
        gain_db = min(SHOWN_AT_FULL_DB - self._whole.reference_db, MAX_SHOWN_GAIN_DB)
        return self._spectrum.frame(gain_db, seconds)
