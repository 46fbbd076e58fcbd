"""2-D canvas: text, lines and boxes in pixels, drawn in one render pass."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import moderngl
import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFont

from installation.interface.graphics import Align, Rgba, Target
from installation.stage.gl.render_pass import RenderPass

Array = NDArray[np.float32]

MAX_MARKS = 4096
"""Letters, strokes and boxes of one frame; those beyond are not drawn."""
MAX_CACHED_TEXTS = 512
"""Pieces of text whose layout is cached."""
LETTERS = "".join(chr(code) for code in range(33, 127)) + "°±·×…‘’“”"
"""Characters of the font atlas."""
GLYPH = 0
"""Kind of mark: a letter of the atlas."""
STROKE = 1
"""Kind of mark: a line with round ends."""
BOX = 2
"""Kind of mark: a filled rectangle."""


class GLCanvas2D:
    """Collects marks through a frame in canvas pixels (x right, y up), then draws them in their order.

    Each call is cheap; the layout of text is cached. Made by `DrawingContext.canvas_2d`.
    """

    def __init__(self, draw: RenderPass, size: tuple[int, int], type_sizes: Sequence[int]) -> None:
        """`draw` is canvas_2d.vert and canvas_2d.frag; `type_sizes` are the heights of the text in pixels."""
        self._draw = draw
        self._size = size
        self._fonts = {height: _load_font(height) for height in sorted({max(1, height) for height in type_sizes})}
        self._cells, atlas = _make_atlas(self._fonts)
        context = draw.shader.program.ctx if draw.shader.program is not None else moderngl.get_context()
        self._atlas = context.texture(atlas.shape[::-1], 1, atlas.tobytes(), alignment=1)
        self._atlas.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self._table = context.texture((3, MAX_MARKS), 4, dtype="f4")
        self._marks: list[Array] = []
        self._layout = lru_cache(MAX_CACHED_TEXTS)(self._lay_out)

    def text(
        self, words: str, at: tuple[float, float], height: int, ink: Rgba, align: Align = "left", spacing: float = 0.0
    ) -> None:
        """One line with its baseline at `at`, in the nearest of the type sizes.

        `spacing` is added between letters, in heights. Letters that the font does not have are left out.
        """
        height = self._nearest_size(height)
        laid_out, wide = self._layout(words, height, spacing)
        marks = laid_out.copy()
        x = round(at[0] - wide * {"left": 0.0, "centre": 0.5, "right": 1.0}[align])
        marks[:, 0, [0, 2]] += x
        marks[:, 0, [1, 3]] += round(at[1])
        marks[:, 2] = ink
        self._marks.append(marks)

    def width(self, words: str, height: int, spacing: float = 0.0) -> float:
        """Width of `text` in pixels."""
        return self._layout(words, self._nearest_size(height), spacing)[1]

    def _nearest_size(self, height: int) -> int:
        return min(self._fonts, key=lambda known: abs(known - height))

    def line(self, points: ArrayLike, width: float, ink: Rgba, closed: bool = False) -> None:
        """A line `width` pixels wide through (n, 2) points."""
        points = np.asarray(points, np.float32)
        after = np.roll(points, -1, axis=0)
        self._add(STROKE, np.hstack([points, after])[: len(points) if closed else -1], width, 0.0, ink)

    def lines(self, ends: ArrayLike, width: float, ink: Rgba) -> None:
        """Separate lines, (n, 4) as x, y to x, y."""
        self._add(STROKE, np.asarray(ends, np.float32), width, 0.0, ink)

    def dots(self, points: ArrayLike, width: float, ink: Rgba) -> None:
        """Discs `width` pixels wide at (n, 2) points."""
        points = np.asarray(points, np.float32)
        self._add(STROKE, np.hstack([points, points]), width, 0.0, ink)

    def ring(self, middle: tuple[float, float], radius: float, width: float, ink: Rgba) -> None:
        """A circle drawn with a line of this width."""
        turns = np.linspace(0.0, 2.0 * np.pi, max(12, round(2.0 * radius**0.5) * 4), endpoint=False)
        self.line(np.stack([np.cos(turns), np.sin(turns)], axis=1) * radius + middle, width, ink, closed=True)

    def box(self, left: float, bottom: float, right: float, top: float, ink: Rgba, rounding: float = 0.0) -> None:
        """A filled rectangle."""
        self._add(BOX, np.array([[left, bottom, right, top]], np.float32), 0.0, rounding, ink)

    def _add(self, kind: int, ends: Array, width: float, radius: float, ink: Rgba) -> None:
        marks = np.empty((len(ends), 3, 4), np.float32)
        marks[:, 0], marks[:, 1], marks[:, 2] = ends, (kind, width, radius, 0.0), ink
        self._marks.append(marks)

    def _lay_out(self, words: str, height: int, spacing: float) -> tuple[Array, float]:
        """(n, 3, 4) marks of the letters with the start of the baseline at the origin, and their width in pixels."""
        font, x, marks = self._fonts[height], 0.0, []
        for letter in words:
            if (cell := self._cells.get((height, letter))) is not None:
                u, v, wide, high, left, bottom = cell
                left += round(x)
                marks.append([[left, bottom, left + wide, bottom + high], [GLYPH, u, v, 0], [0] * 4])
            x += font.getlength(letter) + spacing * height
        return np.array(marks, np.float32).reshape(-1, 3, 4), x - (spacing * height if words else 0.0)

    def draw(self, onto: Target) -> None:
        """Draw all marks over the content of `onto`, and remove them."""
        if self._marks:
            marks = np.concatenate(self._marks)[:MAX_MARKS]
            self._marks.clear()
            self._table.write(np.ascontiguousarray(marks).tobytes(), viewport=(0, 0, 3, len(marks)))
            self._draw(
                onto,
                blend="alpha",
                vertices=4,
                instances=len(marks),
                marks=self._table,
                type=self._atlas,
                size=self._size,
            )

    def release(self) -> None:
        self._atlas.release()
        self._table.release()


def _load_font(height: int) -> ImageFont.FreeTypeFont:
    """The font that comes with Pillow (Aileron); raises RuntimeError for a Pillow that cannot scale it."""
    font = ImageFont.load_default(height)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow was built without FreeType and cannot set type; install Pillow from PyPI")
    return font


Cell = tuple[int, int, int, int, int, int]
"""A letter in the atlas (x, y, width, height; top row first), and its lower left corner relative to the pen."""


def _make_atlas(fonts: dict[int, ImageFont.FreeTypeFont]) -> tuple[dict[tuple[int, str], Cell], NDArray[np.uint8]]:
    """The cell of every letter in every size, and the atlas (height, width) that holds them."""
    wide, gap = 1024, 1
    cells: dict[tuple[int, str], Cell] = {}
    drawn: list[tuple[ImageFont.FreeTypeFont, str, int, int]] = []
    x, y, row = gap, gap, 0
    for height, font in fonts.items():
        for letter in LETTERS:
            left, top, right, bottom = (int(edge) for edge in font.getbbox(letter, anchor="ls"))
            if x + right - left + gap > wide:
                x, y, row = gap, y + row + gap, 0
            cells[height, letter] = (x, y, right - left, bottom - top, left, -bottom)
            drawn.append((font, letter, x - left, y - top))
            x, row = x + right - left + gap, max(row, bottom - top)
    atlas = Image.new("L", (wide, y + row + gap))
    pen = ImageDraw.Draw(atlas)
    for font, letter, left, base in drawn:
        pen.text((left, base), letter, fill=255, font=font, anchor="ls")
    return cells, np.asarray(atlas)
