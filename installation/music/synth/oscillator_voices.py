"""Voices of oscillators: synthetic and deep basses, electric piano, organ, pads, leads, brass and flute."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from installation.music.synth.envelopes import Envelope, decay, faded
from installation.music.synth.filters import driven, filtered, highpass, lowpass, peaking, swept_lowpass
from installation.music.synth.tone import PitchedVoice, Tone
from installation.music.synth.waveforms import Wave, noise, pulse, saw, seconds, sine


def synth_bass(tone: Tone) -> Wave:
    """A saw and a square below it through a low-pass that closes quickly."""
    rate = tone.rate
    shape = Envelope(0.002, 0.25, 0.7, 0.03).of(tone.length, rate)
    count = len(shape)
    wave = 0.5 * saw(tone.hz, count, rate) + 0.4 * pulse(0.5 * tone.hz, count, rate, 0.5)
    opening = np.exp(-seconds(count, rate) / 0.11)
    wave = swept_lowpass(wave, 130.0 + (500.0 + 2300.0 * tone.force) * opening, rate, 1.9)
    return 0.8 * driven(wave * shape, 1.3)


def sub_bass(tone: Tone) -> Wave:
    """A sine with a little of its second and third partial, so that small loudspeakers show it too."""
    rate = tone.rate
    shape = Envelope(0.006, 1.1, 0.55, 0.05).of(tone.length, rate)
    count = len(shape)
    glide = tone.hz * (1.0 + 0.5 * np.exp(-seconds(count, rate) / 0.012))
    wave = driven(sine(glide, count, rate), 2.2) + 0.12 * sine(2.0 * tone.hz, count, rate)
    return filtered(wave * shape, lowpass(700.0, rate))


def drone_bass(tone: Tone) -> Wave:
    """A slow, dark saw under a sine."""
    rate = tone.rate
    shape = Envelope(0.35, 1.0, 0.9, 0.4).of(tone.length, rate)
    count = len(shape)
    wave = sine(tone.hz, count, rate) + 0.4 * saw(1.003 * tone.hz, count, rate, 0.3)
    return 0.8 * filtered(wave, lowpass(260.0, rate), lowpass(380.0, rate)) * shape


def electric_piano(tone: Tone) -> Wave:
    """Tines before a pickup, by frequency modulation: warm where soft, a bark where hard; tremolo to both sides."""
    rate = tone.rate
    ring = 1.5 * (261.6 / tone.hz) ** 0.4
    shape = Envelope(0.0015, ring, 0.0, 0.06).of(tone.length, rate)
    count = len(shape)
    time = seconds(count, rate)
    bark = (0.25 + 1.7 * tone.force**1.6) * np.exp(-time / (0.30 * ring))
    tine = 0.28 * tone.force * np.exp(-time / 0.045)
    angle = 2.0 * np.pi * tone.hz * time
    wave = np.sin(angle + bark * np.sin(angle) + 0.2) + tine * np.sin(13.98 * angle)
    wave = filtered(wave * shape, highpass(60.0, rate), lowpass(5200.0, rate))
    turn = 0.16 * np.sin(2.0 * np.pi * 5.1 * time)
    return 0.55 * faded(np.stack((wave * (1.0 + turn), wave * (1.0 - turn)), axis=1), rate)


def organ(tone: Tone) -> Wave:
    """Drawbars, the click of the key, and a rotating loudspeaker."""
    rate = tone.rate
    shape = Envelope(0.004, 1.0, 1.0, 0.02).of(tone.length, rate)
    count = len(shape)
    time = seconds(count, rate)
    turn = np.sin(2.0 * np.pi * 6.2 * time + 0.13 * tone.pitch)
    hz = tone.hz * (1.0 + 0.0022 * turn)
    wave = np.zeros(count)
    for ratio, level in ((0.5, 0.7), (1.0, 1.0), (1.5, 0.6), (2.0, 0.5), (3.0, 0.22), (4.0, 0.22)):
        wave += level * sine(ratio * hz, count, rate, 0.17 * ratio)
    wave += 0.6 * sine(3.0 * tone.hz, count, rate) * decay(count, rate, 0.12)
    wave = driven(0.32 * wave, 1.4) * shape
    return 0.62 * np.stack((wave * (1.0 + 0.22 * turn), wave * (1.0 - 0.22 * turn)), axis=1)


def _chorus(tone: Tone, count: int, cents: float) -> Wave:
    """(count, 2) three detuned saws on each side."""
    sides = []
    for side, offsets in enumerate(((-1.0, 0.15, 0.8), (1.0, -0.2, -0.75))):
        voices = [
            saw(tone.hz * 2.0 ** (cents * each / 1200.0), count, tone.rate, (0.37 * n + 0.21 * side) % 1.0)
            for n, each in enumerate(offsets)
        ]
        sides.append(np.sum(voices, axis=0) / 3.0)
    return np.stack(sides, axis=1)


def warm_pad(tone: Tone) -> Wave:
    """Detuned saws that open and close slowly, wide."""
    rate = tone.rate
    shape = Envelope(min(0.5, 0.35 * tone.length), 1.5, 0.85, 0.22).of(tone.length, rate)
    count = len(shape)
    time = seconds(count, rate)
    cutoff = 420.0 + 1.2 * tone.hz + 1100.0 * tone.force * np.sin(np.pi * np.clip(time / max(tone.length, 0.5), 0, 1))
    wide = _chorus(tone, count, 9.0)
    sides = [swept_lowpass(wide[:, side], cutoff, rate, 0.8) for side in (0, 1)]
    return 1.1 * np.stack(sides, axis=1) * shape[:, None]


def choir_pad(tone: Tone) -> Wave:
    """The same, soft, with the formants of an open vowel and a breath of air."""
    rate = tone.rate
    shape = Envelope(min(0.9, 0.45 * tone.length), 2.0, 0.9, 0.35).of(tone.length, rate)
    count = len(shape)
    wide = _chorus(tone, count, 12.0)
    air = 0.05 * np.stack((noise(count, 201), noise(count, 202)), axis=1)
    vowel = peaking(640.0, rate, 9.0, 2.2), peaking(1180.0, rate, 6.0, 2.5), lowpass(2300.0, rate)
    return 0.75 * filtered(wide + air, lowpass(900.0 + 1.1 * tone.hz, rate), *vowel) * shape[:, None]


def string_pad(tone: Tone) -> Wave:
    """A section of strings: detuned saws with vibrato and a bow that is heard."""
    rate = tone.rate
    shape = Envelope(min(0.14, 0.4 * tone.length), 0.8, 0.85, 0.14).of(tone.length, rate)
    count = len(shape)
    hz = tone.vibrato(count, 7.0, 0.3)
    sides = []
    for side, cents in enumerate(((-8.0, 3.0), (8.0, -4.0))):
        bows = [saw(hz * 2.0 ** (each / 1200.0), count, rate, 0.3 * side + 0.4 * n) for n, each in enumerate(cents)]
        sides.append(bows[0] + bows[1])
    wave = filtered(np.stack(sides, axis=1), highpass(160.0, rate), lowpass(1700.0 + 2600.0 * tone.force, rate))
    return 0.34 * wave * shape[:, None]


def saw_lead(tone: Tone) -> Wave:
    """Two saws a little apart, with vibrato on held notes."""
    rate = tone.rate
    shape = Envelope(0.006, 0.5, 0.75, 0.05).of(tone.length, rate)
    count = len(shape)
    hz = tone.vibrato(count, 18.0)
    wave = 0.5 * saw(hz, count, rate) + 0.5 * saw(1.004 * hz, count, rate, 0.4)
    opening = 0.35 + 0.65 * np.exp(-seconds(count, rate) / 0.25)
    return 0.7 * swept_lowpass(wave, 600.0 + (1200.0 + 4200.0 * tone.force) * opening, rate, 1.1) * shape


def brass(tone: Tone) -> Wave:
    """A section of brass: the filter opens with the breath."""
    rate = tone.rate
    shape = Envelope(0.022, 0.35, 0.72, 0.045).of(tone.length, rate)
    count = len(shape)
    time = seconds(count, rate)
    hz = tone.vibrato(count, 12.0, 0.35) * (1.0 - 0.012 * np.exp(-time / 0.02))
    breath = (1.0 - np.exp(-time / 0.035)) * (0.55 + 0.45 * np.exp(-time / 0.3))
    cutoff = 350.0 + tone.hz + (1300.0 + 4200.0 * tone.force) * breath
    sides = []
    for detune in (-0.0016, 0.0016):
        wave = saw(hz * (1.0 + detune), count, rate, 0.5 + 100.0 * detune) + 0.6 * saw(hz, count, rate, 0.2)
        sides.append(swept_lowpass(wave, cutoff, rate, 0.9))
    return 0.42 * np.stack(sides, axis=1) * shape[:, None]


def flute(tone: Tone) -> Wave:
    """A soft flute: few partials, breath, vibrato."""
    rate = tone.rate
    shape = Envelope(0.05, 0.6, 0.85, 0.06).of(tone.length, rate)
    count = len(shape)
    hz = tone.vibrato(count, 14.0, 0.3)
    wave = sine(hz, count, rate) + (0.1 + 0.25 * tone.force) * sine(2.0 * hz, count, rate)
    wave += 0.08 * sine(3.0 * hz, count, rate)
    air = filtered(noise(count, 203), highpass(1.5 * tone.hz, rate), lowpass(6.0 * tone.hz, rate))
    chiff = 0.05 + 0.25 * np.exp(-seconds(count, rate) / 0.04)
    return 0.6 * (wave + chiff * air * 0.5) * shape


def bell_lead(tone: Tone) -> Wave:
    """A small bell by frequency modulation."""
    rate = tone.rate
    ring = 0.55 * (523.0 / tone.hz) ** 0.3
    shape = Envelope(0.001, ring, 0.0, 0.25).of(tone.length, rate)
    time = seconds(len(shape), rate)
    angle = 2.0 * np.pi * tone.hz * time
    index = (0.4 + 1.5 * tone.force) * np.exp(-time / (0.4 * ring))
    wave = np.sin(angle + index * np.sin(3.5 * angle)) + 0.3 * np.sin(2.0 * angle) * np.exp(-time / (0.5 * ring))
    return 0.6 * filtered(wave * shape, lowpass(7000.0, rate))


OSCILLATOR_VOICES: Mapping[str, PitchedVoice] = {
    "synth bass": synth_bass,
    "sub bass": sub_bass,
    "drone bass": drone_bass,
    "electric piano": electric_piano,
    "organ": organ,
    "warm pad": warm_pad,
    "choir pad": choir_pad,
    "string pad": string_pad,
    "saw lead": saw_lead,
    "brass": brass,
    "flute": flute,
    "bell lead": bell_lead,
}
"""Voices of this module by name."""
