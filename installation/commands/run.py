"""Play live: in windows, or headless where there is no display.

Without a display, and without an option, it renders a reel of four works and its poster to the folder `out`, then plays
for five seconds and prints how fast. With an option, such as --scene, it plays for 20 seconds and writes a film and a
poster to that folder; --headless plays until stopped.

A recording whose name exists gets date and time into its name; --overwrite replaces the file instead. Ctrl-C ends the
show, and pressed again it ends everything at once.

Keys in a window: Esc ends, F is full screen, O shows the operator's panel, N plays the next scene, S saves a still to
`out` where the venue allows it.
"""

from __future__ import annotations

import argparse
import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import INTERRUPTED, venue_of
from installation.commands.arguments import add_overwrite_option, film_of, moments_of, seconds_of
from installation.commands.reel import REEL_PATH, render_to
from installation.commands.setup import ensure, people_film
from installation.core.errors import UserError
from installation.core.exit_status import ExitStatus
from installation.core.film_file import POSTER_SUFFIX
from installation.core.output_files import dated, numbered, require_outputs
from installation.core.system_info import has_display

if TYPE_CHECKING:
    from installation.show.loop import Frame
    from installation.show.options import ShowOptions
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
STARTING = ("starts", "waiting for the first picture")
"""How the state of a source ends whose eye has had no time yet to deliver a picture."""
OPENING = "opening"
"""The state of a source that has not answered yet."""
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
    parser.add_argument("--record", type=film_of, metavar="FILE", help="record the wall to a film, .mp4, .mkv or .mov")
    parser.add_argument(
        "--save-moments", type=moments_of, metavar="FILE", help="record the Moments, without pictures (.moments)"
    )
    add_overwrite_option(parser)


def run(args: argparse.Namespace) -> int:
    from installation.show.options import with_source

    _require_source(args.source)
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
            status = render_to(numbered(REEL_PATH, (POSTER_SUFFIX,)))
        finally:
            logging.disable(logging.NOTSET)
        return status or _measure(venue)
    _require_permission(venue, args.record, args.save_moments)
    record, moments = _recordings(args, venue, demonstration)
    if venue.eye.model is None:
        ensure("pose_landmarker_full.task")
    from installation.show.options import ShowOptions

    existed = record is not None and record.exists()
    reporter = ShowReporter()
    options = ShowOptions(
        live=True,
        headless=args.headless or not display,
        scene=args.scene,
        record=record,
        moments=moments,
        stills=OUT if _may_record(venue) else None,
        on_frame=reporter.on_frame,
    )
    status = _play(venue, options, reporter, args.seconds or (DEMONSTRATION_SECONDS if demonstration else None))
    # A recording that ended early leaves an earlier film of its name in place.
    if record is not None and record.exists() and not (existed and status is ExitStatus.INCOMPLETE):
        print(f"film    {record}")
        if demonstration and status is not ExitStatus.INCOMPLETE and reporter.best_seconds is not None:
            from installation.stage.outputs.recorder import pictures_at, save_poster

            print(f"poster  {save_poster(pictures_at(record, [reporter.best_seconds])[0], record)}")
    return status


def _play(venue: Venue, options: ShowOptions, reporter: ShowReporter, seconds: float | None) -> ExitStatus:
    """Play until the end or a signal; returns the exit status."""
    from installation.core.watchdog import Watchdog
    from installation.show.show import Show
    from installation.show.stop_signals import stop_on_signals
    from installation.venue.camera_source import is_made_up
    from installation.workers.process_tree import kill_children

    shows: list[Show] = []

    def stop() -> None:
        for show in shows:
            show.loop.stop()

    with (
        stop_on_signals(stop) as stopped,
        Watchdog(venue.loop.hang_seconds, lambda _: kill_children()) as watchdog,
        Show(venue, replace(options, watchdog=watchdog)) as show,
    ):
        shows.append(show)
        if stopped.is_set():
            show.loop.stop()
        reporter.open(show)
        try:
            show.loop.play(show.rate, show.now, seconds)
        finally:
            reporter.close()
        never_seen = show.outputs.never_seen
        failed = {name: fault for name in reporter.scenes if (fault := show.stage.scenes.failure(name))}
    for name, fault in failed.items():
        logger.error("the scene %s could not be drawn (%s)", name, fault)
    if not show.sinks.complete:
        return ExitStatus.INCOMPLETE
    if failed:
        return ExitStatus.SCENE_FAILED
    for problem in never_seen:
        logger.error("an output was never seen: %s", problem)
    if never_seen:
        return ExitStatus.NO_PICTURE
    # A source that is made up cannot be missing: its eye was only slow to start.
    made_up = all(is_made_up(camera.source) for camera in venue.cameras)
    if reason := reporter.missing_picture(too_early=made_up or not show.loop.played_to_end):
        logger.error("the source never delivered a picture: %s", reason)
        return ExitStatus.NO_PICTURE
    return ExitStatus.DONE


def _require_source(source: str | None) -> None:
    """Raise UserError for a file or folder that there is not, rather than show an empty room."""
    from installation.venue.camera_source import names_file
    from installation.venue.loader import SOURCE_REMEDY, source_problem

    if source is not None and names_file(source) and (found := source_problem(Path(source))):
        raise UserError(f"--source {source}: {found}; {SOURCE_REMEDY}")


def _recordings(args: argparse.Namespace, venue: Venue, has_poster: bool) -> tuple[Path | None, Path | None]:
    """The files of --record and --save-moments, with the date in the name where a file has that name. Raises UserError
    where one of them cannot be written, or is an input."""
    record = args.record or (numbered(REEL_PATH, (POSTER_SUFFIX,)) if has_poster else None)
    read = (venue.file, args.venue, *(str(camera.source) for camera in venue.cameras))
    require_outputs([("--record", record), ("--save-moments", args.save_moments)], read, overwrite=True)
    chosen: list[Path | None] = []
    for path, beside in ((record, (POSTER_SUFFIX,) if has_poster else ()), (args.save_moments, ())):
        free = path if path is None or args.overwrite else dated(path, beside)
        if free != path:
            logger.warning("%s exists; %s is written", path, free)
        chosen.append(free)
    return chosen[0], chosen[1]


def _measure(venue: Venue) -> int:
    """Play live for some seconds without a window, and print the rates; returns the exit status."""
    from installation.show.live_rates import LiveRates
    from installation.show.options import ShowOptions
    from installation.show.show import Show
    from installation.show.stop_signals import stop_on_signals

    print(f"live    starting; {LIVE_SECONDS:g} seconds are measured", flush=True)
    rates = LiveRates(LIVE_SECONDS, lambda: show.loop.stop())
    with (
        Show(venue, ShowOptions(live=True, headless=True, on_frame=rates)) as show,
        stop_on_signals(show.loop.stop) as stopped,
    ):
        show.loop.play(show.rate, show.now, None)
    print(f"live    {rates}")
    return INTERRUPTED if stopped.is_set() else ExitStatus.DONE


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
    from installation.venue.camera_source import shows_world

    return any(shows_world(camera.source) for camera in venue.cameras)


class ShowReporter:
    """Logs what a show does, from a thread of its own, so that no frame waits for it."""

    def __init__(self) -> None:
        self.best_seconds: float | None = None
        """Time of the frame with most movement after the first frame, for the poster; None before the first visitor."""
        self.scenes: set[str] = set()
        """The scenes that were to be seen."""
        self._has_source = False
        self._source = ""
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
        self.scenes.add(frame.moment.programme.scene)
        self._source = frame.moment.health.source
        self._has_source = self._has_source or self._source == "ok"
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

    def missing_picture(self, too_early: bool) -> str:
        """Why no picture came in the whole show; empty where one came, or where its source was still being opened and
        that is `too_early` to say."""
        is_opening = self._source.endswith(STARTING) or self._source == OPENING
        return "" if self._has_source or (too_early and is_opening) else self._source

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
