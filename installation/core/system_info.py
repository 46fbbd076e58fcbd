"""System information: processor, memory, libraries, graphics driver."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

from installation.core import json_process
from installation.core.hardware_probes import CONTEXT_TIMEOUT_SECONDS
from installation.core.json_process import JsonProcessError
from installation.core.processor import processor

LIBRARIES = {
    "libegl1": ("libEGL.so.1",),
    "libgl1": ("libGL.so.1",),
    "libgles2": ("libGLESv2.so.2",),
    "libglx-mesa0": ("libGLX_mesa.so.0", "libGLX_nvidia.so.0"),
    "libegl-mesa0": ("libEGL_mesa.so.0", "libEGL_nvidia.so.0"),
    "libglib2.0-0": ("libgthread-2.0.so.0",),
    "libgl1-mesa-dri": ("dri/swrast_dri.so", "libgallium*.so", "libEGL_nvidia.so.0"),
}
"""Debian packages, each with files of which it provides one. MediaPipe needs libgles2, OpenCV libglib2.0-0, and
drawing the others."""


def facts() -> dict[str, Any]:
    """The machine as every report names it: cpu, cpu_features, cores, memory (GiB), os, python."""
    found = processor()
    return {
        "cpu": found.name,
        "cpu_features": list(found.matrix_features),
        "cores": os.cpu_count() or 1,
        "memory": round(memory() / 2**30, 1),
        "os": _os(),
        "python": platform.python_version(),
    }


def has_display() -> bool:
    """Whether this process may open windows."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY"))


def memory() -> int:
    """Bytes of main memory; 0 where the system does not say."""
    if sys.platform == "win32":
        # MEMORYSTATUSEX: two 32-bit words (its size, the load), then seven of 64 bits, total memory first.
        status = (ctypes.c_uint64 * 8)()
        status[0] = ctypes.sizeof(status)
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status[1])
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return 0


def graphics() -> tuple[int, str] | str:
    """GL version (such as 450) and renderer, or why there is none.

    Queried in a child process, because a driver may crash or hang.
    """
    try:
        version, renderer = json_process.call(
            "installation.core.hardware_probes:probe_context", timeout_seconds=CONTEXT_TIMEOUT_SECONDS
        )
    except JsonProcessError as error:
        return error.reason
    return int(version), str(renderer)


def missing_packages() -> list[str]:
    """The packages of LIBRARIES that a Linux system lacks; empty on other systems, which bring GL."""
    if sys.platform != "linux":
        return []
    return [package for package, files in LIBRARIES.items() if not any(map(_has, files))]


def install_line() -> str:
    """The command that installs what `missing_packages` names, for this system's package manager."""
    packages = {
        "apt-get": f"apt-get install -y {' '.join(LIBRARIES)}",
        "dnf": "dnf install -y glib2 mesa-libEGL mesa-libGL mesa-libGLES mesa-dri-drivers",
        "pacman": "pacman -S --needed glib2 mesa libglvnd",
        "zypper": "zypper install -y libgthread-2_0-0 Mesa-libEGL1 Mesa-libGL1 Mesa-libGLESv2-2 Mesa-dri",
        "apk": "apk add glib mesa-egl mesa-gl mesa-gles mesa-dri-gallium",
    }
    return next((line for tool, line in packages.items() if shutil.which(tool)), "install Mesa's EGL, GL and GLES")


def _has(file: str) -> bool:
    if "*" in file or "/" in file:
        folders = (Path("/usr/lib"), Path("/usr/lib64"), *Path("/usr/lib").glob("*-linux-gnu*"))
        return any(next(folder.glob(file), None) for folder in folders)
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def _os() -> str:
    if sys.platform == "linux":
        try:
            return platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            pass
    return platform.platform(terse=True)


def free_port() -> int:
    """A free UDP port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
