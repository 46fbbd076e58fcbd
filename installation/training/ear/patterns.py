"""Drum patterns of dance music by rule, 60 to 190 beats a minute, and bass lines and chords for any beats."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Events = NDArray[np.float64]
"""(n, 4): start s, length s, pitch, velocity."""

KICK, RIM, SNARE, CLAP, CLOSED_HAT, OPEN_HAT, RIDE, CRASH, COWBELL = 36, 37, 38, 39, 42, 46, 51, 49, 56


@dataclass(frozen=True, slots=True)
class DrumPattern:
    """One bar of drums on steps: for each drum the steps it sounds on, and steps where it may."""

    low_bpm: float
    high_bpm: float
    drums: dict[int, str]
    """A character a step: x sounds, o sounds softly, ? sounds half of the time, . rests."""
    beats: int = 4
    swing: float = 0.0
    """Largest delay of every second step, as a share of a step."""


PATTERNS = (
    DrumPattern(115, 138, {KICK: "x...x...x...x...", CLAP: "....x.......x...", OPEN_HAT: "..x...x...x...x."}),
    DrumPattern(118, 150, {KICK: "x...x...x...x...", CLOSED_HAT: "xoxoxoxoxoxoxoxo", SNARE: "....x.......x..?"}),
    DrumPattern(120, 145, {KICK: "x...x...x...x...", CLOSED_HAT: "..x...x...x...x.", RIM: "...?..?....?..?."}),
    DrumPattern(100, 130, {KICK: "x...x...x...x...", SNARE: "....x.......x...", CLOSED_HAT: "x.x.x.x.x.x.x.x."}),
    DrumPattern(158, 190, {KICK: "x.........x.....", SNARE: "....x.......x...", CLOSED_HAT: "x.x.x.x.x.x.x.x."}),
    DrumPattern(158, 190, {KICK: "x.x...?...xx....", SNARE: "....x..o.o..x..?", RIDE: "x.x.x.x.x.x.x.x."}),
    DrumPattern(160, 185, {KICK: "x...?.....x..?..", SNARE: "....x..?....x...", CLOSED_HAT: "xoxoxoxoxoxoxoxo"}),
    DrumPattern(
        70, 105, {KICK: "x..?..?.x.?.....", SNARE: "....x.......x...", CLOSED_HAT: "x.x.x.x.x.x.x.x."}, swing=0.6
    ),
    DrumPattern(
        76, 100, {KICK: "x......?..x.....", SNARE: "....x.......x...", CLOSED_HAT: "xoxoxoxoxoxoxoxo"}, swing=0.3
    ),
    DrumPattern(90, 160, {KICK: "x.......x.?.....", SNARE: "....x.......x...", CLOSED_HAT: "x.x.x.x.x.x.x.x."}),
    DrumPattern(100, 180, {KICK: "x.....x.x.......", SNARE: "....x.......x...", RIDE: "x...x...x...x..."}),
    DrumPattern(140, 200, {KICK: "x...x...x...x...", SNARE: "..x...x...x...x.", CLOSED_HAT: "x.x.x.x.x.x.x.x."}),
    DrumPattern(60, 85, {KICK: "x.......x..?....", SNARE: "....x.......x...", CLOSED_HAT: "xoxoxoxoxoxoxoxo"}),
    DrumPattern(60, 95, {KICK: "x..?....x.......", RIM: "....x.......x...", RIDE: "x.x.x.x.x.x.x.x."}),
    DrumPattern(65, 85, {KICK: "........x.......", RIM: "........x.......", CLOSED_HAT: "x.o.x.o.x.o.x.o."}, swing=0.4),
    DrumPattern(95, 118, {KICK: "x..x..x.x..x....", SNARE: "....x..o.o..x..o", CLOSED_HAT: "x.xxx.x.x.xxx.x."}),
    DrumPattern(90, 105, {KICK: "x...x...x...x...", SNARE: "...x..x....x..x.", CLOSED_HAT: "x.x.x.x.x.x.x.x."}),
    DrumPattern(90, 190, {KICK: "x...........", SNARE: "....x...x...", CLOSED_HAT: "x.?.x.?.x.?."}, beats=3),
    DrumPattern(
        110, 200, {RIDE: "x...x..ox...x..o", CLOSED_HAT: "....x.......x...", KICK: "o...o...o...o..."}, swing=1.0
    ),
    DrumPattern(60, 190, {COWBELL: "x...o...o...o..."}),
    DrumPattern(60, 190, {RIM: "x...x...x...x..."}),
    DrumPattern(70, 180, {CLOSED_HAT: "x.o.x.o.x.o.x.o."}),
)
"""House, techno, disco, drum and bass, hip-hop, rock, punk, ballads, reggae, funk, reggaeton, a waltz, swing, and
metronomes."""
SCALES = ((0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 9, 10))
"""Semitones of the steps of minor, major and Dorian."""
VELOCITY = {"x": 105, "o": 55, "?": 80}


def play_pattern(
    pattern: DrumPattern, bpm: float, seconds: float, random: np.random.Generator
) -> tuple[Events, NDArray[np.floating]]:
    """The pattern's events, with small errors of a player, now and then without a drum or two; and its beats, s."""
    period = 60.0 / bpm
    beats = np.arange(int(seconds / period) + 1, dtype=np.float64) * period
    jitter = float(random.choice([0.0, 0.003, 0.008]))
    swing = random.uniform(0.0, pattern.swing)
    steps_a_beat = len(next(iter(pattern.drums.values()))) // pattern.beats
    rows: list[tuple[float, float, float, float]] = []
    muted: set[int] = set()
    for bar in range(len(beats) // pattern.beats):
        if bar % 4 == 0:
            muted = {drum for drum in pattern.drums if len(pattern.drums) > 1 and random.random() < 0.12}
            rows.append((beats[bar * pattern.beats], 0.0, CRASH, 90 * float(random.random() < 0.3)))
        for drum in pattern.drums.keys() - muted:
            for step, mark in enumerate(pattern.drums[drum]):
                if mark == "." or (mark == "?" and random.random() < 0.5):
                    continue
                place = step + (swing * 2 / 3 if step % 2 else 0.0)
                time = (bar * pattern.beats + place / steps_a_beat) * period + random.normal(0.0, jitter)
                rows.append((time, 0.0, drum, VELOCITY[mark] * random.uniform(0.8, 1.15)))
    events = np.array([row for row in rows if row[3] > 0 and row[0] >= 0], np.float64).reshape(-1, 4)
    return events, beats


def bass_line(beats: NDArray[np.floating], beats_a_bar: int, random: np.random.Generator) -> Events:
    """A bass on the chords of `chords` with the same random numbers: quarters, eighths, off-beats or long notes."""
    roots = _roots(len(beats), beats_a_bar, random)
    style = random.choice(["quarters", "eighths", "off", "long", "free"])
    rows: list[tuple[float, float, float, float]] = []
    for number, (start, end) in enumerate(pairwise(beats)):
        period, root = end - start, 33 + roots[number // beats_a_bar]
        if style == "long" and number % beats_a_bar == 0:
            rows.append((start, period * beats_a_bar * 0.95, root, 95))
        if style in ("quarters", "eighths"):
            rows.append((start, period * 0.45, root, 100))
        if style in ("eighths", "off"):
            rows.append((start + period / 2, period * 0.45, root + 12 * float(random.random() < 0.2), 90))
        if style == "free":
            for step in range(4):
                if random.random() < (0.6, 0.15, 0.4, 0.2)[step]:
                    rows.append((start + step * period / 4, period / 4, root + random.choice([0, 0, 7, 12]), 95))
    return np.array(rows, np.float64).reshape(-1, 4)


def chords(beats: NDArray[np.floating], beats_a_bar: int, random: np.random.Generator) -> Events:
    """Chords by bars: held, or broken into eighths or sixteenths."""
    roots = _roots(len(beats), beats_a_bar, random)
    scale = SCALES[random.integers(len(SCALES))]
    style = random.choice(["held", "held", "eighths", "sixteenths"])
    rows: list[tuple[float, float, float, float]] = []
    for bar, first in enumerate(range(0, len(beats) - beats_a_bar, beats_a_bar)):
        start, end = beats[first], beats[first + beats_a_bar]
        tones = [57 + roots[bar] + scale[step] for step in (0, 2, 4)]
        if style == "held":
            rows += [(start, end - start, tone, 70) for tone in tones]
            continue
        count = beats_a_bar * (2 if style == "eighths" else 4)
        for step in range(count):
            if random.random() < 0.85:
                length = (end - start) / count
                rows.append((start + step * length, length, tones[step % 3] + 12 * (step % 2), 75))
    return np.array(rows, np.float64).reshape(-1, 4)


def _roots(beats: int, beats_a_bar: int, random: np.random.Generator) -> list[int]:
    """A root for each bar, semitones: four that repeat."""
    four = [int(random.integers(-5, 7)) for _ in range(4)]
    return [four[bar % 4] for bar in range(beats // beats_a_bar + 1)]
