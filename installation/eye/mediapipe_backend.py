"""MediaPipe's PoseLandmarker with arrays for what it finds: in its C interface where that is as we know it.

Its Python interface hands each call to a thread of its own and back, and makes an object of each of sixty-six
landmarks, which together take half a millisecond of a look.
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
from installation.core.errors import Trouble


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Import what would import these as well, and can do without them: they are there in name only meanwhile."""
    absent = [name for name in modules if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


os.environ.setdefault("GLOG_minloglevel", "2")
# MediaPipe can plot what it finds. To import what it plots with takes as long as all the rest of it.
with without("matplotlib", "matplotlib.pyplot"):
    import mediapipe as mp
    from mediapipe.tasks.python import BaseOptions
    from mediapipe.tasks.python.vision import PoseLandmarker, PoseLandmarkerOptions, RunningMode, pose_landmarker

Array = NDArray[np.float32]

STEP = 33
"""Milliseconds from one picture to the next, as the landmarker is told: it wants rising stamps and nothing else."""
FLOAT = ctypes.sizeof(ctypes.c_float)
VIDEO_TAKES, IMAGE_TAKES = 6, 5
"""Arguments that the C functions take which find bodies in a film's pictures and in single ones."""


class Found(NamedTuple):
    """One body."""

    place: Array
    """(33, 2) shares of the picture's width and height."""
    metric: Array
    """(33, 3) metres from the hips, camera axes: x right, y down, z away."""
    visibility: Array
    """(33,) 0..1: inside the picture and not hidden."""
    mask: Array | None
    """(height, width) 0..1; the landmarker's own until it is asked again."""


class Landmarker(Protocol):
    """Finds bodies in a picture."""

    def detect(self, pixels: NDArray[np.uint8]) -> list[Found]:
        """Everybody in a picture (height, width, 3), RGB."""

    def close(self) -> None:
        """Give back what it owns."""


def options_of(model: Path | None, confidence: float, following: bool, people: int) -> PoseLandmarkerOptions:
    """What is asked of a landmarker. `following` keeps its own track of whom it has found; else every look is new."""
    return PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model or path_of("pose_landmarker_full.task"))),
        running_mode=RunningMode.VIDEO if following else RunningMode.IMAGE,
        num_poses=people,
        min_pose_detection_confidence=confidence,
        min_pose_presence_confidence=confidence,
        min_tracking_confidence=confidence,
        output_segmentation_masks=True,
    )


def open_landmarker(options: PoseLandmarkerOptions) -> Landmarker:
    """The quickest landmarker that this MediaPipe has. Raises Trouble where its model is none."""
    try:
        try:
            return Direct(options)
        except (AttributeError, ImportError):  # a MediaPipe that is made in another way
            return Plain(options)
    except (RuntimeError, ValueError) as error:
        path = options.base_options.model_asset_path
        raise Trouble(f"{path}: no pose landmarker ({error}); a .task file of MediaPipe's would be right") from error


class Plain:
    """The landmarker as its Python interface has it."""

    def __init__(self, options: PoseLandmarkerOptions) -> None:
        self._task = PoseLandmarker.create_from_options(options)
        self._following = options.running_mode is RunningMode.VIDEO
        self._stamp = 0

    def detect(self, pixels: NDArray[np.uint8]) -> list[Found]:
        image = mp.Image(mp.ImageFormat.SRGB, pixels)
        if self._following:
            self._stamp += STEP
            found = self._task.detect_for_video(image, self._stamp)
        else:
            found = self._task.detect(image)
        masks = found.segmentation_masks or []
        return [
            Found(
                np.array([(p.x, p.y) for p in flat], np.float32),
                np.array([(p.x, p.y, p.z) for p in world], np.float32),
                np.array([min(p.visibility, p.presence) for p in flat], np.float32),
                masks[index].numpy_view().reshape(pixels.shape[:2]) if index < len(masks) else None,
            )
            for index, (flat, world) in enumerate(zip(found.pose_landmarks, found.pose_world_landmarks, strict=True))
        ]

    def close(self) -> None:
        self._task.close()


class Direct:
    """The same landmarker, called and read without a detour; see mediapipe/tasks/c in MediaPipe's own sources."""

    def __init__(self, options: PoseLandmarkerOptions) -> None:
        """Raises AttributeError or ImportError where MediaPipe's C interface is not what we know."""
        from mediapipe.tasks.python.components.containers.landmark_c import MpLandmarkC, MpNormalizedLandmarkC
        from mediapipe.tasks.python.core.mediapipe_c_bindings import load_raw_library

        self._flat = Columns(MpNormalizedLandmarkC, "x", "y", "visibility", "presence")
        self._world = Columns(MpLandmarkC, "x", "y", "z")
        self._result = pose_landmarker.MpPoseLandmarkerResultC()
        mp.Image(mp.ImageFormat.SRGB, np.zeros((1, 1, 3), np.uint8))  # tells the library what its functions take
        self._lib = load_raw_library()
        self._take, self._give_back = self._lib.MpImageCreateFromUint8Data, self._lib.MpImageFree
        self._values, self._forget = self._lib.MpImageDataFloat32, self._lib.MpPoseLandmarkerCloseResult
        self._following = options.running_mode is RunningMode.VIDEO
        self._stamp = 0
        video, image = self._lib.MpPoseLandmarkerDetectForVideo, self._lib.MpPoseLandmarkerDetectImage
        self._detect, takes = (video, VIDEO_TAKES) if self._following else (image, IMAGE_TAKES)
        self._task = PoseLandmarker.create_from_options(options)
        self._handle = getattr(self._task, "_handle", None)
        if self._handle is None or len(self._detect.argtypes) != takes:
            self._task.close()
            raise AttributeError("MediaPipe finds bodies by another function now")

    def detect(self, pixels: NDArray[np.uint8]) -> list[Found]:
        self._let_go()
        image = ctypes.c_void_p()
        high, wide, _ = pixels.shape
        data = np.ascontiguousarray(pixels).ctypes.data_as(ctypes.POINTER(ctypes.c_uint8))
        self._call(self._take, int(mp.ImageFormat.SRGB), wide, high, data, pixels.size, ctypes.byref(image))
        try:
            self._stamp += STEP
            given = (None, self._stamp) if self._following else (None,)  # how to turn the picture, and its time
            self._call(self._detect, self._handle, image, *given, ctypes.byref(self._result))
        finally:
            self._give_back(image)
        return [self._found(index, (high, wide)) for index in range(self._result.pose_landmarks_count)]

    def _found(self, index: int, shape: tuple[int, int]) -> Found:
        result, mask = self._result, None
        flat = self._flat.read(result.pose_landmarks[index])
        if index < result.segmentation_masks_count:
            values = ctypes.POINTER(ctypes.c_float)()
            self._call(self._values, result.segmentation_masks[index], ctypes.byref(values))
            mask = np.ctypeslib.as_array(values, shape)
        world = self._world.read(result.pose_world_landmarks[index])
        return Found(flat[:, :2], world, np.minimum(flat[:, 2], flat[:, 3]), mask)

    def _call(self, function: Any, *given: object) -> None:
        """Raises RuntimeError in the words of MediaPipe when it fails."""
        trouble = ctypes.c_char_p()
        if function(*given, ctypes.byref(trouble)):
            said = trouble.value or b"nothing said"
            self._lib.MpErrorFree(trouble)
            raise RuntimeError(f"MediaPipe: {said.decode(errors='replace')}")

    def _let_go(self) -> None:
        """Give back what was found last."""
        self._forget(ctypes.byref(self._result))
        self._result = type(self._result)()

    def close(self) -> None:
        self._let_go()
        self._task.close()


class Columns:
    """Reads some numbers of every landmark of a body."""

    def __init__(self, landmark: type[ctypes.Structure], *names: str) -> None:
        """`landmark` is the C structure of one. Raises AttributeError where it has no such fields."""
        self._columns = [getattr(landmark, name).offset // FLOAT for name in names]
        self._width = ctypes.sizeof(landmark) // FLOAT

    def read(self, body: Any) -> Array:
        """(landmarks, names) of a C array with its length, copied."""
        numbers = ctypes.cast(body.landmarks, ctypes.POINTER(ctypes.c_float))
        return np.ctypeslib.as_array(numbers, (body.landmarks_count, self._width))[:, self._columns]
