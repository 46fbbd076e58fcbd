"""What the eye is measured by, each figure beside the plain way: a landmarker on the whole picture, or bare."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.clips import clip, folder, one_person
from installation.evaluate.eye.ground_truth import floor, smoothing, smoothing_of_a_film
from installation.evaluate.eye.labelled_clips import absent, four, pair, poster, squats, two_outside
from installation.evaluate.report import Figure, gathered
from installation.eye.boxes import stabilised_square
from installation.eye.eye import EyeWorker
from installation.eye.mediapipe_backend import PythonApiLandmarker, landmarker_options
from installation.eye.offline import SequentialFrameReader, observe_clip, visitors_in_view
from installation.eye.pose_estimator import crop_square
from installation.eye.sources import SourceFrame, open_reader
from installation.interface.visitor import Visitor
from installation.venue.schema import CameraSection
from installation.venue.schema import EyeSection as Settings

Advance = Callable[[float], None]
"""Hears which share of the work is done, 0..1."""
ROUNDS = 8
"""Times that a short clip is watched for how long a step takes."""


def frames_of(source: str, advance: Advance) -> list[dict[str, Any]]:
    """For each frame of a clip, at its own rate: `time`, and `visitors` with `id`, `box_px` and `floor_m` (x, z).

    Raises SourceError when there is nothing to see in it.
    """
    reader = open_reader(source, 30.0, None)
    frames: list[dict[str, Any]] = []
    for observation, _ in observe_clip(reader):
        frames.append(
            {
                "time": round(observation.time, 6),
                "visitors": [
                    {
                        "id": visitor.id,
                        "box_px": [round(float(v), 1) for v in visitor.box_px],
                        "floor_m": [round(float(v), 3) for v in visitor.floor_m],
                    }
                    for visitor in visitors_in_view(observation)
                ],
            }
        )
        advance(1.0 - 0.99 ** (len(frames) / 10))  # how long a clip is, is not always told
    return frames


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
    return gathered(parts, advance)


def rate(path: Path | None, seconds: float = 8.0) -> list[Figure]:
    """Steps a second while one person is followed, beside a bare landmarker that is given the same crops.

    The bare one cuts the crop, runs MediaPipe in its video mode with masks by its Python interface, and has the
    landmarks as arrays; the eye also searches, tells who is who, smooths, outlines and places. Both have every frame,
    in turns one and the other first, so that whatever else the machine does slows both; reading the clip, which a live
    eye leaves to another thread, counts for neither.
    """
    name = "eye: rate with one person, over the bare landmarker on the same crops"
    if path is None:
        return [absent(name, "times")]
    times = np.concatenate([_times(path, seconds) for _ in range(ROUNDS)])
    if not len(times):
        return [Figure.at_least(name, 0.0, 0.9, "times")]
    ours, plain = times.mean(axis=0).tolist()
    return [
        Figure.at_least(name, plain / ours, 0.9, "times", 1.0),
        Figure("eye: rate with one person", 1.0 / ours, "1/s", 1.0 / plain),
    ]


def _times(path: Path, seconds: float) -> NDArray[np.float64]:
    """(n, 2) seconds that each frame takes the eye and the bare landmarker."""
    handed = Handed(open_reader(str(path), 30.0, None))
    eye = EyeWorker(handed, CameraSection(), Settings(), 0, 30.0)
    bare = PythonApiLandmarker(landmarker_options(None, Settings().confidence, tracking=True, max_people=1))
    gc.collect()
    gc.freeze()  # as in a process of its own
    times: list[tuple[float, float]] = []
    seen: list[Visitor] = []
    square = (0.0, 0.0, 1.0)

    def ours() -> None:
        letter = eye.step({}, 0.0)
        seen[:] = visitors_in_view(letter.body) if letter is not None else []

    try:
        while (frame := handed.read()) is not None and frame.time <= seconds:
            if len(seen) != 1 or frame.time < 1.0:
                ours()
                continue
            square = stabilised_square(square, seen[0].box_px)
            plain = partial(_bare_look, bare, frame.pixels, square)
            # Whoever comes first finds the picture, and whatever else was out of reach, farther away.
            if frame.count % 2:
                times.append((_took(ours), _took(plain)))
            else:
                times.append((_took(plain), _took(ours))[::-1])
    finally:
        eye.close()
        bare.close()
        gc.unfreeze()
    return np.array(times).reshape(-1, 2)


def _bare_look(bare: PythonApiLandmarker, pixels: NDArray[np.uint8], square: tuple[float, float, float]) -> None:
    bare.detect(crop_square(pixels, square))


def _took(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


class Handed(SequentialFrameReader):
    """Pictures that somebody else reads before the eye asks for them."""

    def frame(self, t: float) -> SourceFrame | None:
        return self.current
