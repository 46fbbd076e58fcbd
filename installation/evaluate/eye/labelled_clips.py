"""Evaluation of the eye on labelled clips: detection, identity swaps, false visitors and landmark errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.report import Figure
from installation.eye.boxes import landmark_box
from installation.eye.offline import GeneratedFrameReader, Pixels, observe_clip, visitors_in_view
from installation.eye.pose_estimator import PoseDetection, PoseEstimator
from installation.eye.region_proposals import picture_square
from installation.eye.sources.kinds import open_reader

COLUMNS_PX = ((0, 300), (300, 620), (620, 960), (960, 1280))
"""Left and right of the column in which each of the four people stays."""
MAX_LABEL_DISTANCE = 0.12
"""Distance of matching hips from a label, as shares of width and height; labels are accurate to about 0.06."""
SKELETON_BOXES = {"cam01": (0.31, 0.15, 0.50, 0.47), "cam02": (0.82, 0.20, 1.0, 0.52)}
"""Box of the anatomical skeleton: left, top, right, bottom as shares of the picture."""
POSTER_SECONDS = 12.0
"""Length of the clip with a poster of a person."""


def missing_clip(name: str, unit: str = "") -> Figure:
    """A figure without a value, because its clip is missing."""
    return Figure(f"{name}: its clip is not there", None, unit)


def _detect(estimator: PoseEstimator, pixels: Pixels) -> list[PoseDetection]:
    """The people that an estimator detects in the whole picture, without a crop: the baseline."""
    high, wide = pixels.shape[:2]
    return estimator.detect(pixels, picture_square((wide, high)), max(high, wide))


def measure_four_people(path: Path | None) -> list[Figure]:
    """Four people side by side: frames in which each column has one visitor, and identity swaps."""
    share, swaps = "eye: four visitors, each in their column", "eye: identity swaps among the four"
    if path is None:
        return [missing_clip(share, "of frames"), missing_clip(swaps)]
    good, baseline, frames, changes = 0, 0, 0, 0
    owners: dict[int, int] = {}
    full_frame = PoseEstimator(None, 0.5, tracking=True, max_people=4)
    for observation, pixels in observe_clip(open_reader(str(path), 30.0, None)):
        detections = _detect(full_frame, pixels)
        if observation.time < 1.0:
            continue
        boxes = [(visitor.id, visitor.box_px) for visitor in visitors_in_view(observation)]
        columns = [_column(box) for _, box in boxes]
        frames += 1
        good += sorted(columns) == [0, 1, 2, 3]
        baseline += sorted(
            _column(landmark_box(detection.landmarks_px, detection.visibility)) for detection in detections
        ) == [0, 1, 2, 3]
        for (id, _), column in zip(boxes, columns, strict=True):
            changes += owners.setdefault(column, id) != id
            owners[column] = id
    full_frame.close()
    return [
        Figure.at_least(share, good / frames, 0.95, "of frames", baseline / frames),
        Figure.at_most(swaps, changes, 0),
    ]


def _column(box_px: NDArray[np.float32]) -> int:
    """Index of the column with the middle of a box; -1 for none."""
    centre = float(box_px[0] + box_px[2]) / 2.0
    return next((i for i, (left, right) in enumerate(COLUMNS_PX) if left <= centre < right), -1)


def measure_occluding_pair(name: str, path: Path | None) -> list[Figure]:
    """Two people who occlude each other beside an anatomical skeleton: presence, identity swaps, and false visitors."""
    titles = [f"eye: both of the pair in {name}", f"eye: identity swaps of the pair in {name}"]
    titles.append(f"eye: seconds for which the skeleton is a visitor after the first, {name}")
    if path is None or not (path.parent / "labels.json").is_file():
        return [missing_clip(titles[0], "of frames"), missing_clip(titles[1]), missing_clip(titles[2], "s")]
    labels = json.loads((path.parent / "labels.json").read_text())
    full_frame = PoseEstimator(None, 0.5, tracking=True, max_people=2)
    owners: dict[str, int] = {}
    frames, good, baseline, swaps, skeleton_seconds, last = 0, 0, 0, 0, 0.0, 0.0
    for count, (observation, pixels) in enumerate(observe_clip(open_reader(str(path), 30.0, None))):
        size = np.array([pixels.shape[1], pixels.shape[0]])
        detections = _detect(full_frame, pixels)
        t, step, last = observation.time, observation.time - last, observation.time
        visitors = visitors_in_view(observation)
        hips = {v.id: v.landmarks_px[23:25].mean(axis=0) / size for v in visitors}
        targets = {
            person: np.array(
                [np.interp(count, labels["frames"], [p[axis] for p in labels[name][person]]) for axis in (0, 1)]
            )
            for person in ("A", "B")
        }
        matched = {}
        for person, target in targets.items():
            distances = {id: float(np.linalg.norm(hip - target)) for id, hip in hips.items()}
            id = min(distances, key=distances.__getitem__, default=0)
            if id and distances[id] < MAX_LABEL_DISTANCE:
                matched[person] = id
        if t >= 0.3:
            frames += 1
            good += len(set(matched.values())) == 2
            baseline += all(
                any(
                    np.linalg.norm(detection.landmarks_px[23:25].mean(axis=0) / size - target) < MAX_LABEL_DISTANCE
                    for detection in detections
                )
                for target in targets.values()
            )
            for person, id in matched.items():
                swaps += owners.setdefault(person, id) != id
                owners[person] = id
        if t >= 1.0:
            skeleton_seconds += step * any(
                v.id not in matched.values() and _within(v.box_px / np.tile(size, 2), SKELETON_BOXES[name])
                for v in visitors
            )
    full_frame.close()
    return [
        Figure.at_least(titles[0], good / frames, 0.95, "of frames", baseline / frames),
        Figure.at_most(titles[1], swaps, 0),
        Figure.at_most(titles[2], skeleton_seconds, 0.0, "s"),
    ]


def _within(box: NDArray[np.floating], region: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a box lies in a region."""
    middle = (box[:2] + box[2:]) / 2.0
    return bool(region[0] < middle[0] < region[2] and region[1] < middle[1] < region[3])


def measure_poster(path: Path | None) -> list[Figure]:
    """A poster of a person beside three people who move; it has sensor noise and flicker."""
    name = "eye: longest time for which a poster is a visitor"
    if path is None:
        return [missing_clip(name, "s")]
    longest, since, baseline, frames = 0.0, 0.0, 0, 0
    full_frame = PoseEstimator(None, 0.5, tracking=True, max_people=4)
    for observation, pixels in observe_clip(GeneratedFrameReader(poster_frames(path), 30.0)):
        detections = _detect(full_frame, pixels)
        frames += 1
        baseline += any(
            _column(landmark_box(detection.landmarks_px, detection.visibility)) == 3 for detection in detections
        )
        there = any(_column(visitor.box_px) == 3 for visitor in visitors_in_view(observation))
        since = since if there else observation.time
        longest = max(longest, observation.time - since)
    full_frame.close()
    return [Figure.at_most(name, longest, 3.0, "s", baseline / frames * POSTER_SECONDS)]


def poster_frames(path: Path, seconds: float = POSTER_SECONDS) -> Iterator[Pixels]:
    """The clip of the four people in a loop, with its last column frozen under noise and flicker."""
    chance = np.random.default_rng(3)
    left, right = COLUMNS_PX[3]
    still: NDArray[np.float32] | None = None
    count = 0
    while count < 30 * seconds:
        for _, pixels in open_reader(str(path), 30.0, None):
            if still is None:
                still = pixels[:, left:right].astype(np.float32)
            noise = chance.normal(0.0, 3.0, still.shape).astype(np.float32)
            light = 1.0 + 0.01 * np.sin(0.7 * count)
            picture = pixels.copy()
            picture[:, left:right] = np.clip(still * light + noise, 0, 255).astype(np.uint8)
            yield picture
            count += 1
            if count >= 30 * seconds:
                return


def measure_two_outdoors(path: Path | None) -> list[Figure]:
    """A man who exercises on a roof against the sun and a woman who walks by below: frames in which each is a visitor.

    The man is in view, upright and in one place, for the first five seconds; the woman from 1.7 s to 6.3 s.
    """
    titles = ("eye: the man on the roof is a visitor", "eye: the woman who walks by is a visitor")
    if path is None:
        return [missing_clip(title, "of frames") for title in titles]
    man: list[bool] = []
    woman: list[bool] = []
    woman_ids: set[int] = set()
    for observation, pixels in observe_clip(open_reader(str(path), 30.0, None)):
        high = pixels.shape[0]
        feet = [float(visitor.box_px[3]) / high for visitor in visitors_in_view(observation)]
        if 0.5 <= observation.time < 5.0:
            man.append(any(foot < 0.6 for foot in feet))
        if 1.7 <= observation.time < 6.3:
            woman.append(any(foot > 0.75 for foot in feet))
            woman_ids.update(
                v.id for v in visitors_in_view(observation) if v.box_px[3] > 0.75 * high and observation.time < 5.8
            )
    return [
        Figure.at_least(titles[0], float(np.mean(man)), 0.9, "of frames"),
        Figure.at_least(titles[1], float(np.mean(woman)), 0.9, "of frames"),
        Figure("eye: identities of the woman who walks by", len(woman_ids)),
    ]


def measure_squats(path: Path | None) -> list[Figure]:
    """Median distance of the landmarks from the expected ones in a clip of squats at five frames a second."""
    name = "eye: median landmark error, squats"
    expected = path.with_name("tfjs_pose_squats.full.json") if path else None
    if path is None or expected is None or not expected.is_file():
        return [missing_clip(name, "px")]
    truth = np.array(json.loads(expected.read_text()))[:, :, :2]
    full_frame = PoseEstimator(None, 0.5, tracking=True)
    errors, baseline_errors = [], []
    for count, (observation, pixels) in enumerate(observe_clip(open_reader(str(path), 30.0, None))):
        detections = _detect(full_frame, pixels)
        visitors = visitors_in_view(observation)
        if visitors:
            errors.append(np.linalg.norm(visitors[0].landmarks_px - truth[count], axis=1))
        if detections:
            baseline_errors.append(np.linalg.norm(detections[0].landmarks_px - truth[count], axis=1))
    full_frame.close()
    error = float(np.median(np.concatenate(errors))) if errors else None
    return [
        Figure.at_most(
            name, error, 15.0, "px", float(np.median(np.concatenate(baseline_errors))) if baseline_errors else None
        ),
        Figure(
            "eye: frames of squats without a visitor",
            len(truth) - len(errors),
            "frames",
            len(truth) - len(baseline_errors),
        ),
    ]
