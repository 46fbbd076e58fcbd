"""Loaded scenes: set up with graphics of their own, drawn by name; a scene that fails is skipped until it is mended."""

from __future__ import annotations

import logging
from collections import ChainMap, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle
from pathlib import Path

from installation.core.faults import Fault, FaultSet
from installation.interface.knobs import KnobValues, Value
from installation.interface.moment import LONGEST_STEP, Moment
from installation.interface.scene import Scene
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.gl.shader_cache import ShaderCache, ShaderProgram
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics
from installation.stage.host_uniforms import HostUniforms
from installation.stage.own_picture import OwnPicture
from installation.stage.scene_loader import SceneError, describe_error, find_scene, scene_file, scene_folders
from installation.stage.uniform_review import UniformReview
from installation.venue.schema import Venue

logger = logging.getLogger(__name__)


class SceneFaults:
    """Faults of the scenes of one stage. They outlive the scenes, which a live stage loads again after its warm-up."""

    def __init__(self) -> None:
        self.muted = False
        """Whether scenes that fail are not reported, as before and in the warm-up: they are loaded again after it."""
        self.assets = FaultSet(logger, on_wall=True)
        """Files of the venue that cannot be shown; each is reported once, in however many scenes it belongs."""
        self._notes: dict[str, FaultSet] = defaultdict(lambda: FaultSet(logger))
        self._of_scenes: dict[str, Fault] = defaultdict(lambda: Fault(logger, on_wall=True))

    def set(self, scene: str, text: str, cause: Exception) -> None:
        """Report that a scene has failed."""
        if not self.muted:
            self._of_scenes[scene].set(text, cause)

    def clear(self, scene: str) -> None:
        """Report that a scene draws."""
        self._of_scenes[scene].clear()

    def set_notes(self, scene: str, notes: Sequence[str]) -> None:
        """Report what a scene's author should look at, though it draws."""
        if not self.muted:
            self._notes[scene].set(notes)

    def close(self) -> None:
        """End the reports."""
        self.assets.withdraw()
        for notes in self._notes.values():
            notes.withdraw()
        for fault in self._of_scenes.values():
            fault.withdraw()


@dataclass(slots=True)
class LoadedScene:
    """A scene that is set up; without a `scene` where an error prevents that."""

    name: str
    graphics: SceneGraphics
    own_picture: OwnPicture
    scene: Scene | None = None
    defaults: Mapping[str, Value] = field(default_factory=dict)
    """Its knobs' defaults by address, for Moments that were saved before a knob existed."""
    drawn: tuple[int, float] = (-2, 0.0)
    """The frame in which it was drawn last, and its target's scale."""
    skipped: tuple[int, float] = (-2, 0.0)
    """The frame in which it was skipped last, and that frame's step, s."""
    host: HostUniforms | None = None
    review: UniformReview | None = None
    failed_revision: int | None = None
    """The graphics' revision when drawing failed: a shader that changed since may have mended the scene."""

    @property
    def drawable(self) -> bool:
        """Whether it has been set up, has not failed with its present shaders, and all of them have a program."""
        return self.scene is not None and self.failed_revision != self.graphics.revision and self.graphics.drawable


class LoadedScenes:
    """All scenes of a venue, by name."""

    def __init__(
        self,
        shader_cache: ShaderCache,
        venue: Venue,
        names: Sequence[str],
        folder: Path | None,
        visitors: VisitorTextureSet,
        faults: SceneFaults,
    ) -> None:
        """Set up the scenes `names`, searched in the venue's `folder` first; those that fail are in `faults`."""
        self._shader_cache = shader_cache
        self._canvas_size, self._seed = venue.canvas.size, venue.seed
        self._folders = scene_folders(folder)
        self._shader_folders = (folder / "shaders",) if folder is not None else ()
        self._visitors = visitors
        self._faults = faults
        self._scenes = {name: self._load(name) for name in dict.fromkeys(names)}
        self._turn = cycle(self._scenes.values())

    def __getitem__(self, name: str) -> LoadedScene:
        return self._scenes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scenes)

    def _load(self, name: str) -> LoadedScene:
        folders = (*self._folders, *self._shader_folders)
        graphics = SceneGraphics(self._shader_cache, folders, self._canvas_size, self._seed, self._visitors, name)
        graphics.asset_faults = self._faults.assets
        loaded = LoadedScene(name, graphics, OwnPicture(graphics))
        try:
            scene_class = find_scene(name, self._folders)
        except SceneError as error:
            self._faults.set(name, str(error), error)
            return loaded
        loaded.defaults = {f"/scene/{name}/{knob.name}": knob.default for knob in scene_class.knobs}
        loaded.host = graphics.host = HostUniforms(graphics, scene_class, loaded.own_picture.previous)
        loaded.review = UniformReview(graphics, scene_class)
        try:
            scene = scene_class()
            scene.setup(graphics)
            loaded.scene = scene
        except Exception as error:
            self._report(name, error)
        return loaded

    def _report(self, name: str, error: Exception) -> None:
        file = scene_file(name, self._folders) or Path(name)
        self._faults.set(name, describe_error(error, file), error)

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
        if not loaded.drawable:
            return False
        try:
            self._draw(loaded, moment, onto)
        except Exception as error:
            loaded.failed_revision = loaded.graphics.revision
            self._report(name, error)
            return False
        if loaded.failed_revision is not None:
            loaded.failed_revision = None
            self._faults.clear(name)
        return True

    def _draw(self, loaded: LoadedScene, moment: Moment, onto: RenderTarget) -> None:
        """Draw a scene on `onto`, by way of a picture of its own where a shader reads `previous`."""
        scene, graphics, host, review = loaded.scene, loaded.graphics, loaded.host, loaded.review
        assert scene is not None and host is not None and review is not None
        values: Mapping[str, Value] = ChainMap(moment.knobs, loaded.defaults)  # type: ignore[arg-type]
        knobs = KnobValues(values, f"/scene/{loaded.name}/")
        graphics.rescale(onto.scale)
        host.begin(moment, knobs)
        review.begin()
        canvas = loaded.own_picture.next() if loaded.own_picture.wanted else onto
        scene.draw(moment, knobs, canvas)
        if canvas is not onto:
            graphics.copy(onto, canvas)
        if review.end(host):
            self._faults.set_notes(loaded.name, review.notes)

    def rescale_one_resting(self, playing: Collection[str], scale: float) -> None:
        """Shrink the targets of one scene that is not playing, another at each call, to those of playing scenes."""
        loaded = next(self._turn, None)
        if loaded is not None and loaded.name not in playing and loaded.graphics.quality > scale:
            loaded.graphics.rescale(scale)

    def release(self) -> None:
        for loaded in self._scenes.values():
            loaded.graphics.release()
