"""Loaded scenes: set up with graphics of their own, drawn by name; a scene that fails is skipped until it is mended."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path

from installation.interface.knobs import KnobValues, Value
from installation.interface.moment import LONGEST_STEP, Moment
from installation.interface.scene import Scene
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.gl.shader_cache import ShaderCache, ShaderProgram
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics
from installation.stage.scene_loader import SceneError, describe_error, find_scene, scene_file, scene_folders
from installation.venue.schema import Venue


@dataclass(slots=True)
class LoadedScene:
    """A scene that is set up, or the error that prevents it."""

    name: str
    graphics: SceneGraphics
    scene: Scene | None = None
    defaults: Mapping[str, Value] = field(default_factory=dict)
    """Its knobs' defaults by address, for Moments that were saved before a knob existed."""
    fault: str = ""
    drawn: tuple[int, float] = (-2, 0.0)
    """The frame in which it was drawn last, and its target's scale."""
    skipped: tuple[int, float] = (-2, 0.0)
    """The frame in which it was skipped last, and that frame's step, s."""
    failed_revision: int = 0
    """The graphics' revision when drawing failed: a shader that changed since may have mended the scene."""

    @property
    def drawable(self) -> bool:
        """Whether it has been set up, has not failed, and all its shaders have compiled."""
        return self.scene is not None and not self.fault and not self.graphics.faults


class LoadedScenes:
    """All scenes of a venue, by name."""

    def __init__(
        self,
        shader_cache: ShaderCache,
        venue: Venue,
        names: Sequence[str],
        folder: Path | None,
        visitors: VisitorTextureSet,
    ) -> None:
        """Set up the scenes `names`, searched in the venue's `folder` first. A scene that fails keeps its fault."""
        self._shader_cache = shader_cache
        self._canvas_size, self._seed = venue.canvas.size, venue.seed
        self._folders = scene_folders(folder)
        self._shader_folders = (folder / "shaders",) if folder is not None else ()
        self._visitors = visitors
        self._scenes = {name: self._load(name) for name in dict.fromkeys(names)}
        self._turn = cycle(self._scenes.values())

    def __getitem__(self, name: str) -> LoadedScene:
        return self._scenes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scenes)

    def _load(self, name: str) -> LoadedScene:
        folders = (*self._folders, *self._shader_folders)
        graphics = SceneGraphics(self._shader_cache, folders, self._canvas_size, self._seed, self._visitors, name)
        loaded = LoadedScene(name, graphics)
        try:
            scene_class = find_scene(name, self._folders)
        except SceneError as error:
            loaded.fault = str(error)
            return loaded
        loaded.defaults = {f"/scene/{name}/{knob.name}": knob.default for knob in scene_class.knobs}
        try:
            scene = scene_class()
            scene.setup(graphics)
            loaded.scene = scene
        except Exception as error:
            loaded.fault = self._describe(error, name)
        return loaded

    def _describe(self, error: Exception, name: str) -> str:
        return describe_error(error, scene_file(name, self._folders) or Path(name))

    @property
    def faults(self) -> tuple[str, ...]:
        """Errors of scenes, and of the files that they show."""
        loaded = self._scenes.values()
        return (
            *(each.fault for each in loaded if each.fault),
            *(f for each in loaded for f in each.graphics.asset_faults),
        )

    def use_visitors(self, names: Iterable[str]) -> bool:
        """Whether one of these scenes reads the visitor textures."""
        loaded = (self._scenes.get(name) for name in names)
        return any(each is not None and each.graphics.uses_visitors for each in loaded)

    def with_shaders(self, shaders: Collection[ShaderProgram]) -> list[str]:
        """The scenes that draw with one of these shaders."""
        return [name for name, each in self._scenes.items() if not set(shaders).isdisjoint(each.graphics.shaders)]

    def draw(self, name: str, moment: Moment, onto: RenderTarget, skip: bool) -> bool:
        """Draw a scene; with `skip` it keeps its picture of the frame before, and its next step is longer by this one.

        Returns False where there is nothing of the scene to see, because it does not exist or has failed.
        """
        loaded = self._scenes.get(name)
        if loaded is None:
            return False
        if skip and loaded.drawn == (moment.frame - 1, onto.scale):
            loaded.skipped = (moment.frame, moment.step)
            return True
        if loaded.skipped[0] == moment.frame - 1:
            moment = replace(moment, step=min(moment.step + loaded.skipped[1], LONGEST_STEP))
        loaded.drawn = (moment.frame, onto.scale)
        if loaded.scene is not None and loaded.fault and loaded.failed_revision != loaded.graphics.revision:
            loaded.fault = ""
        if not loaded.drawable:
            return False
        assert loaded.scene is not None
        values: Mapping[str, Value] = ChainMap(moment.knobs, loaded.defaults)  # type: ignore[arg-type]
        try:
            loaded.graphics.rescale(onto.scale)
            loaded.scene.draw(moment, KnobValues(values, f"/scene/{name}/"), onto)
        except Exception as error:
            loaded.fault, loaded.failed_revision = self._describe(error, name), loaded.graphics.revision
            return False
        return True

    def rescale_one_resting(self, playing: Collection[str], scale: float) -> None:
        """Shrink the targets of one scene that is not playing, another at each call, to those of playing scenes."""
        loaded = next(self._turn, None)
        if loaded is not None and loaded.name not in playing and loaded.graphics.quality > scale:
            loaded.graphics.rescale(scale)

    def release(self) -> None:
        for loaded in self._scenes.values():
            loaded.graphics.release()
