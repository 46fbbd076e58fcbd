"""Reports of measurements: a table for people, one JSON object for programs, an exit status for both."""

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
    """One measured number, with its baseline and its target if it has any."""

    name: str
    value: float | None
    """None where it could not be measured."""
    unit: str = ""
    baseline: float | None = None
    """The same figure of a simpler method, measured in the same run."""
    target: float | None = None
    holds: bool | None = None
    """Whether the target is met; None where there is none."""

    @classmethod
    def at_most(
        cls, name: str, value: float | None, target: float, unit: str = "", baseline: float | None = None
    ) -> Figure:
        """Return a figure that should not exceed `target`."""
        return cls(name, value, unit, baseline, target, value is not None and value <= target)

    @classmethod
    def at_least(
        cls, name: str, value: float | None, target: float, unit: str = "", baseline: float | None = None
    ) -> Figure:
        """Return a figure that should reach `target`."""
        return cls(name, value, unit, baseline, target, value is not None and value >= target)


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that every command with a report has."""
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")


def measure_parts(parts: Sequence[Callable[[], list[Figure]]], advance: Callable[[float], None]) -> list[Figure]:
    """Measure all parts, one after the other; `advance` receives the share of them that is done."""
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
    finite become null. `renderer` is the name of the GL renderer, where one was used.
    """
    machine = system_info.facts() | ({"renderer": renderer} if renderer else {})
    if as_json:
        report_fields = {"machine": machine, "figures": [asdict(figure) for figure in figures], **(extra or {})}
        print(json.dumps(_finite(report_fields), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        _print_table(figures, machine)
    return int(any(figure.holds is False for figure in figures))


def _print_table(figures: Sequence[Figure], machine: Mapping[str, Any]) -> None:
    # rich is slow to import, and a report in JSON does not need it.
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
        numbers = map(_format_number, (figure.value, figure.baseline, figure.target))
        table.add_row(escape(figure.name), *numbers, escape(figure.unit), verdict)
    console = Console()
    console.print(table)
    console.print(
        "{cpu} ({features}), {cores} cores, {memory} GiB, {os}, Python {python}".format(
            **machine, features=", ".join(machine["cpu_features"]) or "no matrix instructions known"
        )
        + (f", {machine['renderer']}" if "renderer" in machine else ""),
        style="dim",
        highlight=False,
        markup=False,
    )


def _format_number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _finite(value: Any) -> Any:
    """Return a copy of nested mappings and sequences in which numbers that are not finite are None."""
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    number = float(value)  # also numpy's scalars
    return number if math.isfinite(number) else None
