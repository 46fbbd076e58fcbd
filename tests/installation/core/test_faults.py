"""A fault is reported once when it begins and once when it ends, to the log and to every subscriber."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from installation.core.faults import Fault, FaultBoard, FaultSet

logger = logging.getLogger("installation.test")


@pytest.fixture
def board() -> Iterator[FaultBoard]:
    board = FaultBoard()
    yield board
    board.close()


def test_a_fault_is_logged_once_however_often_it_is_set(board: FaultBoard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="installation")
    fault = Fault(logger)
    for _ in range(3):
        fault.set("camera 1: no picture")
    fault.clear()
    fault.clear()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "camera 1: no picture"),
        ("INFO", "over: camera 1: no picture"),
    ]


def test_a_board_has_the_present_faults_the_oldest_first(board: FaultBoard) -> None:
    camera, shader, other = Fault(logger), Fault(logger, logging.ERROR), Fault(logger)
    camera.set("camera 1: no picture")
    shader.set("tide.frag:12: syntax error")
    other.set("camera 1: no picture")
    assert board.present == ("camera 1: no picture", "tide.frag:12: syntax error")
    shader.set("tide.frag:14: syntax error")
    camera.clear()
    assert board.present == ("tide.frag:14: syntax error", "camera 1: no picture")
    other.clear()
    shader.clear()
    assert list(board.present) == []


def test_a_board_has_apart_what_is_written_over_the_picture(board: FaultBoard) -> None:
    Fault(logger).set("camera 1: no picture")
    shader, files = Fault(logger, of_picture=True), FaultSet(logger, of_picture=True)
    shader.set("tide.frag:12: syntax error")
    files.set(["puck.glb: no mesh"])
    assert board.of_picture == ("tide.frag:12: syntax error", "puck.glb: no mesh") == board.present[1:]
    shader.clear()
    assert list(board.of_picture) == ["puck.glb: no mesh"]


def test_a_closed_board_receives_nothing(board: FaultBoard) -> None:
    board.close()
    Fault(logger).set("too late")
    assert board.present == ()


def test_of_several_faults_only_those_that_begin_or_end_are_reported(
    board: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="installation")
    faults = FaultSet(logger)
    faults.set(["cues.toml:3: number", "cues.toml:9: scene"])
    faults.set(["cues.toml:9: scene", "cues.toml:12: fade"])
    assert faults.texts == board.present == ("cues.toml:9: scene", "cues.toml:12: fade")
    faults.clear()
    assert list(board.present) == []
    lines = [record.getMessage() for record in caplog.records]
    assert lines.count("cues.toml:9: scene") == 1 and lines.count("over: cues.toml:3: number") == 1


def test_a_component_that_closes_withdraws_its_faults_without_calling_them_over(
    board: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="installation")
    fault, faults = Fault(logger), FaultSet(logger)
    fault.set("camera 1: no picture")
    faults.set(["cues.toml:3: number"])
    fault.withdraw()
    faults.withdraw()
    assert board.present == faults.texts == () and not fault
    assert not any("over" in record.getMessage() for record in caplog.records)
