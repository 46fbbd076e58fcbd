"""Figures of the eye on clips of people: found, told apart, told from things, and their landmarks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.report import Figure
from installation.eye.boxes import landmark_box
from installation.eye.offline import GeneratedFrameReader, Pixels, observe_clip, visitors_in_view
from installation.eye.pose_estimator import PoseEstimator
from installation.eye.region_proposals import picture_square
from installation.eye.sources import open_reader

COLUMNS = ((0, 300), (300, 620), (620, 960), (960, 1280))
"""Where each of the four people stays, pixels."""
NEAR = 0.12
"""Distance of a visitor's hips from a label, shares of width and height; labels are good to about 0.06."""
SKELETON = {"cam01": (0.31, 0.15, 0.50, 0.47), "cam02": (0.82, 0.20, 1.0, 0.52)}
"""Where the anatomical skeleton stands: left, top, right, bottom as shares of the picture."""
POSTER = 12.0
"""Seconds for which a poster of a person hangs there."""


def absent(name: str, unit: str = "") -> Figure:
    """A figure whose clip is not there."""
    return Figure(f"{name}: its clip is not there", None, unit)


def four(path: Path | None) -> list[Figure]:
    """Four people side by side: all there, each in their column, nobody's identity swapped."""
    share, swaps = "eye: four visitors, each in their column", "eye: identity swaps among the four"
    if path is None:
        return [absent(share, "of frames"), absent(swaps)]
    good, plain, frames, changes = 0, 0, 0, 0
    owners: dict[int, int] = {}
    whole_frame = PoseEstimator(None, 0.5, tracking=True, max_people=4)
    for observation, pixels in observe_clip(open_reader(str(path), 30.0, None)):
        found = whole_frame.detect(pixels, picture_square((pixels.shape[1], pixels.shape[0])), max(pixels.shape[:2]))
        if observation.time < 1.0:
            continue
        boxes = [(visitor.id, visitor.box_px) for visitor in visitors_in_view(observation)]
        columns = [_column(box) for _, box in boxes]
        frames += 1
        good += sorted(columns) == [0, 1, 2, 3]
        plain += sorted(_column(landmark_box(look.landmarks_px, look.visibility)) for look in found) == [0, 1, 2, 3]
        for (id, _), column in zip(boxes, columns, strict=True):
            changes += owners.setdefault(column, id) != id
            owners[column] = id
    whole_frame.close()
    return [
        Figure.at_least(share, good / frames, 0.95, "of frames", plain / frames),
        Figure.at_most(swaps, changes, 0),
    ]


def _column(box_px: NDArray[np.float32]) -> int:
    centre = float(box_px[0] + box_px[2]) / 2.0
    return next((i for i, (left, right) in enumerate(COLUMNS) if left <= centre < right), -1)


def pair(name: str, path: Path | None) -> list[Figure]:
    """Two people who hide each other, beside an anatomical skeleton: both there, not swapped, the skeleton nobody."""
    titles = [f"eye: both of the pair in {name}", f"eye: identity swaps of the pair in {name}"]
    titles.append(f"eye: seconds for which the skeleton is a visitor after the first, {name}")
    if path is None or not (path.parent / "labels.json").is_file():
        return [absent(titles[0], "of frames"), absent(titles[1]), absent(titles[2], "s")]
    labels = json.loads((path.parent / "labels.json").read_text())
    whole_frame = PoseEstimator(None, 0.5, tracking=True, max_people=2)
    owners: dict[str, int] = {}
    frames, good, plain, swaps, nobody, last = 0, 0, 0, 0, 0.0, 0.0
    for count, (observation, pixels) in enumerate(observe_clip(open_reader(str(path), 30.0, None))):
        size = np.array([pixels.shape[1], pixels.shape[0]])
        found = whole_frame.detect(pixels, picture_square((int(size[0]), int(size[1]))), int(max(size)))
        t, step, last = observation.time, observation.time - last, observation.time
        visitors = visitors_in_view(observation)
        hips = {v.id: v.landmarks_px[23:25].mean(axis=0) / size for v in visitors}
        targets = {
            who: np.array([np.interp(count, labels["frames"], [p[axis] for p in labels[name][who]]) for axis in (0, 1)])
            for who in ("A", "B")
        }
        chosen = {}
        for who, target in targets.items():
            near = {id: float(np.linalg.norm(hip - target)) for id, hip in hips.items()}
            id = min(near, key=near.__getitem__, default=0)
            if id and near[id] < NEAR:
                chosen[who] = id
        if t >= 0.3:
            frames += 1
            good += len(set(chosen.values())) == 2
            plain += all(
                any(np.linalg.norm(look.landmarks_px[23:25].mean(axis=0) / size - target) < NEAR for look in found)
                for target in targets.values()
            )
            for who, id in chosen.items():
                swaps += owners.setdefault(who, id) != id
                owners[who] = id
        if t >= 1.0:
            nobody += step * any(
                v.id not in chosen.values() and _within(v.box_px / np.tile(size, 2), SKELETON[name]) for v in visitors
            )
    whole_frame.close()
    return [
        Figure.at_least(titles[0], good / frames, 0.95, "of frames", plain / frames),
        Figure.at_most(titles[1], swaps, 0),
        Figure.at_most(titles[2], nobody, 0.0, "s"),
    ]


def _within(box: NDArray[np.floating], region: tuple[float, float, float, float]) -> bool:
    middle = (box[:2] + box[2:]) / 2.0
    return bool(region[0] < middle[0] < region[2] and region[1] < middle[1] < region[3])


def poster(path: Path | None) -> list[Figure]:
    """A picture of a person hangs beside three people who move; sensor noise and flicker make it less than still."""
    name = "eye: longest time for which a poster is a visitor"
    if path is None:
        return [absent(name, "s")]
    longest, since, plain, frames = 0.0, 0.0, 0, 0
    whole_frame = PoseEstimator(None, 0.5, tracking=True, max_people=4)
    for observation, pixels in observe_clip(GeneratedFrameReader(with_poster(path), 30.0)):
        found = whole_frame.detect(pixels, picture_square((pixels.shape[1], pixels.shape[0])), max(pixels.shape[:2]))
        frames += 1
        plain += any(_column(landmark_box(look.landmarks_px, look.visibility)) == 3 for look in found)
        there = any(_column(visitor.box_px) == 3 for visitor in visitors_in_view(observation))
        since = since if there else observation.time
        longest = max(longest, observation.time - since)
    whole_frame.close()
    return [Figure.at_most(name, longest, 3.0, "s", plain / frames * POSTER)]


def with_poster(path: Path, seconds: float = POSTER) -> Iterator[Pixels]:
    """The clip of the four, over and over, its last column frozen behind noise."""
    chance = np.random.default_rng(3)
    left, right = COLUMNS[3]
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


def two_outside(path: Path | None) -> list[Figure]:
    """A man exercising on a roof against the sun, a woman who walks by below: who is a visitor while they are there.

    The man is in view, upright and in one place, for the first five seconds; the woman from 1.7 s to 6.3 s.
    """
    titles = ("eye: the man on the roof is a visitor", "eye: the woman who walks by is a visitor")
    if path is None:
        return [absent(title, "of frames") for title in titles]
    man: list[bool] = []
    woman: list[bool] = []
    walks: set[int] = set()
    for observation, pixels in observe_clip(open_reader(str(path), 30.0, None)):
        high = pixels.shape[0]
        feet = [float(visitor.box_px[3]) / high for visitor in visitors_in_view(observation)]
        if 0.5 <= observation.time < 5.0:
            man.append(any(foot < 0.6 for foot in feet))
        if 1.7 <= observation.time < 6.3:
            woman.append(any(foot > 0.75 for foot in feet))
            walks.update(
                v.id for v in visitors_in_view(observation) if v.box_px[3] > 0.75 * high and observation.time < 5.8
            )
    return [
        Figure.at_least(titles[0], float(np.mean(man)), 0.9, "of frames"),
        Figure.at_least(titles[1], float(np.mean(woman)), 0.9, "of frames"),
        Figure("eye: identities of the woman who walks by", len(walks)),
    ]


def squats(path: Path | None) -> list[Figure]:
    """Median distance of the landmarks from those expected, over a clip at five frames a second."""
    name = "eye: median landmark error, squats"
    expected = path.with_name("tfjs_pose_squats.full.json") if path else None
    if path is None or expected is None or not expected.is_file():
        return [absent(name, "px")]
    truth = np.array(json.loads(expected.read_text()))[:, :, :2]
    whole_frame = PoseEstimator(None, 0.5, tracking=True)
    ours, plain = [], []
    for count, (observation, pixels) in enumerate(observe_clip(open_reader(str(path), 30.0, None))):
        found = whole_frame.detect(pixels, picture_square((pixels.shape[1], pixels.shape[0])), max(pixels.shape[:2]))
        visitors = visitors_in_view(observation)
        if visitors:
            ours.append(np.linalg.norm(visitors[0].landmarks_px - truth[count], axis=1))
        if found:
            plain.append(np.linalg.norm(found[0].landmarks_px - truth[count], axis=1))
    whole_frame.close()
    error = float(np.median(np.concatenate(ours))) if ours else None
    return [
        Figure.at_most(name, error, 15.0, "px", float(np.median(np.concatenate(plain))) if plain else None),
        Figure(
            "eye: frames of squats without a visitor",
            len(truth) - len(ours),
            "frames",
            len(truth) - len(plain),
        ),
    ]
