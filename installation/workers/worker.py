"""The worker protocol: a step from the newest request to a message; where it runs is a setting (see `placement`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.core.factory import load_factory
from installation.workers import allocator


@dataclass(frozen=True, slots=True)
class Message:
    """An envelope between the loop and a worker: plain values, and pixels where there are some."""

    time: float
    """When the world was so, s of show time."""
    body: Any = None
    """None, numbers, strings, lists, dicts, arrays and records (see `installation.core.records`)."""
    pixels: NDArray[np.uint8] | None = None
    """(height, width, channels)."""
    sequence: int = 0
    generation: int = 0
    """Messages of an older generation than the mailbox's are dropped; see `Mailbox.flush`."""


class Worker(Protocol):
    """Eye, dancer, painter, ear and compiler are such objects; none knows where it runs."""

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Take one step at show time `t` for the newest request; None when there is nothing new."""

    def close(self) -> None:
        """Release what the worker owns."""


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """Which worker to create, with which settings, how often it steps, and how large its messages may be."""

    name: str
    factory: str
    """"package.module:function"; called with `settings` as keyword arguments, returns a Worker."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    rate: float = 30.0
    """Nominal steps a second."""
    yields_core: bool = False
    """Whether its maths threads stop spinning soon, so that other processes get the core; see `process_host`."""
    niceness: int = 0
    """How much its child process yields to the drawing process where cores are short, in steps of `nice`."""
    message_bytes: int = 1 << 18
    """Size of the largest message."""
    descriptors: tuple[int, ...] = ()
    """Open files that a child process inherits, such as memory that it shares with another worker."""


def create_worker(spec: WorkerSpec) -> Worker:
    """Create the worker of a spec in this process."""
    worker: Worker = load_factory(spec.factory)(**spec.settings)
    allocator.freeze()
    return worker
