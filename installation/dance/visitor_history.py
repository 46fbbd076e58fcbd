"""What the dancers' network is told of bodies: from looks at uneven times, an even past of canonical joints."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from installation.dance.predicted_motion import PredictedMotion
from motion import rotation
from motion.body import Body, joint_positions
from motion.dancer.data import FRAME_RATE
from motion.dancer.network import (
    AHEAD_FRAMES,
    BODY_PARTS,
    HISTORY_FRAMES,
    PART_OF_BONE,
    PARTNER_FRAMES,
    SPEED_FRAMES,
    WATCHED_JOINTS,
)
from motion.rig import leg
from motion.skeleton import CORE, OFFSETS

Array = NDArray[np.floating]
Index = NDArray[np.intp]

BUILT, LEG = OFFSETS[:CORE], leg(OFFSETS)
PART_OF = PART_OF_BONE.numpy()
MEAN = np.eye(len(BODY_PARTS))[PART_OF] / np.bincount(PART_OF)
"""(22, 5) which makes of bones' trust that of PARTS."""
RING = 64
"""Frames that are remembered of each body."""
LATEST = 3
"""Frames by which the newest look may be late for the network to know what that means."""
LOST = 30
"""Frames after the last look after which nobody is there any more for the dancers."""
FADE = 0.8
"""How much of its speed an unseen body keeps from frame to frame."""
UNSEEN = 0.3
"""Mean trust in a limb under which it is completed rather than believed."""
TURN = 8
"""Frames in which a limb goes over from being seen to being completed, and back."""


class VisitorHistory:
    """Pasts of many bodies by identity, visitors and dancers; frames are counted at RATE from show time 0."""

    def __init__(self, most: int) -> None:
        """`most` bodies have room; further ones are passed over."""
        self.rows: dict[int, int] = {}
        """Which row of the arrays is whose."""
        self.latest = np.zeros(most, int)
        """(most,) the newest frame that is known."""
        self.covered = np.zeros((most, len(BODY_PARTS)))
        """(most, 5) how far each part is completed, 0 seen .. 1 hidden."""
        self.scale = np.ones(most)
        """(most,) the canonical legs' length over the body's."""
        self.unseen = np.zeros((most, len(BODY_PARTS)), bool)
        """(most, 5) which parts the newest look hides."""
        self._free = [*range(most)][::-1]
        self._first = np.zeros(most, int)
        self._time = np.full(most, -np.inf)
        self._newest = np.zeros((most, 3)), np.zeros((most, CORE, 4))
        self._hips, self._turns = np.zeros((most, RING, 3)), np.zeros((most, RING, CORE, 4))
        self._joints, self._speed = np.zeros((most, RING, CORE, 3), np.float32), np.zeros((most, RING), np.float32)
        self.expected = PredictedMotion(most)

    def keep(self, ids: Collection[int]) -> None:
        """Forget everybody else."""
        for id in [id for id in self.rows if id not in ids]:
            self._free.append(self.rows.pop(id))

    def hear(self, looks: Sequence[tuple[int, float, Body]]) -> list[int]:
        """Take what is new in `looks`: identity, when the world was so, the body. Returns the rows that went on."""
        new = [look for look in looks if look[0] not in self.rows or look[1] > self._time[self.rows[look[0]]]]
        new = [look for look in new if look[0] in self.rows or self._enter(look[0])]
        if not new:
            return []
        rows = np.array([self.rows[id] for id, _, _ in new])
        times = np.array([time for _, time, _ in new])
        self.scale[rows] = [LEG / leg(body.offsets_m) for _, _, body in new]
        hips = np.array([body.hips_m for _, _, body in new])
        hips[:, 1] *= self.scale[rows]
        turns = np.array([body.turns[:CORE] for _, _, body in new])
        trust = np.array([body.trust[:CORE] for _, _, body in new])
        hidden = trust @ MEAN < UNSEEN
        target = np.floor(times * FRAME_RATE + 1e-6).astype(int)
        # Who is new, or was away for longer than is remembered, begins with this look.
        begins = ~np.isfinite(self._time[rows]) | (target - self.latest[rows] >= RING)
        for one in np.flatnonzero(begins):
            self._first[rows[one]] = target[one]
            self.latest[rows[one]] = target[one] - 1
        before_hips = np.where(begins[:, None], hips, self._newest[0][rows])
        before_turns = np.where(begins[:, None, None], turns, self._newest[1][rows])
        before = np.where(begins, times - 1.0, self._time[rows])
        count = target - self.latest[rows]
        for step in range(1, int(count.max(initial=0)) + 1):
            on = count >= step
            frames = self.latest[rows[on]] + 1
            share = np.minimum(np.maximum((frames / FRAME_RATE - before[on]) / (times[on] - before[on]), 0.0), 1.0)
            hip = before_hips[on] + share[:, None] * (hips[on] - before_hips[on])
            turn = rotation.slerp(before_turns[on], turns[on], share[:, None])
            self._write(rows[on], frames, hip, turn, hidden[on])
        self._time[rows], self.unseen[rows] = times, hidden
        self._newest[0][rows], self._newest[1][rows] = hips, turns
        return rows[count > 0].tolist()

    def put(self, ids: Sequence[int], frame: int, joints_m: Array) -> None:
        """Dancers' own joints (N, 22, 3) at a frame."""
        for id in ids:
            if id not in self.rows and self._enter(id):
                self._first[self.rows[id]] = frame
        there = [n for n, id in enumerate(ids) if id in self.rows]
        rows = np.array([self.rows[ids[n]] for n in there], int)
        self._remember(rows, np.full(len(rows), frame), joints_m[there].astype(np.float32))

    def partner(self, rows: Index, frame: int) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
        """What is known at `frame` of the bodies in these rows, as `Asked` wants it: WATCHED joints (N, 15, 13, 3),
        pace (N, 45), delay (N, 1), and whether (N,) they were seen lately at all.

        Up to LATEST frames of delay are told as such; what is missing beyond is gone on with, ever slower.
        """
        end = np.minimum(self.latest[rows], frame)
        there = (frame - end <= LOST) & (end >= self._first[rows])
        end = np.maximum(end, self._first[rows])
        late = np.minimum(frame - end, LATEST)
        asked = (frame - late)[:, None] + np.arange(-PARTNER_FRAMES + 1, 1)
        seen = self._at(self._joints, rows, asked, end)[:, :, WATCHED_JOINTS]
        beyond = np.maximum(asked - end[:, None], 0)
        if beyond.any():
            last, before = (
                self._at(self._joints, rows, (end - by)[:, None], end)[:, :, WATCHED_JOINTS] for by in (0, 2)
            )
            reach = FADE * (1.0 - FADE**beyond) / (1.0 - FADE)
            seen = seen + reach[..., None, None] * 0.5 * (last - before)
        heard = (frame - late)[:, None] + np.arange(-SPEED_FRAMES + 1, 1)
        pace = self._at(self._speed, rows, heard, end) * FADE ** np.maximum(heard - end[:, None], 0)
        return seen, pace, late[:, None], there

    def past(self, rows: Index) -> tuple[Array, Array]:
        """Joints (N, 12, 22, 3) up to the newest frame, and how the bones (N, 22, 4) are turned in it."""
        end = self.latest[rows]
        asked = end[:, None] + np.arange(-HISTORY_FRAMES + 1, 1)
        return self._at(self._joints, rows, asked, end), self._turns[rows, end % RING]

    def places(self, ids: Collection[int]) -> Array:
        """(N, 2) where the hips of those who are known stand now, x and z."""
        rows = np.array([self.rows[id] for id in ids if id in self.rows], int)
        return self._joints[rows, self.latest[rows] % RING, 0][:, [0, 2]].astype(float)

    def foretold(self, rows: Index) -> NDArray[np.bool_]:
        """(N,) whether it was told how these go on from where they are."""
        return self.expected.since[rows] == self.latest[rows]

    def tell(self, rows: Index, hips_m: Array, turns: Array) -> None:
        """How bodies are expected to go on after their newest frame: hips (N, 8, 3) and turns (N, 8, 22, 4)."""
        end = self.latest[rows] % RING
        hips = np.concatenate([self._hips[rows, end][:, None], hips_m], axis=1)
        whole = np.concatenate([self._turns[rows, end][:, None], turns], axis=1)
        self.expected.tell(rows, self.latest[rows], hips, whole)

    def _enter(self, id: int) -> bool:
        if not self._free:
            return False
        row = self.rows[id] = self._free.pop()
        self._time[row], self.scale[row] = -np.inf, 1.0
        self.expected.forget(row)
        self.covered[row], self.unseen[row], self.latest[row] = 0.0, False, 0
        return True

    def _write(self, rows: Index, frames: Index, hips: Array, turns: Array, hidden: NDArray[np.bool_]) -> None:
        """A frame of each; limbs that are hidden go on as they were expected to."""
        cover = self.covered[rows]
        if hidden.any() or cover.any():
            known = (self.expected.since[rows] >= frames - AHEAD_FRAMES)[:, None]
            cover = cover + np.clip((hidden & known) - cover, -1.0 / TURN, 1.0 / TURN)
            self.covered[rows] = cover
            _, guess = self.expected.at(rows, frames.astype(float))
            turns = rotation.slerp(turns, guess, cover[:, PART_OF])
        self._hips[rows, frames % RING], self._turns[rows, frames % RING] = hips, turns
        self._remember(rows, frames, joint_positions(hips, turns, BUILT).astype(np.float32))

    def _remember(self, rows: Index, frames: Index, places: Array) -> None:
        step = places - self._joints[rows, (frames - 1) % RING]
        speed = rotation.length(step).mean(axis=(-2, -1)) * FRAME_RATE
        self._joints[rows, frames % RING] = places
        self._speed[rows, frames % RING] = np.where(frames > self._first[rows], speed, 0.0)
        self.latest[rows] = frames

    def _at(self, ring: Array, rows: Index, asked: Index, end: Index) -> Array:
        """(N, K, ...) of `ring` at frames `asked` (N, K), clamped to what is known."""
        known = np.clip(asked, np.maximum(self._first[rows], end - RING + 1)[:, None], end[:, None])
        return ring[rows[:, None], known % RING]
