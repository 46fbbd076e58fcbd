"""Readiness of the network: ports that must be free, and names of receivers that must be known."""

from __future__ import annotations

import socket
from collections.abc import Iterator

from installation.core import json_process
from installation.core.json_process import JsonProcessError
from installation.evaluate.readiness.finding import Finding, Places
from installation.venue.camera_source import performers_at
from installation.venue.schema import Venue

LOOKUP_SECONDS = 10.0
"""Time that the look-up of a name may take."""


def ports(venue: Venue, places: Places) -> Iterator[Finding]:
    """The UDP ports on which a show listens."""
    if venue.osc.enabled:
        yield _port("OSC", venue.osc.bind, venue.osc.port, places.of("osc", "port"), "osc.port or osc.bind")
    else:
        yield Finding("OSC", "warning", "switched off in venue.toml")
    for number, camera in enumerate(venue.cameras):
        if performers := performers_at(camera.source):
            where = places.of("cameras", number, "source")
            yield _port(f"camera {number}", *performers, where, "the port of the source")


def _port(subject: str, bind: str, port: int, where: str, keys: str) -> Finding:
    """Whether an address can be bound; `keys` of the venue file set it."""
    address = f"{bind}:{port}"
    try:
        with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((bind, port))
    except OSError as error:
        todo = f"another program, or another Visitant, uses it: end that, or choose another {keys}"
        return Finding(subject, "error", f"{where}: {address}: {error.strerror}", todo)
    return Finding(subject, "ok", f"{address} is free")


def receivers(venue: Venue, places: Places) -> Iterator[Finding]:
    """The programs that a show sends to, by their names."""
    if not venue.osc.enabled:
        return
    for kind in ("targets", "vmc", "trackers"):
        for index, target in enumerate(getattr(venue.osc, kind)):
            try:
                fault = json_process.call(
                    "installation.evaluate.readiness.trials:resolve_host",
                    {"host": target.host, "port": target.port},
                    timeout_seconds=LOOKUP_SECONDS,
                )
            except JsonProcessError as error:
                fault = error.reason
            if fault:
                where = places.of("osc", kind, index, "host")
                todo = "give its address in numbers, such as 192.168.1.20, or correct the name"
                yield Finding(where, "error", f"{target.host}: {fault}", todo)
            else:
                yield Finding(f"osc.{kind}[{index}]", "ok", f"{target.host}:{target.port}")
