"""Motion matching: captured motion replayed from the frame most like the present one, partner included.

Built from the descriptions of Clavet and Büttner (Motion Matching, GDC 2016; nucl.ai 2015) and Holden et al. (Learned
Motion Matching, SIGGRAPH 2020): a body plays a captured clip; ten times a second all frames are searched for the one
whose features are nearest to the present ones, and if it is clearly nearer than the playing frame, the body goes on
from there, inertialised. The partner's motion takes the place that a character's trajectory has in games.
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
from motion.dancer.conditioning import HISTORY_FRAMES, PARTNER_FRAMES, SPEED_FRAMES, WATCHED_JOINTS, Conditioning
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluation_pairs import alignment
from motion.dancer.guidance import Guidance
from motion.dancer.training_tensors import TrainingTensors
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, FOOT_BONES

Array = NDArray[np.floating]

SEARCH_FRAMES = 3
"""Frames between two searches: 10 Hz."""
BLEND_HALFLIFE_SECONDS = 0.15
"""Half-life of a transition's offset."""
MIN_FRAMES_LEFT = 9
"""Frames that must be left of a clip where playback may jump to."""
EXCLUDED_FRAMES = 8
"""Frames around the playing one that are no target of a jump."""
FEATURE_CHUNK_FRAMES = 4096
"""Frames whose features are computed at once, which bounds the memory."""
FEATURE_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"feet": 2.0, "steps": 1.0, "hips": 1.0, "arms": 0.1, "past": 0.6, "place": 3.0, "limbs": 6.0, "pace": 4.0}
)
"""Weight of each group of features. Of some sixty choices these, with SWITCH_COST_SHARE and BLEND_HALFLIFE_SECONDS, had
the best beat F1 on held-out couples among those whose feet skate little more than captured ones: a higher weight of the
partner gives more shared beats and twice as much foot skate."""
PARTNER_FEATURES = ("place", "limbs", "pace")
"""Groups of features of the partner."""
SWITCH_COST_SHARE = 0.8
"""Highest cost of a jump's target, times the cost of going on."""

_FEET = FOOT_BONES.tolist()
_ARMS = [BONE_INDEX["head"], BONE_INDEX["leftHand"], BONE_INDEX["rightHand"]]
_SEEN = [BONES[:CORE_COUNT][j] for j in WATCHED_JOINTS]
_LEFT = [_SEEN.index("leftLowerArm"), _SEEN.index("leftLowerLeg")]
_RIGHT = [_SEEN.index("rightLowerArm"), _SEEN.index("rightLowerLeg")]
_LIMBS = [_SEEN.index(n) for n in ("head", "leftHand", "rightHand", "leftFoot", "rightFoot")]


def matching_features(conditioning: Conditioning) -> dict[str, Tensor]:
    """Groups of features (B, n) of a conditioning, in metres and m/s, in the body's frame."""
    here = frame_of(conditioning.joints[:, -1])
    own = to_body(here.widened(2), conditioning.joints)
    velocity = (own[:, -1] - own[:, -3]) * (FRAME_RATE / 2.0)
    before = frame_of(conditioning.joints[:, -4]).left
    turning = rotate_to_body(here.left, torch.stack([before[:, 0], before[:, 0] * 0.0, before[:, 1]], dim=-1))
    found = {
        "feet": own[:, -1, _FEET].flatten(1),
        "steps": velocity[:, _FEET].flatten(1),
        "hips": torch.cat([velocity[:, 0], own[:, -1, 0, 1:2] * 4.0, turning[:, [0, 2]]], dim=1),
        "arms": torch.cat([own[:, -1, _ARMS], 0.2 * velocity[:, _ARMS]], dim=1).flatten(1),
        "past": own[:, -10, [0, *_FEET, *_ARMS]].flatten(1),
    }
    if conditioning.partner is None or conditioning.pace is None:
        return found
    partner = to_body(here.widened(2), conditioning.partner)
    across = partner[:, -1, _LEFT].sum(1) - partner[:, -1, _RIGHT].sum(1)
    partner_velocity = (partner[:, -1, 0] - partner[:, -4, 0]) * (FRAME_RATE / 3.0)
    limbs = partner[:, [-1, -8, -15]][:, :, _LIMBS]
    log_speed = torch.log(conditioning.pace.unflatten(1, (SPEED_FRAMES // 3, 3)).mean(-1) + 0.1)
    place = torch.cat([partner[:, -1, 0][:, [0, 2]], across[:, [0, 2]], partner_velocity[:, [0, 2]]], dim=1)
    return found | {"place": place, "limbs": limbs.flatten(1), "pace": log_speed}


class MatchingDatabase:
    """Captured frames with their features, which any number of matchers may share."""

    def __init__(
        self, tensors: TrainingTensors, latency_frames: int = 1, weights: Mapping[str, float] = FEATURE_WEIGHTS
    ) -> None:
        """Use frames of couples where there are any, else all. `latency_frames` is the partner's newest frame's age."""
        frame = torch.arange(len(tensors.start))
        usable = (frame - tensors.start >= HISTORY_FRAMES - 1) & (tensors.end - frame > MIN_FRAMES_LEFT)
        coupled = usable & (tensors.partner >= 0)
        self.coupled = bool(coupled.any())
        self.candidates = frame[coupled] if self.coupled else frame[usable]
        """(F,) frames that playback may jump to."""
        self.end = tensors.end.numpy()
        self.joints_m = tensors.joints.numpy().astype(float)
        self.hips_m = self.joints_m[:, 0]
        self.turns = rotation.from_six(tensors.turns.numpy().astype(float))
        chunks = [self._raw(tensors, part, latency_frames) for part in self.candidates.split(FEATURE_CHUNK_FRAMES)]
        joined = {name: torch.cat([c[name] for c in chunks]) for name in chunks[0]}
        self._normalisation = {
            name: (v.mean(0), (weights[name] / v.shape[1]) ** 0.5 / v.std(0).mean().clamp(min=1e-6))
            for name, v in joined.items()
            if weights[name] > 0.0
        }
        self._features = self.normalise(joined)
        self._squares = (self._features**2).sum(1)

    def normalise(self, groups: Mapping[str, Tensor]) -> Tensor:
        """(B, n) groups of features minus their means, scaled by weight and spread."""
        scaled = [(groups[name] - mean) * scale for name, (mean, scale) in self._normalisation.items()]
        return torch.cat(scaled, dim=1)

    def costs(self, query: Tensor) -> Tensor:
        """(B, F) squared distances of normalised features (B, n) from those of every candidate."""
        return (self._squares - 2.0 * query @ self._features.T) + (query**2).sum(1, keepdim=True)

    def _raw(self, tensors: TrainingTensors, frames: Tensor, latency_frames: int) -> dict[str, Tensor]:
        own = frames[:, None] + torch.arange(-HISTORY_FRAMES + 1, 1)
        found = Conditioning(tensors.joints[own], tensors.turns[frames], torch.zeros(len(frames), 5))
        if self.coupled:
            newest = tensors.partner[frames] - latency_frames
            first = tensors.start[tensors.partner[frames]]

            def back(count: int) -> Tensor:
                return torch.maximum(newest[:, None] + torch.arange(-count + 1, 1), first[:, None])

            partner = tensors.joints[back(PARTNER_FRAMES)][:, :, WATCHED_JOINTS]
            found = Conditioning(found.joints, found.turns, found.seen, partner, tensors.speed[back(SPEED_FRAMES)])
        return matching_features(found)


class MotionMatcher:
    """N bodies that replay a database, with the interface of `motion.dancer.batched_inference.BatchedInference`."""

    plan_due = True
    """It needs a conditioning for every frame."""

    def __init__(
        self,
        database: MatchingDatabase,
        joints_m: Tensor,
        turns: Tensor,
        search_frames: int = SEARCH_FRAMES,
        phases: NDArray[np.intp] | int = 0,
    ) -> None:
        """Start from past joints (N, 12, 22, 3) and present turns (N, 22, 6), and search every `search_frames`.

        Nothing is random; `phases` (N,), frames by which searches come sooner, vary the result for the same start.
        """
        self.joints, self.turns = joints_m.clone(), turns.clone()
        self.data, self.search_frames, self.phases = database, search_frames, phases
        rows = len(joints_m)
        self.at = np.full(rows, -1.0)
        """(N,) the captured frame that each plays; -1 before the first search."""
        self._turn, self._shift = np.tile(rotation.IDENTITY, (rows, 1)), np.zeros((rows, 3))
        hips = joints_m[:, -1, 0].numpy().astype(float)
        now = Body(hips, rotation.from_six(turns.numpy().astype(float)), CANONICAL_OFFSETS, _FULL_TRUST)
        self._shown = [now, now]
        none = np.zeros((rows, 3)), np.zeros((rows, CORE_COUNT, 3))
        self._offset = PoseOffset(none[0], none[0], none[1], none[1])
        self._frame = 0

    def next_frame(self, conditioning: Conditioning | None, guidance: Guidance | None = None) -> tuple[Tensor, Tensor]:
        """The next frame's joints (N, 22, 3) and turns (N, 22, 6)."""
        assert conditioning is not None
        ended = (self.at < 0.0) | (self.at + 2.0 >= self.data.end[np.maximum(self.at, 0.0).astype(int)])
        searching = ended | ((self._frame + self.phases) % self.search_frames == 0)
        if searching.any():
            self._search(conditioning, ended, searching)
        self._frame += 1
        last = self.data.end[self.at.astype(int)] - 1.0
        self.at = np.minimum(self.at + self.playback_speed(conditioning), last)
        self._offset = decay_offset(self._offset, BLEND_HALFLIFE_SECONDS, 1.0 / FRAME_RATE)
        body = apply_offset(self._pose(self.at), self._offset)
        self._shown = [self._shown[1], body]
        joints = torch.as_tensor(joint_positions(body.hips_m, body.turns, CANONICAL_OFFSETS).astype(np.float32))
        self.joints = torch.cat([self.joints[:, 1:], joints[:, None]], dim=1)
        self.turns = torch.as_tensor(rotation.to_six(body.turns).astype(np.float32))
        return joints, self.turns

    def move(self, by_m: Array) -> None:
        """Move the bodies over the floor by x and z (N, 2), metres."""
        shift = np.zeros((len(by_m), 3))
        shift[:, ::2] = by_m
        self._shift = self._shift + shift
        self._shown = [replace(body, hips_m=body.hips_m + shift) for body in self._shown]
        self.joints = self.joints + torch.as_tensor(shift.astype(np.float32))[:, None, None]

    def playback_speed(self, conditioning: Conditioning) -> Array | float:
        """Captured frames (N,) to the next frame."""
        return 1.0

    def _search(self, conditioning: Conditioning, ended: NDArray[np.bool_], searching: NDArray[np.bool_]) -> None:
        """Jump to the best frame: bodies whose clip has ended in any case, others if it is clearly better."""
        data = self.data
        costs = data.costs(data.normalise(matching_features(conditioning)))
        here = torch.as_tensor(np.rint(self.at))
        distance = data.candidates[None] - here[:, None]
        stay = torch.where(distance == 0, costs, torch.inf).amin(1)
        costs = torch.where(distance.abs() <= EXCLUDED_FRAMES, torch.inf, costs)
        best, which = costs.min(1)
        jump = searching & (ended | (best < SWITCH_COST_SHARE * stay).numpy())
        if not jump.any():
            return
        target = data.candidates[which].numpy()
        at = np.where(jump, target, self.at)
        turn, shift = alignment(data.joints_m[target], self.joints[:, -1].numpy().astype(float))
        self._turn, self._shift = (
            np.where(jump[:, None], new, old) for new, old in ((turn, self._turn), (shift, self._shift))
        )
        offset = measure_offset(self._shown, [self._pose(at - 1.0), self._pose(at)], 1.0 / FRAME_RATE)
        # Before the first search the body's own velocity is unknown; then the clip's counts.
        known = (self.at >= 0.0).astype(float)[:, None]
        new = (offset.hips_m, offset.hips_velocity * known, offset.turns, offset.angular_velocity * known[..., None])
        old = (self._offset.hips_m, self._offset.hips_velocity, self._offset.turns, self._offset.angular_velocity)
        mask = jump[:, None], jump[:, None], jump[:, None, None], jump[:, None, None]
        self._offset = PoseOffset(*(np.where(m, n, o) for m, n, o in zip(mask, new, old, strict=True)))
        self.at = at

    def _pose(self, at: Array) -> Body:
        """The captured poses at frames `at` (N,), interpolated, where the bodies stand in the room."""
        data = self.data
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, data.end[low] - 1)
        share = (at - low)[:, None]
        hips, turns = data.hips_m[low], data.turns[low]
        if share.any():
            hips = hips + share * (data.hips_m[high] - hips)
            turns = rotation.slerp(turns, data.turns[high], np.broadcast_to(share, turns.shape[:2]))
        hips = rotation.rotate(self._turn, hips) + self._shift
        return Body(hips, rotation.multiply(self._turn[:, None], turns), CANONICAL_OFFSETS, _FULL_TRUST)


_FULL_TRUST = np.ones(CORE_COUNT)
