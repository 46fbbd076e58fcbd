"""What lifting landmarks to bodies is measured by: captured bodies seen through noise and gaps, and a film."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.report import Figure
from motion import metrics, rotation
from motion.body import Body, Motion, bone_directions, motion_from_bodies
from motion.body_proportions import BodyProportions
from motion.landmark_lifting import LandmarkLifter
from motion.landmarks import LANDMARK_INDEX, LANDMARKS, landmarks_from_body
from motion.skeleton import BONE_INDEX, CORE_COUNT, PARENTS, THIGH_BONES, TOE_BONES
from motion.smooth import OneEuro

Array = NDArray[np.floating]

RATE = 30.0
NOISE = {"2 cm RMS": 0.02 / 3.0**0.5, "2 cm RMS along each axis": 0.02}
"""Metres RMS of a landmark's noise along each axis: as the length of the error in the room, and harder."""
MISSING = 0.1
"""Share of landmarks that a look misses, each on its own: it has the last one's, or is half a metre off."""
ONE_EURO = (2.0, 1.0)
"""Cutoffs (Hz, Hz a m/s) of the One-Euro filter beside ours: of (1, 2), (2, 1) and (3, 2) the one with the least jerk;
their errors of direction are within 0.2 degrees of each other."""
SOLE = 0.02
"""Metres over the floor at which the toes' joint of whom was captured stands."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What one clip's told motion is worth beside the true one."""

    angles: Array
    """(T, 14) degrees between the directions of `motion.metrics.SEGMENTS`."""
    turned: Array
    """(T, 22) degrees between the directions in which all bones are turned from their T-poses."""
    skate: tuple[float, float]
    """m/s, told and true."""
    jerk: tuple[float, float]
    """m/s³, told and true."""


def lifting(motions: Iterable[Motion], seconds: float = 60.0) -> list[Figure]:
    """Figures for true motions at any rate: ours beside One-Euro and plain aiming, at both amounts of noise.

    Skate and jerk are sums over all clips over the sums of the clips' own; the medians over the clips of what each
    has over its own stand beside. `seconds` bounds what is used of a clip.
    """
    truths = [_at_rate(motion, seconds) for motion in motions]
    figures: list[Figure] = []
    spent, frames = 0.0, 0
    for name, noise in NOISE.items():
        ours, plain = [], []
        for seed, truth in enumerate(truths):
            points, seen = _seen(landmarks_from_body(truth), noise, np.random.default_rng(seed))
            begin = time.perf_counter()
            told = _lifted(points, seen)
            spent, frames = spent + time.perf_counter() - begin, frames + len(truth)
            ours.append(_score(told, truth))
            plain.append(_score(_aimed(points, seen), truth))
        strict = noise == min(NOISE.values())
        figures += _figures(f"lift, noise of {name}", ours, plain, strict)
    per = spent / frames * 1e3 if frames else None
    figures.append(Figure.at_most("lift: time of a body and frame", per, 1.0, "ms"))
    return figures


def _figures(name: str, ours: list[Scores], plain: list[Scores], strict: bool) -> list[Figure]:
    def row(what: str, measure: Callable[[list[Scores]], float], most: float | None, unit: str) -> Figure:
        value, beside = (measure(rows) if rows else None for rows in (ours, plain))
        if most is None or not strict:
            return Figure(f"{name}: {what}", value, unit, beside, most)
        return Figure.at_most(f"{name}: {what}", value, most, unit, beside)

    return [
        row("bone direction error, mean", lambda r: float(_all(r, "angles").mean()), 6.0, "deg"),
        row("bone direction error, p95", lambda r: float(np.percentile(_all(r, "angles"), 95.0)), 15.0, "deg"),
        row("turns of all bones from the T-pose, mean error", lambda r: float(_all(r, "turned").mean()), None, "deg"),
        row("foot skate", lambda r: _times([s.skate for s in r]), 1.5, "times the clips'"),
        row("foot skate, median over clips", lambda r: _typical([s.skate for s in r]), None, "times the clip's"),
        row("jerk", lambda r: _times([s.jerk for s in r]), 2.5, "times the clips'"),
        row("jerk, median over clips", lambda r: _typical([s.jerk for s in r]), None, "times the clip's"),
    ]


def _all(scores: list[Scores], name: str) -> Array:
    return np.concatenate([getattr(score, name).ravel() for score in scores])


def _times(pairs: list[tuple[float, float]]) -> float:
    told, true = np.sum(pairs, axis=0)
    return float(told / true)


def _typical(pairs: list[tuple[float, float]]) -> float:
    return float(np.median([told / max(true, 1e-9) for told, true in pairs]))


def _at_rate(motion: Motion, seconds: float) -> Motion:
    """Every so many frames of a motion, standing on the floor."""
    step = max(1, round(motion.rate / RATE))
    frames = slice(0, int(seconds * RATE) * step, step)
    hips, offsets = motion.hips_m[frames].copy(), motion.offsets_m[:CORE_COUNT]
    thin = Motion(
        hips, motion.turns[frames, :CORE_COUNT], offsets, RATE, motion.trust[frames, :CORE_COUNT], motion.feet[frames]
    )
    hips[:, 1] += SOLE - metrics.floor_height(metrics.motion_joints(thin)[:, TOE_BONES])
    return thin


def _seen(points: Array, noise: float, chance: np.random.Generator) -> tuple[Array, Array]:
    """Landmarks (T, 33, 3) as they are measured, and their visibility (T, 33)."""
    noisy = points + chance.normal(0.0, noise, points.shape)
    visible = chance.random(points.shape[:2]) >= MISSING
    stale = np.concatenate([noisy[:1], noisy[:-1]])
    wild = points + chance.normal(0.0, 0.5, points.shape)
    lost = np.where(chance.random(points.shape[:2])[..., None] < 0.5, stale, wild)
    return np.where(visible[..., None], noisy, lost), visible.astype(float)


def _lifted(points: Array, seen: Array) -> list[Body]:
    lift = LandmarkLifter()
    return [lift.step(*look, 1.0 / RATE if i else 0.0) for i, look in enumerate(zip(points, seen, strict=True))]


def _score(told: list[Body], truth: Motion) -> Scores:
    motion = motion_from_bodies(told, RATE)
    there = np.stack([metrics.motion_joints(motion_from_bodies([body], RATE))[0] for body in told])
    true = metrics.motion_joints(truth)
    feet = TOE_BONES
    return Scores(
        metrics.direction_error(metrics.segment_directions(there), metrics.segment_directions(true)),
        metrics.direction_error(
            bone_directions(motion.turns, truth.offsets_m), bone_directions(truth.turns, truth.offsets_m)
        ),
        (metrics.foot_skate(there[:, feet], RATE), metrics.foot_skate(true[:, feet], RATE)),
        (metrics.jerk(there, RATE), metrics.jerk(true, RATE)),
    )


AIMED = {
    f"{side}{bone}": (f"{side}_{start}", f"{side}_{end}")
    for side in ("left", "right")
    for bone, start, end in (
        ("UpperArm", "shoulder", "elbow"), ("LowerArm", "elbow", "wrist"), ("Hand", "wrist", "index"),
        ("UpperLeg", "hip", "knee"), ("LowerLeg", "knee", "ankle"), ("Foot", "ankle", "foot_index"),
    )
}  # fmt: skip
"""Bones that the plain way points from one landmark to another."""


def _aimed(points: Array, seen: Array) -> list[Body]:
    """The plain way: One-Euro on every landmark, the last one's place for one that is missing, every bone aimed."""
    smooth, build = OneEuro(*ONE_EURO), BodyProportions()
    held = points[0]
    bodies = []
    for look, visible in zip(points, seen, strict=True):
        held = np.where(visible[:, None] > 0.5, look, held)
        calm = smooth.step(held, 1.0 / RATE)
        build.learn(calm, np.ones(33), 1.0 / RATE)
        bodies.append(_aim(calm, build.offsets_m))
    return bodies


def _aim(points: Array, offsets: Array) -> Body:
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
        elif name in AIMED:
            start, end = AIMED[name]
            rest = (
                offsets[BONE_INDEX["leftToes"]] if name.endswith("Foot") else _AXES[name[4 if name[0] == "l" else 5 :]]
            )
            rest = rest * (1.0 if name[0] == "l" else -1.0, 1.0, 1.0)
            now = rotation.rotate(turns[index], rest)
            turns[index] = rotation.multiply(rotation.between(now, at[end] - at[start]), turns[index])
    base = hips - rotation.rotate(turns[0], offsets[THIGH_BONES].mean(axis=0))
    return Body(base, turns, offsets, np.ones(CORE_COUNT))


_AXES = {bone: np.array([1.0, 0.0, 0.0]) for bone in ("UpperArm", "LowerArm", "Hand")}
_AXES |= {bone: np.array([0.0, -1.0, 0.0]) for bone in ("UpperLeg", "LowerLeg")}


def squats(path: Path | None) -> list[Figure]:
    """A film of squats at five frames a second, its landmarks lifted, against the three-dimensional ones expected."""
    name = "lift: bone direction error on the film of squats, mean"
    expected = path.with_name("tfjs_pose_squats_3d.full.json") if path else None
    if path is None or expected is None or not expected.is_file():
        return [Figure(f"{name}: its clip is not there", None, "deg")]
    from installation.eye.pose_estimator import PoseEstimator
    from installation.eye.region_proposals import picture_square
    from installation.eye.sources import open_reader

    # From the camera's axes (x right, y down, z away) to the room's, before a camera on the wall.
    room = np.array([-1.0, -1.0, 1.0])
    truth = _between(np.array(json.loads(expected.read_text())) * room)
    estimator, lift = PoseEstimator(None, 0.5, tracking=True), LandmarkLifter()
    ours, plain = [], []
    for count, (_, pixels) in enumerate(open_reader(str(path), 30.0, None)):
        found = estimator.detect(pixels, picture_square((pixels.shape[1], pixels.shape[0])), max(pixels.shape[:2]))
        if not found:
            continue
        points = found[0].local_landmarks_m.astype(float) * room
        standing = points - [0.0, min(float(points[:, 1].min()), 0.0), -3.0]
        body = lift.step(standing, found[0].visibility, 0.2 if count else 0.0)
        ours.append(metrics.direction_error(_between(landmarks_from_body(body)), truth[count]))
        plain.append(metrics.direction_error(_between(points), truth[count]))
    estimator.close()
    if not ours:
        return [Figure.at_most(name, None, 8.0, "deg")]
    return [Figure.at_most(name, float(np.mean(ours)), 8.0, "deg", float(np.mean(plain)))]


def _between(points: Array) -> Array:
    """(..., 14, 3) unit vectors between landmarks (..., 33, 3), as `metrics.SEGMENTS` has them between joints."""

    def middle(name: str) -> Array:
        return 0.5 * (points[..., LANDMARK_INDEX[f"left_{name}"], :] + points[..., LANDMARK_INDEX[f"right_{name}"], :])

    steps = [middle("shoulder") - middle("hip"), middle("ear") - middle("shoulder")]
    steps += [
        points[..., LANDMARK_INDEX[f"left_{n}"], :] - points[..., LANDMARK_INDEX[f"right_{n}"], :]
        for n in ("shoulder", "hip")
    ]
    for bone, (start, end) in AIMED.items():
        if not bone.endswith("Hand"):
            steps.append(points[..., LANDMARK_INDEX[end], :] - points[..., LANDMARK_INDEX[start], :])
    along = np.stack(steps, axis=-2)
    return along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
