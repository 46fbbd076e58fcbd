"""Presets and cues do what controllers ask, and outlive a restart, an unclean end and a mistake made by hand."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installation.control.cues import preset_commands
from installation.control.cues.cue_book import COMMANDS, SENT_ADDRESSES
from installation.control.osc.codec import Argument
from installation.control.osc.patterns import PatternError
from installation.core.faults import FaultBoard
from installation.interface.knobs import InvalidMessageError, Knob
from tests.installation.control.cues.desk import INK, MOOD, RATE, SWELL, Desk, wait_for


def test_what_is_saved_is_recalled_at_once_and_after_a_restart(
    start: Callable[[], Desk], tmp_path: Path, faults: FaultBoard
) -> None:
    desk = start()
    for address, value in ((SWELL, 1 / 3), (MOOD, "storm"), (INK, (0.1, 0.2, 0.7))):
        desk.tree.turn(address, value)
    desk.send("/preset/save", "dusk")
    saved = desk.base(SWELL, MOOD, INK)
    for address, value in ((SWELL, 2.0), (MOOD, "calm"), (INK, (1, 1, 1))):
        desk.tree.turn(address, value)
    desk.send("/preset/recall", "dusk")
    desk.play(0.1)
    assert desk.base(SWELL, MOOD, INK) == saved and desk.told["/preset/now"] == "dusk"
    desk.close()
    assert (tmp_path / "presets" / "dusk.toml").read_text(encoding="utf-8").splitlines()[1:] == [
        f'"{MOOD}" = "storm"',
        f'"{INK}" = [0.1, 0.2, 0.7]',
    ]
    desk = start()
    desk.send("/preset/recall", "dusk")
    desk.play(0.1)
    assert desk.base(SWELL, MOOD, INK) == saved and not [fault for fault in faults.present if "dusk" in fault]


def test_a_part_is_saved_and_a_part_recalled(start: Callable[[], Desk]) -> None:
    desk = start()
    desk.tree.turn(SWELL, 2.0)
    desk.send("/preset/save", "all")
    desk.send("/preset/save", "mood", "/scene/*/mood")
    assert list(desk.book.presets["mood"]) == [MOOD]
    desk.tree.turn(SWELL, 0.0)
    desk.tree.turn(MOOD, "storm")
    desk.send("/preset/recall", "all", 0.0, "/scene/tide/mood")
    desk.play(0.1)
    assert desk.base(SWELL, MOOD) == (0.0, "calm")


def test_a_recall_takes_the_time_that_it_says_or_else_the_knobs(start: Callable[[], Desk]) -> None:
    desk = start()
    desk.tree.turn(SWELL, 0.0)
    desk.send("/preset/recall", "tide/high", 2.0)
    desk.play(1.0)
    assert desk.base(SWELL)[0] == pytest.approx(1.0)
    desk.play(1.1)
    assert desk.base(SWELL)[0] == 2.0
    desk.tree.turn("/preset/fade", 4.0)
    desk.tree.turn("/preset/time_unit", "beats")
    desk.send("/preset/recall", "tide/low")
    desk.play(1.0)
    assert desk.base(SWELL)[0] == pytest.approx(1.0)


def test_a_morph_lies_between_two_presets_and_only_the_last_of_a_frame_counts(start: Callable[[], Desk]) -> None:
    desk = start()
    for part in range(200):
        desk.send("/preset/morph", "tide/low", "tide/high", part / 199 / 4)
    desk.play(0.1)
    assert desk.base(SWELL)[0] == pytest.approx(0.5) and desk.told["/preset/now"] == "tide/low"
    desk.send("/preset/morph", "tide/low", "tide/high", 1)
    desk.play(0.1)
    assert desk.base(SWELL)[0] == 2.0
    desk.send("/preset/morph", "tide/low", "tide/high", 0.0, 2.0)
    desk.play(1.0)
    assert desk.base(SWELL)[0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("address", "arguments"),
    [
        ("/preset/recall", ()),
        ("/preset/recall", (3,)),
        ("/preset/recall", ("nowhere",)),
        ("/preset/recall", ("tide/low", "soon")),
        ("/preset/recall", ("tide/low", float("nan"))),
        ("/preset/recall", ("tide/low", 1.0, "/scene/tide/mood")),
        ("/preset/save", ("../../etc/passwd",)),
        ("/preset/save", ("Dusk",)),
        ("/preset/save", ("tide/high",)),
        ("/preset/save", ("dusk", "/scene/nothing/*")),
        ("/preset/morph", ("tide/low", "nowhere", 0.5)),
        ("/preset/morph", ("tide/low", "tide/high")),
        ("/cue/jump", ()),
        ("/cue/jump", ("7",)),
        ("/cue/jump", ("seven",)),
        ("/cue/go", ()),
        ("/cue/back", ()),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    start: Callable[[], Desk], tmp_path: Path, address: str, arguments: tuple[Argument, ...]
) -> None:
    desk = start()
    before = dict(desk.tree.values)
    with pytest.raises(InvalidMessageError):
        desk.send(address, *arguments)
    desk.play(0.1)
    assert dict(desk.tree.values) == before
    desk.close()
    assert not list(tmp_path.rglob("*"))


def test_a_flood_is_refused_and_does_not_keep_panic_from_its_work(start: Callable[[], Desk]) -> None:
    desk = start()
    desk.play(0.1)
    for _ in range(preset_commands.MAX_PRESETS_PER_FRAME):
        desk.send("/preset/recall", "tide/high")
    with pytest.raises(InvalidMessageError):
        desk.send("/preset/recall", "tide/high")
    desk.send("/cue/panic")
    desk.play(0.1)
    assert desk.base(SWELL)[0] == 0.5


def test_no_message_does_harm(start: Callable[[], Desk], tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text('[[cues]]\nnumber = 1\nfollow = 0\n[[cues]]\nnumber = "1.1"\nfade = 3\n')
    desk, chance = start(), random.Random(1)
    given: tuple[Any, ...] = (
        *("", "/", "//", "/scene/[", "/*/*/*", "/scene/tide", "tide/high", "tide/low", "x" * 10_000, "\0", "²", "1.1"),
        *(0, 1, -1, 2**31, 2**63, 0.5, -0.0, 1e300, float("nan"), float("inf"), True, None, b"\0", (1.0, 2.0)),
    )
    for _ in range(4_000):
        with contextlib.suppress(InvalidMessageError, PatternError):
            desk.send(chance.choice(COMMANDS).address, *chance.choices(given, k=chance.randrange(5)))
        if chance.random() < 0.2:
            desk.play(1 / RATE)
    assert set(desk.told) == {line.address for line in SENT_ADDRESSES}


def test_panic_ends_in_a_safe_look(start: Callable[[], Desk], tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text(
        '[[cues]]\nnumber = 1\nfade = 9.0\nfollow = 0\nknobs = {"/scene/tide/swell" = 2.0}\n[[cues]]\nnumber = 2\n'
    )
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "safe.toml").write_text('"/scene/tide/ink" = [0.5, 0.5, 0.5]\n')
    desk = start()
    desk.send("/cue/go", 1.0)
    desk.play(2.0)
    for address in ("/master/blackout", "/master/freeze", "/scene/hold", "/scene/manual_fade"):
        desk.tree.turn(address, True)
    desk.tree.turn("/cue/quantise", "bar")
    desk.tree.turn("/pulse/tempo", 97.0)
    desk.tree.turn(MOOD, "storm")
    desk.send("/cue/panic", 1.0)
    desk.play(0.1)
    safe = (0.5, "calm", (0.5, 0.5, 0.5), False, False)
    assert desk.base(SWELL, MOOD, INK, "/master/blackout", "/master/freeze") == safe
    assert desk.base("/scene/hold", "/scene/manual_fade", "/cue/quantise") == (False, False, "off")
    assert desk.ended_changes == 1 and desk.base("/pulse/tempo") == (97.0,), "the music goes on"
    desk.play(20.0)
    assert desk.base(SWELL)[0] == 0.5 and desk.told["/cue/now"] == "1"


def test_cues_are_gone_through_and_told(start: Callable[[], Desk], tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text(
        '[[cues]]\nnumber = 1\nname = "High water"\npreset = "tide/high"\nscene = "tide"\n'
        '[[cues]]\nnumber = "1.5"\nfade = 2.0\nknobs = {"/scene/tide/swell" = 0.0}\n'
    )
    desk = start()
    desk.play(0.1)
    assert (desk.told["/cue/now"], desk.told["/cue/next"]) == ("", "1 High water")
    desk.send("/cue/go", 0.0)
    desk.play(0.1)
    assert desk.told["/cue/now"] == ""
    desk.tree.turn("/cue/quantise", "bar")
    desk.send("/cue/go", 1.0)
    desk.play(1.0)
    assert desk.told["/cue/waits"] == "1 High water"
    desk.play(1.0)
    assert (desk.told["/cue/now"], desk.told["/cue/next"], desk.told["/cue/waits"]) == ("1 High water", "1.5", "")
    assert desk.base(SWELL)[0] == 2.0 and desk.scenes == ["tide"]
    desk.tree.turn("/cue/quantise", "off")
    desk.send("/cue/jump", "1.5")
    desk.play(1.0)
    assert desk.told["/cue/fade"] == pytest.approx(0.5, abs=0.02)
    assert {line.address for line in SENT_ADDRESSES} == set(desk.told) and {line.address for line in COMMANDS} == set(
        desk.commands
    )


def test_an_end_in_the_middle_of_writing_leaves_the_old_preset(start: Callable[[], Desk], tmp_path: Path) -> None:
    desk = start()
    desk.send("/preset/save", "dusk")
    desk.close()
    (tmp_path / "presets" / "dusk.toml.new").write_text('"/scene/tide/swell" = 1.')
    desk = start()
    assert desk.book.presets["dusk"][SWELL] == 0.5


def test_a_mistake_by_hand_is_told_with_its_line_and_the_rest_works(
    start: Callable[[], Desk], tmp_path: Path, faults: FaultBoard
) -> None:
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "dusk.toml").write_text(f'"{SWELL}" = 1.5\n"{MOOD}" = storm\n"{INK}" = [1.0, 0.0, 0.0]\n')
    (tmp_path / "presets" / "My Look.toml").write_text("")
    (tmp_path / "presets" / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "cues.toml").write_text('[[cues]]\nnumber = 1\nfade = "slow"\npreset = "dusk"\n')
    desk = start()
    found = "\n".join(faults.present)
    for told in (
        "dusk.toml:2: not TOML",
        "cues.toml:3: cues[0].fade",
        "My Look.toml: a preset",
        "bytes.toml:1",
        "tide.py",
    ):
        assert told in found
    desk.send("/cue/go")
    desk.play(0.1)
    assert desk.base(SWELL, MOOD, INK) == (1.5, "calm", (1.0, 0.0, 0.0))
    desk.close()
    assert faults.present == ()


def test_looks_fit_the_knobs_of_a_scene_that_was_edited(
    start: Callable[[], Desk], tmp_path: Path, faults: FaultBoard
) -> None:
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "dusk.toml").write_text('"/scene/tide/foam" = 0.5\n')
    desk = start()
    assert any("foam: no such knob" in fault for fault in faults.present)
    desk.tree.add("/scene/tide", (Knob("foam", 0.0),))

    def fits() -> bool:
        desk.play(1 / RATE)
        return desk.book.presets["dusk"] == {"/scene/tide/foam": 0.5}

    wait_for(fits)
    assert not any("foam: no such knob" in fault for fault in faults.present)


def test_cues_and_presets_stand_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cues.toml").write_text('[[cues]]\nnumber = 1\nname = "Low water"\n')
    caplog.set_level("INFO", "installation.control.cues")
    desk = Desk(tmp_path)
    with contextlib.closing(desk):
        desk.send("/cue/go")
        desk.play(0.5)
        desk.send("/preset/recall", "tide/high")
        desk.play(0.5)
    assert [record.getMessage() for record in caplog.records if record.levelname == "INFO"][:2] == [
        "cue 1 Low water",
        "preset tide/high",
    ]


def test_a_cue_and_a_preset_set_tempo_metre_signals_and_commands(
    start: Callable[[], Desk], tmp_path: Path, faults: FaultBoard
) -> None:
    (tmp_path / "presets").mkdir()
    (tmp_path / "presets" / "slow.toml").write_text('"/pulse/tempo" = 60\n"/signal/fog" = 0.4\n')
    (tmp_path / "cues.toml").write_text(
        '[[cues]]\nnumber = 1\nfade = 2\n[cues.knobs]\n"/pulse/tempo" = 160\n"/pulse/beats_a_bar" = 3\n'
        '"/pulse/double" = true\n"/signal/fog" = 0.7\n'
        '[[cues]]\nnumber = 2\npreset = "slow"\n'
    )
    desk = start()
    assert not [fault for fault in faults.present if "tide.py" not in fault]
    desk.send("/cue/go")
    desk.play(1.0)
    assert desk.base("/pulse/tempo")[0] == pytest.approx(140.0, abs=1.0), "half-way"
    assert desk.given == [("/pulse/double", True), ("/signal/fog", 0.7)]
    desk.play(1.1)
    assert desk.base("/pulse/tempo", "/pulse/beats_a_bar") == (160.0, 3)
    desk.send("/cue/go")
    desk.play(0.1)
    assert desk.base("/pulse/tempo", "/pulse/beats_a_bar") == (60.0, 3)
    desk.given.clear()
    desk.send("/cue/jump", "1")
    desk.play(2.1)
    assert desk.base("/pulse/tempo") == (160.0,)
    assert desk.given == [("/signal/fog", 0.7)], "the state has the signal; the tempo is not doubled again"


def test_an_unknown_address_of_a_cue_is_named_with_its_line_and_the_nearest(
    start: Callable[[], Desk], tmp_path: Path, faults: FaultBoard
) -> None:
    (tmp_path / "cues.toml").write_text(
        '[[cues]]\nnumber = 1\n[cues.knobs]\n"/paintr/style" = "mosaic"\n"/pulse/tmpo" = 90\n"/scene/tid/swell" = 1\n'
        '"/painter/style" = "mosaic"\n"/scene/loom/warp" = 0.5\n"/cue/go" = 1\n"/visitant/shutdown" = 1\n'
        '"/pulse/tempo" = 0\n"/signal/fgo" = 1\n"scene/tide/swell" = 1\n"/pulse/tap" = [1, 2]\n'
    )
    start()
    found = [fault.partition("cues.toml:")[2] for fault in faults.present if "cues.toml" in fault]
    assert [line.partition(":")[0] for line in found] == ["4", "5", "6", "9", "10", "11", "12", "13", "14"]
    for line, said in (
        (0, 'did you mean "/painter/style"?'),
        (1, 'did you mean "/pulse/tempo"?'),
        (2, 'did you mean "tide"? scenes here: tide, loom'),
        (5, "give a number from 20 to 400"),
        (6, 'did you mean "/signal/fog"?'),
        (7, 'did you mean "/scene/tide/swell"? give an address, which starts with /'),
        (8, "give true, a number or a text"),
    ):
        assert said in found[line]


def test_what_a_command_refuses_from_a_cue_is_logged_and_the_rest_is_played(
    start: Callable[[], Desk], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "cues.toml").write_text(
        f'[[cues]]\nnumber = 1\n[cues.knobs]\n"/signal/fog" = "wrong"\n"{SWELL}" = 2.0\n'
    )
    desk = start()
    desk.send("/cue/go")
    desk.play(0.1)
    assert desk.base(SWELL) == (2.0,)
    assert 'cue or preset: /signal/fog = "wrong": not a number; give one' in caplog.text


def test_cues_drive_from_the_first_go_until_they_are_released(start: Callable[[], Desk], tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text(
        '[[cues]]\nnumber = 1\nfollow = 9\n[[cues]]\nnumber = 2\nscene = "loom"\nrelease = true\nwait = 1\n'
    )
    desk = start()
    desk.play(0.1)
    assert desk.told["/cue/drives"] is False
    desk.send("/cue/go")
    desk.play(0.5)
    assert desk.told["/cue/drives"] is True
    desk.send("/cue/release")
    desk.play(20.0)
    assert desk.told["/cue/drives"] is False and desk.told["/cue/now"] == "1", "what would follow is called off"
    desk.send("/cue/go")
    desk.play(0.5)
    assert desk.told["/cue/drives"] is True and desk.told["/cue/waits"] == "2"
    desk.play(1.0)
    assert desk.scenes == ["loom"] and desk.told["/cue/drives"] is False, "the last cue gives the scenes back"
    desk.send("/cue/jump", "1")
    desk.play(0.1)
    assert desk.driving
    desk.send("/cue/back")
    desk.play(0.1)
    assert not desk.driving, "before the first cue"
