"""The workshop is where a scene gets its programs and targets; it owns them and gives them back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import moderngl
import numpy as np

from installation.stage.bodies import body_mesh
from installation.stage.bodies.bodies import BodyTable
from installation.stage.bodies.characters import SkinnedCharacters
from installation.stage.bodies.model import ModelError, find, load, mannequin
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.bodies.visitors_or_dancers import STAND_IN, VisitorsOrDancers
from installation.stage.gl.canvas_2d import GLCanvas2D
from installation.stage.gl.glsl_source import LIBRARY_SHADERS
from installation.stage.gl.render_pass import Primitive, RenderPass
from installation.stage.gl.shader_cache import SCREEN, ShaderCache, ShaderFiles
from installation.stage.gl.target import PixelFormat, RenderTarget, Wrap, make_odd
from installation.stage.painting.painting_texture import PaintingPlayer

__all__ = [
    "BodyTable",
    "GLCanvas2D",
    "PaintingPlayer",
    "RenderPass",
    "RenderTarget",
    "SceneGraphics",
    "SkinnedCharacters",
    "VisitorTextureSet",
    "VisitorsOrDancers",
]

COARSEST = 0.28
"""Share of the canvas's width and height below which nothing gives way: its steps would be seen."""


class SceneGraphics:
    """What one scene makes its picture with."""

    def __init__(
        self,
        programs: ShaderCache,
        folders: Sequence[Path],
        size: tuple[int, int],
        seed: int,
        people: VisitorTextureSet | None = None,
        scene: str = "",
    ) -> None:
        self.size = size
        """Width and height of the canvas in pixels."""
        self.seed = seed
        self.random = np.random.default_rng(seed)
        """The only randomness that a scene may use on this side of the shaders."""
        self._people = people
        self.looks_at_people = False
        """Whether the scene has asked for `people`."""
        self._scene = scene
        self._programs = programs
        self._folders = (*folders, LIBRARY_SHADERS)
        self._owned: list[
            RenderPass
            | RenderTarget
            | GLCanvas2D
            | BodyTable
            | VisitorTextureSet
            | PaintingPlayer
            | moderngl.Buffer
            | moderngl.Texture
        ] = []
        # Of the same kind as a target: a driver makes no other programs where one is not there yet.
        self._blank = self.texture(np.zeros((3, 3, 4), np.uint8), smooth=True)
        self._flexible: list[tuple[RenderTarget, float]] = []
        """What gives way, and its share of the canvas."""
        self._copy: RenderPass | None = None
        self.quality = 1.0
        """Share of the width and height that is drawn on what gives way."""
        self.shaders: list[Any] = []
        self.troubles: list[str] = []
        """What of the venue's own material cannot be shown, in words for whoever brought it."""

    @property
    def people(self) -> VisitorTextureSet:
        """The visitors as textures, shared by all scenes and renewed before each `draw`."""
        if self._people is None:
            raise RuntimeError("this workshop was made without people")
        self.looks_at_people = True
        return self._people

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with shaders that have never compiled; while there are any, the scene cannot be drawn."""
        return tuple(shader.fault for shader in self.shaders if shader.program is None)

    @property
    def edition(self) -> int:
        """Grows whenever one of the scene's programs is replaced."""
        return sum(shader.edition for shader in self.shaders)

    def screen(self, fragment: str) -> RenderPass:
        """A full-screen pass. The fragment shader is given `in vec2 uv` (0..1, y up) and `out vec4 colour`."""
        return self._pass(ShaderFiles(SCREEN, fragment, self._folders))

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
        """A pass over `count` vertices, which the shader tells apart by gl_VertexID and gl_InstanceID.

        `buffers` are (moderngl buffer, format, attribute names…) where attributes are needed, `index` 32-bit numbers
        of their vertices. With `depth` the nearest is seen, on a target that was made with depth. The fragment shader
        is given `out vec4 colour`. Points have the size that the vertex shader writes to gl_PointSize.
        """
        return self._pass(ShaderFiles(vertex, fragment, self._folders), mode, count, buffers, index, depth)

    def skin(self, vertex: str, fragment: str, step_m: float = body_mesh.COARSE, depth: bool = False) -> RenderPass:
        """A pass over a body's skin in the T-pose, points `step_m` apart; each instance is a body.

        The vertex shader is given `in vec3 place, normal, bones`: the two bones that carry the point, and how much of
        it the first one does, as shaders/flesh.glsl asks for them.
        """
        skin = body_mesh.skin(step_m)
        two = skin.weights[:, :1] / skin.weights[:, :2].sum(axis=1, keepdims=True)
        table = np.concatenate([skin.places_m, skin.normals, skin.bones[:, :2], two], axis=1).astype(np.float32)
        layout = (self.buffer(table), "3f 3f 3f", "place", "normal", "bones")
        index = self.buffer(skin.triangles.astype(np.uint32))
        return self.geometry(vertex, fragment, "triangles", skin.triangles.size, [layout], index, depth)

    def _pass(self, recipe: ShaderFiles, mode: Primitive = "triangles", count: int = 3, *other: Any) -> RenderPass:
        shader = self._programs.get(recipe)
        self.shaders.append(shader)
        made = RenderPass(shader, self._blank, mode, count, *other)
        self._owned.append(made)
        return made

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
        gives_way: bool = False,
    ) -> RenderTarget:
        """A target of `size` pixels, or of the canvas's size times `scale`; half float unless `kind` says otherwise.

        One that `gives_way` has fewer pixels while the machine is short of time, and keeps what is on it then; what is
        drawn once in `setup` would come back blurred.
        """
        made = RenderTarget(
            self._programs.context, size or self._share(scale, gives_way), components, kind, smooth, wrap, depth,
            samples,
        )  # fmt: skip
        self._owned.append(made)
        if gives_way and size is None:
            self._flexible.append((made, scale))
            self._copy = self._copy or self.screen("copy.frag")
        return made

    def _share(self, scale: float, changes: bool) -> tuple[int, int]:
        wide, high = (max(1, round(side * scale)) for side in self.size)
        return (make_odd(wide), make_odd(high)) if changes else (wide, high)

    def rescale(self, quality: float) -> None:
        """Draw with this share of the width and height on whatever gives way and is not coarse already."""
        if quality != self.quality and self._copy is not None:
            for target, scale in self._flexible:
                target.resize(self._share(max(scale * quality, min(scale, COARSEST)), True), self._copy)
        self.quality = quality

    def texture(self, values: np.ndarray, smooth: bool = False, wrap: Wrap = "clamp") -> moderngl.Texture:
        """A texture of fixed values: (height, width, components), bottom row first, float32, float16 or uint8."""
        high, wide, components = values.shape
        kind = {"float32": "f4", "float16": "f2", "uint8": "f1"}[str(values.dtype)]
        texture = self._programs.context.texture((wide, high), components, values.tobytes(), dtype=kind, alignment=1)
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR) if smooth else (moderngl.NEAREST, moderngl.NEAREST)
        texture.repeat_x = texture.repeat_y = wrap == "repeat"
        self._owned.append(texture)
        return texture

    def buffer(self, values: np.ndarray) -> moderngl.Buffer:
        """A vertex buffer of fixed values, for `geometry`."""
        made = self._programs.context.buffer(np.ascontiguousarray(values).tobytes())
        self._owned.append(made)
        return made

    def bodies(self) -> BodyTable:
        """Everybody's bones as a texture; call its `update` once in each `draw`."""
        made = BodyTable(self._programs.context)
        self._owned.append(made)
        return made

    def ensemble(self) -> VisitorsOrDancers:
        """The visitors as textures, and dancers in their place while nobody is there; call its `update` in each
        `draw`."""
        if self._people is None:
            raise RuntimeError("this workshop was made without people")
        skin = self.skin("stand_in.vert", "fill.frag", STAND_IN)
        made = VisitorsOrDancers(self._programs, self.size, self._people.fit, self.bodies(), skin)
        self._owned.append(made)
        return made

    def painting(self) -> PaintingPlayer:
        """What the painter makes of the scene's commission, as a texture; call it once in each `draw`."""
        made = PaintingPlayer(self, self._programs.context, self._scene)
        self._owned.append(made)
        return made

    def characters(self, *names: str) -> SkinnedCharacters:
        """The characters in these files, or without a name all that the venue's folder `characters` holds.

        Of those, a file that cannot be shown is told in `troubles`; where none can, there is a mannequin. Raises
        ModelError for a name, which says what is wrong.
        """
        models = []
        for path in find(names, self._folders[:-1]):
            try:
                models.append(load(path))
            except ModelError as error:
                if names:
                    raise
                self.troubles.append(str(error))
        return SkinnedCharacters(self, models or [mannequin()])

    def sheet(self, *type_sizes: int) -> GLCanvas2D:
        """Lettering of these heights in pixels, and lines, for what is to be read."""
        made = GLCanvas2D(self.geometry("sheet.vert", "sheet.frag", "triangle_strip", 4), self.size, type_sizes)
        self._owned.append(made)
        return made

    def release(self) -> None:
        """Give back all that was made here, the shared programs excepted."""
        for thing in reversed(self._owned):
            thing.release()
        self._owned.clear()
