"""Visitor history: observations at uneven times become an even recent past of canonical joints, the network's input."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from installation.dance.predicted_motion import PredictedMotion
from installation.dance.prediction_reliability import PredictionReliability
from motion import rotation
from motion.body import Body, joint_positions
from motion.dancer import conditioning
from motion.dancer.conditioning import BODY_PARTS, HISTORY_FRAMES, PARTNER_FRAMES, SPEED_FRAMES, WATCHED_JOINTS
from motion.dancer.continuation import AHEAD_FRAMES
from motion.dancer.data import FRAME_RATE
from motion.rig import leg_length_m
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

Array = NDArray[np.floating]
Index = NDArray[np.intp]

CANONICAL_OFFSETS_M = REST_OFFSETS_M[:CORE_COUNT]
"""(22, 3) of the canonical build, which the network knows."""
CANONICAL_LEG_M = leg_length_m(REST_OFFSETS_M)
"""Length of its legs."""
PART_OF_BONE = conditioning.PART_OF_BONE.numpy()
"""(22,) index in BODY_PARTS of each bone."""
PART_MEANS = np.eye(len(BODY_PARTS))[PART_OF_BONE] / np.bincount(PART_OF_BONE)
"""(22, 5) matrix from values of bones to their means over BODY_PARTS."""
RING_FRAMES = 64
"""Frames of each body that are kept, in a ring buffer."""
MAX_DELAY_FRAMES = 3
"""Longest delay of the newest observation that the network was trained with."""
LOST_FRAMES = 30
"""Frames after the last observation from which a body counts as absent."""
SPEED_KEPT = 0.8
"""Share of its speed that a body keeps from frame to frame while it is not observed."""
MIN_TRUST = 0.3
"""Mean trust in a body part below which it is completed by the network."""
COMPLETION_FRAMES = 8
"""Frames in which a part goes over from observed to completed, and back."""


class VisitorHistory:
    """Recent motion of up to `max_bodies` visitors and dancers by identity; frames count at FRAME_RATE from show time
    0."""

    def __init__(self, max_bodies: int) -> None:
        """Further bodies than `max_bodies` are ignored."""
        self.rows: dict[int, int] = {}
        """Row in the arrays of each identity."""
        self.latest_frame = np.zeros(max_bodies, int)
        """(max_bodies,) the newest frame that is known."""
        self.completion = np.zeros((max_bodies, len(BODY_PARTS)))
        """(max_bodies, 5) how far each part is completed, 0 observed .. 1 completed."""
        self.leg_scale = np.ones(max_bodies)
        """(max_bodies,) length of the canonical legs over that of the body's."""
        self.hidden = np.zeros((max_bodies, len(BODY_PARTS)), bool)
        """(max_bodies, 5) which parts the newest observation does not show."""
        self.predictions = PredictedMotion(max_bodies)
        self.reliability = PredictionReliability(max_bodies)
        self._free_rows = [*range(max_bodies)][::-1]
        self._first_frame = np.zeros(max_bodies, int)
        self._observed_time = np.full(max_bodies, -np.inf)
        self._observed = np.zeros((max_bodies, 3)), np.zeros((max_bodies, CORE_COUNT, 4))
        """Hips and turns of the newest observation."""
        self._hips, self._turns = (
            np.zeros((max_bodies, RING_FRAMES, 3)),
            np.zeros((max_bodies, RING_FRAMES, CORE_COUNT, 4)),
        )
        self._joints = np.zeros((max_bodies, RING_FRAMES, CORE_COUNT, 3), np.float32)
        self._speed = np.zeros((max_bodies, RING_FRAMES), np.float32)

    def retain(self, ids: Collection[int]) -> None:
        """Drop all bodies but these."""
        for id in [id for id in self.rows if id not in ids]:
            self._free_rows.append(self.rows.pop(id))

    def add_observations(self, observations: Sequence[tuple[int, float, Body]]) -> list[int]:
        """Add those of the observations (identity, time of observation, body) that are new; the rows that got at least
        one new frame."""
        new = [
            one for one in observations if one[0] not in self.rows or one[1] > self._observed_time[self.rows[one[0]]]
        ]
        new = [one for one in new if one[0] in self.rows or self._enter(one[0])]
        if not new:
            return []
        rows = np.array([self.rows[id] for id, _, _ in new])
        times = np.array([time for _, time, _ in new])
        self.leg_scale[rows] = [CANONICAL_LEG_M / leg_length_m(body.offsets_m) for _, _, body in new]
        hips = np.array([body.hips_m for _, _, body in new])
        hips[:, 1] *= self.leg_scale[rows]
        turns = np.array([body.turns[:CORE_COUNT] for _, _, body in new])
        trust = np.array([body.trust[:CORE_COUNT] for _, _, body in new])
        hidden = trust @ PART_MEANS < MIN_TRUST
        target = np.floor(times * FRAME_RATE + 1e-6).astype(int)
        # A body that is new, or was away for longer than the buffer, starts with this observation.
        starts = ~np.isfinite(self._observed_time[rows]) | (target - self.latest_frame[rows] >= RING_FRAMES)
        for n in np.flatnonzero(starts):
            self._first_frame[rows[n]] = target[n]
            self.latest_frame[rows[n]] = target[n] - 1
        before_hips = np.where(starts[:, None], hips, self._observed[0][rows])
        before_turns = np.where(starts[:, None, None], turns, self._observed[1][rows])
        before = np.where(starts, times - 1.0, self._observed_time[rows])
        count = target - self.latest_frame[rows]
        for step in range(1, int(count.max(initial=0)) + 1):
            on = count >= step
            frames = self.latest_frame[rows[on]] + 1
            share = (frames / FRAME_RATE - before[on]) / (times[on] - before[on])
            share = np.minimum(np.maximum(share, 0.0), 1.0)
            hip = before_hips[on] + share[:, None] * (hips[on] - before_hips[on])
            turn = rotation.slerp(before_turns[on], turns[on], share[:, None])
            self._write(rows[on], frames, hip, turn, hidden[on])
        self._observed_time[rows], self.hidden[rows] = times, hidden
        self._observed[0][rows], self._observed[1][rows] = hips, turns
        added: list[int] = rows[count > 0].tolist()
        return added

    def add_joints(self, ids: Sequence[int], frame: int, joints_m: Array) -> None:
        """Add a frame of dancers, whose joints (N, 22, 3) are canonical."""
        for id in ids:
            if id not in self.rows and self._enter(id):
                self._first_frame[self.rows[id]] = frame
        known = [n for n, id in enumerate(ids) if id in self.rows]
        rows = np.array([self.rows[ids[n]] for n in known], int)
        self._write_joints(rows, np.full(len(rows), frame), joints_m[known].astype(np.float32))

    def partner_input(self, rows: Index, frame: int) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
        """What the bodies in rows (N,) are to the network at `frame`, as in `Conditioning`: WATCHED_JOINTS
        (N, 15, 13, 3), mean speed (N, 45), delay (N, 1), and whether (N,) they were observed lately.

        The delay is at most MAX_DELAY_FRAMES; what is missing beyond that is extrapolated at a falling speed.
        """
        end = np.minimum(self.latest_frame[rows], frame)
        present = (frame - end <= LOST_FRAMES) & (end >= self._first_frame[rows])
        end = np.maximum(end, self._first_frame[rows])
        delay = np.minimum(frame - end, MAX_DELAY_FRAMES)
        frames = (frame - delay)[:, None] + np.arange(-PARTNER_FRAMES + 1, 1)
        watched = self._at(self._joints, rows, frames, end)[:, :, WATCHED_JOINTS]
        beyond = np.maximum(frames - end[:, None], 0)
        if beyond.any():
            last, before = (
                self._at(self._joints, rows, (end - by)[:, None], end)[:, :, WATCHED_JOINTS] for by in (0, 2)
            )
            reach = SPEED_KEPT * (1.0 - SPEED_KEPT**beyond) / (1.0 - SPEED_KEPT)
            watched = watched + reach[..., None, None] * 0.5 * (last - before)
        frames = (frame - delay)[:, None] + np.arange(-SPEED_FRAMES + 1, 1)
        speed = self._at(self._speed, rows, frames, end) * SPEED_KEPT ** np.maximum(frames - end[:, None], 0)
        return watched, speed, delay[:, None], present

    def recent_motion(self, rows: Index) -> tuple[Array, Array]:
        """Joints (N, 12, 22, 3) of rows (N,) up to their newest frame, and turns (N, 22, 4) in it."""
        end = self.latest_frame[rows]
        frames = end[:, None] + np.arange(-HISTORY_FRAMES + 1, 1)
        return self._at(self._joints, rows, frames, end), self._turns[rows, end % RING_FRAMES]

    def floor_positions(self, ids: Collection[int]) -> Array:
        """(N, 2) x and z of the hips of those that are known, in their newest frame."""
        rows = np.array([self.rows[id] for id in ids if id in self.rows], int)
        positions: Array = self._joints[rows, self.latest_frame[rows] % RING_FRAMES, 0][:, [0, 2]].astype(float)
        return positions

    def has_prediction(self, rows: Index) -> NDArray[np.bool_]:
        """(N,) whether there is a prediction from the newest frame of rows (N,) on."""
        current: NDArray[np.bool_] = self.predictions.start_frame[rows] == self.latest_frame[rows]
        return current

    def add_prediction(self, rows: Index, hips_m: Array, turns: Array) -> None:
        """Add predictions of rows (N,) for the frames after their newest: hips (N, 8, 3) and turns (N, 8, 22, 4)."""
        end = self.latest_frame[rows] % RING_FRAMES
        hips = np.concatenate([self._hips[rows, end][:, None], hips_m], axis=1)
        whole = np.concatenate([self._turns[rows, end][:, None], turns], axis=1)
        self.predictions.add(rows, self.latest_frame[rows], hips, whole)

    def _enter(self, id: int) -> bool:
        """Give an identity a free row; False if there is none."""
        if not self._free_rows:
            return False
        row = self.rows[id] = self._free_rows.pop()
        self._observed_time[row], self.leg_scale[row] = -np.inf, 1.0
        self.predictions.forget(row)
        self.reliability.forget(row)
        self.completion[row], self.hidden[row], self.latest_frame[row] = 0.0, False, 0
        return True

    def _write(self, rows: Index, frames: Index, hips: Array, turns: Array, hidden: NDArray[np.bool_]) -> None:
        """Write a frame of each of rows (N,); parts that are `hidden` (N, 5) are completed by the prediction."""
        completion = self.completion[rows]
        if hidden.any() or completion.any():
            predicted = (self.predictions.start_frame[rows] >= frames - AHEAD_FRAMES)[:, None]
            step = 1.0 / COMPLETION_FRAMES
            completion = completion + np.clip((hidden & predicted) - completion, -step, step)
            self.completion[rows] = completion
            _, guess = self.predictions.corrected(rows, frames.astype(float))
            turns = rotation.slerp(turns, guess, completion[:, PART_OF_BONE])
        self._hips[rows, frames % RING_FRAMES], self._turns[rows, frames % RING_FRAMES] = hips, turns
        self._write_joints(rows, frames, joint_positions(hips, turns, CANONICAL_OFFSETS_M).astype(np.float32))

    def _write_joints(self, rows: Index, frames: Index, joints_m: Array) -> None:
        """Write joints (N, 22, 3) and their mean speed, and make frames (N,) the newest."""
        step = joints_m - self._joints[rows, (frames - 1) % RING_FRAMES]
        speed = rotation.length(step).mean(axis=(-2, -1)) * FRAME_RATE
        self._joints[rows, frames % RING_FRAMES] = joints_m
        self._speed[rows, frames % RING_FRAMES] = np.where(frames > self._first_frame[rows], speed, 0.0)
        self.latest_frame[rows] = frames

    def _at(self, ring: Array, rows: Index, frames: Index, end: Index) -> Array:
        """(N, K, ...) of `ring` at frames (N, K), clamped to those that are known up to `end` (N,)."""
        known = np.clip(frames, np.maximum(self._first_frame[rows], end - RING_FRAMES + 1)[:, None], end[:, None])
        return ring[rows[:, None], known % RING_FRAMES]
