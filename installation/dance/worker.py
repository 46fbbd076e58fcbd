"""The dancers' worker: generates any number of dancers in one batch from the newest visitors, pulse and knobs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch

from installation.core.errors import UserError
from installation.dance.arithmetic import choose_arithmetic, convert
from installation.dance.dancer_group import DancerGroup
from installation.dance.prediction import add_predictions, predicted_body
from installation.dance.request import DanceRequest
from installation.dance.thread_tuner import ThreadTuner
from installation.dance.visitor_history import VisitorHistory
from installation.interface.dancer import Cast, Dance
from installation.venue.schema import SLOTS
from installation.workers import allocator
from installation.workers.worker import Message
from motion.body import Body
from motion.dancer.conditioning import CLOCK_INPUTS, DIRECTED_INPUTS, PARTNER_INPUTS
from motion.dancer.data import FRAME_RATE
from motion.dancer.guidance import MIRROR_CLOSENESS
from motion.dancer.network import BATCH_MULTIPLE, Network
from motion.dancer.store import load
from motion.learning.checkpoint import WeightsError

logger = logging.getLogger(__name__)

Area = tuple[float, float, float, float]
"""Left, near, right, far; metres on the floor."""
WARM_UP_FRAMES = 4
"""Frames that a dancer is generated for before the first step."""


def open_dancer(weights: str | None, max_dancers: int, floor: Area, seed: int, live: bool = False) -> DanceWorker:
    """The worker of at most `max_dancers` dancers on a `floor`, with a file of weights or the built-in ones.

    With `live`, it uses a second thread where that is faster; otherwise one thread, and equal inputs give equal dances.
    Raises UserError where the weights are missing or do not fit.
    """
    torch.set_num_threads(1)
    try:
        net = load(None if weights is None else Path(weights))
    except WeightsError as error:
        raise UserError(str(error)) from error
    arithmetic = choose_arithmetic(net)
    logger.info("the dancers' network is evaluated in %s", arithmetic)
    tuner = ThreadTuner(torch.set_num_threads) if live else None
    return DanceWorker(convert(net, arithmetic), max_dancers, floor, seed, tuner)


class DanceWorker:
    """Generates dancers at the network's frame rate, shows them at any time between, and predicts visitors."""

    def __init__(
        self, net: Network, max_dancers: int, floor: Area, seed: int, tuner: ThreadTuner | None = None
    ) -> None:
        self._net, self._tuner = net, tuner
        self._history = VisitorHistory(SLOTS + max_dancers)
        self._dancers = DancerGroup(net, self._history, max_dancers, np.array(floor), seed)
        # The first evaluations are slow, so they happen before the first request.
        practice = DancerGroup(net, VisitorHistory(1), 1, np.array(floor), seed)
        for frame in range(WARM_UP_FRAMES):
            practice.step(DanceRequest(cast=Cast(alone=1)), frame / FRAME_RATE)
        if tuner is not None:
            tuner.warm_up(lambda: _warm_up(net))

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """The dancers at show time `t`: "dance" in the request is a `DanceRequest`, the message's body a `Dance`."""
        dance: DanceRequest = request.get("dance") or DanceRequest()
        # Without dancers there is nothing to divide among threads.
        with self._tuner if self._tuner is not None and self._dancers.ids else nullcontext():
            return self._step(dance, t)

    def _step(self, request: DanceRequest, t: float) -> Message:
        self._history.retain({id for id, _, _ in request.visitors} | {-id for id in self._dancers.ids})
        fresh = np.array(self._history.add_observations(request.visitors), int)
        if request.settings.ahead <= 0.0 and request.settings.mirroring <= MIRROR_CLOSENESS:
            # Only hidden limbs need predictions.
            fresh = fresh[(self._history.hidden[fresh] | (self._history.completion[fresh] > 0.0)).any(axis=1)]
        add_predictions(self._net, self._history, fresh)
        before = len(self._dancers.ids)
        dancers = self._dancers.step(request, t)
        if len(dancers) != before:
            allocator.trim()  # buffers for another number of dancers
        return Message(t, Dance(dancers, self._predicted_visitors(request, t)))

    def _predicted_visitors(self, request: DanceRequest, t: float) -> dict[int, Body]:
        """By id, the bodies that are completed or extrapolated and so differ from the observed ones."""
        known = [one for one in request.visitors if one[0] in self._history.rows]
        rows = np.array([self._history.rows[id] for id, _, _ in known], int)
        has_prediction = self._history.has_prediction(rows).tolist()
        bodies = {}
        for id, time, body in (one for one, has in zip(known, has_prediction, strict=True) if has):
            ahead_seconds = request.settings.ahead * max(t + request.display_delay_seconds - time, 0.0)
            predicted = predicted_body(self._history, id, body, time, ahead_seconds)
            finite = np.isfinite(predicted.turns).all() and np.isfinite(predicted.hips_m).all()
            if predicted is not body and finite:
                bodies[id] = predicted
        return bodies

    def close(self) -> None:
        """Nothing to release."""


@torch.inference_mode()
def _warm_up(net: Network) -> None:
    """Evaluate the network once at the usual sizes, for which libraries compile code."""
    features = net.mean.new_zeros(BATCH_MULTIPLE, len(net.mean))
    noise = net.mean.new_zeros(BATCH_MULTIPLE, net.settings.modes)
    for guides in (
        (DIRECTED_INPUTS,),
        (DIRECTED_INPUTS, CLOCK_INPUTS),
        (PARTNER_INPUTS, DIRECTED_INPUTS, CLOCK_INPUTS),
    ):
        net.sample(net.embed_guided(features, guides), [1.0] * len(guides), noise, 1)
