"""Walking body: the landmarks of a person who walks to a place, with planted feet, and reaches with the hands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.eye.synthetic_visitor import FACE_OFFSETS_M
from motion.smooth import blend_factor

Array = NDArray[np.float64]

SIDES = (-1.0, 1.0)
"""Left and right: the sign of X in the frame of a body that faces the wall."""
ARM_LANDMARKS = ((11, 13, 15, 17, 19, 21), (12, 14, 16, 18, 20, 22))
"""Shoulder, elbow, wrist, little finger, index finger and thumb of each side."""
LEG_LANDMARKS = ((23, 25, 27, 29, 31), (24, 26, 28, 30, 32))
"""Hip, knee, ankle, heel and toe of each side."""
FACE_LANDMARKS = ((1, 2, 3, 7, 9), (4, 5, 6, 8, 10))
"""Of each side, in the order of FACE_OFFSETS_M."""
HIPS_M = 0.93
"""Height of the hips of the standing body."""
CHEST_M = 0.50
"""From the hips to the shoulders."""
SHOULDER_M = 0.18
"""From the middle of the chest to a shoulder."""
UPPER_ARM_M = 0.29
LOWER_ARM_M = 0.26
THIGH_M = 0.4275
"""Length of the thigh, and of the shank."""
ANKLE_M = 0.08
"""Height of the ankle of a standing foot."""
HALF_STANCE_M = 0.11
"""From the middle of the body to a standing foot."""
MAX_SPEED_M = 2.2
"""Fastest walk, m/s."""
APPROACH_HZ = 1.8
"""Speed towards the goal, m/s for each metre that is left."""
SPEED_SECONDS = 0.22
"""Time constant of the speed."""
TURN_SECONDS = 0.22
"""Time constant of the facing."""
MAX_TURN = 1.05
"""Turn towards the direction of a fast walk, radians."""
HAND_SECONDS = 0.09
"""Time constant of a hand."""
STEP_M = 0.11
"""Distance of a standing foot from its place under the body from which on it makes a step."""
SLOW_STEP_SECONDS = 0.36
"""Duration of a step of a slow walk."""
FAST_STEP_SECONDS = 0.23
"""Duration of a step at MAX_SPEED_M."""
LIFT_M = 0.07
"""Height of the foot in the middle of a slow step."""
MAX_DT_SECONDS = 1.0 / 30.0
"""Longest step of the simulation; longer ones are divided."""
MAX_CATCH_UP_SECONDS = 0.5
"""Time that is simulated after a pause; the rest is left out."""


@dataclass(slots=True)
class Foot:
    """One foot: planted, or on its way from one place to the next."""

    place_m: Array
    """(2,) x and z."""
    start_m: Array
    """(2,) where its step began."""
    progress: float = 1.0
    """0..1 in the step; 1 is planted."""


class WalkingBody:
    """A body on the floor, simulated in time; the same calls give the same landmarks."""

    def __init__(self, place_m: tuple[float, float]) -> None:
        """It stands at (x, z) in the room and faces the wall."""
        self.place_m = np.array(place_m)
        self.velocity_m = np.zeros(2)
        """m/s along x and z."""
        self._facing = 0.0
        self._seconds = 0.0
        homes = [self._home(side, np.zeros(2)) for side in SIDES]
        self._feet = [Foot(home, home.copy()) for home in homes]
        self._hands_m: list[Array] = [self._resting_hand(index) for index in range(2)]
        """(3,) of each side, relative to the body's place."""

    def step(self, goal_m: tuple[float, float] | None, hands_m: tuple[Array | None, Array | None], dt: float) -> None:
        """Walk on for `dt` seconds towards `goal_m` (x, z), or on as before without one.

        `hands_m` are points (3,) in the room that left and right hand reach for; None hangs and swings.
        """
        rest = min(dt, MAX_CATCH_UP_SECONDS)
        while rest > 1e-9:
            self._advance(goal_m, hands_m, min(rest, MAX_DT_SECONDS))
            rest -= MAX_DT_SECONDS

    def _advance(
        self, goal_m: tuple[float, float] | None, hands_m: tuple[Array | None, Array | None], dt: float
    ) -> None:
        self._seconds += dt
        if goal_m is not None:
            wanted = APPROACH_HZ * (np.array(goal_m) - self.place_m)
            wanted *= min(1.0, MAX_SPEED_M / max(float(np.linalg.norm(wanted)), 1e-9))
            self.velocity_m = self.velocity_m + blend_factor(SPEED_SECONDS, dt) * (wanted - self.velocity_m)
        self.place_m = self.place_m + self.velocity_m * dt
        goal_facing = MAX_TURN * math.tanh(1.2 * float(self.velocity_m[0]))
        self._facing += blend_factor(TURN_SECONDS, dt) * (goal_facing - self._facing)
        self._step_feet(dt)
        for index, hand in enumerate(hands_m):
            goal = self._resting_hand(index) if hand is None else hand - [self.place_m[0], 0.0, self.place_m[1]]
            self._hands_m[index] = self._hands_m[index] + blend_factor(HAND_SECONDS, dt) * (goal - self._hands_m[index])

    def _step_feet(self, dt: float) -> None:
        speed = float(np.linalg.norm(self.velocity_m))
        duration = SLOW_STEP_SECONDS + (FAST_STEP_SECONDS - SLOW_STEP_SECONDS) * min(speed / MAX_SPEED_M, 1.0)
        # A foot lands as far before the body as it will be behind it when it leaves the floor.
        homes = [self._home(side, 0.5 * duration * self.velocity_m) for side in SIDES]
        for foot, home in zip(self._feet, homes, strict=True):
            if foot.progress < 1.0:
                foot.progress = min(1.0, foot.progress + dt / duration)
                eased = foot.progress * foot.progress * (3.0 - 2.0 * foot.progress)
                # The place of landing moves with the body until the foot is there.
                landing = home + self.velocity_m * (1.0 - foot.progress) * duration
                foot.place_m = foot.start_m + eased * (landing - foot.start_m)
        if all(foot.progress >= 1.0 for foot in self._feet):
            away = [float(np.linalg.norm(foot.place_m - home)) for foot, home in zip(self._feet, homes, strict=True)]
            # The foot that lags most behind makes the next step.
            index = int(away[1] > away[0])
            if away[index] > STEP_M:
                foot = self._feet[index]
                foot.start_m, foot.progress = foot.place_m.copy(), 0.0

    def _home(self, side: float, ahead_m: Array) -> Array:
        """(2,) where a foot stands when the body is `ahead_m` further."""
        out = self._turned(np.array([side * HALF_STANCE_M, 0.0, 0.0]))
        return self.place_m + out[[0, 2]] + ahead_m

    def _turned(self, local: Array) -> Array:
        """Offsets (..., 3) of a body that faces the wall, turned by the facing."""
        c, s = math.cos(self._facing), math.sin(self._facing)
        turned: Array = local @ np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
        return turned

    def _forward(self, offset_m: Array) -> float:
        """How far (x, z) lies in front of the body, m."""
        return float(offset_m[0] * math.sin(self._facing) - offset_m[1] * math.cos(self._facing))

    def _resting_hand(self, index: int) -> Array:
        """(3,) the hanging hand of a side; it swings with the foot of the other side."""
        swing = max(-0.3, min(0.8 * self._forward(self._feet[1 - index].place_m - self.place_m), 0.35))
        breath = 0.008 * math.sin(1.5 * self._seconds)
        out = SHOULDER_M + 0.06
        lift = 0.25 * abs(swing)
        return self._turned(np.array([SIDES[index] * out, HIPS_M - 0.03 + lift + breath, -0.04 - swing]))

    def landmarks_m(self) -> Array:
        """(33, 3) landmarks in the room."""
        joints = np.zeros((33, 3))
        feet = [self._foot(foot) for foot in self._feet]
        weight = 0.5 * (feet[0] + feet[1])[[0, 2]]
        hips = np.array([0.3 * weight[0], self._hips_height(feet), 0.3 * weight[1]])
        breath = 0.006 * math.sin(1.5 * self._seconds)
        sway = 0.012 * math.sin(0.83 * self._seconds)
        hips += [sway, 0.0, 0.0]
        lean = 0.035 * self.velocity_m
        reach = 0.06 * (self._hands_m[0] + self._hands_m[1])[[0, 2]]
        chest = hips + [lean[0] + reach[0], CHEST_M + breath, lean[1] + reach[1]]
        nose = chest + self._turned(np.array([0.0, 0.23, -0.11]))
        joints[0] = nose
        for index, side in enumerate(SIDES):
            for landmark, (out, up, back) in zip(FACE_LANDMARKS[index], FACE_OFFSETS_M, strict=True):
                joints[landmark] = nose + self._turned(np.array([side * out, up, back]))
            self._place_arm(joints, index, chest)
            self._place_leg(joints, index, hips, feet[index])
        placed: Array = joints + [self.place_m[0], 0.0, self.place_m[1]]
        return placed

    def _foot(self, foot: Foot) -> Array:
        """(3,) its ankle, relative to the body's place."""
        x, z = foot.place_m - self.place_m
        lift = LIFT_M * (1.0 + 0.4 * float(np.linalg.norm(self.velocity_m))) * math.sin(math.pi * foot.progress)
        return np.array([x, ANKLE_M + max(lift, 0.0), z])

    def _hips_height(self, feet: list[Array]) -> float:
        """As high as the legs allow, and lower in a fast walk."""
        longest = 2.0 * THIGH_M - 0.004
        height = HIPS_M - 0.008 * float(np.linalg.norm(self.velocity_m))
        for foot, side in zip(feet, SIDES, strict=True):
            hip = self._turned(np.array([side * 0.1, 0.0, 0.0]))
            away = float(np.hypot(*(foot - hip)[[0, 2]]))
            height = min(height, foot[1] + math.sqrt(max(longest**2 - away**2, 0.25)))
        return height

    def _place_leg(self, joints: Array, index: int, hips: Array, ankle: Array) -> None:
        hip, knee, ankle_at, heel, toe = LEG_LANDMARKS[index]
        side = SIDES[index]
        forward = self._turned(np.array([side * 0.2, 0.0, -1.0]))
        joints[hip] = hips + self._turned(np.array([side * 0.10, 0.0, 0.0]))
        joints[ankle_at] = ankle
        joints[knee] = _bent(joints[hip], ankle, (THIGH_M, THIGH_M), forward)
        # The heel of a foot that is behind, or in the air, is higher than its toes.
        behind = max(0.0, -self._forward(ankle[[0, 2]]))
        pitch = min(0.9, 1.1 * behind + 3.0 * max(ankle[1] - ANKLE_M, 0.0))
        joints[heel] = ankle + self._turned(np.array([0.0, -0.05 + 0.04 * pitch, 0.04]))
        joints[toe] = ankle + self._turned(np.array([side * 0.03, -0.05 - 0.07 * pitch, -0.15]))
        joints[toe][1] = max(joints[toe][1], 0.02)

    def _place_arm(self, joints: Array, index: int, chest: Array) -> None:
        shoulder, elbow, wrist, little, fore, thumb = ARM_LANDMARKS[index]
        side = SIDES[index]
        joints[shoulder] = chest + self._turned(np.array([side * SHOULDER_M, 0.0, 0.0]))
        to_hand = self._hands_m[index] - joints[shoulder]
        reach = UPPER_ARM_M + LOWER_ARM_M - 0.01
        length = max(float(np.linalg.norm(to_hand)), 1e-6)
        joints[wrist] = joints[shoulder] + to_hand * min(1.0, reach / length)
        outwards = self._turned(np.array([side * 0.8, -0.5, 0.6]))
        joints[elbow] = _bent(joints[shoulder], joints[wrist], (UPPER_ARM_M, LOWER_ARM_M), outwards)
        hand = joints[wrist] - joints[elbow]
        hand = hand / max(float(np.linalg.norm(hand)), 1e-6)
        joints[little] = joints[wrist] + 0.09 * hand + self._turned(np.array([side * 0.02, 0.0, 0.02]))
        joints[fore] = joints[wrist] + 0.10 * hand + self._turned(np.array([-side * 0.01, 0.0, -0.02]))
        joints[thumb] = joints[wrist] + 0.05 * hand + self._turned(np.array([-side * 0.03, 0.0, -0.02]))


def _bent(start: Array, end: Array, lengths: tuple[float, float], towards: Array) -> Array:
    """(3,) the joint between two bones of these lengths from `start` to `end`, bent `towards` a direction (3,)."""
    first, second = lengths
    axis = end - start
    distance = max(float(np.linalg.norm(axis)), abs(first - second) + 1e-6)
    axis = axis / distance
    along = (first**2 - second**2 + distance**2) / (2.0 * distance)
    out = towards - (towards @ axis) * axis
    out = out / max(float(np.linalg.norm(out)), 1e-6)
    joint: Array = start + along * axis + math.sqrt(max(first**2 - along**2, 0.0)) * out
    return joint
