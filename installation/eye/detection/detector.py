"""The detector of people: MoveNet MultiPose with the downloaded weights, on a picture of any size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from installation.core import downloads
from installation.core.downloads import AssetError
from installation.eye.detection.movenet import CELL_PX, DecodedPeople, MoveNet, decode, head_maps
from installation.eye.detection.person_detection import (
    INPUT_SIDE_PX,
    WEIGHTS_NAME,
    Letterbox,
    PersonDetection,
    Pixels,
    letterbox,
)
from motion.learning.checkpoint import choose_device
from motion.learning.threads import one_thread

MIN_SCORE = 0.2
"""Score below which a detection is dropped."""
SAME_PERSON = 0.06
"""Mean distance of their keypoints, in longer sides of the box, below which two detections are one person."""


class PersonDetector:
    """Finds up to six people in a picture."""

    def __init__(self, network: MoveNet, device: torch.device, side_px: int = INPUT_SIDE_PX) -> None:
        self._device, self._side_px = device, side_px
        self._network = network.eval().to(device)
        # Torch's annotation lacks the argument.
        self._network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @classmethod
    def load(cls, folder: Path | None = None, side_px: int = INPUT_SIDE_PX) -> PersonDetector:
        """Load the weights from a folder, by default the one that `visitant setup` fills.

        `side_px` is the longest side of what the network sees. Raises AssetError where the file is missing or damaged.
        """
        asset = downloads.find(WEIGHTS_NAME)
        path = downloads.place(asset) if folder is None else folder / WEIGHTS_NAME
        try:
            weights = path.read_bytes()
        except OSError as error:
            raise AssetError(f"{path}: {error.strerror}; `visitant setup` brings it") from None
        if hashlib.sha256(weights).hexdigest() != asset.sha256:
            raise AssetError(f"{path} is damaged; `visitant setup` brings it again")
        return cls(MoveNet(weights), choose_device(), side_px)

    def detect(self, pixels: Pixels) -> list[PersonDetection]:
        """The people in a picture (height, width, 3) RGB, the most likely first."""
        return self.detect_in(letterbox(pixels, self._side_px))

    def detect_in(self, boxed: Letterbox) -> list[PersonDetection]:
        """The people in a picture that is scaled already; places are in pixels of the original."""
        with torch.inference_mode(), one_thread():
            picture = torch.from_numpy(boxed.pixels).to(self._device)[None].permute(0, 3, 1, 2)
            maps = self._network(picture.float().contiguous(memory_format=torch.channels_last))
            found = decode(head_maps({name: values.cpu() for name, values in maps.items()}))
            return _distinct(_detections(found, boxed))


def load_detector() -> PersonDetector:
    """Load the detector with the downloaded weights. Raises AssetError where they are missing or damaged."""
    return PersonDetector.load()


def _detections(found: DecodedPeople, boxed: Letterbox) -> Iterator[PersonDetection]:
    """Likely people in pixels of the original picture, the most likely first."""
    scale = np.float32(CELL_PX / boxed.scale)
    keypoints = found.keypoints[..., [1, 0, 2]].numpy() * np.array([scale, scale, 1], np.float32)
    width, height = boxed.size_px
    limits = np.array([width, height, width, height], np.float32)
    boxes = np.minimum(found.boxes[:, [1, 0, 3, 2]].numpy() * scale, limits)
    scores = found.scores.tolist()
    for number in sorted(range(len(scores)), key=lambda n: -scores[n]):
        if scores[number] >= MIN_SCORE and np.all(boxes[number, 2:] - boxes[number, :2] >= 1.0):
            yield PersonDetection(boxes[number], scores[number], keypoints[number])


def _distinct(detections: Iterator[PersonDetection]) -> list[PersonDetection]:
    kept: list[PersonDetection] = []
    for detection in detections:
        left, top, right, bottom = detection.box.tolist()
        apart_px = SAME_PERSON * max(right - left, bottom - top)
        if all(_distance_px(detection, other) > apart_px for other in kept):
            kept.append(detection)
    return kept


def _distance_px(a: PersonDetection, b: PersonDetection) -> float:
    """Mean distance between the keypoints of two people."""
    return float(np.linalg.norm(a.keypoints[:, :2] - b.keypoints[:, :2], axis=1).mean())
