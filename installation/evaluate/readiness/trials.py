"""Trials: opens the models and sources of a venue as a show does, in a process of its own, for they may crash or hang.

Each function takes the venue as JSON, because it is called through `json_process`.
"""

from __future__ import annotations

import logging
import socket
from typing import Any

from installation.core.errors import UserError
from installation.eye.eye import open_eye
from installation.eye.sources.camera_devices import camera_indices
from installation.eye.sources.frames import SourceError
from installation.eye.sources.kinds import resolve_auto
from installation.show import worker_specs
from installation.venue.schema import Venue
from installation.workers.worker import create_worker


def try_eye(venue: str, index: int) -> dict[str, Any]:
    """Open the source and the pose model of a camera, and observe the first picture.

    Returns the `source` that "auto" stands for, the `size` of the picture in pixels, what the camera gives in words as
    `capture`, the `fault` that prevents it, or "", whether that is one of the `model`, and then the `devices` that may
    be cameras.
    """
    logging.disable()
    whole = Venue.model_validate_json(venue)
    camera = whole.cameras[index]
    found: dict[str, Any] = {"source": camera.source, "size": None, "capture": "", "fault": "", "model": False}
    found["devices"] = []
    try:
        if camera.source == "auto":
            found["source"] = resolve_auto()
        settings = camera.model_dump(mode="json") | {"source": found["source"]}
        eye = open_eye(settings, whole.eye.model_dump(mode="json"), index, whole.seed, live=False, epoch=0.0)
        message = eye.step({}, 0.0)
        if message is not None:
            found |= {"size": list(message.body.size_px), "capture": message.body.capture}
        eye.close()
    except Exception as error:
        found |= {"fault": _text(error), "model": not isinstance(error, SourceError), "devices": camera_indices()}
    return found


def try_model(venue: str, model: str) -> str:
    """Open the worker of the "dancer" or the "painter" as a show does; returns the fault that prevents it, or ""."""
    logging.disable()
    whole = Venue.model_validate_json(venue)
    make = {"dancer": worker_specs.dancer_spec, "painter": worker_specs.painter_spec}[model]
    try:
        create_worker(make(whole, True)).close()
    except Exception as error:
        return _text(error)
    return ""


def resolve_host(host: str, port: int) -> str:
    """Look an address up; returns the fault that prevents it, or ""."""
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error)
    return ""


def _text(error: Exception) -> str:
    """An error in words: a user's mistake as it is, another one in a line with its type."""
    if isinstance(error, UserError):
        return str(error)
    first = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first}"
