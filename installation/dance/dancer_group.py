"""All dancers of the installation as bodies: cast, generated in one batch, corrected without jumps, feet locked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.dance.beat_clock import BeatClock
from installation.dance.canon import Canon
from installation.dance.casting import Assignment, reassign, wanted_pairs
from installation.dance.inertialisation import Inertialiser
from installation.dance.mirror_images import MirrorImages
from installation.dance.network_dancers import NetworkDancers
from installation.dance.network_input import InputContext
from installation.dance.request import DanceRequest
from installation.dance.start_pose import standing_pose
from installation.dance.target_positions import answer_position, solo_position
from installation.dance.visitor_history import CANONICAL_OFFSETS_M, VisitorHistory
from installation.interface.dancer import Dancer
from motion import rotation
from motion.body import Body, joint_positions
from motion.dancer.body_reconstruction import BatchFootLock
from motion.dancer.data import FRAME_RATE
from motion.dancer.guidance import typical_speed
from motion.dancer.network import Network
from motion.skeleton import CORE_COUNT

Array = NDArray[np.floating]

MAX_CATCH_UP_FRAMES = 6
"""Frames that are generated after a pause; more are skipped."""


class DancerGroup:
    """All dancers; arrays over `max_dancers` slots, counted from 0."""

    def __init__(self, net: Network, history: VisitorHistory, max_dancers: int, floor: Array, seed: int) -> None:
        self._history, self._max_dancers, self._floor, self._seed = history, max_dancers, floor, seed
        context = InputContext(net, history, BeatClock(), floor, typical_speed(net))
        self._network = NetworkDancers(context, max_dancers, seed)
        self._mirror = MirrorImages(max_dancers, history)
        self._canon = Canon(max_dancers, floor)
        self._inertialiser = Inertialiser(max_dancers)
        self._foot_lock = BatchFootLock(max_dancers)
        self._shown: tuple[Array, Array] = self._inertialiser.hips_m, self._inertialiser.turns
        """Hips (S, 3) and turns (S, 22, 4) with locked feet."""
        self._assignments: tuple[Assignment, ...] = ()
        self._highest_id = 0
        self._frame: int | None = None
        self._time = 0.0

    @property
    def ids(self) -> list[int]:
        """The ids of the present dancers."""
        return [one.id for one in self._assignments]

    def step(self, request: DanceRequest, t: float) -> tuple[Dancer, ...]:
        """All dancers at show time `t`."""
        frame, last = int(t * FRAME_RATE + 1e-6), self._frame
        if last is None or not 0 <= frame - last <= MAX_CATCH_UP_FRAMES:
            last, self._time = frame - 1, t - 1.0 / FRAME_RATE
        self._recast(request, t, last)
        if (seed := request.settings.seed + self._seed) != self._network.batch.seed:
            self._network.batch.reseed(seed)
        for missing in range(last + 1, frame + 1):
            self._inertialiser.mark_jump(self._network.advance(request, missing), restarted=True)
        self._frame = frame
        if self._assignments:
            self._show(request, t, frame)
        self._time = t
        standing = self._foot_lock.standing.tolist()
        return tuple(self._dancer(one, standing[one.slot - 1]) for one in self._assignments)

    def _dancer(self, one: Assignment, standing: list[bool]) -> Dancer:
        hips, turns = self._shown[0][one.slot - 1], self._shown[1][one.slot - 1]
        body = Body(hips, turns, CANONICAL_OFFSETS_M, np.ones(CORE_COUNT), (standing[0], standing[1]))
        return Dancer(one.id, one.partner, body, one.voice, one.slot)

    def _recast(self, request: DanceRequest, t: float, frame: int) -> None:
        """Let dancers enter, change partners and leave as the request's cast wants; `frame` is the newest one."""
        cast = request.cast
        if cast.most > self._max_dancers:
            cast = replace(cast, most=self._max_dancers)
        known = [id for id, _, _ in request.visitors if id in self._history.rows]
        highest_id = max(self._highest_id, request.highest_id)
        previous = {one.id: one for one in self._assignments}
        self._assignments = reassign(self._assignments, wanted_pairs(known, cast), highest_id)
        self._highest_id = max([self._highest_id, *self.ids])
        for index, one in enumerate(self._assignments):
            before = previous.get(one.id)
            if before is None:
                self._enter(one, index, request, t, frame)
            elif before.partner != one.partner:
                self._network.slots[one.slot - 1].partner_since = t
                if self._mirror.visible(one.slot - 1):
                    self._inertialiser.mark_jump([one.slot - 1])
        self._set_batch([one for one in self._assignments if one.voice == 0 or not cast.canon], previous)
        self._network.assign(self._assignments)
        for one in self._assignments:
            self._network.slots[one.slot - 1].image_m = self._mirror.target(one.slot - 1)

    def _enter(self, one: Assignment, index: int, request: DanceRequest, t: float, frame: int) -> None:
        """Start a new dancer, the one at `index` of all."""
        slot = one.slot - 1
        if one.partner:
            look_at = self._history.floor_positions([one.partner])[0]
            position = answer_position(look_at, one.voice, request.settings.distance, self._floor)
        else:
            position, look_at = solo_position(index, len(self._assignments), self._floor)
        hips, turns = standing_pose(position, look_at)
        self._inertialiser.reset(slot, hips, turns)
        self._network.reset(slot, turns, t)
        self._mirror.reset(slot)
        self._foot_lock.reset(np.arange(self._max_dancers) == slot)
        self._canon.reset(slot, frame, hips, turns)

    def _set_batch(self, leaders: list[Assignment], previous: dict[int, Assignment]) -> None:
        """Let the network generate these dancers from now on, and no others; `previous` are those before, by id."""
        slots, batch = [one.slot - 1 for one in leaders], self._network.batch
        if slots == batch.slots.tolist():
            return
        changed = set(slots) ^ set(batch.slots.tolist())
        stayed = [one.slot - 1 for one in self._assignments if one.id in previous and one.slot - 1 in changed]
        self._inertialiser.mark_jump(stayed)
        self._inertialiser.mark_jump([slot for slot in stayed if slot in slots], restarted=True)
        hips, turns = self._inertialiser.hips_m[slots], self._inertialiser.turns[slots]
        batch.set_slots(slots, joint_positions(hips, turns, CANONICAL_OFFSETS_M), rotation.to_six(turns))

    def _show(self, request: DanceRequest, t: float, frame: int) -> None:
        """Compute the poses that are shown at show time `t`, at or after a frame."""
        dt = min(max(t - self._time, 1e-3), 0.2)
        hips: Array = self._inertialiser.hips_m.copy()
        turns: Array = self._inertialiser.turns.copy()
        leaders = self._network.batch.slots
        led = set(leaders.tolist())
        leading = [one for one in self._assignments if one.slot - 1 in led]
        if led:
            share = min(max(t * FRAME_RATE - float(frame), 0.0), 1.0)
            hips[leaders], turns[leaders], jumped = self._network.poses(share, dt)
            self._inertialiser.mark_jump(leaders[jumped])
            self._mirror.blend(leading, request, t, dt, (hips, turns))
        following = [one for one in self._assignments if one.slot - 1 not in led]
        if following:
            slot_of_partner = {one.partner: one.slot - 1 for one in self._assignments if one.voice == 0}
            visitors = self._history.floor_positions([id for id, _, _ in request.visitors])
            others = np.concatenate([self._inertialiser.hips_m[leaders][:, [0, 2]], visitors])
            slots = [one.slot - 1 for one in following]
            hips[slots], turns[slots] = self._canon.poses(following, slot_of_partner, request, others, t, dt)
        self._shown = self._foot_lock.step(*self._inertialiser.update(hips, turns, dt), dt)
        if request.cast.canon:
            self._canon.add(frame, *self._shown)
