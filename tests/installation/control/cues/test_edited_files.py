"""Files of presets and cues that are edited while a show plays: valid edits count, broken ones change nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from installation.control.cues import file_watcher
from installation.core.faults import FaultBoard
from tests.installation.control.cues.desk import INK, MOOD, RATE, SWELL, Desk, wait_for


def edit(desk: Desk, file: Path, text: str, condition: Callable[[], bool]) -> None:
    """Save a file by hand, and let frames pass until the show has read it."""
    file.write_text(text)

    def taken() -> bool:
        desk.play(1 / RATE)
        return condition()

    wait_for(taken)


def test_where_an_edit_is_broken_what_stood_there_before_stays(
    start: Callable[[], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: FaultBoard
) -> None:
    monkeypatch.setattr(file_watcher, "POLL_SECONDS", 0.02)
    (tmp_path / "presets").mkdir()
    dusk, cues = tmp_path / "presets" / "dusk.toml", tmp_path / "cues.toml"
    dusk.write_text(f'"{SWELL}" = 1.5\n"{MOOD}" = "storm"\n')
    cues.write_text(
        f'[[cues]]\nnumber = 1\nfade = 2\nwait = 1\n[cues.knobs]\n"{SWELL}" = 1.0\n"{MOOD}" = "storm"\n'
        '[[cues]]\nnumber = 2\nname = "end"\n'
    )
    desk = start()

    def reported(said: str) -> bool:
        return any(said in fault for fault in faults.present)

    edit(desk, dusk, f'"{SWELL}" = 0.5\n"{MOOD}" = "rage"\n', lambda: reported("dusk.toml:2"))
    assert desk.book.presets["dusk"] == {SWELL: 0.5, MOOD: "storm"}
    edit(desk, dusk, f'"{SWELL}" = 0.25\n"{MOOD}" = storm\n', lambda: reported("not TOML"))
    assert desk.book.presets["dusk"] == {SWELL: 0.25, MOOD: "storm"}
    edit(desk, dusk, f'"{SWELL}" = 0.25\n', lambda: not reported("dusk.toml"))
    assert desk.book.presets["dusk"] == {SWELL: 0.25}, "what was taken out is out once the file is mended"
    broken = '[[cues]]\nnumber = 1\nfade = "slow"\nwait = 3\n[cues.knobs]\n'
    edit(desk, cues, f'{broken}"{SWELL}" = 0.0\n"{MOOD}" = 7\n', lambda: reported("cues.toml:3"))
    desk.send("/cue/go")
    desk.play(3.1)
    assert desk.told["/cue/fade"] == pytest.approx(0.05, abs=0.03), "three seconds of wait, two of fade"
    desk.play(2.0)
    assert desk.base(SWELL, MOOD) == (0.0, "storm")
    edit(desk, cues, "[[cues]\nnumber = 1\n", lambda: reported("not TOML"))
    assert desk.told["/cue/now"] == "1"
    edit(desk, cues, "[[cues]]\nnumber = 9\n", lambda: not reported("cues.toml"))
    assert (desk.told["/cue/now"], desk.told["/cue/next"]) == ("", "9")


def test_saving_a_preset_keeps_the_comments_of_its_file(start: Callable[[], Desk], tmp_path: Path) -> None:
    (tmp_path / "presets").mkdir()
    dusk = tmp_path / "presets" / "dusk.toml"
    dusk.write_text(f'# For the blue hour.\n"{SWELL}" = 1.5 # not higher: the floor shows\n\n"/scene/gone/x" = 1\n')
    desk = start()
    desk.tree.turn(SWELL, 1.25)
    desk.send("/preset/save", "dusk", SWELL)
    wait_for(lambda: "1.25" in dusk.read_text())
    assert dusk.read_text() == f'# For the blue hour.\n"{SWELL}" = 1.25 # not higher: the floor shows\n'
    desk.send("/preset/save", "dusk")
    wait_for(lambda: "mood" in dusk.read_text())
    assert dusk.read_text() == (
        f'# For the blue hour.\n"{SWELL}" = 1.25 # not higher: the floor shows\n\n'
        f'"{MOOD}" = "calm"\n"{INK}" = [0.0, 0.0, 0.0]\n'
    )


def test_files_that_are_edited_while_the_show_plays_count_from_then_on(
    start: Callable[[], Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_watcher, "POLL_SECONDS", 0.02)
    desk = start()
    desk.send("/preset/save", "dusk")
    wait_for(lambda: (tmp_path / "presets" / "dusk.toml").exists())
    (tmp_path / "presets" / "dusk.toml").write_text(f'"{SWELL}" = 1.25\n')
    (tmp_path / "cues.toml").write_text('[[cues]]\nnumber = 3\npreset = "dusk"\n')

    def taken() -> bool:
        desk.play(1 / RATE)
        return bool(desk.told["/cue/next"] == "3")

    wait_for(taken)
    desk.send("/cue/go")
    desk.play(0.1)
    assert desk.base(SWELL)[0] == 1.25
