"""Render pass: draws one shader on one target, with uniforms given by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, cast

import moderngl
import numpy as np

from installation.interface.graphics import Blend, Face, Primitive, Target
from installation.stage.gl.glsl_source import GlslError, declaration_place
from installation.stage.gl.shader_cache import SCREEN, ShaderProgram
from installation.stage.gl.target import RenderTarget

PRIMITIVES: dict[Primitive, int] = {
    "points": moderngl.POINTS,
    "lines": moderngl.LINES,
    "line_strip": moderngl.LINE_STRIP,
    "triangles": moderngl.TRIANGLES,
    "triangle_strip": moderngl.TRIANGLE_STRIP,
    "triangle_fan": moderngl.TRIANGLE_FAN,
}
BLEND_FUNCTIONS = {
    "add": (moderngl.ONE, moderngl.ONE),
    "alpha": (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA),
    "over": (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA),
}
SAMPLER_TYPES = frozenset({0x8B5E, 0x8DCA, 0x8DD2})
"""GL_SAMPLER_2D, GL_INT_SAMPLER_2D, GL_UNSIGNED_INT_SAMPLER_2D."""
FLOAT_TYPES = frozenset({0x1406, 0x8B50, 0x8B51, 0x8B52, 0x8B5A, 0x8B5B, 0x8B5C})
"""GL_FLOAT, vec2..4, mat2..4; every other plain uniform takes whole numbers."""
TYPE_NAMES = {
    0x1406: "float",
    0x8B50: "vec2",
    0x8B51: "vec3",
    0x8B52: "vec4",
    0x1404: "int",
    0x1405: "uint",
    0x8B56: "bool",
    0x8B5E: "sampler2D",
}
"""What GLSL calls the types of uniforms that a source may give, by their GL constants."""
_VERTEX_FORMAT = re.compile(r"(\d*)(n?[iu]|[fx])(\d?)")
"""One attribute, or padding, of moderngl's description of a vertex buffer: count, kind, bytes of each."""
WIDER_TYPES = {"int": ("float", "uint", "bool"), "bool": ("float", "int", "uint"), "vec3": ("vec4",)}
"""As what else a shader may declare a uniform of each type: its value arrives whole."""


class UniformTypeError(GlslError):
    """A uniform that the host shall give, and that `shader` declares with a type that loses its value."""

    def __init__(self, shader: ShaderProgram, message: str) -> None:
        super().__init__(message)
        self.shader = shader


class UniformValueError(ValueError):
    """A uniform that is given with another shape than `shader` declares."""

    def __init__(self, shader: ShaderProgram, message: str) -> None:
        super().__init__(message)
        self.shader = shader


@dataclass(frozen=True, slots=True)
class Geometry:
    """What a render pass draws; without arguments one triangle that covers the target."""

    mode: Primitive = "triangles"
    vertices: int = 3
    buffers: Sequence[tuple[Any, ...]] = ()
    """(moderngl buffer, format, attribute names…)"""
    index: moderngl.Buffer | None = None
    """32-bit numbers of the vertices."""
    depth: bool = False
    """Whether only the nearest is drawn, on a target that has depth."""


FULL_SCREEN = Geometry()


class UniformSource(Protocol):
    """Gives the uniforms that a draw call leaves out."""

    def knows(self, name: str) -> bool:
        """Whether it gives a uniform of this name."""

    def value(self, name: str) -> Any:
        """The present value of a uniform that it knows."""

    def glsl_types(self, name: str) -> tuple[str, ...]:
        """The types that a uniform that it knows may be declared with, the usual one first."""


class NoUniforms:
    """A source that gives no uniform."""

    def knows(self, name: str) -> bool:
        return False

    def value(self, name: str) -> Any:
        raise KeyError(name)

    def glsl_types(self, name: str) -> tuple[str, ...]:
        raise KeyError(name)


NO_UNIFORMS = NoUniforms()


class RenderPass:
    """A shader ready to draw. Called with the target first; keyword arguments are uniforms by name.

    Values are numbers, bools, tuples, arrays, and targets or textures for samplers. A uniform that the shader does not
    use is ignored; one without a value has that of the uniform source, else a sampler reads black; `resolution` (vec2,
    the drawn size in pixels) is set automatically.
    """

    def __init__(
        self,
        shader: ShaderProgram,
        blank: moderngl.Texture,
        geometry: Geometry = FULL_SCREEN,
        host: UniformSource = NO_UNIFORMS,
    ) -> None:
        """`blank` is the texture of samplers without a value; `host` gives uniforms that calls leave out."""
        self.shader = shader
        self.given: dict[str, bool] | None = None
        """Names of the uniforms of the calls since `collect`, and whether each had a value; None when not collected."""
        self.values: dict[str, Any] | None = None
        """The uniforms that the calls of a frame gave; None when they are not collected."""
        self.drawn = False
        """Whether it has drawn since `collect`."""
        self._host = host
        self.hosted: tuple[str, ...] = ()
        """Uniforms of the program that the host knows."""
        self._mistyped: dict[str, str] = {}
        """What is wrong with those of them, and `resolution`, that are declared with a type that loses the value."""
        self._geometry = geometry
        self._full_screen = not geometry.buffers and shader.files.vertex == SCREEN
        self._blank = blank
        self._revision = -1
        self._vertex_array: moderngl.VertexArray | None = None
        self._setters: dict[str, Callable[[Any], None]] = {}
        self._texture_units: dict[str, int] = {}

    def __call__(
        self,
        onto: Target | moderngl.Framebuffer,
        *,
        blend: Blend | None = None,
        cull: Face | None = None,
        clear: tuple[float, ...] | None = None,
        vertices: int | None = None,
        instances: int = 1,
        **uniforms: Any,
    ) -> None:
        """Draw on `onto`, over its content; nothing is drawn while the shader has never compiled.

        `clear` fills the target first. `blend` "add" adds, "alpha" blends by the alpha channel, "over" blends colours
        that are multiplied by it already. `cull` leaves out triangles that show this face; at the front their corners
        run counter-clockwise on the canvas. Raises ValueError for a uniform of the wrong shape, and where a pass that
        blends, clears or draws geometry reads its own target. Raises UniformTypeError for a uniform that the host shall
        give, and that is declared with another type.
        """
        if self.shader.program is None or instances < 1 or vertices == 0:
            return
        if self._revision != self.shader.revision:
            self._prepare()
        assert self._vertex_array is not None
        context, geometry = self._vertex_array.ctx, self._geometry
        if self.given is not None:
            self.given |= {name: value is not None or self.given.get(name, False) for name, value in uniforms.items()}
            self.drawn = True
        if self.values is not None:
            self.values |= uniforms
        for name in self.hosted:
            if name not in uniforms:
                if name in self._mistyped:
                    raise UniformTypeError(self.shader, self._mistyped[name])
                uniforms[name] = self._host.value(name)
        reads_itself = self._bind(uniforms, onto)
        if reads_itself and (blend is not None or clear is not None or not self._full_screen):
            raise ValueError(
                f"{self.shader.files.name}: only a full-screen pass that neither blends nor clears may "
                "read the target on which it draws"
            )
        framebuffer, size = _framebuffer(onto, reads_itself)
        framebuffer.use()
        if clear is not None:
            framebuffer.viewport = (0, 0, *framebuffer.size)
            framebuffer.clear(*clear)
        framebuffer.viewport = (0, 0, *size)
        if "resolution" in self._mistyped:
            raise UniformTypeError(self.shader, self._mistyped["resolution"])
        if (set_resolution := self._setters.get("resolution")) is not None:
            set_resolution((float(size[0]), float(size[1])))
        count = geometry.vertices if vertices is None else vertices
        with _enabled(context, geometry, blend, cull):
            self._vertex_array.render(PRIMITIVES[geometry.mode], vertices=count, instances=instances)
        if reads_itself:
            assert isinstance(onto, RenderTarget)
            onto.swap()

    def _bind(self, uniforms: dict[str, Any], onto: Target | moderngl.Framebuffer) -> bool:
        """Set the uniforms that the shader uses; returns whether one of its textures is the target itself."""
        own = onto.texture if isinstance(onto, RenderTarget) else None
        reads_itself = False
        for name, unit in self._texture_units.items():
            given = uniforms.get(name)
            texture = self._blank if given is None else getattr(given, "texture", given)
            reads_itself = reads_itself or texture is own
            if not hasattr(texture, "use"):
                raise ValueError(f"{self.shader.files.name}: {_no_texture(name, given)}")
            texture.use(unit)
        for name, value in uniforms.items():
            if (put := self._setters.get(name)) is not None:
                try:
                    put(value)
                except (TypeError, ValueError, moderngl.Error) as error:
                    text = f"{self.shader.files.name}: uniform {name}: {error}"
                    raise UniformValueError(self.shader, text) from None
        return reads_itself

    def _prepare(self) -> None:
        """Look up the uniforms of the program's newest revision, and make its vertex array."""
        self.release()
        program = self.shader.program
        assert program is not None
        members = {name: program[name] for name in program}
        uniforms = {n: m for n, m in members.items() if isinstance(m, moderngl.Uniform)}
        samplers = sorted(name for name, uniform in uniforms.items() if uniform.gl_type in SAMPLER_TYPES)
        self._texture_units = {name: unit for unit, name in enumerate(samplers)}
        for name, unit in self._texture_units.items():
            uniforms[name].value = unit
        self.hosted = tuple(name for name in uniforms if self._host.knows(name))
        automatic = (*self.hosted, *uniforms.keys() & {"resolution"})
        checked = ((name, self._wrong_type(name, uniforms[name].gl_type)) for name in automatic)
        self._mistyped = {name: wrong for name, wrong in checked if wrong}
        plain = {name: uniform for name, uniform in uniforms.items() if name not in self._texture_units}
        self._setters = {name: _setter(uniform) for name, uniform in plain.items()}
        attributes = {name for name, member in members.items() if isinstance(member, moderngl.Attribute)}
        buffers = [used for each in self._geometry.buffers if (used := _used_attributes(each, attributes))]
        self._vertex_array = program.ctx.vertex_array(program, buffers, self._geometry.index)
        self._revision = self.shader.revision

    def _wrong_type(self, name: str, gl_type: int) -> str:
        """What to say of a hosted uniform that is declared with a type of GL; empty where it takes the host's value."""
        usual, *others = ("vec2",) if name == "resolution" else self._host.glsl_types(name)
        declared = TYPE_NAMES.get(gl_type, "another type")
        if declared in (usual, *others, *WIDER_TYPES.get(usual, ())):
            return ""
        places = (declaration_place(text, name) for text in reversed(self.shader.program_texts))
        place = next(filter(None, places), self.shader.files.name)
        return f"{place}: `{name}` is declared as {declared}; write `uniform {usual} {name};`"

    def collect(self) -> None:
        """Collect the names that calls give from now on."""
        self.given = {}
        self.drawn = False

    @property
    def samplers(self) -> frozenset[str]:
        """Names of the textures that the shader reads."""
        return frozenset(self._texture_units)

    def never_given(self) -> frozenset[str]:
        """Uniforms that the shader uses, and that neither the collected calls nor the host gave."""
        used = {*self._setters, *self._texture_units} - {"resolution"}
        return frozenset(used - set(self.hosted) - set(self.given or ()))

    def release(self) -> None:
        if self._vertex_array is not None:
            self._vertex_array.release()
            self._vertex_array = None
        self._revision = -1


@contextmanager
def _enabled(context: moderngl.Context, geometry: Geometry, blend: Blend | None, cull: Face | None) -> Iterator[None]:
    """Enable the GL state for a draw call, and disable it after."""
    if blend is not None:
        context.enable(moderngl.BLEND)
        context.blend_func = BLEND_FUNCTIONS[blend]
    if geometry.mode == "points":
        context.enable(moderngl.PROGRAM_POINT_SIZE)
    if geometry.depth:
        context.enable(moderngl.DEPTH_TEST)
    if cull is not None:
        context.enable(moderngl.CULL_FACE)
        context.cull_face = cull
    try:
        yield
    finally:
        if blend is not None:
            context.disable(moderngl.BLEND)
        if geometry.depth:
            context.disable(moderngl.DEPTH_TEST)
        if cull is not None:
            context.disable(moderngl.CULL_FACE)
            context.cull_face = "back"


def _no_texture(name: str, given: Any) -> str:
    """What is wrong with a value that a texture `name` is given, and what to write."""
    if callable(given) and hasattr(given, "presence"):  # an interface.graphics.PaintingTexture
        return (
            f"texture {name}: a painting is called for its picture; write `self.painting = graphics.painting()` in "
            f"`setup`, and in `draw` `{name}=self.painting(moment)`"
        )
    return f"texture {name}: it is given a {type(given).__name__}, and should be given a target or a texture"


def _framebuffer(onto: Target | moderngl.Framebuffer, back: bool) -> tuple[Any, tuple[int, int]]:
    """The framebuffer to draw on and its drawn size in pixels; the back one for ping-pong."""
    if isinstance(onto, RenderTarget):
        return (onto.back() if back else onto.front()), onto.drawn
    # A window's framebuffer does not know its size: it has that of the viewport.
    framebuffer = cast(moderngl.Framebuffer, onto)
    return framebuffer, framebuffer.viewport[2:]


def _used_attributes(buffer: tuple[Any, ...], used: Collection[str]) -> tuple[Any, ...]:
    """The description of a vertex buffer with padding in place of attributes that are not `used`; empty without any.

    The compiler removes attributes that the shader does not read, as it does uniforms. To describe them nevertheless
    is an error of GL, which moderngl can ignore and leaves pending.
    """
    contents, layout, *names = buffer
    formats, per_instance, rate = layout.partition("/")
    given = iter(names)
    kept, parts = [], []
    for part in formats.split():
        count, kind, size = _VERTEX_FORMAT.fullmatch(part).groups()  # type: ignore[union-attr]
        if kind != "x" and (name := next(given)) in used:
            kept.append(name)
            parts.append(part)
        else:
            parts.append(f"{int(count or 1) * int(size or (1 if kind == 'x' else 4))}x")
    return (contents, " ".join(parts) + per_instance + rate, *kept) if kept else ()


def _setter(uniform: Any) -> Callable[[Any], None]:
    """A function that writes a value to `uniform`: as many numbers as it has, of its type; arrays may be shorter.

    Three numbers for a vec4 are a colour, which is opaque.
    """
    dtype: Any = np.float32 if uniform.gl_type in FLOAT_TYPES else np.int32
    dimension, most = uniform.dimension, uniform.dimension * uniform.array_length

    def put(value: Any) -> None:
        numbers = np.ascontiguousarray(value, dtype)
        if most == 4 and dimension == 4 and numbers.size == 3:
            numbers = np.append(numbers, dtype(1))
        if numbers.size > most or numbers.size % dimension or not numbers.size:
            raise ValueError(f"takes {most} numbers, not {numbers.size}")
        if numbers.size < most:
            numbers = np.concatenate([numbers.ravel(), np.zeros(most - numbers.size, dtype)])
        uniform.write(numbers.tobytes())

    return put
