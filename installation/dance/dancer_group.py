"""The dancers as bodies: asked for in one batch, corrected softly, and shown with feet that stand."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.dance import target_positions as place
from installation.dance.batch import BatchState
from installation.dance.beat_clock import BeatClock
from installation.dance.casting import Assignment, mates, recast, wanted
from installation.dance.network_input import DancerSlot, asked, manner
from installation.dance.pose_history import PoseHistory
from installation.dance.prediction import mirrored
from installation.dance.request import DanceRequest
from installation.dance.start_pose import possible, standing
from installation.dance.visitor_history import BUILT, VisitorHistory
from installation.interface.dancer import Dancer
from motion import blend, rotation
from motion.blend import PoseOffset
from motion.body import Body, joint_positions
from motion.dancer.body_reconstruction import FootLock, reconstruct
from motion.dancer.collision_avoidance import pose_correction
from motion.dancer.data import FRAME_RATE
from motion.dancer.guidance import MIRROR_CLOSENESS, typical_speed
from motion.dancer.network import Network
from motion.skeleton import CORE, INDEX

Array = NDArray[np.floating]

BEHIND = 6
"""Frames that are made up for after a pause; longer ones are left out."""
SPIN = 30.0
"""rad/s of a bone; faster is no movement."""
SETTLE, SEEN = 0.2, 1e-6
"""Half-life in seconds of a correction; metres and radians, and those a second, from which on there is one."""
MIRRORED = 0.8
"""Seconds in which all of the mirror image comes or goes."""
PLANE = 3.0
"""Seconds in which the mirror follows a visitor who goes to or from the wall."""
SPREAD = 0.95
"""Metres between two voices of a canon."""


class DancerGroup:
    """All dancers; arrays over slots, of which `most` are there."""

    def __init__(self, net: Network, feed: VisitorHistory, most: int, floor: Array, seed: int) -> None:
        self._net, self._feed, self._most, self._floor, self._seed = net, feed, most, floor, seed
        self._rows = BatchState(net, seed)
        self._parts: tuple[Assignment, ...] = ()
        self._last = 0
        self._frame: int | None = None
        self._time = 0.0
        self._clock = BeatClock()
        self._hips: Array = np.zeros((most, 3))
        self._turns: Array = np.tile(rotation.IDENTITY, (most, CORE, 1))
        """As given last, corrections included."""
        self._told = self._turns.copy()
        """As the network says."""
        self._before: tuple[Array, Array] = self._hips.copy(), self._turns.copy()
        self._held: tuple[Array, Array] = self._before
        """As shown."""
        self._drift = PoseOffset(*(np.zeros((most, *shape)) for shape in ((3,), (3,), (CORE, 3), (CORE, 3))))
        self._drifts = False
        """Whether there is anything of that to be seen."""
        self._leaps, self._halts = np.zeros(most, bool), np.zeros(most, bool)
        """Who is somewhere else than before, and has to get there from what was shown; and who of them stands there."""
        self._grip, self._trail = FootLock(most), PoseHistory(most)
        self._mirror, self._plane = np.zeros(most), np.full(most, np.nan)
        self._image = np.zeros((most, 2))
        self._since = np.zeros(most)
        """Show time at which each got its partner."""
        self._miss: tuple[NDArray[np.intp], Array, Array] | None = None
        """By how much joints and turns of these slots were told otherwise than a body has them."""
        self._called = np.zeros(most, bool)
        self._usual = typical_speed(net)
        self._lively = np.full(most, self._usual)
        self._aside = np.zeros((most, 2))
        """How far the voices of a canon were pushed aside."""

    @property
    def ids(self) -> list[int]:
        """Who is there."""
        return [part.id for part in self._parts]

    def step(self, order: DanceRequest, t: float) -> tuple[Dancer, ...]:
        """Everybody at show time `t`."""
        frame = int(t * FRAME_RATE + 1e-6)
        if self._frame is None or not 0 <= frame - self._frame <= BEHIND:
            self._frame, self._time = frame - 1, t - 1.0 / FRAME_RATE
        self._recast(order, t)
        if (seed := order.wishes.seed + self._seed) != self._rows.seeded:
            self._rows.reseed(seed)
        while self._frame < frame:
            self._frame += 1
            self._advance(order)
        if self._parts:
            self._show(order, t)
        self._time = t
        standing_ = self._grip.standing.tolist()
        return tuple(self._dancer(part, standing_[part.slot - 1]) for part in self._parts)

    def _dancer(self, part: Assignment, feet: list[bool]) -> Dancer:
        hips, turns = self._held[0][part.slot - 1], self._held[1][part.slot - 1]
        body = Body(hips, turns, BUILT, np.ones(CORE), (feet[0], feet[1]))
        return Dancer(part.id, part.partner, body, part.voice, part.slot)

    def _recast(self, order: DanceRequest, t: float) -> None:
        cast = order.cast
        if cast.most > self._most:
            cast = replace(cast, most=self._most)
        known = [id for id, _, _ in order.visitors if id in self._feed.rows]
        parts = recast(self._parts, wanted(known, cast), max(self._last, order.after))
        before = {part.id: part for part in self._parts}
        self._parts = parts
        self._last = max([self._last, *(part.id for part in parts)])
        for n, part in enumerate(parts):
            was = before.get(part.id)
            if was is None:
                self._enter(part, n, len(parts), order, t)
            elif was.partner != part.partner:
                self._since[part.slot - 1] = t
                self._leaps[part.slot - 1] |= self._mirror[part.slot - 1] > 0.0
        leaders = [part.slot - 1 for part in parts if part.voice == 0 or not cast.canon]
        if leaders != self._rows.slots.tolist():
            changed = set(leaders) ^ set(self._rows.slots.tolist())
            there = [part.slot - 1 for part in parts if part.id in before and part.slot - 1 in changed]
            self._leaps[there] = True
            self._halts[[slot for slot in there if slot in leaders]] = True
            places = joint_positions(self._hips[leaders], self._turns[leaders], BUILT)
            self._rows.fill(leaders, places, rotation.to_six(self._turns[leaders]))

    def _enter(self, part: Assignment, n: int, count: int, order: DanceRequest, t: float) -> None:
        slot = part.slot - 1
        if part.partner:
            towards = self._feed.places([part.partner])[0]
            where = place.home(towards, part.voice, order.wishes.distance, self._floor)
        else:
            where, towards = place.alone(n, count, self._floor)
        self._hips[slot], self._turns[slot] = standing(where, towards)
        self._before[0][slot], self._before[1][slot] = self._hips[slot], self._turns[slot]
        self._told[slot] = self._turns[slot]
        for value in (self._drift.hips_m, self._drift.hips_speed, self._drift.turns, self._drift.spin, self._aside):
            value[slot] = 0.0
        self._leaps[slot] = self._halts[slot] = self._called[slot] = False
        self._mirror[slot], self._plane[slot], self._since[slot] = 0.0, np.nan, t
        self._lively[slot] = self._usual
        self._grip.reset(np.arange(self._most) == slot)
        self._trail.begin(slot, self._frame or 0, self._hips[slot], self._turns[slot])

    def _advance(self, order: DanceRequest) -> None:
        """The next frame of everybody who dances by themselves."""
        rows, frame = self._rows, self._frame
        if not len(rows.slots):
            return
        assert frame is not None
        if self._miss is not None and np.array_equal(self._miss[0], rows.slots):
            # Joints and turns drift from what a body can have, and from each other, if nobody minds.
            rows.correct(self._miss[1], self._miss[2])
        self._miss = None
        by_slot = {part.slot - 1: part for part in self._parts}
        couples = mates(self._parts)
        if rows.plan_due:
            # Nobody asked for what begins now: somebody has come or gone.
            self._ask(by_slot, couples, order)
        before = rows.joints[:, -1].cpu().numpy()
        told, six = (part.cpu().numpy() for part in rows.next_frame())
        good = possible(told, six, before)
        if not good.all():
            self._recover(np.flatnonzero(~good), before)
            told = rows.joints[:, -1].cpu().numpy()
        where = told[:, 0, [0, 2]].astype(float)
        others = self._feed.places([id for id, _, _ in order.visitors])
        rows.move(place.apart(where, others, self._floor, 1.0 / FRAME_RATE))
        if couples:
            self._feed.put([-by_slot[slot].id for slot in rows.slots.tolist()], frame, told)
        if rows.plan_due:
            self._ask(by_slot, couples, order)

    def _ask(self, by_slot: dict[int, Assignment], couples: dict[int, int], order: DanceRequest) -> None:
        """Ask for how those who dance by themselves go on."""
        rows, frame = self._rows, self._frame
        assert frame is not None
        table = [self._row(by_slot[slot], couples, order, frame) for slot in rows.slots.tolist()]
        where = rows.joints[:, -1, 0].cpu().numpy()[:, ::2].astype(float)
        question = asked(self._net, rows, table, where, self._feed, frame, order, self._clock, self._floor, self._usual)
        self._called[rows.slots] = [row.called for row in table]
        self._lively[rows.slots] = [row.lively for row in table]
        rows.request_plan(question, manner(self._net, table, order))

    def _row(self, part: Assignment, couples: dict[int, int], order: DanceRequest, frame: int) -> DancerSlot:
        slot = part.slot - 1
        return DancerSlot(
            partner=part.partner or -couples.get(part.id, 0),
            voice=part.voice,
            warm=min(max((frame / FRAME_RATE - self._since[slot]) / 0.5, 0.0), 1.0),
            called=bool(self._called[slot]),
            lively=float(self._lively[slot]),
            image=self._image[slot] if self._mirror[slot] > 0.3 else None,
        )

    def _recover(self, bad: NDArray[np.intp], before: Array) -> None:
        """Whoever is told what no body can do stands where they were, and begins again."""
        slots = self._rows.slots[bad]
        hips: Array = np.zeros((len(bad), 3))
        turns: Array = np.zeros((len(bad), CORE, 4))
        for n, row in enumerate(bad.tolist()):
            there = before[row] if np.isfinite(before[row]).all() else np.zeros((CORE, 3))
            across = there[INDEX["leftUpperLeg"]] - there[INDEX["rightUpperLeg"]]
            where = place.within(there[0, [0, 2]], self._floor)
            hips[n], turns[n] = standing(where, where + np.array([-across[2], across[0]]))
        self._rows.restart(bad, joint_positions(hips, turns, BUILT), rotation.to_six(turns))
        self._leaps[slots] = self._halts[slots] = True

    def _show(self, order: DanceRequest, t: float) -> None:
        dt = min(max(t - self._time, 1e-3), 0.2)
        hips: Array = self._hips.copy()
        turns: Array = self._turns.copy()
        leaders = self._rows.slots
        led = set(leaders.tolist())
        if led:
            share = min(max(t * FRAME_RATE - float(self._frame or 0), 0.0), 1.0)
            told, six = (part.cpu().numpy().astype(float) for part in self._rows.interpolate(share))
            # What a plan says further on is looked at when its time has come.
            if not (np.isfinite(told).all() and np.isfinite(six).all()):
                wild = ~(np.isfinite(told).all(axis=(1, 2)) & np.isfinite(six).all(axis=(1, 2)))
                told[wild], six[wild] = (v.cpu().numpy()[wild] for v in (self._rows.joints[:, -1], self._rows.turns))
            turned = rotation.six_to_matrix(six)
            hip, turn = reconstruct(told, turned)
            hips[leaders], turns[leaders] = hip, turn
            self._miss = leaders, *pose_correction(told, six, turned, hip, turn)
            # A bone that turns over from one frame to the next gets there in time.
            alike = np.abs(np.vecdot(turn, self._told[leaders])).min(axis=1)
            self._leaps[leaders] |= alike < math.cos(min(0.5 * SPIN * dt, 1.5))
            self._told[leaders] = turn
            self._reflect(order, t, dt, hips, turns)
        followers = [part for part in self._parts if part.slot - 1 not in led]
        if followers:
            self._follow(followers, order, t, dt, hips, turns)
        hips, turns = self._inertialised(hips, turns, dt)
        self._before, self._hips, self._turns = (self._hips, self._turns), hips, turns
        self._held = self._grip.step(hips, turns, dt)
        if order.cast.canon:
            self._trail.put(self._frame or 0, *self._held)

    def _reflect(self, order: DanceRequest, t: float, dt: float, hips: Array, turns: Array) -> None:
        """Towards a closeness of 1 the mirror image of the partner, as it is now, takes over."""
        wish = min(max((order.wishes.mirroring - MIRROR_CLOSENESS) / (1.0 - MIRROR_CLOSENESS), 0.0), 1.0)
        wish = wish * wish * (3.0 - 2.0 * wish)
        if wish <= 0.0 and not self._mirror.any():
            return
        led = set(self._rows.slots.tolist())
        there = [part for part in self._parts if part.partner in self._feed.rows and part.slot - 1 in led]
        goal = np.zeros(self._most)
        goal[[part.slot - 1 for part in there]] = wish
        self._mirror += np.clip(goal - self._mirror, -dt / MIRRORED, dt / MIRRORED)
        there = [part for part in there if self._mirror[part.slot - 1] > 0.0]
        if not there:
            return
        slots = np.array([part.slot - 1 for part in there])
        rows = np.array([self._feed.rows[part.partner] for part in there])
        middle = self._feed.places([part.partner for part in there])[:, 1] - 0.5 * order.wishes.distance
        plane = self._plane[slots]
        plane = np.where(np.isnan(plane), middle, plane + (middle - plane) * min(dt / PLANE, 1.0))
        self._plane[slots] = plane
        image = mirrored(self._feed, rows, t * FRAME_RATE, plane)
        image[0][:, 0] += SPREAD * np.array([place.beside(part.voice) for part in there])
        self._image[slots] = image[0][:, [0, 2]]
        share = self._mirror[slots]
        hips[slots] += share[:, None] * (image[0] - hips[slots])
        turns[slots] = rotation.slerp(turns[slots], image[1], share[:, None])

    def _follow(
        self, parts: list[Assignment], order: DanceRequest, t: float, dt: float, hips: Array, turns: Array
    ) -> None:
        """The voices of a canon show what the first one of their partner showed so many beats ago, each at a place of
        its own."""
        first = {part.partner: part.slot - 1 for part in self._parts if part.voice == 0}
        slots = np.array([part.slot - 1 for part in parts])
        voices = np.array([part.voice for part in parts])
        self._trail.follow(slots, voices * order.cast.canon * 60.0 / max(order.pulse.tempo, 20.0), dt)
        leads = np.array([first.get(part.partner, part.slot - 1) for part in parts])
        hip, turn = self._trail.at(leads, t - self._trail.late[slots])
        room = (self._floor[2] - self._floor[0]) / (int(voices.max()) + 2.0)
        side = np.array([place.beside(part.voice) for part in parts])
        hip[:, 0] += side * min(SPREAD, room)
        hip[:, 2] -= 0.35 * np.abs(side)
        where = hip[:, [0, 2]] + self._aside[slots]
        seen = self._feed.places([id for id, _, _ in order.visitors])
        known = np.concatenate([self._hips[self._rows.slots][:, [0, 2]], seen])
        self._aside[slots] += place.apart(where, known, self._floor, dt) - self._aside[slots] * min(dt, 1.0)
        hip[:, [0, 2]] += self._aside[slots]
        hips[slots], turns[slots] = hip, turn

    def _inertialised(self, hips: Array, turns: Array, dt: float) -> tuple[Array, Array]:
        """Given poses with what is left of corrections; who leaps goes on as shown, and gets there in time."""
        leap = self._leaps
        if not self._drifts and not leap.any():
            return hips, turns
        drift = blend.decay_offset(self._drift, SETTLE, dt)
        if leap.any():
            last, before = (self._hips[leap], self._turns[leap]), (self._before[0][leap], self._before[1][leap])
            spin = rotation.to_vector(rotation.multiply(last[1], rotation.conjugate(before[1]))) / dt
            # Who goes on at about the same speed keeps no more of it.
            halts = self._halts[leap, None]
            drift.hips_m[leap], drift.hips_speed[leap] = last[0] - hips[leap], halts * (last[0] - before[0]) / dt
            drift.turns[leap] = rotation.to_vector(rotation.multiply(last[1], rotation.conjugate(turns[leap])))
            drift.spin[leap] = halts[..., None] * spin
            self._leaps[:] = self._halts[:] = False
        self._drift = drift
        left = drift.hips_m, drift.hips_speed, drift.turns, drift.spin
        self._drifts = any(float(np.abs(value).max()) > SEEN for value in left)
        return hips + drift.hips_m, rotation.normalise(rotation.multiply(rotation.from_vector(drift.turns), turns))
