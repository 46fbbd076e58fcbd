"""Figures of a live run: rates and intervals after the warm-up, and how soon the eye is back after a signal."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from installation.evaluate.bench.clip_venue import WARM_UP_SECONDS
from installation.evaluate.bench.live_loop import FrameRecorder
from installation.interface.moment import Health, Moment
from installation.interface.painting import Painting
from installation.interface.visitor import Crowd
from installation.show.loop import Frame

VISITORS = cast(Any, (SimpleNamespace(id=1),))


def moment(t: float, latency: float, visitors: Any = VISITORS) -> Moment:
    return Moment(t, 0, 0.05, visitors=visitors, crowd=Crowd(count=len(visitors)), health=Health(latency=latency))


def record(recorder: FrameRecorder, t: float, now: Moment) -> None:
    recorder(Frame(t, 0.01, t + 0.02, now, cast(Any, None)))


def test_rates_and_latency_are_those_after_the_warm_up() -> None:
    recorder = FrameRecorder(needs_painting=False)
    record(recorder, 0.0, moment(0.0, 0.0, ()))
    assert not recorder.ready.is_set()
    for n in range(1, 201):
        t = 0.05 * n
        captured = 0.1 * (n // 2) - 0.05  # every other frame has a new observation
        record(recorder, t, moment(t, t - captured))
    assert recorder.ready.is_set()
    found = recorder.figures([], [])
    assert abs(found.frames_hz - 20.0) < 1e-6
    assert abs(found.eye_hz - 10.0) < 0.2
    assert found.latency_median_seconds is not None and abs(found.latency_median_seconds - 0.07) < 1e-6
    assert abs(found.interval_p99_seconds - 0.05) < 1e-6
    assert found.visitors_mean == 1.0 and found.paintings_hz == 0.0


def test_after_a_signal_the_first_new_observation_counts() -> None:
    recorder = FrameRecorder(needs_painting=False)
    killed = WARM_UP_SECONDS + 2.0
    back = killed + 1.5
    for n in range(1, 200):
        t = 0.05 * n
        captured = t - 0.05 if t < killed or t >= back - 1e-9 else killed - 0.05
        record(recorder, t, moment(t, t - captured))
    (recovery,) = recorder.figures([killed], []).recoveries
    assert abs(recovery.eye_seconds - 1.52) < 0.06
    assert abs(recovery.longest_interval_seconds - 0.05) < 1e-6


def test_where_a_painting_is_needed_the_run_begins_with_it() -> None:
    recorder = FrameRecorder(needs_painting=True)
    now = moment(0.0, 0.0)
    record(recorder, 0.0, now)
    assert not recorder.ready.is_set()
    record(recorder, 0.1, replace(now, painting=cast(Painting, SimpleNamespace(sequence=1))))
    assert recorder.ready.is_set()
