"""What tests in several rooms need: a place to draw."""

from __future__ import annotations

from collections.abc import Iterator

import moderngl
import pytest

from installation.core.faults import FaultBoard


@pytest.fixture
def context() -> Iterator[moderngl.Context]:
    """A context without a window."""
    from installation.core.errors import UserError
    from installation.stage.outputs.windows import standalone

    try:
        made = standalone()
    except UserError as error:
        pytest.skip(f"no GL without a screen here: {error}")
    yield made
    made.release()


@pytest.fixture
def faults() -> Iterator[FaultBoard]:
    """The faults that the test causes."""
    board = FaultBoard()
    yield board
    board.close()
