"""Unusual motion files are read as they should be, and measured so."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.evaluate.motion.odd_files import measure_odd_files

MATERIAL = Path(__file__).parents[5] / "shared"


def test_every_unusual_file_is_as_it_should_be() -> None:
    figures = measure_odd_files(MATERIAL)
    if not figures:
        pytest.skip("needs a folder inputs in a folder of ../shared")
    assert all(figure.holds for figure in figures), [figure.name for figure in figures if not figure.holds]


def test_without_material_there_is_nothing_to_measure(tmp_path: Path) -> None:
    assert measure_odd_files(None) == measure_odd_files(tmp_path) == []
