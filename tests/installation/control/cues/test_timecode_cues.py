"""Cues chase timecode: they start when it passes them, follow a locate, and hold with the transport."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.control.cues.cue import Cue, format_number, read_cues
from installation.control.cues.fades import Fades
from installation.control.cues.musical_time import MusicalTime
from installation.control.cues.player import CuePlayer
from installation.control.cues.preset import KnownNames
from installation.control.cues.timecode_cues import TimecodeCues
from installation.core.lenient_toml import parse
from installation.interface.knobs import Knob, Knobs
from installation.interface.timecode import Timecode

RATE = 30.0
X, Y = "/a/x", "/a/y"
LIST = """\
[[cues]]
number = 1
at = "00:00:10:00"
[cues.knobs]
"/a/x" = 1.0
[[cues]]
number = 2
[cues.knobs]
"/a/y" = 2.0
[[cues]]
number = 3
at = "00:00:20"
[cues.knobs]
"/a/x" = 3.0
"""


def read(text: str) -> tuple[tuple[Cue, ...], list[str]]:
    document = parse(Path("cues.toml"), text)
    knobs = {X: Knob("x", 0.0, 0.0, 10.0), Y: Knob("y", 0.0, 0.0, 10.0)}
    cues, problems = read_cues(document, KnownNames(knobs, ("tide",), {}))
    return cues, [str(problem) for problem in (*document.problems, *problems)]


class Transport:
    """A show of two knobs that follows a machine's transport."""

    def __init__(self, text: str = LIST) -> None:
        cues, problems = read(text)
        assert not problems
        self.tree = Knobs()
        self.tree.add("/a", (Knob("x", 0.0, 0.0, 10.0), Knob("y", 0.0, 0.0, 10.0)))
        self.fades = Fades(self.tree)
        self.player = CuePlayer(self.tree, self.fades, lambda *_: None)
        self.player.set_cues(cues, {})
        self.cues = TimecodeCues(self.player)
        self.cues.set_cues(cues)
        self.now = MusicalTime()
        self.played: list[str] = []

    def frame(self, timecode: Timecode) -> None:
        before, self.now = self.now, MusicalTime(self.now.seconds + 1 / RATE)
        started = self.player.started
        self.cues.step(before, self.now, timecode)
        self.player.step(before, self.now)
        self.fades.step(self.now)
        if self.player.started != started:
            self.played.append(self.at)

    def play(self, first: float, last: float, speed: float = 1.0, state: str = "running") -> None:
        """Seconds of timecode from `first` to `last`."""
        frames = round((last - first) / speed * RATE)
        for index in range(frames + 1):
            self.frame(Timecode(first + index * speed / RATE, 25.0, state=state, source="ltc"))

    @property
    def at(self) -> str:
        return format_number(self.player.at)

    @property
    def knobs(self) -> tuple[object, object]:
        return self.tree.base(X), self.tree.base(Y)


def test_a_cue_starts_in_the_frame_in_which_timecode_passes_it() -> None:
    show = Transport()
    show.play(8.0, 9.96)
    assert (show.at, show.knobs) == ("", (0.0, 0.0))
    show.play(10.0, 15.0)
    assert (show.at, show.knobs) == ("1", (1.0, 0.0))
    show.player.go(show.now, "seconds")
    show.play(15.0, 19.9)
    assert (show.at, show.knobs) == ("2", (1.0, 2.0))
    show.play(19.95, 22.0)
    assert (show.at, show.knobs) == ("3", (3.0, 2.0))
    assert show.played == ["1", "2", "3"]


def test_a_cue_between_that_no_hand_played_is_part_of_the_next_ones_state() -> None:
    show = Transport()
    show.play(8.0, 22.0)
    assert show.played == ["1", "3"]
    assert show.knobs == (3.0, 2.0)


@pytest.mark.parametrize(
    ("position", "at", "knobs"), [(5.0, "", (0.0, 0.0)), (12.0, "1", (1.0, 0.0)), (3_000.0, "3", (3.0, 2.0))]
)
@pytest.mark.parametrize("start", [2.0, 11.0, 500.0])
def test_a_locate_brings_what_playing_up_to_there_would_have_brought(
    start: float, position: float, at: str, knobs: tuple[float, float]
) -> None:
    show = Transport()
    show.play(start, start + 0.2)
    show.play(position, position + 0.2)
    assert (show.at, show.knobs) == (at, knobs)


def test_the_first_timecode_is_a_locate_too() -> None:
    show = Transport()
    show.play(30.0, 30.1)
    assert (show.at, show.knobs) == ("3", (3.0, 2.0))
    assert show.played == ["3"]


def test_a_reversed_transport_takes_cues_back() -> None:
    show = Transport()
    show.play(22.0, 18.0, speed=-1.0)
    assert (show.at, show.knobs) == ("1", (1.0, 0.0))


def test_freewheel_goes_on_and_a_stopped_transport_holds() -> None:
    show = Transport()
    show.play(9.0, 9.5)
    show.play(9.5, 10.5, state="freewheel")
    assert show.at == "1"
    show.play(19.0, 25.0, state="stopped")
    assert show.at == "1"
    # It starts again where it stood: no cue is started a second time.
    show.play(10.5, 12.0)
    assert show.played == ["1"]


def test_jitter_starts_no_cue_twice() -> None:
    show = Transport()
    for seconds in (9.9, 9.98, 10.01, 9.96, 10.02, 9.99, 10.05, 10.1):
        show.frame(Timecode(seconds, 25.0, state="running", source="mtc"))
    assert show.played == ["1"]


def test_a_locate_counts_follows_in_seconds() -> None:
    show = Transport(LIST.replace("number = 1\n", "number = 1\nwait = 1\nfade = 2\nfollow = 1\n"))
    show.play(1.0, 1.1)
    show.play(13.5, 13.6)
    assert show.at == "1"
    show.play(14.5, 14.6)
    assert show.at == "2"


def test_cues_without_timecode_stay_where_they_are() -> None:
    show = Transport('[[cues]]\nnumber = 1\n[cues.knobs]\n"/a/x" = 4.0\n')
    show.play(0.0, 2.0)
    show.play(50.0, 51.0)
    assert not show.played
    show.player.go(show.now, "seconds")
    show.play(20.0, 21.0)
    assert show.played == ["1"]


def test_times_count_in_the_rate_of_the_transport() -> None:
    show = Transport('[[cues]]\nnumber = 1\nat = "00:10:00;15"\n')
    # 17,982 frames of drop-frame timecode in ten minutes, and 15 more, at 30,000/1,001 a second.
    passes = 17_997 * 1_001 / 30_000
    show.frame(Timecode(passes - 0.04, 30_000 / 1_001, True, "running", "ltc"))
    assert show.at == ""
    show.frame(Timecode(passes + 0.001, 30_000 / 1_001, True, "running", "ltc"))
    assert show.at == "1"


@pytest.mark.parametrize("text", ['"01:02:03"', '"01:02:03:00"', '"1:02:03"'])
def test_timecode_may_leave_out_frames(text: str) -> None:
    (cue,), problems = read(f"[[cues]]\nnumber = 1\nat = {text}\n")
    assert not problems
    assert cue.at is not None and cue.at.label == (1, 2, 3, 0)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('"01:02"', '"01:02:03:04"'),
        ('"25:00:00:00"', "give hours, minutes, seconds and frames"),
        ("01:02:03", 'timecode in quotes, such as "01:02:03:04"'),
        ("12.5", 'timecode in quotes, such as "01:02:03:04"'),
        ('"00:01:00;00"', 'the first of that minute is "00:01:00;02"'),
    ],
)
def test_a_time_that_does_not_exist_is_reported_with_its_line(text: str, right: str) -> None:
    (cue,), (problem,) = read(f"[[cues]]\nnumber = 1\nat = {text}\nfade = 3\n")
    assert (cue.at, cue.fade) == (None, 3.0)
    assert "cues.toml:3" in problem and right in problem


@pytest.mark.parametrize("second", ["00:00:10:00", "00:00:09:24"])
def test_two_cues_out_of_order_or_at_once_are_reported(second: str) -> None:
    cues, (problem,) = read(LIST.replace("00:00:20", second))
    assert [cue.at is not None for cue in cues] == [True, False, False]
    assert "cues.toml:12" in problem and second in problem
    assert 'give a time after "00:00:10:00", at which cue 1 starts' in problem
