"""Reader of a camera through OpenCV: format, size and rate are asked for and reported as the driver gives them."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import cv2
import numpy as np

from installation.eye.sources.camera_controls import CameraControls
from installation.eye.sources.camera_devices import open_device
from installation.eye.sources.frames import Pixels, SourceError, checked
from installation.venue.camera_section import CameraSection

logger = logging.getLogger(__name__)

FROZEN_SECONDS = 2.0
"""Seconds of identical pictures after which a camera counts as stalled: an unplugged one may send its last for ever."""
COMPRESSED_FROM_PX = 1280 * 720
"""Pixels from which on a compressed format is asked for: uncompressed, USB 2 carries 10 such pictures a second."""
COMPRESSED_FOURCC = "MJPG"
NOT_AS_ASKED = "asked for"
"""Words in the description of a camera that gives something else than it was asked for."""
REFUSED = "the driver does not"
"""Words in that of a camera with a control that its driver does not set or hold."""
RATE_TOLERANCE = 0.02
"""Share by which the rate may differ from the one asked for."""


class CameraReader:
    """Reads a camera by index or stable path."""

    def __init__(self, source: int | str, camera: CameraSection) -> None:
        """Asks for format, size and rate of the venue's section. Raises SourceError where no camera answers."""
        self._name = f"camera {source}"
        self._device = open_device(source)
        if not self._device.isOpened():
            self._device.release()
            raise SourceError(f"{self._name} does not answer; `visitant check` lists the cameras that do")
        fourcc = _fourcc(camera)
        if fourcc:
            # First, because a driver offers sizes and rates by format.
            self._device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*fourcc))
        if camera.size is not None:
            self._device.set(cv2.CAP_PROP_FRAME_WIDTH, camera.size[0])
            self._device.set(cv2.CAP_PROP_FRAME_HEIGHT, camera.size[1])
        self._device.set(cv2.CAP_PROP_FPS, camera.rate)
        self._device.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        self._controls = CameraControls(self._device, camera)
        given = self._device.get(cv2.CAP_PROP_FPS)
        self.rate = given if given > 0.0 else camera.rate
        self.description = self._report(camera, fourcc)

    def _report(self, camera: CameraSection, fourcc: str) -> str:
        """Log what the camera gives, with what was asked for where it differs; return that text."""
        size = tuple(round(self._device.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        code = fourcc_text(self._device.get(cv2.CAP_PROP_FOURCC))
        asked = []
        if camera.size is not None and size != camera.size:
            asked.append(f"{camera.size[0]}x{camera.size[1]}")
        if fourcc and code and code != fourcc:
            asked.append(fourcc)
        if abs(self.rate / camera.rate - 1.0) > RATE_TOLERANCE:
            asked.append(f"{camera.rate:.4g}/s")
        text = " ".join(filter(None, (f"{size[0]}x{size[1]}", code, f"at {self.rate:.4g}/s")))
        if asked:
            text += f" ({NOT_AS_ASKED} {' '.join(asked)})"
        refused = self._controls.refused
        if refused:
            text += f"; {REFUSED} take {', '.join(refused)}"
        logger.log(logging.WARNING if asked or refused else logging.INFO, "%s gives %s", self._name, text)
        return text

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        start = last_change = time.perf_counter()
        last_sample: Pixels | None = None
        while True:
            succeeded, bgr = self._device.read()
            if not succeeded or bgr is None:
                raise SourceError(f"{self._name} gives no more pictures")
            picture = checked(np.asarray(bgr, np.uint8), self._name)
            now = time.perf_counter()
            sample = picture[::16, ::16].copy()
            if last_sample is None or not np.array_equal(sample, last_sample):
                last_change, last_sample = now, sample
            elif now - last_change > FROZEN_SECONDS:
                raise SourceError(f"{self._name} repeats its last picture")
            if refused := self._controls.hold(now - start):
                self.description += f"; {REFUSED} let {', '.join(refused)} be held"
                logger.warning(f"%s: {REFUSED} let %s be held", self._name, ", ".join(refused))
            yield now - start, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)

    def close(self) -> None:
        self._device.release()


def _fourcc(camera: CameraSection) -> str:
    """The pixel format to ask for; empty for the driver's own choice."""
    if camera.fourcc or camera.size is None:
        return camera.fourcc
    return COMPRESSED_FOURCC if camera.size[0] * camera.size[1] >= COMPRESSED_FROM_PX else ""


def fourcc_text(code: float) -> str:
    """The four letters of a format's code; empty where the driver gives none."""
    number = int(code)
    letters = "".join(chr(number >> shift & 0xFF) for shift in (0, 8, 16, 24)) if number > 0 else ""
    return letters if letters.isascii() and letters.isprintable() else ""
