"""A pass draws one shader on one target, its uniforms given by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import moderngl
import numpy as np

from installation.stage.gl.shader_cache import ShaderProgram
from installation.stage.gl.target import RenderTarget

Blend = Literal["add", "alpha", "over"]
Face = Literal["front", "back"]
Primitive = Literal["points", "lines", "line_strip", "triangles", "triangle_strip", "triangle_fan"]

MODES: dict[Primitive, int] = {
    "points": moderngl.POINTS,
    "lines": moderngl.LINES,
    "line_strip": moderngl.LINE_STRIP,
    "triangles": moderngl.TRIANGLES,
    "triangle_strip": moderngl.TRIANGLE_STRIP,
    "triangle_fan": moderngl.TRIANGLE_FAN,
}
BLENDS = {
    "add": (moderngl.ONE, moderngl.ONE),
    "alpha": (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA),
    "over": (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA),
}
SAMPLERS = frozenset({0x8B5E, 0x8DCA, 0x8DD2})
"""GL_SAMPLER_2D, GL_INT_SAMPLER_2D, GL_UNSIGNED_INT_SAMPLER_2D."""
FLOATS = frozenset({0x1406, 0x8B50, 0x8B51, 0x8B52, 0x8B5A, 0x8B5B, 0x8B5C})
"""GL_FLOAT, vec2..4, mat2..4; every other plain uniform takes whole numbers."""


class RenderPass:
    """A shader ready to draw. Made by a `SceneGraphics`, which gives it back.

    Called with the target first. Keyword arguments are uniforms by name: numbers, bools, tuples, arrays, and targets
    or textures for samplers. A uniform that the shader does not use is passed over; a sampler that is not given reads
    black; `resolution` (vec2, the drawn size in pixels) is set by itself.
    """

    def __init__(
        self,
        shader: ShaderProgram,
        blank: moderngl.Texture,
        mode: Primitive = "triangles",
        vertices: int = 3,
        buffers: Sequence[tuple[Any, ...]] = (),
        index: moderngl.Buffer | None = None,
        depth: bool = False,
    ) -> None:
        self.shader = shader
        self.mode = mode
        self.vertices = vertices
        self._screen = not buffers and shader.recipe.vertex == "screen.vert"
        self._blank = blank
        self._buffers = list(buffers)
        self._index = index
        self._depth = depth
        self._edition = -1
        self._array: moderngl.VertexArray | None = None
        self._values: dict[str, Callable[[Any], None]] = {}
        self._units: dict[str, int] = {}

    def __call__(
        self,
        onto: RenderTarget | moderngl.Framebuffer,
        *,
        blend: Blend | None = None,
        cull: Face | None = None,
        clear: tuple[float, ...] | None = None,
        vertices: int | None = None,
        instances: int = 1,
        **uniforms: Any,
    ) -> None:
        """Draw on `onto`, over what is there; nothing is drawn while the shader has never compiled.

        `clear` fills the target first. `blend` "add" adds, "alpha" lays over by the alpha channel,
        "over" lays over what is multiplied by it already. `cull` leaves out triangles that show us this side, front
        being where their corners run counter-clockwise on the canvas. Raises ValueError
        for a uniform of the wrong shape, and where a pass that blends or draws geometry reads its own target.
        """
        if self.shader.program is None or instances < 1 or vertices == 0:
            return
        if self._edition != self.shader.edition:
            self._prepare()
        assert self._array is not None
        context = self._array.ctx
        reads_itself = self._bind(uniforms, onto)
        if reads_itself and (blend is not None or clear is not None or not self._screen):
            raise ValueError(f"{self.shader.recipe.name}: only a full-screen pass that neither blends nor clears may "
                             "read the target on which it draws")  # fmt: skip
        frame, size = self._open(onto, reads_itself)
        frame.use()
        if clear is not None:
            frame.viewport = (0, 0, *frame.size)
            frame.clear(*clear)
        frame.viewport = (0, 0, *size)
        if (set_resolution := self._values.get("resolution")) is not None:
            set_resolution((float(size[0]), float(size[1])))
        if blend is not None:
            context.enable(moderngl.BLEND)
            context.blend_func = BLENDS[blend]
        if self.mode == "points":
            context.enable(moderngl.PROGRAM_POINT_SIZE)
        if self._depth:
            context.enable(moderngl.DEPTH_TEST)
        if cull is not None:
            context.enable(moderngl.CULL_FACE)
            context.cull_face = cull
        try:
            self._array.render(MODES[self.mode], vertices=self.vertices if vertices is None else vertices,
                               instances=instances)  # fmt: skip
        finally:
            if blend is not None:
                context.disable(moderngl.BLEND)
            if self._depth:
                context.disable(moderngl.DEPTH_TEST)
            if cull is not None:
                context.disable(moderngl.CULL_FACE)
                context.cull_face = "back"
        if reads_itself:
            assert isinstance(onto, RenderTarget)
            onto.swap()

    def _open(self, onto: RenderTarget | moderngl.Framebuffer, back: bool) -> tuple[Any, tuple[int, int]]:
        if isinstance(onto, RenderTarget):
            return (onto.back() if back else onto.front()), onto.drawn
        return onto, onto.size

    def _bind(self, uniforms: dict[str, Any], onto: RenderTarget | moderngl.Framebuffer) -> bool:
        """Set what the shader uses; returns whether one of its textures is the target itself."""
        own = onto.texture if isinstance(onto, RenderTarget) else None
        reads_itself = False
        for name, unit in self._units.items():
            given = uniforms.get(name)
            texture = self._blank if given is None else getattr(given, "texture", given)
            reads_itself = reads_itself or texture is own
            texture.use(unit)
        for name, value in uniforms.items():
            if (put := self._values.get(name)) is not None:
                try:
                    put(value)
                except (TypeError, ValueError, moderngl.Error) as error:
                    raise ValueError(f"{self.shader.recipe.name}: uniform {name}: {error}") from None
        return reads_itself

    def _prepare(self) -> None:
        self.release()
        program = self.shader.program
        assert program is not None
        members = {name: program[name] for name in program}
        uniforms = {n: m for n, m in members.items() if isinstance(m, moderngl.Uniform)}
        samplers = sorted(name for name, uniform in uniforms.items() if uniform.gl_type in SAMPLERS)
        self._units = {name: unit for unit, name in enumerate(samplers)}
        for name, unit in self._units.items():
            uniforms[name].value = unit
        self._values = {name: _setter(uniform) for name, uniform in uniforms.items() if name not in self._units}
        # An attribute that the compiler found no use for is passed over, as a uniform is.
        self._array = program.ctx.vertex_array(program, self._buffers, self._index, skip_errors=True)
        self._edition = self.shader.edition

    def release(self) -> None:
        if self._array is not None:
            self._array.release()
            self._array = None
        self._edition = -1


def _setter(uniform: Any) -> Callable[[Any], None]:
    """How values reach `uniform`: as many numbers as it has, of its type; an array may be given shorter."""
    dtype: Any = np.float32 if uniform.gl_type in FLOATS else np.int32
    one, most = uniform.dimension, uniform.dimension * uniform.array_length

    def put(value: Any) -> None:
        numbers = np.ascontiguousarray(value, dtype)
        if numbers.size > most or numbers.size % one or not numbers.size:
            raise ValueError(f"takes {most} numbers, not {numbers.size}")
        if numbers.size < most:
            numbers = np.concatenate([numbers.ravel(), np.zeros(most - numbers.size, dtype)])
        uniform.write(numbers.tobytes())

    return put
