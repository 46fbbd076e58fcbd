"""Evaluation of landmark lifting: captured bodies through simulated noise and gaps, and a film with known landmarks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.report import Figure
from installation.eye.pose_estimator import PoseEstimator
from installation.eye.region_proposals import picture_square
from installation.eye.sources.kinds import open_reader
from motion import metrics, rotation
from motion.body import Body, Motion, bone_directions, motion_from_bodies
from motion.body_proportions import BodyProportions
from motion.landmark_lifting import LandmarkLifter
from motion.landmarks import LANDMARK_INDEX, LANDMARKS, landmarks_from_body
from motion.skeleton import BONE_INDEX, CORE_COUNT, PARENTS, THIGH_BONES, TOE_BONES
from motion.smooth import OneEuro

Array = NDArray[np.floating]

FRAME_RATE = 30.0
"""Frames a second at which motions are lifted."""
NOISE_LEVELS_M = {"2 cm RMS": 0.02 / 3.0**0.5, "2 cm RMS along each axis": 0.02}
"""RMS of a landmark's noise along each axis, by name: 2 cm for the length of the error, and the harder 2 cm an axis."""
MISSING_SHARE = 0.1
"""Share of landmarks that a detection misses, independently: those have the last position, or noise of half a metre."""
ONE_EURO_CUTOFFS = (2.0, 1.0)
"""Cutoffs (Hz, Hz a m/s) of the One-Euro filter, the baseline: of (1, 2), (2, 1) and (3, 2) that of least jerk; their
errors of direction are within 0.2 degrees of each other."""
TOE_JOINT_HEIGHT_M = 0.02
"""Height over the floor of a captured person's toe joint, standing."""


@dataclass(frozen=True, slots=True)
class LiftingScores:
    """Errors of one clip's lifted motion against the true one."""

    segment_errors: Array
    """(T, 14) degrees between the directions of `motion.metrics.SEGMENTS`."""
    turn_errors: Array
    """(T, 22) degrees between the directions of all bones, by their turns from the T-pose."""
    skate: tuple[float, float]
    """m/s, lifted and true."""
    jerk: tuple[float, float]
    """m/s³, lifted and true."""


def measure_lifting(motions: Iterable[Motion], seconds: float = 60.0) -> list[Figure]:
    """Figures for true motions at any rate, at both levels of noise; the baseline is One-Euro and aimed bones.

    Skate and jerk are ratios: the sum over all clips divided by the sum for the true motions, and the median over the
    clips of each one's ratio. At most `seconds` of a clip are used.
    """
    truths = [_at_rate(motion, seconds) for motion in motions]
    figures: list[Figure] = []
    spent, frames = 0.0, 0
    for name, noise in NOISE_LEVELS_M.items():
        own, baseline = [], []
        for seed, truth in enumerate(truths):
            points, visibility = _simulate_detections(landmarks_from_body(truth), noise, np.random.default_rng(seed))
            begin = time.perf_counter()
            lifted = _lift(points, visibility)
            spent, frames = spent + time.perf_counter() - begin, frames + len(truth)
            own.append(_score(lifted, truth))
            baseline.append(_score(_aim_bones(points, visibility), truth))
        strict = noise == min(NOISE_LEVELS_M.values())
        figures += _figures(f"lift, noise of {name}", own, baseline, strict)
    mean_ms = spent / frames * 1e3 if frames else None
    figures.append(Figure.at_most("lift: time of a body and frame", mean_ms, 1.0, "ms"))
    return figures


def _figures(name: str, own: list[LiftingScores], baseline: list[LiftingScores], strict: bool) -> list[Figure]:
    def row(what: str, measure: Callable[[list[LiftingScores]], float], most: float | None, unit: str) -> Figure:
        value, baseline_value = (measure(rows) if rows else None for rows in (own, baseline))
        if most is None or not strict:
            return Figure(f"{name}: {what}", value, unit, baseline_value, most)
        return Figure.at_most(f"{name}: {what}", value, most, unit, baseline_value)

    return [
        row("bone direction error, mean", lambda r: float(_all(r, "segment_errors").mean()), 6.0, "deg"),
        row("bone direction error, p95", lambda r: float(np.percentile(_all(r, "segment_errors"), 95.0)), 15.0, "deg"),
        row(
            "turns of all bones from the T-pose, mean error",
            lambda r: float(_all(r, "turn_errors").mean()),
            None,
            "deg",
        ),
        row("foot skate", lambda r: _ratio_of_sums([s.skate for s in r]), 1.5, "times the clips'"),
        row("foot skate, median over clips", lambda r: _median_ratio([s.skate for s in r]), None, "times the clip's"),
        row("jerk", lambda r: _ratio_of_sums([s.jerk for s in r]), 2.5, "times the clips'"),
        row("jerk, median over clips", lambda r: _median_ratio([s.jerk for s in r]), None, "times the clip's"),
    ]


def _all(scores: list[LiftingScores], name: str) -> Array:
    """The values of a field of all scores."""
    return np.concatenate([getattr(score, name).ravel() for score in scores])


def _ratio_of_sums(pairs: list[tuple[float, float]]) -> float:
    """The sum of the first values over the sum of the second ones."""
    lifted, true = np.sum(pairs, axis=0)
    return float(lifted / true)


def _median_ratio(pairs: list[tuple[float, float]]) -> float:
    """The median of the first values over the second ones."""
    return float(np.median([lifted / max(true, 1e-9) for lifted, true in pairs]))


def _at_rate(motion: Motion, seconds: float) -> Motion:
    """A motion at FRAME_RATE or a little more, by leaving frames out, standing on the floor."""
    step = max(1, round(motion.rate / FRAME_RATE))
    frames = slice(0, int(seconds * FRAME_RATE) * step, step)
    hips, offsets = motion.hips_m[frames].copy(), motion.offsets_m[:CORE_COUNT]
    thin = Motion(
        hips,
        motion.turns[frames, :CORE_COUNT],
        offsets,
        FRAME_RATE,
        motion.trust[frames, :CORE_COUNT],
        motion.feet[frames],
    )
    hips[:, 1] += TOE_JOINT_HEIGHT_M - metrics.floor_height(metrics.motion_joints(thin)[:, TOE_BONES])
    return thin


def _simulate_detections(points: Array, noise: float, chance: np.random.Generator) -> tuple[Array, Array]:
    """Landmarks (T, 33, 3) with noise and gaps, and their visibility (T, 33)."""
    noisy = points + chance.normal(0.0, noise, points.shape)
    visible = chance.random(points.shape[:2]) >= MISSING_SHARE
    stale = np.concatenate([noisy[:1], noisy[:-1]])
    wild = points + chance.normal(0.0, 0.5, points.shape)
    lost = np.where(chance.random(points.shape[:2])[..., None] < 0.5, stale, wild)
    return np.where(visible[..., None], noisy, lost), visible.astype(float)


def _lift(points: Array, visibility: Array) -> list[Body]:
    lift = LandmarkLifter()
    frames = enumerate(zip(points, visibility, strict=True))
    return [lift.step(*frame, 1.0 / FRAME_RATE if i else 0.0) for i, frame in frames]


def _score(lifted: list[Body], truth: Motion) -> LiftingScores:
    motion = motion_from_bodies(lifted, FRAME_RATE)
    there = np.stack([metrics.motion_joints(motion_from_bodies([body], FRAME_RATE))[0] for body in lifted])
    true = metrics.motion_joints(truth)
    feet = TOE_BONES
    return LiftingScores(
        metrics.direction_error(metrics.segment_directions(there), metrics.segment_directions(true)),
        metrics.direction_error(
            bone_directions(motion.turns, truth.offsets_m), bone_directions(truth.turns, truth.offsets_m)
        ),
        (metrics.foot_skate(there[:, feet], FRAME_RATE), metrics.foot_skate(true[:, feet], FRAME_RATE)),
        (metrics.jerk(there, FRAME_RATE), metrics.jerk(true, FRAME_RATE)),
    )


AIMED_BONES = {
    f"{side}{bone}": (f"{side}_{start}", f"{side}_{end}")
    for side in ("left", "right")
    for bone, start, end in (
        ("UpperArm", "shoulder", "elbow"),
        ("LowerArm", "elbow", "wrist"),
        ("Hand", "wrist", "index"),
        ("UpperLeg", "hip", "knee"),
        ("LowerLeg", "knee", "ankle"),
        ("Foot", "ankle", "foot_index"),
    )
}
"""Bones that the baseline way points from one landmark to another."""


def _aim_bones(points: Array, visibility: Array) -> list[Body]:
    """The baseline way: One-Euro on every landmark, the last one's place for one that is missing, every bone aimed."""
    smoother, proportions = OneEuro(*ONE_EURO_CUTOFFS), BodyProportions()
    held = points[0]
    bodies = []
    for landmarks, visible in zip(points, visibility, strict=True):
        held = np.where(visible[:, None] > 0.5, landmarks, held)
        smoothed = smoother.step(held, 1.0 / FRAME_RATE)
        proportions.learn(smoothed, np.ones(33), 1.0 / FRAME_RATE)
        bodies.append(_aim(smoothed, proportions.offsets_m))
    return bodies


def _aim(points: Array, offsets: Array) -> Body:
    """A body of bones aimed between landmarks (33, 3)."""
    at = dict(zip(LANDMARKS, points, strict=True))
    hips, shoulders, ears = (0.5 * (at[f"left_{n}"] + at[f"right_{n}"]) for n in ("hip", "shoulder", "ear"))
    frames = {
        "hips": (at["left_hip"] - at["right_hip"], shoulders - hips),
        "upperChest": (at["left_shoulder"] - at["right_shoulder"], shoulders - hips),
        "head": (at["left_ear"] - at["right_ear"], np.cross(at["nose"] - ears, at["left_ear"] - at["right_ear"])),
    }
    turns = np.tile(rotation.IDENTITY, (CORE_COUNT, 1))
    for name, index in BONE_INDEX.items():
        if index >= CORE_COUNT:
            continue
        turns[index] = turns[max(PARENTS[index], 0)]
        if name in frames:
            turns[index] = rotation.from_matrix(rotation.matrix_from_columns(*frames[name]))
        elif name in AIMED_BONES:
            start, end = AIMED_BONES[name]
            rest = (
                offsets[BONE_INDEX["leftToes"]]
                if name.endswith("Foot")
                else _REST_AXES[name[4 if name[0] == "l" else 5 :]]
            )
            rest = rest * (1.0 if name[0] == "l" else -1.0, 1.0, 1.0)
            now = rotation.rotate(turns[index], rest)
            turns[index] = rotation.multiply(rotation.between(now, at[end] - at[start]), turns[index])
    base = hips - rotation.rotate(turns[0], offsets[THIGH_BONES].mean(axis=0))
    return Body(base, turns, offsets, np.ones(CORE_COUNT))


_REST_AXES = {bone: np.array([1.0, 0.0, 0.0]) for bone in ("UpperArm", "LowerArm", "Hand")}
_REST_AXES |= {bone: np.array([0.0, -1.0, 0.0]) for bone in ("UpperLeg", "LowerLeg")}


def measure_squats(path: Path | None) -> list[Figure]:
    """Lifted landmarks of a film of squats at five frames a second, against the expected landmarks in 3-D."""
    name = "lift: bone direction error on the film of squats, mean"
    expected = path.with_name("tfjs_pose_squats_3d.full.json") if path else None
    if path is None or expected is None or not expected.is_file():
        return [Figure(f"{name}: its clip is not there", None, "deg")]
    # From the camera's axes (x right, y down, z away) to the room's, for a camera on the wall.
    to_room = np.array([-1.0, -1.0, 1.0])
    truth = _segment_directions(np.array(json.loads(expected.read_text())) * to_room)
    estimator, lift = PoseEstimator(None, 0.5, tracking=True), LandmarkLifter()
    own, baseline = [], []
    for count, (_, pixels) in enumerate(open_reader(str(path), 30.0, None)):
        found = estimator.detect(pixels, picture_square((pixels.shape[1], pixels.shape[0])), max(pixels.shape[:2]))
        if not found:
            continue
        points = found[0].local_landmarks_m.astype(float) * to_room
        standing = points - [0.0, min(float(points[:, 1].min()), 0.0), -3.0]
        body = lift.step(standing, found[0].visibility, 0.2 if count else 0.0)
        own.append(metrics.direction_error(_segment_directions(landmarks_from_body(body)), truth[count]))
        baseline.append(metrics.direction_error(_segment_directions(points), truth[count]))
    estimator.close()
    if not own:
        return [Figure.at_most(name, None, 8.0, "deg")]
    return [Figure.at_most(name, float(np.mean(own)), 8.0, "deg", float(np.mean(baseline)))]


def _segment_directions(points: Array) -> Array:
    """(..., 14, 3) unit vectors between landmarks (..., 33, 3), those of `metrics.SEGMENTS` between joints."""

    def middle(name: str) -> Array:
        return 0.5 * (points[..., LANDMARK_INDEX[f"left_{name}"], :] + points[..., LANDMARK_INDEX[f"right_{name}"], :])

    steps = [middle("shoulder") - middle("hip"), middle("ear") - middle("shoulder")]
    steps += [
        points[..., LANDMARK_INDEX[f"left_{n}"], :] - points[..., LANDMARK_INDEX[f"right_{n}"], :]
        for n in ("shoulder", "hip")
    ]
    for bone, (start, end) in AIMED_BONES.items():
        if not bone.endswith("Hand"):
            steps.append(points[..., LANDMARK_INDEX[end], :] - points[..., LANDMARK_INDEX[start], :])
    along = np.stack(steps, axis=-2)
    units: Array = along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
    return units
