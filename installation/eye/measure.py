"""What the eye is measured by, each figure beside the plain way: a landmarker on the whole picture, or bare."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np
from numpy.typing import NDArray

from installation.commands.report import Figure
from installation.eye.eye import Eye
from installation.eye.landmark import SIDE, Looker, box_of, steady
from installation.eye.measure_bodies import floor, smoothing, smoothing_of_a_film
from installation.eye.propose import whole
from installation.eye.sources import Frame, Reader, SourceError, open_reader
from installation.eye.visitor import Observation, State, Visitor
from installation.material import clip, folder, one_person
from installation.venue import Camera
from installation.venue import Eye as Settings

Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]
"""Hears which share of the work is done, 0..1."""

COLUMNS = ((0, 300), (300, 620), (620, 960), (960, 1280))
"""Where each of the four people stays, pixels."""
NEAR = 0.12
"""Distance of a visitor's hips from a label, shares of width and height; labels are good to about 0.06."""
SKELETON = {"cam01": (0.31, 0.15, 0.50, 0.47), "cam02": (0.82, 0.20, 1.0, 0.52)}
"""Where the anatomical skeleton stands: left, top, right, bottom as shares of the picture."""
POSTER = 12.0
"""Seconds for which a poster of a person hangs there."""


class Played:
    """A reader's pictures one after the other, each at its own time, none left out."""

    trouble = "ok"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._pictures = enumerate(reader)
        self.frame_now: Frame | None = None
        self.spent = 0.0
        """Seconds that reading took so far."""

    def frame(self, t: float) -> Frame | None:
        begin = time.perf_counter()
        try:
            count, (stamp, pixels) = next(self._pictures, (0, (0.0, None)))
        except SourceError as error:
            self.trouble, pixels = str(error), None
        self.frame_now = None if pixels is None else Frame(stamp, pixels, count)
        self.spent += time.perf_counter() - begin
        return self.frame_now

    def close(self) -> None:
        self._reader.close()


@dataclass
class Made:
    """Pictures that are made rather than read."""

    pictures: Iterable[Pixels]
    rate: float

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        for count, pixels in enumerate(self.pictures):
            yield count / self.rate, pixels

    def close(self) -> None:
        pass


def watch(reader: Reader) -> Iterator[tuple[Observation, Pixels]]:
    """What the eye with the venue's defaults observes in each picture, and the picture."""
    played = Played(reader)
    eye = Eye(played, Camera(), Settings(), 0, reader.rate)
    try:
        while (letter := eye.step({}, 0.0)) is not None and played.frame_now is not None:
            yield letter.body, played.frame_now.pixels
    finally:
        eye.close()


def frames_of(source: str, advance: Advance) -> list[dict[str, Any]]:
    """For each frame of a clip, at its own rate: `time`, and `visitors` with `id`, `box_px` and `floor_m` (x, z).

    Raises SourceError when there is nothing to see in it.
    """
    reader = open_reader(source, 30.0, None)
    frames: list[dict[str, Any]] = []
    for observation, _ in watch(reader):
        frames.append(
            {
                "time": round(observation.time, 6),
                "visitors": [
                    {
                        "id": visitor.id,
                        "box_px": [round(float(v), 1) for v in visitor.box_px],
                        "floor_m": [round(float(v), 3) for v in visitor.floor_m],
                    }
                    for visitor in here(observation)
                ],
            }
        )
        advance(1.0 - 0.99 ** (len(frames) / 10))  # how long a clip is, is not always told
    return frames


def here(observation: Observation) -> list[Visitor]:
    """Those who are there: entering, present, or hidden for a moment."""
    return [visitor for visitor in observation.visitors if visitor.state is not State.LEFT]


def measure_eye(material: Path | None, advance: Advance) -> list[Figure]:
    """All figures of the eye; one whose clip is not there has no value and no verdict. Takes some minutes."""
    parts: tuple[Callable[[], list[Figure]], ...] = (
        lambda: rate(one_person(material)),
        lambda: four(clip("composite_4persons.mp4", material)),
        *((lambda name=name: pair(name, clip(f"pose2sim_multi/{name}.mp4", material))) for name in ("cam01", "cam02")),
        lambda: poster(clip("composite_4persons.mp4", material)),
        lambda: two_outside(clip("sports2d_demo_1person.mp4", material)),
        lambda: squats(clip("tfjs_pose_squats.mp4", material)),
        lambda: smoothing_of_a_film(clip("tfjs_dancer_crop.mp4", material)),
        lambda: smoothing(folder(material)),
        floor,
    )
    figures: list[Figure] = []
    for done, part in enumerate(parts, 1):
        figures += part()
        advance(done / len(parts))
    return figures


def absent(name: str, unit: str = "") -> Figure:
    """A figure whose clip is not there."""
    return Figure(f"{name}: its clip is not there", None, unit)


def rate(path: Path | None, seconds: float = 8.0) -> list[Figure]:
    """Steps a second while one person is followed, beside a bare landmarker that is given the same crops.

    Both take turns frame by frame, so that whatever else the machine does slows both; reading the clip, which a live
    eye leaves to another thread, counts for neither.
    """
    name = "eye: rate with one person, over the bare landmarker on the same crops"
    if path is None:
        return [absent(name, "times")]
    played = Played(open_reader(str(path), 30.0, None))
    eye = Eye(played, Camera(), Settings(), 0, 30.0)
    bare = Looker(None, Settings().confidence, following=True)
    ours, plain, steps = 0.0, 0.0, 0
    square = (0.0, 0.0, 1.0)
    try:
        while True:
            begin, read = time.perf_counter(), played.spent
            letter = eye.step({}, 0.0)
            took = time.perf_counter() - begin - (played.spent - read)
            if letter is None or played.frame_now is None or letter.body.time > seconds:
                break
            visitors = here(letter.body)
            if len(visitors) != 1 or letter.body.time < 1.0:
                continue
            square = steady(square, visitors[0].box_px)
            image = cut(played.frame_now.pixels, square)
            begin = time.perf_counter()
            bare.detect(image)
            plain += time.perf_counter() - begin
            ours += took
            steps += 1
    finally:
        eye.close()
        bare.close()
    if not steps:
        return [Figure.at_least(name, 0.0, 0.9, "times")]
    return [
        Figure.at_least(name, plain / ours, 0.9, "times", 1.0),
        Figure("eye: rate with one person", steps / ours, "1/s", steps / plain),
    ]


def cut(pixels: Pixels, square: tuple[float, float, float]) -> mp.Image:
    """A square of the picture as the landmarker takes it."""
    left, top, size = (round(v) for v in square)
    padded = cv2.copyMakeBorder(pixels, size, size, size, size, cv2.BORDER_CONSTANT)
    crop = padded[top + size : top + 2 * size, left + size : left + 2 * size]
    return mp.Image(mp.ImageFormat.SRGB, np.ascontiguousarray(cv2.resize(crop, (SIDE, SIDE))))


def four(path: Path | None) -> list[Figure]:
    """Four people side by side: all there, each in their column, nobody's identity swapped."""
    share, swaps = "eye: four visitors, each in their column", "eye: identity swaps among the four"
    if path is None:
        return [absent(share, "of frames"), absent(swaps)]
    good, plain, frames, changes = 0, 0, 0, 0
    owners: dict[int, int] = {}
    whole_frame = Looker(None, 0.5, following=True, people=4)
    for observation, pixels in watch(open_reader(str(path), 30.0, None)):
        found = whole_frame.look(pixels, whole((pixels.shape[1], pixels.shape[0])), max(pixels.shape[:2]))
        if observation.time < 1.0:
            continue
        boxes = [(visitor.id, visitor.box_px) for visitor in here(observation)]
        columns = [_column(box) for _, box in boxes]
        frames += 1
        good += sorted(columns) == [0, 1, 2, 3]
        plain += sorted(_column(box_of(look.landmarks_px, look.visibility)) for look in found) == [0, 1, 2, 3]
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
    whole_frame = Looker(None, 0.5, following=True, people=2)
    owners: dict[str, int] = {}
    frames, good, plain, swaps, nobody, last = 0, 0, 0, 0, 0.0, 0.0
    for count, (observation, pixels) in enumerate(watch(open_reader(str(path), 30.0, None))):
        size = np.array([pixels.shape[1], pixels.shape[0]])
        found = whole_frame.look(pixels, whole((int(size[0]), int(size[1]))), int(max(size)))
        t, step, last = observation.time, observation.time - last, observation.time
        visitors = here(observation)
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
    whole_frame = Looker(None, 0.5, following=True, people=4)
    for observation, pixels in watch(Made(with_poster(path), 30.0)):
        found = whole_frame.look(pixels, whole((pixels.shape[1], pixels.shape[0])), max(pixels.shape[:2]))
        frames += 1
        plain += any(_column(box_of(look.landmarks_px, look.visibility)) == 3 for look in found)
        there = any(_column(visitor.box_px) == 3 for visitor in here(observation))
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
    for observation, pixels in watch(open_reader(str(path), 30.0, None)):
        high = pixels.shape[0]
        feet = [float(visitor.box_px[3]) / high for visitor in here(observation)]
        if 0.5 <= observation.time < 5.0:
            man.append(any(foot < 0.6 for foot in feet))
        if 1.7 <= observation.time < 6.3:
            woman.append(any(foot > 0.75 for foot in feet))
            walks.update(v.id for v in here(observation) if v.box_px[3] > 0.75 * high and observation.time < 5.8)
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
    whole_frame = Looker(None, 0.5, following=True)
    ours, plain = [], []
    for count, (observation, pixels) in enumerate(watch(open_reader(str(path), 30.0, None))):
        found = whole_frame.look(pixels, whole((pixels.shape[1], pixels.shape[0])), max(pixels.shape[:2]))
        visitors = here(observation)
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
