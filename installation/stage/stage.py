"""The stage draws Moments: visitors, the current and the following scene, and the crossfade."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Sequence
from itertools import count
from pathlib import Path

import moderngl

from installation.interface.moment import Moment
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.shader_cache import ShaderCache, ShaderProgram
from installation.stage.gl.target import RenderTarget
from installation.stage.layers.crossfader import Crossfader
from installation.stage.layers.transitions import transition_names
from installation.stage.loaded_scenes import LoadedScenes
from installation.stage.reload import Reload
from installation.stage.scene_faults import SceneFaults
from installation.stage.warm_up import trial_moments, warm_up_moments
from installation.venue.schema import Venue
from installation.workers import allocator
from installation.workers.placement import WorkerHost

GL_TYPES = (
    moderngl.Texture,
    moderngl.Buffer,
    moderngl.Framebuffer,
    moderngl.Renderbuffer,
    moderngl.VertexArray,
    moderngl.Program,
)
"""What `Stage.count_gl_objects` counts."""
RELEASED = moderngl.InvalidObject
"""What moderngl puts in the place of a released object."""
ALTERNATE_BELOW_QUALITY = 0.6
"""Quality below which two scenes of a crossfade are drawn alternately, a frame each."""


class Stage:
    """Everything that is drawn, in a GL context that the outputs own."""

    def __init__(
        self,
        context: moderngl.Context,
        venue: Venue,
        names: Sequence[str],
        folder: Path | None = None,
        live: bool = False,
    ) -> None:
        """Set up the scenes `names`, searched in the venue's `folder` first. A scene that fails is a fault.

        A `live` stage draws every scene once as a warm-up, so that no first frame is late; a film needs none.
        """
        self.context = context
        self._scene_faults = SceneFaults()
        self.shader_cache = ShaderCache(context)
        self._folder = folder
        self._warm_up_frames = count()
        self.reload = Reload(self.shader_cache, self._scene_faults)
        """Replaces shaders and scenes that are edited."""
        if live and names:
            self._warm_up(names, venue)
        self._open(names, venue)
        if live:
            allocator.populate_heap()
        self.reload.watch(self.scenes)

    def _warm_up(self, names: Sequence[str], venue: Venue) -> None:
        """Draw everything once; scenes that fail report it when they are loaded for the show."""
        self._scene_faults.muted = True
        # Drivers finish a shader whatever the size of its picture, and half of each side costs a quarter of the memory.
        self._open(names, _at_half_size(venue))
        for moment in self.warm_up_moments():
            self.draw(moment)
        self._release_scenes()
        self._scene_faults.muted = False

    def _open(self, names: Sequence[str], venue: Venue) -> None:
        """Make everything but the programs, in its state before the first Moment."""
        size, fit = venue.canvas.size, venue.canvas.fit
        self.visitors = VisitorTextureSet(self.shader_cache, size, fit)
        self.crossfader = Crossfader(self.shader_cache, size, self._folder)
        self._drawing = DrawingContext(self.shader_cache, (), size, venue.seed)
        self._draw_calm = self._drawing.shader("calm.frag")
        self.scenes = LoadedScenes(self.shader_cache, venue, names, self._folder, self.visitors, self._scene_faults)

    def _release_scenes(self) -> None:
        self.scenes.release()
        self._drawing.release()
        self.crossfader.release()
        self.visitors.release()

    def warm_up_moments(self, shaders: Collection[ShaderProgram] | None = None) -> Iterator[Moment]:
        """Moments that draw everything that a show can draw with these shaders, or with all."""
        changed = set(self.shader_cache if shaders is None else shaders)
        names = self.scenes.with_shaders(changed)
        of_scenes = (self.scenes[name].graphics.shaders for name in self.scenes)
        transitions = transition_names(self._folder) if changed.difference(*of_scenes) else ()
        classes = {name: self.scenes[name].scene_class for name in names or list(self.scenes)[:1]}
        return warm_up_moments(classes, transitions, self.visitors.aspect, self._warm_up_frames)

    def trial_moments(self, name: str) -> Iterator[Moment]:
        """Moments that find the errors of a scene, and draw what a show can draw with it."""
        loaded = self.scenes.find(name)
        scene_class = loaded.scene_class if loaded is not None else None
        return trial_moments(name, scene_class, self.visitors.aspect, self._warm_up_frames)

    @property
    def picture(self) -> RenderTarget:
        """The picture of the last frame."""
        return self.crossfader.picture

    def draw(self, moment: Moment) -> RenderTarget:
        """Draw one frame; returns the picture to show. Depends on the Moments so far and on nothing else."""
        programme, quality, crossfader = moment.programme, moment.health.quality, self.crossfader
        playing = (programme.scene, programme.following)
        self.reload.follow(*playing)
        self.visitors.update(moment, self.scenes.use_visitors(playing))
        crossfader.follow(programme)
        crossfader.rescale(quality, 2 if programme.following else 1)
        alternate = programme.following != "" and programme.mix < 1.0 and quality < ALTERNATE_BELOW_QUALITY
        if programme.mix < 1.0 or not programme.following:
            self._draw_scene(programme.scene, moment, crossfader.scene, alternate and moment.frame % 2 == 1)
        if programme.following:
            self._draw_scene(programme.following, moment, crossfader.following, alternate and moment.frame % 2 == 0)
        self.scenes.rescale_one_resting(playing, crossfader.scene.scale)
        return crossfader.compose(moment)

    def _draw_scene(self, name: str, moment: Moment, onto: RenderTarget, skip: bool) -> None:
        """Draw a scene, or a calm picture in place of one that has failed."""
        if not self.scenes.draw(name, moment, onto, skip):
            self._draw_calm(onto, phase=moment.phase(600))

    def reload_changed(self, compiler: WorkerHost | None, t: float) -> None:
        """Between frames: replace at most one program or scene by one that the compiler process has tried."""
        if compiler is not None:
            self.reload.update(compiler, t, self.scenes)

    def count_gl_objects(self) -> int:
        """How many textures, buffers, framebuffers, vertex arrays and programs of this process are not released.

        Looks at every object that Python tracks: for measurements, not for every frame.
        """
        # A program that failed to compile has no `mglo`.
        found = (getattr(each, "mglo", None) for each in gc.get_objects() if type(each) in GL_TYPES)
        return sum(each is not None and not isinstance(each, RELEASED) for each in found)

    def close(self) -> None:
        """Release everything; the faults end."""
        self.reload.close()
        self._release_scenes()
        self._scene_faults.close()
        self.shader_cache.release()


def _at_half_size(venue: Venue) -> Venue:
    """The venue with half of the canvas's width and height."""
    wide, high = venue.canvas.size
    return venue.model_copy(update={"canvas": venue.canvas.model_copy(update={"size": (wide // 2, high // 2)})})
