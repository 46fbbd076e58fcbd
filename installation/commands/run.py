"""Play live: in windows, or headless where there is no display.

Without a display, and without an option, it renders a reel of four works and its poster to the folder `out`, then plays
for five seconds and prints how fast. With an option, such as --scene, it plays for 20 seconds and writes a film and a
poster to that folder; --headless plays until stopped.

Keys in a window: Esc ends, O shows the operator's view, N plays the next scene, S saves a still to `out` where the
venue allows it.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import INTERRUPTED, venue_of
from installation.commands.arguments import seconds_of
from installation.commands.reel import REEL_NAME, render_to, unused
from installation.commands.setup import ensure, people_film
from installation.core.errors import UserError

if TYPE_CHECKING:
    from installation.show.loop import Frame
    from installation.show.show import Show
    from installation.venue.schema import Venue

logger = logging.getLogger(__name__)

OUT = Path("out")
"""Folder of the demonstration's film, and of stills."""
DEMONSTRATION_SECONDS = 20.0
"""Length of a show on a machine without a display, without --headless and --seconds."""
LIVE_SECONDS = 5.0
"""How long a show is measured after the reel."""
LOG_POLL_SECONDS = 0.5
"""Longest time between two looks at the show's state for the log."""
LEVEL_SECONDS = 10.0
"""How long a quality level must stay before it is logged."""
POSTER_RAMP_SECONDS = 8.0
"""Time after the first frame in which the weight of frames for the poster rises from 0 to 1."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--source",
        metavar="S",
        help="camera, video, folder, URL, vmc://ADDRESS:PORT, mouse, ghost or .moments file (first camera)",
    )
    parser.add_argument("--scene", metavar="NAME", help="play this scene only")
    parser.add_argument("--seconds", type=seconds_of, metavar="N", help="length (default: until stopped)")
    parser.add_argument("--headless", action="store_true", help="open no window, and play until stopped")
    parser.add_argument("--record", type=Path, metavar="FILE", help="record the wall to a film")
    parser.add_argument(
        "--save-moments", type=Path, metavar="FILE", help="record the Moments, without pictures, to a file"
    )


def run(args: argparse.Namespace) -> int:
    from installation.show.options import ShowOptions, with_source
    from installation.show.show import Show

    venue = with_source(venue_of(args), args.source)
    display = has_display()
    demonstration = not display and not args.headless
    if demonstration and venue.cameras[0].source == "auto":
        # The demonstration writes a film: it must not record people who happen to sit in front of a camera.
        venue = with_source(venue, str(people_film()))
    if demonstration and not any((args.source, args.scene, args.seconds, args.record, args.save_moments)):
        # The course of a show would break into the progress bar.
        logging.disable(logging.INFO)
        try:
            status = render_to(unused(OUT / REEL_NAME))
        finally:
            logging.disable(logging.NOTSET)
        return status or _measure(venue)
    seconds = args.seconds or (DEMONSTRATION_SECONDS if demonstration else None)
    record = args.record or (unused(OUT / REEL_NAME) if demonstration else None)
    _require_permission(venue, record, args.save_moments)
    if venue.eye.model is None:
        ensure("pose_landmarker_full.task")
    log = ShowReporter()
    with Show(
        venue,
        ShowOptions(
            live=True,
            headless=args.headless or not display,
            scene=args.scene,
            record=record,
            moments=args.save_moments,
            stills=OUT if _may_record(venue) else None,
            on_frame=log.on_frame,
        ),
    ) as show:
        _stop_on_signals(show)
        log.open(show)
        try:
            show.loop.play(show.rate, show.now, seconds)
        finally:
            log.close()
    if record is not None and record.exists():
        print(f"film    {record}")
        if demonstration and log.best_seconds is not None:
            from installation.stage.outputs.recorder import save_poster

            print(f"poster  {save_poster(record, log.best_seconds, record.with_suffix('.png'))}")
    return 0


def _measure(venue: Venue) -> int:
    """Play live for some seconds without a window, and print the rates; returns the exit status."""
    from installation.show.live_rates import LiveRates
    from installation.show.options import ShowOptions
    from installation.show.show import Show

    print(f"live    starting; {LIVE_SECONDS:g} seconds are measured", flush=True)
    rates = LiveRates(LIVE_SECONDS, lambda: show.loop.stop())
    with Show(venue, ShowOptions(live=True, headless=True, on_frame=rates)) as show:
        stopped = _stop_on_signals(show)
        show.loop.play(show.rate, show.now, None)
    print(f"live    {rates}")
    return INTERRUPTED if stopped.is_set() else 0


def _stop_on_signals(show: Show) -> threading.Event:
    """Let signals end the loop after the present frame, and set the event."""
    stopped = threading.Event()

    def stop(*_: object) -> None:
        stopped.set()
        show.loop.stop()

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)
    return stopped


def has_display() -> bool:
    """Whether this machine can open a window."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY"))


def _require_permission(venue: Venue, record: Path | None, moments: Path | None) -> None:
    """Check that the venue permits recording of cameras; films and ghosts need no permission. Raises UserError."""
    if (record is None and moments is None) or not _watches_people(venue):
        return
    for path, allowed, key in (
        (record, venue.privacy.record, "record"),
        (moments, venue.privacy.save_moments, "save_moments"),
    ):
        if path is not None and not allowed:
            raise UserError(f"{path}: the venue does not allow this with a camera; `{key} = true` under [privacy] does")


def _may_record(venue: Venue) -> bool:
    """Whether stills of the wall may be saved."""
    return venue.privacy.record or not _watches_people(venue)


def _watches_people(venue: Venue) -> bool:
    """Whether a source is a camera or a stream, not a film."""
    from installation.venue.schema import shows_world

    return any(shows_world(camera.source) for camera in venue.cameras)


class ShowReporter:
    """Logs what a show does, from a thread of its own, so that no frame waits for it."""

    def __init__(self) -> None:
        self.best_seconds: float | None = None
        """Time of the frame with most movement after the first frame, for the poster; None before the first visitor."""
        self._best_score = 0.0
        self._first_frame_time: float | None = None
        self._newest: Frame | None = None
        self._visited = False
        self._ending = threading.Event()
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="show reporter", daemon=True)

    def open(self, show: Show) -> None:
        """Start the thread."""
        logger.info("%s plays on %s at %g frames a second", show.venue.name, show.outputs.renderer, show.rate)
        self._thread.start()

    def on_frame(self, frame: Frame) -> None:
        """Take in a drawn frame; called by the loop."""
        if self._first_frame_time is None:
            self._first_frame_time = frame.start
            self._awake.set()
        crowd = frame.moment.crowd
        if crowd.count and not self._visited:
            self._visited = True
            self._awake.set()
        seconds = frame.start - self._first_frame_time
        centred = 1.0 - 2.0 * abs(crowd.centre_screen[0] - 0.5)
        score = centred * (0.2 + crowd.energy) * min(1.0, seconds / POSTER_RAMP_SECONDS)
        if crowd.count and score >= self._best_score:
            self._best_score, self.best_seconds = score, seconds
        self._newest = frame

    def _run(self) -> None:
        scene, visited, drawn = "", False, False
        level = SettledLevel()
        while not self._ending.is_set():
            self._awake.wait(LOG_POLL_SECONDS)
            self._awake.clear()
            if self._newest is None:
                continue
            if not drawn:
                drawn = True
                logger.info("first frame")
            if self._visited and not visited:
                visited = True
                logger.info("first visitor")
            moment = self._newest.moment
            if moment.programme.scene != scene:
                scene = moment.programme.scene
                logger.info("scene %s", scene)
            if (settled := level.settled(moment.health.level, moment.time)) is not None:
                logger.info("quality level %d", settled)

    def close(self) -> None:
        """Stop the thread."""
        self._ending.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(1.0)


class SettledLevel:
    """The quality level once it has stayed for LEVEL_SECONDS; in between it may go up and down unreported."""

    def __init__(self) -> None:
        self._reported = self._level = 0
        self._since = 0.0

    def settled(self, level: int, t: float) -> int | None:
        """The level to report at show time `t`, once for each that stays; None for nothing new."""
        if level != self._level:
            self._level, self._since = level, t
        if self._level == self._reported or t - self._since < LEVEL_SECONDS:
            return None
        self._reported = self._level
        return level
