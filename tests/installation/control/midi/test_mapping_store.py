"""learned.toml belongs to people as well: what they write holds at once, and the show takes none of it away."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from installation.control.midi.mapping_file import ControllerMapping, read
from installation.control.midi.mapping_text import edited, to_text
from installation.core.faults import FaultBoard
from tests.installation.control.midi.desk import FADER, PAD, SWELL, Desk


def until(desk: Desk, condition: Callable[[], object]) -> None:
    """Let frames pass until a condition holds."""
    deadline = time.monotonic() + 10.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
        desk.store.update()
        desk.store.report_problems()


def test_a_span_that_is_written_while_playing_holds_and_survives_the_next_learning(desk: Desk) -> None:
    desk.teach(SWELL, FADER)
    until(desk, desk.file.exists)
    text = desk.file.read_text().replace("turns =", "# the upper half is enough\nspan = [0.5, 1] # by hand\nturns =")
    desk.file.write_text(text)
    until(desk, lambda: desk.store.mappings[0].span == (0.5, 1.0))
    for position in (0.6, 0.7, 1.0, 0.75):
        desk.move(FADER, position)
    assert desk.swell() == 1.0, "half-way between its ends"
    desk.t += 3.0
    desk.teach("/cue/go", PAD)
    desk.teach("/scene/loom/warp", FADER)
    until(desk, lambda: "/scene/loom/warp" in desk.file.read_text())
    kept = desk.file.read_text()
    assert "# the upper half is enough\nspan = [0.5, 1.0] # by hand\n" in kept and PAD in kept
    assert [each.span for each in read(desk.file).mappings.values()] == [(0.5, 1.0), (0.0, 1.0)]


def test_tables_that_are_added_and_removed_by_hand_hold(desk: Desk) -> None:
    desk.teach(SWELL, FADER)
    until(desk, desk.file.exists)
    desk.file.write_text(
        '[[learned]]\ncontroller = "/1/a"\nturns = "/scene/tide/swell"\n'
        '[[learned]]\ncontroller = "/midi/x/1/cc/1"\nturns = "/scene/loom/warp"\nrelative = "offset-binary"\n'
    )
    until(desk, lambda: len(desk.store.mappings) == 2)
    assert desk.store.find(FADER) is None
    desk.tree.turn("/scene/loom/warp", 0.5)
    desk.move("/midi/x/1/cc/1", 66 / 127)
    assert desk.tree.base("/scene/loom/warp") == pytest.approx(0.5 + 2 / 127)
    desk.file.unlink()
    until(desk, lambda: not desk.store.mappings)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ('span = "wide"', ":4: learned[0].span"),
        ("span = [0.2", "not TOML"),
        ('relative = "sideways"', ':4: learned[0].relative: found "sideways"'),
        ("spann = [0, 1]", ':4: learned[0].spann: unknown key; did you mean "span"?'),
    ],
)
def test_a_broken_edit_is_reported_with_its_line_and_the_former_mapping_stays(
    desk: Desk, faults: FaultBoard, broken: str, said: str
) -> None:
    good = f'[[learned]]\ncontroller = "{FADER}"\nturns = "{SWELL}"\nspan = [0, 0.5]\n'
    desk.file.write_text(good)
    until(desk, lambda: len(desk.store.mappings) == 1)
    desk.file.write_text(good.replace("span = [0, 0.5]", broken))
    until(desk, lambda: any(said in fault for fault in faults.present))
    assert [(each.controller, each.span) for each in desk.store.mappings] == [(FADER, (0.0, 0.5))]
    desk.teach("/cue/go", PAD)
    until(desk, lambda: PAD in desk.file.read_text())
    assert broken in desk.file.read_text(), "what is to be mended stays in the file"
    desk.file.write_text(good)
    until(desk, lambda: not faults.present)


def test_an_address_of_no_knob_is_reported_with_the_nearest_one_and_the_former_mapping_stays(
    desk: Desk, faults: FaultBoard
) -> None:
    good = f'[[learned]]\ncontroller = "{FADER}"\nturns = "{SWELL}"\nspan = [0, 0.5]\n'
    other = '[[learned]]\ncontroller = "/1/a"\nturns = "/cue/go"\n'
    desk.file.write_text(good)
    until(desk, lambda: len(desk.store.mappings) == 1)
    desk.file.write_text(good.replace(SWELL, "/scene/tide/swel") + other)
    said = (
        f'{desk.file}:3: learned[0].turns: found "/scene/tide/swel" (text); no knob or command is there; '
        f'did you mean "{SWELL}"?'
    )
    until(desk, lambda: said in faults.present)
    assert desk.learned == [(FADER, SWELL), ("/1/a", "/cue/go")]
    desk.sweep(FADER, 0.0, 0.5)
    assert desk.swell() == 2.0, "it still turns the knob"
    desk.file.write_text(good)
    until(desk, lambda: not faults.present)


def test_what_is_learned_while_the_file_is_edited_is_not_lost(desk: Desk) -> None:
    for number in range(20):
        text = desk.file.read_text() if desk.file.exists() else ""
        desk.file.write_text(f'{text}\n[[learned]]\ncontroller = "/hand/{number}"\nturns = "{SWELL}"\n')
        desk.store.add(ControllerMapping(f"/learned/{number}", SWELL))
        until(desk, lambda found=f"/learned/{number}": found in desk.file.read_text())  # type: ignore[misc]
    until(desk, lambda: len(desk.store.mappings) == 40)


MAPPINGS = (
    ControllerMapping(FADER, SWELL, span=(0.0, 127.0)),
    ControllerMapping(PAD, "/preset/recall", ("dusk", 2.0)),
    ControllerMapping("/midi/x/1/cc/16", SWELL, relative="twos-complement"),
)


def test_what_is_written_is_read_back_exactly(tmp_path: Path) -> None:
    file = tmp_path / "learned.toml"
    file.write_text(to_text(MAPPINGS))
    assert tuple(read(file).mappings.values()) == MAPPINGS


def test_an_edit_changes_its_table_alone() -> None:
    text = (
        "# Mine.\n\n# the sea\n[[learned]]\ncontroller = '/1/a'   # left hand\nturns = \"/x\" # was /y\nwith = [\n"
        '  "dusk", # a list\n]\n\n# untouched\n[[learned]]\nturns = "/z"\ncontroller = "/1/b"\n\n# the end\n'
    )
    assert edited(text, ("/nothing",)) == text
    changed = edited(text, (), ControllerMapping("/1/b", "/w", span=(0.0, 9.0)))
    assert changed == text.replace('"/z"', '"/w"').replace('"/1/b"\n', '"/1/b"\nspan = [0.0, 9.0]\n')
    again = edited(changed, (), ControllerMapping("/1/a", "/q", ("dawn",)))
    assert "# the sea" in again and "# left hand" in again and "# a list" in again
    assert tomllib.loads(again)["learned"][0] == {"controller": "/1/a", "turns": "/q", "with": ["dawn"]}
    gone = edited(text, ("/1/b",))
    assert "/1/b" not in gone and "# untouched" not in gone and gone.endswith("# the end\n")
    assert edited(edited(text, ("/1/a", "/1/b")), (), ControllerMapping("/1/c", "/v")).startswith("# Mine.\n")
