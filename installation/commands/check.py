"""Look over the venue file and this machine, and say for each thing what to do."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from installation.commands import venue_of
from installation.core import downloads, system_info
from installation.core.diagnostics import Problem
from installation.core.errors import UserError
from installation.dance.weights import BUNDLED_WEIGHTS, styles
from installation.evaluate.report import Figure, add_json, report
from installation.interface.scene import Scene
from installation.paint.engines import weights as paint
from installation.show import knob_tree
from installation.stage.scene_loader import SceneError, find_scene, scene_folders, scene_names
from installation.venue.loader import VenueError
from installation.venue.schema import CameraSection, OscSection, Venue, names_file, performers_at

ENOUGH_DISK = 1.0
"""GiB: a minute of film takes about 0.1, and a show should never stop for want of it."""
ENOUGH_MEMORY = 4.0
"""GiB: the drawing process and one eye take about 1 together."""
OLDEST_GL = 410
"""What the shaders are written for; macOS offers no more."""
PATIENCE = 12.0
"""Seconds for each camera to deliver a picture."""

_CAMERA_PROBE = """
import json, sys, cv2
cv2.setLogLevel(0)
source = sys.argv[1]
camera = cv2.VideoCapture(int(source) if source.isdigit() else source)
there, picture = camera.read()
print(json.dumps([int(picture.shape[1]), int(picture.shape[0])] if there else "opens, but gives no picture"))
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    state: Literal["fine", "note", "mend"]
    """"note" is worth knowing; "mend" stands in the way of the show."""
    said: str
    todo: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    try:
        venue = venue_of(args)
        told = [_venue(venue)]
    except VenueError as error:
        venue = Venue()
        told = [Finding(_place(p), "mend", p.found, p.right) for p in error.problems]
    valid = all(finding.state == "fine" for finding in told)
    graphics = system_info.graphics()
    findings = [
        *told,
        _graphics(graphics),
        *_libraries(),
        *_models(venue),
        _dancers(venue),
        _painter(venue),
        *_scenes(venue),
        *_followers(venue),
        *_book(venue),
        *_cameras(venue),
        _port(venue.osc),
        _display(),
        _gpu(),
    ]
    figures = [
        Figure.at_least("disk free", _disk(), ENOUGH_DISK, "GiB"),
        Figure.at_least("memory", round(system_info.memory() / 2**30, 1), ENOUGH_MEMORY, "GiB"),
        Figure.at_least("cores", os.cpu_count() or 1, 2),
    ]
    if not args.json:
        _tell(findings)
    renderer = "" if isinstance(graphics, str) else graphics[1]
    missed = report(figures, args.json, {"findings": [asdict(finding) for finding in findings]}, renderer)
    if not valid:
        return VenueError.status
    return int(missed or any(finding.state == "mend" for finding in findings))


def _place(problem: Problem) -> str:
    """File, line and key of what is wrong with a file."""
    return " ".join(filter(None, (f"{problem.file}:{problem.line or 1}", problem.key)))


def _venue(venue: Venue) -> Finding:
    where = f"venue.toml in {venue.folder}" if venue.folder else "the built-in defaults; there is no venue.toml here"
    return Finding("venue", "fine", f'"{venue.name}", {where}')


def _graphics(found: tuple[int, str] | str) -> Finding:
    if isinstance(found, str):
        todo = system_info.install_line() if sys.platform == "linux" else "install the graphics card's own driver"
        return Finding("OpenGL", "mend", f"no context: {found}", todo)
    version, renderer = found
    said = f"{version // 100}.{version // 10 % 10}, {renderer}"
    if version < OLDEST_GL:
        return Finding("OpenGL", "mend", said, "4.1 is needed: install a newer graphics driver")
    if any(name in renderer.lower() for name in ("llvmpipe", "softpipe", "software", "swiftshader")):
        return Finding("OpenGL", "note", said, "drawn by the processor; a graphics card would draw far more")
    return Finding("OpenGL", "fine", said)


def _libraries() -> Iterator[Finding]:
    if missing := system_info.lacks():
        yield Finding("libraries", "mend", f"missing: {', '.join(missing)}", system_info.install_line())


def _models(venue: Venue) -> Iterator[Finding]:
    if venue.eye.model:
        yield Finding("model", "fine", f"{venue.eye.model}, the venue's own")
    for asset in downloads.ASSETS:
        if not asset.required or (venue.eye.model and asset.name == "pose_landmarker_full.task"):
            continue
        path = downloads.place(asset)
        if downloads.is_sound(asset):
            yield Finding(asset.name, "fine", f"{path}, sha256 {asset.sha256[:12]}…")
        else:
            said = "damaged" if path.exists() else "missing"
            yield Finding(asset.name, "mend", f"{path} is {said}", "visitant setup")


def _dancers(venue: Venue) -> Finding:
    path = venue.dancer.weights or BUNDLED_WEIGHTS
    try:
        known = styles(path)
    except UserError as error:
        state: Literal["note", "mend"] = "mend" if _dances(venue) else "note"
        return Finding("dancers", state, str(error), "leave dancer.weights out, or install Visitant again")
    return Finding("dancers", "fine", f"{path}, {path.stat().st_size / 1e6:.1f} MB, {len(known)} styles")


def _painter(venue: Venue) -> Finding:
    painter = venue.painter
    if painter.engine == "diffusers":
        return Finding("painter", "fine", f"{venue.diffusion.model}, {len(venue.diffusion.prompts)} styles")
    path = painter.weights or paint.BUNDLED_WEIGHTS
    try:
        known = paint.style_names(path)
    except UserError as error:
        state: Literal["note", "mend"] = "mend" if any(kind.paints for kind in _playing(venue)) else "note"
        todo = "visitant train painter --data DIR, and name its file in painter.weights"
        return Finding("painter", state, str(error), todo)
    return Finding("painter", "fine", f"{path}, {path.stat().st_size / 1e6:.1f} MB, {len(known)} styles")


def _dances(venue: Venue) -> bool:
    """Whether a scene that plays, or the venue, wants dancers or what they are made with."""
    return any(kind.cast.wanted for kind in _playing(venue)) or venue.dancer.complete_visitors


def _playing(venue: Venue) -> Iterator[type[Scene]]:
    """The scenes of the programme that can be found."""
    folders = scene_folders(venue.folder)
    for name in venue.scenes.names:
        with contextlib.suppress(SceneError):
            yield find_scene(name, folders)


def _scenes(venue: Venue) -> Iterator[Finding]:
    folders = scene_folders(venue.folder)
    for name in venue.scenes.names:
        try:
            kind = find_scene(name, folders)
        except SceneError as error:
            yield Finding(f"scene {name}", "mend", str(error), "mend it, or take it out of [scenes]")
        else:
            yield Finding(f"scene {name}", "fine", f"{len(kind.knobs)} knobs, {sys.modules[kind.__module__].__file__}")


def _followers(venue: Venue) -> Iterator[Finding]:
    """Knobs that are to follow a signal, and that no scene has."""
    folders = scene_folders(venue.folder)
    there = []
    for name in scene_names(folders):
        with contextlib.suppress(SceneError):
            there += [f"/scene/{name}/{knob.name}" for knob in find_scene(name, folders).knobs]
    for index, follow in enumerate(venue.modulation):
        if follow.knob.startswith("/scene/") and follow.knob not in there:
            close = difflib.get_close_matches(follow.knob, there, n=1)
            todo = f"did you mean {close[0]}?" if close else "docs/osc.md lists every knob"
            yield Finding(f"modulation[{index}].knob", "mend", f"there is no knob {follow.knob}", todo)


def _book(venue: Venue) -> Iterator[Finding]:
    """Presets and cues; without a scene, what they turn is not known."""
    with contextlib.suppress(UserError):
        kinds = knob_tree.scenes(venue)
        found = knob_tree.repertory(venue, kinds, knob_tree.tree(venue, kinds))
        yield from (Finding(_place(problem), "mend", problem.found, problem.right) for problem in found.problems)
        yield Finding("presets, cues", "fine", f"{len(found.presets)} and {len(found.cues)}, {knob_tree.folder(venue)}")


def _cameras(venue: Venue) -> Iterator[Finding]:
    for number, camera in enumerate(venue.cameras):
        yield _camera(f"camera {number}", camera)


def _camera(subject: str, camera: CameraSection) -> Finding:
    source = str(camera.source)
    if names_file(source):
        return Finding(subject, "fine", source)
    if source.startswith("ghost"):
        return Finding(subject, "fine", "a synthetic visitor")
    if performers := performers_at(source):
        return _listening(subject, *performers, "the port of the source")
    for each in _devices() if source == "auto" else [source]:
        answer = system_info.child(_CAMERA_PROBE, PATIENCE, each)
        if isinstance(answer, list):
            return Finding(subject, "fine", f"{each} answers, {answer[0]}x{answer[1]}")
        if source != "auto":
            return Finding(
                subject, "mend", f"{each}: {answer}", "plug it in, or name another source; see docs/venue.md"
            )
    return Finding(subject, "note", "no camera answers", "plug one in; until then the demo film plays")


def _devices() -> list[str]:
    """What "auto" may mean: Linux lists its cameras, elsewhere the first indices are tried."""
    if sys.platform == "linux":
        return [str(int(path.name[5:])) for path in sorted(Path("/dev").glob("video[0-9]*"))]
    return ["0", "1"]


def _port(osc: OscSection) -> Finding:
    if not osc.enabled:
        return Finding("OSC", "note", "switched off in venue.toml")
    return _listening("OSC", osc.bind, osc.port, "osc.port or osc.bind")


def _listening(subject: str, bind: str, port: int, keys: str) -> Finding:
    """Whether an address can be listened on; `keys` of the venue say which it is."""
    where = f"{bind}:{port}"
    try:
        with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((bind, port))
    except OSError as error:
        todo = f"another program, or another Visitant, has it: end that, or choose another {keys}"
        return Finding(subject, "mend", f"{where}: {error.strerror}", todo)
    return Finding(subject, "fine", f"{where} is free")


def _display() -> Finding:
    if sys.platform in ("win32", "darwin"):
        return Finding("display", "fine", "the desktop")
    if display := os.environ.get("DISPLAY"):
        wayland = ", by way of Wayland" if os.environ.get("WAYLAND_DISPLAY") else ""
        return Finding("display", "fine", f"X11 at {display}{wayland}")
    if os.environ.get("WAYLAND_DISPLAY"):
        return Finding("display", "note", "Wayland alone", "install xwayland: windows are opened through X11")
    return Finding("display", "note", "none", "plays headless; log in to a desktop for windows")


def _gpu() -> Finding:
    if (tool := shutil.which("nvidia-smi")) is None:
        return Finding("GPU", "note", "no NVIDIA driver", "not needed: the models run on the processor")
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        asked = subprocess.run(query, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return Finding("GPU", "note", "nvidia-smi does not answer", "restart the machine, or renew the driver")
    if asked.returncode:
        return Finding("GPU", "note", (asked.stdout or asked.stderr).strip(), "renew the driver")
    return Finding("GPU", "fine", "; ".join(asked.stdout.strip().splitlines()))


def _disk() -> float:
    """GiB free where films and posters go."""
    return round(shutil.disk_usage(Path.cwd()).free / 2**30, 1)


def _tell(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    marks = {"fine": Text("fine", "green"), "note": Text("note", "yellow"), "mend": Text("mend", "bold red")}
    table = Table("", "", Column(overflow="fold"), box=None, pad_edge=False, show_header=False)
    for finding in findings:
        said = Text(finding.said)
        if finding.todo:
            said.append(f"\n→ {finding.todo}", "bold" if finding.state == "mend" else "dim")
        table.add_row(marks[finding.state], finding.subject, said)
    console = Console(highlight=False)
    console.print(table)
    console.print()
