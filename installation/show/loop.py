"""The loop: one frame after the other at a steady rate, whatever the models do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from installation.control.control import Control
from installation.interface.moment import LONGEST_STEP, Health, Moment
from installation.show.governor import Governor
from installation.show.moment_sources import MomentSource
from installation.show.recording import MomentWriter
from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.recorder import Recorder
from installation.stage.outputs.screenshot import ScreenshotWriter
from installation.stage.outputs.windows import Outputs
from installation.stage.stage import Stage
from installation.workers import allocator
from installation.workers.placement import WorkerHost


@dataclass(frozen=True, slots=True)
class Frame:
    """What one drawn frame took, for whoever measures."""

    start: float
    """Show time at which it began, s."""
    work: float
    """Seconds from there until its pixels were ready."""
    shown: float
    """Show time at which it was on the screen: the end of the swap."""
    moment: Moment
    picture: RenderTarget
    """Its pixels, until the next frame is drawn."""


class Pace:
    """A steady beat of frames; one that comes more than a frame late is counted, never hidden."""

    def __init__(self, rate: float) -> None:
        self._period = 1.0 / rate
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
    """Gathers, draws and shows until it is told to stop."""

    def __init__(
        self,
        gather: MomentSource,
        stage: Stage,
        outputs: Outputs,
        control: Control,
        governor: Governor,
        writer: MomentWriter | None = None,
        recorder: Recorder | None = None,
        stills: ScreenshotWriter | None = None,
        compiler: WorkerHost | None = None,
        witness: Callable[[Frame], None] | None = None,
    ) -> None:
        self._gather = gather
        self._stage = stage
        self._outputs = outputs
        self._control = control
        self._governor = governor
        self._writer = writer
        self._recorder = recorder
        self._stills = stills
        self._compiler = compiler
        self._witness = witness
        self._frame = 0
        self._begin = 0.0
        self._last = 0.0
        self._rate = 0.0
        self._stopped = False

    def stop(self) -> None:
        """End after the frame under way."""
        self._stopped = True

    def play(self, rate: float, now: Callable[[], float], seconds: float | None) -> None:
        """Live: at `rate` frames a second of real time, for so many seconds; `now` gives show time."""
        pace = Pace(rate)
        self._begin = now()
        allocator.freeze()
        while not self._stopped and not self._outputs.closed:
            t = pace.wait(now)
            if seconds is not None and t - self._begin >= seconds:
                break
            level, shading = self._governor.level, self._governor.quality.shading
            drawn = self._draw(t, Health(frame_rate=self._rate, late=pace.late, level=level, quality=shading))
            if drawn is None:
                break
            moment, picture = drawn
            self._stage.renew(self._compiler, t)
            self._outputs.ready()
            ready = now()
            self._outputs.show(picture, t)
            shown = now()
            self._governor.note(t, ready - t)
            if self._witness is not None:
                self._witness(Frame(t, ready - t, shown, moment, picture))

    def film(self, rate: float, frames: int) -> Iterator[Moment]:
        """Lock-step: draw so many frames at exact multiples of 1/rate, fewer when there is no more to draw."""
        while self._frame < frames and not self._stopped:
            drawn = self._draw(self._frame / rate, Health(frame_rate=rate))
            if drawn is None:
                return
            yield drawn[0]

    def _draw(self, t: float, health: Health) -> tuple[Moment, RenderTarget] | None:
        """Gather the newest of everything and draw it; None when there is no more to draw."""
        step = t - self._last if self._frame else 0.0
        self._rate += 0.05 * ((1.0 / step if step > 0 else 0.0) - self._rate)
        moment = self._gather.moment(t, self._frame, min(step, LONGEST_STEP), health, self._governor.quality)
        if moment is None:
            return None
        picture = self._stage.draw(moment)
        self._control.tell(moment)
        if self._writer is not None:
            self._writer.write(moment)
        if self._recorder is not None:
            self._recorder.take(picture, t - self._begin)
        if self._stills is not None:
            self._stills.take(picture)
        self._frame += 1
        self._last = t
        return moment, picture
