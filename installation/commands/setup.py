"""Download the models and the demo film, cut the film of people from it, and install missing graphics libraries.

Quick when nothing is missing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from installation.core import downloads, system_info
from installation.core.downloads import Asset, AssetError
from installation.core.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

WITHOUT = {"help": "The show runs without it.", "retarget": "Films are retargeted without it, with relaxed hands."}
"""What is said of a file that cannot be had, by who needs it; without any other the command fails."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also the clips of two people for tests and evaluation")


def run(args: argparse.Namespace) -> int:
    from rich.console import Console  # late, here and below: slow to load, and a show that has its files needs none

    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    problems = _install_libraries(console)
    notes: list[tuple[str, str]] = []
    for asset in downloads.ASSETS:
        if asset.need == "tests" and not args.all:
            continue
        try:
            path = downloads.place(asset) if downloads.is_sound(asset) else _download(asset, console)
        except AssetError as error:
            if remark := WITHOUT.get(asset.need):
                notes.append((str(error), remark))
            else:
                problems.append(str(error))
        else:
            about = f"{asset.bytes / 1e6:.1f} MB, {asset.licence}, sha256 {asset.sha256[:12]}…"
            console.print(f"[green]ok[/]       {path}  [dim]{about}[/]", soft_wrap=True)
    try:
        # A film that is missing is among the problems already.
        if downloads.place(downloads.find("demo.mp4")).is_file():
            console.print(f"[green]ok[/]       {people_film()}  [dim]cut from demo.mp4[/]", soft_wrap=True)
    except UserError as error:
        problems.append(str(error))
    for note, remark in notes:
        errors.print("[yellow]missing[/]  ", end="")
        errors.print(f"{note}\n{remark}", markup=False, soft_wrap=True)
    for problem in problems:
        errors.print("[red]missing[/]  ", end="")
        errors.print(problem, markup=False, soft_wrap=True)
    return int(bool(problems))


def ensure(*names: str) -> None:
    """Download assets that are missing or damaged, with progress on stderr. Raises AssetError."""
    for asset in map(downloads.find, names):
        if downloads.is_sound(asset):
            continue
        from rich.console import Console

        console = Console(stderr=True, highlight=False)
        if (path := downloads.place(asset)).exists():
            console.print(
                f"{path} is damaged (its hash is wrong) and is downloaded again", soft_wrap=True, markup=False
            )
        _download(asset, console)


def people_film() -> Path:
    """The film of people, cut from the demo film if it is missing, with progress on stderr. Raises UserError."""
    from installation.eye.sources import demo_film  # late: OpenCV takes a while to load

    if path := demo_film.cached():
        return path
    ensure("demo.mp4")
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("[yellow]cutting[/]  {task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bar:
        task = bar.add_task("the film of people", total=1.0)
        return demo_film.ensure(lambda share: bar.update(task, completed=share))


def _download(asset: Asset, console: Console) -> Path:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = TextColumn("[yellow]loading[/]  {task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(asset.name, total=asset.bytes)
        return downloads.fetch(
            asset,
            lambda done: bar.update(task, completed=done),
            lambda host: bar.update(task, description=f"{asset.name} from {host}"),
        )


def _install_libraries(console: Console) -> list[str]:
    """Install missing graphics libraries as root; otherwise return the command to type."""
    if not (missing := system_info.missing_packages()):
        console.print("[green]ok[/]       graphics libraries")
        return []
    if shutil.which("apt-get") and os.geteuid() == 0:
        console.print(f"[yellow]loading[/]  {', '.join(missing)}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wait = ["-q", "-o", "DPkg::Lock::Timeout=120"]
        subprocess.run(["apt-get", *wait, "update"], env=quiet, check=False)
        subprocess.run(["apt-get", *wait, "install", "-y", *system_info.LIBRARIES], env=quiet, check=False)
        if not (missing := system_info.missing_packages()):
            return []
    sudo = "sudo " if shutil.which("sudo") else "as root: "
    return [f"{', '.join(missing)}. Type this, then start again:\n  {sudo}{system_info.install_line()}"]
