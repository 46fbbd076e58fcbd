"""The detector beside a running eye: a thread of its own in a live show, inline in lock-step."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from typing import Protocol

from installation.core.errors import UserError
from installation.core.factory import load_factory
from installation.eye.detection.person_detection import Letterbox, PersonDetection, Pixels, letterbox

logger = logging.getLogger(__name__)

DETECTOR = "installation.eye.detection.detector:load_detector"
"""By name: it imports torch, which takes two seconds; the eye does without it until then."""
JOIN_SECONDS = 1.0
"""Time that `close` waits for the thread; one detection takes about a tenth of it."""


class Detector(Protocol):
    """What finds people in a scaled picture."""

    def detect_in(self, boxed: Letterbox) -> list[PersonDetection]: ...


def load_detector() -> Detector:
    """Load the detector. Raises AssetError where the weights are missing or damaged."""
    detector: Detector = load_factory(DETECTOR)()
    return detector


class PersonDetectorThread:
    """Detects people in the newest of the pictures that are offered, so many times a second at most.

    A detector that cannot be loaded is logged once; then nothing is ever detected.
    """

    def __init__(self, rate_hz: float, live: bool, load: Callable[[], Detector] = load_detector) -> None:
        """In a `live` show a thread loads the detector and runs it; otherwise `offer` does, and waits for it."""
        self._pause, self._load, self._live = 1.0 / rate_hz, load, live
        self._detector: Detector | None = None
        self._accepted = -math.inf
        """Time of the last picture that was taken."""
        self._latest: tuple[float, list[PersonDetection]] | None = None
        self._waiting: tuple[float, Letterbox] | None = None
        self._changed = threading.Condition()
        self._is_off = False
        """Whether it is closed or has failed."""
        self._thread: threading.Thread | None = None

    def offer(self, pixels: Pixels, t: float) -> None:
        """Offer a picture (height, width, 3) RGB at show time `t`; it is copied, in its small size, if it is taken.

        A picture that still waits is replaced. In a live show this never waits.
        """
        if self._is_off or self._accepted <= t < self._accepted + self._pause - 1e-6:
            return
        self._accepted = t
        boxed = letterbox(pixels)
        if not self._live:
            self._detect(t, boxed)
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="detector", daemon=True)
            self._thread.start()
        with self._changed:
            self._waiting = t, boxed
            self._changed.notify()

    def latest(self) -> tuple[float, list[PersonDetection]] | None:
        """The people in the last picture that was searched, and the time of that picture; None before the first."""
        return self._latest

    def close(self) -> None:
        """End the thread; nothing is detected any more."""
        with self._changed:
            self._is_off = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_off or self._waiting is not None)
                request, self._waiting = self._waiting, None
            if self._is_off or request is None:
                return
            self._detect(*request)

    def _detect(self, t: float, boxed: Letterbox) -> None:
        try:
            if self._detector is None:
                self._detector = self._load()
            self._latest = t, self._detector.detect_in(boxed)
        except UserError as error:
            self._is_off = True
            logger.warning("no detector of people: %s", error)
        except Exception:  # whatever torch raises ends the detector, and not the eye
            self._is_off = True
            logger.exception("the detector of people fails; people are found without it")
