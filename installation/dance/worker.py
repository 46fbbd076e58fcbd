"""The dancers' worker: any number of bodies in one batch, from the newest of visitors, pulse and knobs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch

from installation.core.errors import Trouble
from installation.dance.bfloat16 import halved, multiplies_halves
from installation.dance.dancer_group import DancerGroup
from installation.dance.prediction import foresee, foreseen
from installation.dance.request import DanceRequest
from installation.dance.thread_tuner import ThreadTuner
from installation.dance.visitor_history import VisitorHistory
from installation.interface.dancer import Cast, Dance
from installation.venue.schema import SLOTS
from installation.workers import allocator
from installation.workers.worker import Letter
from motion.body import Body
from motion.dancer.data import FRAME_RATE
from motion.dancer.guidance import MIRROR_CLOSENESS
from motion.dancer.network import BATCH_MULTIPLE, CLOCK_INPUTS, PARTNER_INPUTS, Network
from motion.dancer.store import StoreError, load


def open_dancer(
    weights: str | None, most: int, floor: tuple[float, float, float, float], seed: int, live: bool = False
) -> DanceWorker:
    """The worker of at most `most` dancers on a `floor` of left, near, right, far (metres), by a file of weights or
    those that come along. One that is `live` takes a second core when that helps; else it takes one, and dances the
    same dance again. Raises Trouble where there are no weights that fit."""
    torch.set_num_threads(1)
    try:
        net = load(None if weights is None else Path(weights))
    except StoreError as error:
        raise Trouble(str(error)) from error
    crew = ThreadTuner(torch.set_num_threads) if live else None
    return DanceWorker(halved(net) if multiplies_halves() else net, most, floor, seed, crew)


class DanceWorker:
    """Steps the corps at the network's rate, shows it at any time in between, and looks ahead for visitors."""

    def __init__(
        self,
        net: Network,
        most: int,
        floor: tuple[float, float, float, float],
        seed: int,
        crew: ThreadTuner | None = None,
    ) -> None:
        self._net, self._crew = net, crew
        self._feed = VisitorHistory(SLOTS + most)
        self._corps = DancerGroup(net, self._feed, most, np.array(floor), seed)
        # The first evaluations take long, and nobody waits for them yet.
        warm = DancerGroup(net, VisitorHistory(1), 1, np.array(floor), seed)
        for frame in range(4):
            warm.step(DanceRequest(cast=Cast(alone=1)), frame / FRAME_RATE)
        if crew is not None:
            crew.warm_up(lambda: _rehearse(net))

    def step(self, order: Mapping[str, Any], t: float) -> Letter | None:
        """What is shown at show time `t`; the order holds an `DanceRequest`, the letter a `Dance`."""
        told: DanceRequest = order.get("dance") or DanceRequest()
        # Where nobody dances there is nothing to share.
        with self._crew if self._crew is not None and self._corps.ids else nullcontext():
            return self._step(told, t)

    def _step(self, told: DanceRequest, t: float) -> Letter:
        self._feed.keep({id for id, _, _ in told.visitors} | {-id for id in self._corps.ids})
        fresh = np.array(self._feed.hear(told.visitors), int)
        if told.wishes.ahead <= 0.0 and told.wishes.mirroring <= MIRROR_CLOSENESS:
            fresh = fresh[(self._feed.unseen[fresh] | (self._feed.covered[fresh] > 0.0)).any(axis=1)]
        foresee(self._net, self._feed, fresh)
        before = len(self._corps.ids)
        dancers = self._corps.step(told, t)
        if len(dancers) != before:
            allocator.trim()  # what another number of dancers was stepped with
        return Letter(t, Dance(dancers, self._visitors(told, t)))

    def _visitors(self, told: DanceRequest, t: float) -> dict[int, Body]:
        """The bodies that are to be shown otherwise than they were seen."""
        there = [look for look in told.visitors if look[0] in self._feed.rows]
        known = self._feed.foretold(np.array([self._feed.rows[id] for id, _, _ in there], int))
        found = {}
        for id, time, body in (look for look, yes in zip(there, known.tolist(), strict=True) if yes):
            other = foreseen(self._feed, id, body, time, told.wishes.ahead * max(t + told.late - time, 0.0))
            if other is not body and np.isfinite(other.turns).all() and np.isfinite(other.hips_m).all():
                found[id] = other
        return found

    def close(self) -> None:
        """Nothing is owned."""


@torch.inference_mode()
def _rehearse(net: Network) -> None:
    """Have a library compile what it compiles for the usual sizes."""
    features, noise = (
        net.mean.new_zeros(BATCH_MULTIPLE, len(net.mean)),
        net.mean.new_zeros(BATCH_MULTIPLE, net.settings.modes),
    )
    for guides in ((), (CLOCK_INPUTS,), (PARTNER_INPUTS, CLOCK_INPUTS)):
        net.sample(net.embed_guided(features, guides), [1.0] * len(guides), noise, 1)
