"""Network dancers: the dancers whose motion the network generates, plan after plan, in one batch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.dance.batch import BatchState
from installation.dance.casting import Assignment, couples
from installation.dance.dancer_slot import DancerSlot
from installation.dance.network_input import InputContext, guidance_of, network_input
from installation.dance.request import DanceRequest
from installation.dance.start_pose import plausible, standing_pose
from installation.dance.target_positions import clamp_to_floor, separation
from installation.dance.visitor_history import CANONICAL_OFFSETS_M
from motion import rotation
from motion.body import joint_positions
from motion.dancer.body_reconstruction import reconstruct
from motion.dancer.collision_avoidance import pose_correction
from motion.dancer.data import FRAME_RATE
from motion.skeleton import BONE_INDEX, CORE_COUNT

Array = NDArray[np.floating]
Index = NDArray[np.intp]

MAX_SPIN = 30.0
"""rad/s of a bone; a faster turn is a jump, not a movement."""


class NetworkDancers:
    """Generates the frames of those dancers that do not follow another one."""

    def __init__(self, context: InputContext, max_dancers: int, seed: int) -> None:
        self.batch = BatchState(context.net, seed)
        self.slots = [DancerSlot(speed_m_s=context.typical_speed_m_s) for _ in range(max_dancers)]
        self._context = context
        self._coupled = False
        """Whether dancers without a visitor dance with each other."""
        self._turns = np.tile(rotation.IDENTITY, (max_dancers, CORE_COUNT, 1))
        """(max_dancers, 22, 4) as the network generated them last."""
        self._mismatch: tuple[Index, Array, Array] | None = None
        """Slots (N,), and by how much their generated joints and turns differ from those of a body."""

    def reset(self, slot: int, turns: Array, t: float) -> None:
        """Start a slot again at show time `t` with another dancer, which has turns (22, 4)."""
        self._turns[slot] = turns
        self.slots[slot] = DancerSlot(speed_m_s=self._context.typical_speed_m_s, partner_since=t)

    def assign(self, assignments: Sequence[Assignment]) -> None:
        """Set whom the dancers answer."""
        pairs = couples(assignments)
        self._coupled = bool(pairs)
        for one in assignments:
            slot = self.slots[one.slot - 1]
            slot.id, slot.voice, slot.partner = one.id, one.voice, one.partner or -pairs.get(one.id, 0)

    def advance(self, request: DanceRequest, frame: int) -> Index:
        """Generate one frame; the slots whose dancers had an implausible pose and were restarted."""
        batch, history, floor = self.batch, self._context.history, self._context.floor
        restarted: Index = np.zeros(0, int)
        if not len(batch.slots):
            return restarted
        if self._mismatch is not None and np.array_equal(self._mismatch[0], batch.slots):
            # Otherwise joints and turns would drift away from each other and from what a body can have.
            batch.correct(self._mismatch[1], self._mismatch[2])
        self._mismatch = None
        slots = [self.slots[slot] for slot in batch.slots.tolist()]
        if batch.plan_due:
            # Bodies were added or removed, so no plan was requested for this frame.
            self._request_plan(slots, request, frame)
        before = batch.joints[:, -1].cpu().numpy()
        joints_m, turns_6d = (part.cpu().numpy() for part in batch.next_frame())
        good = plausible(joints_m, turns_6d, before)
        if not good.all():
            restarted = self._restart(np.flatnonzero(~good), before)
            joints_m = batch.joints[:, -1].cpu().numpy()
        places = joints_m[:, 0, [0, 2]].astype(float)
        visitors = history.floor_positions([id for id, _, _ in request.visitors])
        batch.move(separation(places, visitors, floor, 1.0 / FRAME_RATE))
        if self._coupled:
            history.add_joints([-slot.id for slot in slots], frame, joints_m)
        if batch.plan_due:
            self._request_plan(slots, request, frame)
        return restarted

    def poses(self, share: float, dt: float) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Hips (N, 3) and turns (N, 22, 4) of the batch, `share` of a frame after the last one, and whether (N,) a bone
        turned too far within `dt` seconds for a movement."""
        batch = self.batch
        joints_m, turns_6d = (part.cpu().numpy().astype(float) for part in batch.interpolate(share))
        # The later frames of a plan are checked only when their time has come.
        if not (np.isfinite(joints_m).all() and np.isfinite(turns_6d).all()):
            bad = ~(np.isfinite(joints_m).all(axis=(1, 2)) & np.isfinite(turns_6d).all(axis=(1, 2)))
            joints_m[bad], turns_6d[bad] = (v.cpu().numpy()[bad] for v in (batch.joints[:, -1], batch.turns))
        matrices = rotation.six_to_matrix(turns_6d)
        hips, turns = reconstruct(joints_m, matrices)
        self._mismatch = batch.slots, *pose_correction(joints_m, turns_6d, matrices, hips, turns)
        alike = np.abs(np.vecdot(turns, self._turns[batch.slots])).min(axis=1)
        jumped = alike < math.cos(min(0.5 * MAX_SPIN * dt, 1.5))
        self._turns[batch.slots] = turns
        return hips, turns, jumped

    def _request_plan(self, slots: Sequence[DancerSlot], request: DanceRequest, frame: int) -> None:
        """Start to compute the plan that begins with the next frame."""
        features = network_input(self._context, self.batch, slots, frame, request)
        self.batch.request_plan(features, guidance_of(self._context.net, slots, frame, request))

    def _restart(self, rows: Index, before: Array) -> Index:
        """Let the bodies of these rows stand where they were in the frame `before` (N, 22, 3); their slots."""
        hips: Array = np.zeros((len(rows), 3))
        turns: Array = np.zeros((len(rows), CORE_COUNT, 4))
        for n, row in enumerate(rows.tolist()):
            there = before[row] if np.isfinite(before[row]).all() else np.zeros((CORE_COUNT, 3))
            across = there[BONE_INDEX["leftUpperLeg"]] - there[BONE_INDEX["rightUpperLeg"]]
            place = clamp_to_floor(there[0, [0, 2]], self._context.floor)
            hips[n], turns[n] = standing_pose(place, place + np.array([-across[2], across[0]]))
        self.batch.restart(rows, joint_positions(hips, turns, CANONICAL_OFFSETS_M), rotation.to_six(turns))
        return self.batch.slots[rows]
