"""The one form of every report: a table for people, one JSON object for programs, an exit status for both."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from installation.core import system_info


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, beside its baseline and its target where there are such."""

    name: str
    value: float | None
    """None where it could not be measured."""
    unit: str = ""
    baseline: float | None = None
    """The same, measured in the same run, done the plain way."""
    target: float | None = None
    holds: bool | None = None
    """Whether the target is met; None where there is none."""

    @classmethod
    def at_most(
        cls, name: str, value: float | None, target: float, unit: str = "", baseline: float | None = None
    ) -> Figure:
        """A figure that should not exceed `target`."""
        return cls(name, value, unit, baseline, target, value is not None and value <= target)

    @classmethod
    def at_least(
        cls, name: str, value: float | None, target: float, unit: str = "", baseline: float | None = None
    ) -> Figure:
        """A figure that should reach `target`."""
        return cls(name, value, unit, baseline, target, value is not None and value >= target)


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option of every command that reports."""
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def gathered(parts: Sequence[Callable[[], list[Figure]]], advance: Callable[[float], None]) -> list[Figure]:
    """The figures of all parts, measured one after the other; `advance` hears which share is done."""
    figures: list[Figure] = []
    for done, part in enumerate(parts, 1):
        figures += part()
        advance(done / len(parts))
    return figures


def report(
    figures: Sequence[Figure],
    as_json: bool = False,
    extra: Mapping[str, Any] | None = None,
    renderer: str = "",
) -> int:
    """Print the figures; return 1 when a target is missed, else 0.

    With `as_json` prints one object with `machine`, `figures` and the keys of `extra`; numbers that are not
    finite become null. `renderer` is what GL calls itself, for whoever has a context.
    """
    here = system_info.facts() | ({"renderer": renderer} if renderer else {})
    if as_json:
        whole = {"machine": here, "figures": [asdict(figure) for figure in figures], **(extra or {})}
        print(json.dumps(_finite(whole), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _table(figures, here)
    return int(any(figure.holds is False for figure in figures))


def _table(figures: Sequence[Figure], here: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("figure", box=None, pad_edge=False, header_style="dim")
    for heading in ("value", "baseline", "target"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    table.add_column("")
    for figure in figures:
        verdict = {True: "[green]holds", False: "[red]missed", None: ""}[figure.holds]
        numbers = map(_number, (figure.value, figure.baseline, figure.target))
        table.add_row(escape(figure.name), *numbers, escape(figure.unit), verdict)
    console = Console()
    console.print(table)
    console.print(
        "{cpu}, {cores} cores, {memory} GiB, {os}, Python {python}".format(**here)
        + (f", {here['renderer']}" if "renderer" in here else ""),
        style="dim",
        highlight=False,
        markup=False,
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    number = float(value)  # also numpy's scalars
    return number if math.isfinite(number) else None
