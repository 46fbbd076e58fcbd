"""The detector beside an eye never holds it up, takes the newest picture, and is missing without harm."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from installation.core.downloads import AssetError
from installation.eye.detection.detector_thread import Detector, PersonDetectorThread
from installation.eye.detection.person_detection import Letterbox, PersonDetection

PATIENCE_SECONDS = 10.0


def picture(grey: int) -> np.ndarray:
    return np.full((90, 160, 3), grey, np.uint8)


class Recorder:
    """Detects one person whose score is the picture's grey; it waits for `goes_on` where that is given."""

    def __init__(self, goes_on: threading.Semaphore | None = None) -> None:
        self.seen: list[int] = []
        self.has_begun = threading.Semaphore(0)
        self.has_ended = threading.Semaphore(0)
        self._goes_on = goes_on

    def detect_in(self, boxed: Letterbox) -> list[PersonDetection]:
        self.has_begun.release()
        if self._goes_on is not None:
            assert self._goes_on.acquire(timeout=PATIENCE_SECONDS)
        grey = int(boxed.pixels[0, 0, 0])
        self.seen.append(grey)
        self.has_ended.release()
        return [PersonDetection(np.zeros(4, np.float32), float(grey), np.zeros((17, 3), np.float32))]


def offered(thread: PersonDetectorThread, times: list[float]) -> Iterator[tuple[float, float] | None]:
    for number, t in enumerate(times):
        thread.offer(picture(number), t)
        latest = thread.latest()
        yield latest and (latest[0], latest[1][0].score)


def test_in_lock_step_each_picture_that_is_due_is_searched_at_once() -> None:
    recorder = Recorder()
    with closing(PersonDetectorThread(2.0, live=False, load=lambda: recorder)) as thread:
        assert thread.latest() is None
        found = list(offered(thread, [0.0, 0.2, 0.4, 0.5, 0.9, 1.1]))
    assert found == [(0.0, 0), (0.0, 0), (0.0, 0), (0.5, 3), (0.5, 3), (1.1, 5)]
    assert recorder.seen == [0, 3, 5]


def test_a_film_that_begins_again_is_searched_at_once() -> None:
    with closing(PersonDetectorThread(2.0, live=False, load=Recorder)) as thread:
        assert list(offered(thread, [10.0, 0.0]))[-1] == (0.0, 1)


def test_live_the_newest_picture_wins_and_none_waits() -> None:
    goes_on = threading.Semaphore(0)
    recorder = Recorder(goes_on)
    with closing(PersonDetectorThread(10.0, live=True, load=lambda: recorder)) as thread:
        thread.offer(picture(0), 0.0)
        assert recorder.has_begun.acquire(timeout=PATIENCE_SECONDS)
        for number in range(1, 6):
            thread.offer(picture(number), float(number))
        assert thread.latest() is None
        goes_on.release(2)
        for _ in range(2):
            assert recorder.has_ended.acquire(timeout=PATIENCE_SECONDS)
    assert recorder.seen == [0, 5]


def test_nothing_is_loaded_before_a_picture_comes() -> None:
    with closing(PersonDetectorThread(2.0, live=True, load=lambda: pytest.fail("loaded too early"))):
        pass


@pytest.mark.parametrize("live", [True, False])
def test_what_cannot_be_loaded_is_said_once_and_harms_nothing(live: bool, caplog: pytest.LogCaptureFixture) -> None:
    has_tried = threading.Event()

    def load() -> Detector:
        has_tried.set()
        raise AssetError("movenet is missing; `visitant setup` brings it")

    with caplog.at_level(logging.WARNING):
        with closing(PersonDetectorThread(2.0, live, load)) as thread:
            for t in range(5):
                thread.offer(picture(0), float(t))
                assert has_tried.wait(PATIENCE_SECONDS)
        assert thread.latest() is None
    assert [record.message for record in caplog.records] == [
        "no detector of people: movenet is missing; `visitant setup` brings it"
    ]


def test_a_detector_that_fails_does_not_end_the_eye(caplog: pytest.LogCaptureFixture) -> None:
    class Failing:
        def detect_in(self, boxed: Letterbox) -> list[PersonDetection]:
            raise RuntimeError("no memory")

    with caplog.at_level(logging.ERROR), closing(PersonDetectorThread(2.0, live=False, load=Failing)) as thread:
        thread.offer(picture(0), 0.0)
        thread.offer(picture(0), 1.0)
        assert thread.latest() is None
    assert len(caplog.records) == 1 and "without it" in caplog.text


def test_the_downloaded_network_is_loaded_by_itself(weights: bytes) -> None:
    with closing(PersonDetectorThread(2.0, live=False)) as thread:
        thread.offer(picture(128), 0.0)
        assert thread.latest() == (0.0, [])
