"""Assembly: opens the parts of a show for a venue, each group as one typed value; an exit stack closes them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from installation.control.control import Control
from installation.control.cues.cue_book import CommandLinks, CueBook, SceneLinks
from installation.control.keyboard import Keyboard
from installation.control.osc.arguments import is_press
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage
from installation.core.errors import UserError
from installation.core.faults import FaultBoard
from installation.dance.client import DanceClient
from installation.ear.client import EarClient
from installation.ear.sources.choice import is_silent
from installation.interface.knobs import InvalidMessageError, Knobs, Value
from installation.music.client import ComposerClient
from installation.paint.client import PaintClient
from installation.show import knob_tree, music_commands, worker_specs
from installation.show.knob_tree import SceneTypes
from installation.show.loop import FrameSinks
from installation.show.modulated_knobs import unknown_modulated_knobs
from installation.show.moment_sources import LiveInputs, LiveSource, MomentSource, PaintedSource, ReplaySource
from installation.show.options import ShowOptions
from installation.show.playlist import Playlist
from installation.show.recording import MomentReader, MomentWriter, RecordingHeader
from installation.show.scene_roles import SceneRoles
from installation.show.scene_updates import SceneUpdates
from installation.show.triggers import film_clock, local_clock
from installation.stage.bodies.visitor_textures import screen_to_canvas
from installation.stage.layers import transitions
from installation.stage.outputs.recorder import Recorder
from installation.stage.outputs.screenshot import ScreenshotWriter
from installation.stage.outputs.windows import Outputs
from installation.stage.overlay.operator_view import HELP_KNOB, PANEL_KNOB, OperatorSources, OperatorView
from installation.stage.scene_loader import scene_presets
from installation.stage.stage import Stage
from installation.venue.camera_source import NO_MOUSE, is_mouse
from installation.venue.schema import Venue
from installation.workers.audio_ring import AudioRing
from installation.workers.placement import InlineHost, WorkerHost
from installation.workers.process_host import ProcessHost, Startable, Timeouts
from installation.workers.worker import WorkerSpec

logger = logging.getLogger(__name__)

SOFTWARE_RATE_HZ = 30.0
"""Frame rate where the venue names none and a processor draws."""
REFUSED_SECONDS = 120.0
"""How long the operator is shown a message that was refused."""
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
    ear: WorkerHost | None = None
    composer: WorkerHost | None = None

    @property
    def hosts(self) -> tuple[WorkerHost, ...]:
        """All of them: eyes first, then dancer, painter, ear and composer."""
        hosts = (*self.eyes, self.dancer, self.painter, self.ear, self.composer)
        return tuple(host for host in hosts if host is not None)


def open_eyes(context: Context) -> tuple[WorkerHost, ...]:
    """One eye for each camera of the venue. Raises UserError for a mouse without a window."""
    if context.options.headless and any(is_mouse(camera.source) for camera in context.venue.cameras):
        raise UserError(NO_MOUSE)
    specs = worker_specs.eye_specs(context.venue, context.options.live, context.epoch)
    return tuple(context.open_worker(spec) for spec in specs)


def open_models(
    context: Context, eyes: tuple[WorkerHost, ...], scenes: SceneTypes, replays: bool, wall: Startable
) -> Workers:
    """Dancer, painter and composer, where the venue wants them, and the ear; they start once the eyes run and the wall
    is lit."""
    venue, live = context.venue, context.options.live
    first = [*(eye for eye in eyes if isinstance(eye, ProcessHost)), wall]
    dancer = painter = None
    if knob_tree.dances(venue, scenes) and not replays:
        dancer = context.open_worker(worker_specs.dancer_spec(venue, live), first=first)
    if knob_tree.paints(scenes):
        spec = worker_specs.painter_spec(venue, live)
        painter = context.open_worker(spec, worker_specs.PAINTER_TIMEOUTS, first)
    ear = composer = ring = None
    if context.options.composer is not None:
        ring = own(context.stack, _audio_ring())
        composer = context.open_worker(worker_specs.film_composer_spec(context.options.composer, ring))
    elif venue.music.enabled and live and not replays:
        ring = own(context.stack, _audio_ring())
        spec = worker_specs.composer_spec(venue, live, context.epoch, ring)
        composer = context.open_worker(spec, worker_specs.COMPOSER_TIMEOUTS, first)
    if venue.sound.enabled and not replays and (live or not is_silent(venue.sound, venue.cameras[0].source)):
        # A third process on two cores would delay the first frame and the first visitor.
        ear = context.open_worker(worker_specs.ear_spec(venue, live, context.epoch, ring), first=first)
    return Workers(eyes, dancer, painter, ear, composer)


def _audio_ring() -> AudioRing:
    """Memory in which the ear hears the composer. Raises UserError without it."""
    try:
        return AudioRing.create()
    except OSError as error:
        raise UserError(f"composer: no shared memory for its sound ({error.strerror or error}); free memory") from error


@dataclass(frozen=True, slots=True)
class ShowControls:
    """What controllers play: the tree of knobs, and all that changes it."""

    tree: Knobs
    control: Control
    playlist: Playlist
    cues: CueBook


def open_controls(context: Context, scenes: SceneTypes) -> ShowControls:
    """The tree of knobs, control, playlist and cue book, with the commands of each."""
    venue, live = context.venue, context.options.live
    tree = knob_tree.tree(venue, scenes)
    for index, right in unknown_modulated_knobs(venue, tree):
        knob = venue.modulation[index].knob
        logger.warning("venue.toml: modulation[%d].knob: there is no knob %s; %s", index, knob, right)
    control = own(context.stack, Control(venue, tree, context.now, listen=live))
    if venue.pulse.link and live:
        control.clocks.connect(None, link=context.open_worker(worker_specs.link_spec()))
    if venue.pulse.ltc is not None:
        control.clocks.connect(None, ltc=context.open_worker(worker_specs.ltc_spec(venue, live, context.epoch)))
    if context.options.tempo is not None:
        control.tracker.set_tempo(context.options.tempo, 0.0)
    playlist = Playlist(
        venue.scenes, tree, transitions.transition_names(venue.folder), local_clock if live else film_clock
    )
    control.register_commands(playlist.commands())
    links = _cue_links(venue, scenes, control, playlist)
    cues = own(context.stack, CueBook(tree, knob_tree.folder(venue), control.writer, links, context.options.cues))
    control.register_commands(cues.commands(), cues.values)
    playlist.on_release = cues.cancel_waiting
    for address, value in context.options.knobs.items():
        tree.turn(address, value)
    if context.options.cues is not None:
        cues.start()
    return ShowControls(tree, control, playlist, cues)


def _cue_links(venue: Venue, scenes: SceneTypes, control: Control, playlist: Playlist) -> SceneLinks:
    """What presets and cues know of scenes and commands."""
    # A cue may name a scene that does not play this time, as with `--scene`.
    names = knob_tree.known_scenes(venue)
    playlist.absent_scenes = tuple(name for name in names if name not in venue.scenes.names)

    def send(address: str, value: Value, t: float) -> None:
        control.dispatcher.act(ReceivedMessage(address, (value,), t, LOCAL_SENDER))

    return SceneLinks(
        names,
        playlist.go,
        scene_presets(scenes),
        drive=partial(setattr, playlist, "cues_drive"),
        drives=lambda: playlist.cues_drive,
        end_change=playlist.end_change,
        absent=playlist.absent_scenes,
        commands=CommandLinks(knob_tree.commands(venue), send, knob_tree.absent_knobs(venue, control.tree)),
    )


def open_display(context: Context, controls: ShowControls) -> tuple[Outputs, Stage]:
    """Outputs with their keyboard and full screen, and the stage that draws on them."""
    venue, control = context.venue, controls.control
    keys = Keyboard(control.dispatch, control.announce, lambda: bool(controls.tree.base("/visitant/help")), context.now)
    outputs = own(context.stack, Outputs.open(venue, context.options.headless, keys.press))
    stage = own(context.stack, Stage(outputs.context, venue, venue.scenes.names, venue.folder, context.options.live))
    control.register_commands({"/visitant/fullscreen": partial(_toggle_fullscreen, outputs)})
    return outputs, stage


def open_operator_view(
    context: Context, outputs: Outputs, stage: Stage, control: Control, board: FaultBoard
) -> OperatorView | None:
    """The texts for the operator; none for a film, or where no window shows them."""
    if not context.options.live or context.options.headless:
        return None

    def put_away() -> None:
        for address in (PANEL_KNOB, HELP_KNOB):
            control.dispatch(address, False)

    def refused() -> str:
        refusals = control.refusals
        return refusals.last if context.now() - refusals.last_seconds < REFUSED_SECONDS else ""

    sources = OperatorSources(context.venue.name, board, control.selected_knob, refused, put_away)
    return own(context.stack, OperatorView(stage.shader_cache, outputs, sources))


def frame_rate(context: Context, outputs: Outputs) -> float:
    """Frames a second that the loop aims at."""
    default = SOFTWARE_RATE_HZ if outputs.software else GPU_RATE_HZ
    return context.options.rate or context.venue.loop.rate or default


def open_source(
    context: Context,
    workers: Workers,
    controls: ShowControls,
    roles: SceneRoles,
    replayed: MomentReader | None,
    outputs: Outputs,
) -> MomentSource:
    """Where Moments come from: the live inputs or a saved stream, with what the painter makes of them."""
    venue, live = context.venue, context.options.live
    source: MomentSource
    if replayed is not None:
        source = ReplaySource(replayed, controls.tree, context.options.scene, live, context.options.knobs)
    else:
        dancers = None
        if workers.dancer is not None:
            dancers = _dance_client(venue, workers.dancer, roles, frame_rate(context, outputs))
        inputs = LiveInputs(
            workers.eyes,
            controls.control,
            controls.playlist,
            dancers,
            controls.cues,
            lambda: outputs.pointer,
            EarClient(workers.ear) if workers.ear is not None else None,
            _composer_client(venue, workers.composer, controls) if workers.composer is not None else None,
        )
        source = LiveSource(venue, inputs, roles.camera_scenes, film=not live)
    if workers.painter is not None:
        source = PaintedSource(source, _paint_client(venue, workers.painter, roles))
    return own(context.stack, source)


def open_compiler(context: Context, started: float) -> WorkerHost | None:
    """The worker that tries edited shaders and scenes; a film has none.

    `started` is when the show began, s of the system's clock.
    """
    if not context.options.live:
        return None
    fixed = context.options.scene or context.options.cues
    spec = worker_specs.compiler_spec(context.venue, started, playlist=fixed is None)
    return context.open_worker(spec, worker_specs.COMPILER_TIMEOUTS)


def follow_edits(context: Context, stage: Stage, controls: ShowControls, roles: SceneRoles, workers: Workers) -> None:
    """Have knobs, presets, playlist and workers follow the scenes that are edited while the show plays."""
    roles.has_dancer, roles.has_painter = workers.dancer is not None, workers.painter is not None
    section = context.venue.scenes
    updates = own(context.stack, SceneUpdates(roles, section, controls.tree, controls.playlist, controls.cues))
    stage.reload.on_scene, stage.reload.on_section = updates.set_scene, updates.set_section


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


def _dance_client(venue: Venue, host: WorkerHost, roles: SceneRoles, rate_hz: float) -> DanceClient:
    delay_seconds = max(output.offset for output in venue.outputs) / 1000.0 + 1.0 / rate_hz
    return DanceClient(
        host,
        roles.casts,
        knob_tree.default_cast(venue),
        venue.dancer.rate,
        delay_seconds,
        venue.dancer.complete_visitors,
    )


def _composer_client(venue: Venue, host: WorkerHost, controls: ShowControls) -> ComposerClient:
    """The composer's client, with its commands; the music of the venue plays from the start where that says so."""
    client = ComposerClient(host, max(output.offset for output in venue.outputs) / 1000.0)
    controls.control.register_commands(music_commands.commands(client, controls.tree))
    if venue.music.keyboard is not None:
        controls.control.dispatcher.keyboard = music_commands.keyboard(client, venue.music.keyboard)
    return client


def _paint_client(venue: Venue, host: WorkerHost, roles: SceneRoles) -> PaintClient:
    aspect = worker_specs.canvas_aspect(venue)
    fit = partial(screen_to_canvas, canvas=aspect, fit=venue.canvas.fit)
    return PaintClient(host, roles.commissions, venue.painter.size, venue.painter.rate, aspect, fit)


def _toggle_fullscreen(outputs: Outputs, message: ReceivedMessage) -> None:
    if is_press(message):
        outputs.toggle_fullscreen()


def _take_still(stills: ScreenshotWriter | None, folder: Path | None, message: ReceivedMessage) -> None:
    if stills is None or folder is None:
        raise InvalidMessageError("no stills are kept here")
    if is_press(message):
        stills.request(folder / time.strftime("still-%Y%m%d-%H%M%S.png"))
