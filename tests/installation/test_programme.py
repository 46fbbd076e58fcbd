"""Each scene plays its time, changes are whole, and a hand is heard."""

from __future__ import annotations

import pytest

from installation.programme import Director


def test_the_playlist_goes_round_with_crossfades() -> None:
    director = Director(("a", "b"), seconds=10.0, transition=2.0)
    assert director.step(9.9).following == ""
    assert director.step(10.0).mix == 0.0
    half = director.step(11.0)
    assert (half.scene, half.following, half.mix) == ("a", "b", 0.5)
    assert director.step(12.0).scene == "b"
    assert director.step(12.0).following == ""
    assert director.step(22.0).following == "a"


def test_a_single_scene_plays_for_ever() -> None:
    director = Director(("a",), seconds=1.0, transition=0.5)
    assert {director.step(t).scene for t in range(100)} == {"a"}
    assert director.step(101).following == ""


def test_a_hand_goes_on_and_a_change_under_way_is_finished_first() -> None:
    director = Director(("a", "b", "c"), seconds=100.0, transition=2.0)
    director.next()
    assert director.step(1.0).following == "b"
    director.go("c")
    assert director.step(2.0).following == "b"
    after = director.step(3.0)
    assert (after.scene, after.following) == ("b", "c")
    assert director.step(5.0).scene == "c"


def test_an_unknown_scene_is_refused() -> None:
    with pytest.raises(KeyError):
        Director(("a",), 10.0, 1.0).go("z")


def test_without_a_transition_the_change_is_at_once() -> None:
    director = Director(("a", "b"), seconds=1.0, transition=0.0)
    assert director.step(0.5).scene == "a"
    assert director.step(1.0).scene == "b"
