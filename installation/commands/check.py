"""Check the venue file and this machine, and report a remedy for each problem."""

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
from typing import Any, Literal

from installation.commands import venue_of
from installation.commands.run import has_display
from installation.core import downloads, json_process, system_info
from installation.core.diagnostics import Problem
from installation.core.errors import UserError
from installation.core.hardware_probes import CAMERA_TIMEOUT_SECONDS
from installation.core.json_process import JsonProcessError
from installation.dance.weights import BUNDLED_WEIGHTS, styles
from installation.evaluate.report import Figure, add_json_option, report
from installation.interface.scene import Scene
from installation.paint.engines import weights as paint
from installation.show import knob_tree
from installation.stage.scene_loader import SceneError, find_scene, scene_folders, scene_names
from installation.venue.camera_section import CameraSection
from installation.venue.camera_source import is_mouse, names_file, performers_at
from installation.venue.loader import VenueError
from installation.venue.schema import OscSection, Venue

MIN_DISK_GIB = 1.0
"""Free disk space: a minute of film takes about 0.1 GiB, and a full disk must not stop a show."""
MIN_MEMORY_GIB = 4.0
"""Memory: the drawing process and one eye take about 1 GiB together."""
MIN_CORES = 2
"""Processor cores."""
MIN_GL_VERSION = 410
"""OpenGL version of the shaders, 100 * major + 10 * minor; macOS offers no newer one."""
SCENES_TIMEOUT_SECONDS = 30.0
"""Time that a process may take to open OpenGL before it draws scenes."""
SCENE_TIMEOUT_SECONDS = 20.0
"""Time that it may take for each scene."""
GPU_TIMEOUT_SECONDS = 12.0
"""Time that nvidia-smi may take to answer."""


State = Literal["ok", "warning", "error"]
"""An error prevents the show; a warning does not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. The field names are keys of `check --json`."""

    subject: str
    state: State
    said: str
    todo: str = ""


def arguments(parser: argparse.ArgumentParser) -> None:
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    try:
        venue = venue_of(args)
        venue_findings = [_venue(venue)]
    except VenueError as error:
        venue = Venue()
        venue_findings = [Finding(_location(p), "error", p.found, p.right) for p in error.problems]
    valid = all(finding.state == "ok" for finding in venue_findings)
    graphics = system_info.graphics()
    findings = [
        *venue_findings,
        _graphics(graphics),
        *_libraries(),
        *_models(venue),
        _dancers(venue),
        _painter(venue),
        *_scenes(venue, not isinstance(graphics, str)),
        *_modulation(venue),
        *_presets_and_cues(venue),
        *_cameras(venue),
        _osc_port(venue.osc),
        _display(),
        _gpu(),
    ]
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
    return int(missed or any(finding.state == "error" for finding in findings))


def _location(problem: Problem) -> str:
    """File, line and key of a problem."""
    return " ".join(filter(None, (f"{problem.file}:{problem.line or 1}", problem.key)))


def _venue(venue: Venue) -> Finding:
    where = "the built-in defaults; there is no venue.toml here"
    if venue.folder is not None:
        named = (venue.folder / "venue.toml").exists()
        where = f"venue.toml in {venue.folder}" if named else f"{where}, but for what {venue.folder} has"
    return Finding("venue", "ok", f'"{venue.name}", {where}')


def _graphics(found: tuple[int, str] | str) -> Finding:
    if isinstance(found, str):
        todo = system_info.install_line() if sys.platform == "linux" else "install the graphics card's own driver"
        return Finding("OpenGL", "error", f"no context: {found}", todo)
    version, renderer = found
    said = f"{version // 100}.{version // 10 % 10}, {renderer}"
    if version < MIN_GL_VERSION:
        return Finding("OpenGL", "error", said, "4.1 is needed: install a newer graphics driver")
    if any(name in renderer.lower() for name in ("llvmpipe", "softpipe", "software", "swiftshader")):
        return Finding("OpenGL", "warning", said, "software rendering; a graphics card is far faster")
    return Finding("OpenGL", "ok", said)


def _libraries() -> Iterator[Finding]:
    if missing := system_info.missing_packages():
        yield Finding("libraries", "error", f"missing: {', '.join(missing)}", system_info.install_line())


def _models(venue: Venue) -> Iterator[Finding]:
    if venue.eye.model:
        yield Finding("model", "ok", f"{venue.eye.model}, the venue's own")
    for asset in downloads.ASSETS:
        if asset.need == "tests" or (venue.eye.model and asset.name == "pose_landmarker_full.task"):
            continue
        path = downloads.place(asset)
        if downloads.is_sound(asset):
            yield Finding(asset.name, "ok", f"{path}, sha256 {asset.sha256[:12]}…")
        else:
            said = "damaged" if path.exists() else "missing"
            state: State = "error" if asset.need == "show" else "warning"
            yield Finding(asset.name, state, f"{path} is {said}", "visitant setup")


def _dancers(venue: Venue) -> Finding:
    path = venue.dancer.weights or BUNDLED_WEIGHTS
    try:
        known = styles(path)
    except UserError as error:
        state: State = "error" if _dances(venue) else "warning"
        return Finding("dancers", state, str(error), "leave dancer.weights out, or install Visitant again")
    return Finding("dancers", "ok", f"{path}, {path.stat().st_size / 1e6:.1f} MB, {len(known)} styles")


def _painter(venue: Venue) -> Finding:
    painter = venue.painter
    if painter.engine == "diffusers":
        return Finding("painter", "ok", f"{venue.diffusion.model}, {len(venue.diffusion.prompts)} styles")
    path = painter.weights or paint.BUNDLED_WEIGHTS
    try:
        known = paint.style_names(path)
    except UserError as error:
        state: State = "error" if any(kind.paints for kind in _playing(venue)) else "warning"
        todo = "visitant train painter --data DIR, and name its file in painter.weights"
        return Finding("painter", state, str(error), todo)
    return Finding("painter", "ok", f"{path}, {path.stat().st_size / 1e6:.1f} MB, {len(known)} styles")


def _dances(venue: Venue) -> bool:
    """Whether a scene of the playlist, or the venue, uses the dancer's network."""
    return any(kind.cast.wanted for kind in _playing(venue)) or venue.dancer.complete_visitors


def _playing(venue: Venue) -> Iterator[type[Scene]]:
    """The scenes of the playlist that load."""
    folders = scene_folders(venue.folder)
    for name in venue.scenes.names:
        with contextlib.suppress(SceneError):
            yield find_scene(name, folders)


def _scenes(venue: Venue, draws: bool) -> Iterator[Finding]:
    """The scenes of the venue, and those in its folder that it does not play; drawn where the machine `draws`."""
    folders = scene_folders(venue.folder)
    played = venue.scenes.names
    loaded: dict[str, str] = {}
    for name in dict.fromkeys((*played, *scene_names(folders[:-1]))):
        try:
            kind = find_scene(name, folders)
        except SceneError as error:
            yield _scene_fault(name, str(error), name in played)
        else:
            file = getattr(kind, "file", None) or sys.modules[kind.__module__].__file__
            loaded[name] = f"{len(kind.knobs)} knobs, {file}"
    try:
        drawn = _drawn(venue, list(loaded)) if draws and loaded else []
    except JsonProcessError as error:
        yield Finding("scenes", "warning", f"cannot be drawn here: {error.reason}", "see OpenGL")
        drawn = []
    found = {each["name"]: each for each in drawn}
    for name, said in loaded.items():
        if fault := found.get(name, {}).get("fault"):
            yield _scene_fault(name, fault, name in played)
        elif notes := found.get(name, {}).get("notes"):
            yield Finding(f"scene {name}", "warning", "\n".join((said, *notes)))
        else:
            yield Finding(f"scene {name}", "ok", said)


def _scene_fault(name: str, fault: str, is_played: bool) -> Finding:
    """A scene that cannot be drawn; it prevents the show only where it is played."""
    if is_played:
        return Finding(f"scene {name}", "error", fault, "correct it, or remove it from [scenes]")
    return Finding(f"scene {name}", "warning", fault, "correct it; it is not in the playlist")


def _drawn(venue: Venue, names: list[str]) -> list[dict[str, Any]]:
    """What drawing these scenes once in a process of its own found; raises JsonProcessError."""
    folder = str(venue.folder) if venue.folder else None
    arguments = {"venue": venue.model_dump_json(), "folder": folder, "names": names}
    timeout_seconds = SCENES_TIMEOUT_SECONDS + SCENE_TIMEOUT_SECONDS * len(names)
    found: list[dict[str, Any]] = json_process.call(
        "installation.stage.scene_check:check_scenes", arguments, timeout_seconds=timeout_seconds
    )
    return found


def _modulation(venue: Venue) -> Iterator[Finding]:
    """Modulated knobs that the show does not have; those of scenes outside the playlist count as well."""
    folders = scene_folders(venue.folder)
    try:
        tree = knob_tree.tree(venue, knob_tree.scenes(venue))
    except UserError:
        return  # another check reports that there is no scene
    for name in scene_names(folders):
        with contextlib.suppress(SceneError):
            tree.add(f"/scene/{name}", find_scene(name, folders).knobs)
    for index, follow in enumerate(venue.modulation):
        if follow.knob not in tree:
            close = difflib.get_close_matches(follow.knob, list(tree), n=1)
            todo = f"did you mean {close[0]}?" if close else "docs/osc.md lists every knob"
            yield Finding(f"modulation[{index}].knob", "error", f"there is no knob {follow.knob}", todo)


def _presets_and_cues(venue: Venue) -> Iterator[Finding]:
    """Presets and cues; not checked without a scene, whose knobs they set."""
    with contextlib.suppress(UserError):
        kinds = knob_tree.scenes(venue)
        found = knob_tree.repertory(venue, kinds, knob_tree.tree(venue, kinds))
        yield from (Finding(_location(problem), "error", problem.found, problem.right) for problem in found.problems)
        yield Finding("presets, cues", "ok", f"{len(found.presets)} and {len(found.cues)}, {knob_tree.folder(venue)}")


def _cameras(venue: Venue) -> Iterator[Finding]:
    for number, camera in enumerate(venue.cameras):
        yield _camera(f"camera {number}", camera)


def _camera(subject: str, camera: CameraSection) -> Finding:
    source = str(camera.source)
    if names_file(source):
        return Finding(subject, "ok", source)
    if source.startswith("ghost"):
        return Finding(subject, "ok", "a synthetic visitor")
    if is_mouse(source):
        return _mouse(subject)
    if performers := performers_at(source):
        return _udp_port(subject, *performers, "the port of the source")
    for device in _devices() if source == "auto" else [source]:
        size, reason = _probe(device)
        if size is not None:
            return Finding(subject, "ok", f"{device} answers, {size[0]}x{size[1]}")
        if source != "auto":
            return Finding(
                subject, "error", f"{device}: {reason}", "plug it in, or name another source; see docs/venue.md"
            )
    return Finding(
        subject,
        "warning",
        "no camera answers",
        "plug one in; until then the demo film plays, or the mouse leads a visitor",
    )


def _mouse(subject: str) -> Finding:
    if not has_display():
        return Finding(subject, "error", "the mouse, and no display", "log in to a desktop, or name another source")
    return Finding(subject, "ok", "the mouse over the windows")


def _probe(source: str) -> tuple[tuple[int, int] | None, str]:
    """The picture's (width, height) in pixels, or None and why a camera delivers none."""
    try:
        size = json_process.call(
            "installation.core.hardware_probes:probe_camera", {"source": source}, timeout_seconds=CAMERA_TIMEOUT_SECONDS
        )
    except JsonProcessError as error:
        return None, error.reason
    return (None, "opens, but gives no picture") if size is None else (tuple(size), "")


def _devices() -> list[str]:
    """Cameras that "auto" may select: those that Linux lists, elsewhere the first indices."""
    if sys.platform == "linux":
        return [str(int(path.name[5:])) for path in sorted(Path("/dev").glob("video[0-9]*"))]
    return ["0", "1"]


def _osc_port(osc: OscSection) -> Finding:
    if not osc.enabled:
        return Finding("OSC", "warning", "switched off in venue.toml")
    return _udp_port("OSC", osc.bind, osc.port, "osc.port or osc.bind")


def _udp_port(subject: str, bind: str, port: int, keys: str) -> Finding:
    """Whether an address can be bound; `keys` of the venue file set it."""
    address = f"{bind}:{port}"
    try:
        with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((bind, port))
    except OSError as error:
        todo = f"another program, or another Visitant, uses it: end that, or choose another {keys}"
        return Finding(subject, "error", f"{address}: {error.strerror}", todo)
    return Finding(subject, "ok", f"{address} is free")


def _display() -> Finding:
    if sys.platform in ("win32", "darwin"):
        return Finding("display", "ok", "the desktop")
    if display := os.environ.get("DISPLAY"):
        wayland = ", by way of Wayland" if os.environ.get("WAYLAND_DISPLAY") else ""
        return Finding("display", "ok", f"X11 at {display}{wayland}")
    if os.environ.get("WAYLAND_DISPLAY"):
        return Finding("display", "warning", "Wayland alone", "install xwayland: windows are opened through X11")
    return Finding("display", "warning", "none", "plays headless; log in to a desktop for windows")


def _gpu() -> Finding:
    if (tool := shutil.which("nvidia-smi")) is None:
        return Finding("GPU", "warning", "no NVIDIA driver", "not needed: the models run on the processor")
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=GPU_TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Finding("GPU", "warning", "nvidia-smi does not answer", "restart the machine, or update the driver")
    if answer.returncode:
        return Finding("GPU", "warning", (answer.stdout or answer.stderr).strip(), "update the driver")
    return Finding("GPU", "ok", "; ".join(answer.stdout.strip().splitlines()))


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
