"""A cue list says what it means, and one mistake in it spoils no more than its own line."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.control.cues.cue import Cue, format_number, parse_number, read_cues, state_at
from installation.control.cues.preset import KnownNames
from installation.core.lenient_toml import parse
from installation.interface.knobs import Knob

FILE = Path("cues.toml")
KNOBS = {"/a/x": Knob("x", 0.0, 0.0, 10.0), "/a/y": Knob("y", 0.0, 0.0, 10.0)}
PRESETS = {"storm": {"/a/x": 1.0, "/a/y": 2.0}}

LIST = """\
[[cues]]
number = "1.10"
name = "Later"

[[cues]]
number = "1.2"
name = "The sea rises"
wait = 2
fade = 8.0
time_unit = "beats"
curve = "linear"
follow = 0
scene = "tide"
preset = "storm"
[cues.knobs]
"/a/x" = 5.0

[[cues]]
number = 1
"""


def read(text: str) -> tuple[tuple[Cue, ...], list[str]]:
    document = parse(FILE, text)
    cues, problems = read_cues(document, KnownNames(KNOBS, ("tide",), PRESETS))
    return cues, [str(problem) for problem in (*document.problems, *problems)]


def test_cues_come_in_the_order_of_their_numbers() -> None:
    cues, problems = read(LIST)
    assert not problems
    assert [format_number(cue.number) for cue in cues] == ["1", "1.2", "1.10"]
    assert cues[1] == Cue(
        number=(1, 2),
        name="The sea rises",
        wait=2.0,
        fade=8.0,
        time_unit="beats",
        curve="linear",
        follow=0.0,
        scene="tide",
        preset="storm",
        knobs={"/a/x": 5.0},
    )


@pytest.mark.parametrize(("given", "number"), [("1.2.3", (1, 2, 3)), (4, (4,)), (1.5, (1, 5)), ("0.10", (0, 10))])
def test_a_number_has_up_to_three_parts(given: object, number: tuple[int, ...]) -> None:
    assert parse_number(given) == number


@pytest.mark.parametrize(
    "given", ["", "1.", "1.2.3.4", "one", "-1", "1e3", None, True, float("nan"), -2.0, "99999", "²"]
)
def test_what_is_no_number_of_a_cue_is_none(given: object) -> None:
    assert parse_number(given) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('curve = "eas"', 'did you mean "ease"?'),
        ("fade = -1", "give a number from 0 to 36000"),
        ('fade = "long"', "give a number from 0 to 36000"),
        ("fade = nan", "give a number from 0 to 36000"),
        ("name = 5", "give text"),
        ('scene = "tid"', 'did you mean "tide"?'),
        ('preset = "calm"', 'give one of "storm"'),
        ("fadee = 3", 'unknown key; did you mean "fade"?'),
        ("knobs = 3", "give a table"),
        ('knobs = {"/a/z" = 3}', "knobs here: /a/x, /a/y"),
        ("fade = ", "not TOML"),
    ],
)
def test_a_mistake_costs_its_own_key_alone(line: str, said: str) -> None:
    cues, problems = read(f'[[cues]]\nnumber = "1"\nwait = 3\n{line}\n\n[[cues]]\nnumber = "2"\n')
    assert [cue.number for cue in cues] == [(1,), (2,)]
    assert cues[0] == Cue(number=(1,), wait=3.0)
    assert len(problems) == 1 and problems[0].startswith("cues.toml:4: ") and said in problems[0]


@pytest.mark.parametrize("line", ["number = 1.5", 'number = "1"', 'number = "one"', 'name = "nameless"'])
def test_a_cue_without_a_number_of_its_own_is_left_out(line: str) -> None:
    cues, problems = read(f'[[cues]]\nnumber = "1"\n[[cues]]\n{line}\n[[cues]]\nnumber = "2"\n')
    assert [cue.number for cue in cues] == [(1,), (2,)]
    assert len(problems) == 1 and "a number of its own" in problems[0]


def test_a_file_of_something_else_is_told() -> None:
    assert "begin with [[cues]]" in read("cues = 3\n")[1][0]
    assert 'did you mean "cues"?' in read("[[cue]]\nnumber = 1\n")[1][0]


def test_playing_up_to_a_cue_comes_to_all_that_was_touched_on_the_way() -> None:
    cues, _ = read(LIST)
    assert state_at(cues, (1,), PRESETS) == ({}, "")
    assert state_at(cues, (1, 10), PRESETS) == ({"/a/x": 5.0, "/a/y": 2.0}, "tide")


def test_the_earlier_name_of_the_time_unit_goes_on_working(caplog: pytest.LogCaptureFixture) -> None:
    (cue,), problems = read('[[cues]]\nnumber = "1"\nmeasure = "bars"\n')
    assert (cue.time_unit, problems) == ("bars", [])
    assert "cues[0].measure is called cues[0].time_unit now" in caplog.text
