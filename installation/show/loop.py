"""The frame loop: one frame after the other at a steady rate, whatever the models do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from installation.control.control import Control
from installation.core.faults import FaultBoard
from installation.core.watchdog import START_FACTOR, Watchdog
from installation.interface.moment import LONGEST_STEP, Health, Moment
from installation.show.governor import Governor
from installation.show.moment_sources import MomentSource
from installation.show.recording import MomentWriter
from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.recorder import Recorder
from installation.stage.outputs.screenshot import ScreenshotWriter
from installation.stage.outputs.windows import Outputs
from installation.stage.overlay.operator_view import OperatorView
from installation.stage.stage import Stage
from installation.workers import allocator
from installation.workers.placement import WorkerHost

FRAME_RATE_SMOOTHING = 0.05
"""Share of each frame in the running mean of the frame rate."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The timing of one drawn frame, for measurements."""

    start: float
    """Show time at which it began, s."""
    work: float
    """Seconds from there until its pixels were ready."""
    shown: float
    """Show time at which it was on the screen: the end of the swap."""
    moment: Moment
    picture: RenderTarget
    """Its pixels, until the next frame is drawn."""


@dataclass(frozen=True, slots=True)
class Display:
    """The stage, the outputs it is shown on, the operator's texts, and the worker that tries edited scenes."""

    stage: Stage
    outputs: Outputs
    operator: OperatorView | None = None
    compiler: WorkerHost | None = None
    watchdog: Watchdog = field(default_factory=Watchdog)
    """Learns of each frame."""


@dataclass(frozen=True, slots=True)
class FrameSinks:
    """What receives Moments and pictures beside the outputs."""

    moments: MomentWriter | None = None
    film: Recorder | None = None
    stills: ScreenshotWriter | None = None
    on_frame: Callable[[Frame], None] | None = None

    @property
    def complete(self) -> bool:
        """Whether no file has ended early, as on a full disk."""
        return not any(sink is not None and sink.fault for sink in (self.moments, self.film))

    def take(self, moment: Moment, picture: RenderTarget, film_time: float) -> None:
        """Write one frame; `film_time` counts from the begin of the film, s."""
        if self.moments is not None:
            self.moments.write(moment)
        if self.film is not None:
            self.film.take(picture, film_time)
        if self.stills is not None:
            self.stills.take(picture)


class Pacer:
    """A steady frame rate; a frame that starts more than a period late is counted, never hidden."""

    def __init__(self, rate_hz: float) -> None:
        self._period = 1.0 / rate_hz
        self._due = 0.0
        self.late = 0

    def wait(self, now: Callable[[], float]) -> float:
        """Sleep until the next frame is due; returns the show time."""
        t = now()
        if not self._due:
            self._due = t
        if t > self._due + self._period:
            self.late += int((t - self._due) / self._period)
            self._due = t
        elif t < self._due:
            time.sleep(self._due - t)
            t = now()
        self._due += self._period
        return t


class Loop:
    """Gathers a Moment, draws and shows it, until it is stopped."""

    def __init__(
        self,
        source: MomentSource,
        display: Display,
        control: Control,
        governor: Governor,
        sinks: FrameSinks,
        faults: FaultBoard,
    ) -> None:
        self._source = source
        self._display = display
        self._control = control
        self._governor = governor
        self._sinks = sinks
        self._faults = faults
        self._frame = 0
        self._begin = 0.0
        self._last = 0.0
        self._rate = 0.0
        self._stopped = False
        self.played_to_end = False
        """Whether `play` ended because its seconds were over."""

    def stop(self) -> None:
        """End after the present frame."""
        self._stopped = True

    def play(self, rate_hz: float, now: Callable[[], float], seconds: float | None) -> None:
        """Play live at `rate_hz` frames a second of real time, for so many seconds; `now` gives show time."""
        stage, outputs = self._display.stage, self._display.outputs
        pacer = Pacer(rate_hz)
        self._begin = now()
        allocator.freeze()
        while not self._stopped and not outputs.closed:
            t = pacer.wait(now)
            if seconds is not None and t - self._begin >= seconds:
                self.played_to_end = True
                break
            drawn = self._draw(t, self._health(pacer.late))
            if drawn is None:
                break
            moment, picture = drawn
            stage.reload_changed(self._display.compiler, t)
            if self._display.operator is not None:
                self._display.operator.update(moment)
            outputs.finish_drawing()
            ready = now()
            outputs.show(picture, t)
            shown = now()
            self._display.watchdog.beat()
            self._governor.note(t, ready - t)
            if self._sinks.on_frame is not None:
                self._sinks.on_frame(Frame(t, ready - t, shown, moment, picture))

    def film(
        self, rate_hz: float, frames: int, on_drawn: Callable[[Moment], None] = lambda _: None
    ) -> Iterator[Moment]:
        """Draw `frames` frames in lock-step at exact multiples of 1/rate_hz, fewer when the source ends.

        `on_drawn` is called with each Moment before its picture is written; an error that it raises ends the film.
        """
        while self._frame < frames and not self._stopped:
            drawn = self._draw(self._frame / rate_hz, Health(frame_rate=rate_hz), on_drawn, START_FACTOR)
            if drawn is None:
                return
            yield drawn[0]

    def _health(self, late: int) -> Health:
        return Health(
            frame_rate=self._rate,
            late=late,
            level=self._governor.level,
            quality=self._governor.quality.shading,
            faults=self._faults.present,
        )

    def _draw(
        self,
        t: float,
        health: Health,
        on_drawn: Callable[[Moment], None] | None = None,
        patience: float | None = None,
    ) -> tuple[Moment, RenderTarget] | None:
        """Gather the newest of everything and draw it; None when the source has ended.

        With `patience`, the watchdog's factor, it watches the drawing alone: models take their time in a film.
        """
        step = t - self._last if self._frame else 0.0
        self._rate += FRAME_RATE_SMOOTHING * ((1.0 / step if step > 0 else 0.0) - self._rate)
        moment = self._source.moment(t, self._frame, min(step, LONGEST_STEP), health, self._governor.quality)
        if moment is None:
            return None
        watchdog = self._display.watchdog
        if patience is not None:
            watchdog.allow(patience)
        picture = self._display.stage.draw(moment)
        if patience is not None:
            watchdog.allow(None)
        if on_drawn is not None:
            on_drawn(moment)
        self._control.send_feedback(moment)
        self._sinks.take(moment, picture, t - self._begin)
        self._frame += 1
        self._last = t
        return moment, picture
