"""Voices of strings and bars: basses, guitars, clavinet, piano, vibraphone and glass, as sums of partials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from installation.music.synth.envelopes import Envelope, decay, faded
from installation.music.synth.filters import driven, filtered, highpass, lowpass, peaking
from installation.music.synth.tone import PitchedVoice, Tone
from installation.music.synth.waveforms import Wave, noise, partials, seconds, sine

MAX_PARTIAL_HZ = 11_000.0
"""Partials above are left out."""
MIDDLE_C_HZ = 261.63


@dataclass(frozen=True, slots=True)
class StringKind:
    """What makes a string sound as it does."""

    pluck: float
    """Where it is struck, as a share of its length: partials with a node there are missing."""
    ring: float
    """Time constant of the lowest partial at middle C, s."""
    damping: float
    """How much faster the higher partials decay."""
    slope: float = 1.5
    """Amplitudes fall with this power of the partial's number; less where it is struck hard."""
    stiffness: float = 0.0
    """How far the partials are stretched."""
    release: float = 0.05
    """Time constant once it is damped, s."""


def string(tone: Tone, kind: StringKind, detune_cents: float = 0.0) -> Wave:
    """(n,) a string that is struck and damped at the end of the note; its peak is near 1."""
    rate = tone.rate
    envelope = Envelope(0.001, 1.0, 1.0, kind.release)
    hz = tone.hz * 2.0 ** (detune_cents / 1200.0)
    number = np.arange(1.0, max(1, int(MAX_PARTIAL_HZ / hz)) + 1.0)
    amplitudes = np.sin(np.pi * kind.pluck * number) / number ** (kind.slope + 0.5 - 0.8 * tone.force)
    constants = kind.ring * (MIDDLE_C_HZ / hz) ** 0.45 / (1.0 + kind.damping * number**1.5)
    frequencies = hz * number * np.sqrt(1.0 + kind.stiffness * number**2)
    wave = partials(frequencies, amplitudes, constants, envelope.samples(tone.length, rate), rate)
    return wave * envelope.of(tone.length, rate) * (0.7 / float(np.sqrt(np.sum(amplitudes**2))))


def _with_touch(wave: Wave, tone: Tone, level: float, colour_hz: float) -> Wave:
    """The wave with the noise of the finger, pick or hammer at its begin."""
    count = min(len(wave), int(0.02 * tone.rate))
    touch = filtered(noise(count, 5 + tone.pitch % 4), lowpass(colour_hz, tone.rate))
    wave[:count] += level * (0.2 + 0.8 * tone.force) * touch * decay(count, tone.rate, 0.004)
    return wave


FINGERED = StringKind(0.20, 0.55, 0.05, 1.6, 0.00003, 0.035)
PICKED = StringKind(0.12, 0.60, 0.03, 1.3, 0.00004, 0.04)
SLAPPED = StringKind(0.07, 0.42, 0.02, 1.05, 0.00005, 0.02)
UPRIGHT = StringKind(0.28, 0.30, 0.12, 1.9, 0.00002, 0.06)
NYLON = StringKind(0.24, 0.45, 0.06, 1.7, 0.00002, 0.09)
STEEL = StringKind(0.13, 0.75, 0.02, 1.25, 0.00003, 0.06)
CLAVINET = StringKind(0.06, 0.42, 0.018, 0.9, 0.00006, 0.018)
PIANO = StringKind(0.12, 0.95, 0.045, 1.55, 0.00012, 0.09)


def finger_bass(tone: Tone) -> Wave:
    """Electric bass, played with the fingers."""
    wave = _with_touch(string(tone, FINGERED), tone, 0.10, 1500.0)
    wave = filtered(wave, lowpass(700.0 + 1700.0 * tone.force, tone.rate), peaking(95.0, tone.rate, 3.0, 0.8))
    return driven(1.3 * wave, 1.1)


def picked_bass(tone: Tone) -> Wave:
    """Electric bass, played with a pick, through an amplifier that begins to distort."""
    wave = _with_touch(string(tone, PICKED), tone, 0.16, 2600.0)
    wave = filtered(driven(1.8 * wave, 1.6), lowpass(2600.0, tone.rate), peaking(110.0, tone.rate, 2.5, 0.8))
    return 0.75 * wave


def slap_bass(tone: Tone) -> Wave:
    """Electric bass, struck with the thumb."""
    wave = _with_touch(string(tone, SLAPPED), tone, 0.22, 4200.0)
    wave = filtered(wave, peaking(90.0, tone.rate, 5.0, 0.8), peaking(650.0, tone.rate, -5.0, 0.8))
    return driven(1.2 * wave, 1.3)


def upright_bass(tone: Tone) -> Wave:
    """Double bass, plucked: a short string in a large body."""
    wave = _with_touch(string(tone, UPRIGHT), tone, 0.14, 900.0)
    wave += 0.25 * sine(tone.hz, len(wave), tone.rate) * decay(len(wave), tone.rate, 0.22)
    body = peaking(75.0, tone.rate, 4.0, 1.0), peaking(190.0, tone.rate, 3.0, 1.5)
    return 1.2 * faded(filtered(wave, *body, lowpass(1400.0 + 900.0 * tone.force, tone.rate)), tone.rate)


def nylon_guitar(tone: Tone) -> Wave:
    """Guitar with nylon strings."""
    wave = _with_touch(string(tone, NYLON), tone, 0.07, 2200.0)
    return filtered(wave, peaking(210.0, tone.rate, 3.0, 1.2), highpass(75.0, tone.rate))


def steel_guitar(tone: Tone) -> Wave:
    """Electric guitar, clean."""
    wave = _with_touch(string(tone, STEEL), tone, 0.06, 5000.0)
    return filtered(wave, peaking(2600.0, tone.rate, 3.0, 1.0), highpass(110.0, tone.rate))


def driven_guitar(tone: Tone) -> Wave:
    """Electric guitar through an amplifier that distorts, and its loudspeaker."""
    held = StringKind(0.16, 1.6, 0.015, 1.2, 0.00003, 0.035)
    wave = driven(string(tone, held) * (2.5 + 2.5 * tone.force), 2.2)
    speaker = highpass(115.0, tone.rate), peaking(2300.0, tone.rate, 4.0, 1.0), lowpass(4300.0, tone.rate, 0.9)
    # What distorts hardly decays: the amplifier holds it, so that the end of the note has to be shaped again.
    shape = Envelope(0.002, 0.9, 0.45, held.release).of(tone.length, tone.rate)
    return 0.6 * filtered(wave, *speaker) * shape


def clavinet(tone: Tone) -> Wave:
    """Clavinet: a struck string under a pickup."""
    wave = _with_touch(string(tone, CLAVINET), tone, 0.10, 6000.0)
    return driven(filtered(1.3 * wave, highpass(170.0, tone.rate), peaking(1500.0, tone.rate, 4.0, 1.0)), 1.4)


def piano(tone: Tone) -> Wave:
    """Piano: two strings a little apart in pitch, a hammer, and a sound that decays in two steps."""
    one, other = string(tone, PIANO, -0.7), string(tone, PIANO, 0.8)
    fast = decay(len(one), tone.rate, 0.35)
    wave = 0.55 * (one + other) * (0.65 + 0.35 * fast)
    colour = 1800.0 + 6500.0 * tone.force**1.3
    wave = filtered(_with_touch(wave, tone, 0.10, 1400.0), lowpass(colour, tone.rate))
    return _spread(wave, tone)


def _spread(wave: Wave, tone: Tone) -> Wave:
    """(n, 2) the wave placed as the keys lie before a pianist: low to the left, high to the right."""
    place = float(np.clip((tone.pitch - 62) / 60.0, -0.35, 0.35))
    angle = (1.0 + place) * np.pi / 4.0
    sides: Wave = np.sqrt(2.0) * np.array([np.cos(angle), np.sin(angle)])
    return wave[:, None] * sides


def vibraphone(tone: Tone) -> Wave:
    """Bars of metal with a slow tremolo that turns from left to right."""
    rate = tone.rate
    count = int((min(tone.length, 1.2) + 1.6) * rate)
    ring = 1.15 * (MIDDLE_C_HZ / tone.hz) ** 0.35
    wave = partials(
        tone.hz * np.array([1.0, 3.98, 9.9]),
        np.array([0.8, 0.16 + 0.14 * tone.force, 0.06 * tone.force]),
        ring * np.array([1.0, 0.28, 0.07]),
        count,
        rate,
    )
    turn = 0.18 * np.sin(2.0 * np.pi * 4.6 * seconds(count, rate))
    damped = np.minimum(1.0, np.exp(-(seconds(count, rate) - tone.length - 0.35) / 0.4))
    wave = faded(wave * damped, rate, 0.05)
    return np.stack((wave * (1.0 + turn), wave * (1.0 - turn)), axis=1)


def glass(tone: Tone) -> Wave:
    """Bowls of glass: a soft begin, partials that beat, a long decay to both sides."""
    rate = tone.rate
    count = int((min(tone.length, 3.0) + 3.2) * rate)
    ring = 1.3 * (MIDDLE_C_HZ / tone.hz) ** 0.25
    shares = np.array([1.0, 0.5, 0.28 * (0.3 + tone.force), 0.16 * tone.force])
    constants = ring * np.array([1.0, 0.6, 0.3, 0.18])
    sides = []
    for beat in (-0.9, 0.9):
        frequencies = tone.hz * np.array([1.0, 2.0, 2.76, 5.4]) + beat * np.array([0.3, 0.7, 1.0, 1.4])
        sides.append(partials(frequencies, 0.55 * shares, constants, count, rate))
    soft = 1.0 - np.exp(-seconds(count, rate) / 0.012)
    return faded(np.stack(sides, axis=1) * soft[:, None], rate, 0.3)


STRING_VOICES: Mapping[str, PitchedVoice] = {
    "finger bass": finger_bass,
    "picked bass": picked_bass,
    "slap bass": slap_bass,
    "upright bass": upright_bass,
    "nylon guitar": nylon_guitar,
    "steel guitar": steel_guitar,
    "driven guitar": driven_guitar,
    "clavinet": clavinet,
    "piano": piano,
    "vibraphone": vibraphone,
    "glass": glass,
}
"""Voices of this module by name."""
