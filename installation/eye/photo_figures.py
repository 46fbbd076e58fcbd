"""People in still pictures: detection and pose estimation in a photograph or a painting, as figures to paint."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.core.downloads import AssetError
from installation.eye.boxes import box_size, iou, landmark_box, square_around
from installation.eye.detection.detector import PersonDetector
from installation.eye.detection.person_detection import HEAD_KEYPOINTS, PersonDetection, letterbox
from installation.eye.outline import silhouette_rings
from installation.eye.pose_estimator import PoseDetection, PoseEstimator
from installation.eye.region_proposals import picture_square, tile_squares
from installation.interface.painted_figure import PaintedFigure, scale_of, tone_of

logger = logging.getLogger(__name__)
Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

MAX_PEOPLE = 12
"""People in a picture, unless a number is asked for."""
MAX_PEOPLE_IN_CROP = 3
"""People whom the pose estimator looks for in one crop: the most conspicuous one may be a neighbour."""
PICTURE_SIDE_PX = 384
"""Side of the square in which the pose estimator searches a whole picture."""
DETECTOR_SIDES_PX = (320, 256, 512)
"""Longest sides at which the detector sees the picture: people who fill it are found best in a small one."""
SAME_HEAD = 0.12
"""Distance of two heads, of the person's size, below which they are one."""
CROP_MARGINS = (1.25, 1.6, 1.0, 2.2)
"""Sides of the crops, in longer sides of a detected box, in which a body is looked for, the best first."""
MAX_KEYPOINT_DISTANCE = 0.08
"""Mean distance of a pose from the detector's keypoints, of the box's longer side, up to which both show one body."""
MIN_KEYPOINT_SCORE = 0.2
"""Score from which on a keypoint takes part in that comparison."""
MIN_KEYPOINTS = 4
"""Keypoints that it takes."""
MIN_FACE_KEYPOINTS = 3
"""Keypoints of the head with such a score that make a face."""
MAX_BOX_DIFFERENCE = 0.5
"""One less the intersection over union of the boxes, up to which both show one body where keypoints are missing."""
COCO_LANDMARKS = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
"""The landmark of each of the detector's keypoints."""
HEAD, SHOULDERS = slice(0, 9), [11, 12]
"""Landmarks of the face, and of the shoulders."""
EDGE_CELLS = 1.0
"""Cells of the mask from an edge of the picture within which a silhouette ends at that edge."""
MIN_VISIBILITY = 0.5
"""Visibility of head and shoulders below which a pose that no detector confirms is no person."""
NEAREST_DISTANCE_M = 2.0
"""Metres from the wall at which the largest person is assumed to stand."""


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """The people in a picture."""

    figures: tuple[PaintedFigure, ...]
    faces_without_body: int = 0
    """People whom the detector sees by their faces, and whose bodies the pose estimator does not find."""


class FigureFinder:
    """Finds the people in any number of pictures with one pose estimator and, where it is there, one detector."""

    def __init__(self, estimator: PoseEstimator, detector: PersonDetector | None, max_people: int) -> None:
        self._estimator, self._detector, self._max_people = estimator, detector, max_people

    def find(self, picture: Pixels) -> FoundPeople:
        """The people in a picture (h, w, 3) that fills the canvas, unmirrored; larger ones are nearer."""
        size = picture.shape[0], picture.shape[1]
        if self._detector is None:
            return FoundPeople(_figures(self._without_detector(picture)[: self._max_people], size))
        poses: list[PoseDetection] = []
        faces: list[PersonDetection] = []
        for person in _people(self._detector, picture)[: self._max_people]:
            pose = self._pose_of(person, picture, poses)
            if pose is not None:
                poses.append(pose)
            elif _has_face(person):
                faces.append(person)
        heads = [pose.landmarks_px[HEAD] for pose in poses]
        missing = sum(_is_apart(face.keypoints[HEAD_KEYPOINTS, :2], box_size(face.box), heads) for face in faces)
        return FoundPeople(_figures(poses, size), missing)

    def figures(self, picture: Pixels) -> tuple[PaintedFigure, ...]:
        """The figures of `find`."""
        return self.find(picture).figures

    def _pose_of(
        self, person: PersonDetection, picture: Pixels, found: Sequence[PoseDetection]
    ) -> PoseDetection | None:
        """The pose that agrees best with a detected person and is none of those `found`; None where none does."""
        for margin in CROP_MARGINS:
            square = square_around(person.box, margin)
            poses = [pose for pose in self._estimator.detect(picture, square, others=found) if _is_new(pose, found)]
            best = min(poses, key=lambda pose: disagreement(pose, person), default=None)
            if best is not None and disagreement(best, person) < 1.0:
                return best
        return None

    def _without_detector(self, picture: Pixels) -> list[PoseDetection]:
        """People with a visible head and shoulders, in the whole picture and in its parts."""
        size = (picture.shape[1], picture.shape[0])
        found: list[PoseDetection] = []
        for square in (picture_square(size), *tile_squares(size)):
            for proposal in self._estimator.detect(picture, square, PICTURE_SIDE_PX):
                box = square_around(landmark_box(proposal.landmarks_px, proposal.visibility))
                for pose in self._estimator.detect(picture, box)[:1]:
                    if _least_visible(pose) > MIN_VISIBILITY and _is_new(pose, found):
                        found.append(pose)
        return found


@contextmanager
def open_figure_finder(confidence: float = 0.4, max_people: int = MAX_PEOPLE) -> Iterator[FigureFinder]:
    """A finder that is closed at the end of the context; without the detector's weights it says so once.

    Raises AssetError where the pose model is missing.
    """
    estimator = PoseEstimator(None, confidence, tracking=False, max_people=MAX_PEOPLE_IN_CROP)
    try:
        detector = None
        try:
            detector = PersonDetector.load()
        except AssetError as error:
            logger.warning("fewer people are found: %s", error)
        yield FigureFinder(estimator, detector, max_people)
    finally:
        estimator.close()


def disagreement(pose: PoseDetection, person: PersonDetection) -> float:
    """How far a pose is from a detected person; below 1 both are the same body.

    The detector's keypoints are compared; of a person who is hidden so far that there are none, the boxes.
    """
    counts = person.keypoints[:, 2] > MIN_KEYPOINT_SCORE
    if counts.sum() >= MIN_KEYPOINTS:
        apart = pose.landmarks_px[COCO_LANDMARKS, :] - person.keypoints[:, :2]
        return float(np.linalg.norm(apart[counts], axis=1).mean()) / box_size(person.box) / MAX_KEYPOINT_DISTANCE
    if _least_visible(pose) < MIN_VISIBILITY:
        return float("inf")
    box = landmark_box(pose.landmarks_px, pose.visibility)
    return (1.0 - iou(box, person.box)) / MAX_BOX_DIFFERENCE


def _least_visible(pose: PoseDetection) -> float:
    """The lower one of the visibilities 0..1 of a pose's head and of its shoulders."""
    return float(min(pose.visibility[HEAD].mean(), pose.visibility[SHOULDERS].min()))


def _people(detector: PersonDetector, picture: Pixels) -> list[PersonDetection]:
    """The people in the whole picture, seen at several sizes, then those in its parts; the most likely first."""
    found: list[PersonDetection] = []
    for side_px in DETECTOR_SIDES_PX:
        _add_people(found, detector.detect_in(letterbox(picture, side_px)))
    height, width = picture.shape[:2]
    for left, top, side in tile_squares((width, height)):
        x, y = max(0, round(left)), max(0, round(top))
        part = picture[y : round(top + side), x : round(left + side)]
        # A part may cut a person whose head lies in the next one.
        _add_people(found, [_moved(person, x, y) for person in detector.detect(part) if _has_face(person)])
    return sorted(found, key=lambda person: -person.score)


def _add_people(found: list[PersonDetection], people: Sequence[PersonDetection]) -> None:
    """Add those who are none of the people that were found before."""
    for person in people:
        heads = [other.keypoints[HEAD_KEYPOINTS, :2] for other in found]
        if _is_apart(person.keypoints[HEAD_KEYPOINTS, :2], box_size(person.box), heads):
            found.append(person)


def _moved(person: PersonDetection, x: float, y: float) -> PersonDetection:
    shift = np.array([x, y], np.float32)
    keypoints = person.keypoints + np.array([x, y, 0], np.float32)
    return PersonDetection(person.box + np.tile(shift, 2), person.score, keypoints)


def _has_face(person: PersonDetection) -> bool:
    return int((person.keypoints[HEAD_KEYPOINTS, 2] > MIN_KEYPOINT_SCORE).sum()) >= MIN_FACE_KEYPOINTS


def _is_new(pose: PoseDetection, found: Sequence[PoseDetection]) -> bool:
    """Whether a pose is none of those that were found."""
    size = box_size(landmark_box(pose.landmarks_px, pose.visibility))
    return _is_apart(pose.landmarks_px[HEAD], size, [other.landmarks_px[HEAD] for other in found])


def _is_apart(head: Array, size: float, others: Sequence[Array]) -> bool:
    """Whether a head, points (n, 2), of a person of this size lies away from all others."""
    middle = head.mean(0)
    return all(float(np.linalg.norm(middle - other.mean(0))) > SAME_HEAD * size for other in others)


def _figures(found: Sequence[PoseDetection], size: tuple[int, int]) -> tuple[PaintedFigure, ...]:
    scales = [_scale(detection, size) for detection in found]
    return tuple(
        _figure(number, detection, size, NEAREST_DISTANCE_M * max(scales) / max(scale, 1e-6))
        for number, (detection, scale) in enumerate(zip(found, scales, strict=True), 1)
    )


def _scale(detection: PoseDetection, size: tuple[int, int]) -> float:
    """Canvas heights of one metre at a person's distance; whether they sit or are cut off makes no difference."""
    return scale_of(
        detection.landmarks_px / np.float32(size[0]), detection.local_landmarks_m[:, :2], detection.visibility
    )


def _beyond_edges(detection: PoseDetection, size_px: tuple[int, int]) -> list[Array]:
    """The silhouette's rings; where they end at an edge of the picture, they go beyond it.

    Otherwise the coarse mask leaves a strip of background between a person and the edge that cuts them.
    """
    rings = silhouette_rings(detection)
    if detection.mask is None:
        return rings
    cell = detection.crop_px[2] / len(detection.mask)
    limits = np.array(size_px, np.float32)
    for ring in rings:
        ring[...] = np.where(ring < EDGE_CELLS * cell, np.minimum(ring, -cell), ring)
        ring[...] = np.where(ring > limits - EDGE_CELLS * cell, np.maximum(ring, limits + cell), ring)
    return rings


def _figure(number: int, detection: PoseDetection, size: tuple[int, int], distance_m: float) -> PaintedFigure:
    height, width = size
    to_canvas, origin = np.array([1.0 / width, -1.0 / height]), np.array([0.0, 1.0])
    landmarks = detection.landmarks_px * to_canvas + origin
    rings = tuple(ring * to_canvas + origin for ring in _beyond_edges(detection, (width, height)))
    depth_m = distance_m + detection.local_landmarks_m[:, 2]
    return PaintedFigure(
        id=number,
        landmarks=landmarks,
        near=distance_m,
        visibility=detection.visibility,
        outline=rings,
        velocity=np.zeros_like(landmarks),
        depth=depth_m,
        scale=_scale(detection, size),
        tone=tone_of(number),
    )
