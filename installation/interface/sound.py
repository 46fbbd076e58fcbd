"""The sound of the room at one Moment: level, bands, onsets, spectrum, waveform, and its beat."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from installation.core.records import record

SPECTRUM_BINS = 512
"""Bins of `AudioFrame.spectrum`, equal steps from 0 Hz to half the sample rate."""
WAVEFORM_SAMPLES = 1024
"""Samples of `AudioFrame.waveform`, the newest of one channel."""
BAND_NAMES = ("bass", "low_mid", "high_mid", "high")
"""The four bands, from low to high."""


@record("SoundBand")
@dataclass(frozen=True, slots=True)
class SoundBand:
    """One band of frequencies."""

    level: float = 0.0
    """0..1 after automatic gain: its present strength beside what the room has lately."""
    hit: float = 0.0
    """1 at a sudden rise, then it decays to 0 in about a quarter of a second."""
    hits: int = 0
    """Counts the hits since the ear started, so that none is lost between two frames."""
    time: float = 0.0
    """The integral of `level` over time, s: it runs while the band sounds, and modulo 1 it is a phase."""
    presence: float = 0.0
    """0..1, slow: whether the band has sounded in the last seconds."""


@record("BeatEstimate")
@dataclass(frozen=True, slots=True)
class BeatEstimate:
    """Tempo and phase of the beat as the ear hears them."""

    time: float = 0.0
    """Show time at which `beat_phase` and `bar_phase` hold, s."""
    tempo: float = 120.0
    """Beats a minute."""
    beat_phase: float = 0.0
    """0..1 within the beat at `time`."""
    bar_phase: float = 0.0
    """0..1 within the bar at `time`."""
    confidence: float = 0.0
    """0 (no beat) .. 1; from about 0.3 on it may lead the pulse."""
    bar_confidence: float = 0.0
    """0..1, the same for the downbeat."""
    beats_a_bar: int = 4
    """Beats of the bars of `bar_phase`."""


NO_EAR = "none"
"""`Sound.source` of a show without an ear."""
NO_BANDS = (SoundBand(), SoundBand(), SoundBand(), SoundBand())


@record("Sound")
@dataclass(frozen=True, slots=True)
class Sound:
    """What the ear hears; all zero while there is no ear."""

    time: float = 0.0
    """Show time of the newest sample, s."""
    level: float = 0.0
    """0..1 after automatic gain."""
    loudness_db: float = -120.0
    """Level before the gain, dB below full scale."""
    bands: tuple[SoundBand, ...] = NO_BANDS
    """Bass, low-mid, high-mid and high, as BAND_NAMES."""
    onset: float = 0.0
    """Onset strength, 0..1, decaying after each onset."""
    onsets: int = 0
    """Counts the onsets since the ear started."""
    brightness: float = 0.0
    """0..1, where the middle of the spectrum lies on a logarithmic scale."""
    presence: float = 0.0
    """0..1, slow: 0 in silence, 1 while there is sound."""
    silent_seconds: float = 0.0
    """Seconds since the last sound above the noise floor."""
    beat: BeatEstimate = field(default_factory=BeatEstimate)
    source: str = NO_EAR
    """ "ok", "none" without an ear, or the fault of the source, for a person to read."""

    @property
    def bass(self) -> SoundBand:
        """20 to 150 Hz."""
        return self.bands[0]

    @property
    def low_mid(self) -> SoundBand:
        """150 to 800 Hz."""
        return self.bands[1]

    @property
    def high_mid(self) -> SoundBand:
        """800 to 4,000 Hz."""
        return self.bands[2]

    @property
    def high(self) -> SoundBand:
        """4,000 to 16,000 Hz."""
        return self.bands[3]


@record("AudioFrame")
@dataclass(frozen=True, slots=True)
class AudioFrame:
    """The newest spectrum and samples: handles, never saved with a Moment."""

    spectrum: NDArray[np.float32] = field(default_factory=lambda: np.zeros(SPECTRUM_BINS, np.float32))
    """(SPECTRUM_BINS,) 0..1, the newest short-time spectrum."""
    waveform: NDArray[np.float32] = field(default_factory=lambda: np.full(WAVEFORM_SAMPLES, 0.5, np.float32))
    """(WAVEFORM_SAMPLES,) 0..1 around 0.5, the newest samples of one channel."""


@record("EarMessage")
@dataclass(frozen=True, slots=True)
class EarMessage:
    """What the ear's worker answers with each step."""

    sound: Sound
    frame: AudioFrame
