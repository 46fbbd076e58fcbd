"""Lifted bodies are plausible: no flips, no popping, calm hidden limbs, feet that stay in place."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body, joint_positions
from motion.body_proportions import CANONICAL_LENGTHS_M, LENGTH_NAMES
from motion.landmark_lifting import LandmarkLifter
from motion.landmarks import LANDMARK_INDEX, MIRRORED, landmarks_from_body
from motion.landmarks import REST_LANDMARKS_M as AT_EASE
from motion.skeleton import BONE_INDEX, CORE_COUNT
from tests.motion.people import EASE, RATE, SITTING, X, Y, Z, body, landmarks, place, walk

Array = NDArray[np.floating]
SEEN = np.ones(33)
LEGS = [LANDMARK_INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("knee", "ankle", "heel", "foot_index")]


def lift(points: Array, visibility: Array | None = None, lifting: LandmarkLifter | None = None) -> list[Body]:
    lifting = lifting or LandmarkLifter()
    seen = np.ones(points.shape[:2]) if visibility is None else visibility
    return [lifting.step(p, v, 1.0 / RATE if i else 0.0) for i, (p, v) in enumerate(zip(points, seen, strict=True))]


def fastest_turn(bodies: list[Body], *bones: str) -> float:
    """Degrees by which one of the bones, or any, turns from one frame to the next at most."""
    chosen = [BONE_INDEX[bone] for bone in bones] or list(range(CORE_COUNT))
    pairs = itertools.pairwise(bodies)
    return max(float(np.degrees(rotation.angle(a.turns[chosen], b.turns[chosen])).max()) for a, b in pairs)


def test_a_pose_that_is_held_comes_back_as_it_was() -> None:
    raised = EASE | {"leftUpperArm": (Z, 60.0), "rightLowerArm": (Y, 80.0), "leftUpperLeg": (-X, 40.0)}
    raised |= {"leftLowerLeg": (X, 60.0), "head": (Y, 30.0)}
    true = body(raised)
    lifted = lift(landmarks([true] * 60))[-1]
    off = np.degrees(rotation.angle(lifted.turns, true.turns))
    assert off[[BONE_INDEX[b] for b in ("hips", "upperChest", "head", "leftUpperLeg", "leftLowerLeg")]].max() < 4.0
    assert off[[BONE_INDEX[b] for b in ("leftUpperArm", "rightUpperArm", "rightLowerArm", "rightHand")]].max() < 4.0
    assert np.linalg.norm(landmarks_from_body(lifted) - landmarks_from_body(true), axis=-1).max() < 0.02


def test_left_is_left() -> None:
    lifted = lift(landmarks([body(EASE | {"leftUpperArm": (Z, 60.0)})] * 10))[-1]
    assert place(lifted, "leftHand")[0] > 0.2
    assert place(lifted, "leftHand")[1] > place(lifted, "head")[1]
    assert place(lifted, "rightHand")[1] < place(lifted, "hips")[1] + 0.1


@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_turning_round_flips_nothing(noise: float) -> None:
    turning = [body(EASE, facing=360.0 * i / 90) for i in range(180)]
    lifted = lift(landmarks(turning, noise))
    assert fastest_turn(lifted[20:]) < 25.0
    miss = [np.degrees(rotation.angle(a.turns[0], b.turns[0])) for a, b in zip(lifted, turning, strict=True)]
    assert np.mean(miss[20:]) < (4.0 if noise == 0.0 else 8.0)


def test_left_and_right_that_a_look_exchanges_turn_nobody_round() -> None:
    points = landmarks([body(EASE | {"leftUpperArm": (Z, 20.0)}, facing=3.0 * i) for i in range(90)], 0.005)
    swapped = points.copy()
    swapped[50:60] = swapped[50:60][:, MIRRORED]
    whole, lifted = lift(points), lift(swapped)
    assert fastest_turn(lifted[20:], "hips", "upperChest", "head", "leftUpperArm") < 15.0
    assert np.degrees(rotation.angle(lifted[59].turns[0], whole[59].turns[0])) < 5.0


def test_who_sits_is_seen_to_sit() -> None:
    true = body(SITTING, hips_m=[0.0, 0.5, 2.0])
    lifted = lift(landmarks([true] * 45, 0.005))[-1]
    thigh = place(lifted, "leftLowerLeg") - place(lifted, "leftUpperLeg")
    shin = place(lifted, "leftFoot") - place(lifted, "leftLowerLeg")
    assert thigh[2] > 0.9 * np.linalg.norm(thigh)
    assert shin[1] < -0.9 * np.linalg.norm(shin)
    assert np.linalg.norm(lifted.hips_m - true.hips_m) < 0.05


def test_hidden_legs_stay_for_a_moment_and_then_hang_while_the_arms_go_on() -> None:
    high = EASE | {"leftUpperLeg": (-X, 70.0), "leftLowerLeg": (X, 20.0)}
    bodies = [body(high | {"leftUpperArm": (Z, min(4.0 * max(i - 30, 0) - 80.0, 45.0))}) for i in range(120)]
    visible = np.ones((120, 33))
    visible[30:, LEGS] = 0.0
    points = landmarks(bodies)
    points[30:, LEGS] = np.nan
    lifted = lift(points, visible)

    def fall(t: Body) -> float:
        thigh = place(t, "leftLowerLeg") - place(t, "leftUpperLeg")
        return float(-thigh[1] / np.linalg.norm(thigh))

    assert abs(fall(lifted[36]) - fall(lifted[29])) < 0.1
    assert fall(lifted[110]) > 0.95
    assert fastest_turn(lifted[25:110], "leftUpperLeg", "rightLowerLeg", "hips") < 12.0
    assert lifted[110].trust[BONE_INDEX["leftLowerLeg"]] < 0.1 < 0.9 < lifted[110].trust[BONE_INDEX["leftLowerArm"]]
    assert place(lifted[110], "leftHand")[1] > place(lifted[110], "head")[1]


def test_only_head_and_shoulders_in_the_picture_still_make_a_body() -> None:
    visible = np.zeros((60, 33))
    visible[:, :13] = 1.0
    points = landmarks([body(EASE)] * 60)
    points[:, 13:] = 7.0
    lifted = lift(points, visible)[-1]
    assert np.isfinite(lifted.turns).all()
    assert 0.5 < lifted.hips_m[1] < 1.3
    assert place(lifted, "head")[1] > lifted.hips_m[1] > place(lifted, "leftFoot")[1]


def test_lengths_converge_to_those_of_the_visitor_and_are_the_same_on_both_sides() -> None:
    bodies, _ = walk()
    lifting = LandmarkLifter()
    lift(1.15 * landmarks(bodies, 0.01), lifting=lifting)
    ratio = dict(zip(LENGTH_NAMES, lifting.proportions.lengths_m / CANONICAL_LENGTHS_M, strict=True))
    for name in ("trunk", "upper arm", "forearm", "thigh", "shin"):
        assert ratio[name] == pytest.approx(1.15, abs=0.04), name
    lifted = lift(1.15 * landmarks(bodies, 0.01))[-1].offsets_m
    left, right = BONE_INDEX["leftLowerArm"], BONE_INDEX["rightLowerArm"]
    assert lifted[left] == pytest.approx(lifted[right] * (-1.0, 1.0, 1.0))


def test_feet_stay_where_they_stand_and_the_locks_do_not_pop() -> None:
    bodies, stands = walk(4.0)
    lifted = lift(landmarks(bodies, 0.01, seed=2))
    there = np.array([joint_positions(t.hips_m, t.turns, t.offsets_m) for t in lifted])
    toes = there[:, [BONE_INDEX["leftToes"], BONE_INDEX["rightToes"]]]
    free = landmarks(bodies, 0.01, seed=2)[:, [LANDMARK_INDEX["left_foot_index"], LANDMARK_INDEX["right_foot_index"]]]
    speed = np.linalg.norm(np.diff(toes[..., [0, 2]], axis=0), axis=-1) * RATE
    raw = np.linalg.norm(np.diff(free[..., [0, 2]], axis=0), axis=-1) * RATE
    # Well within a step: not where a foot is put down or rolls off.
    firm = stands[1:] & np.roll(stands[1:], 4, axis=0) & np.roll(stands[1:], -3, axis=0)
    firm[:30] = False
    assert np.median(speed[firm]) < 0.08 < 0.3 < np.median(raw[firm])
    # From frame to frame no joint jumps: what walks at 1.2 m/s swings its feet at three times that.
    steps = np.linalg.norm(np.diff(there[10:], axis=0), axis=-1)
    assert steps.max() < 0.2
    assert np.linalg.norm(np.diff(there[10:], n=2, axis=0), axis=-1).max() < 0.09


def test_standing_feet_are_told() -> None:
    lifted = lift(landmarks([body(EASE)] * 40, 0.004))
    assert lifted[-1].feet == (True, True)
    raised = lift(landmarks([body(EASE | {"leftUpperLeg": (-X, 80.0), "leftLowerLeg": (X, 80.0)})] * 40, 0.004))
    assert raised[-1].feet == (False, True)


@pytest.mark.parametrize(
    "garbage",
    [
        np.full((33, 3), np.nan),
        np.full((33, 3), np.inf),
        np.zeros((33, 3)),
        np.tile([0.3, 1.0, 2.0], (33, 1)),
        np.full((33, 3), 1e12),
        np.random.default_rng(0).normal(0.0, 3.0, (33, 3)),
    ],
    ids=["nan", "infinite", "zero", "one point", "far away", "noise"],
)
@pytest.mark.parametrize("begin", [0, 20])
def test_garbage_never_makes_a_body_that_is_no_body(garbage: Array, begin: int) -> None:
    points = landmarks([body(EASE)] * 60)
    points[begin:40] = garbage
    lifted = lift(points)
    for t in lifted:
        assert np.isfinite(t.turns).all() and np.isfinite(t.hips_m).all() and np.isfinite(t.offsets_m).all()
        assert np.linalg.norm(t.turns, axis=-1) == pytest.approx(np.ones(CORE_COUNT), abs=1e-6)
        assert 0.0 <= t.trust.min() <= t.trust.max() <= 1.0
    assert np.linalg.norm(lifted[-1].hips_m - [0.0, 0.94, 0.0]) < 0.1


def test_wrong_visibility_is_no_visibility() -> None:
    points = landmarks([body(EASE)] * 20)
    lifted = lift(points, np.full((20, 33), np.nan))
    assert np.isfinite(lifted[-1].turns).all()
    assert lifted[-1].trust.max() == 0.0


def test_landmarks_that_drop_out_for_a_frame_leave_no_mark() -> None:
    bodies, _ = walk(3.0)
    clean = landmarks(bodies)
    chance = np.random.default_rng(4)
    visible = (chance.random(clean.shape[:2]) > 0.1).astype(float)
    broken = np.where(visible[..., None] > 0.0, clean, clean + chance.normal(0.0, 0.5, clean.shape))
    whole, holed = lift(clean), lift(broken, visible)
    apart = [
        np.linalg.norm(landmarks_from_body(a) - landmarks_from_body(b), axis=-1).max()
        for a, b in zip(whole, holed, strict=True)
    ]
    assert np.median(apart[20:]) < 0.04


def test_a_pause_and_any_rate_are_borne() -> None:
    lifting = LandmarkLifter()
    for frame, dt in enumerate([0.0, 1 / 30, 1 / 30, 0.0, 1 / 120, 0.2, 5.0, 1 / 15, 1e-6, 1 / 30]):
        lifted = lifting.step(AT_EASE + [0.01 * frame, 0.0, 0.0], SEEN, dt)
        assert np.isfinite(lifted.turns).all()
    assert abs(lifted.hips_m[0] - 0.09) < 0.03
