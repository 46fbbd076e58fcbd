"""A scene is called for when all that its rule names is so, and has been for long enough."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from installation.interface.pulse import Pulse
from installation.interface.visitor import Crowd
from installation.show.triggers import Triggers, holds
from installation.venue.schema import SceneRuleSection, ScenesSection


@pytest.mark.parametrize(
    ("rule", "so", "not_so"),
    [
        ({"crowd": (2, 4)}, {"crowd": Crowd(count=4)}, {"crowd": Crowd(count=5)}),
        ({"energy": (0.5, 1.0)}, {"crowd": Crowd(energy=0.5)}, {"crowd": Crowd(energy=0.49)}),
        ({"tempo": (100.0, 130.0)}, {"pulse": Pulse(tempo=128.0)}, {"pulse": Pulse(tempo=140.0)}),
        ({"confidence": (0.5, 1.0)}, {"pulse": Pulse(confidence=0.9)}, {"pulse": Pulse(confidence=0.1)}),
        ({"clock": ("09:00", "17:30")}, {"minute": 9 * 60}, {"minute": 17 * 60 + 30}),
        ({"clock": ("22:00", "02:30")}, {"minute": 60}, {"minute": 12 * 60}),
        ({"clock": ("22:00", "02:30"), "crowd": (0, 0)}, {"minute": 1430}, {"minute": 1430, "crowd": Crowd(count=1)}),
    ],
)
def test_a_rule_holds_when_all_that_it_names_is_so(
    rule: dict[str, Any], so: dict[str, Any], not_so: dict[str, Any]
) -> None:
    nothing = {"crowd": Crowd(), "pulse": Pulse(), "minute": 0}
    when = SceneRuleSection(scene="a", **rule)
    assert holds(when, **{**nothing, **so})
    assert not holds(when, **{**nothing, **not_so})


def test_what_flickers_calls_for_nothing_and_ends_nothing() -> None:
    occasions = Triggers((SceneRuleSection(scene="a", crowd=(1, 9), seconds=1.0),), lambda: 0)

    def read(t: float, count: int) -> str:
        return occasions.step(t, Crowd(count=count), Pulse())

    assert [read(0.1 * k, k % 2) for k in range(50)] == [""] * 50
    assert [read(5.0 + 0.1 * k, 1) for k in range(13)][-1] == "a"
    assert [read(6.5 + 0.1 * k, k % 2) for k in range(50)] == ["a"] * 50
    assert [read(11.5 + 0.1 * k, 0) for k in range(13)][-1] == ""


def test_the_first_rule_comes_before_the_others() -> None:
    rules = (
        SceneRuleSection(scene="a", crowd=(3, 9), seconds=0.0),
        SceneRuleSection(scene="b", crowd=(1, 9), seconds=0.0),
    )
    occasions = Triggers(rules, lambda: 0)
    called = [occasions.step(float(k), Crowd(count=count), Pulse()) for k, count in enumerate((0, 1, 3, 1, 0))]
    assert called == ["", "b", "a", "b", ""]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"crowd": (4, 2)},
        {"energy": (0.0, 2.0)},
        {"clock": ("9:00", "17:00")},
        {"clock": ("24:00", "02:00")},
        {"clock": ("09:00", "09:00")},
    ],
)
def test_a_rule_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SceneRuleSection(scene="a", **wrong)


def test_scenes_that_are_only_called_for_belong_to_the_programme() -> None:
    scenes = ScenesSection(
        playlist=("a", "b", "a"),
        when=(SceneRuleSection(scene="c", crowd=(1, 2)), SceneRuleSection(scene="b", crowd=(3, 4))),
    )
    assert scenes.names == ("a", "b", "c")
