"""Drawing context: makes shaders, targets, textures, buffers and text for one owner, and releases them together."""

from __future__ import annotations

import inspect
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import moderngl
import numpy as np

from installation.interface.graphics import PixelFormat, Primitive, Wrap
from installation.stage.gl.canvas_2d import GLCanvas2D
from installation.stage.gl.glsl_source import LIBRARY_SHADERS
from installation.stage.gl.render_pass import FULL_SCREEN, NO_UNIFORMS, Geometry, RenderPass, UniformSource
from installation.stage.gl.shader_cache import SCREEN, ShaderCache, ShaderFiles, ShaderProgram
from installation.stage.gl.target import RenderTarget, TargetFormat, make_odd

STAGE_FOLDER = Path(__file__).parents[1]
"""The files of this package and of those beside it."""
COARSEST_SCALE = 0.28
"""Share of the canvas's width and height below which dynamic resolution stops: pixels would be visible."""


class Releasable(Protocol):
    """An object on the graphics card."""

    def release(self) -> Any:
        """Give its memory back."""


Owned = TypeVar("Owned", bound=Releasable)


# Sixteen methods: what a scene draws with, and the resizing of all of it.
class DrawingContext:
    """What the stage, or one scene, draws with; its methods are described in `installation.interface.graphics`."""

    def __init__(self, shader_cache: ShaderCache, folders: Sequence[Path], size: tuple[int, int], seed: int) -> None:
        """`folders` are searched for shaders, before the library; `size` is the canvas in pixels."""
        self.size = size
        self.seed = seed
        self.random = np.random.default_rng(seed)
        self.folders = tuple(folders)
        self.shader_cache = shader_cache
        self.shaders: list[ShaderProgram] = []
        """The programs of all shaders that were made here."""
        self.passes: list[RenderPass] = []
        """The render passes of `shaders`."""
        self.host: UniformSource = NO_UNIFORMS
        """Gives the uniforms that a draw call leaves out."""
        self.quality = 1.0
        """Share of the width and height that targets with dynamic resolution have."""
        self._owned: list[Releasable] = []
        # Of the same format as most targets: software drivers compile a program again for another sampler format.
        self._blank = self.texture(np.zeros((3, 3, 4), np.uint8), smooth=True)
        self._resizable: list[tuple[RenderTarget, float]] = []
        """Targets with dynamic resolution, and their share of the canvas at full quality."""
        self._copy: RenderPass | None = None

    @property
    def context(self) -> moderngl.Context:
        """The GL context of everything made here."""
        return self.shader_cache.context

    @property
    def drawable(self) -> bool:
        """Whether every shader has a program, of an earlier source where the newest does not compile."""
        return all(shader.program is not None for shader in self.shaders)

    @property
    def revision(self) -> int:
        """Increases whenever one of the shaders is replaced."""
        return sum(shader.revision for shader in self.shaders)

    def shader(self, fragment: str) -> RenderPass:
        return self._render_pass(SCREEN, fragment, FULL_SCREEN)

    # Seven arguments: a scene's author types them by name, each a property of the draw call.
    def geometry(
        self,
        vertex: str,
        fragment: str,
        mode: Primitive = "points",
        count: int = 0,
        buffers: Sequence[tuple[Any, ...]] = (),
        index: moderngl.Buffer | None = None,
        depth: bool = False,
    ) -> RenderPass:
        return self._render_pass(vertex, fragment, Geometry(mode, count, buffers, index, depth))

    def _render_pass(self, vertex: str, fragment: str, geometry: Geometry) -> RenderPass:
        files = ShaderFiles(vertex, fragment, (*self.folders, LIBRARY_SHADERS))
        shader = self.shader_cache.find(files) or self.shader_cache.get(files, _calling_line())
        self.shaders.append(shader)
        made = self.own(RenderPass(shader, self._blank, geometry, self.host))
        self.passes.append(made)
        return made

    # Nine arguments: a scene's author types them by name, each a property of the texture.
    def target(
        self,
        scale: float = 1.0,
        size: tuple[int, int] | None = None,
        components: int = 4,
        kind: PixelFormat = "f2",
        smooth: bool = True,
        wrap: Wrap = "clamp",
        depth: bool = False,
        samples: int = 0,
        dynamic_resolution: bool = False,
    ) -> RenderTarget:
        pixel_format = TargetFormat(components, kind, smooth, wrap, depth, samples)
        made = self.own(RenderTarget(self.context, size or self._scaled(scale, dynamic_resolution), pixel_format))
        if dynamic_resolution and size is None:
            self._resizable.append((made, scale))
            self._copy = self._copy or self.shader("copy.frag")
            if self.quality != 1.0:
                made.resize(self._scaled_by(scale, self.quality), self._copy)
        return made

    def copy(self, onto: RenderTarget, picture: RenderTarget) -> None:
        """Draw a picture over all of `onto`."""
        self._copy = self._copy or self.shader("copy.frag")
        self._copy(onto, picture=picture)

    def _scaled(self, scale: float, resizable: bool) -> tuple[int, int]:
        """The canvas's size in pixels times `scale`; odd where it may change."""
        wide, high = (max(1, round(side * scale)) for side in self.size)
        return (make_odd(wide), make_odd(high)) if resizable else (wide, high)

    def _scaled_by(self, scale: float, quality: float) -> tuple[int, int]:
        """The size in pixels of a target with dynamic resolution that has this share of the canvas at full quality."""
        return self._scaled(max(scale * quality, min(scale, COARSEST_SCALE)), True)

    def rescale(self, quality: float) -> None:
        """Resize the targets with dynamic resolution to this share of their width and height, at least COARSEST_SCALE
        of the canvas where they were larger."""
        if quality != self.quality and self._copy is not None:
            for target, scale in self._resizable:
                target.resize(self._scaled_by(scale, quality), self._copy)
        self.quality = quality

    def texture(self, values: np.ndarray, smooth: bool = False, wrap: Wrap = "clamp") -> moderngl.Texture:
        high, wide, components = values.shape
        kind = {"float32": "f4", "float16": "f2", "uint8": "f1"}[str(values.dtype)]
        texture = self.context.texture((wide, high), components, values.tobytes(), dtype=kind, alignment=1)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR) if smooth else (moderngl.NEAREST, moderngl.NEAREST)
        texture.repeat_x = texture.repeat_y = wrap == "repeat"
        return self.own(texture)

    def buffer(self, values: np.ndarray) -> moderngl.Buffer:
        return self.own(self.context.buffer(np.ascontiguousarray(values).tobytes()))

    def canvas_2d(self, *type_sizes: int) -> GLCanvas2D:
        draw = self.geometry("canvas_2d.vert", "canvas_2d.frag", "triangle_strip", 4)
        return self.own(GLCanvas2D(draw, self.size, type_sizes))

    def own(self, made: Owned) -> Owned:
        """Release `made` together with all else; returns it."""
        self._owned.append(made)
        return made

    def release(self) -> None:
        """Release all that was made here, the shared shader programs excepted."""
        for made in reversed(self._owned):
            made.release()
        self._owned.clear()


def _calling_line() -> str:
    """File and line of the scene that calls into the stage; empty where the program calls itself."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_code.co_filename.startswith(f"{STAGE_FOLDER}{os.sep}"):
        frame = frame.f_back
    if frame is None or frame.f_code.co_filename.startswith(f"{STAGE_FOLDER.parent}{os.sep}"):
        return ""
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
