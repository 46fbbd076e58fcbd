"""What a camera's `source` names: a file, a device or stream, something made up, or performers in other programs."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

VMC_PORT = 39539
"""The customary port of VMC receivers."""
NO_MOUSE = "mouse: it moves only over a window, and none is open here; name a film, a folder of pictures or ghost"
"""What is wrong with the source "mouse" without a window."""


def names_file(source: int | str) -> bool:
    """Whether a camera's source is a file or folder, rather than a camera, a stream or something made up."""
    if isinstance(source, int) or source.isdecimal() or source == "auto" or is_made_up(source):
        return False
    return not (source.startswith(("/dev/", "\\\\")) or "://" in source)


def is_made_up(source: int | str) -> bool:
    """Whether a camera's source is a ghost, or so many: "ghost", "ghost:4"; or the mouse."""
    return str(source).partition(":")[0] == "ghost" or is_mouse(source)


def is_mouse(source: int | str) -> bool:
    """Whether a camera's source is the mouse over the windows."""
    return source == "mouse"


def performers_at(source: int | str) -> tuple[str, int] | None:
    """Address and port to listen on for VMC performers, "vmc://127.0.0.1:39539"; None for every other source.

    Raises ValueError, in words for the technician, for an address that cannot be right.
    """
    scheme, found, where = str(source).partition("://")
    if not found or scheme.lower() != "vmc":
        return None
    try:
        split = urlsplit(f"//{where}")
        host, port = str(ip_address(split.hostname or "")), split.port
        if split.path.strip("/") or split.query or split.fragment or split.username or port == 0:
            raise ValueError
    except ValueError:
        raise ValueError('give this machine\'s own address in numbers, and a port: "vmc://0.0.0.0:39539"') from None
    return host, VMC_PORT if port is None else port


def shows_world(source: int | str) -> bool:
    """Whether a camera's source may be a camera or a stream, which cannot be played again; "auto" may be one."""
    return not (names_file(source) or is_made_up(source))
