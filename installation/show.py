"""A show: everything that one venue needs to play, opened in the right order and closed again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from installation.control.control import Control
from installation.control.knobs import Knobs
from installation.gather import Gather, Live, Replay
from installation.governor import Governor
from installation.loop import Frame, Loop
from installation.moments import Header, Reader, Writer
from installation.place import Child, Inline, Placement
from installation.programme import Director
from installation.stage.outputs import Outputs
from installation.stage.record import Recorder
from installation.stage.repertoire import SceneError, find_scene, scene_folders
from installation.stage.stage import Stage
from installation.trouble import Trouble
from installation.venue import Venue
from installation.worker import Role

EYE_ROOM = 1 << 21
"""Bytes of the largest letter of an eye: the outlines of all visitors and a camera picture of 640 by 640."""
SOFTWARE_RATE, SCREEN_RATE = 30.0, 60.0
"""Frames a second that the loop aims at when the venue names none: where a processor draws, where a GPU does."""


class SourceTrouble(Trouble):
    """A source that can't be played."""

    status = 2


def with_source(venue: Venue, source: str | None) -> Venue:
    """The venue with another source for its first camera; the other cameras stay away."""
    if source is None:
        return venue
    value: int | str = int(source) if source.isdecimal() else source
    return venue.model_copy(update={"cameras": (venue.cameras[0].model_copy(update={"source": value}),)})


def with_scene(venue: Venue, scene: str | None) -> Venue:
    """The venue with a playlist of one scene."""
    if scene is None:
        return venue
    return venue.model_copy(update={"scenes": venue.scenes.model_copy(update={"playlist": (scene,)})})


def eye_roles(venue: Venue, live: bool, epoch: float) -> list[Role]:
    """One eye for each camera."""
    return [
        Role(
            f"eye {index + 1}",
            "installation.eye.eye:open_eye",
            {
                "camera": camera.model_dump(mode="json"),
                "eye": venue.eye.model_dump(mode="json"),
                "index": index,
                "seed": venue.seed,
                "live": live,
                "epoch": epoch,
            },
            rate=venue.eye.rate,
            room=EYE_ROOM,
        )
        for index, camera in enumerate(venue.cameras)
    ]


class Show:
    """Eyes, control, stage and loop of one venue. Close it, or use it in a `with`."""

    def __init__(
        self,
        venue: Venue,
        *,
        live: bool,
        headless: bool,
        scene: str | None = None,
        moments: Path | None = None,
        witness: Callable[[Frame], None] | None = None,
    ) -> None:
        """Open everything. Not `live` is a film: workers inline, no sockets, the governor off.

        `moments` names a file to which all Moments are saved. Raises Trouble when something that the show can't do
        without is missing.
        """
        self.venue = with_scene(venue, scene)
        self.live = live
        # Show time begins here; children that still have to load their models are started first.
        self.epoch = time.perf_counter()
        self._things = ExitStack()
        try:
            self._open(headless, scene, moments, witness)
        except BaseException:
            self._things.close()
            raise

    def _open(
        self, headless: bool, scene: str | None, moments: Path | None, witness: Callable[[Frame], None] | None
    ) -> None:
        venue = self.venue
        source = venue.cameras[0].source
        replayed = Reader(Path(source)) if str(source).endswith(".moments") else None
        places = [] if replayed else self._places(eye_roles(venue, self.live, self.epoch))
        for place in places:
            self._things.callback(place.close)
        folders = scene_folders(venue.folder)
        kinds = {}
        for name in venue.scenes.playlist:
            try:
                kinds[name] = find_scene(name, folders)
            except SceneError as error:
                if scene is not None or len(venue.scenes.playlist) == 1:
                    raise Trouble(str(error)) from error
        tree = Knobs()
        for name, kind in kinds.items():
            tree.add(f"/scene/{name}", kind.knobs)
        self.control = self._own(Control(venue, tree, self.now, tuple(kinds), listen=self.live))
        self.outputs = self._own(Outputs.open(venue, headless=headless))
        self.stage = self._own(Stage(self.outputs.context, venue, venue.scenes.playlist, venue.folder))
        self.rate = venue.loop.rate or (SOFTWARE_RATE if self.outputs.software else SCREEN_RATE)
        self.governor = Governor(self.rate, venue.loop.floor, venue.loop.governor and self.live)
        gather: Gather
        if replayed:
            gather = Replay(replayed, tree.values, scene, again=self.live)
        else:
            shown = frozenset(name for name, kind in kinds.items() if kind.shows_camera)
            scenes = venue.scenes
            director = Director(scenes.playlist, scenes.seconds, scenes.transition)
            gather = Live(venue, places, self.control, director, shown, film=not self.live)
        self.gather = self._own(gather)
        header = Header(self.rate, venue.seed, venue.canvas.size)
        self.writer = self._own(Writer(moments, header, patient=not self.live)) if moments else None
        self.loop = Loop(self.gather, self.stage, self.outputs, self.control, self.governor, self.writer, witness)

    def now(self) -> float:
        """Show time, s."""
        return time.perf_counter() - self.epoch

    def _places(self, roles: list[Role]) -> list[Placement]:
        return [Child(role, self.epoch) if self.live else Inline(role) for role in roles]

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
