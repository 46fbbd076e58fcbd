"""A knob takes what can be understood, keeps within its range, and art sees a snapshot that never changes."""

from __future__ import annotations

import math

import pytest

from installation.interface.knobs import InvalidMessageError, Knob, Knobs, KnobValues, Value, normalised

TIDE = (
    Knob("swell", 0.5, 0.0, 2.0, help="How high the water stands.", unit="m"),
    Knob("boats", 3, 1, 9),
    Knob("night", False),
    Knob("mood", "calm", choices=("calm", "storm", "ebb")),
    Knob("tint", (1.0, 0.5, 0.0)),
)


@pytest.fixture
def tree() -> Knobs:
    knobs = Knobs()
    knobs.add("/scene/tide", TIDE)
    return knobs


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("swell", 1.25, 1.25),
        ("swell", 7, 2.0),
        ("swell", -1e30, 0.0),
        ("swell", True, 1.0),
        ("boats", 4.6, 5),
        ("boats", 2**62, 9),
        ("night", 1, True),
        ("night", 0.4, False),
        ("mood", "ebb", "ebb"),
        ("mood", 2, "storm"),
        ("mood", 99.0, "ebb"),
        ("tint", (0.1, 2.0, -1.0), (0.1, 1.0, 0.0)),
        ("tint", (255, 0, 51, 255), (1.0, 0.0, 0.2)),
    ],
)
def test_a_value_becomes_the_knob_s_type_within_its_range(tree: Knobs, name: str, sent: object, kept: Value) -> None:
    tree.turn(f"/scene/tide/{name}", sent)
    value = tree.values[f"/scene/tide/{name}"]
    assert value == kept
    assert type(value) is type(kept)


@pytest.mark.parametrize("sent", [math.nan, math.inf, -math.inf, "much", None, b"1", (1.0, 2.0)])
def test_what_has_no_meaning_is_refused_and_changes_nothing(tree: Knobs, sent: object) -> None:
    before = tree.values
    for name in ("swell", "boats", "night", "mood", "tint"):
        with pytest.raises(InvalidMessageError):
            tree.turn(f"/scene/tide/{name}", sent)
        with pytest.raises(InvalidMessageError):
            tree.turn_normalised(f"/scene/tide/{name}", sent)
    assert tree.values is before


def test_an_address_that_is_nowhere_is_refused(tree: Knobs) -> None:
    with pytest.raises(InvalidMessageError, match="no knob at this address"):
        tree.turn("/scene/tide", 1.0)


@pytest.mark.parametrize("knob", TIDE, ids=lambda knob: knob.name)
def test_the_twin_reaches_the_whole_range_and_comes_back_to_the_same_value(tree: Knobs, knob: Knob) -> None:
    address = f"/scene/tide/{knob.name}"
    for part in (0.0, 0.5, 1.0):
        tree.turn_normalised(address, (part, part, part) if knob.kind == "colour" else part)
        value = tree.base(address)
        tree.turn_normalised(address, normalised(knob, value))
        assert tree.base(address) == value
    ends = {"swell": 2.0, "boats": 9, "night": True, "mood": "ebb", "tint": (1.0, 1.0, 1.0)}
    assert tree.base(address) == ends[knob.name]


def test_the_snapshot_never_changes_and_is_made_anew_only_for_a_change(tree: Knobs) -> None:
    first = tree.values
    assert tree.values is first
    tree.turn("/scene/tide/swell", 0.5)
    assert tree.values is first, "turning to where it stands is no change"
    tree.turn("/scene/tide/swell", 1.5)
    assert first["/scene/tide/swell"] == 0.5
    assert tree.values["/scene/tide/swell"] == 1.5
    with pytest.raises(TypeError):
        tree.values["/scene/tide/swell"] = 0.0  # type: ignore[index]


def test_modulation_lies_on_top_and_leaves_the_base_value(tree: Knobs) -> None:
    tree.modulate({"/scene/tide/swell": 1.9, "/gone": 1.0})
    assert tree.values["/scene/tide/swell"] == 1.9
    assert "/gone" not in tree.values
    assert tree.base("/scene/tide/swell") == 0.5
    tree.modulate({})
    assert tree.values["/scene/tide/swell"] == 0.5


def test_what_changed_is_told_once_oldest_first_and_in_portions(tree: Knobs) -> None:
    _, version = tree.changed_since(0)
    tree.turn("/scene/tide/boats", 5)
    tree.turn("/scene/tide/swell", 0.1)
    tree.turn("/scene/tide/boats", 6)
    one, after_one = tree.changed_since(version, most=1)
    rest, end = tree.changed_since(after_one)
    assert (one, rest) == (["/scene/tide/swell"], ["/scene/tide/boats"])
    assert tree.changed_since(end) == ([], end)


def test_a_scene_that_is_loaded_again_keeps_what_its_knobs_were_turned_to(tree: Knobs) -> None:
    tree.turn("/scene/tide/swell", 1.5)
    tree.turn("/scene/tide/mood", "ebb")
    tree.add("/scene/tide", (Knob("swell", 0.2, 0.0, 1.0), Knob("mood", "calm", choices=("calm", "storm"))))
    assert tree.base("/scene/tide/swell") == 1.0
    assert tree.base("/scene/tide/mood") == "calm"
    tree.remove("/scene/tide")
    assert len(tree) == 0
    assert not tree.values


@pytest.mark.parametrize(
    "knob",
    [
        Knob("with space", 0.5),
        Knob("get", 0.5),
        Knob("a*", 0.5),
        Knob("low", 0.5, 1.0, 0.0),
        Knob("out", 5.0),
        Knob("endless", 0.5, 0.0, math.inf),
        Knob("nan", math.nan),
        Knob("choice", "none", choices=("one", "two")),
        Knob("colour", (2.0, 0.0, 0.0)),
    ],
    ids=lambda knob: knob.name,
)
def test_an_impossible_knob_is_named_when_it_is_added(knob: Knob) -> None:
    with pytest.raises(ValueError, match=knob.name.replace("*", r"\*")):
        Knobs().add("/scene/tide", (knob,))


def test_knobs_below_an_address_are_attributes(tree: Knobs) -> None:
    turned = KnobValues(tree.values, "/scene/tide/")
    assert turned.swell == 0.5
    with pytest.raises(AttributeError, match="/scene/tide/wind"):
        _ = turned.wind


def test_an_earlier_address_of_a_knob_goes_on_working_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    tree = Knobs()
    tree.add("/dancer", (Knob("mirroring", 0.5, aliases=("closeness", "/dance/near")),))
    tree.turn("/dancer/closeness", 0.75)
    tree.turn_normalised("/dance/near", 0.25)
    assert tree.base("/dancer/mirroring") == tree.base("/dancer/closeness") == 0.25
    tree.modulate({"/dancer/closeness": 1.0})
    assert tree.values == {"/dancer/mirroring": 1.0}, "scenes see the name of today alone"
    assert list(tree) == ["/dancer/mirroring"] and "/dancer/closeness" in tree
    lines = [record.getMessage() for record in caplog.records]
    assert lines.count("/dancer/closeness is called /dancer/mirroring now") == 1


@pytest.mark.parametrize(
    ("knob", "right"),
    [
        (Knob("a", 5.0, 0.0, 1.0), r"default=5\.0 should be within low=0\.0 and high=1\.0$"),
        (Knob("a", 0.0, 1.0, 0.0), r"within low=1\.0 and high=0\.0, and low below high$"),
        (Knob("a", 0.0, 0.0, 1e10), r"both of them from -2147483647 to 2147483647$"),
    ],
)
def test_a_range_that_is_missed_is_named_without_other_rules(knob: Knob, right: str) -> None:
    with pytest.raises(ValueError, match=right):
        Knobs().add("/x", [knob])
