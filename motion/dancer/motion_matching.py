"""Motion matching: captured motion replayed from wherever it is most like now, partner and all.

Built from the descriptions of Clavet and Büttner (Motion Matching, GDC 2016; nucl.ai 2015) and Holden et al. (Learned
Motion Matching, SIGGRAPH 2020): a body plays a captured clip; ten times a second the frame of all clips is looked up
whose features are nearest to those of the moment, and if it is clearly nearer than where the body is, the body goes on
from there, inertialised. What a character's trajectory is in games is here what the partner does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import rotation
from motion.blend import PoseOffset, apply_offset, decay_offset, measure_offset
from motion.body import Body, joint_positions
from motion.dancer.body_frame import frame_of, rotate_to_body, to_body
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluation_pairs import alignment
from motion.dancer.guidance import Guidance
from motion.dancer.network import HISTORY_FRAMES, PARTNER_FRAMES, SPEED_FRAMES, WATCHED_JOINTS, Conditioning
from motion.dancer.training_tensors import TrainingTensors
from motion.skeleton import BONES, CORE, FOOT_BONES, INDEX

Array = NDArray[np.floating]

SEARCH_FRAMES = 3
"""Frames between two searches: 10 Hz."""
BLEND_HALFLIFE_SECONDS = 0.15
"""Seconds in which half of a transition is over."""
MIN_FRAMES_LEFT = 9
"""Frames that a clip must still have where it is entered."""
EXCLUDED_FRAMES = 8
"""Frames around where a body is to which it does not jump."""
FEATURE_CHUNK_FRAMES = 4096
"""Frames whose features are found at once, to bound the memory that takes."""
FEATURE_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"feet": 2.0, "steps": 1.0, "hips": 1.0, "arms": 0.1, "past": 0.6, "place": 3.0, "limbs": 6.0, "pace": 4.0}
)
"""How much each group of features counts. Of some sixty choices these, with KEEP and FADE, had the best beat F1 on
couples that were left out among those whose feet skate little more than captured ones: with a partner who weighs more,
more beats are shared and feet skate twice as much."""
PARTNER_FEATURES = ("place", "limbs", "pace")
"""Groups that tell of the partner."""
SWITCH_COST_SHARE = 0.8
"""Share of the cost of going on that another frame must cost at most to be gone to."""

_FEET = FOOT_BONES.tolist()
_ARMS = [INDEX["head"], INDEX["leftHand"], INDEX["rightHand"]]
_SEEN = [BONES[:CORE][j] for j in WATCHED_JOINTS]
_LEFT = [_SEEN.index("leftLowerArm"), _SEEN.index("leftLowerLeg")]
_RIGHT = [_SEEN.index("rightLowerArm"), _SEEN.index("rightLowerLeg")]
_LIMBS = [_SEEN.index(n) for n in ("head", "leftHand", "rightHand", "leftFoot", "rightFoot")]


def matching_features(asked: Conditioning) -> dict[str, Tensor]:
    """Groups of features (B, n) of what is asked: in metres and m/s, as the body sees them."""
    here = frame_of(asked.joints[:, -1])
    own = to_body(here.widened(2), asked.joints)
    pace = (own[:, -1] - own[:, -3]) * (FRAME_RATE / 2.0)
    before = frame_of(asked.joints[:, -4]).left
    turning = rotate_to_body(here.left, torch.stack([before[:, 0], before[:, 0] * 0.0, before[:, 1]], dim=-1))
    found = {
        "feet": own[:, -1, _FEET].flatten(1),
        "steps": pace[:, _FEET].flatten(1),
        "hips": torch.cat([pace[:, 0], own[:, -1, 0, 1:2] * 4.0, turning[:, [0, 2]]], dim=1),
        "arms": torch.cat([own[:, -1, _ARMS], 0.2 * pace[:, _ARMS]], dim=1).flatten(1),
        "past": own[:, -10, [0, *_FEET, *_ARMS]].flatten(1),
    }
    if asked.partner is None or asked.pace is None:
        return found
    seen = to_body(here.widened(2), asked.partner)
    across = seen[:, -1, _LEFT].sum(1) - seen[:, -1, _RIGHT].sum(1)
    going = (seen[:, -1, 0] - seen[:, -4, 0]) * (FRAME_RATE / 3.0)
    limbs = seen[:, [-1, -8, -15]][:, :, _LIMBS]
    curve = torch.log(asked.pace.unflatten(1, (SPEED_FRAMES // 3, 3)).mean(-1) + 0.1)
    return found | {
        "place": torch.cat([seen[:, -1, 0][:, [0, 2]], across[:, [0, 2]], going[:, [0, 2]]], dim=1),
        "limbs": limbs.flatten(1),
        "pace": curve,
    }


class MatchingDatabase:
    """Captured frames with their features, made once and shared."""

    def __init__(self, tracks: TrainingTensors, late: int = 1, weights: Mapping[str, float] = FEATURE_WEIGHTS) -> None:
        """Frames of couples when there are any, else all. `late`: frames that what is seen of the partner is old."""
        frame = torch.arange(len(tracks.start))
        ok = (frame - tracks.start >= HISTORY_FRAMES - 1) & (tracks.end - frame > MIN_FRAMES_LEFT)
        coupled = ok & (tracks.partner >= 0)
        self.coupled = bool(coupled.any())
        self.candidates = frame[coupled] if self.coupled else frame[ok]
        """(F,) those that may be gone to."""
        self.end = tracks.end.numpy()
        self.joints_m = tracks.joints.numpy().astype(float)
        self.hips_m = self.joints_m[:, 0]
        self.turns = rotation.from_six(tracks.turns.numpy().astype(float))
        groups = [self._raw(tracks, part, late) for part in self.candidates.split(FEATURE_CHUNK_FRAMES)]
        joined = {name: torch.cat([g[name] for g in groups]) for name in groups[0]}
        self._even = {
            name: (v.mean(0), (weights[name] / v.shape[1]) ** 0.5 / v.std(0).mean().clamp(min=1e-6))
            for name, v in joined.items()
            if weights[name] > 0.0
        }
        self._features = self.normalise(joined)
        self._size = (self._features**2).sum(1)

    def normalise(self, groups: Mapping[str, Tensor]) -> Tensor:
        """(B, n) groups of features about their means, each as much as it weighs."""
        return torch.cat([(groups[name] - mean) * scale for name, (mean, scale) in self._even.items()], dim=1)

    def costs(self, query: Tensor) -> Tensor:
        """(B, F) squared distance of even features (B, n) from every frame's."""
        return (self._size - 2.0 * query @ self._features.T) + (query**2).sum(1, keepdim=True)

    def _raw(self, tracks: TrainingTensors, frames: Tensor, late: int) -> dict[str, Tensor]:
        own = frames[:, None] + torch.arange(-HISTORY_FRAMES + 1, 1)
        asked = Conditioning(tracks.joints[own], tracks.turns[frames], torch.zeros(len(frames), 5))
        if self.coupled:
            newest = tracks.partner[frames] - late
            first = tracks.start[tracks.partner[frames]]

            def back(count: int) -> Tensor:
                return torch.maximum(newest[:, None] + torch.arange(-count + 1, 1), first[:, None])

            seen = tracks.joints[back(PARTNER_FRAMES)][:, :, WATCHED_JOINTS]
            asked = Conditioning(asked.joints, asked.turns, asked.seen, seen, tracks.speed[back(SPEED_FRAMES)])
        return matching_features(asked)


class MotionMatcher:
    """N bodies that replay a database; moves as `motion.dancer.batched_inference.Ensemble` does."""

    plan_due = True
    """It wants to be asked before every frame."""

    def __init__(
        self,
        database: MatchingDatabase,
        joints_m: Tensor,
        turns: Tensor,
        search: int = SEARCH_FRAMES,
        phases: NDArray[np.intp] | int = 0,
    ) -> None:
        """They begin with a past of joints (N, 12, 22, 3) and turns (N, 22, 6) now, and search every so many frames.

        Chance has no part in it; with other `phases` (N,), frames by which their searches come sooner, the same moment
        goes on otherwise.
        """
        self.joints, self.turns = joints_m.clone(), turns.clone()
        self.data, self.search, self.phases = database, search, phases
        rows = len(joints_m)
        self.at = np.full(rows, -1.0)
        """(N,) the captured frame that each plays; -1 before the first search."""
        self._turn, self._shift = np.tile(rotation.IDENTITY, (rows, 1)), np.zeros((rows, 3))
        now = Body(
            joints_m[:, -1, 0].numpy().astype(float),
            rotation.from_six(turns.numpy().astype(float)),
            CANONICAL_OFFSETS,
            _SURE,
        )
        self._shown = [now, now]
        none = np.zeros((rows, 3)), np.zeros((rows, CORE, 3))
        self._drift = PoseOffset(none[0], none[0], none[1], none[1])
        self._frame = 0

    def next_frame(self, asked: Conditioning | None, manner: Guidance | None = None) -> tuple[Tensor, Tensor]:
        """The next frame's joints (N, 22, 3) and turns (N, 22, 6)."""
        assert asked is not None
        over = (self.at < 0.0) | (self.at + 2.0 >= self.data.end[np.maximum(self.at, 0.0).astype(int)])
        who = over | ((self._frame + self.phases) % self.search == 0)
        if who.any():
            self._look(asked, over, who)
        self._frame += 1
        last = self.data.end[self.at.astype(int)] - 1.0
        self.at = np.minimum(self.at + self.pace(asked), last)
        self._drift = decay_offset(self._drift, BLEND_HALFLIFE_SECONDS, 1.0 / FRAME_RATE)
        body = apply_offset(self._pose(self.at), self._drift)
        self._shown = [self._shown[1], body]
        there = torch.as_tensor(joint_positions(body.hips_m, body.turns, CANONICAL_OFFSETS).astype(np.float32))
        self.joints = torch.cat([self.joints[:, 1:], there[:, None]], dim=1)
        self.turns = torch.as_tensor(rotation.to_six(body.turns).astype(np.float32))
        return there, self.turns

    def move(self, by_m: Array) -> None:
        """Bodies are moved over the floor by x and z (N, 2), metres."""
        shift = np.zeros((len(by_m), 3))
        shift[:, ::2] = by_m
        self._shift = self._shift + shift
        self._shown = [replace(body, hips_m=body.hips_m + shift) for body in self._shown]
        self.joints = self.joints + torch.as_tensor(shift.astype(np.float32))[:, None, None]

    def pace(self, asked: Conditioning) -> Array | float:
        """Captured frames (N,) that go by in the next frame."""
        return 1.0

    def _look(self, asked: Conditioning, over: NDArray[np.bool_], who: NDArray[np.bool_]) -> None:
        """Go on from wherever is best: those whose clip is over in any case, others if it is clearly better."""
        data = self.data
        costs = data.costs(data.normalise(matching_features(asked)))
        here = torch.as_tensor(np.rint(self.at))
        away = data.candidates[None] - here[:, None]
        stay = torch.where(away == 0, costs, torch.inf).amin(1)
        costs = torch.where(away.abs() <= EXCLUDED_FRAMES, torch.inf, costs)
        best, which = costs.min(1)
        go = who & (over | (best < SWITCH_COST_SHARE * stay).numpy())
        if not go.any():
            return
        to = data.candidates[which].numpy()
        at = np.where(go, to, self.at)
        turn, shift = alignment(data.joints_m[to], self.joints[:, -1].numpy().astype(float))
        self._turn, self._shift = (
            np.where(go[:, None], new, old) for new, old in ((turn, self._turn), (shift, self._shift))
        )
        given = [self._pose(at - 1.0), self._pose(at)]
        jump = measure_offset(self._shown, given, 1.0 / FRAME_RATE)
        # How fast somebody turned who has just begun is not known: as they go on.
        known = (self.at >= 0.0).astype(float)[:, None]
        new = (jump.hips_m, jump.hips_speed * known, jump.turns, jump.spin * known[..., None])
        old = (self._drift.hips_m, self._drift.hips_speed, self._drift.turns, self._drift.spin)
        mask = go[:, None], go[:, None], go[:, None, None], go[:, None, None]
        self._drift = PoseOffset(*(np.where(m, n, o) for m, n, o in zip(mask, new, old, strict=True)))
        self.at = at

    def _pose(self, at: Array) -> Body:
        """The captured poses of all bodies, where they stand in the room; between frames where `at` (N,) is."""
        data = self.data
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, data.end[low] - 1)
        share = (at - low)[:, None]
        hips, turns = data.hips_m[low], data.turns[low]
        if share.any():
            hips = hips + share * (data.hips_m[high] - hips)
            turns = rotation.slerp(turns, data.turns[high], np.broadcast_to(share, turns.shape[:2]))
        hips = rotation.rotate(self._turn, hips) + self._shift
        return Body(hips, rotation.multiply(self._turn[:, None], turns), CANONICAL_OFFSETS, _SURE)


_SURE = np.ones(CORE)
