"""Loaded scenes: set up with graphics of their own, drawn by name, exchanged while they play; one that fails rests."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from installation.interface.knobs import KnobValues, Value
from installation.interface.moment import LONGEST_STEP, Moment
from installation.interface.scene import Scene
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.gl.render_pass import UniformTypeError, UniformValueError
from installation.stage.gl.shader_cache import ShaderCache, ShaderProgram
from installation.stage.gl.target import RenderTarget
from installation.stage.loaded_scene import DrawErrors, LoadedScene, SceneFactory
from installation.stage.scene_faults import SceneFaults
from installation.stage.scene_loader import SceneError, SceneSource, load_scene, read_scene
from installation.venue.schema import Venue

NOT_PLAYED = "{} does not play in this show"
"""Why a scene that was never loaded cannot be drawn."""


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
        self._factory = SceneFactory(shader_cache, venue, folder, visitors, faults.assets)
        self._faults = faults
        self._scenes: dict[str, LoadedScene] = {}
        self._next_resting = 0
        for name in dict.fromkeys(names):
            self._scenes[name] = self._load(name)

    def __getitem__(self, name: str) -> LoadedScene:
        return self._scenes[name]

    def find(self, name: str) -> LoadedScene | None:
        """The scene of this name; None where there is none."""
        return self._scenes.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._scenes)

    def _load(self, name: str) -> LoadedScene:
        """Set up the scene that stands in a file; one that fails is reported, and has no `scene`."""
        loaded = self._factory.empty(name)
        try:
            loaded.source = read_scene(name, self._factory.folders)
            self._factory.set_up(loaded, loaded.source, load_scene(loaded.source))
        except SceneError as error:
            self._faults.set(name, str(error), error.__cause__ or error)
        return loaded

    def set_up(self, source: SceneSource, scene_class: type[Scene]) -> LoadedScene:
        """A scene of a source's class, beside the one of its name; raises SceneError with file and line."""
        loaded = self._factory.empty(source.name, source)
        try:
            self._factory.set_up(loaded, source, scene_class)
        except SceneError:
            loaded.graphics.release()
            raise
        return loaded

    def exchange(self, name: str, loaded: LoadedScene | None) -> LoadedScene | None:
        """Draw `loaded`, or nothing, by this name from now on; returns the scene before, which is not released."""
        before = self._scenes.pop(name, None)
        if loaded is not None:
            if before is not None:
                loaded.graphics.rescale(before.graphics.quality)
            self._scenes[name] = loaded
        return before

    def failure(self, name: str) -> str:
        """Why a scene cannot be drawn, with file and line; empty where it can."""
        loaded = self._scenes.get(name)
        if loaded is None:
            return NOT_PLAYED.format(name)
        if loaded.drawable and not loaded.failed:
            return ""
        errors = (shader.error for shader in loaded.graphics.shaders if shader.program is None)
        return self._faults.text(name) or next(filter(None, errors), "")

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
        t, revision, errors = moment.time, loaded.graphics.revision, loaded.errors
        if not loaded.drawable or errors.rests(t, revision):
            return False
        try:
            self._draw(loaded, moment, onto)
        except (Exception, SystemExit) as error:
            first = not errors.count or revision != errors.revision
            errors.add(t, revision)
            loaded.failed = True
            loaded.wrong_shader = error.shader if isinstance(error, UniformTypeError | UniformValueError) else None
            if first:  # the texts of further errors in a row may differ, and say nothing new
                self._faults.set(name, loaded.describe(error), error)
            # After a single error the picture of the frame before is better than a calm one for a frame.
            return loaded.drawn == (moment.frame - 1, onto.scale)
        loaded.drawn, loaded.failed = (moment.frame, onto.scale), False
        if errors.over(t, revision) and (errors.count or loaded.replaced_failed):
            loaded.errors, loaded.replaced_failed = DrawErrors(), False
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
        review.begin(moment.time)
        canvas = loaded.own_picture.next() if loaded.own_picture.wanted else onto
        scene.draw(moment, knobs, canvas)
        if canvas is not onto:
            graphics.copy(onto, canvas)
        if review.end(host, moment.time):
            self._faults.set_notes(loaded.name, review.notes)

    def rescale_one_resting(self, playing: Collection[str], scale: float) -> None:
        """Shrink the targets of one scene that is not playing, another at each call, to those of playing scenes."""
        if not self._scenes:
            return
        self._next_resting = (self._next_resting + 1) % len(self._scenes)
        loaded = self._scenes[list(self._scenes)[self._next_resting]]
        if loaded.name not in playing and loaded.graphics.quality > scale:
            loaded.graphics.rescale(scale)

    def release(self) -> None:
        for loaded in self._scenes.values():
            loaded.graphics.release()
