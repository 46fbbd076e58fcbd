"""Assembly: opens the parts of a show for a venue, each group as one typed value; an exit stack closes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from installation.control.control import Control
from installation.control.cues.cue_book import CueBook
from installation.control.keyboard import Keyboard
from installation.control.osc.arguments import is_press
from installation.control.osc.receiver import ReceivedMessage
from installation.dance.client import DanceClient
from installation.interface.commission import Commission
from installation.interface.knobs import InvalidMessageError, Knobs, KnobValues
from installation.interface.moment import Moment
from installation.paint.client import PaintClient
from installation.show import knob_tree, worker_specs
from installation.show.knob_tree import SceneTypes
from installation.show.loop import FrameSinks
from installation.show.moment_sources import LiveInputs, LiveSource, MomentSource, PaintedSource, ReplaySource
from installation.show.options import ShowOptions
from installation.show.playlist import Playlist
from installation.show.recording import MomentReader, MomentWriter, RecordingHeader
from installation.show.triggers import film_clock, local_clock
from installation.stage.bodies.visitor_textures import screen_to_canvas
from installation.stage.layers import transitions
from installation.stage.outputs.recorder import Recorder
from installation.stage.outputs.screenshot import ScreenshotWriter
from installation.stage.outputs.windows import Outputs
from installation.stage.scene_loader import scene_presets
from installation.stage.stage import Stage
from installation.venue.schema import Venue
from installation.workers.placement import InlineHost, WorkerHost
from installation.workers.process_host import ProcessHost, Startable, Timeouts
from installation.workers.worker import WorkerSpec

SOFTWARE_RATE_HZ = 30.0
"""Frame rate where the venue names none and a processor draws."""
GPU_RATE_HZ = 60.0
"""Frame rate where the venue names none and a graphics card draws."""


class Closable(Protocol):
    """What is owned by a show and closed with it."""

    def close(self) -> None:
        """Release everything."""


Owned = TypeVar("Owned", bound=Closable)


def own(stack: ExitStack, part: Owned) -> Owned:
    """Have `stack` close a part, and return it."""
    stack.callback(part.close)
    return part


@dataclass(frozen=True, slots=True)
class Context:
    """What every step of the assembly needs."""

    venue: Venue
    options: ShowOptions
    epoch: float
    """The machine's `time.perf_counter` at show time 0."""
    now: Callable[[], float]
    """Show time, s."""
    stack: ExitStack

    def open_worker(
        self, spec: WorkerSpec, timeouts: Timeouts | None = None, first: Sequence[Startable] = ()
    ) -> WorkerHost:
        """A worker in its placement: a child process that starts after `first` when live, else inline."""
        if self.options.live:
            return own(self.stack, ProcessHost(spec, self.epoch, timeouts, first))
        return own(self.stack, InlineHost(spec))


@dataclass(frozen=True, slots=True)
class Workers:
    """The models of a show."""

    eyes: tuple[WorkerHost, ...]
    dancer: WorkerHost | None = None
    painter: WorkerHost | None = None

    @property
    def hosts(self) -> tuple[WorkerHost, ...]:
        """All of them: eyes first, then dancer and painter."""
        return tuple(host for host in (*self.eyes, self.dancer, self.painter) if host is not None)


def open_eyes(context: Context) -> tuple[WorkerHost, ...]:
    """One eye for each camera of the venue."""
    specs = worker_specs.eye_specs(context.venue, context.options.live, context.epoch)
    return tuple(context.open_worker(spec) for spec in specs)


def open_models(
    context: Context, eyes: tuple[WorkerHost, ...], scenes: SceneTypes, replays: bool, wall: Startable
) -> Workers:
    """Dancer and painter, where a scene wants them; they start once the eyes run and the wall is lit."""
    venue, live = context.venue, context.options.live
    first = [*(eye for eye in eyes if isinstance(eye, ProcessHost)), wall]
    dancer = painter = None
    if knob_tree.dances(venue, scenes) and not replays:
        dancer = context.open_worker(worker_specs.dancer_spec(venue, live), first=first)
    if knob_tree.paints(scenes):
        spec = worker_specs.painter_spec(venue, live)
        painter = context.open_worker(spec, worker_specs.PAINTER_TIMEOUTS, first)
    return Workers(eyes, dancer, painter)


@dataclass(frozen=True, slots=True)
class Controls:
    """What controllers play: the tree of knobs, and all that changes it."""

    tree: Knobs
    control: Control
    playlist: Playlist
    cues: CueBook


def open_controls(context: Context, scenes: SceneTypes) -> Controls:
    """The tree of knobs, control, playlist and cue book, with the commands of each."""
    venue, live = context.venue, context.options.live
    tree = knob_tree.tree(venue, scenes)
    control = own(context.stack, Control(venue, tree, context.now, listen=live))
    playlist = Playlist(
        venue.scenes, tree, transitions.transition_names(venue.folder), local_clock if live else film_clock
    )
    control.register_commands(playlist.commands())
    folder, writer, names = knob_tree.folder(venue), control.writer, venue.scenes.names
    cues = own(context.stack, CueBook(tree, folder, writer, names, playlist.go, scene_presets(scenes)))
    control.register_commands(cues.commands(), cues.values)
    return Controls(tree, control, playlist, cues)


def open_display(context: Context, controls: Controls) -> tuple[Outputs, Stage]:
    """Outputs with their keyboard, and the stage that draws on them."""
    venue, control = context.venue, controls.control
    keys = Keyboard(control.dispatch, control.announce, lambda: bool(controls.tree.base("/visitant/help")), context.now)
    outputs = own(context.stack, Outputs.open(venue, context.options.headless, keys.press))
    stage = own(context.stack, Stage(outputs.context, venue, venue.scenes.names, venue.folder, context.options.live))
    stage.selected_knob = control.selected_knob
    return outputs, stage


def frame_rate(context: Context, outputs: Outputs) -> float:
    """Frames a second that the loop aims at."""
    default = SOFTWARE_RATE_HZ if outputs.software else GPU_RATE_HZ
    return context.options.rate or context.venue.loop.rate or default


def open_source(
    context: Context,
    workers: Workers,
    controls: Controls,
    scenes: SceneTypes,
    replayed: MomentReader | None,
    rate_hz: float,
) -> MomentSource:
    """Where Moments come from: the live inputs or a saved stream, with what the painter makes of them."""
    venue, live = context.venue, context.options.live
    source: MomentSource
    if replayed is not None:
        source = ReplaySource(replayed, controls.tree, context.options.scene, loop=live)
    else:
        shown = frozenset(name for name, scene in scenes.items() if scene.shows_camera)
        dancers = _dance_client(venue, workers.dancer, scenes, rate_hz) if workers.dancer is not None else None
        inputs = LiveInputs(workers.eyes, controls.control, controls.playlist, dancers, controls.cues)
        source = LiveSource(venue, inputs, shown, film=not live)
    if workers.painter is not None:
        source = PaintedSource(source, _paint_client(venue, workers.painter, scenes))
    return own(context.stack, source)


def open_sinks(context: Context, outputs: Outputs, rate_hz: float, control: Control) -> FrameSinks:
    """The files that frames and Moments are written to, and the command that takes a still."""
    options, size, stack = context.options, context.venue.canvas.size, context.stack
    gl, lossless = outputs.context, not options.live
    header = RecordingHeader(rate_hz, context.venue.seed, size)
    sinks = FrameSinks(
        own(stack, MomentWriter(options.moments, header, lossless)) if options.moments else None,
        own(stack, Recorder(gl, options.record, size, rate_hz, lossless)) if options.record else None,
        own(stack, ScreenshotWriter(gl, size)) if options.stills else None,
        options.on_frame,
    )
    control.register_commands({"/visitant/still": partial(_take_still, sinks.stills, options.stills)})
    return sinks


def _dance_client(venue: Venue, host: WorkerHost, scenes: SceneTypes, rate_hz: float) -> DanceClient:
    casts = {name: scene.cast for name, scene in scenes.items()}
    delay_seconds = max(output.offset for output in venue.outputs) / 1000.0 + 1.0 / rate_hz
    return DanceClient(
        host, casts, knob_tree.default_cast(venue), venue.dancer.rate, delay_seconds, venue.dancer.complete_visitors
    )


def _paint_client(venue: Venue, host: WorkerHost, scenes: SceneTypes) -> PaintClient:
    def commission(name: str, moment: Moment) -> Commission:
        return scenes[name].commission(moment, KnobValues(moment.knobs, f"/scene/{name}/"))

    commissions: Mapping[str, Callable[[Moment], Commission]] = {
        name: partial(commission, name) for name, scene in scenes.items() if scene.paints
    }
    aspect = worker_specs.canvas_aspect(venue)
    fit = partial(screen_to_canvas, canvas=aspect, fit=venue.canvas.fit)
    return PaintClient(host, commissions, venue.painter.size, venue.painter.rate, aspect, fit)


def _take_still(stills: ScreenshotWriter | None, folder: Path | None, message: ReceivedMessage) -> None:
    if stills is None or folder is None:
        raise InvalidMessageError("no stills are kept here")
    if is_press(message):
        stills.request(folder / time.strftime("still-%Y%m%d-%H%M%S.png"))
