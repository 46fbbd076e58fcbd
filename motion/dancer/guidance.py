"""How dancers are asked to dance: one way for the wall, for files, and where it is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion.dancer.network import Network

Values = TypeVar("Values", Tensor, NDArray[np.floating])

PARTNER_GUIDANCE, MAX_PARTNER_GUIDANCE = 2.0, 2.5
"""Guidance on the partner by which somebody is answered best, and the most there is."""
ANSWER_CLOSENESS, MIRROR_CLOSENESS = 0.6, 0.7
"""Closeness at which that guidance is reached, and above which the mirror image is blended in; at 1 there is nothing
else."""
BEAT_GUIDANCE = 5.0
"""Guidance on the beat where it pulls most."""
NOISE_SCALE = 0.85
"""How large the noise is, beside that of training, where dancers are as various as captured ones: more of it makes
heads and hands nervous."""
MIN_SPEED_SHARE, MAX_SPEED_SHARE = 0.5, 1.5
"""Shares of the usual speed to which who answers keeps, however little or much the partner moves."""
SPEED_BOOST = 1.85
"""How much livelier dancers are asked to be than they become: every answer is a little smaller than the truth."""


@dataclass(frozen=True)
class Guidance:
    """How N bodies are to dance; each (N, 1)."""

    closeness: Tensor
    """How far beyond its own the dance goes towards the partner: 0 as if there was none, 1 as captured, above: more."""
    pull: Tensor
    """The same of the beat."""
    variety: Tensor
    """0 does what is most likely, 1 is as various as captured."""


def uniform_guidance(
    rows: int, closeness: float = PARTNER_GUIDANCE, pull: float = BEAT_GUIDANCE, variety: float = 1.0
) -> Guidance:
    """All bodies in the same manner, by default that which answers best."""
    return Guidance(*(torch.full((rows, 1), value) for value in (closeness, pull, variety)))


def partner_guidance(closeness: float) -> float:
    """How far beyond its own the dance goes towards the partner, for a closeness of 0 (free) to 1 (mirror)."""
    return float(np.interp(closeness, (0.0, ANSWER_CLOSENESS, 1.0), (0.0, PARTNER_GUIDANCE, MAX_PARTNER_GUIDANCE)))


def typical_speed(net: Network) -> float:
    """m/s: the mean speed of joints of those whom a network learned from."""
    return float(net.part(net.mean, "energy")[0].exp())


def energy_input(speed: Tensor) -> Tensor:
    """(N, 2) how a network is asked to move at a mean speed of joints (N, 1), m/s; as Asked has it."""
    return torch.cat([torch.log(SPEED_BOOST * speed), torch.ones_like(speed)], dim=1)


def answering_speed(usual: float, pace: Values) -> Values:
    """(N, 1) m/s at which somebody is answered who moves at `pace` (N, T): between theirs, within limits, and usual."""
    theirs = pace.mean(1)[:, None].clip(MIN_SPEED_SHARE * usual, MAX_SPEED_SHARE * usual)
    return (theirs * usual) ** 0.5
