"""Cues come in their order, on their beat, and back again; and no trembling finger skips one."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from installation.control.cues.cue import Cue
from installation.control.cues.fades import Fades, FadeTiming
from installation.control.cues.musical_time import MusicalTime
from installation.control.cues.player import DEBOUNCE_SECONDS, CuePlayer
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import InvalidMessageError, Knob, Knobs

RATE = 30.0
X, Y = "/a/x", "/a/y"


class Desk:
    """A show of two knobs, thirty frames a second, with a pulse of 120 beats a minute."""

    def __init__(self, *cues: Cue) -> None:
        self.tree = Knobs()
        self.tree.add("/a", (Knob("x", 0.0, 0.0, 10.0), Knob("y", 0.0, 0.0, 10.0)))
        self.glides = Fades(self.tree)
        self.scenes: list[str] = []
        self.player = CuePlayer(self.tree, self.glides, self.change)
        self.timings: list[FadeTiming | None] = []
        self.player.set_cues(cues, {"storm": {X: 7.0}})
        self.tracker = PulseTracker()
        self.now = MusicalTime()
        self.frame = 0

    def change(self, scene: str, timing: FadeTiming | None) -> None:
        self.scenes.append(scene)
        self.timings.append(timing)

    def until(self, t: float, watch: Callable[[], None] = lambda: None) -> None:
        """Draw all frames up to show time `t`."""
        while self.frame / RATE <= t + 1e-9:
            before, self.now = self.now, MusicalTime.of(self.frame / RATE, self.tracker.step(self.frame / RATE))
            self.player.step(before, self.now)
            self.glides.step(self.now)
            self.frame += 1
            watch()

    def go(self, measure: str = "seconds") -> None:
        self.player.go(self.now, measure)

    @property
    def stands(self) -> tuple[object, object]:
        return self.tree.base(X), self.tree.base(Y)


def test_a_cue_holds_only_what_it_touches() -> None:
    desk = Desk(Cue(number=(1,), knobs={X: 5.0}), Cue(number=(2,), preset="storm", scene="tide", knobs={Y: 2.0}))
    desk.tree.turn(Y, 9.0)
    desk.go()
    desk.until(1.0)
    assert desk.stands == (5.0, 9.0) and not desk.scenes
    desk.go()
    desk.until(2.0)
    assert desk.stands == (7.0, 2.0) and desk.scenes == ["tide"]


def test_a_cue_waits_and_then_fades() -> None:
    desk = Desk(Cue(number=(1,), wait=1.0, fade=2.0, curve="linear", knobs={X: 10.0}))
    desk.go()
    desk.until(1.0 - 1 / RATE)
    assert desk.stands[0] == 0.0 and desk.player.waiting is not None
    desk.until(2.0)
    assert desk.stands[0] == pytest.approx(5.0) and desk.player.fade_progress(desk.now) == pytest.approx(0.5)
    desk.until(3.0)
    assert desk.stands[0] == 10.0


@pytest.mark.parametrize("measure", ["beats", "bars"])
@pytest.mark.parametrize("asked", [0.1, 0.9, 1.49, 3.3])
def test_a_cue_on_the_beat_begins_in_the_frame_that_reaches_it(measure: str, asked: float) -> None:
    desk = Desk(Cue(number=(1,), knobs={X: 1.0}))
    desk.until(asked)
    due = math.ceil(desk.now.value(measure))
    desk.go(measure)
    seen: list[float] = []

    def watch() -> None:
        if desk.stands[0] == 1.0:
            seen.append(desk.now.value(measure))

    desk.until(asked + 3.0, watch)
    frame = (2.0 if measure == "beats" else 0.5) / RATE
    assert due <= seen[0] + 1e-9 < due + frame


def test_a_fade_on_the_beat_has_its_full_length_from_the_beat_on() -> None:
    desk = Desk(Cue(number=(1,), fade=4.0, time_unit="beats", curve="linear", knobs={X: 8.0}))
    desk.until(0.71)
    desk.go("bars")
    desk.until(3.0)
    assert desk.now.beat == pytest.approx(6.0) and desk.stands[0] == pytest.approx(4.0, abs=1e-6)


def test_cues_follow_on_at_their_own_time() -> None:
    desk = Desk(
        Cue(number=(1,), fade=1.0, follow=0.5, knobs={X: 1.0}),
        Cue(number=(2,), follow=0.0, knobs={X: 2.0}),
        Cue(number=(3,), knobs={Y: 3.0}),
    )
    desk.go()
    desk.until(1.4)
    assert desk.player.at == (1,)
    desk.until(1.5)
    assert desk.player.at == (3,) and desk.stands == (2.0, 3.0)


def test_a_second_go_at_once_is_refused_and_a_later_one_is_not() -> None:
    desk = Desk(Cue(number=(1,)), Cue(number=(2,)), Cue(number=(3,)))
    desk.go()
    desk.until(DEBOUNCE_SECONDS / 2)
    with pytest.raises(InvalidMessageError, match="second go"):
        desk.go()
    desk.until(DEBOUNCE_SECONDS + 0.05)
    desk.go()
    desk.until(1.0)
    assert desk.player.at == (2,)


def test_a_go_while_one_waits_for_its_bar_is_refused_and_back_calls_that_off() -> None:
    desk = Desk(Cue(number=(1,), knobs={X: 1.0}), Cue(number=(2,)))
    desk.until(0.1)
    desk.go("bars")
    desk.until(1.0)
    assert desk.player.waiting is not None and desk.player.waiting.number == (1,)
    with pytest.raises(InvalidMessageError, match="waits"):
        desk.go("bars")
    desk.player.back(desk.now, "bars")
    desk.until(5.0)
    assert desk.player.at == () and desk.stands[0] == 0.0


def test_a_go_while_a_cue_waits_to_fade_begins_that_one_first() -> None:
    desk = Desk(Cue(number=(1,), wait=60.0, knobs={X: 1.0}), Cue(number=(2,), knobs={Y: 2.0}))
    desk.go()
    desk.until(1.0)
    desk.go()
    desk.until(1.1)
    assert desk.player.at == (2,) and desk.stands == (1.0, 2.0)


def test_back_brings_what_was_before_also_what_no_cue_had_brought() -> None:
    desk = Desk(
        Cue(number=(1,), knobs={X: 1.0}),
        Cue(number=(2,), fade=1.0, follow=0.1, knobs={X: 2.0, Y: 2.0}),
        Cue(number=(3,)),
    )
    desk.tree.turn(Y, 6.0)
    desk.go()
    desk.until(1.0)
    desk.go()
    desk.until(1.5)
    desk.player.back(desk.now, "seconds")
    desk.until(3.0)
    assert desk.player.at == (1,) and desk.stands == (1.0, 6.0)
    desk.player.back(desk.now, "seconds")
    desk.until(4.0)
    assert list(desk.player.at) == [] and desk.stands == (0.0, 6.0)
    with pytest.raises(InvalidMessageError, match="before"):
        desk.player.back(desk.now, "seconds")


def test_a_jump_brings_all_that_playing_up_to_there_would_have() -> None:
    desk = Desk(
        Cue(number=(1,), scene="tide", knobs={X: 1.0}),
        Cue(number=(2,), knobs={Y: 2.0}),
        Cue(number=(2, 1), knobs={X: 3.0}),
        Cue(number=(4,), scene="loom", knobs={X: 4.0, Y: 4.0}),
    )
    desk.player.jump((4,), desk.now, "seconds")
    desk.until(1.0)
    desk.player.jump((2, 1), desk.now, "seconds")
    desk.until(2.0)
    assert desk.stands == (3.0, 2.0) and desk.scenes == ["loom", "tide"]
    assert desk.player.next is not None and desk.player.next.number == (4,)
    with pytest.raises(InvalidMessageError, match="no cue of this number; there are"):
        desk.player.jump((9,), desk.now, "seconds")


def test_a_list_that_was_edited_plays_on_from_where_it_was() -> None:
    desk = Desk(Cue(number=(1,)), Cue(number=(2,)), Cue(number=(3,)))
    desk.go()
    desk.until(1.0)
    desk.go()
    desk.until(2.0)
    desk.player.set_cues((Cue(number=(1,)), Cue(number=(2, 5), knobs={X: 1.0}), Cue(number=(3,))), {})
    desk.go()
    desk.until(3.0)
    assert desk.player.at == (2, 5) and desk.stands[0] == 1.0


def test_the_end_of_the_list_is_told() -> None:
    desk = Desk(Cue(number=(1,)))
    desk.go()
    desk.until(1.0)
    with pytest.raises(InvalidMessageError, match="no cue after"):
        desk.go()


def test_a_thousand_cues_that_follow_at_once_hold_no_frame_up() -> None:
    desk = Desk(*(Cue(number=(number,), follow=0.0, knobs={X: number / 100}) for number in range(1, 1_000)))
    desk.go()
    desk.until(2.0)
    assert desk.player.at == (999,) and desk.stands[0] == 9.99


def test_one_fade_times_the_knobs_and_the_scene_unless_the_cue_says_otherwise() -> None:
    desk = Desk(
        Cue(number=(1,), scene="a"),
        Cue(number=(2,), scene="b", fade=4.0, time_unit="beats"),
        Cue(number=(3,), scene="c", fade=4.0, scene_fade=0.0),
        Cue(number=(4,), scene="d", fade=0.0),
    )
    for second in range(4):
        desk.go()
        desk.until(second + 1.0)
    assert desk.scenes == ["a", "b", "c", "d"]
    lengths = [(timing.length, timing.unit) if timing is not None else None for timing in desk.timings]
    assert lengths == [None, (4.0, "beats"), (0.0, "seconds"), (0.0, "seconds")]


def test_a_refusal_names_the_cues_that_there_are() -> None:
    desk = Desk(Cue(number=(1,)), Cue(number=(2, 5)))
    with pytest.raises(InvalidMessageError, match=r"no cue of this number; there are 1, 2\.5"):
        desk.player.jump((7,), desk.now, "seconds")
    desk.player.jump((2, 5), desk.now, "seconds")
    desk.until(1.0)
    with pytest.raises(InvalidMessageError, match=r"no cue after 2\.5, the last"):
        desk.go()


def test_a_scene_that_does_not_play_is_logged_with_its_cue(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(Cue(number=(1,), scene="a", knobs={X: 3.0}))

    def refuse(scene: str, timing: object) -> None:
        raise InvalidMessageError("no such scene")

    desk.player = CuePlayer(desk.tree, desk.glides, refuse)
    desk.player.set_cues([Cue(number=(1,), scene="a", knobs={X: 3.0})], {})
    desk.go()
    desk.until(0.5)
    assert desk.stands[0] == 3.0
    assert "cue 1: the scene a does not play in this show" in caplog.text
