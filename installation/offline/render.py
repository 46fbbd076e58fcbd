"""Offline rendering of a source to a film: lock-step loop, every worker inline at its nominal rate in show time."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from installation.core.errors import UserError
from installation.eye.sources import duration_seconds, is_live
from installation.show.options import ShowOptions, with_source
from installation.show.recording import MomentReader
from installation.show.show import Show
from installation.venue.schema import Venue

DEFAULT_SECONDS = 20.0
"""Length of a film whose source has no end."""
DEFAULT_RATE = 30.0
"""Frames a second of a film whose source has no frame rate of its own."""


@dataclass(frozen=True, slots=True)
class FilmSettings:
    """What is rendered of a source; None stands for the default of the venue or the source."""

    scene: str | None = None
    rate: float | None = None
    """Frames a second."""
    seconds: float | None = None
    moments: Path | None = None
    """File that the Moments are recorded to as well."""


@dataclass(frozen=True, slots=True)
class RenderedFilm:
    """Length and state of a film after rendering."""

    frames: int
    seconds: float
    interrupted: bool
    complete: bool
    """Whether the file holds every frame that was drawn."""


def render_film(venue: Venue, source: str, out: Path, settings: FilmSettings | None = None) -> RenderedFilm:
    """Render `source` to the film `out`, with a progress bar on standard error. Raises UserError."""
    # rich takes a while to import, and modules that draw no bar import this one.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    settings = settings or FilmSettings()
    length: float | None
    if source.endswith(".moments"):
        length, source_rate = _recording_length(Path(source))
    else:
        if is_live(source):
            raise UserError(f"{source}: a film needs a source that can be played again, a file or a ghost, no camera")
        length, source_rate = duration_seconds(source), DEFAULT_RATE
    rate = settings.rate or source_rate
    frames = round((settings.seconds or length or DEFAULT_SECONDS) * rate)
    if length is not None:
        frames = min(frames, round(length * rate))
    options = ShowOptions(
        live=False, headless=True, scene=settings.scene, record=out, rate=rate, moments=settings.moments
    )
    drawn = 0
    with (
        Show(with_source(venue, source), options) as show,
        _stop_on_signals(show) as interrupted,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        ) as progress,
    ):
        task = progress.add_task(out.name, total=frames)
        for _ in show.loop.film(rate, frames):
            drawn += 1
            progress.advance(task)
            if show.sinks.film is not None and show.sinks.film.fault:
                break
    complete = show.sinks.film is None or not show.sinks.film.fault
    return RenderedFilm(drawn, drawn / rate, interrupted.is_set(), complete)


def _recording_length(path: Path) -> tuple[float, float]:
    """Length in seconds and frame rate of a file of Moments. Raises UserError."""
    # The show's own reader reports damage.
    reader = MomentReader(path, report=False)
    first = last = None
    for moment in reader:
        first = moment.time if first is None else first
        last = moment.time
    reader.close()
    if first is None or last is None:
        raise UserError(reader.damage or f"{path}: holds no moment")
    return last - first + 1.0 / reader.header.rate, reader.header.rate


@contextlib.contextmanager
def _stop_on_signals(show: Show) -> Iterator[threading.Event]:
    """SIGINT and SIGTERM end the loop after the current frame and set the event."""
    interrupted = threading.Event()

    def stop(*_: object) -> None:
        interrupted.set()
        show.loop.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
