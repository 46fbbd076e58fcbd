"""MediaPipe's landmarkers with arrays as results: of bodies, through its C interface where that has the expected form,
and of hands.

MediaPipe's Python interface hands each call to a thread of its own and back, and makes an object of each of sixty-six
landmarks, which together take half a millisecond of a detection.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.core.downloads import path_of
from installation.core.errors import UserError


@contextmanager
def stubbed_modules(*names: str) -> Iterator[None]:
    """Put empty modules in place of those not yet imported, for an import that loads them without needing them."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


os.environ.setdefault("GLOG_minloglevel", "2")
# MediaPipe can plot its results; importing matplotlib for that takes as long as all the rest of it.
with stubbed_modules("matplotlib", "matplotlib.pyplot"):
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python.vision import (
        HandLandmarker,
        HandLandmarkerOptions,
        PoseLandmarker,
        PoseLandmarkerOptions,
        RunningMode,
        pose_landmarker,
    )

Array = NDArray[np.float32]

TIMESTAMP_STEP_MS = 33
"""Step between the timestamps given to the landmarker; it requires only that they rise."""
FLOAT_BYTES = ctypes.sizeof(ctypes.c_float)
VIDEO_ARGUMENT_COUNT = 6
"""Arguments of the C function that detects poses in the pictures of a video."""
IMAGE_ARGUMENT_COUNT = 5
"""Arguments of the C function that detects poses in single pictures."""


class LandmarkerResult(NamedTuple):
    """One body."""

    normalised_landmarks: Array
    """(33, 2) shares of the picture's width and height."""
    local_landmarks_m: Array
    """(33, 3) metres from the hips, camera axes: x right, y down, z away."""
    visibility: Array
    """(33,) 0..1: inside the picture and not hidden."""
    mask: Array | None
    """(height, width) 0..1; owned by the landmarker and valid until its next detection."""


class Landmarker(Protocol):
    """Detects bodies in a picture."""

    def detect(self, pixels: NDArray[np.uint8]) -> list[LandmarkerResult]:
        """Return every body in a picture (height, width, 3), RGB."""

    def close(self) -> None:
        """Free its resources."""


def landmarker_options(model: Path | None, confidence: float, tracking: bool, max_people: int) -> PoseLandmarkerOptions:
    """Options of a landmarker; with `tracking` it tracks the people it detects, else each detection is independent."""
    return PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model or path_of("pose_landmarker_full.task"))),
        running_mode=RunningMode.VIDEO if tracking else RunningMode.IMAGE,
        num_poses=max_people,
        min_pose_detection_confidence=confidence,
        min_pose_presence_confidence=confidence,
        min_tracking_confidence=confidence,
        output_segmentation_masks=True,
    )


def open_landmarker(options: PoseLandmarkerOptions) -> Landmarker:
    """Open the fastest landmarker that this MediaPipe offers. Raises UserError where its model is not a landmarker."""
    try:
        try:
            return CApiLandmarker(options)
        except (AttributeError, ImportError):  # this MediaPipe has another C interface
            return PythonApiLandmarker(options)
    except (RuntimeError, ValueError) as error:
        path = options.base_options.model_asset_path
        raise UserError(f"{path}: not a pose landmarker ({error}); give a .task file of MediaPipe's") from error


class PythonApiLandmarker:
    """The landmarker through MediaPipe's Python interface."""

    def __init__(self, options: PoseLandmarkerOptions) -> None:
        self._task = PoseLandmarker.create_from_options(options)
        self._tracking = options.running_mode is RunningMode.VIDEO
        self._timestamp_ms = 0

    def detect(self, pixels: NDArray[np.uint8]) -> list[LandmarkerResult]:
        image = mp.Image(mp.ImageFormat.SRGB, pixels)
        if self._tracking:
            self._timestamp_ms += TIMESTAMP_STEP_MS
            result = self._task.detect_for_video(image, self._timestamp_ms)
        else:
            result = self._task.detect(image)
        masks = result.segmentation_masks or []
        bodies = zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
        return [
            LandmarkerResult(
                np.array([(p.x, p.y) for p in normalised], np.float32),
                np.array([(p.x, p.y, p.z) for p in world], np.float32),
                np.array([min(p.visibility, p.presence) for p in normalised], np.float32),
                masks[index].numpy_view().reshape(pixels.shape[:2]) if index < len(masks) else None,
            )
            for index, (normalised, world) in enumerate(bodies)
        ]

    def close(self) -> None:
        self._task.close()


class CApiLandmarker:
    """The same landmarker through its C functions; see mediapipe/tasks/c in MediaPipe's own sources."""

    def __init__(self, options: PoseLandmarkerOptions) -> None:
        """Raises AttributeError or ImportError where MediaPipe's C interface has another form."""
        # Private modules of MediaPipe, which another version of it may lack.
        from mediapipe.tasks.python.components.containers.landmark_c import MpLandmarkC, MpNormalizedLandmarkC
        from mediapipe.tasks.python.core.mediapipe_c_bindings import load_raw_library

        self._normalised_fields = LandmarkFields(MpNormalizedLandmarkC, "x", "y", "visibility", "presence")
        self._world_fields = LandmarkFields(MpLandmarkC, "x", "y", "z")
        self._result = pose_landmarker.MpPoseLandmarkerResultC()
        # The first image declares the argument types of the library's functions.
        mp.Image(mp.ImageFormat.SRGB, np.zeros((1, 1, 3), np.uint8))
        self._lib = load_raw_library()
        self._create_image, self._free_image = self._lib.MpImageCreateFromUint8Data, self._lib.MpImageFree
        self._image_values, self._close_result = self._lib.MpImageDataFloat32, self._lib.MpPoseLandmarkerCloseResult
        self._tracking = options.running_mode is RunningMode.VIDEO
        self._timestamp_ms = 0
        video, image = self._lib.MpPoseLandmarkerDetectForVideo, self._lib.MpPoseLandmarkerDetectImage
        self._detect, count = (video, VIDEO_ARGUMENT_COUNT) if self._tracking else (image, IMAGE_ARGUMENT_COUNT)
        self._task = PoseLandmarker.create_from_options(options)
        self._handle = getattr(self._task, "_handle", None)
        if self._handle is None or len(self._detect.argtypes) != count:
            self._task.close()
            raise AttributeError("MediaPipe's detection function has another signature")

    def detect(self, pixels: NDArray[np.uint8]) -> list[LandmarkerResult]:
        self._free_result()
        image = ctypes.c_void_p()
        height, width, _ = pixels.shape
        data = np.ascontiguousarray(pixels).ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        self._call(self._create_image, int(mp.ImageFormat.SRGB), width, height, data, pixels.size, ctypes.byref(image))
        try:
            self._timestamp_ms += TIMESTAMP_STEP_MS
            # Image processing options (rotation), and in a video the timestamp.
            arguments = (None, self._timestamp_ms) if self._tracking else (None,)
            self._call(self._detect, self._handle, image, *arguments, ctypes.byref(self._result))
        finally:
            self._free_image(image)
        return [self._body(index, (height, width)) for index in range(self._result.pose_landmarks_count)]

    def _body(self, index: int, shape: tuple[int, int]) -> LandmarkerResult:
        result, mask = self._result, None
        fields = self._normalised_fields.read(result.pose_landmarks[index])
        if index < result.segmentation_masks_count:
            values = ctypes.POINTER(ctypes.c_float)()
            self._call(self._image_values, result.segmentation_masks[index], ctypes.byref(values))
            mask = np.ctypeslib.as_array(values, shape)
        world = self._world_fields.read(result.pose_world_landmarks[index])
        return LandmarkerResult(fields[:, :2], world, np.minimum(fields[:, 2], fields[:, 3]), mask)

    def _call(self, function: Any, *arguments: object) -> None:
        """Raises RuntimeError with MediaPipe's own message when the function fails."""
        error = ctypes.c_char_p()
        if function(*arguments, ctypes.byref(error)):
            message = error.value or b"no message"
            self._lib.MpErrorFree(error)
            raise RuntimeError(f"MediaPipe: {message.decode(errors='replace')}")

    def _free_result(self) -> None:
        """Free the last detection's result."""
        self._close_result(ctypes.byref(self._result))
        self._result = type(self._result)()

    def close(self) -> None:
        self._free_result()
        self._task.close()


class LandmarkFields:
    """Reads some fields of every landmark of a body from MediaPipe's C structures."""

    def __init__(self, structure: type[ctypes.Structure], *names: str) -> None:
        """`structure` is one landmark's. Raises AttributeError where it lacks one of these fields."""
        self._columns = [getattr(structure, name).offset // FLOAT_BYTES for name in names]
        self._width = ctypes.sizeof(structure) // FLOAT_BYTES

    def read(self, landmarks: Any) -> Array:
        """(landmarks, names) copied from a C array that knows its length."""
        numbers = ctypes.cast(landmarks.landmarks, ctypes.POINTER(ctypes.c_float))
        return np.ctypeslib.as_array(numbers, (landmarks.landmarks_count, self._width))[:, self._columns]


class HandResult(NamedTuple):
    """One hand."""

    normalised_landmarks: Array
    """(21, 2) shares of the picture's width and height."""
    local_landmarks_m: Array
    """(21, 3) metres from the hand's middle, camera axes: x right, y down, z away."""
    is_right: bool
    """Whether it is taken for a right hand."""


class HandDetector:
    """Detects hands in single pictures, through MediaPipe's Python interface."""

    def __init__(self, model: Path, confidence: float, max_hands: int = 2) -> None:
        """`model` is a .task file of MediaPipe's. Raises UserError where it is none."""
        options = HandLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)),
            running_mode=RunningMode.IMAGE,
            num_hands=max_hands,
            min_hand_detection_confidence=confidence,
            min_hand_presence_confidence=confidence,
        )
        try:
            self._task = HandLandmarker.create_from_options(options)
        except (RuntimeError, ValueError) as error:
            raise UserError(f"{model}: not a hand landmarker ({error}); give a .task file of MediaPipe's") from error

    def detect(self, pixels: NDArray[np.uint8]) -> list[HandResult]:
        """Return every hand in a picture (height, width, 3), RGB."""
        result = self._task.detect(mp.Image(mp.ImageFormat.SRGB, np.ascontiguousarray(pixels)))
        hands = zip(result.hand_landmarks, result.hand_world_landmarks, result.handedness, strict=True)
        return [
            HandResult(
                np.array([(p.x, p.y) for p in normalised], np.float32),
                np.array([(p.x, p.y, p.z) for p in world], np.float32),
                labels[0].category_name == "Right",
            )
            for normalised, world, labels in hands
        ]

    def close(self) -> None:
        """Free the landmarker."""
        self._task.close()
