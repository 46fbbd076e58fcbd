"""The live loop in a process of its own: frame intervals, rates, glass-to-glass latency, recovery of the eye."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from installation.core import json_process
from installation.evaluate.bench.clip_venue import TARGET_RATE_HZ, WARM_UP_SECONDS, clip_venue
from installation.show.loop import Frame
from installation.show.options import ShowOptions
from installation.show.show import Show
from installation.show.venue_check import load

READY_TIMEOUT_SECONDS = 60.0
"""Most time that the first visitor, or the first painting, is waited for."""
PLAY_TIMEOUT_SECONDS = 120.0
"""Most time that a show plays beside the measured one."""
HEAVY_MODULES = frozenset({"torch", "mediapipe"})
"""What the drawing process may not import."""


@dataclass(frozen=True, slots=True)
class LiveRun:
    """What is played, and for how long it is measured."""

    clip: str
    size_px: Sequence[int]
    """Width and height of the canvas."""
    seconds: float
    scene: str
    signals: Sequence[Sequence[Any]] = ()
    """(seconds after the warm-up, name of a signal) that the eye's process is sent."""
    rate_hz: float = TARGET_RATE_HZ
    venue: str = ""
    """File of a venue that is played instead of one for the clip; its first painting is waited for."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What followed a signal to the eye's process."""

    longest_interval_seconds: float
    """Longest frame interval in the 6 s after it."""
    eye_seconds: float
    """Time until the eye's next observation is on the wall; infinite where there is none."""


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """Figures of a live run after its warm-up."""

    frames_hz: float
    eye_hz: float
    """Observations a second."""
    paintings_hz: float
    interval_median_seconds: float
    interval_p99_seconds: float
    latency_median_seconds: float | None
    """Glass to glass: from a camera picture to the frame that shows it; None where the eye saw nothing."""
    latency_p95_seconds: float | None
    visitors_mean: float
    visitor_shares: Mapping[str, float]
    """Share of the frames by their number of visitors, which JSON has as text."""
    recoveries: Sequence[Recovery]
    heavy_modules: Sequence[str]
    """Those of HEAVY_MODULES that the drawing process imported."""


def measure_live(run: LiveRun) -> LiveFigures:
    """Play in a fresh process and return the figures. Raises JsonProcessError."""
    found = json_process.call(f"{__name__}:play", {"run": asdict(run)})
    recoveries = [Recovery(**recovery) for recovery in found.pop("recoveries")]
    return LiveFigures(recoveries=recoveries, **found)


def play(run: Mapping[str, Any]) -> dict[str, Any]:
    """Play a LiveRun here; return LiveFigures as a dictionary."""
    settings = LiveRun(**run)
    venue = (
        load(Path(settings.venue))
        if settings.venue
        else clip_venue(settings.clip, settings.size_px, settings.scene, settings.rate_hz)
    )
    recorder = FrameRecorder(needs_painting=bool(settings.venue))
    with Show(venue, ShowOptions(live=True, headless=True, on_frame=recorder)) as show:
        signalled: list[float] = []
        timekeeper = threading.Thread(target=_send_signals, args=(show, settings, recorder.ready, signalled))
        timekeeper.start()
        show.loop.play(settings.rate_hz, show.now, PLAY_TIMEOUT_SECONDS + settings.seconds)
        timekeeper.join()
        heavy_modules = sorted(HEAVY_MODULES & set(sys.modules))
    return asdict(recorder.figures(signalled, heavy_modules))


def _send_signals(show: Show, run: LiveRun, ready: threading.Event, signalled: list[float]) -> None:
    """Signal the eye's process when it is due, append the show times to `signalled`, and end the loop after the run."""
    ready.wait(READY_TIMEOUT_SECONDS)
    begin = time.perf_counter()
    eye = show.hosts[0]
    for after, name in run.signals:
        time.sleep(max(0.0, begin + WARM_UP_SECONDS + after - time.perf_counter()))
        if eye.pid is not None:
            signalled.append(show.now())
            os.kill(eye.pid, getattr(signal, name))
    time.sleep(max(0.0, begin + WARM_UP_SECONDS + run.seconds - time.perf_counter()))
    show.loop.stop()


class FrameRecorder:
    """Keeps every frame, and when each observation and each painting was first shown."""

    def __init__(self, needs_painting: bool) -> None:
        self._needs_painting = needs_painting
        self._frames: list[Frame] = []
        self._observations: list[tuple[float, float]] = []
        """Show times of the camera picture and of the first frame that shows it."""
        self._paintings: list[tuple[int, float]] = []
        """Sequence number, and show time of the first frame that shows it."""
        self.ready = threading.Event()
        """Set at the first visitor, and the first painting where one is needed."""

    def __call__(self, frame: Frame) -> None:
        self._frames.append(frame)
        latency = frame.moment.health.latency
        captured = frame.moment.time - latency
        if latency and (not self._observations or captured > self._observations[-1][0] + 1e-6):
            self._observations.append((captured, frame.shown))
        painting = frame.moment.painting
        if painting is not None and (not self._paintings or painting.sequence != self._paintings[-1][0]):
            self._paintings.append((painting.sequence, frame.shown))
        if self._is_ready(frame):
            self.ready.set()

    def figures(self, signalled: Sequence[float], heavy_modules: Sequence[str]) -> LiveFigures:
        """Return the figures of the frames after the warm-up; `signalled` are show times of signals to the eye."""
        begin = next(frame.shown for frame in self._frames if self._is_ready(frame)) + WARM_UP_SECONDS
        frames = [frame for frame in self._frames if frame.shown > begin]
        intervals = np.diff([frame.shown for frame in frames])
        latencies = np.array([shown - captured for captured, shown in self._observations if shown > begin])
        span = frames[-1].shown - frames[0].shown
        counts = [frame.moment.crowd.count for frame in frames]
        return LiveFigures(
            frames_hz=(len(frames) - 1) / span,
            eye_hz=len(latencies) / span,
            paintings_hz=sum(shown > begin for _, shown in self._paintings) / span,
            interval_median_seconds=float(np.median(intervals)),
            interval_p99_seconds=float(np.quantile(intervals, 0.99)),
            latency_median_seconds=float(np.quantile(latencies, 0.5)) if len(latencies) else None,
            latency_p95_seconds=float(np.quantile(latencies, 0.95)) if len(latencies) else None,
            visitors_mean=float(np.mean(counts)),
            visitor_shares={str(count): frames_with / len(counts) for count, frames_with in Counter(counts).items()},
            recoveries=[self._recovery(frames, t) for t in signalled],
            heavy_modules=heavy_modules,
        )

    def _is_ready(self, frame: Frame) -> bool:
        return bool(frame.moment.visitors) and (frame.moment.painting is not None or not self._needs_painting)

    def _recovery(self, frames: Sequence[Frame], t: float) -> Recovery:
        """Return what followed a signal at show time `t`."""
        shown_near = [frame.shown for frame in frames if t - 0.5 < frame.shown < t + 6.0]
        # An earlier observation may still be on its way; the eye needs longer than this to be back.
        shown_again = [shown for captured, shown in self._observations if captured > t + 0.3]
        return Recovery(float(np.diff(shown_near).max()), shown_again[0] - t if shown_again else float("inf"))
