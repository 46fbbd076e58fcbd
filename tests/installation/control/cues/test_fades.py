"""A glide ends exactly where it should, when it should, and lets go of what a hand takes."""

from __future__ import annotations

import pytest

from installation.control.cues.fades import CURVES, Fades, FadeTiming
from installation.control.cues.musical_time import Deadline, MusicalTime, quantised
from installation.interface.knobs import Knob, Knobs


@pytest.fixture
def tree() -> Knobs:
    tree = Knobs()
    tree.add("/a", (Knob("x", 0.0, 0.0, 10.0), Knob("y", 0.0, 0.0, 10.0)))
    return tree


def test_knobs_glide_in_seconds_and_end_on_their_goal(tree: Knobs) -> None:
    fades = Fades(tree)
    fades.start({"/a/x": 10.0, "/gone": 1.0}, MusicalTime(2.0), FadeTiming(4.0))
    fades.step(MusicalTime(3.0))
    assert tree.base("/a/x") == pytest.approx(2.5)
    fades.step(MusicalTime(6.0))
    assert tree.base("/a/x") == 10.0 and not len(fades)


def test_a_glide_in_beats_keeps_to_the_beat_whatever_the_tempo(tree: Knobs) -> None:
    fades = Fades(tree)
    fades.start({"/a/x": 10.0}, MusicalTime(0.0, 8.0), FadeTiming(4.0, "beats"))
    fades.step(MusicalTime(9.0, 9.0))
    assert tree.base("/a/x") == pytest.approx(2.5)


def test_a_knob_that_a_hand_turns_leaves_the_glide_alone(tree: Knobs) -> None:
    fades = Fades(tree)
    fades.start({"/a/x": 10.0, "/a/y": 10.0}, MusicalTime(0.0), FadeTiming(10.0))
    fades.step(MusicalTime(5.0))
    tree.turn("/a/x", 1.0)
    fades.step(MusicalTime(6.0))
    fades.step(MusicalTime(20.0))
    assert (tree.base("/a/x"), tree.base("/a/y")) == (1.0, 10.0)


def test_a_newer_glide_begins_where_the_older_had_come(tree: Knobs) -> None:
    fades = Fades(tree)
    fades.start({"/a/x": 10.0}, MusicalTime(0.0), FadeTiming(10.0))
    fades.step(MusicalTime(5.0))
    fades.start({"/a/x": 0.0}, MusicalTime(5.0), FadeTiming(10.0))
    fades.step(MusicalTime(10.0))
    assert tree.base("/a/x") == pytest.approx(2.5)


def test_a_knob_that_an_edit_made_another_is_let_go(tree: Knobs) -> None:
    fades = Fades(tree)
    fades.start({"/a/x": 10.0, "/a/y": 1.0}, MusicalTime(0.0), FadeTiming(10.0))
    tree.add("/a", (Knob("x", "one", choices=("one", "two")),))
    tree.remove("/a/y")
    fades.step(MusicalTime(5.0))
    assert tree.base("/a/x") == "one"


@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_goes_from_0_to_1_and_never_back(curve: str) -> None:
    way = [CURVES[curve](part / 50) for part in range(51)]
    assert way[0] == 0.0 and way[-1] == 1.0 and way == sorted(way)


def test_a_mark_is_passed_when_it_was_not_when_the_frame_came() -> None:
    before, now = MusicalTime(1.9, 3.8, 0.95), MusicalTime(2.1, 4.2, 1.05)
    at = quantised(before, "bars").reached(before, now)
    assert at is not None
    assert (at.seconds, at.beat, at.bar) == pytest.approx((2.0, 4.0, 1.0))
    assert Deadline("beats", 5.0).reached(before, now) is None
    # Where a beat jumped, nothing is dated back beyond the frame before.
    jumped = Deadline("beats", 4.0).reached(MusicalTime(2.0, 3.0), MusicalTime(2.01, 9.0))
    assert jumped is not None and jumped.seconds == pytest.approx(2.0)
