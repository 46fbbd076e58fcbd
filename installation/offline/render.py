"""A film of a source: the loop in lock-step, every worker inline at its nominal rate in show time."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from installation.core.errors import Trouble
from installation.show.show import Show, with_source
from installation.venue.schema import Venue

FALLBACK = 20.0
"""Seconds of a film of a source without an end."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a film."""

    frames: int
    seconds: float
    interrupted: bool
    whole: bool
    """Whether every frame that was drawn is in the file."""
    notes: tuple[str, ...] = ()


def film(
    venue: Venue,
    source: str,
    out: Path,
    *,
    scene: str | None = None,
    rate: float | None = None,
    seconds: float | None = None,
    moments: Path | None = None,
) -> Result:
    """Film `source` to `out`; the progress bar is drawn on standard error. Raises Trouble."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from installation.eye.sources import is_live, length_of

    length: float | None
    if source.endswith(".moments"):
        length, own_rate = _stream(Path(source))
    else:
        if is_live(source):
            raise Trouble(f"{source}: a film needs a source that can be played again, a file or a ghost, no camera")
        length, own_rate = length_of(source), 30.0
    pace = rate or own_rate
    frames = round((seconds or length or FALLBACK) * pace)
    if length is not None:
        frames = min(frames, round(length * pace))
    drawn = 0
    with (
        Show(
            with_source(venue, source), live=False, headless=True, scene=scene, record=out, rate=pace, moments=moments
        ) as show,
        _interruptible(show) as interrupted,
        Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
            TimeRemainingColumn(), console=Console(stderr=True),
        ) as progress,
    ):  # fmt: skip
        task = progress.add_task(out.name, total=frames)
        for _ in show.loop.film(pace, frames):
            drawn += 1
            progress.advance(task)
            if show.recorder is not None and show.recorder.trouble:
                break
    trouble = show.recorder.trouble if show.recorder is not None else ""
    return Result(drawn, drawn / pace, interrupted.is_set(), not trouble, (*show.notes, *show.losses))


def _stream(path: Path) -> tuple[float, float]:
    """Length in seconds and frame rate of a file of moments."""
    from installation.show.recording import Reader

    reader = Reader(path)
    first = last = None
    for moment in reader:
        first = moment.time if first is None else first
        last = moment.time
    reader.close()
    if first is None or last is None:
        raise Trouble(reader.trouble or f"{path}: holds no moment")
    return last - first + 1.0 / reader.header.rate, reader.header.rate


@contextlib.contextmanager
def _interruptible(show: Show) -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM end the film after the frame under way."""
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
