"""What a scene draws with: shaders, render targets, textures of visitors and bodies, text and lines; all as Protocols.

`Graphics` is what `Scene.setup` receives; everything else is made by it. `installation.stage` implements them.
Canvas coordinates run from 0 to 1 in x (left to right) and y (bottom to top).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from installation.interface.camera_view import View
from installation.interface.moment import Moment
from installation.interface.visitor import Visitor
from motion.body import Body

Array = NDArray[np.floating]

PixelFormat = Literal["f1", "f2", "f4"]
"""Eight bits a channel (0..1), half float, 32-bit float."""
Wrap = Literal["clamp", "repeat"]
"""What a shader reads beyond a texture's edges."""
Blend = Literal["add", "alpha", "over"]
"""Sum; by the alpha channel; by the alpha channel of colours that are multiplied by it already."""
Face = Literal["front", "back"]
"""A side of a triangle; the front is where its corners run counter-clockwise on the canvas."""
Primitive = Literal["points", "lines", "line_strip", "triangles", "triangle_strip", "triangle_fan"]
Rgba = tuple[float, float, float, float]
"""Red, green, blue in display values (sRGB), and opacity; each 0..1."""
Align = Literal["left", "centre", "right"]
Uniforms = Mapping[str, Any]
"""Values of a shader's uniforms by name."""

SAMPLES_PER_PIXEL = 4
"""Samples a pixel on targets that characters and other geometry with visible edges are drawn on."""
COARSE_MESH_STEP_M = 0.034
"""Metres between the vertices of a body mesh that is seen through ink or dust."""
LOW_DETAIL_STEP_M = 0.08
"""Metres between the vertices of a body mesh on so few rows that a finer mesh's vertices would share pixels."""
LOW_DETAIL_ROWS = 200
"""Rows of the drawn canvas below which `use_low_detail` may answer True."""
BODY_STYLES = ("ink", "threads", "points", "character")
"""The names that `Graphics.body_style` knows."""


class Texture(Protocol):
    """Pixels on the graphics card that a shader can read; pass it as the value of a sampler uniform."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""


class Target(Protocol):
    """A texture to draw on and to read; it starts transparent black.

    A full-screen shader that reads the target on which it draws reads the content before the draw (ping-pong).
    """

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole texture in pixels."""

    @property
    def scale(self) -> float:
        """Share of the width and height that is drawn, from the lower left corner; below 1 on a slow machine."""

    @property
    def drawn(self) -> tuple[int, int]:
        """Width and height in pixels of the part that is drawn."""

    def clear(self, *colour: float) -> None:
        """Fill with a colour; transparent black when left out."""

    def resolve(self) -> None:
        """After drawing on a target made with `samples`: average them into what shaders read."""


class Shader(Protocol):
    """A vertex and a fragment shader, ready to draw; both files are reloaded when they are saved."""

    def __call__(
        self,
        onto: Target,
        *,
        blend: Blend | None = None,
        cull: Face | None = None,
        clear: tuple[float, ...] | None = None,
        vertices: int | None = None,
        instances: int = 1,
        **uniforms: Any,
    ) -> None:
        """Draw on `onto`, over its content; nothing is drawn while the shader has never compiled.

        `clear` fills the target first; `cull` leaves out triangles that show this face. `uniforms` are numbers, bools,
        tuples, arrays, and targets or textures for samplers. A uniform that the shader does not use is ignored; a
        sampler without a value reads black; `resolution` (vec2, drawn size in pixels) is set automatically. Raises
        ValueError for a value of the wrong shape, and when a shader that blends, clears or draws geometry reads the
        target on which it draws.
        """


@dataclass(frozen=True, slots=True)
class VisitorFigure:
    """One visitor on the canvas."""

    id: int
    slot: int
    """1..16, as `Visitor.slot`."""
    presence: float
    """0..1; fades in and out."""
    visitor: Visitor
    joints: NDArray[np.float32]
    """(33, 2) canvas coordinates."""
    velocity: NDArray[np.float32]
    """(33, 2) canvas coordinates a second, smoothed."""


class VisitorTextures(Protocol):
    """All visitors as textures in canvas coordinates, renewed once before each `draw`."""

    @property
    def aspect(self) -> float:
        """Width over height of the canvas."""

    @property
    def mask(self) -> Target:
        """R coverage by visitors, G the same blurred over about a quarter of the height, B slot / 16, A an afterimage
        of R (half-life 0.15 s)."""

    @property
    def flow(self) -> Target:
        """Movement: RG velocity in canvas coordinates a second times B, the weight; `flow_at` in people.glsl reads
        it."""

    @property
    def joints(self) -> Texture:
        """(33 x 16, float) x, y, visibility, presence; a row for each slot."""

    @property
    def motions(self) -> Texture:
        """(33 x 16, float) velocity x, y, energy 0..1, slot / 16; a row for each slot."""

    @property
    def picture(self) -> Texture | None:
        """The camera picture, for scenes that set `shows_camera`."""

    @property
    def picture_fit(self) -> tuple[float, float, float, float]:
        """The uv of the canvas times (x, y) plus (z, w) is the uv of `picture`."""

    @property
    def figures(self) -> tuple[VisitorFigure, ...]:
        """Every visitor on the canvas, those who fade out included, by id."""

    @property
    def count(self) -> int:
        """Rows of `joints` in use: the highest slot of all figures."""

    def on_canvas(self, points_screen: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 2) `_screen` values in canvas coordinates."""

    def update(self, moment: Moment, textures: bool = True) -> None:
        """Renew everything from `moment`; a scene calls it only for `Graphics.visitors_or_dancers`. Without `textures`
        only `figures` changes."""


@dataclass(frozen=True, slots=True)
class ShownBody:
    """One body on the canvas."""

    key: int
    """The visitor's id, or minus the dancer's."""
    row: int
    """Its row in `Bodies.table`."""
    presence: float
    """0..1; fades in and out."""
    body: Body
    places_m: Array
    """(22, 3) joints in the room."""
    velocity_m: Array
    """(22, 3) metres a second, smoothed."""
    form: tuple[Array, Array]
    """(22, 3, 3) and (22, 3): the mesh of each bone in the T-pose times the first plus the second has this body's
    proportions."""

    @property
    def energy(self) -> float:
        """0 still .. 1 wild."""
        return 1.0 - float(np.exp(-np.linalg.norm(self.velocity_m, axis=1).mean() / LIVELY_SPEED_M_S))


LIVELY_SPEED_M_S = 1.6
"""Mean speed of the joints in m/s at which `ShownBody.energy` is 1 - 1/e, about two thirds."""


class Bodies(Protocol):
    """All visitors' and dancers' bodies as a texture, read with shaders/flesh.glsl."""

    @property
    def table(self) -> Texture:
        """(89 x 24, float): a row a body with its bones' matrices, velocities, presence, tint, size and energy."""

    @property
    def shown(self) -> tuple[ShownBody, ...]:
        """Every body, those who fade out included, the farthest from the wall first."""

    @property
    def count(self) -> int:
        """Bodies in `shown`."""

    @property
    def order(self) -> list[int]:
        """Rows in use, the farthest first, so that nearer bodies are drawn over them; [0] when there are none."""

    @property
    def presence(self) -> float:
        """Sum of the presences: how many bodies there are, those who fade in or out counted in part."""

    def update(self, moment: Moment) -> None:
        """Renew everything from the visitors and dancers of `moment`; call it once in each `draw`."""


class CameraFraming(Protocol):
    """A virtual camera that keeps all bodies in the picture and large in it, and moves slowly."""

    @property
    def view(self) -> View:
        """The view of the last `follow`."""

    @property
    def middle_m(self) -> Array:
        """(3,) middle of all hips in the room, as slow as the view."""

    def follow(self, bodies: Bodies, step: float) -> View:
        """The view `step` seconds after the one before; call it once in each `draw`."""


class BodyStyle(Protocol):
    """A way to draw all bodies on a ground of its own."""

    def draw(self, canvas: Target, bodies: Bodies, uniforms: Uniforms) -> None:
        """Draw one frame with the uniforms of `View.uniforms` and of the style's shaders."""


class Characters(Protocol):
    """Meshes from files that bodies move, skinned by the graphics card."""

    def draw(self, onto: Target, bodies: Bodies, uniforms: Uniforms) -> None:
        """Draw all bodies in linear light, multiplied by alpha, on a target with depth; `uniforms` hold
        `View.uniforms`."""


class Canvas2D(Protocol):
    """Text, lines and boxes in canvas pixels (x right, y up), collected through a frame and drawn in their order."""

    def text(
        self, words: str, at: tuple[float, float], height: int, ink: Rgba, align: Align = "left", spacing: float = 0.0
    ) -> None:
        """One line with its baseline at `at`, in the nearest of the type sizes that this canvas was made with.

        `spacing` is added between letters, in heights. Letters that the font does not have are left out.
        """

    def width(self, words: str, height: int, spacing: float = 0.0) -> float:
        """Width of `text` in pixels."""

    def line(self, points: ArrayLike, width: float, ink: Rgba, closed: bool = False) -> None:
        """A line `width` pixels wide through (n, 2) points."""

    def lines(self, ends: ArrayLike, width: float, ink: Rgba) -> None:
        """Separate lines, (n, 4) as x, y to x, y."""

    def dots(self, points: ArrayLike, width: float, ink: Rgba) -> None:
        """Discs `width` pixels wide at (n, 2) points."""

    def ring(self, middle: tuple[float, float], radius: float, width: float, ink: Rgba) -> None:
        """A circle drawn with a line of this width."""

    def box(self, left: float, bottom: float, right: float, top: float, ink: Rgba, rounding: float = 0.0) -> None:
        """A filled rectangle."""

    def draw(self, onto: Target) -> None:
        """Draw all marks over the content of `onto`, and remove them."""


class PaintingTexture(Protocol):
    """The painter's answers to the scene's commission, interpolated to the display rate."""

    @property
    def presence(self) -> float:
        """0 before the first painting, 1 soon after."""

    def __call__(self, moment: Moment) -> Target | None:
        """The painted canvas, to be read with shaders/painting.glsl; None before the first painting. Call it once in
        each `draw`, and give its result to a shader: `self.shader(canvas, painting=self.painting(moment))`."""


class Oil(Protocol):
    """The scene's painting as oil paint on linen: strokes, relief, varnish, under a lamp."""

    @property
    def painting(self) -> PaintingTexture:
        """The painting that is shown."""

    @property
    def noise(self) -> Target:
        """(256 x 256) tileable noise."""

    def draw(
        self, canvas: Target, moment: Moment, relief: float, weave: float, varnish: float, **uniforms: Any
    ) -> None:
        """Draw one frame: thickness of the paint, coarseness of the linen, colour and gloss of the varnish. `uniforms`
        are those of the fragment shader that lays the paint, which receives the painting's `presence` too."""


# Sixteen methods: an author finds all that a scene can make in one place.
class Graphics(Protocol):
    """What one scene makes its picture with; it owns all that it makes and releases it."""

    size: tuple[int, int]
    """Width and height of the canvas in pixels."""
    seed: int
    random: np.random.Generator
    """The only source of randomness that a scene may use outside its shaders; seeded by `seed`."""

    @property
    def visitors(self) -> VisitorTextures:
        """The visitors as textures, shared by all scenes and renewed before each `draw`."""

    def visitors_or_dancers(self) -> VisitorTextures:
        """The visitors as textures, with dancers in their place while there are none; call its `update` in each
        `draw`."""

    def bodies(self) -> Bodies:
        """All bodies' bones as a texture; call its `update` in each `draw`."""

    def shader(self, fragment: str) -> Shader:
        """A full-screen shader. The fragment shader has `in vec2 uv` (0..1, y up) and `out vec4 colour`."""

    # Seven arguments: a scene's author types them by name, each a property of the draw call.
    def geometry(
        self,
        vertex: str,
        fragment: str,
        mode: Primitive = "points",
        count: int = 0,
        buffers: Sequence[tuple[Any, ...]] = (),
        index: Any = None,
        depth: bool = False,
    ) -> Shader:
        """A shader over `count` vertices, which it tells apart by gl_VertexID and gl_InstanceID.

        `buffers` are (result of `buffer`, format, attribute names…) where attributes are needed, `index` 32-bit
        numbers of their vertices. With `depth` the nearest is seen, on a target made with depth. The fragment shader
        has `out vec4 colour`. Points have the size that the vertex shader writes to gl_PointSize.
        """

    def body_shader(
        self, vertex: str, fragment: str, step_m: float = COARSE_MESH_STEP_M, depth: bool = False
    ) -> Shader:
        """A shader over a body's mesh in the T-pose, vertices `step_m` apart; each instance is a body.

        The vertex shader has `in vec3 place, normal, bones`: the two bones that move the vertex and the weight of the
        first, as shaders/flesh.glsl expects them.
        """

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
    ) -> Target:
        """A target of `size` pixels, or of the canvas's size times `scale`.

        `smooth` interpolates between pixels, `depth` adds a depth buffer, `samples` a pixel smooth edges. With
        `dynamic_resolution` it has fewer pixels while the machine is slow, and its content is scaled; a target that is
        drawn only once in `setup` would come back blurred.
        """

    def texture(self, values: np.ndarray, smooth: bool = False, wrap: Wrap = "clamp") -> Texture:
        """A texture of fixed values: (height, width, components), bottom row first, float32, float16 or uint8."""

    def image(self, name: str, smooth: bool = True, wrap: Wrap = "clamp") -> Texture:
        """The picture in a PNG, JPEG or other file of the scene's own as RGBA: display values (sRGB), and alpha that
        they are not multiplied by. It is upright: uv (0, 0) is its lower left corner.

        `name` is searched in the folders of scenes and beside them, the venue's first. Call it in `setup`; each file is
        read once. Raises ValueError for a file that is missing or no picture.
        """

    def buffer(self, values: np.ndarray) -> Any:
        """A vertex or index buffer of fixed values, for `geometry`."""

    def canvas_2d(self, *type_sizes: int) -> Canvas2D:
        """A canvas for text of these heights in pixels, and for lines and boxes."""

    def painting(self) -> PaintingTexture:
        """The painter's answers to the scene's commission. Make it once in `setup`, as
        `self.painting = graphics.painting()`; then call it once in each `draw`, as `self.painting(moment)`."""

    def oil(self, lay: str) -> Oil:
        """The painting as oil on linen; the fragment shader `lay`, with shaders/oil.glsl, decides where paint lies."""

    def camera_framing(self, share: float = 0.6) -> CameraFraming:
        """A camera that follows bodies; the nearest one fills `share` of the height where the width allows it."""

    def characters(self, *names: str) -> Characters:
        """The characters in these files; without names all of the venue's folder `characters`, or a mannequin where it
        has none. Raises ValueError for a named file that cannot be shown."""

    def body_style(self, name: str) -> BodyStyle:
        """A ready-made way to draw bodies, by its name in BODY_STYLES."""


def use_low_detail(canvas: Target) -> bool:
    """Whether a slow machine draws so few rows that meshes with vertices LOW_DETAIL_STEP_M apart look the same."""
    return canvas.scale < 1.0 and canvas.drawn[1] < LOW_DETAIL_ROWS
