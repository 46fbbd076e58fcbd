"""The dancers' worker with made-up music or a visitor who stands still: whole dances, step by step as in a show."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.dance.request import DanceRequest
from installation.dance.start_pose import standing_pose
from installation.dance.worker import DanceWorker
from installation.interface.body import Body
from installation.interface.dancer import Cast
from installation.interface.dancer_knobs import DancerSettings
from installation.interface.pulse import Pulse
from installation.interface.sound import Sound
from installation.venue.schema import DancerSection
from motion import beat
from motion.body import joint_positions
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.beat_alignment import danceable_tempo
from motion.dancer.network import Network
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

Array = NDArray[np.floating]

TEMPI_BPM = (60.0, 80.0, 100.0, 120.0, 140.0, 160.0, 180.0)
"""Tempi of the music."""
MUSIC_SECONDS = 40.0
"""Duration of each dance to music."""
WARM_UP_SECONDS = 4.0
"""Seconds of a dance before it is measured."""
LOUDNESS_BARS = (0.9, 0.3, 0.7, 0.15)
"""Level of the music in turn, each for two bars."""
REST_BAR = 7
"""Bar of eight in whose second half the music rests."""
STILL_MINUTES = 10
VISITOR_M = (0.0, 3.5)
"""Where the visitor stands, x and z."""


@dataclass(frozen=True)
class LiveDance:
    """One dancer, frame by frame at FRAME_RATE."""

    hips_m: Array
    """(T, 3)"""
    turns: Array
    """(T, 22, 4)"""

    @property
    def joints_m(self) -> Array:
        """(T, 22, 3)"""
        return joint_positions(self.hips_m, self.turns, CANONICAL_OFFSETS)


@dataclass(frozen=True)
class MusicFigures:
    """How dancers follow made-up music, mean over the tempi."""

    f1: float
    """Beat F1 with the music's beats, at half or double time."""
    downbeat_share: float
    """Share of bars whose strongest start of a movement is nearest to the downbeat of four."""
    energy_r: float
    """Correlation of the speed of joints with the level of the music, second by second."""
    rest_speed: float
    """Speed of joints in the music's rests, times that of the rest of the dance."""


def dance(
    network: Network,
    frames: int,
    request_at: Callable[[int], DanceRequest],
    seed: int = 0,
    advance: Callable[[float], None] = lambda share: None,
) -> LiveDance:
    """The first dancer of a worker that gets a request for each of so many frames."""
    worker = DanceWorker(network, 1, DancerSection().area_m, seed)
    bodies: list[Body] = []
    for frame in range(frames):
        message = worker.step({"dance": request_at(frame)}, frame / FRAME_RATE)
        bodies.append(message.body.dancers[0].body if message is not None else bodies[-1])
        if frame % 300 == 0:
            advance(frame / frames)
    return LiveDance(np.array([body.hips_m for body in bodies]), np.array([body.turns[:CORE_COUNT] for body in bodies]))


def dance_to_music(network: Network, tempo: float, seed: int, music: float = 1.0) -> tuple[LiveDance, Array, Array]:
    """A dance without a visitor to music of a tempo; with the beats (T,) and the level (T,) of the music."""
    frames = round(MUSIC_SECONDS * FRAME_RATE)
    beats = np.arange(frames) / FRAME_RATE * tempo / 60.0
    level = _levels(beats / 4.0)
    settings = DancerSettings(seed=seed, music=music, phrasing=0.3)

    def request_at(frame: int) -> DanceRequest:
        at = float(beats[frame])
        pulse = Pulse(tempo=tempo, beat=at, bar=at / 4.0, confidence=1.0, source="composer")
        silent = level[frame] <= 0.0
        seconds = _silent_seconds(level, frame)
        onset = 0.0 if silent else float(np.exp(-(at % 1.0) * 60.0 / tempo / 0.08))
        sound = Sound(level=float(level[frame]), onset=onset, presence=0.9, silent_seconds=seconds, source="ok")
        return DanceRequest(frame / FRAME_RATE, (), pulse, Cast(alone=1), settings, sound=sound)

    return dance(network, frames, request_at, seed), beats, level


def music_figures(network: Network, advance: Callable[[float], None]) -> MusicFigures:
    """Figures of dances to music of TEMPI_BPM."""
    found = []
    for number, tempo in enumerate(TEMPI_BPM):
        found.append(_music_figures(*dance_to_music(network, tempo, number), tempo))
        advance((number + 1) / len(TEMPI_BPM))
    return MusicFigures(*np.nanmean(found, axis=0).tolist())


def _music_figures(one: LiveDance, beats: Array, level: Array, tempo: float) -> tuple[float, float, float, float]:
    start = round(WARM_UP_SECONDS * FRAME_RATE)
    joints = one.joints_m
    rate = danceable_tempo(tempo / 60.0)
    times = np.arange(int(len(joints) / FRAME_RATE * rate)) / rate
    sounds = np.interp(times, np.arange(len(level)) / FRAME_RATE, level) > 0.0
    heard = times[(times > WARM_UP_SECONDS) & sounds]
    own = beat.beat_times(joints, FRAME_RATE)
    own = own[(own > WARM_UP_SECONDS) & (np.interp(own, np.arange(len(level)) / FRAME_RATE, level) > 0.0)]
    speed = np.linalg.norm(np.diff(joints, axis=0, prepend=joints[:1]), axis=-1).mean(axis=1) * FRAME_RATE
    seconds = len(joints) // 30
    per_second = speed[: seconds * 30].reshape(seconds, 30).mean(axis=1)[start // 30 :]
    loud = level[: seconds * 30].reshape(seconds, 30).mean(axis=1)[start // 30 :]
    resting = np.convolve(level <= 0.0, np.ones(12) / 12.0)[: len(level)] > 0.99
    usual = speed[start:][~resting[start:]].mean()
    rest = speed[start:][resting[start:]].mean() / usual if resting[start:].any() else np.nan
    return (
        beat.beat_f1(own, heard),
        _downbeat_share(speed, own, beats),
        float(np.corrcoef(per_second, loud)[0, 1]),
        float(rest),
    )


def _downbeat_share(speed: Array, starts_s: Array, beats: Array) -> float:
    """Share of the bars whose largest movement starts nearest to the downbeat, of movements that start at kinematic
    beats (N,), s, each until the next; of the speed of joints (T,) and the beats (T,) of the music."""
    frames = np.clip(np.round(starts_s * FRAME_RATE).astype(int), 0, len(speed) - 1)
    moved = np.array([speed[a:b].mean() if b > a else 0.0 for a, b in itertools.pairwise([*frames, len(speed)])])
    # A bar is looked at from half a beat before it.
    bars = np.floor((beats[frames] + 0.5) / 4.0)
    found = []
    for bar in np.unique(bars)[1:-1]:
        those = np.flatnonzero(bars == bar)
        largest = those[int(moved[those].argmax())]
        found.append(round(float(beats[frames[largest]])) % 4 == 0)
    return float(np.mean(found)) if found else np.nan


def dance_with_someone_still(network: Network, advance: Callable[[float], None]) -> LiveDance:
    """A dance of STILL_MINUTES with a visitor who stands still, in time with a free-running pulse."""
    hips, turns = standing_pose(np.array(VISITOR_M), np.zeros(2))
    body = Body(hips, turns, REST_OFFSETS_M[:CORE_COUNT], np.ones(CORE_COUNT))

    def request_at(frame: int) -> DanceRequest:
        t = frame / FRAME_RATE
        return DanceRequest(t, ((1, t, body),), Pulse(beat=2.0 * t, bar=0.5 * t), Cast(each=1))

    return dance(network, round(60.0 * STILL_MINUTES * FRAME_RATE), request_at, 0, advance)


def _levels(bars: Array) -> Array:
    """(T,) levels of the music at bars (T,), 0 in its rests."""
    found = np.array(LOUDNESS_BARS)[(bars / 2.0).astype(int) % len(LOUDNESS_BARS)]
    rests = (bars.astype(int) % 8 == REST_BAR) & (bars % 1.0 >= 0.5)
    levels: Array = np.where(rests, 0.0, found)
    return levels


def _silent_seconds(level: Array, frame: int) -> float:
    """Seconds for which the music has rested at a frame."""
    before = np.flatnonzero(level[: frame + 1] > 0.0)
    return (frame - before[-1]) / FRAME_RATE if len(before) else 0.0
