"""Evaluation of the eye: all its figures, with MediaPipe on the whole picture or on bare crops as the baseline."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.clips import find_clip, material_folder, one_person_clip
from installation.evaluate.eye.detector_cost import measure_detector
from installation.evaluate.eye.ground_truth import measure_floor_positions, measure_smoothing, measure_smoothing_on_film
from installation.evaluate.eye.labelled_clips import (
    measure_four_people,
    measure_occluding_pair,
    measure_poster,
    measure_squats,
    measure_two_outdoors,
    missing_clip,
)
from installation.evaluate.report import Figure, measure_parts
from installation.eye.boxes import stabilised_square
from installation.eye.eye import EyeWorker
from installation.eye.mediapipe_backend import PythonApiLandmarker, landmarker_options
from installation.eye.offline import SequentialFrameReader, observe_clip, visitors_in_view
from installation.eye.pose_estimator import crop_square
from installation.eye.sources.frames import SourceFrame
from installation.eye.sources.kinds import open_reader
from installation.interface.visitor import Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection as Settings

Advance = Callable[[float], None]
"""Gets the share of the work that is done, 0..1."""
TIMING_ROUNDS = 8
"""Repetitions of the clip for the time of a step."""


def observation_records(source: str, advance: Advance) -> list[dict[str, Any]]:
    """The eye's observations of a clip as plain records, for each frame at the clip's rate: `time`, and `visitors` with
    `id`, `box_px` and `floor_m` (x, z).

    Raises SourceError where the clip has no frame.
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
        advance(1.0 - 0.99 ** (len(frames) / 10))  # the length of a clip is not always known
    return frames


PARTS: Mapping[str, Callable[[Path | None], Sequence[Callable[[], list[Figure]]]]] = {
    "rate": lambda material: (lambda: measure_rate(one_person_clip(material)),),
    "clips": lambda material: (
        lambda: measure_four_people(find_clip("composite_4persons.mp4", material)),
        *(
            partial(measure_occluding_pair, name, find_clip(f"pose2sim_multi/{name}.mp4", material))
            for name in ("cam01", "cam02")
        ),
        lambda: measure_poster(find_clip("composite_4persons.mp4", material)),
        lambda: measure_two_outdoors(find_clip("sports2d_demo_1person.mp4", material)),
        lambda: measure_squats(find_clip("tfjs_pose_squats.mp4", material)),
    ),
    "smoothing": lambda material: (
        lambda: measure_smoothing_on_film(find_clip("tfjs_dancer_crop.mp4", material)),
        lambda: measure_smoothing(material_folder(material)),
    ),
    "floor": lambda material: (measure_floor_positions,),
    "detector": lambda material: (lambda: measure_detector(material),),
}
"""Parts of the report without the composed scenes, which are `scene_report.try_scenes`."""


def measure_eye(material: Path | None, parts: Sequence[str], advance: Advance) -> list[Figure]:
    """Figures of PARTS, or of those named in `parts`; those whose clip is missing have no value and no verdict.

    Takes some minutes.
    """
    chosen = [measure for name in parts or PARTS for measure in PARTS[name](material)]
    return measure_parts(chosen, advance)


def measure_rate(path: Path | None, seconds: float = 8.0) -> list[Figure]:
    """Steps a second while the eye tracks one person, beside a bare landmarker on the same crops.

    The baseline cuts the crop, runs MediaPipe in its video mode with masks by its Python interface, and has the
    landmarks as arrays; the eye also searches, associates, smooths, outlines and locates. Both process every frame,
    taking turns in going first, so that other load on the machine slows both; reading the clip, which a live eye leaves
    to another thread, counts for neither.
    """
    name = "eye: rate with one person, over the bare landmarker on the same crops"
    if path is None:
        return [missing_clip(name, "times")]
    times = np.concatenate([_step_times(path, seconds) for _ in range(TIMING_ROUNDS)])
    if not len(times):
        return [Figure.at_least(name, 0.0, 0.9, "times")]
    own, baseline = times.mean(axis=0).tolist()
    return [
        Figure.at_least(name, baseline / own, 0.9, "times", 1.0),
        Figure("eye: rate with one person", 1.0 / own, "1/s", 1.0 / baseline),
    ]


def _step_times(path: Path, seconds: float) -> NDArray[np.float64]:
    """(n, 2) seconds of each frame in the eye and in the bare landmarker."""
    frames = HeldFrameReader(open_reader(str(path), 30.0, None))
    eye = EyeWorker(frames, CameraSection(), Settings(), 0, 30.0)
    bare = PythonApiLandmarker(landmarker_options(None, Settings().confidence, tracking=True, max_people=1))
    gc.collect()
    gc.freeze()  # as in a process of its own
    times: list[tuple[float, float]] = []
    seen: list[Visitor] = []
    square = (0.0, 0.0, 1.0)

    def eye_step() -> None:
        message = eye.step({}, 0.0)
        seen[:] = visitors_in_view(message.body) if message is not None else []

    try:
        while (frame := frames.read()) is not None and frame.time <= seconds:
            if len(seen) != 1 or frame.time < 1.0:
                eye_step()
                continue
            square = stabilised_square(square, seen[0].box_px)
            bare_step = partial(_detect_crop, bare, frame.pixels, square)
            # The first of the two has the picture and everything else farther away in the caches.
            if frame.count % 2:
                times.append((_seconds_of(eye_step), _seconds_of(bare_step)))
            else:
                times.append((_seconds_of(bare_step), _seconds_of(eye_step))[::-1])
    finally:
        eye.close()
        bare.close()
        gc.unfreeze()
    return np.array(times).reshape(-1, 2)


def _detect_crop(bare: PythonApiLandmarker, pixels: NDArray[np.uint8], square: tuple[float, float, float]) -> None:
    bare.detect(crop_square(pixels, square))


def _seconds_of(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


class HeldFrameReader(SequentialFrameReader):
    """Frame source that repeats the frame that was read last, so that the eye does not read itself."""

    def frame(self, t: float) -> SourceFrame | None:
        """The frame that was read last."""
        return self.current
