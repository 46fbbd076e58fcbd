"""Loaded scene: made from a source with graphics of its own; when it is drawn again after an error in `draw`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from installation.core.faults import FaultSet
from installation.interface.knobs import Value
from installation.interface.scene import Scene
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.gl.glsl_source import GlslError
from installation.stage.gl.shader_cache import ShaderCache, ShaderProgram
from installation.stage.graphics import SceneGraphics
from installation.stage.host_uniforms import HostUniforms
from installation.stage.own_picture import OwnPicture
from installation.stage.scene_loader import SceneError, SceneSource, describe_error, scene_folders
from installation.stage.uniform_review import UniformReview
from installation.venue.schema import Venue

FIRST_PAUSE_SECONDS = 1.0
"""Pause after a second error in a row; after the first the scene is drawn again in the next frame."""
MAX_PAUSE_SECONDS = 30.0
"""The longest pause: each further error in a row doubles it up to here."""
STEADY_SECONDS = 5.0
"""Time without an error after which a scene's fault is over, and the next error is the first of a row again."""


@dataclass(slots=True)
class DrawErrors:
    """The row of errors that a scene has raised in `draw`; times are those of Moments, so that a replay is the same."""

    count: int = 0
    last: float = 0.0
    """Time of the newest, s."""
    revision: int = -1
    """Of the graphics at the newest: a shader that changed since may have mended the scene."""

    def add(self, t: float, revision: int) -> None:
        """Note an error at time `t`."""
        self.count, self.last, self.revision = self.count + 1, t, revision

    def rests(self, t: float, revision: int) -> bool:
        """Whether the scene is not drawn at time `t`."""
        if self.count < 2 or revision != self.revision:
            return False
        pause = min(FIRST_PAUSE_SECONDS * 2.0 ** (self.count - 2), MAX_PAUSE_SECONDS)
        return 0.0 <= t - self.last < pause

    def over(self, t: float, revision: int) -> bool:
        """Whether a frame at time `t` without an error ends the row."""
        return revision != self.revision or not 0.0 <= t - self.last < STEADY_SECONDS


# Fourteen attributes: what the parts of a scene's frame need, made together and released together.
@dataclass(slots=True)
class LoadedScene:
    """A scene that is set up; without a `scene` where an error prevents that."""

    name: str
    graphics: SceneGraphics
    own_picture: OwnPicture
    source: SceneSource | None = None
    """What it was made from; None where its file cannot be read."""
    scene_class: type[Scene] | None = None
    scene: Scene | None = None
    host: HostUniforms | None = None
    review: UniformReview | None = None
    defaults: Mapping[str, Value] = field(default_factory=dict)
    """Its knobs' defaults by address, for Moments that were saved before a knob existed."""
    drawn: tuple[int, float] = (-2, 0.0)
    """The frame in which it was drawn last, and its target's scale."""
    skipped: tuple[int, float] = (-2, 0.0)
    """The frame in which it was skipped last, and that frame's step, s."""
    errors: DrawErrors = field(default_factory=DrawErrors)
    failed: bool = False
    """Whether its newest frame raised an error."""
    wrong_shader: ShaderProgram | None = None
    """The shader whose uniforms do not fit what they are given, where that was the error."""
    replaced_failed: bool = False
    """Whether the scene that it replaced has a fault that ends with the first frame of this one."""

    @property
    def drawable(self) -> bool:
        """Whether it has been set up, and all its shaders have a program."""
        return self.scene is not None and self.graphics.drawable

    @property
    def checksum(self) -> int:
        """That of its source; 0 without one."""
        return self.source.checksum if self.source is not None else 0

    def describe(self, error: BaseException) -> str:
        """An error that it raised in one line, with file and line."""
        return describe_error(error, self.source.file if self.source is not None else Path(self.name))


class SceneFactory:
    """Makes the scenes of one stage."""

    def __init__(
        self,
        shader_cache: ShaderCache,
        venue: Venue,
        folder: Path | None,
        visitors: VisitorTextureSet,
        asset_faults: FaultSet,
    ) -> None:
        """Scenes, shaders and characters are searched in the venue's `folder` first."""
        self.folders = scene_folders(folder)
        """Where scenes are searched."""
        self._shader_cache = shader_cache
        self._canvas_size, self._seed = venue.canvas.size, venue.seed
        self._asset_folders = (*self.folders, folder / "shaders") if folder is not None else self.folders
        self._visitors = visitors
        self._asset_faults = asset_faults

    def empty(self, name: str, source: SceneSource | None = None) -> LoadedScene:
        """The graphics of a scene, which is not set up."""
        graphics = SceneGraphics(
            self._shader_cache, self._asset_folders, self._canvas_size, self._seed, self._visitors, name
        )
        graphics.asset_faults = self._asset_faults
        return LoadedScene(name, graphics, OwnPicture(graphics), source)

    def set_up(self, loaded: LoadedScene, source: SceneSource, scene_class: type[Scene]) -> None:
        """Set up the scene of a source's class with these graphics; raises SceneError with file and line."""
        graphics = loaded.graphics
        loaded.source, loaded.scene_class = source, scene_class
        loaded.defaults = {f"/scene/{loaded.name}/{knob.name}": knob.default for knob in scene_class.knobs}
        loaded.host = graphics.host = HostUniforms(graphics, scene_class, loaded.own_picture.previous)
        loaded.review = UniformReview(graphics, scene_class, source)
        try:
            scene = scene_class()
            scene.setup(graphics)
        except GlslError as error:  # names file and line itself
            raise SceneError(str(error)) from error
        except (Exception, SystemExit) as error:
            raise SceneError(describe_error(error, source.file)) from error
        loaded.scene = scene
