"""Progress bar on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[float], None]
"""Receives the share of the work that is done, 0..1."""


@contextmanager
def progress(name: str) -> Iterator[Advance]:
    """Show `name` and a bar until the block ends; yields the function that advances it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=1.0)

        def advance(share: float) -> None:
            bar.update(task, completed=share)

        yield advance
        advance(1.0)
