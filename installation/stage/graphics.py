"""Graphics of one scene: shaders, targets, visitors, bodies and paintings, owned and released together."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import moderngl

from installation.core.faults import FaultSet
from installation.interface.graphics import BODY_STYLES, COARSE_MESH_STEP_M, BodyStyle, Wrap
from installation.stage.bodies.bodies import BodyTable
from installation.stage.bodies.body_shader import body_shader
from installation.stage.bodies.body_styles import CHARACTER_STYLE, DRAWN_STYLES, CharacterStyle
from installation.stage.bodies.camera_framing import SpringFraming
from installation.stage.bodies.characters import SkinnedCharacters, load_characters
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.bodies.visitors_or_dancers import MESH_STEP_M, VisitorsOrDancers
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.picture_file import find_picture, read_picture
from installation.stage.gl.render_pass import RenderPass
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget
from installation.stage.painting.oil import OilPaint
from installation.stage.painting.painting_texture import PaintingPlayer

logger = logging.getLogger(__name__)

RENAMED = {
    "screen": "shader",
    "sheet": "canvas_2d",
    "people": "visitors",
    "skin": "body_shader",
    "ensemble": "visitors_or_dancers",
}
"""Names that scenes may still use, and what they are called now."""


@cache
def _log_renamed(scene: str, old: str, new: str) -> None:
    """Log once that a scene uses an old name."""
    user = f'the scene "{scene}"' if scene else "a scene"
    logger.warning("%s uses the old name `%s` of its graphics; it is called `%s` now", user, old, new)


class SceneGraphics(DrawingContext):
    """What one scene makes its picture with, as `interface.graphics.Graphics` describes it."""

    def __init__(
        self,
        shader_cache: ShaderCache,
        folders: Sequence[Path],
        size: tuple[int, int],
        seed: int,
        visitors: VisitorTextureSet | None = None,
        scene: str = "",
    ) -> None:
        """`folders` are searched for shaders, characters and pictures; `scene` is the name that its paintings have."""
        super().__init__(shader_cache, folders, size, seed)
        self.uses_visitors = False
        """Whether the scene reads `visitors`."""
        self.asset_faults = FaultSet(logger, of_picture=True)
        """Files of the venue that cannot be shown; the scenes of one stage share it."""
        self._visitors = visitors
        self._scene = scene
        self._images: dict[tuple[Path, bool, Wrap], moderngl.Texture] = {}

    @property
    def visitors(self) -> VisitorTextureSet:
        """The visitors as textures, shared by all scenes and renewed before each `draw`."""
        if self._visitors is None:
            raise RuntimeError("these graphics were made without visitor textures")
        self.uses_visitors = True
        return self._visitors

    def visitors_or_dancers(self) -> VisitorsOrDancers:
        if self._visitors is None:
            raise RuntimeError("these graphics were made without visitor textures")
        fill = self.body_shader("stand_in.vert", "fill.frag", MESH_STEP_M)
        return self.own(VisitorsOrDancers(self.shader_cache, self.size, self._visitors.fit, self.bodies(), fill))

    def image(self, name: str, smooth: bool = True, wrap: Wrap = "clamp") -> moderngl.Texture:
        key = (find_picture(name, self.folders).resolve(), smooth, wrap)
        if (texture := self._images.get(key)) is None:
            texture = self._images[key] = self.texture(read_picture(key[0]), smooth, wrap)
            if smooth:
                texture.build_mipmaps()  # smaller on the canvas than in the file, it would flicker
        return texture

    def bodies(self) -> BodyTable:
        return self.own(BodyTable(self.context))

    def body_shader(
        self, vertex: str, fragment: str, step_m: float = COARSE_MESH_STEP_M, depth: bool = False
    ) -> RenderPass:
        return body_shader(self, vertex, fragment, step_m, depth)

    def painting(self) -> PaintingPlayer:
        return self.own(PaintingPlayer(self, self._scene))

    def oil(self, lay: str) -> OilPaint:
        return OilPaint(self, self.painting(), lay)

    def camera_framing(self, share: float = 0.6) -> SpringFraming:
        return SpringFraming(self.size[0] / self.size[1], share)

    def characters(self, *names: str) -> SkinnedCharacters:
        made, errors = load_characters(self, names)
        if errors:
            self.asset_faults.set((*self.asset_faults.texts, *errors))
        return made

    def body_style(self, name: str) -> BodyStyle:
        """Raises ValueError for a name that is not in BODY_STYLES."""
        if name == CHARACTER_STYLE:
            return CharacterStyle(self, self.characters())
        if name not in DRAWN_STYLES:
            raise ValueError(f'there is no body style "{name}"; there are: {", ".join(BODY_STYLES)}')
        return DRAWN_STYLES[name](self)

    def target(self, *args: Any, **options: Any) -> RenderTarget:
        """As `DrawingContext.target`; the option `dynamic_resolution` was called `gives_way`."""
        if "gives_way" in options:
            _log_renamed(self._scene, "gives_way", "dynamic_resolution")
            options["dynamic_resolution"] = options.pop("gives_way")
        return super().target(*args, **options)

    if not TYPE_CHECKING:  # a type checker would take any attribute for one of these

        def __getattr__(self, name: str) -> Any:
            if name not in RENAMED:
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            _log_renamed(self._scene, name, RENAMED[name])
            return getattr(self, RENAMED[name])
