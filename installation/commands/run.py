"""Play live: in windows, or headless where there is no display.

Without a display, and without --headless, it is a demonstration: it plays for 20 seconds and leaves a film and a
poster in the folder `out`. Keys in a window: Esc ends, O shows how the show does, N goes on to the next scene,
S keeps a still in `out` where the venue allows it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import venue_of
from installation.commands.arguments import seconds_of
from installation.commands.setup import ensure
from installation.core.errors import UserError

if TYPE_CHECKING:
    from installation.show.loop import Frame
    from installation.show.show import Show
    from installation.venue.schema import Venue

OUT = Path("out")
"""Where films and stills go that nobody named."""
DEMONSTRATION = 20.0
"""Seconds that it plays where nobody can see it."""
TELL = 0.5
"""Seconds between two looks for something to tell the technician."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source",
        metavar="S",
        help="camera, video, folder, URL, vmc://ADDRESS:PORT, ghost or .moments file (first camera)",
    )
    parser.add_argument("--scene", metavar="NAME", help="play this scene only")
    parser.add_argument("--seconds", type=seconds_of, metavar="N", help="end after so long")
    parser.add_argument("--headless", action="store_true", help="open no window, and play until stopped")
    parser.add_argument("--record", type=Path, metavar="FILE", help="record the wall to a film")
    parser.add_argument(
        "--save-moments", type=Path, metavar="FILE", help="save what happens, without pictures, to a file"
    )


def run(args: argparse.Namespace) -> int:
    from installation.show.options import ShowOptions, with_source
    from installation.show.show import Show

    venue = with_source(venue_of(args), args.source)
    display = has_display()
    demonstration = not display and not args.headless
    if demonstration and venue.cameras[0].source == "auto":
        # Nobody sees it and it leaves a film: not of somebody who happens to sit before a camera.
        venue = with_source(venue, str(demo()))
    seconds = args.seconds or (DEMONSTRATION if demonstration else None)
    record = args.record or (OUT / "visitant.mp4" if demonstration else None)
    _ask_leave(venue, record, args.save_moments)
    if venue.eye.model is None:
        ensure("pose_landmarker_full.task")
    diary = Diary()
    with Show(
        venue,
        ShowOptions(
            live=True,
            headless=args.headless or not display,
            scene=args.scene,
            record=record,
            moments=args.save_moments,
            stills=OUT if _may_record(venue) else None,
            on_frame=diary.see,
        ),
    ) as show:
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: show.loop.stop())
        diary.open(show)
        try:
            show.loop.play(show.rate, show.now, seconds)
        finally:
            diary.close()
    for note in (*show.faults, *show.losses):
        print(f"visitant run: {note}", file=sys.stderr)
    if record is not None and record.exists():
        print(f"film    {record}")
        if demonstration and diary.best is not None:
            from installation.stage.outputs.recorder import save_poster

            print(f"poster  {save_poster(record, diary.best, record.with_suffix('.png'))}")
    return 0


def demo() -> Path:
    """The demo film, fetched when it is missing."""
    from installation.core.downloads import path_of

    ensure("demo.mp4")
    return path_of("demo.mp4")


def has_display() -> bool:
    """Whether a window can be opened here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY"))


def _ask_leave(venue: Venue, record: Path | None, moments: Path | None) -> None:
    """Nobody is recorded unless the venue says so. Films and ghosts have been asked. Raises Trouble."""
    if (record is None and moments is None) or not _watches_people(venue):
        return
    for wish, allowed, key in (
        (record, venue.privacy.record, "record"),
        (moments, venue.privacy.save_moments, "save_moments"),
    ):
        if wish is not None and not allowed:
            raise UserError(f"{wish}: the venue does not allow this with a camera; `{key} = true` under [privacy] does")


def _may_record(venue: Venue) -> bool:
    """Whether stills of the wall may be kept."""
    return venue.privacy.record or not _watches_people(venue)


def _watches_people(venue: Venue) -> bool:
    """Whether a camera or a stream is looked at, and not a film."""
    from installation.venue.schema import shows_world

    return any(shows_world(camera.source) for camera in venue.cameras)


class Diary:
    """Tells the technician, on standard output, what changes; from a thread, so that no frame waits for it."""

    def __init__(self) -> None:
        self.best: float | None = None
        """Seconds after the first frame at which there was most to see; None before there was anybody."""
        self._most = 0.0
        self._first: float | None = None
        self._newest: Frame | None = None
        self._visited = False
        self._ending = threading.Event()
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="diary", daemon=True)
        self._show: Show | None = None

    def open(self, show: Show) -> None:
        """Begin to tell."""
        self._show = show
        self._thread.start()

    def see(self, frame: Frame) -> None:
        """Hear of a drawn frame."""
        if self._first is None:
            self._first = frame.start
            self._awake.set()
        crowd = frame.moment.crowd
        if crowd.count and not self._visited:
            self._visited = True
            self._awake.set()
        middle = 1.0 - 2.0 * abs(crowd.centre_screen[0] - 0.5)
        seen = middle * (0.2 + crowd.energy) * min(1.0, (frame.start - self._first) / 8.0)
        if crowd.count and seen >= self._most:
            self._most, self.best = seen, frame.start - self._first
        self._newest = frame

    def _run(self) -> None:
        assert self._show is not None
        show = self._show
        self._say(f"{show.venue.name} plays on {show.outputs.renderer} at {show.rate:g} frames a second")
        told: dict[str, str] = {}
        while not self._ending.is_set():
            self._awake.wait(TELL)
            self._awake.clear()
            if self._newest is None:
                continue
            if "first" not in told:
                told["first"] = "first frame"
                self._say("first frame")
            if self._visited and "visitor" not in told:
                told["visitor"] = "first visitor"
                self._say("first visitor")
            moment = self._newest.moment
            for key, words in (
                ("source", f"eye: {moment.health.source}"),
                ("scene", f"scene: {moment.programme.scene}"),
                ("level", f"quality: level {moment.health.level}"),
                ("notes", "; ".join(show.faults)),
            ):
                if told.get(key, "quality: level 0" if key == "level" else "") != words:
                    told[key] = words
                    if words:
                        self._say(words)

    def _say(self, words: str) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {words}", flush=True)

    def close(self) -> None:
        """Tell no more."""
        self._ending.set()
        self._awake.set()
        self._thread.join(1.0)
