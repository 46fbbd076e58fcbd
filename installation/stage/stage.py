"""The stage draws Moments: people, the scene that plays and the one that comes."""

from __future__ import annotations

import gc
from collections import ChainMap
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, cycle
from pathlib import Path
from typing import Any

import moderngl

from installation.interface.knobs import KnobValues, SelectedKnob, Value
from installation.interface.moment import LONGEST_STEP, Moment
from installation.interface.scene import Scene
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.gl.shader_cache import ShaderCache, ShaderProgram
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics
from installation.stage.layers.crossfader import Canvas
from installation.stage.layers.transitions import kinds
from installation.stage.overlay.overlay import Overlay
from installation.stage.scene_loader import SceneError, find_scene, scene_folders, told
from installation.stage.warm_up import rehearsal
from installation.venue.schema import Venue
from installation.workers import allocator
from installation.workers.placement import Placement

KINDS = (
    moderngl.Texture, moderngl.Buffer, moderngl.Framebuffer, moderngl.Renderbuffer, moderngl.VertexArray,
    moderngl.Program,
)  # fmt: skip
GONE = moderngl.InvalidObject
"""What moderngl puts in the place of an object that was given back."""
TURNS = 0.6
"""Quality below which two scenes, while one gives way to the other, are drawn in turns, a frame each."""
DRAWN = 1.0
"""Seconds after which what came on, or was mended, has been drawn, and the driver has what it needs for it."""


@dataclass(slots=True)
class LoadedScene:
    """A scene that is set up, or what is wrong with it."""

    name: str
    workshop: SceneGraphics
    scene: Scene | None = None
    defaults: Mapping[str, Value] = field(default_factory=dict)
    """Its knobs by address, for Moments that were saved before a knob was there."""
    fault: str = ""
    drawn: tuple[int, float] = (-2, 0.0)
    """The frame in which it was drawn last, and the share of its target's sides."""
    rested: tuple[int, float] = (-2, 0.0)
    """The frame in which it was not, while another was, and how long that was, s."""
    edition: int = 0
    """The workshop's edition when drawing failed: a shader that is mended since then may have mended the scene."""


class Stage:
    """All that is drawn, in one GL context that somebody else owns."""

    def __init__(
        self, context: moderngl.Context, venue: Venue, names: Sequence[str], folder: Path | None = None,
        live: bool = False,
    ) -> None:  # fmt: skip
        """Set up the scenes `names`, sought in the venue's `folder` first. A scene that fails keeps its fault.

        A `live` stage tells on the picture what is wrong, and has drawn every scene once before, so that the first
        frame of none is late; a film needs neither.
        """
        self.context = context
        self.programs = ShaderCache(context)
        self._venue = venue
        self.hand: Callable[[], SelectedKnob | None] = lambda: None
        """Tells of the knob that somebody has in hand."""
        self.notes: Callable[[], Sequence[str]] = tuple
        """Tells what is wrong elsewhere; shown when the overlay is asked for."""
        self._folder = folder
        self._live = live
        self._scenes = scene_folders(folder)
        self._shaders = (folder / "shaders",) if folder is not None else ()
        self._rehearsed = count()
        self._scene, self._changed = "", False
        """What played last; whether another came on since, or a shader was mended."""
        self._litter: float | None = None
        """When to give back what the driver freed at that, s of show time."""
        self._open(names)
        if live and self._acts:
            for moment in self.rehearsal():
                self.draw(moment)
            self._shut()
            self._open(names)
        if live:
            allocator.touch()
        self._watched = self.programs.order()
        self._compiled: Mapping[str, Any] | None = None

    def _open(self, names: Sequence[str]) -> None:
        """Everything but the programs, as it is before the first Moment."""
        size, fit = self._venue.canvas.size, self._venue.canvas.fit
        self.people = VisitorTextureSet(self.programs, size, fit)
        self.canvas = Canvas(self.programs, size, self._folder)
        self._workshop = SceneGraphics(self.programs, (), size, self._venue.seed)
        self._calm = self._workshop.screen("calm.frag")
        self._overlay = Overlay(self._workshop) if self._live else None
        self._acts = {name: self._set_up(name) for name in dict.fromkeys(names)}
        self._turn = cycle(self._acts.values())

    def _shut(self) -> None:
        for act in self._acts.values():
            act.workshop.release()
        self._workshop.release()
        self.canvas.release()
        self.people.release()

    def _set_up(self, name: str) -> LoadedScene:
        folders = (*self._scenes, *self._shaders)
        size, seed = self._venue.canvas.size, self._venue.seed
        act = LoadedScene(name, SceneGraphics(self.programs, folders, size, seed, self.people, name))
        try:
            kind = find_scene(name, self._scenes)
        except SceneError as error:
            act.fault = str(error)
            return act
        act.defaults = {f"/scene/{name}/{knob.name}": knob.default for knob in kind.knobs}
        try:
            scene = kind()
            scene.setup(act.workshop)
            act.scene = scene
        except Exception as error:
            act.fault = told(error, self._file(act))
        return act

    def _file(self, act: LoadedScene) -> Path:
        return next((f / f"{act.name}.py" for f in self._scenes if (f / f"{act.name}.py").is_file()), Path(act.name))

    def rehearsal(self, shaders: Collection[ShaderProgram] | None = None) -> Iterator[Moment]:
        """Moments that draw whatever a show can ask for with these shaders, or with all."""
        acts = {name: set(act.workshop.shaders) for name, act in self._acts.items()}
        asked = set(self.programs if shaders is None else shaders)
        names = [name for name, own in acts.items() if own & asked]
        changes = kinds(self._folder) if asked.difference(*acts.values()) else ()
        return rehearsal(names or list(acts)[:1], changes, self.people.aspect, self._rehearsed)

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that is wrong with scenes and shaders, in words for the person who can mend it."""
        acts = self._acts.values()
        troubles = (trouble for act in acts for trouble in act.workshop.troubles)
        return (*(act.fault for act in acts if act.fault), *troubles, *self.programs.faults)

    def draw(self, moment: Moment) -> RenderTarget:
        """Draw one frame; returns the picture to show. Depends on the Moments so far and on nothing else."""
        programme = moment.programme
        self._changed |= programme.scene != self._scene
        self._scene = programme.scene
        playing = (self._acts.get(name) for name in (programme.scene, programme.following))
        self.people.update(moment, any(act is not None and act.workshop.looks_at_people for act in playing))
        self.canvas.follow(programme)
        self.canvas.rescale(moment.health.quality, 2 if programme.following else 1)
        turns = programme.following != "" and programme.mix < 1.0 and moment.health.quality < TURNS
        if programme.mix < 1.0 or not programme.following:
            self._play(programme.scene, moment, self.canvas.scene, turns and moment.frame % 2 == 1)
        if programme.following:
            self._play(programme.following, moment, self.canvas.following, turns and moment.frame % 2 == 0)
        self._give_way(programme.scene, programme.following)
        picture = self.canvas.compose(moment)
        if self._overlay is not None and programme.dark < 1.0:
            notes = self.notes() if moment.knobs.get("/visitant/overlay") else ()
            self._overlay.draw(picture, moment, (*self.faults, *notes), self.hand())
        return picture

    def _give_way(self, *playing: str) -> None:
        """One scene that rests, each frame another, holds no finer targets than those that play."""
        act, share = next(self._turn, None), self.canvas.scene.scale
        if act is not None and act.name not in playing and act.workshop.quality > share:
            act.workshop.rescale(share)

    def _play(self, name: str, moment: Moment, onto: RenderTarget, rests: bool) -> None:
        """Draw a scene; one that `rests` stays as it was in the frame before, and makes up for that in the next. One
        that cannot be drawn leaves a calm picture, until one of its shaders is replaced."""
        act = self._acts.get(name)
        if act is not None:
            if rests and act.drawn == (moment.frame - 1, onto.scale):
                act.rested = (moment.frame, moment.step)
                return
            if act.rested[0] == moment.frame - 1:
                moment = replace(moment, step=min(moment.step + act.rested[1], LONGEST_STEP))
            act.drawn = (moment.frame, onto.scale)
        if act is not None and act.scene is not None and act.fault and act.edition != act.workshop.edition:
            act.fault = ""
        if act is not None and act.scene is not None and not act.fault and not act.workshop.faults:
            prefix = f"/scene/{name}/"
            try:
                act.workshop.rescale(onto.scale)
                act.scene.draw(moment, KnobValues(ChainMap(moment.knobs, act.defaults), prefix), onto)  # type: ignore[arg-type]
                return
            except Exception as error:
                act.fault, act.edition = told(error, self._file(act)), act.workshop.edition
        self._calm(onto, time=moment.time)

    def renew(self, compiler: Placement | None, t: float) -> None:
        """Between frames: take at most one program that the compiler's child has tried."""
        if compiler is None:
            return
        compiler.tell(self._watched)
        letter = compiler.newest(t)
        if letter is not None:
            self._compiled = letter.body
        self._changed |= self.programs.take(self._compiled)
        if self._changed and self._litter is None:
            self._litter = t + DRAWN
        elif self._litter is not None and t >= self._litter:
            self._litter, self._changed = None, False
            allocator.trim()

    def objects(self) -> int:
        """How many textures, buffers, framebuffers, vertex arrays and programs of this process are not given back.

        Looks at every object that Python tracks, so it is for measuring, not for every frame.
        """
        # What failed to compile has nothing to give back.
        things = (getattr(thing, "mglo", None) for thing in gc.get_objects() if type(thing) in KINDS)
        return sum(thing is not None and not isinstance(thing, GONE) for thing in things)

    def close(self) -> None:
        """Give back everything."""
        self._shut()
        self.programs.release()
