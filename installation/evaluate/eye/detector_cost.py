"""Evaluation of the detector of people: its time per look, and how many of six people one look finds."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.core.downloads import AssetError
from installation.evaluate.eye.composer import ComposedFrame, compose
from installation.evaluate.eye.cut_outs import load_clips, missing_files
from installation.evaluate.eye.scenes import SCENES
from installation.evaluate.report import Figure
from installation.eye.boxes import iou
from installation.eye.detection.detector import PersonDetector

LOOKS = 40
"""Looks that are timed, each at another picture."""
MIN_IOU = 0.3
"""Overlap with a body's box from which on a detection has found it."""
SCENE = "six"


def measure_detector(material: Path | None) -> list[Figure]:
    """Median and 95th percentile of a look in milliseconds on one thread, and the share of the six people found."""
    names = ("eye: detector, a look, median", "eye: detector, a look, 95th percentile", "eye: detector, people found")
    try:
        detector = PersonDetector.load()
    except AssetError:
        return [Figure(f"{names[0]}: `visitant setup` brings it", None, "ms")]
    if missing_files(material):
        return [Figure(f"{names[0]}: its clips are not there", None, "ms")]
    scene = SCENES[SCENE]
    clips = load_clips(sorted({actor.clip for actor in scene.actors}), material, lambda share: None)
    frames = list(compose(scene, clips, LOOKS / scene.seconds))
    detector.detect(frames[0].pixels)  # the first look allocates
    times: list[float] = []
    found: list[float] = []
    for frame in frames:
        begin = time.perf_counter()
        boxes = [detection.box for detection in detector.detect(frame.pixels)]
        times.append((time.perf_counter() - begin) * 1e3)
        found.append(_found_share(frame, boxes))
    return [
        Figure(names[0], float(np.median(times)), "ms"),
        Figure(names[1], float(np.quantile(times, 0.95)), "ms"),
        Figure(names[2], float(np.mean(found)), "of six"),
    ]


def _found_share(frame: ComposedFrame, boxes: list[NDArray[np.float32]]) -> float:
    """Share of the people in a frame on whom one of the boxes lies."""
    return float(np.mean([any(iou(box, true.box_px) >= MIN_IOU for box in boxes) for true in frame.people]))
