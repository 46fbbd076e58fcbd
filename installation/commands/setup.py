"""Bring the models and the demo film, and what the system lacks for drawing. Quick when all is there."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn

from installation import assets, machine
from installation.trouble import Trouble


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--all", action="store_true", help="also the clip of two people that tests and measures use"
    )


def run(args: argparse.Namespace) -> int:
    console = Console(highlight=False)
    troubles = [*_system(console), *_assets(console, args.all)]
    for trouble in troubles:
        Console(stderr=True, highlight=False).print(f"[red]missing[/]  {trouble}", soft_wrap=True)
    return int(bool(troubles))


def _system(console: Console) -> list[str]:
    """Install what the system lacks where that is allowed; otherwise return what the person should type."""
    if not (missing := machine.lacks()):
        console.print("[green]there[/]    graphics libraries")
        return []
    if shutil.which("apt-get") and os.geteuid() == 0:
        console.print(f"[yellow]bringing[/] {', '.join(missing)}")
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        wait = ["-q", "-o", "DPkg::Lock::Timeout=120"]
        subprocess.run(["apt-get", *wait, "update"], env=quiet, check=False)
        subprocess.run(["apt-get", *wait, "install", "-y", *machine.LIBRARIES], env=quiet, check=False)
        if not (missing := machine.lacks()):
            return []
    sudo = "sudo " if shutil.which("sudo") else "as root: "
    return [f"{', '.join(missing)}. Type this, then start again:\n  {sudo}{machine.install_line()}"]


def _assets(console: Console, everything: bool) -> list[str]:
    failed = []
    columns = TextColumn("[yellow]bringing[/] {task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=console, transient=True) as bar:
        for asset in assets.ASSETS:
            if not (asset.required or everything):
                continue
            path = assets.place(asset)
            if not assets.is_sound(asset):
                task = bar.add_task(asset.name, total=asset.bytes)

                def progress(done: int, task: TaskID = task) -> None:
                    bar.update(task, completed=done)

                def say(way: str, task: TaskID = task, name: str = asset.name) -> None:
                    bar.update(task, description=f"{name} from {way}")

                try:
                    assets.fetch(asset, progress, say)
                except Trouble as trouble:
                    failed.append(str(trouble))
                    continue
                finally:
                    bar.remove_task(task)
            about = f"{asset.bytes / 1e6:.1f} MB, {asset.licence}, sha256 {asset.sha256[:12]}…"
            console.print(f"[green]there[/]    {path}  [dim]{about}[/]", soft_wrap=True)
    return failed
