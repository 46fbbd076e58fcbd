"""Shows that a test starts again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.installation.control.cues.desk import Desk


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    """Starts a show in the same folder, again and again."""
    desks: list[Desk] = []

    def opened() -> Desk:
        desks.append(Desk(tmp_path))
        return desks[-1]

    yield opened
    for desk in desks:
        desk.close()
