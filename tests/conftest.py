"""What tests in several rooms need: a place to draw, the faults that they cause, one thread for each library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import moderngl
import pytest

from installation.core.errors import UserError
from installation.core.faults import FaultBoard

THREAD_COUNTS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LP_NUM_THREADS")
"""Environment variables of PyTorch, NumPy and llvmpipe. The pictures and networks of tests are so small that a second
thread mostly waits for the first; tests run side by side instead."""
GL_FIXTURES = {"context", "programs"}
"""Fixtures that open a GL context."""

INTEGRATION_FOLDERS = tuple(
    Path(__file__).parent / folder
    for folder in ("motion/dancer", "installation/evaluate", "installation/training", "installation/paint")
)
"""Whose tests train or run networks, or measure."""


def pytest_configure() -> None:
    """Set the thread counts before any test imports a library that reads them; child processes inherit them."""
    for name in THREAD_COUNTS:
        os.environ.setdefault(name, "1")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that draw by their fixtures, and those of networks and measurements by their folder."""
    for item in items:
        if any(folder in item.path.parents for folder in INTEGRATION_FOLDERS):
            item.add_marker("integration")
        if isinstance(item, pytest.Function) and GL_FIXTURES & set(item.fixturenames):
            item.add_marker("gl")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the tests that draw where nothing can be drawn."""
    if item.get_closest_marker("gl") and (reason := why_no_gl()):
        pytest.skip(f"no GL without a screen here: {reason}")


def open_context() -> moderngl.Context:
    """A context without a window; raises UserError."""
    # Imported late, as it imports NumPy, which reads the thread counts.
    from installation.stage.outputs.windows import standalone

    return standalone()


@cache
def why_no_gl() -> str:
    """Why no context can be opened on this machine; empty where one can."""
    try:
        open_context().release()
    except UserError as error:
        return str(error)
    return ""


@pytest.fixture
def context() -> Iterator[moderngl.Context]:
    """A context without a window."""
    made = open_context()
    yield made
    made.release()


@pytest.fixture
def faults() -> Iterator[FaultBoard]:
    """The faults that the test causes."""
    board = FaultBoard()
    yield board
    board.close()
