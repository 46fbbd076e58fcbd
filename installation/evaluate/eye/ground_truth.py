"""Figures of the eye that need the truth: smoothing and places, on bodies that were captured or made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.report import Figure
from installation.eye import synthetic_visitor
from installation.eye.boxes import box_size, landmark_box, square_around
from installation.eye.camera import Lens, lens_of, rays
from installation.eye.landmark_smoother import SmoothingSettings
from installation.eye.pose_estimator import MAIN_LANDMARKS, PoseDetection, PoseEstimator
from installation.eye.sources import open_reader
from installation.eye.track import Track
from installation.eye.tracked_person import TrackedPerson
from installation.interface.visitor import State
from installation.venue.schema import EyeSection as Settings
from motion.formats import bvh
from motion.smooth import OneEuro

Array = NDArray[np.float64]

CMU_UNIT = 0.056444
"""Metres in one unit of the CMU files."""
CMU_CLIPS = ("05_10", "07_02", "09_01", "02_05", "06_10")
"""A dance, a walk, a run, punches, basketball."""
CMU_JOINTS = {
    "Head": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), "LeftArm": (11,), "RightArm": (12,), "LeftForeArm": (13,),
    "RightForeArm": (14,), "LeftHand": (15, 17, 19, 21), "RightHand": (16, 18, 20, 22), "LeftUpLeg": (23,),
    "RightUpLeg": (24,), "LeftLeg": (25,), "RightLeg": (26,), "LeftFoot": (27, 29), "RightFoot": (28, 30),
    "LeftToeBase": (31,), "RightToeBase": (32,),
}  # fmt: skip
"""Which landmarks stand for a joint."""
NOISE = 0.02
"""Metres RMS of a landmark's noise, along each axis."""
RATE = 30
ONE_EURO = (2.0, 1.0)
"""Cutoffs (Hz, Hz a m/s) of the One-Euro filter beside ours: of those tried that lag less than 40 ms on the CMU clips
and leave half of the dancer's jitter, the calmest."""


def smoothing(root: Path | None) -> list[Figure]:
    """Jitter and lag on CMU bodies before a camera, at 30 frames a second.

    Jitter is the RMS of the second differences of what differs from the truth; lag is the shift at which the
    landmarks fit the truth best. Both are medians over the clips.
    """
    names = ("eye: jitter left of raw, CMU bodies", "eye: lag added, CMU bodies")
    files = [root / "data" / "motion" / "cmu" / f"{name}.bvh" for name in CMU_CLIPS] if root else []
    results = [_smoothed(walk(file), index) for index, file in enumerate(files) if file.is_file()]
    if not results:
        return [Figure(f"{names[0]}: their files are not there", None), Figure(names[1], None, "ms")]
    jitter, lag, plain_jitter, plain_lag = np.median(results, axis=0)
    return [
        Figure.at_most(names[0], float(jitter), 0.5, "of raw", float(plain_jitter)),
        Figure.at_most(names[1], float(lag) * 1e3, 40.0, "ms", float(plain_lag) * 1e3),
    ]


def walk(file: Path) -> Array:
    """(T, 33, 3) landmarks in the room at 30 frames a second, in the middle of what the camera sees."""
    clip = bvh.read(file)
    joints = bvh.joint_positions(clip, CMU_UNIT)[1:]
    body = np.zeros((len(joints), 33, 3))
    for name, landmarks in CMU_JOINTS.items():
        body[:, landmarks] = joints[:, clip.names.index(name)][:, None]
    body = body[:: max(1, round(clip.rate / RATE))][: 10 * RATE]
    hips = body[:, 23:25].mean(axis=(0, 1))
    return body - [hips[0], body[..., 1].min(), hips[2] - 4.5]


def _smoothed(truth_m: Array, seed: int) -> tuple[float, float, float, float]:
    """Jitter against raw and lag in seconds, ours and One-Euro's, of the picture's landmarks in metres."""
    chance = np.random.default_rng(seed)
    lens = lens_of((1280, 720), 1.0, 0.0, 75.0, (0.0, 0.0), 0.0)
    noisy = truth_m + chance.normal(0.0, NOISE, truth_m.shape)
    raw = [synthetic_visitor.perfect_detection(body, lens) for body in noisy]
    truth = np.array([synthetic_visitor.perfect_detection(body, lens).landmarks_px for body in truth_m])
    scale = 1.7 / float(np.median([box_size(landmark_box(look.landmarks_px, look.visibility)) for look in raw]))
    samples = np.array([look.landmarks_px for look in raw])
    ours = bodies(raw, lens)
    plain = one_euro(samples * scale) / scale
    jitters = [_jitter(points - truth) for points in (samples, ours, plain)]
    lags = [lag(points, truth) / RATE for points in (samples, ours, plain)]
    return jitters[1] / jitters[0], lags[1] - lags[0], jitters[2] / jitters[0], lags[2] - lags[0]


def smoothing_of_a_film(path: Path | None) -> list[Figure]:
    """The same on a dancer, against raw landmarks, whose real movement counts as jitter as well."""
    names = ("eye: jitter left of raw, dancer", "eye: lag added, dancer")
    if path is None:
        return [Figure(f"{names[0]}: its clip is not there", None), Figure(names[1], None, "ms")]
    estimator = PoseEstimator(None, 0.5, tracking=False)
    raw: list[PoseDetection] = []
    for _, pixels in open_reader(str(path), 30.0, None):
        high, wide = pixels.shape[:2]
        before = raw[-1] if raw else None
        crop = (
            square_around(landmark_box(before.landmarks_px, before.visibility))
            if before
            else (0.0, (high - wide) / 2.0, wide)
        )
        found = estimator.detect(pixels, crop)
        raw += found[:1] or raw[-1:]
    estimator.close()
    lens = lens_of((wide, high), 1.0, 0.0, 60.0, (0.0, 0.0), 0.0)
    samples = np.array([look.landmarks_px for look in raw], float)
    scale = 1.7 / float(np.median([box_size(landmark_box(look.landmarks_px, look.visibility)) for look in raw]))
    ours, plain = bodies(raw, lens), one_euro(samples * scale) / scale
    still = _jitter(samples)
    return [
        Figure.at_most(names[0], _jitter(ours) / still, 0.5, "of raw", _jitter(plain) / still),
        Figure.at_most(names[1], lag(ours, samples) / RATE * 1e3, 40.0, "ms", lag(plain, samples) / RATE * 1e3),
    ]


def bodies(looks: list[PoseDetection], lens: Lens) -> Array:
    """(T, 33, 2) smoothed landmarks in pixels, as a visitor has them."""
    body = TrackedPerson(SmoothingSettings(Settings().cutoff, Settings().speed_cutoff))
    track: Track | None = None
    smoothed = []
    for count, look in enumerate(looks):
        t = count / RATE
        track = Track.known(1, 1, look, t, track)
        body.update(look, track.size_px, lens, t)
        smoothed.append(body.visitor(track, State.PRESENT, lens, False, t, 0).landmarks_px)
    return np.array(smoothed, float)


def one_euro(samples: Array) -> Array:
    """The same with a One-Euro filter; (T, 33, 2) in metres."""
    smooth = OneEuro(*ONE_EURO)
    return np.array([smooth.step(sample, 1.0 / RATE) for sample in samples])


def _jitter(points: Array) -> float:
    return float(np.sqrt(np.mean(np.diff(points[:, MAIN_LANDMARKS], n=2, axis=0)[RATE // 2 :] ** 2)))


def lag(points: Array, truth: Array, most: float = 6.0) -> float:
    """Frames by which `points` (T, N, D) follow `truth`: where a shift of the truth fits best, to a part of a frame."""
    count = len(points)
    edge = int(most) + 2
    frames = np.arange(edge + RATE // 2, count - edge)
    shifts = np.arange(-2.0, most, 0.05)

    def miss(shift: float) -> float:
        low = np.floor(frames - shift).astype(int)
        part = (frames - shift - low)[:, None, None]
        there = (1.0 - part) * truth[low][:, MAIN_LANDMARKS] + part * truth[low + 1][:, MAIN_LANDMARKS]
        return float(np.mean((points[frames][:, MAIN_LANDMARKS] - there) ** 2))

    misses = np.array([miss(shift) for shift in shifts])
    return float(shifts[int(misses.argmin())])


def floor() -> list[Figure]:
    """Where a made body is said to stand, against where it stands: before cameras that hang and look differently.

    The landmarks carry noise of half a percent of the body's size; places are told after a second.
    """
    worst = {"whole": 0.0, "without its feet": 0.0}
    plain = dict.fromkeys(worst, 0.0)
    chance = np.random.default_rng(11)
    for height, tilt, view in ((1.0, 0.0, 60.0), (1.5, 0.0, 70.0), (2.2, 12.0, 75.0), (3.0, 25.0, 90.0)):
        lens = lens_of((1280, 720), height, tilt, view, (0.0, 0.0), 0.0)
        for away in (1.5, 2.25, 3.0, 4.5, 6.0):
            for aside in (-0.3, 0.0, 0.25):
                missing, near = _misplaced(lens, (aside * away, away), chance)
                for kind, value in missing.items():
                    worst[kind], plain[kind] = max(worst[kind], value), max(plain[kind], near)
    return [
        Figure.at_most(f"eye: floor position, body {kind}, at worst", value, 0.15, "m", plain[kind])
        for kind, value in worst.items()
    ]


def _misplaced(lens: Lens, place: tuple[float, float], chance: np.random.Generator) -> tuple[dict[str, float], float]:
    """Metres between the place told and the true one, by whether the feet are seen; and by the box's foot alone."""
    body = TrackedPerson(SmoothingSettings(Settings().cutoff, Settings().speed_cutoff))
    track: Track | None = None
    seed = int(chance.integers(1000))
    for count in range(RATE):
        t = count / RATE
        joints = synthetic_visitor.landmarks_at(t, seed)
        joints += [place[0], 0.0, place[1]] - joints[23:25].mean(axis=0) * [1.0, 0.0, 1.0]
        look = synthetic_visitor.perfect_detection(joints, lens)
        size = box_size(landmark_box(look.landmarks_px, np.ones(33, np.float32)))
        look = replace(
            look,
            landmarks_px=look.landmarks_px + chance.normal(0.0, 0.005 * size, (33, 2)).astype(np.float32),
            local_landmarks_m=look.local_landmarks_m + chance.normal(0.0, 0.005 * 1.7, (33, 3)).astype(np.float32),
        )
        track = Track.known(1, 1, look, t, track)
        body.update(look, track.size_px, lens, t)
    if (look.visibility > 0.5).sum() < 20:
        return {}, 0.0  # hardly in the picture
    told = body.visitor(track, State.PRESENT, lens, False, t, 0).floor_m if track else np.zeros(2)
    kind = "whole" if look.visibility[27:].min() > 0.5 else "without its feet"
    return {kind: float(np.linalg.norm(told - place))}, _by_box(lens, look, place)


def _by_box(lens: Lens, look: PoseDetection, place: tuple[float, float]) -> float:
    """The plain way: where the ray through the middle of the box's lower edge meets the floor, at most 15 m away."""
    x0, _, x1, y1 = look.landmarks_px.min(axis=0).tolist() + look.landmarks_px.max(axis=0).tolist()
    ray = rays(lens, np.array([(x0 + x1) / 2.0, min(y1, lens.size_px[1])]))
    reach = min(15.0, lens.centre_m[1] / max(-ray[1], 1e-3))
    told = lens.centre_m + ray * reach
    return float(np.linalg.norm(told[[0, 2]] - place))
