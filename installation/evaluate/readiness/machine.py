"""Readiness of the machine: graphics, displays, processor, libraries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from installation.core import json_process, system_info
from installation.core.json_process import JsonProcessError
from installation.core.processor import processor
from installation.evaluate.readiness.finding import Finding, Places
from installation.stage.outputs.displays import Area, area_of
from installation.venue.schema import Venue

MIN_GL_VERSION = 410
"""OpenGL version of the shaders, 100 * major + 10 * minor; macOS offers no newer one."""
GPU_SECONDS = 12.0
"""Time that nvidia-smi may take to answer."""
DISPLAY_SECONDS = 20.0
"""Time that the desktop may take to list its displays."""
CANVAS_BYTES_PER_PIXEL = 64
"""Memory of a pixel of the canvas: eight targets of four 16-bit numbers, those of two scenes and of their crossfade."""
MAX_MEMORY_SHARE = 0.5
"""Share of the machine's memory that the canvas may take."""
SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "software", "swiftshader")


def graphics(found: tuple[int, str] | str) -> Finding:
    """The OpenGL that `system_info.graphics` found."""
    if isinstance(found, str):
        todo = system_info.install_line() if sys.platform == "linux" else "install the graphics card's own driver"
        return Finding("OpenGL", "error", f"no context: {found}", todo)
    version, renderer = found
    said = f"{version // 100}.{version // 10 % 10}, {renderer}"
    if version < MIN_GL_VERSION:
        return Finding("OpenGL", "error", said, "4.1 is needed: install a newer graphics driver")
    if any(name in renderer.lower() for name in SOFTWARE_RENDERERS):
        return Finding("OpenGL", "warning", said, "software rendering; a graphics card is far faster")
    return Finding("OpenGL", "ok", said)


def canvas(venue: Venue, places: Places, memory_bytes: int) -> Iterator[Finding]:
    """A finding where the canvas does not fit into the memory of this machine."""
    width, height = venue.canvas.size
    needed = width * height * CANVAS_BYTES_PER_PIXEL
    if memory_bytes and needed > MAX_MEMORY_SHARE * memory_bytes:
        said = f"{places.of('canvas', 'size')}: {width}x{height} pixels take {needed / 2**30:.0f} GiB"
        todo = (
            f"choose a smaller canvas: this machine has {memory_bytes / 2**30:.0f} GiB; 3840x2160 is ample for a wall"
        )
        yield Finding("canvas", "error", said, todo)


def libraries() -> Iterator[Finding]:
    """Libraries that are missing."""
    if missing := system_info.missing_packages():
        yield Finding("libraries", "error", f"missing: {', '.join(missing)}", system_info.install_line())


def cpu() -> Finding:
    """The processor, with its instructions for networks."""
    found = processor()
    said = ", ".join(found.matrix_features) or "no instructions for networks that are known"
    return Finding("processor", "ok", f"{found.name}: {said}")


def connected_displays() -> list[tuple[int, int, int, int]]:
    """Left, top, width and height in pixels of the displays, asked for in a process of its own, for that may crash.

    Raises JsonProcessError where no window can be opened.
    """
    found = json_process.call("installation.core.hardware_probes:probe_displays", timeout_seconds=DISPLAY_SECONDS)
    return [(each[0], each[1], each[2], each[3]) for each in found]


def displays(venue: Venue, places: Places) -> Iterator[Finding]:
    """The desktop's displays, and the place of each output on them."""
    if sys.platform not in ("win32", "darwin") and not os.environ.get("DISPLAY"):
        if os.environ.get("WAYLAND_DISPLAY"):
            yield Finding("display", "warning", "Wayland alone", "install xwayland: windows are opened through X11")
        else:
            yield Finding("display", "warning", "none", "plays headless; log in to a desktop for windows")
        for index, output in enumerate(venue.outputs):
            if output.display:
                said = f"display {output.display} cannot be examined without a desktop"
                yield Finding(places.of("outputs", index, "display"), "warning", said, "log in, and check again")
        return
    try:
        found = connected_displays()
    except JsonProcessError as error:
        todo = "log in to a desktop, or start with --headless; DISPLAY names the desktop"
        said = f"DISPLAY={os.environ.get('DISPLAY', '')}: no window can be opened ({error.reason})"
        yield Finding("display", "error", said, todo)
        return
    areas = [Area(*each) for each in found]
    shown = ", ".join(f"{area.width}x{area.height}" for area in areas)
    yield Finding("display", "ok", f"{os.environ.get('DISPLAY') or 'the desktop'}: {shown}")
    for index, output in enumerate(venue.outputs):
        _, problem = area_of(output, areas)
        if problem and output.display >= len(areas):
            todo = f"connect or correct it; the displays here: {shown}"
            yield Finding(places.of("outputs", index, "display"), "error", problem, todo)
        elif problem:
            todo = f"correct it; the displays here: {shown}"
            yield Finding(places.of("outputs", index, "place"), "warning", problem, todo)


def gpu() -> Finding:
    """NVIDIA's card, where its driver answers."""
    if (tool := shutil.which("nvidia-smi")) is None:
        return Finding("GPU", "warning", "no NVIDIA driver", "not needed: the models run on the processor")
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=GPU_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return Finding("GPU", "warning", "nvidia-smi does not answer", "restart the machine, or update the driver")
    if answer.returncode:
        return Finding("GPU", "warning", (answer.stdout or answer.stderr).strip(), "update the driver")
    return Finding("GPU", "ok", "; ".join(answer.stdout.strip().splitlines()))
