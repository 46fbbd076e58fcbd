"""The help names every key, fits on every wall, and stands there only when somebody asks for it."""

from __future__ import annotations

from typing import Any

import moderngl
import pytest

from installation.interface.key_bindings import KEY_BINDINGS
from installation.stage.gl.canvas_2d import GLCanvas2D
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import SceneGraphics
from installation.stage.overlay.help import CAPS, COLUMN, LEAST_TYPE, PAGE_SECONDS, Help, columns

SIZES = ((1280, 720), (3840, 1080), (640, 360), (720, 1280), (1024, 1024), (300, 220), (400, 420))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_every_key_is_named_within_its_column_and_on_the_wall(context: moderngl.Context, size: tuple[int, int]) -> None:
    shown = Help(size)
    canvas: GLCanvas2D = SceneGraphics(ShaderCache(context), (), size, 1).canvas_2d(*shown.type_sizes)
    lines: list[tuple[str, float, float, float]] = []
    set_text = canvas.text

    def text(words: str, at: tuple[float, float], height: int, *more: Any, **also: Any) -> None:
        lines.append((words, at[0], at[1], canvas.width(words, height)))
        set_text(words, at, height, *more, **also)

    canvas.text = text  # type: ignore[method-assign]
    for page in range(10):
        shown.draw(canvas, page * PAGE_SECONDS)
    height = shown.type_sizes[1]
    helps = {row.help for row in KEY_BINDINGS}
    assert helps <= {words for words, *_ in lines}
    for words, left, baseline, wide in lines:
        assert 0 <= left <= size[0] and height <= baseline <= size[1] - height
        assert height >= LEAST_TYPE, "legible"
        if words in helps:
            assert wide <= (COLUMN - CAPS) * height, f"{words!r} runs into the next column"
    boxes = [mark for marks in canvas._marks for mark in marks if mark[1, 0] == 2]
    assert all(mark[0].min() >= 0 and mark[0, 2] <= size[0] and mark[0, 3] <= size[1] for mark in boxes)


def test_no_group_is_torn_between_two_columns() -> None:
    left, right = columns(KEY_BINDINGS)
    assert [row for _, rows in (*left, *right) for row in rows] == list(KEY_BINDINGS)
    names = [name for name, _ in (*left, *right)]
    assert len(set(names)) == len(names)
