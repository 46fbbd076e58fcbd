"""The show's time is found among what a scene gives its shaders, at any age of the show, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from installation.stage.gl.render_pass import RenderPass
from installation.stage.time_review import TimeReview

Given = Callable[[float], Any]


def found(value: Given, begin: float) -> list[str]:
    """What is said of a uniform with this value by show time, in a show of this age."""
    review, drawn = TimeReview(), cast(RenderPass, SimpleNamespace(values=None))
    names: list[str] = []
    for frame in range(90):
        t = begin + frame / 30
        review.begin(t, [drawn])
        if drawn.values is not None:
            drawn.values |= {"moved": value(t), "picture": object(), "none": None}
        names += review.end(t, [drawn])
    return names


@pytest.mark.parametrize("begin", [25.0, 3000.0, 40 * 86_400.0])
def test_times_are_found_once(begin: float) -> None:
    times: tuple[Given, ...] = (lambda t: t, lambda t: 0.5 * t, lambda t: (1.0, 2.0 * t), lambda t: [[0.0, -3.0 * t]])
    for given in times:
        assert found(given, begin) == ["moved"]


@pytest.mark.parametrize("begin", [0.0, 25.0, 40 * 86_400.0])
def test_phases_beats_and_numbers_that_stay_are_none(begin: float) -> None:
    others: tuple[Given, ...] = (
        lambda t: t / 60 % 1.0,
        lambda t: 6.2832 * (t / 60 % 1.0),
        lambda t: 2.0 * t % 8.0,
        lambda t: 4000.0,
        lambda t: (1920.0, 1080.0, 1 / 30),
        lambda t: 100.0 + (t - begin),
        lambda t: 30.0 * (t % 7.0),
    )
    for given in others:
        assert found(given, begin) == []
