"""Rates of a live show: counted from the first visitor on, and printed in one line."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from installation.interface.moment import Health, Moment
from installation.show.live_rates import SETTLE_SECONDS, LiveRates
from installation.show.loop import Frame

RATE_HZ = 20.0


def frames(rates: LiveRates, seconds: float, count: int, stopped: list[bool]) -> None:
    """A show of 20 frames a second: after a second `count` visitors, seen in every other frame."""
    blank = Moment(time=0.0, frame=0, step=1.0 / RATE_HZ)
    for index in range(round(seconds * RATE_HZ)):
        if stopped:
            return
        t = index / RATE_HZ
        crowd = replace(blank.crowd, count=count if t >= 1.0 else 0)
        seen = index // 2 * 2 / RATE_HZ - 0.08
        health = Health(latency=t - seen) if t >= 1.0 and count else Health()
        moment = replace(blank, time=t, crowd=crowd, health=health)
        rates(Frame(t, 0.01, t, moment, cast(Any, None)))


def test_a_show_with_visitors_is_measured_after_they_came_and_then_stopped() -> None:
    stopped: list[bool] = []
    rates = LiveRates(2.0, lambda: stopped.append(True))
    frames(rates, 30.0, 3, stopped)
    assert stopped
    text = str(rates)
    assert "20.0 frames a second" in text and "3 people found" in text and "80 ms from camera picture to wall" in text


def test_a_show_without_visitors_ends_too_and_says_so() -> None:
    stopped: list[bool] = []
    rates = LiveRates(2.0, lambda: stopped.append(True))
    frames(rates, 60.0, 0, stopped)
    assert stopped and "20.0 frames a second, nobody was found" in str(rates)


def test_a_show_that_is_ended_before_says_that() -> None:
    stopped: list[bool] = []
    rates = LiveRates(2.0, lambda: stopped.append(True))
    frames(rates, 1.0 + SETTLE_SECONDS / 2, 1, stopped)
    assert not stopped and str(rates) == "ended before it was measured"
