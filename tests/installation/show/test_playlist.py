"""Each scene plays its time, what happens and hands are heard, and a change begins and ends with whole scenes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from installation.control.cues.fades import FadeTiming
from installation.control.osc.receiver import ReceivedMessage
from installation.interface.knobs import InvalidMessageError, Knobs
from installation.interface.moment import Programme
from installation.interface.pulse import Pulse
from installation.interface.visitor import Crowd
from installation.show.playlist import LEAD_SECONDS, WARM_UP_FRAMES, Playlist
from installation.show.scene_change import MASTER_FADE_SECONDS, MIN_MANUAL_FADE_SECONDS
from installation.venue.schema import SceneRuleSection, ScenesSection

RATE = 50.0


class House:
    """A director whose frames are played one after the other, at two beats a second."""

    def __init__(self, *playlist: str, kinds: tuple[str, ...] = ("crossfade", "ink"), **keys: Any) -> None:
        self.tree = Knobs()
        given = {"dwell_seconds": 100.0, "transition_seconds": 2.0} | keys
        self.director = Playlist(ScenesSection(playlist=playlist, **given), self.tree, kinds, lambda: self.minute)
        self.frame = 0
        self.crowd, self.minute = Crowd(), 0

    def step(self) -> Programme:
        t = self.frame / RATE
        self.frame += 1
        return self.director.step(t, self.crowd, Pulse(beat=2.0 * t))

    def play(self, until: float) -> list[Programme]:
        return [self.step() for _ in range(round(until * RATE) - self.frame + 1)]

    def say(self, address: str, *arguments: Any) -> None:
        self.director.commands()[address](ReceivedMessage(address, arguments, 0.0, None))

    def turn(self, **knobs: Any) -> None:
        for name, value in knobs.items():
            self.tree.turn(f"{PLACES.get(name, '/playlist')}/{name}", value)


PLACES = {"hold": "/scene", "manual_fade": "/scene", "fader": "/scene", "blackout": "/master", "freeze": "/master"}


def scenes_in(played: list[Programme]) -> list[str]:
    """What played, each time once."""
    names = [p.scene for p in played]
    return [names[0], *(b for a, b in pairwise(names) if a != b)]


def changes(played: list[Programme]) -> Iterator[float]:
    """The steps of the mix while the scene stays."""
    yield from (b.mix - a.mix for a, b in pairwise(played) if a.scene == b.scene)


def test_the_playlist_goes_round_and_each_change_takes_its_time() -> None:
    house = House("a", "b", dwell_seconds=10.0)
    played = house.play(40.0)
    assert scenes_in(played) == ["a", "b", "a", "b"]
    assert played[round(9.0 * RATE)].following == ""
    half = played[round(11.0 * RATE)]
    assert (half.scene, half.following) == ("a", "b")
    assert half.mix == pytest.approx(0.5, abs=1.5 / RATE)


def test_scenes_may_have_times_of_their_own_and_play_twice_in_a_round() -> None:
    played = House("a", "b", "a", "c", dwell_seconds=2.0, dwell_seconds_of={"b": 6.0}, transition_seconds=0.0).play(
        13.5
    )
    assert scenes_in(played) == ["a", "b", "a", "c", "a"]
    assert sum(p.scene == "b" for p in played) / RATE == pytest.approx(6.0, abs=3 / RATE)


def test_a_single_scene_plays_for_ever() -> None:
    played = House("a", dwell_seconds=1.0).play(30.0)
    assert {(p.scene, p.following) for p in played} == {("a", "")}


def test_the_coming_scene_is_drawn_unseen_before_anything_of_it_is_seen() -> None:
    house = House("a", "b", dwell_seconds=10.0)
    played = house.play(12.5)
    unseen = [p for p in played if p.following == "b" and p.mix == 0.0]
    assert len(unseen) >= LEAD_SECONDS * RATE
    house.say("/scene/next")
    frames = [house.step() for _ in range(WARM_UP_FRAMES + 1)]
    assert [p.following for p in frames] == ["a"] * (WARM_UP_FRAMES + 1)
    assert [p.mix == 0.0 for p in frames] == [True] * WARM_UP_FRAMES + [False]


def test_a_change_ends_on_its_time_though_it_was_warmed_up_first() -> None:
    house = House("a", "b")
    house.play(1.0)
    house.say("/scene/next", 1)
    assert house.play(3.0)[-1].scene == "a"
    assert house.step().scene == "b", "two seconds after the first frame that heard of it"


def test_a_change_may_take_beats_instead_of_seconds() -> None:
    house = House("a", "b")
    house.turn(transition_beats=8.0)
    house.say("/scene/next")
    played = house.play(6.0)
    assert next(k for k, p in enumerate(played) if p.scene == "b") / RATE == pytest.approx(4.0, abs=2 / RATE)


@pytest.mark.parametrize(
    ("length", "unit", "seconds"), [(3.0, "seconds", 3.0), (4.0, "beats", 2.0), (2.0, "bars", 4.0)]
)
def test_a_change_may_bring_a_time_of_its_own(length: float, unit: str, seconds: float) -> None:
    house = House("a", "b", transition_seconds=10.0)
    house.play(0.0)
    house.director.go("b", FadeTiming(length, unit))
    played = house.play(seconds + 0.1)
    assert played[round(seconds * RATE / 2)].mix == pytest.approx(0.5, abs=2.5 / RATE)
    assert played[-1].scene == "b" and played[round((seconds - 0.1) * RATE)].scene == "a"


def test_without_a_length_the_change_is_a_cut() -> None:
    house = House("a", "b", transition_seconds=0.0)
    house.say("/scene/next")
    played = house.play(1.0)
    assert scenes_in(played) == ["a", "b"]
    assert {p.mix for p in played} <= {0.0, 1.0}


def test_hands_go_on_back_and_to_a_scene_by_name_or_number() -> None:
    house = House("a", "b", "c", transition_seconds=0.1)
    for address, arguments, scene in (
        ("/scene/next", (), "b"),
        ("/scene/back", (1,), "a"),
        ("/scene/back", (), "c"),
        ("/scene/go", ("b",), "b"),
        ("/scene/go", (3,), "c"),
        ("/scene/next", (0,), "c"),
    ):
        house.say(address, *arguments)
        assert house.play((house.frame + 20) / RATE)[-1].scene == scene
    for wrong in (("z",), (0,), (4,), (1.5,)):
        with pytest.raises(InvalidMessageError):
            house.say("/scene/go", *wrong)
    with pytest.raises(InvalidMessageError) as refused:
        house.say("/scene/go", 1.5)
    assert refused.value.remedy == 'give its name, such as "a", or a whole number from 1 to 3'


@pytest.mark.parametrize("address", ["/scene/next", "/scene/back"])
def test_a_hand_that_lets_the_playlist_go_on_says_so(address: str) -> None:
    house = House("a", "b", "c")
    released: list[str] = []
    house.director.on_release = lambda: released.append(address)
    house.say(address, 0)
    assert released == []
    house.say(address)
    house.say("/scene/go", "c")
    assert released == [address]


def test_a_change_under_way_is_finished_before_another_begins() -> None:
    house = House("a", "b", "c")
    house.say("/scene/next")
    house.play(1.0)
    house.say("/scene/go", "c")
    assert scenes_in(house.play(6.0)) == ["a", "b", "c"]


@pytest.mark.parametrize("how", [("/scene/cancel",), ("/scene/back",), ("/scene/go", "a")])
def test_a_change_that_is_cancelled_returns_from_where_it_is(how: tuple[str, ...]) -> None:
    house = House("a", "b", "c")
    house.say("/scene/next")
    before = house.play(1.2)
    house.say(*how)
    after = house.play(4.0)
    assert before[-1].mix > 0.5
    assert max(map(abs, changes([before[-1], *after]))) < 2.0 / RATE, "no leap"
    assert (after[-1].scene, after[-1].following, after[-1].mix) == ("a", "", 0.0)


def test_one_may_change_ones_mind_twice() -> None:
    house = House("a", "b", "c")
    house.say("/scene/next")
    house.play(1.0)
    house.say("/scene/cancel")
    house.play(1.4)
    house.say("/scene/go", "b")
    assert scenes_in(house.play(4.0)) == ["a", "b"]
    house.say("/scene/next")
    house.play(5.0)
    house.say("/scene/cancel")
    house.say("/scene/go", "a")
    assert scenes_in(house.play(12.0)) == ["b", "a"], "what is wished for on the way back comes after it"


def test_a_scene_that_is_held_stays_until_a_hand_changes_it() -> None:
    house = House("a", "b", dwell_seconds=2.0)
    house.turn(hold=True)
    assert scenes_in(house.play(10.0)) == ["a"]
    house.say("/scene/next")
    assert scenes_in(house.play(20.0)) == ["a", "b"]
    house.turn(hold=False)
    assert scenes_in(house.play(24.0))[-1] == "a"


def test_the_fader_makes_one_change_from_each_of_its_ends_to_the_other() -> None:
    house = House("a", "b", "c", dwell_seconds=1.0)
    house.turn(manual_fade=True)
    assert scenes_in(house.play(5.0)) == ["a"], "the playlist waits for the hand"
    for way in range(1, 41):
        house.turn(fader=way / 40)
        house.play((house.frame + 1) / RATE)
    played = house.play((house.frame + 20) / RATE)
    assert (played[-1].scene, played[-1].following) == ("b", "")
    house.turn(fader=0.5)
    half = house.play((house.frame + 20) / RATE)[-1]
    assert (half.scene, half.following) == ("b", "c") and half.mix == pytest.approx(0.5)
    house.turn(fader=1.0)
    assert house.play((house.frame + 20) / RATE)[-1] == Programme("b", number=2)
    house.turn(fader=0.0)
    assert house.play((house.frame + 20) / RATE)[-1].scene == "c"


def test_a_fader_that_leaps_or_lies_elsewhere_makes_nothing_leap() -> None:
    house = House("a", "b")
    house.say("/scene/next")
    before = house.play(0.8)[-1]
    house.turn(manual_fade=True)
    waits = house.play(2.0)
    assert {p.mix for p in waits} == {waits[0].mix}
    house.turn(fader=0.3)
    assert house.play(2.2)[-1].mix == waits[0].mix
    house.turn(fader=0.9)
    after = house.play(3.0)
    assert max(changes([before, *waits, *after])) <= 1.0 / (MIN_MANUAL_FADE_SECONDS * RATE) + 1e-9
    assert after[-1].mix == pytest.approx(0.9)
    house.turn(manual_fade=False)
    assert house.play(4.0)[-1].scene == "b", "time brings it to its end"


def test_a_change_that_is_cancelled_at_the_fader_stays_cancelled() -> None:
    house = House("a", "b")
    house.turn(manual_fade=True)
    house.step()
    house.turn(fader=0.6)
    house.play(1.0)
    house.say("/scene/cancel")
    assert house.play(5.0)[-1] == Programme("a", number=1)
    house.turn(fader=0.0)
    house.play(5.2)
    house.turn(fader=1.0)
    assert house.play(6.0)[-1].scene == "b"


def test_each_kind_of_transition_comes_in_turn_and_no_change_has_the_number_of_another() -> None:
    house = House(
        "a", "b", kinds=("crossfade", "ink", "leak"), transition="each", dwell_seconds=1.0, transition_seconds=0.5
    )
    seen = {p.number: p.transition for p in house.play(10.0) if p.mix > 0.0}
    assert [*seen.values()][:4] == ["crossfade", "ink", "leak", "crossfade"]
    house.turn(transition="leak")
    house.say("/scene/next")
    assert [p.transition for p in house.play(13.0) if p.mix > 0.0][-1] == "leak"


def test_what_happens_calls_for_a_scene_and_lets_the_playlist_go_on() -> None:
    rule = SceneRuleSection(scene="full", crowd=(3, 9), seconds=1.0)
    house = House("a", "b", dwell_seconds=50.0, transition_seconds=0.2, when=(rule,))
    assert scenes_in(house.play(2.0)) == ["a"]
    house.crowd = Crowd(count=4)
    assert scenes_in(house.play(2.8)) == ["a"], "not at once"
    assert scenes_in(house.play(80.0)) == ["a", "full"], "and as long as it is so"
    house.crowd = Crowd(count=1)
    assert scenes_in(house.play(82.0)) == ["full", "b"]


def test_a_hand_may_leave_the_scene_that_is_called_for() -> None:
    house = House(
        "a",
        "b",
        dwell_seconds=5.0,
        transition_seconds=0.2,
        when=(SceneRuleSection(scene="night", clock=("22:00", "02:30")),),
    )
    house.minute = 23 * 60
    assert scenes_in(house.play(10.0))[-1] == "night"
    house.say("/scene/go", "a")
    assert scenes_in(house.play(30.0)) == ["night", "a"]
    house.minute = 151
    assert scenes_in(house.play(60.0))[:2] == ["a", "b"]


def test_blackout_is_dark_within_its_time_and_goes_as_smoothly() -> None:
    house = House("a")
    house.step()
    house.turn(blackout=True)
    down = [p.dark for p in house.play(0.5)]
    assert down == sorted(down)
    assert down[round(MASTER_FADE_SECONDS * RATE)] == 1.0
    house.turn(blackout=False)
    up = [p.dark for p in house.play(1.0)]
    assert 0.9 < up[0] < 1.0
    assert up[-1] == 0.0


def test_freeze_is_at_once_and_is_left_smoothly() -> None:
    house = House("a")
    house.step()
    house.turn(freeze=True)
    assert house.step().still == 1.0
    house.turn(freeze=False)
    assert 0.9 < house.step().still < 1.0
    assert house.play(0.5)[-1].still == 0.0


def test_another_playlist_is_followed_from_the_scene_that_plays_and_unknown_scenes_wait() -> None:
    house = House("a", "b", "c")
    house.say("/scene/go", "b")
    house.play(3.0)
    new = ScenesSection(playlist=("c", "d", "b", "e"), dwell_seconds=100.0, transition_seconds=2.0)
    house.director.set_scenes(new, ("a", "b", "c", "e"))
    house.say("/scene/next", 1)
    assert scenes_in(house.play(6.0)) == ["b", "e"]
    house.director.set_scenes(new, ("a", "b", "c", "d", "e"))
    for _ in range(2):
        house.say("/scene/next", 1)
        house.play(house.frame / RATE + 3.0)
    assert house.step().scene == "d"
    house.say("/scene/go", "a")
    assert scenes_in(house.play(house.frame / RATE + 3.0))[-1] == "a", "a scene that left the playlist can be gone to"


def test_a_rule_for_a_scene_that_is_not_there_yet_does_not_call_it() -> None:
    house = House("a", "b")
    new = ScenesSection(playlist=("a", "b"), dwell_seconds=100.0, when=(SceneRuleSection(scene="d", crowd=(0, 9)),))
    house.director.set_scenes(new, ("a", "b"))
    assert scenes_in(house.play(5.0)) == ["a"]
    house.director.set_scenes(new, ("a", "b", "d"))
    assert scenes_in(house.play(15.0)) == ["a", "d"]


def test_while_cues_drive_neither_time_nor_triggers_take_the_scene_away() -> None:
    rule = SceneRuleSection(scene="c", crowd=(1, 9), seconds=0.0)
    house = House("a", "b", when=(rule,), dwell_seconds=5.0, on_call=("d",), transition_seconds=1.0)
    house.play(1.0)
    house.director.cues_drive = True
    house.director.go("d", FadeTiming(0.5))
    house.crowd = Crowd(count=3)
    assert scenes_in(house.play(60.0)) == ["a", "d"]
    house.crowd = Crowd()
    house.play(61.0)
    house.director.cues_drive = False
    played = house.play(72.0)
    assert scenes_in(played)[:2] == ["d", "b"]
    assert next(k for k, p in enumerate(played) if p.following == "b" and p.mix > 0.0) / RATE == pytest.approx(
        5.0, abs=0.1
    )


@pytest.mark.parametrize(("address", "scene"), [("/scene/next", "b"), ("/scene/back", "c")])
def test_next_and_back_give_the_scenes_back_to_the_playlist(address: str, scene: str) -> None:
    house = House("a", "b", "c", dwell_seconds=4.0, transition_seconds=0.0)
    house.play(1.0)
    house.director.cues_drive = True
    house.play(20.0)
    house.say(address, 0)
    assert house.director.cues_drive, "the button is let go"
    house.say(address, 1)
    assert not house.director.cues_drive
    assert scenes_in(house.play(21.0))[-1] == scene


def test_why_a_scene_cannot_be_gone_to() -> None:
    house = House("tide", "loom")
    house.director.absent_scenes = ("rings",)
    for given, said in (
        ("rings", "the venue has rings, and this show does not play it: name it in playlist or on_call"),
        ("tid", 'did you mean "tide"? scenes here: tide, loom'),
        (3, "a whole number from 1 to 2"),
        (0, "a whole number from 1 to 2"),
    ):
        with pytest.raises(InvalidMessageError, match="no such scene") as refused:
            house.say("/scene/go", given)
        assert said in refused.value.remedy
    house.say("/scene/go", 2.0)
    assert scenes_in(house.play(5.0)) == ["tide", "loom"]


def test_scene_changes_stand_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "installation.show.playlist")
    house = House("a", "b", dwell_seconds=2.0)
    house.play(5.0)
    assert [record.getMessage() for record in caplog.records] == ["change to scene b (crossfade from a)"]


def test_a_panic_ends_a_change_at_once_at_the_scene_that_played() -> None:
    house = House("a", "b", "c", transition_seconds=4.0)
    house.play(1.0)
    house.say("/scene/next")
    assert house.play(3.0)[-1].mix > 0.3
    house.say("/scene/go", "c")
    house.director.end_change()
    ended = house.play(20.0)
    assert {(p.scene, p.following, p.mix) for p in ended} == {("a", "", 0.0)}
