"""Baselines of the dancer (mirror, metronome, random partner, clip on the beat) and of prediction (extrapolation)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from motion import beat
from motion.body import Motion
from motion.dancer.conditioning import Conditioning
from motion.dancer.data import FRAME_RATE, mirror
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, moved_to
from motion.dancer.motion_matching import FEATURE_WEIGHTS, PARTNER_FEATURES, MatchingDatabase, MotionMatcher
from motion.metrics import motion_joints
from motion.resample import cut
from motion.smooth import OneEuro

Array = NDArray[np.floating]

BLIND_WEIGHTS = {**FEATURE_WEIGHTS, **dict.fromkeys(PARTNER_FEATURES, 0.0)}
"""Feature weights of a database that is searched by the body's own pose alone."""
METRONOME_PHASES = 8
"""Metronomes with different phases over which the score is averaged."""
BEAT_DELAY_SECONDS = 0.3
"""Delay after which a beat of the partner is known: most of the look-ahead of the Gaussian that smooths the speed."""
MEMORY_SECONDS = 10.0
"""Duration of the partner's speed in which beats are found."""
SPEED_RANGE = 0.7, 1.4
"""Lowest and highest playback speed by which a clip is fitted to the beat."""
TYPICAL_BEAT_SECONDS = 1.1
"""Assumed time between two kinematic beats while fewer than two are known."""
ONE_EURO_CUTOFFS = (2.0, 1.0)
"""Cutoffs, Hz and Hz a m/s, as in `visitant measure bodies`."""


def delayed_mirror(pair: EvaluationPair, delay_seconds: float) -> Motion:
    """The partner's mirror image at the dancer's place, delayed; from the rollout's first frame on."""
    delay = round(delay_seconds * FRAME_RATE)
    image = mirror(pair.partner)
    image = moved_to(image, motion_joints(image)[CONTEXT_FRAMES - 1 - delay], pair.own_m[CONTEXT_FRAMES - 1])
    return cut(image, (CONTEXT_FRAMES - delay) / FRAME_RATE, (len(image) - delay) / FRAME_RATE)


def random_partner(pair: EvaluationPair, other: EvaluationPair) -> Motion:
    """The motion of another pair's dancer, moved to this one's start; as long as the shorter."""
    motion = moved_to(other.own, other.own_m[CONTEXT_FRAMES - 1], pair.own_m[CONTEXT_FRAMES - 1])
    return cut(motion, CONTEXT_FRAMES / FRAME_RATE, min(len(pair.own), len(other.own)) / FRAME_RATE)


def captured(pair: EvaluationPair) -> Motion:
    """The captured dancer's own motion."""
    return cut(pair.own, CONTEXT_FRAMES / FRAME_RATE, None)


def metronome_f1(beats_s: Array, seconds: float) -> float:
    """Mean beat F1, 0..1, of metronomes with as many beats a second as `beats_s` (N,), at METRONOME_PHASES phases."""
    if not len(beats_s):
        return 0.0
    gap = seconds / len(beats_s)
    phases = (gap * p / METRONOME_PHASES for p in range(METRONOME_PHASES))
    return float(np.mean([beat.beat_f1(np.arange(phase, seconds, gap), beats_s) for phase in phases]))


class OnBeatMatcher(MotionMatcher):
    """Motion matching on the beat: plays the clip nearest to the first pose, at a speed at which its kinematic beats
    fall on the partner's expected ones; then the next that fits. Only the partner's speed is used, not the pose."""

    def __init__(self, database: MatchingDatabase, joints_m: Tensor, turns: Tensor, beats: Sequence[Array]) -> None:
        """`beats` are `beats_per_frame` of the database, which should be built with BLIND_WEIGHTS."""
        super().__init__(database, joints_m, turns, search_frames=10**9)
        self._beats = beats
        self._partner_speed = np.zeros((len(joints_m), 0))

    def playback_speed(self, conditioning: Conditioning) -> Array:
        """Captured frames (N,) to the next frame."""
        pace = conditioning.pace
        assert pace is not None and conditioning.delay is not None
        new = pace.numpy() if not self._partner_speed.size else pace[:, -1:].numpy()
        memory = round(MEMORY_SECONDS * FRAME_RATE)
        self._partner_speed = np.concatenate([self._partner_speed, new], axis=1)[:, -memory:]
        delay = float(conditioning.delay[0, 0])
        steps = np.ones(len(self.at))
        for row, at in enumerate(self.at):
            own = self._beats[int(at)]
            coming = own[own > at + 1.0]
            if len(coming):
                left = frames_to_next_beat(self._partner_speed[row]) - delay
                steps[row] = np.clip((coming[0] - at) / max(left, 1.0), *SPEED_RANGE)
        return steps


def frames_to_next_beat(speed: Array) -> float:
    """Frames from the last of speeds (T,) to the next expected kinematic beat."""
    found = speed_minima(speed)
    found = found[found <= len(speed) - 1 - BEAT_DELAY_SECONDS * FRAME_RATE]
    gap = float(np.median(np.diff(found[-4:]))) if len(found) > 1 else TYPICAL_BEAT_SECONDS * FRAME_RATE
    if not len(found):
        return gap
    since = len(speed) - 1 - float(found[-1])
    return gap - since % gap


def speed_minima(speed: Array) -> Array:
    """(N,) frames of the minima of speeds (T,), smoothed as for kinematic beats."""
    sigma = beat.SPEED_SMOOTHING_S * FRAME_RATE
    reach = round(4.0 * beat.SPEED_SMOOTHING_S * FRAME_RATE)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    smooth = np.convolve(np.pad(speed, reach, mode="edge"), kernel / kernel.sum(), mode="valid")
    return np.flatnonzero((smooth[1:-1] < smooth[:-2]) & (smooth[1:-1] <= smooth[2:])) + 1.0


def beats_per_frame(database: MatchingDatabase) -> list[Array]:
    """For every captured frame the beats of its clip, in frames."""
    ends = np.unique(database.end)
    found: list[Array] = []
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        beats = beat.beat_times(database.joints_m[start:end], FRAME_RATE) * FRAME_RATE + start
        found += [beats] * int(end - start)
    return found


def extrapolate(points: Array, rate_hz: float, velocity_share: float, ahead_s: float) -> Array:
    """Points (T, J, 3) moved on for `ahead_s` seconds with a share of their velocity since the frame before."""
    velocity = np.diff(points, axis=0, prepend=points[:1]) * rate_hz
    return points + velocity_share * ahead_s * velocity


def one_euro_filtered(points: Array, rate_hz: float) -> Array:
    """The same points through a One-Euro filter."""
    smooth = OneEuro(*ONE_EURO_CUTOFFS)
    return np.stack([smooth.step(frame, 1.0 / rate_hz) for frame in points])
