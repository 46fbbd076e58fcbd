"""Rooms import only from floors below, and the list of exceptions may only shrink."""

from pathlib import Path

from tests import architecture

KNOWN = Path(__file__).with_name("upward_imports.txt")


def test_no_new_import_runs_upwards():
    known = set(KNOWN.read_text(encoding="utf-8").split("\n"))
    assert not {f"{each.source} {each.target}" for each in architecture.upward()} - known
