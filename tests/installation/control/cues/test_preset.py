"""A look is mixed as light and numbers are, and what is written down is read back as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.control.cues.preset import KnownNames, mix, read_preset, select_addresses, to_text
from installation.control.osc.patterns import PatternMatcher
from installation.core.lenient_toml import parse
from installation.interface.knobs import InvalidMessageError, Knob, Knobs

FILE = Path("presets/storm.toml")


@pytest.fixture
def tree() -> Knobs:
    tree = Knobs()
    tree.add(
        "/scene/tide",
        (
            Knob("swell", 0.5, 0.0, 2.0),
            Knob("boats", 3, 1, 9),
            Knob("mood", "calm", choices=("calm", "storm")),
            Knob("ink", (0.1, 0.2, 0.3)),
            Knob("foam", True),
        ),
    )
    tree.add("/scene", (Knob("hold", False),))
    tree.add("/master", (Knob("blackout", False),))
    return tree


@pytest.mark.parametrize(
    ("knob", "before", "after"),
    [
        (Knob("a", 0.0), 0.1, 0.7),
        (Knob("a", 1, 0, 9), 2, 7),
        (Knob("a", False), False, True),
        (Knob("a", "x", choices=("x", "y")), "x", "y"),
        (Knob("a", (0.0, 0.0, 0.0)), (0.1, 0.2, 0.3), (0.9, 0.8, 0.7)),
    ],
)
def test_a_mix_is_exactly_the_one_at_0_and_the_other_at_1(knob: Knob, before: object, after: object) -> None:
    assert mix(knob, before, after, 0.0) == before  # type: ignore[arg-type]
    assert mix(knob, before, after, 1.0) == after  # type: ignore[arg-type]


def test_numbers_glide_and_what_is_one_or_the_other_changes_half_way() -> None:
    assert mix(Knob("a", 0.0, 0.0, 10.0), 2.0, 6.0, 0.25) == 3.0
    assert mix(Knob("a", 0, 0, 10), 0, 10, 0.26) == 3
    for knob, before, after in (
        (Knob("a", False), True, False),
        (Knob("a", "x", choices=("x", "y")), "x", "y"),
    ):
        assert mix(knob, before, after, 0.49) == before and mix(knob, before, after, 0.5) == after


def test_colours_meet_in_linear_light() -> None:
    # Half of white's light is 0.7354 in sRGB, IEC 61966-2-1.
    grey = mix(Knob("a", (0.0, 0.0, 0.0)), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.5)
    assert grey == pytest.approx((0.7354, 0.7354, 0.7354), abs=1e-4)


def test_what_is_written_is_read_back_exactly(tree: Knobs) -> None:
    tree.turn("/scene/tide/swell", 1 / 3)
    tree.turn("/scene/tide/ink", (0.1, 1 / 7, 1.0))
    preset = {address: tree.base(address) for address in tree}
    assert read_preset(parse(FILE, to_text(preset)), KnownNames.of(tree)) == (preset, ())


def test_a_mistake_is_told_with_its_line_and_what_would_be_right(tree: Knobs) -> None:
    text = (
        '"/scene/tide/swel" = 1.0\n"/scene/tide/mood" = "angry"\n"/scene/tide/boats" = 40\n"/scene/tide/swell" = 1.5\n'
    )
    preset, problems = read_preset(parse(FILE, text), KnownNames.of(tree))
    assert preset == {"/scene/tide/boats": 9, "/scene/tide/swell": 1.5}
    said = [str(problem) for problem in problems]
    assert said[0].startswith(f"{FILE}:1") and 'did you mean "/scene/tide/swell"?' in said[0]
    assert said[1].startswith(f"{FILE}:2") and 'one of "calm", "storm"' in said[1]
    assert said[2].startswith(f"{FILE}:3") and "from 1 to 9; 9 is taken" in said[2]


def test_knobs_of_scenes_that_are_not_played_are_no_mistake(tree: Knobs) -> None:
    document = parse(FILE, '"/scene/loom/threads" = 4\n')
    assert read_preset(document, KnownNames.of(tree)) == ({}, ())


def test_a_look_is_all_that_does_not_run_the_show_or_what_is_named(tree: Knobs) -> None:
    patterns = PatternMatcher(tree)
    patterns.set_budget(10_000)
    tide = [address for address in tree if address.startswith("/scene/tide/")]
    assert select_addresses(tree, patterns, "") == tide
    assert select_addresses(tree, patterns, "/scene/tide") == tide
    assert select_addresses(tree, patterns, "/scene/tide/b*") == ["/scene/tide/boats"]
    assert select_addresses(tree, patterns, "/master") == ["/master/blackout"]
    with pytest.raises(InvalidMessageError):
        select_addresses(tree, patterns, "/scene/ti")
