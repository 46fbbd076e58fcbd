"""A camera is asked for what the venue says, reports what it gives, and is found out where it lies."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import ClassVar

import cv2
import numpy as np
import pytest

from installation.eye.sources import camera_controls, camera_devices, camera_reader
from installation.eye.sources.camera_reader import CameraReader
from installation.eye.sources.frames import SourceError
from installation.eye.sources.kinds import is_live, open_reader, resolve_auto
from installation.venue.camera_section import CameraSection


class FakeCamera:
    """Stands in for OpenCV's camera: `script` gives its answers, `given` what the driver makes of a property."""

    script: Callable[[], tuple[bool, object]] = staticmethod(lambda: (False, None))
    opened = True
    given: ClassVar[dict[int, float]] = {}

    def __init__(self, *_: object) -> None:
        self.properties: dict[int, float] = {cv2.CAP_PROP_FPS: 30.0}
        self.order: list[int] = []

    def isOpened(self) -> bool:
        return self.opened

    def set(self, key: int, value: float) -> bool:
        self.properties[key] = self.given.get(key, value)
        self.order.append(key)
        return True

    def get(self, key: int) -> float:
        return self.properties.get(key, self.given.get(key, 0.0))

    def getBackendName(self) -> str:
        return "V4L2"

    def read(self) -> tuple[bool, object]:
        return type(self).script()

    def release(self) -> None:
        pass


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((False, None), "no more pictures"),
        ((True, None), "no more pictures"),
        ((True, np.zeros((0, 0, 3), np.uint8)), "pixels"),
        ((True, np.zeros((1, 9000, 3), np.uint8)), "pixels"),
        ((True, np.zeros((480, 640), np.uint8)), "shape"),
        ((True, np.zeros((480, 640, 2), np.uint8)), "shape"),
        ((True, np.zeros((480, 640, 3), np.uint8)), "repeats its last picture"),
    ],
)
def test_a_camera_that_lies_is_found_out(
    monkeypatch: pytest.MonkeyPatch, answer: tuple[bool, object], said: str
) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", FakeCamera)
    monkeypatch.setattr(FakeCamera, "script", staticmethod(lambda: answer))
    monkeypatch.setattr(camera_reader, "FROZEN_SECONDS", 0.02)
    with pytest.raises(SourceError, match=said):
        for _ in CameraReader(0, CameraSection()):
            time.sleep(0.001)


def fake_camera(monkeypatch: pytest.MonkeyPatch, **given: float) -> list[FakeCamera]:
    """Cameras that answer, and to which the driver gives what is in `given`, by OpenCV's names of properties."""
    made: list[FakeCamera] = []

    def make(*arguments: object) -> FakeCamera:
        made.append(FakeCamera(*arguments))
        return made[-1]

    monkeypatch.setattr(FakeCamera, "given", {getattr(cv2, f"CAP_PROP_{name}"): value for name, value in given.items()})
    monkeypatch.setattr(cv2, "VideoCapture", make)
    return made


def test_format_size_and_rate_are_asked_for_and_reported_as_the_driver_gives_them(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = fake_camera(monkeypatch, FRAME_WIDTH=1280, FRAME_HEIGHT=720, FPS=15.0)
    reader = CameraReader(2, CameraSection(size=(1920, 1080), rate=30.0))
    assert reader.rate == 15.0
    assert reader.description == "1280x720 MJPG at 15/s (asked for 1920x1080 30/s)"
    assert f"camera 2 gives {reader.description}" in caplog.text
    # A driver offers sizes by format, and rates by size.
    asked = [cv2.CAP_PROP_FOURCC, cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT, cv2.CAP_PROP_FPS]
    assert [key for key in made[0].order if key in asked] == asked


@pytest.mark.parametrize(
    ("settings", "expected"),
    [({"size": (640, 480)}, 0.0), ({"size": (640, 480), "fourcc": "YUYV"}, cv2.VideoWriter.fourcc(*"YUYV")), ({}, 0.0)],
)
def test_a_compressed_format_is_asked_for_only_where_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], expected: float
) -> None:
    made = fake_camera(monkeypatch)
    CameraReader(0, CameraSection.model_validate(settings))
    assert made[0].get(cv2.CAP_PROP_FOURCC) == expected


def test_a_control_is_set_and_one_that_the_driver_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    made = fake_camera(monkeypatch, FOCUS=0.0)
    reader = CameraReader(0, CameraSection(exposure=120.0, focus=30.0))
    assert made[0].get(cv2.CAP_PROP_AUTO_EXPOSURE) == 1.0  # manual, in Video4Linux
    assert made[0].get(cv2.CAP_PROP_EXPOSURE) == 120.0
    assert reader.description.endswith("the driver does not take focus")


def test_what_a_camera_has_chosen_is_held_after_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    made = fake_camera(monkeypatch, AUTO_WB=1.0)
    monkeypatch.setattr(camera_controls, "HOLD_SECONDS", 0.0)
    pictures = itertools.count()
    monkeypatch.setattr(
        FakeCamera, "script", staticmethod(lambda: (True, np.full((480, 640, 3), next(pictures) % 99, np.uint8)))
    )
    reader = CameraReader(0, CameraSection(exposure="hold", white_balance="hold"))
    made[0].properties |= {cv2.CAP_PROP_AUTO_EXPOSURE: 3.0, cv2.CAP_PROP_EXPOSURE: 77.0}
    next(iter(reader))
    assert made[0].get(cv2.CAP_PROP_AUTO_EXPOSURE) == 1.0 and made[0].get(cv2.CAP_PROP_EXPOSURE) == 77.0
    assert "does not let white_balance be held" in reader.description


def test_auto_is_the_first_camera_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_devices, "camera_indices", lambda: [0, 1, 4])

    class SomeCameras(FakeCamera):
        def __init__(self, index: int) -> None:
            super().__init__()
            self.opened, self.picture = index > 0, index == 4  # the second gives metadata, no pictures

        def read(self) -> tuple[bool, object]:
            return self.picture, np.zeros((48, 64, 3), np.uint8)

    monkeypatch.setattr(cv2, "VideoCapture", SomeCameras)
    assert resolve_auto() == 4 and is_live("auto")


def test_a_camera_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cv2, "VideoCapture", FakeCamera)
    monkeypatch.setattr(FakeCamera, "opened", False)
    with pytest.raises(SourceError, match="camera 7 does not answer"):
        open_reader(7, 30.0, None)
