"""Performers in other programs as an eye: a VMC receiver, and the tracker that makes visitors of their bodies."""

from __future__ import annotations

import time
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

from installation.control.vmc.receiver import PerformerReceiver
from installation.core.errors import UserError
from installation.eye.remote_performers import RemotePerformers
from installation.venue.camera_section import CameraSection
from installation.venue.camera_source import performers_at
from installation.venue.schema import EyeSection as EyeSettings


def open_vmc_eye(
    camera: dict[str, Any], eye: dict[str, Any], index: int, allow: Sequence[str], epoch: float
) -> RemotePerformers:
    """The eye of a camera whose source is "vmc://…"; `epoch` is the machine's `time.perf_counter` at show time 0.

    `camera` and `eye` are these sections of the venue as plain values; messages are accepted from the networks in
    `allow`. Raises UserError where it cannot listen.
    """
    where = CameraSection.model_validate(camera, strict=False)
    listening = performers_at(where.source)
    if listening is None:
        raise UserError(f"{where.source}: give an address to listen on, such as vmc://0.0.0.0:39539")
    networks = [ip_network(network) for network in allow]
    performers = PerformerReceiver(*listening, networks, lambda: time.perf_counter() - epoch)
    return RemotePerformers(performers, where, EyeSettings.model_validate(eye, strict=False), index)
