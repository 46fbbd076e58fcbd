"""Check the venue file and this machine, and report a remedy for each problem.

Models, cameras, sound and scenes are opened as a show opens them, each in a process of its own. The status is 0 where
nothing prevents a show, 2 for a wrong venue file, and 1 for any other error.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

from installation.commands import venue_of
from installation.core import system_info
from installation.core.exit_status import ExitStatus
from installation.core.printable import printable
from installation.core.system_info import has_display
from installation.evaluate.readiness import clocks, machine, models, music, network, scenes, sound
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
MARK_WIDTH = 7
"""Characters of "warning"."""
SUBJECT_WIDTH = 26
"""Characters of a finding's subject; a longer one is broken."""


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
    table = None if args.json else _Table()
    findings: list[Finding] = []
    for found in itertools.chain(venue_findings, _findings(venue, graphics)):
        finding = replace(
            found, subject=printable(found.subject), said=printable(found.said), todo=printable(found.todo)
        )
        findings.append(finding)
        if table is not None:
            table.print(finding)
    if table is not None:
        print()
    figures = [
        Figure.at_least("disk free", _disk(), MIN_DISK_GIB, "GiB"),
        Figure.at_least("memory", round(system_info.memory() / 2**30, 1), MIN_MEMORY_GIB, "GiB"),
        Figure.at_least("cores", os.cpu_count() or 1, MIN_CORES),
    ]
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
    draws = not isinstance(graphics, str) and not too_large
    # A camera or a name that does not answer is waited for while the scenes are tried.
    with ThreadPoolExecutor(6) as pool:
        cameras = pool.submit(lambda: [*models.cameras(venue, places, has_display())])
        heard = pool.submit(sound.sound, venue, places)
        composed = pool.submit(music.composer, venue, places)
        timed = pool.submit(lambda: [*clocks.clocks(venue, places)])
        receivers = pool.submit(lambda: [*network.receivers(venue, places)])
        trials = scenes.try_scenes(venue, draws)
        yield from scenes.scenes(trials, places)
        dances = trials.any_played("dances") or venue.dancer.complete_visitors
        dancers = pool.submit(models.dancers, venue, places, dances)
        painter = pool.submit(models.painter, venue, places, trials.any_played("paints"))
        yield from scenes.modulation(venue, trials, places)
        yield from scenes.presets_and_cues(venue, trials)
        yield from cameras.result()
        yield heard.result()
        yield composed.result()
        yield from timed.result()
        yield dancers.result()
        yield painter.result()
        yield from network.ports(venue, places)
        yield from receivers.result()


def _venue(venue: Venue) -> Finding:
    where = "the built-in defaults; there is no venue.toml here"
    if venue.folder is not None:
        named = (venue.folder / "venue.toml").exists()
        where = f"venue.toml in {venue.folder}" if named else f"{where}, but for what {venue.folder} has"
    return Finding("venue", "ok", f'"{venue.name}", {where}')


def _disk() -> float:
    """Free space of the working directory, where films and posters are written, GiB."""
    return round(shutil.disk_usage(Path.cwd()).free / 2**30, 1)


class _Table:
    """Prints each finding as it comes, in columns."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(highlight=False)

    def print(self, finding: Finding) -> None:
        from rich.table import Column, Table
        from rich.text import Text

        styles = {"ok": "green", "warning": "yellow", "error": "bold red"}
        columns = Column(width=MARK_WIDTH), Column(width=SUBJECT_WIDTH, overflow="fold"), Column(overflow="fold")
        table = Table(*columns, box=None, pad_edge=False, show_header=False)
        said = Text(finding.said)
        if finding.todo:
            said.append(f"\n→ {finding.todo}", "bold" if finding.state == "error" else "dim")
        table.add_row(Text(finding.state, styles[finding.state]), finding.subject, said)
        self._console.print(table)
        sys.stdout.flush()
