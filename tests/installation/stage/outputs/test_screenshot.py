"""A still is kept without the wall waiting for it."""

from __future__ import annotations

from pathlib import Path

import moderngl
import numpy as np
import pytest
from PIL import Image

from installation.core.faults import FaultBoard
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs import screenshot
from installation.stage.outputs.screenshot import MAX_WAITING, READ_DELAY_FRAMES, ScreenshotWriter, read_pixels


def test_a_still_shows_what_was_on_the_wall_when_it_was_asked_for(
    context: moderngl.Context, tmp_path: Path, faults: FaultBoard
) -> None:
    wall = RenderTarget(context, (64, 32), BYTES)
    stills = ScreenshotWriter(context, (64, 32))
    wall.clear(1.0, 0.5, 0.0, 1.0)
    asked = read_pixels(wall).copy()
    stills.request(tmp_path / "new" / "a.png")
    for _ in range(READ_DELAY_FRAMES + 2):
        stills.take(wall)
        wall.clear(0.0, 0.0, 1.0, 1.0)
    stills.close()
    wall.release()
    assert np.array_equal(np.asarray(Image.open(tmp_path / "new" / "a.png")), asked)
    assert faults.present == ()


def test_a_still_that_cannot_be_written_is_said(context: moderngl.Context, tmp_path: Path, faults: FaultBoard) -> None:
    (tmp_path / "file").write_text("")
    wall = RenderTarget(context, (8, 8), BYTES)
    stills = ScreenshotWriter(context, (8, 8))
    stills.request(tmp_path / "file" / "a.png")
    for _ in range(READ_DELAY_FRAMES + 2):
        stills.take(wall)
    stills.close()
    wall.release()
    assert "a.png: the screenshot can't be written" in faults.present[0]


def test_stills_of_one_name_are_all_kept_and_too_many_requests_have_no_effect(
    context: moderngl.Context, tmp_path: Path, faults: FaultBoard
) -> None:
    wall = RenderTarget(context, (8, 8), BYTES)
    stills = ScreenshotWriter(context, (8, 8))
    for _ in range(50):
        stills.request(tmp_path / "a.png")
    for _ in range(MAX_WAITING):
        for _ in range(READ_DELAY_FRAMES + 1):
            stills.take(wall)
        stills.finish()
    for _ in range(20):
        stills.take(wall)
    stills.close()
    wall.release()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.png", "a-3.png", "a-4.png", "a.png"]
    assert faults.present == ()


def test_a_folder_full_of_pictures_takes_no_further_still(
    context: moderngl.Context, tmp_path: Path, faults: FaultBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screenshot, "MAX_FILES", 1)
    (tmp_path / "b.png").touch()
    wall = RenderTarget(context, (8, 8), BYTES)
    stills = ScreenshotWriter(context, (8, 8))
    stills.request(tmp_path / "a.png")
    for _ in range(READ_DELAY_FRAMES + 2):
        stills.take(wall)
    stills.close()
    wall.release()
    assert "holds 1 pictures" in faults.present[0]
    assert [path.name for path in tmp_path.iterdir()] == ["b.png"]
