"""A still is kept without the wall waiting for it."""

from __future__ import annotations

from pathlib import Path

import moderngl
import numpy as np
from PIL import Image

from installation.core.faults import FaultBoard
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.screenshot import READ_DELAY_FRAMES, ScreenshotWriter, read_pixels


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
