"""A show: everything that one venue needs to play, opened in the right order and closed again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from installation.control.control import Control
from installation.control.cues.cue_book import CueBook
from installation.control.keyboard import Keyboard
from installation.control.osc.arguments import is_press
from installation.control.osc.receiver import ReceivedMessage
from installation.core.errors import UserError
from installation.dance.client import DanceClient
from installation.interface.commission import Commission
from installation.interface.knobs import InvalidMessageError, KnobValues
from installation.interface.moment import Moment
from installation.interface.scene import Scene
from installation.paint import client as paint_caller
from installation.paint.request import room_of
from installation.show import knob_tree
from installation.show.governor import Governor
from installation.show.loop import Frame, Loop
from installation.show.moment_sources import LiveSource, MomentSource, PaintedSource, ReplaySource
from installation.show.playlist import Playlist
from installation.show.recording import MomentReader, MomentWriter, RecordingHeader
from installation.show.triggers import local_clock, noon
from installation.stage.bodies.visitor_textures import screen_to_canvas
from installation.stage.layers.transitions import kinds as transitions
from installation.stage.outputs.recorder import Recorder
from installation.stage.outputs.screenshot import ScreenshotWriter
from installation.stage.outputs.windows import Outputs
from installation.stage.scene_loader import looks
from installation.stage.stage import Stage
from installation.venue.schema import Venue, performers_at
from installation.workers.placement import InlineHost, WorkerHost
from installation.workers.process_host import ProcessHost, Timeouts
from installation.workers.worker import WorkerSpec

EYE_ROOM = 1 << 21
"""Bytes of the largest letter of an eye: the outlines of all visitors and a camera picture of 640 by 640."""
COMPILER = Timeouts(hang=20.0)
"""A driver may take long over a shader."""
PAINTER = Timeouts(hang=20.0, grace=180.0)
"""Large models take long to load, and large paintings to paint."""
DREAMING = 0.012
"""Seconds that a dream may take beside a painting; in a film it may take its time."""
SOFTWARE_RATE, SCREEN_RATE = 30.0, 60.0
"""Frames a second that the loop aims at when the venue names none: where a processor draws, where a GPU does."""


def with_source(venue: Venue, source: str | None) -> Venue:
    """The venue with another source for its first camera; the other cameras stay away. Raises Trouble."""
    if source is None:
        return venue
    value: int | str = int(source) if source.isdecimal() else source
    try:
        performers_at(value)
    except ValueError as error:
        raise UserError(f"{source}: {error}") from None
    return venue.model_copy(update={"cameras": (venue.cameras[0].model_copy(update={"source": value}),)})


def with_scene(venue: Venue, scene: str | None) -> Venue:
    """The venue with a playlist of one scene, whatever happens."""
    if scene is None:
        return venue
    return venue.model_copy(update={"scenes": venue.scenes.model_copy(update={"playlist": (scene,), "when": ()})})


def eye_roles(venue: Venue, live: bool, epoch: float) -> list[WorkerSpec]:
    """One eye for each camera."""
    roles = []
    for index, camera in enumerate(venue.cameras):
        settings = {
            "camera": camera.model_dump(mode="json"),
            "eye": venue.eye.model_dump(mode="json"),
            "index": index,
            "epoch": epoch,
        }
        if performers_at(camera.source) is None:
            factory = "installation.eye.eye:open_eye"
            settings |= {"seed": venue.seed, "live": live}
        else:
            factory = "installation.show.vmc_eye:open_troupe"
            settings |= {"allow": [str(network) for network in venue.osc.allow]}
        name = f"eye {index + 1}" if len(venue.cameras) > 1 else "eye"
        roles.append(WorkerSpec(name, factory, settings, rate=venue.eye.rate, message_bytes=EYE_ROOM))
    return roles


def dancer_role(venue: Venue, live: bool) -> WorkerSpec:
    """The one worker of all dancers."""
    settings = {
        "weights": str(venue.dancer.weights) if venue.dancer.weights else None,
        "max_dancers": venue.dancer.max_dancers,
        "floor": list(venue.dancer.area_m),
        "seed": venue.seed,
        "live": live,
    }
    return WorkerSpec("dancer", "installation.dance.worker:open_dancer", settings, rate=venue.dancer.rate)


def painter_role(venue: Venue, live: bool) -> WorkerSpec:
    """The one worker of all paintings."""
    painter = venue.painter
    settings = {
        "engine": painter.engine,
        "weights": str(painter.weights) if painter.weights else None,
        "device": painter.device,
        "threads": painter.threads,
        "size": painter.size,
        "aspect": _aspect(venue),
        "steps": painter.steps,
        "dreaming": DREAMING if live else None,
        "diffusion": venue.diffusion.model_dump(),
    }
    room = room_of(painter.size, _aspect(venue))
    return WorkerSpec(
        "painter", "installation.paint.worker:open_painter", settings, painter.rate, patient=True, message_bytes=room
    )


def compiler_role(venue: Venue) -> WorkerSpec:
    """The one who tries the shaders that somebody edits."""
    settings = {"venue": venue.model_dump_json(), "folder": str(venue.folder) if venue.folder else None}
    return WorkerSpec(
        "compiler", "installation.stage.gl.shader_compiler:open_compiler", settings, message_bytes=1 << 21
    )


class Show:
    """Eyes, control, stage and loop of one venue. Close it, or use it in a `with`."""

    def __init__(
        self,
        venue: Venue,
        *,
        live: bool,
        headless: bool,
        scene: str | None = None,
        record: Path | None = None,
        rate: float | None = None,
        moments: Path | None = None,
        stills: Path | None = None,
        witness: Callable[[Frame], None] | None = None,
    ) -> None:
        """Open everything. Not `live` is a film: workers inline, no sockets, the governor off.

        `record` and `moments` name files for a film of the canvas and for all Moments, `stills` the folder for those
        that the key S takes, if it may; `rate` overrides the venue's.
        Raises Trouble when something that the show can't do without is missing.
        """
        self.venue = venue = with_scene(venue, scene)
        self.works = False
        """Whether all is open, and frames can be drawn."""
        self._things = ExitStack()
        # Show time begins here; children that still have to load their models are started first.
        self.epoch = time.perf_counter()
        try:
            source = str(venue.cameras[0].source)
            replayed = MomentReader(Path(source)) if source.endswith(".moments") else None
            roles = [] if replayed else eye_roles(venue, live, self.epoch)
            eyes = [self._own(ProcessHost(role, self.epoch) if live else InlineHost(role)) for role in roles]
            self.places = [*eyes]
            # Somebody is seen, and the wall is lit, before there are answers.
            first = [*eyes, self]
            kinds = knob_tree.scenes(venue)
            casts, default = {name: kind.cast for name, kind in kinds.items()}, knob_tree.default_cast(venue)
            dancer = None
            if knob_tree.dances(venue, kinds) and not replayed:
                role = dancer_role(venue, live)
                dancer = self._own(ProcessHost(role, self.epoch, first=first) if live else InlineHost(role))
                self.places.append(dancer)
            painter = None
            if knob_tree.paints(kinds):
                role = painter_role(venue, live)
                painter = self._own(ProcessHost(role, self.epoch, PAINTER, first) if live else InlineHost(role))
                self.places.append(painter)
            tree = knob_tree.tree(venue, kinds)
            self.control = self._own(Control(venue, tree, self.now, listen=live))
            self.director = Playlist(venue.scenes, tree, transitions(venue.folder), local_clock if live else noon)
            self.control.obey(self.director.commands())
            folder, keeper, names = knob_tree.folder(venue), self.control.keeper, venue.scenes.names
            self.book = self._own(CueBook(tree, folder, keeper, names, self.director.go, looks(kinds)))
            self.control.obey(self.book.commands(), self.book.told)
            keys = Keyboard(self.control.enter, self.control.say, lambda: bool(tree.base("/visitant/help")), self.now)
            self.outputs = self._own(Outputs.open(venue, headless, keys.press))
            self.stage = self._own(Stage(self.outputs.context, venue, venue.scenes.names, venue.folder, live))
            self.stage.hand = self.control.grip
            self.stage.notes = lambda: (*self.control.notes, *self.book.notes)
            self.rate = rate or venue.loop.rate or (SOFTWARE_RATE if self.outputs.software else SCREEN_RATE)
            governor = Governor(self.rate, venue.loop.min_quality, venue.loop.governor and live)
            gather: MomentSource
            if replayed:
                gather = ReplaySource(replayed, tree.values, scene, again=live)
            else:
                shown = frozenset(name for name, kind in kinds.items() if kind.shows_camera)
                late = max(output.offset for output in venue.outputs) / 1000.0 + 1.0 / self.rate
                caller = None
                if dancer is not None:
                    caller = DanceClient(
                        dancer, casts, default, venue.dancer.rate, late, venue.dancer.complete_visitors
                    )
                gather = LiveSource(venue, eyes, self.control, self.director, shown, not live, caller, self.book)
            if painter is not None:
                gather = PaintedSource(gather, _painter(venue, painter, kinds))
            self.gather = self._own(gather)
            header = RecordingHeader(self.rate, venue.seed, venue.canvas.size)
            self.writer = self._own(MomentWriter(moments, header, patient=not live)) if moments else None
            context, size = self.outputs.context, venue.canvas.size
            self.recorder = self._own(Recorder(context, record, size, self.rate, patient=not live)) if record else None
            self.stills = self._own(ScreenshotWriter(context, size)) if stills else None
            self.control.obey({"/visitant/still": partial(self._still, stills)})
            self.loop = Loop(
                self.gather,
                self.stage,
                self.outputs,
                self.control,
                governor,
                self.writer,
                self.recorder,
                self.stills,
                self._own(ProcessHost(compiler_role(venue), self.epoch, COMPILER)) if live else None,
                witness,
            )
            self.works = True
        except BaseException:
            self._things.close()
            raise

    def now(self) -> float:
        """Show time, s."""
        return time.perf_counter() - self.epoch

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong and does not end the show, in words."""
        files = (file.trouble for file in self._files if file.trouble)
        still = (self.stills.trouble,) if self.stills is not None and self.stills.trouble else ()
        return (*self.gather.notes, *self.control.notes, *self.book.notes, *self.stage.faults, *files, *still)

    @property
    def losses(self) -> tuple[str, ...]:
        """What was left out of the files that are written."""
        lost = [(file.path, file.dropped) for file in self._files if file.dropped]
        return tuple(f"{path}: {count} left out, the disk or the encoder is too slow" for path, count in lost)

    @property
    def _files(self) -> list[Any]:
        return [file for file in (self.writer, self.recorder) if file is not None]

    def _still(self, folder: Path | None, message: ReceivedMessage) -> None:
        if self.stills is None or folder is None:
            raise InvalidMessageError("no stills are kept here")
        if is_press(message):
            self.stills.ask(folder / time.strftime("still-%Y%m%d-%H%M%S.png"))

    def _own(self, thing: Any) -> Any:
        self._things.callback(thing.close)
        return thing

    def close(self) -> None:
        """Close everything, the newest first."""
        self._things.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


def _aspect(venue: Venue) -> float:
    """Of the canvas, width over height."""
    return venue.canvas.size[0] / venue.canvas.size[1]


def _painter(venue: Venue, place: WorkerHost, kinds: Mapping[str, type[Scene]]) -> paint_caller.Caller:
    """The painter as the loop knows it."""

    def commission(name: str, moment: Moment) -> Commission:
        return kinds[name].commission(moment, KnobValues(moment.knobs, f"/scene/{name}/"))

    scenes = {name: partial(commission, name) for name, kind in kinds.items() if kind.paints}
    fit = partial(screen_to_canvas, canvas=_aspect(venue), fit=venue.canvas.fit)
    return paint_caller.Caller(place, scenes, venue.painter.size, venue.painter.rate, _aspect(venue), fit)
