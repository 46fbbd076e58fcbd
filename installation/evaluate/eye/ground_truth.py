"""Evaluation of the eye against ground truth: smoothing and floor positions of captured and synthetic bodies."""

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
from installation.eye.sources.kinds import open_reader
from installation.eye.track import Track
from installation.eye.tracked_person import TrackedPerson
from installation.interface.visitor import State
from installation.venue.schema import EyeSection as Settings
from motion.formats import bvh
from motion.smooth import OneEuro

Array = NDArray[np.float64]

CMU_UNIT_M = 0.056444
"""Length of one unit of the CMU files."""
CMU_CLIPS = ("05_10", "07_02", "09_01", "02_05", "06_10")
"""A dance, a walk, a run, punches, basketball."""
CMU_JOINT_LANDMARKS = {
    "Head": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
    "LeftArm": (11,),
    "RightArm": (12,),
    "LeftForeArm": (13,),
    "RightForeArm": (14,),
    "LeftHand": (15, 17, 19, 21),
    "RightHand": (16, 18, 20, 22),
    "LeftUpLeg": (23,),
    "RightUpLeg": (24,),
    "LeftLeg": (25,),
    "RightLeg": (26,),
    "LeftFoot": (27, 29),
    "RightFoot": (28, 30),
    "LeftToeBase": (31,),
    "RightToeBase": (32,),
}
"""MediaPipe landmarks that have the position of a joint."""
NOISE_M = 0.02
"""RMS of a landmark's noise along each axis."""
FRAME_RATE = 30
"""Frames a second."""
BODY_HEIGHT_M = 1.7
"""Assumed height, which scales pixels to metres."""
ONE_EURO_CUTOFFS = (2.0, 1.0)
"""Cutoffs (Hz, Hz a m/s) of the One-Euro filter, the baseline: of those tried with a lag below 40 ms on the CMU clips
and half of the dancer's jitter left, those with the least jitter."""


def measure_smoothing(root: Path | None) -> list[Figure]:
    """Jitter and lag on CMU bodies before a camera, at 30 frames a second.

    Jitter is the RMS of the second differences of the error; lag is the shift at which the landmarks fit the truth
    best. Both are medians over the clips.
    """
    names = ("eye: jitter left of raw, CMU bodies", "eye: lag added, CMU bodies")
    files = [root / "data" / "motion" / "cmu" / f"{name}.bvh" for name in CMU_CLIPS] if root else []
    results = [_jitter_and_lag(cmu_landmarks(file), index) for index, file in enumerate(files) if file.is_file()]
    if not results:
        return [Figure(f"{names[0]}: their files are not there", None), Figure(names[1], None, "ms")]
    jitter, added_lag, baseline_jitter, baseline_lag = np.median(results, axis=0)
    return [
        Figure.at_most(names[0], float(jitter), 0.5, "of raw", float(baseline_jitter)),
        Figure.at_most(names[1], float(added_lag) * 1e3, 40.0, "ms", float(baseline_lag) * 1e3),
    ]


def cmu_landmarks(file: Path) -> Array:
    """(T, 33, 3) landmarks of a CMU file in the room at FRAME_RATE, in the middle of the camera's view."""
    clip = bvh.read(file)
    joints = bvh.joint_positions(clip, CMU_UNIT_M)[1:]
    body = np.zeros((len(joints), 33, 3))
    for name, landmarks in CMU_JOINT_LANDMARKS.items():
        body[:, landmarks] = joints[:, clip.names.index(name)][:, None]
    body = body[:: max(1, round(clip.rate / FRAME_RATE))][: 10 * FRAME_RATE]
    hips = body[:, 23:25].mean(axis=(0, 1))
    placed: Array = body - [hips[0], body[..., 1].min(), hips[2] - 4.5]
    return placed


def _jitter_and_lag(truth_m: Array, seed: int) -> tuple[float, float, float, float]:
    """Jitter relative to raw landmarks and added lag in seconds, of the eye, then both of One-Euro."""
    chance = np.random.default_rng(seed)
    lens = lens_of((1280, 720), 1.0, 0.0, 75.0, (0.0, 0.0), 0.0)
    noisy = truth_m + chance.normal(0.0, NOISE_M, truth_m.shape)
    raw = [synthetic_visitor.perfect_detection(body, lens) for body in noisy]
    truth = np.array([synthetic_visitor.perfect_detection(body, lens).landmarks_px for body in truth_m])
    scale = _metres_per_pixel(raw)
    samples = np.array([detection.landmarks_px for detection in raw])
    smoothed = smooth_as_visitor(raw, lens)
    baseline = one_euro(samples * scale) / scale
    jitters = [_jitter(points - truth) for points in (samples, smoothed, baseline)]
    lags = [lag(points, truth) / FRAME_RATE for points in (samples, smoothed, baseline)]
    return jitters[1] / jitters[0], lags[1] - lags[0], jitters[2] / jitters[0], lags[2] - lags[0]


def _metres_per_pixel(detections: list[PoseDetection]) -> float:
    """The scale at which the median detection is BODY_HEIGHT_M tall."""
    return BODY_HEIGHT_M / float(np.median([box_size(landmark_box(d.landmarks_px, d.visibility)) for d in detections]))


def measure_smoothing_on_film(path: Path | None) -> list[Figure]:
    """The same for a film of a dancer, relative to raw landmarks, so real movement counts as jitter, too."""
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
    samples = np.array([detection.landmarks_px for detection in raw], float)
    scale = _metres_per_pixel(raw)
    smoothed, baseline = smooth_as_visitor(raw, lens), one_euro(samples * scale) / scale
    raw_jitter = _jitter(samples)
    return [
        Figure.at_most(names[0], _jitter(smoothed) / raw_jitter, 0.5, "of raw", _jitter(baseline) / raw_jitter),
        Figure.at_most(
            names[1], lag(smoothed, samples) / FRAME_RATE * 1e3, 40.0, "ms", lag(baseline, samples) / FRAME_RATE * 1e3
        ),
    ]


def smooth_as_visitor(detections: list[PoseDetection], lens: Lens) -> Array:
    """(T, 33, 2) landmarks in pixels as the eye smooths them for a visitor."""
    body = TrackedPerson(SmoothingSettings(Settings().cutoff, Settings().speed_cutoff))
    track: Track | None = None
    landmarks = []
    for count, detection in enumerate(detections):
        t = count / FRAME_RATE
        track = Track.known(1, 1, detection, t, track)
        body.update(detection, track.size_px, lens, t)
        landmarks.append(body.visitor(track, State.PRESENT, lens, False, t, 0).landmarks_px)
    return np.array(landmarks, float)


def one_euro(samples: Array) -> Array:
    """(T, 33, 2) landmarks in metres through a One-Euro filter."""
    smoother = OneEuro(*ONE_EURO_CUTOFFS)
    return np.array([smoother.step(sample, 1.0 / FRAME_RATE) for sample in samples])


def _jitter(points: Array) -> float:
    """RMS of the second differences of the main landmarks (T, 33, D)."""
    return float(np.sqrt(np.mean(np.diff(points[:, MAIN_LANDMARKS], n=2, axis=0)[FRAME_RATE // 2 :] ** 2)))


def lag(points: Array, truth: Array, max_frames: float = 6.0) -> float:
    """Lag of `points` (T, N, D) behind `truth` in frames: the shift with the least squared error, in steps of 0.05."""
    count = len(points)
    edge = int(max_frames) + 2
    frames = np.arange(edge + FRAME_RATE // 2, count - edge)
    shifts = np.arange(-2.0, max_frames, 0.05)

    def error(shift: float) -> float:
        low = np.floor(frames - shift).astype(int)
        part = (frames - shift - low)[:, None, None]
        there = (1.0 - part) * truth[low][:, MAIN_LANDMARKS] + part * truth[low + 1][:, MAIN_LANDMARKS]
        return float(np.mean((points[frames][:, MAIN_LANDMARKS] - there) ** 2))

    errors = np.array([error(shift) for shift in shifts])
    return float(shifts[int(errors.argmin())])


def measure_floor_positions() -> list[Figure]:
    """Errors of a synthetic body's floor position, with cameras at several heights, tilts and fields of view.

    The landmarks have noise of half a percent of the body's size; the position is that after one second.
    """
    worst = {"whole": 0.0, "without its feet": 0.0}
    baseline = dict.fromkeys(worst, 0.0)
    chance = np.random.default_rng(11)
    for height, tilt, view in ((1.0, 0.0, 60.0), (1.5, 0.0, 70.0), (2.2, 12.0, 75.0), (3.0, 25.0, 90.0)):
        lens = lens_of((1280, 720), height, tilt, view, (0.0, 0.0), 0.0)
        for away in (1.5, 2.25, 3.0, 4.5, 6.0):
            for aside in (-0.3, 0.0, 0.25):
                errors, baseline_error = _position_errors(lens, (aside * away, away), chance)
                for kind, value in errors.items():
                    worst[kind] = max(worst[kind], value)
                    baseline[kind] = max(baseline[kind], baseline_error)
    return [
        Figure.at_most(f"eye: floor position, body {kind}, at worst", value, 0.15, "m", baseline[kind])
        for kind, value in worst.items()
    ]


def _position_errors(
    lens: Lens, place: tuple[float, float], chance: np.random.Generator
) -> tuple[dict[str, float], float]:
    """Error of the floor position in metres, by whether the feet are in view, and that of the baseline."""
    body = TrackedPerson(SmoothingSettings(Settings().cutoff, Settings().speed_cutoff))
    track: Track | None = None
    seed = int(chance.integers(1000))
    for count in range(FRAME_RATE):
        t = count / FRAME_RATE
        joints = synthetic_visitor.landmarks_at(t, seed)
        joints += [place[0], 0.0, place[1]] - joints[23:25].mean(axis=0) * [1.0, 0.0, 1.0]
        detection = synthetic_visitor.perfect_detection(joints, lens)
        size = box_size(landmark_box(detection.landmarks_px, np.ones(33, np.float32)))
        detection = replace(
            detection,
            landmarks_px=detection.landmarks_px + chance.normal(0.0, 0.005 * size, (33, 2)).astype(np.float32),
            local_landmarks_m=detection.local_landmarks_m
            + chance.normal(0.0, 0.005 * BODY_HEIGHT_M, (33, 3)).astype(np.float32),
        )
        track = Track.known(1, 1, detection, t, track)
        body.update(detection, track.size_px, lens, t)
    if (detection.visibility > 0.5).sum() < 20:
        return {}, 0.0  # hardly in view
    position = body.visitor(track, State.PRESENT, lens, False, t, 0).floor_m if track else np.zeros(2)
    kind = "whole" if detection.visibility[27:].min() > 0.5 else "without its feet"
    return {kind: float(np.linalg.norm(position - place))}, _box_error(lens, detection, place)


def _box_error(lens: Lens, detection: PoseDetection, place: tuple[float, float]) -> float:
    """Error of the baseline: where the ray through the lower edge of the box meets the floor, at most 15 m away."""
    x0, _, x1, y1 = detection.landmarks_px.min(axis=0).tolist() + detection.landmarks_px.max(axis=0).tolist()
    ray = rays(lens, np.array([(x0 + x1) / 2.0, min(y1, lens.size_px[1])]))
    reach = min(15.0, lens.centre_m[1] / max(-ray[1], 1e-3))
    position = lens.centre_m + ray * reach
    return float(np.linalg.norm(position[[0, 2]] - place))
