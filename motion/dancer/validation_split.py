"""What is kept aside from training, and how well a network answers there: cheap enough to ask every few minutes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from motion.dancer import training_losses
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.data import FRAME_RATE, DanceClip, couples
from motion.dancer.evaluate.pose_shape import energy, skate, times
from motion.dancer.evaluate.responsiveness import shared
from motion.dancer.evaluation_pairs import (
    CONTEXT_FRAMES,
    EvaluationPair,
    PairBatch,
    pairs_of,
    roll_out,
    with_wrong_partner,
)
from motion.dancer.guidance import uniform_guidance
from motion.dancer.network import Network
from motion.dancer.training_tensors import TrainingTensors
from motion.resample import cut

COUPLES_SHARE, SOLOS_SHARE = 1 / 6, 1 / 10
"""Shares that are kept aside: of couples one at least, where there are three or more, and of solos from five on."""
ROLLOUT_SECONDS = 20.0
"""Of each meeting that are danced."""
LOSS_ROWS = 256
"""Windows on which the loss is told."""


def split(clips: Sequence[DanceClip], seed: int) -> tuple[list[DanceClip], list[DanceClip]]:
    """What is trained on and what is kept aside: whole couples and some solos, by chance."""
    chance = np.random.default_rng(seed)
    pairs = couples(clips)
    solos = [clip for clip in clips if clip.partner is None]
    some = max(1, round(COUPLES_SHARE * len(pairs))) if len(pairs) >= 3 else 0
    few = max(1, round(SOLOS_SHARE * len(solos))) if len(solos) >= 5 else 0
    chosen = [clip.name for n in chance.permutation(len(pairs))[:some] for clip in pairs[n]]
    chosen += [solos[n].name for n in chance.permutation(len(solos))[:few]]
    return [c for c in clips if c.name not in chosen], [c for c in clips if c.name in chosen]


@torch.no_grad()
def validation_loss(network: Network, tracks: TrainingTensors, schooling: training_losses.TrainingConfig) -> float:
    """The mean loss of a roll-out on tracks, each time with the same chance; nan where no window fits.

    All on the processor.
    """
    chance = torch.Generator().manual_seed(0)
    pool, paired = training_losses.window_starts(tracks, schooling)
    if not len(pool):
        return math.nan
    few = replace(schooling, rows=min(LOSS_ROWS, schooling.rows))
    windows = training_losses.draw_windows(tracks, pool, paired, network, few, chance)
    rounds = training_losses.rollout(network, windows, few, chance)
    return float(
        np.mean([float(training_losses.flow_loss(network, found, right, chance)) for _, found, right, _ in rounds]),
    )


def evaluate(network: Network, clips: Sequence[DanceClip]) -> dict[str, float]:
    """How a network answers those of `clips` who danced together, both ways round, feet locked; {} where nobody did.

    `with partner` and, with two couples or more, `with another`: beat F1 with the one who is answered, and with
    the same network given another couple's partner. `energy` and `skate`: times the captured dancer's. The
    network is on the processor.
    """
    some = [_shorter(meeting) for meeting in pairs_of(clips)]
    if not some:
        return {}
    wrong = with_wrong_partner(some) if len({meeting.couple for meeting in some}) > 1 else []
    together = some + wrong
    floor = PairBatch(together, estimator=network)
    mover = CollisionAvoiding(network, floor.past, floor.turns)
    pairs = list(zip(together, roll_out(mover, floor, uniform_guidance(len(together)), together), strict=True))
    true = pairs[: len(some)]
    figures = {"with partner": float(np.mean([shared(*pair) for pair in true]))}
    if wrong:
        figures["with another"] = float(np.mean([shared(*pair) for pair in pairs[len(some) :]]))
    return figures | {"energy": times(true, energy), "skate": times(true, skate)}


def score(figures: Mapping[str, float]) -> float:
    """One number of `judged` by which networks are ranked: what the partner is good for, less what is unlike them."""
    gain = figures["with partner"] - figures.get("with another", 0.0)
    return gain - 0.1 * abs(math.log(figures["energy"])) - 0.1 * max(math.log(figures["skate"]), 0.0)


def _shorter(meeting: EvaluationPair) -> EvaluationPair:
    """The first SECONDS that are danced of it."""
    end = CONTEXT_FRAMES / FRAME_RATE + ROLLOUT_SECONDS
    return replace(meeting, own=cut(meeting.own, 0.0, end), partner=cut(meeting.partner, 0.0, end))
