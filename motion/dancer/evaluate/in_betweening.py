"""In-betweening of held-out clips: gaps filled by the network, by slerp and by motion matching, beside the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, joint_positions
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.conditioning import HISTORY_FRAMES, Conditioning
from motion.dancer.data import FRAME_RATE, DanceClip
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import alignment
from motion.dancer.in_between import Gap, fill_gaps, interpolated
from motion.dancer.motion_matching import MatchingDatabase, matching_features
from motion.dancer.planted_feet import plant_feet
from motion.dancer.rollout_metrics import foot_skate
from motion.dancer.training_tensors import TrainingTensors, training_tensors

Array = NDArray[np.floating]

NETWORK, SLERP, MATCHING, TRUTH = "network", "slerp", "motion matching", "truth"
PLANTED = ", feet planted"
"""End of the names of baselines after the foot lock of the network's gaps."""
GAP_SECONDS = (1.0, 2.0)
"""Durations of the gaps."""
EVERY_SECONDS = 2.5
"""Time between the end of a gap and the beginning of the next."""
SIDE_FRAMES = 20
"""Frames before a gap and after it."""
TARGET_WEIGHT = 6.0
"""Weight of the target pose in motion matching."""
MOST_GAPS_A_CLIP = 3
"""Gaps of one clip, so that no long clip counts for all."""


@dataclass(frozen=True)
class InBetweenFigures:
    """Of so many gaps of one duration; each by NETWORK, SLERP, MATCHING and TRUTH."""

    gaps: int
    error_mm: Mapping[str, float]
    """Mean distance of joints from the truth."""
    skate: Mapping[str, float]
    """Foot skate, m/s."""


def gaps_of(clips: Sequence[DanceClip], seconds: float) -> list[Gap]:
    """Gaps of so many seconds, each with SIDE_FRAMES before it and after it."""
    frames, step = round(seconds * FRAME_RATE), round((seconds + EVERY_SECONDS) * FRAME_RATE)
    found = []
    for clip in clips:
        starts = list(range(SIDE_FRAMES, len(clip.motion) - frames - SIDE_FRAMES, step))[:MOST_GAPS_A_CLIP]
        found += [Gap(clip.motion, start, start + frames) for start in starts]
    return found


def in_between_figures(folds: Sequence[Fold], seconds: float) -> InBetweenFigures | None:
    """Figures over all held-out clips of the folds; motion matching replays what each network was trained on. None
    where no clip is long enough."""
    errors: dict[str, list[float]] = {}
    skates: dict[str, list[float]] = {}
    count = 0
    for fold in folds:
        gaps = gaps_of(fold.held_out, seconds)
        if not gaps:
            continue
        count += len(gaps)
        filled = {
            NETWORK: fill_gaps(gaps, fold.network),
            SLERP: [interpolated(gap.motion, gap.first, gap.last) for gap in gaps],
            TRUTH: [gap.motion for gap in gaps],
        }
        if fold.trained_on:
            filled[MATCHING] = matched(gaps, fold.trained_on)
        for name in [name for name in (SLERP, MATCHING) if name in filled]:
            planted = [plant_feet(one, gap.first, gap.last) for one, gap in zip(filled[name], gaps, strict=True)]
            filled[f"{name}{PLANTED}"] = planted
        for name, motions in filled.items():
            for gap, motion in zip(gaps, motions, strict=True):
                found, true = (_joints(one, gap.first - 1, gap.last + 1) for one in (motion, gap.motion))
                errors.setdefault(name, []).append(1e3 * float(np.linalg.norm(found - true, axis=-1)[1:-1].mean()))
                skates.setdefault(name, []).append(foot_skate(found))
    if not count:
        return None
    return InBetweenFigures(count, *({name: float(np.mean(v)) for name, v in of.items()} for of in (errors, skates)))


class _TargetedDatabase(MatchingDatabase):
    """A database that is searched for the pose after a gap too, in place of the partner's features: for each captured
    frame the pose as far ahead in its clip is compared, where it would bring the body."""

    def __init__(self, tensors: TrainingTensors) -> None:
        solo = replace(tensors, partner=torch.full_like(tensors.partner, -1))
        super().__init__(solo)

    def nearest(self, gap: Gap) -> int:
        """The captured frame from which the clip goes on most like the gap: its past like the one before the gap, and
        its pose after as many frames like the one after it."""
        frames = len(gap) + 1
        past = torch.as_tensor(_joints(gap.motion, gap.first - HISTORY_FRAMES, gap.first).astype(np.float32))
        six = torch.as_tensor(rotation.to_six(gap.motion.turns[gap.first - 1]).astype(np.float32))
        here = Conditioning(past[None], six[None], torch.zeros(1, 5))
        costs = self.costs(self.normalise(matching_features(here)))[0].numpy()
        starts = self.candidates.numpy()
        usable = starts + frames < self.end[starts]
        own = _joints(gap.motion, gap.first - 1, gap.first)
        wanted = _joints(gap.motion, gap.last, gap.last + 1)
        # The target is compared where each candidate would bring the body.
        ahead = np.minimum(starts + frames, len(self.joints_m) - 1)
        turn, shift = alignment(self.joints_m[starts], np.repeat(own, len(starts), axis=0))
        brought = rotation.rotate(turn[:, None], self.joints_m[ahead]) + shift[:, None]
        missed = np.linalg.norm(brought - wanted, axis=-1).mean(axis=1)
        total = np.where(usable, costs + TARGET_WEIGHT * (missed / missed[usable].std()) ** 2, np.inf)
        return int(starts[int(total.argmin())])


def matched(gaps: Sequence[Gap], clips: Sequence[DanceClip]) -> list[Motion]:
    """The motions of gaps, each filled with the captured piece that fits best at both ends; what it misses at either is
    distributed over it."""
    database = _TargetedDatabase(training_tensors(clips, (), (1.0,), mirrored=True))
    return [_replayed(gap, database, database.nearest(gap)) for gap in gaps]


def _replayed(gap: Gap, database: MatchingDatabase, at: int) -> Motion:
    frames = np.arange(at, at + len(gap) + 2)
    own = _joints(gap.motion, gap.first - 1, gap.first)
    turn, shift = alignment(database.joints_m[[at]], own)
    hips = rotation.rotate(turn[0], database.hips_m[frames]) + shift[0]
    turns = rotation.multiply(turn[0], database.turns[frames])
    motion, share = gap.motion, np.linspace(0.0, 1.0, len(frames))
    eased = share * share * (3.0 - 2.0 * share)
    for weight, frame, here in ((1.0 - eased, gap.first - 1, 0), (eased, gap.last, -1)):
        missing = rotation.to_vector(rotation.multiply(motion.turns[frame], rotation.conjugate(turns[here])))
        hips = hips + weight[:, None] * (motion.hips_m[frame] - hips[here])
        turns = rotation.multiply(rotation.from_vector(weight[:, None, None] * missing), turns)
    all_hips, all_turns = motion.hips_m.copy(), motion.turns.copy()
    all_hips[gap.first : gap.last], all_turns[gap.first : gap.last] = hips[1:-1], turns[1:-1]
    return replace(motion, hips_m=all_hips, turns=all_turns)


def _joints(motion: Motion, first: int, last: int) -> Array:
    return joint_positions(motion.hips_m[first:last], motion.turns[first:last], CANONICAL_OFFSETS)
