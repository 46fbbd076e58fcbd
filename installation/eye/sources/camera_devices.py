"""Cameras of this machine: the devices that "auto" tries, in their order, and the first of them that answers."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2

MAX_INDEX = 4
"""Indices that are tried where the system does not list its cameras."""


def camera_indices() -> list[int]:
    """Indices of the devices that may be cameras, in the order in which "auto" tries them.

    Linux lists them, among them some that give no pictures; other systems have the first MAX_INDEX.
    """
    if sys.platform == "linux":
        names = (path.name.removeprefix("video") for path in Path("/dev").glob("video[0-9]*"))
        return sorted(int(name) for name in names if name.isdecimal())
    return list(range(MAX_INDEX))


def first_camera() -> int | None:
    """Index of the first camera that gives a picture; None where there is none. Takes seconds for one that hangs."""
    return next((index for index in camera_indices() if _answers(index)), None)


def open_device(source: int | str) -> cv2.VideoCapture:
    """Open a camera by index or path, without OpenCV's own complaints about one that is not there."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)
    return cv2.VideoCapture(source)


def _answers(index: int) -> bool:
    device = open_device(index)
    try:
        return device.isOpened() and device.read()[0]
    finally:
        device.release()
