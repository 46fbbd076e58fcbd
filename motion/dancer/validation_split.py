"""The validation split, and the evaluation of a network on it: cheap enough for every few minutes of training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from motion.dancer import training_losses
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.data import FRAME_RATE, DanceClip, couples
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
from motion.dancer.rollout_metrics import foot_skate, mean_speed, ratio_to_captured, shared_beats_f1
from motion.dancer.training_losses import TrainingConfig
from motion.dancer.training_tensors import TrainingTensors
from motion.resample import cut

COUPLES_SHARE = 1 / 6
"""Share of the couples held out: at least one, where there are three or more."""
SOLOS_SHARE = 1 / 10
"""Share of the solos held out: at least one, where there are five or more."""
ROLLOUT_SECONDS = 20.0
"""Duration of each evaluation rollout."""
LOSS_ROWS = 256
"""Windows for the validation loss."""


def split(clips: Sequence[DanceClip], seed: int) -> tuple[list[DanceClip], list[DanceClip]]:
    """Training and validation clips: whole couples and some solos at random are held out."""
    random = np.random.default_rng(seed)
    pairs = couples(clips)
    solos = [clip for clip in clips if clip.partner is None]
    couple_count = max(1, round(COUPLES_SHARE * len(pairs))) if len(pairs) >= 3 else 0
    solo_count = max(1, round(SOLOS_SHARE * len(solos))) if len(solos) >= 5 else 0
    held_out = [clip.name for n in random.permutation(len(pairs))[:couple_count] for clip in pairs[n]]
    held_out += [solos[n].name for n in random.permutation(len(solos))[:solo_count]]
    return [c for c in clips if c.name not in held_out], [c for c in clips if c.name in held_out]


@torch.no_grad()
def validation_loss(network: Network, tensors: TrainingTensors, config: TrainingConfig) -> float:
    """The mean loss of one rollout with a fixed seed; nan where no window fits. Network and tensors are on the CPU."""
    random = torch.Generator().manual_seed(0)
    starts = training_losses.window_starts(tensors, config)
    if not len(starts.all):
        return math.nan
    config = replace(config, rows=min(LOSS_ROWS, config.rows))
    windows = training_losses.draw_windows(tensors, starts, network.settings, config, random)
    rounds = training_losses.rollout(network, windows, config, random)
    losses = [float(training_losses.flow_loss(network, found, target, random)) for _, found, target, _ in rounds]
    return float(np.mean(losses))


def evaluate(network: Network, clips: Sequence[DanceClip]) -> dict[str, float]:
    """How a network answers the couples among `clips`, in both directions, feet locked; {} where there is no couple.

    `with partner` and, with two couples or more, `with another`: beat F1 with the true partner, where the network sees
    the true or another couple's partner. `energy` and `skate`: ratios to the captured dancer. The network is on the
    CPU.
    """
    pairs = [_shortened(pair) for pair in pairs_of(clips)]
    if not pairs:
        return {}
    wrong = with_wrong_partner(pairs) if len({pair.couple for pair in pairs}) > 1 else []
    every = pairs + wrong
    batch = PairBatch(every, estimator=network)
    model = CollisionAvoiding(network, batch.past, batch.turns)
    rollouts = list(zip(every, roll_out(model, batch, uniform_guidance(len(every)), every), strict=True))
    true = rollouts[: len(pairs)]
    figures = {"with partner": float(np.mean([shared_beats_f1(*rollout) for rollout in true]))}
    if wrong:
        figures["with another"] = float(np.mean([shared_beats_f1(*rollout) for rollout in rollouts[len(pairs) :]]))
    return figures | {"energy": ratio_to_captured(true, mean_speed), "skate": ratio_to_captured(true, foot_skate)}


def score(figures: Mapping[str, float]) -> float:
    """One number of `evaluate` that ranks networks: what the partner contributes, less the deviation from captured
    motion."""
    gain = figures["with partner"] - figures.get("with another", 0.0)
    return gain - 0.1 * abs(math.log(figures["energy"])) - 0.1 * max(math.log(figures["skate"]), 0.0)


def _shortened(pair: EvaluationPair) -> EvaluationPair:
    """The pair with the first ROLLOUT_SECONDS of its rollout."""
    end = CONTEXT_FRAMES / FRAME_RATE + ROLLOUT_SECONDS
    return replace(pair, own=cut(pair.own, 0.0, end), partner=cut(pair.partner, 0.0, end))
