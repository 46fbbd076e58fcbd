"""A still is kept without the wall waiting for it."""

from __future__ import annotations

from pathlib import Path

import moderngl
import numpy as np
from PIL import Image

from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.screenshot import LATER, ScreenshotWriter, pixels


def test_a_still_shows_what_was_on_the_wall_when_it_was_asked_for(context: moderngl.Context, tmp_path: Path) -> None:
    wall = RenderTarget(context, (64, 32), 4, "f1")
    stills = ScreenshotWriter(context, (64, 32))
    wall.clear(1.0, 0.5, 0.0, 1.0)
    asked = pixels(wall).copy()
    stills.ask(tmp_path / "new" / "a.png")
    for _ in range(LATER + 2):
        stills.take(wall)
        wall.clear(0.0, 0.0, 1.0, 1.0)
    stills.close()
    wall.release()
    assert np.array_equal(np.asarray(Image.open(tmp_path / "new" / "a.png")), asked)
    assert stills.trouble == ""


def test_a_still_that_cannot_be_written_is_said(context: moderngl.Context, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    wall = RenderTarget(context, (8, 8), 4, "f1")
    stills = ScreenshotWriter(context, (8, 8))
    stills.ask(tmp_path / "file" / "a.png")
    for _ in range(LATER + 2):
        stills.take(wall)
    stills.close()
    wall.release()
    assert "a.png: the still can't be written" in stills.trouble
