"""Bring the models and the demo film, and what the system lacks for drawing. Quick when all is there."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from installation.core import downloads, system_info
from installation.core.downloads import Asset, AssetError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="also the clips of two people that tests and measures use")


def run(args: argparse.Namespace) -> int:
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    wrong = _system(console)
    for asset in downloads.ASSETS:
        if not (asset.required or args.all):
            continue
        try:
            path = downloads.place(asset) if downloads.is_sound(asset) else _bring(asset, console)
        except AssetError as error:
            wrong.append(str(error))
        else:
            about = f"{asset.bytes / 1e6:.1f} MB, {asset.licence}, sha256 {asset.sha256[:12]}…"
            console.print(f"[green]there[/]    {path}  [dim]{about}[/]", soft_wrap=True)
    for each in wrong:
        errors.print("[red]missing[/]  ", end="")
        errors.print(each, markup=False, soft_wrap=True)
    return int(bool(wrong))


def ensure(*names: str) -> None:
    """Bring what a command needs and finds missing, with progress on stderr; raises AssetError when it cannot."""
    for name in names:
        try:
            downloads.path_of(name)
        except AssetError:
            _bring(downloads.find(name), Console(stderr=True, highlight=False))


def _bring(asset: Asset, console: Console) -> Path:
    columns = TextColumn("[yellow]bringing[/] {task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(asset.name, total=asset.bytes)
        return downloads.fetch(
            asset,
            lambda done: bar.update(task, completed=done),
            lambda way: bar.update(task, description=f"{asset.name} from {way}"),
        )


def _system(console: Console) -> list[str]:
    """Install what the system lacks where that is allowed; otherwise return what the person should type."""
    if not (missing := system_info.lacks()):
        console.print("[green]there[/]    graphics libraries")
        return []
    if shutil.which("apt-get") and os.geteuid() == 0:
        console.print(f"[yellow]bringing[/] {', '.join(missing)}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wait = ["-q", "-o", "DPkg::Lock::Timeout=120"]
        subprocess.run(["apt-get", *wait, "update"], env=quiet, check=False)
        subprocess.run(["apt-get", *wait, "install", "-y", *system_info.LIBRARIES], env=quiet, check=False)
        if not (missing := system_info.lacks()):
            return []
    sudo = "sudo " if shutil.which("sudo") else "as root: "
    return [f"{', '.join(missing)}. Type this, then start again:\n  {sudo}{system_info.install_line()}"]
