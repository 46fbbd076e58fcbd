"""The report draws the same takes each time, none of them trained on, and says what it can't measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.commands.measure import PARTS as KNOWN_PARTS
from installation.core.errors import UserError
from installation.evaluate.ear.report import PARTS, measure_ear
from installation.evaluate.ear.takes import TakeRenderer, drawn_rows
from tests.installation.training.ear.midi import write_groove


def test_only_takes_of_validation_and_test_are_drawn(tmp_path: Path) -> None:
    write_groove(tmp_path)
    rows = drawn_rows(tmp_path)
    assert sorted(row.split for row in rows) == ["test", "validation"]
    assert rows == drawn_rows(tmp_path)


def test_a_folder_without_groove_says_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Groove MIDI Dataset"):
        drawn_rows(tmp_path)


def test_a_take_is_rendered_without_a_soundfont_too(tmp_path: Path) -> None:
    write_groove(tmp_path)
    take = TakeRenderer(None).render(drawn_rows(tmp_path)[0])
    assert take.hops.shape == (2400, 441)
    assert 0.5 < abs(take.samples).max() <= 0.71
    assert 60.0 / take.tempo == pytest.approx(take.beats[1] - take.beats[0], rel=1e-3)


def test_without_takes_their_figures_are_skipped_with_the_reason() -> None:
    figures = measure_ear(None, None, ["takes", "range"], lambda share: None)
    assert [figure.value for figure in figures] == [None, None]
    assert all("--data" in figure.name for figure in figures)


def test_the_command_knows_the_parts() -> None:
    assert KNOWN_PARTS["ear"] == PARTS
