"""The loop beside a script that reads, estimates poses, draws and shows in one thread; each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from installation.core import json_process
from installation.evaluate.bench.live_loop import LiveFigures, LiveRun, measure_live
from installation.evaluate.report import Figure
from installation.venue.schema import Venue

BASELINE = "installation.evaluate.bench.sequential_loop:play"
"""Only called in another process: its module imports MediaPipe, which no process that draws should."""


def measure_loop(
    person_clip: str, people_clip: str | None, size_px: Sequence[int], seconds: float, advance: Callable[[float], None]
) -> list[Figure]:
    """Play both clips, each in the loop and in the baseline. Targets of rates stand for four people only.

    `advance` receives the share of the work that is done. Raises JsonProcessError.
    """
    scene = Venue().scenes.playlist[0]
    figures: list[Figure] = []
    clips = [(name, clip) for name, clip in (("four people", people_clip), ("one person", person_clip)) if clip]
    for done, (name, clip) in enumerate(clips):
        loop = measure_live(LiveRun(clip, size_px, seconds, scene))
        advance((2 * done + 1) / (2 * len(clips)))
        baseline = json_process.call(BASELINE, {"clip": clip, "size_px": size_px, "seconds": seconds, "scene": scene})
        advance((2 * done + 2) / (2 * len(clips)))
        rates = _rates_of_four if name == "four people" else _rates_of_one
        figures += rates(name, loop, baseline["frames_hz"])
        median_ms = 1e3 * loop.interval_median_seconds
        p99_ms = 1e3 * loop.interval_p99_seconds
        baseline_ms = 1e3 * baseline["interval_median_seconds"]
        figures += [
            Figure(f"frame interval, median, {name}", median_ms, "ms", baseline_ms),
            Figure.at_most(f"frame interval, 99 %, {name}", p99_ms, 2.0 * median_ms, "ms"),
            Figure(f"visitors, mean, {name}", loop.visitors_mean, ""),
        ]
    heavy = len(loop.heavy_modules)
    return [*figures, Figure.at_most("torch or mediapipe in the drawing process", heavy, 0, "modules")]


def _rates_of_four(name: str, loop: LiveFigures, baseline_hz: float) -> list[Figure]:
    return [
        Figure.at_least(f"frames, {name}", loop.frames_hz, 2.0 * baseline_hz, "1/s", baseline_hz),
        Figure.at_least(f"eye updates, {name}", loop.eye_hz, 0.8 * baseline_hz, "1/s", baseline_hz),
        Figure.at_least(f"frames with four visitors, {name}", loop.visitor_shares.get("4", 0.0), 0.95),
    ]


def _rates_of_one(name: str, loop: LiveFigures, baseline_hz: float) -> list[Figure]:
    return [
        Figure(f"frames, {name}", loop.frames_hz, "1/s", baseline_hz),
        Figure(f"eye updates, {name}", loop.eye_hz, "1/s", baseline_hz),
        Figure.at_most(f"glass to glass, median, {name}", _milliseconds(loop.latency_median_seconds), 70.0, "ms"),
        Figure.at_most(f"glass to glass, 95 %, {name}", _milliseconds(loop.latency_p95_seconds), 110.0, "ms"),
    ]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else 1e3 * seconds
