"""Check the venue file and this machine, and report a remedy for each problem.

Models, cameras and scenes are opened as a show opens them, each in a process of its own. The status is 0 where nothing
prevents a show, 2 for a wrong venue file, and 1 for any other error.
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from installation.commands import venue_of
from installation.core import system_info
from installation.core.exit_status import ExitStatus
from installation.core.printable import printable
from installation.core.system_info import has_display
from installation.evaluate.readiness import machine, models, network, scenes
from installation.evaluate.readiness.finding import Finding, Places, location
from installation.evaluate.report import Figure, add_json_option, report
from installation.venue.loader import VenueError
from installation.venue.schema import Venue

MIN_DISK_GIB = 1.0
"""Free disk space: a minute of film takes about 0.1 GiB, and a full disk must not stop a show."""
MIN_MEMORY_GIB = 4.0
"""Memory: the drawing process and one eye take about 1 GiB together."""
MIN_CORES = 2
"""Processor cores."""


def arguments(parser: argparse.ArgumentParser) -> None:
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    try:
        venue = venue_of(args)
        venue_findings = [_venue(venue)]
    except VenueError as error:
        venue = Venue()
        venue_findings = [Finding(location(each), "error", each.found, each.right) for each in error.problems]
    valid = all(finding.state == "ok" for finding in venue_findings)
    graphics = system_info.graphics()
    findings = [replace(each, said=printable(each.said)) for each in (*venue_findings, *_findings(venue, graphics))]
    figures = [
        Figure.at_least("disk free", _disk(), MIN_DISK_GIB, "GiB"),
        Figure.at_least("memory", round(system_info.memory() / 2**30, 1), MIN_MEMORY_GIB, "GiB"),
        Figure.at_least("cores", os.cpu_count() or 1, MIN_CORES),
    ]
    if not args.json:
        _print_table(findings)
    renderer = "" if isinstance(graphics, str) else graphics[1]
    missed = report(figures, args.json, {"findings": [asdict(finding) for finding in findings]}, renderer)
    if not valid:
        return VenueError.status
    failed = missed or any(finding.state == "error" for finding in findings)
    return ExitStatus.FAILED if failed else ExitStatus.DONE


def _findings(venue: Venue, graphics: tuple[int, str] | str) -> Iterator[Finding]:
    places = Places(venue)
    yield machine.graphics(graphics)
    yield from machine.libraries()
    yield machine.cpu()
    yield machine.gpu()
    too_large = [*machine.canvas(venue, places, system_info.memory())]
    yield from too_large
    yield from machine.displays(venue, places)
    yield from models.downloaded_models(venue)
    trials = scenes.try_scenes(venue, draws=not isinstance(graphics, str) and not too_large)
    yield from scenes.scenes(trials, places)
    yield models.dancers(venue, places, trials.any_played("dances") or venue.dancer.complete_visitors)
    yield models.painter(venue, places, trials.any_played("paints"))
    yield from scenes.modulation(venue, trials, places)
    yield from scenes.presets_and_cues(venue, trials)
    yield from models.cameras(venue, places, has_display())
    yield from network.ports(venue, places)
    yield from network.receivers(venue, places)


def _venue(venue: Venue) -> Finding:
    where = "the built-in defaults; there is no venue.toml here"
    if venue.folder is not None:
        named = (venue.folder / "venue.toml").exists()
        where = f"venue.toml in {venue.folder}" if named else f"{where}, but for what {venue.folder} has"
    return Finding("venue", "ok", f'"{venue.name}", {where}')


def _disk() -> float:
    """Free space of the working directory, where films and posters are written, GiB."""
    return round(shutil.disk_usage(Path.cwd()).free / 2**30, 1)


def _print_table(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    marks = {"ok": Text("ok", "green"), "warning": Text("warning", "yellow"), "error": Text("error", "bold red")}
    table = Table("", "", Column(overflow="fold"), box=None, pad_edge=False, show_header=False)
    for finding in findings:
        said = Text(finding.said)
        if finding.todo:
            said.append(f"\n→ {finding.todo}", "bold" if finding.state == "error" else "dim")
        table.add_row(marks[finding.state], finding.subject, said)
    console = Console(highlight=False)
    console.print(table)
    console.print()
