"""What a dancer is measured beside: mirrors, metronomes, strangers, clips on the beat; and filters that look ahead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from motion import beat
from motion.body import Motion
from motion.dancer.data import FRAME_RATE, mirror
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, moved_to
from motion.dancer.motion_matching import FEATURE_WEIGHTS, PARTNER_FEATURES, MatchingDatabase, MotionMatcher
from motion.dancer.network import Conditioning
from motion.metrics import places
from motion.resample import cut
from motion.smooth import OneEuro

Array = NDArray[np.floating]

BLIND_WEIGHTS = {**FEATURE_WEIGHTS, **dict.fromkeys(PARTNER_FEATURES, 0.0)}
"""Weights of features for a database that is searched for one's own pose alone."""
METRONOME_PHASES = 8
"""Metronomes that begin at different times."""
BEAT_DELAY_SECONDS = 0.3
"""Seconds after which a beat of the partner is told: most of what the Gaussian that calms their pace looks ahead."""
MEMORY_SECONDS = 10.0
"""Seconds of the partner's pace from which their beats are told."""
SPEED_RANGE = 0.7, 1.4
"""How much slower and faster a clip is played for the sake of the beat."""
TYPICAL_BEAT_SECONDS = 1.1
"""Seconds between two kinematic beats of somebody of whom no two are known yet."""
ONE_EURO_CUTOFFS = (2.0, 1.0)
"""Cutoffs, Hz and Hz a m/s, as `visitant measure bodies` has them."""


def delayed_mirror(meeting: EvaluationPair, late_s: float) -> Motion:
    """The partner's mirror image where the dancer begins, so many seconds late; from the dance's first frame on."""
    late = round(late_s * FRAME_RATE)
    image = mirror(meeting.partner)
    image = moved_to(image, places(image)[CONTEXT_FRAMES - 1 - late], meeting.own_m[CONTEXT_FRAMES - 1])
    return cut(image, (CONTEXT_FRAMES - late) / FRAME_RATE, (len(image) - late) / FRAME_RATE)


def random_partner(meeting: EvaluationPair, other: EvaluationPair) -> Motion:
    """What another couple's dancer did, begun where this one stands; as long as the shorter."""
    motion = moved_to(other.own, other.own_m[CONTEXT_FRAMES - 1], meeting.own_m[CONTEXT_FRAMES - 1])
    return cut(motion, CONTEXT_FRAMES / FRAME_RATE, min(len(meeting.own), len(other.own)) / FRAME_RATE)


def captured(meeting: EvaluationPair) -> Motion:
    """What was danced."""
    return cut(meeting.own, CONTEXT_FRAMES / FRAME_RATE, None)


def metronome_f1(beats_s: Array, seconds: float) -> float:
    """0..1: the mean beat F1 of blind beats as many a second as these (N,), from PHASES different moments on."""
    if not len(beats_s):
        return 0.0
    gap = seconds / len(beats_s)
    return float(
        np.mean(
            [
                beat.beat_f1(np.arange(gap * p / METRONOME_PHASES, seconds, gap), beats_s)
                for p in range(METRONOME_PHASES)
            ]
        )
    )


class OnBeatMatcher(MotionMatcher):
    """The clip most like the first moment, played so fast that its kinematic beats fall on those expected of the
    partner; when it is over, the next that fits. The partner's pace is listened to, nothing of them looked at."""

    def __init__(self, database: MatchingDatabase, joints_m: Tensor, turns: Tensor, beats: Sequence[Array]) -> None:
        """`beats` are what `clip_beats` tells of the database, whose features are best `BLIND`."""
        super().__init__(database, joints_m, turns, search=10**9)
        self._beats = beats
        self._heard = np.zeros((len(joints_m), 0))

    def pace(self, asked: Conditioning) -> Array:
        """Captured frames (N,) that go by until the next frame."""
        assert asked.pace is not None and asked.delay is not None
        new = asked.pace.numpy() if not self._heard.size else asked.pace[:, -1:].numpy()
        self._heard = np.concatenate([self._heard, new], axis=1)[:, -round(MEMORY_SECONDS * FRAME_RATE) :]
        late = float(asked.delay[0, 0])
        steps = np.ones(len(self.at))
        for row, at in enumerate(self.at):
            own = self._beats[int(at)]
            coming = own[own > at + 1.0]
            if len(coming):
                left = frames_to_next_beat(self._heard[row]) - late
                steps[row] = np.clip((coming[0] - at) / max(left, 1.0), *SPEED_RANGE)
        return steps


def frames_to_next_beat(speed: Array) -> float:
    """Frames after the last of speeds (T,) at which somebody's next kinematic beat is expected, told from these."""
    found = speed_minima(speed)
    found = found[found <= len(speed) - 1 - BEAT_DELAY_SECONDS * FRAME_RATE]
    gap = float(np.median(np.diff(found[-4:]))) if len(found) > 1 else TYPICAL_BEAT_SECONDS * FRAME_RATE
    if not len(found):
        return gap
    since = len(speed) - 1 - float(found[-1])
    return gap - since % gap


def speed_minima(speed: Array) -> Array:
    """(N,) frames at which speeds (T,), calmed as kinematic beats want it, are lowest."""
    reach = round(4.0 * beat.SPEED_SMOOTHING_S * FRAME_RATE)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (beat.SPEED_SMOOTHING_S * FRAME_RATE)) ** 2)
    calm = np.convolve(np.pad(speed, reach, mode="edge"), kernel / kernel.sum(), mode="valid")
    return np.flatnonzero((calm[1:-1] < calm[:-2]) & (calm[1:-1] <= calm[2:])) + 1.0


def beats_per_frame(database: MatchingDatabase) -> list[Array]:
    """For every captured frame the beats of its clip, as frames."""
    ends = np.unique(database.end)
    found: list[Array] = []
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        beats = beat.beat_times(database.joints_m[start:end], FRAME_RATE) * FRAME_RATE + start
        found += [beats] * int(end - start)
    return found


def extrapolate(points: Array, rate: float, share: float, ahead_s: float) -> Array:
    """(T, J, 3) where points (T, J, 3) will be: each goes on with `share` of its speed since the look before."""
    speed = np.diff(points, axis=0, prepend=points[:1]) * rate
    return points + share * ahead_s * speed


def one_euro_filtered(points: Array, rate: float) -> Array:
    """The same points through a One-Euro filter."""
    smooth = OneEuro(*ONE_EURO_CUTOFFS)
    return np.stack([smooth.step(look, 1.0 / rate) for look in points])
