"""Drum voices: kick, snare, clap, rim, hats, toms, crash, ride, bell and shaker, from sines and noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from installation.music.synth.envelopes import decay, faded
from installation.music.synth.filters import bandpass, driven, filtered, highpass, lowpass
from installation.music.synth.waveforms import Wave, noise, partials, pulse, seconds, sine

VARIATIONS = 4
"""Different takes of each drum, played in turn, so that a roll does not sound like one stroke repeated."""
METAL_HZ = (263.0, 400.0, 421.0, 474.0, 587.0, 845.0)
"""Frequencies of six pulses that beat like a sheet of metal; hats use them an octave above."""


# Eighteen fields: all in which the drums of genres differ.
@dataclass(frozen=True, slots=True)
class DrumKit:
    """How the drums of a genre are built. Times are time constants, s."""

    kick_hz: float = 50.0
    kick_sweep_hz: float = 170.0
    """How far above `kick_hz` its pitch begins."""
    kick_sweep: float = 0.018
    kick_decay: float = 0.11
    kick_click: float = 0.5
    kick_drive: float = 1.6
    snare_hz: float = 188.0
    snare_ring: float = 0.07
    snare_noise: float = 0.085
    snare_body: float = 0.55
    """Share of the body; the rest is noise."""
    snare_colour_hz: float = 7200.0
    """Where its noise ends."""
    brush: float = 0.0
    """0..1, how softly the noise of the snare begins."""
    clap: float = 0.0
    """Level of a clap with the snare."""
    hat_decay: float = 0.030
    open_decay: float = 0.24
    hat_metal: float = 0.55
    """Share of metal; the rest is noise."""
    tom_scale: float = 1.0
    """Factor on the pitch of the toms; 2 makes congas of them."""
    ride_metal: float = 0.5
    """Share of the bell in the ride."""


@dataclass(frozen=True, slots=True)
class Stroke:
    """One stroke of a drum."""

    kit: DrumKit
    force: float
    """0..1, from the velocity."""
    variation: int
    """Which take, 0 to VARIATIONS - 1."""
    rate: int

    def samples(self, duration: float) -> int:
        """Samples in so many seconds."""
        return int(duration * self.rate)

    def noise(self, duration: float, seed: int) -> Wave:
        """Noise of its own for each voice and take."""
        return noise(self.samples(duration), seed * 16 + self.variation)

    def detune(self, share: float) -> float:
        """A factor near 1 that differs between the takes."""
        return 1.0 + share * (self.variation - 0.5 * (VARIATIONS - 1)) / VARIATIONS


def kick(stroke: Stroke) -> Wave:
    """A sine that falls in pitch, with a click."""
    kit, rate = stroke.kit, stroke.rate
    count = stroke.samples(6.0 * kit.kick_decay + 0.05)
    time = seconds(count, rate)
    # Two sweeps: a fast one that is heard as the beater, a slow one that is heard as weight.
    sweep = kit.kick_sweep_hz * (0.8 + 0.4 * stroke.force)
    hz = kit.kick_hz + sweep * np.exp(-time / kit.kick_sweep) + 4.0 * sweep * np.exp(-time / 0.0022)
    body = driven(sine(hz, count, rate, 0.02), kit.kick_drive) * decay(count, rate, kit.kick_decay)
    click = filtered(stroke.noise(0.02, 1), highpass(1500.0, rate), lowpass(6500.0, rate))
    click *= decay(len(click), rate, 0.0028) * kit.kick_click * (0.25 + 0.75 * stroke.force)
    body[: len(click)] += 0.35 * click
    return faded(body, rate, 0.02)


def snare(stroke: Stroke) -> Wave:
    """Two modes of the skin, and the noise of the wires; with the kit's clap."""
    kit, rate = stroke.kit, stroke.rate
    count = stroke.samples(7.0 * max(kit.snare_noise, kit.snare_ring) + 0.02)
    time = seconds(count, rate)
    hz = kit.snare_hz * stroke.detune(0.012) * (1.0 + 0.35 * np.exp(-time / 0.006))
    body = sine(hz, count, rate) * decay(count, rate, kit.snare_ring)
    body += 0.55 * sine(1.74 * hz, count, rate) * decay(count, rate, 0.6 * kit.snare_ring)
    colour = kit.snare_colour_hz * (0.55 + 0.45 * stroke.force)
    wires = filtered(noise(count, 32 + stroke.variation), highpass(900.0, rate), lowpass(colour, rate, 0.9))
    fast, slow = decay(count, rate, 0.22 * kit.snare_noise), decay(count, rate, kit.snare_noise)
    wires *= 0.55 * fast + 0.45 * slow
    if kit.brush:
        rise = 0.004 + 0.03 * kit.brush
        wires *= 1.0 - np.exp(-time / rise)
    wave = kit.snare_body * body + (1.0 - kit.snare_body) * 0.9 * wires
    if kit.clap:
        clapped = kit.clap * clap(stroke)
        longer = np.zeros(max(len(wave), len(clapped)))
        longer[: len(wave)] += wave
        longer[: len(clapped)] += clapped
        wave = longer
    return faded(driven(wave, 1.3), rate, 0.01)


def clap(stroke: Stroke) -> Wave:
    """Four bursts of noise, as of several hands, and their tail."""
    rate = stroke.rate
    count = stroke.samples(0.42)
    time = seconds(count, rate)
    envelope = 0.5 * np.where(time > 0.03, np.exp(-(time - 0.03) / 0.06), 0.0)
    for begin in (0.0, 0.0105 * stroke.detune(0.1), 0.0205, 0.031):
        envelope += np.where(time >= begin, np.exp(-(time - begin) / 0.0035), 0.0)
    wave = filtered(noise(count, 48 + stroke.variation), bandpass(1150.0, rate, 1.1), highpass(500.0, rate))
    return faded(1.1 * wave * envelope, rate)


def rim(stroke: Stroke) -> Wave:
    """A short knock of wood on metal."""
    rate = stroke.rate
    frequencies = np.array([455.0, 1120.0, 1670.0, 2490.0]) * stroke.detune(0.02)
    wave = partials(
        frequencies, np.array([0.5, 0.6, 0.8, 0.3]), np.array([0.016, 0.012, 0.010, 0.006]), stroke.samples(0.12), rate
    )
    tick = filtered(stroke.noise(0.01, 4), highpass(2500.0, rate))
    wave[: len(tick)] += 0.3 * tick * decay(len(tick), rate, 0.0015)
    return faded(wave, rate)


def _metal(stroke: Stroke, count: int, octave: float) -> Wave:
    """Six pulses of inharmonic pitch, as in the cymbals of analogue drum machines."""
    total = np.zeros(count)
    for number, hz in enumerate(METAL_HZ):
        total += pulse(hz * octave * stroke.detune(0.004), count, stroke.rate, 0.5, 0.13 * number)
    return total / len(METAL_HZ)


def _hat(stroke: Stroke, constant: float) -> Wave:
    kit, rate = stroke.kit, stroke.rate
    count = stroke.samples(7.0 * constant + 0.01)
    metal = filtered(_metal(stroke, count, 2.0), highpass(6800.0, rate), highpass(6800.0, rate))
    hiss = filtered(noise(count, 64 + stroke.variation), highpass(7600.0, rate), lowpass(15500.0, rate))
    wave = 2.4 * kit.hat_metal * metal + 0.32 * (1.0 - kit.hat_metal) * hiss
    # Strokes are a tick and a ring; soft ones are mostly the ring.
    tick = 0.4 + 0.6 * stroke.force
    return faded(wave * (tick * decay(count, rate, 0.25 * constant) + 0.6 * decay(count, rate, constant)), rate)


def closed_hat(stroke: Stroke) -> Wave:
    """A tick of metal and noise."""
    return _hat(stroke, stroke.kit.hat_decay * (0.7 + 0.5 * stroke.force))


def open_hat(stroke: Stroke) -> Wave:
    """The same, ringing until it is closed."""
    return _hat(stroke, stroke.kit.open_decay)


def _tom(stroke: Stroke, hz: float) -> Wave:
    rate = stroke.rate
    hz *= stroke.kit.tom_scale * stroke.detune(0.01)
    constant = 0.17 * (95.0 / hz) ** 0.4
    count = stroke.samples(6.0 * constant)
    time = seconds(count, rate)
    glide = hz * (1.0 + 0.45 * (0.4 + 0.6 * stroke.force) * np.exp(-time / 0.028))
    wave = sine(glide, count, rate) * decay(count, rate, constant)
    wave += 0.3 * sine(1.59 * glide, count, rate) * decay(count, rate, 0.3 * constant)
    slap = filtered(stroke.noise(0.03, 5), bandpass(12.0 * hz, rate, 0.8)) * decay(stroke.samples(0.03), rate, 0.006)
    wave[: len(slap)] += 0.35 * stroke.force * slap
    return faded(driven(wave, 1.3), rate, 0.02)


def low_tom(stroke: Stroke) -> Wave:
    """Floor tom, or the low conga."""
    return _tom(stroke, 82.0)


def mid_tom(stroke: Stroke) -> Wave:
    """Middle tom, or the conga."""
    return _tom(stroke, 112.0)


def high_tom(stroke: Stroke) -> Wave:
    """High tom, or the quinto."""
    return _tom(stroke, 150.0)


def crash(stroke: Stroke) -> Wave:
    """A cymbal that swells for some milliseconds and rings for seconds."""
    rate = stroke.rate
    count = stroke.samples(2.6)
    time = seconds(count, rate)
    hiss = noise(count, 96 + stroke.variation)
    low = filtered(hiss, bandpass(3800.0, rate, 0.6)) * np.exp(-time / 0.62)
    high = filtered(hiss, highpass(7000.0, rate)) * np.exp(-time / 0.33)
    metal = filtered(_metal(stroke, count, 3.1), highpass(3000.0, rate)) * np.exp(-time / 0.5)
    wave = (0.30 * low + 0.26 * high + 0.45 * metal) * (1.0 - 0.7 * np.exp(-time / 0.012))
    return faded(wave, rate, 0.2)


def ride(stroke: Stroke) -> Wave:
    """A ping over a wash that grows with the force."""
    kit, rate = stroke.kit, stroke.rate
    count = stroke.samples(1.5)
    time = seconds(count, rate)
    frequencies = np.array([563.0, 1247.0, 2071.0, 3117.0, 3989.0, 5233.0, 6661.0]) * stroke.detune(0.003)
    ping = partials(
        frequencies,
        np.array([0.22, 0.30, 0.30, 0.34, 0.30, 0.22, 0.18]),
        np.array([0.28, 0.34, 0.30, 0.24, 0.17, 0.12, 0.09]),
        count,
        rate,
    )
    wash = filtered(noise(count, 112 + stroke.variation), highpass(5600.0, rate), lowpass(14000.0, rate))
    wash *= np.exp(-time / 0.26) * (0.3 + 0.7 * stroke.force)
    tick = decay(count, rate, 0.004) * filtered(noise(count, 128 + stroke.variation), highpass(4000.0, rate))
    return faded(0.5 * kit.ride_metal * ping + 0.16 * wash + 0.18 * stroke.force * tick, rate, 0.1)


def bell(stroke: Stroke) -> Wave:
    """A cowbell: two pulses through a band-pass."""
    rate = stroke.rate
    count = stroke.samples(0.4)
    tones = pulse(562.0, count, rate) + pulse(845.0, count, rate)
    return faded(0.5 * filtered(tones, bandpass(1400.0, rate, 1.2)) * decay(count, rate, 0.07), rate)


def shaker(stroke: Stroke) -> Wave:
    """Grains: noise with a soft begin."""
    rate = stroke.rate
    count = stroke.samples(0.16)
    time = seconds(count, rate)
    grains = filtered(noise(count, 144 + stroke.variation), bandpass(7200.0, rate, 0.9))
    return faded(0.5 * grains * (1.0 - np.exp(-time / 0.014)) * np.exp(-time / 0.03), rate)


DrumVoice = Callable[[Stroke], Wave]

DRUM_VOICES: Mapping[str, DrumVoice] = {
    "kick": kick,
    "snare": snare,
    "clap": clap,
    "rim": rim,
    "closed hat": closed_hat,
    "open hat": open_hat,
    "low tom": low_tom,
    "mid tom": mid_tom,
    "high tom": high_tom,
    "crash": crash,
    "ride": ride,
    "bell": bell,
    "shaker": shaker,
}
"""Every drum by its name."""
_GENERAL_MIDI: Mapping[str, tuple[int, ...]] = {
    "kick": (35, 36),
    "rim": (31, 37, 75, 76, 77, 85),
    "snare": (38, 40),
    "clap": (39,),
    "closed hat": (42, 44, 22),
    "open hat": (46, 26),
    "low tom": (41, 43, 58, 64, 66, 61),
    "mid tom": (45, 47, 63, 65),
    "high tom": (48, 50, 60, 62),
    "crash": (49, 52, 55, 57),
    "ride": (51, 53, 59),
    "bell": (56, 80, 81),
    "shaker": (54, 69, 70, 82),
}
_DRUM_OF_PITCH = {pitch: name for name, pitches in _GENERAL_MIDI.items() for pitch in pitches}
CHOKED_BY: Mapping[str, str] = {"closed hat": "open hat"}
"""A stroke of the first drum ends the ringing of the second."""
PAN: Mapping[str, float] = {
    "closed hat": 0.28,
    "open hat": 0.28,
    "ride": -0.38,
    "crash": -0.24,
    "low tom": -0.42,
    "mid tom": 0.06,
    "high tom": 0.40,
    "bell": 0.5,
    "shaker": 0.45,
    "rim": -0.14,
    "clap": 0.05,
}
"""-1 (left) .. 1 (right), as the audience sees the kit; those left out stand in the middle."""


def drum_of(pitch: int) -> str:
    """The drum of a General MIDI pitch; a rim for those that the kit lacks."""
    return _DRUM_OF_PITCH.get(pitch, "rim")
