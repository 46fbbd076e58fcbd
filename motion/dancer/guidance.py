"""Guidance of the dancers: classifier-free guidance scales and target speeds, the same live, offline and evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion.dancer.conditioning import LAG_SCALE
from motion.dancer.network import Network

Values = TypeVar("Values", Tensor, NDArray[np.floating])

PARTNER_GUIDANCE = 2.0
"""Guidance scale on the partner with the best answers."""
MAX_PARTNER_GUIDANCE = 2.5
"""Highest guidance scale on the partner."""
ANSWER_LAG_SECONDS = 0.067
"""How late a partner is answered with arms and body."""
ARMS_CLOSENESS = (0.2, 0.5)
"""Closeness from which the arms begin to answer, and from which they do so wholly."""
BODY_CLOSENESS = (0.7, 0.9)
"""The same of trunk, legs and height."""
LEVEL_CLOSENESS = (0.3, 0.6)
"""The same of crouches and jumps."""
LEVEL_CHANGE_M = (0.06, 0.16)
"""Deviation of the hips from STANDING_HIPS_M from which a crouch or jump is answered, and from which it is wholly."""
STANDING_HIPS_M = 0.91
"""Median height of the hips in the training data."""
ANSWER_CLOSENESS = 0.6
"""Closeness at which PARTNER_GUIDANCE is reached."""
MIRROR_CLOSENESS = 0.7
"""Closeness above which the mirror image is blended in; at 1 there is nothing else."""
BEAT_GUIDANCE = 6.5
"""Highest guidance scale on the beat."""
DIRECTED_GUIDANCE = 2.0
"""Guidance scale on energy and directions."""
NOISE_SCALE = 0.85
"""Noise, beside that of training, with which dancers are as various as captured ones; more of it makes heads and hands
nervous."""
MIN_SPEED_SHARE = 0.5
"""Lowest target speed of an answer, however little the partner moves, times the typical speed."""
MAX_SPEED_SHARE = 1.5
"""Highest target speed of an answer, however much the partner moves, times the typical speed."""
SPEED_BOOST = 1.3
"""Requested speed over resulting speed: every answer is a little smaller than the truth."""


@dataclass(frozen=True)
class Guidance:
    """How N bodies dance; each (N, 1)."""

    closeness: Tensor
    """Guidance scale on the partner: 0 ignores the partner, 1 is as captured, above exaggerates."""
    pull: Tensor
    """Guidance scale on the beat."""
    directed: Tensor
    """Guidance scale on energy and directions: 1 is as captured, above exaggerates."""
    variety: Tensor
    """Noise: 0 gives the most likely motion, 1 is as various as captured."""


def uniform_guidance(
    rows: int,
    closeness: float = PARTNER_GUIDANCE,
    pull: float = BEAT_GUIDANCE,
    variety: float = 1.0,
    directed: float = DIRECTED_GUIDANCE,
) -> Guidance:
    """The same guidance for all bodies; the default answers best."""
    return Guidance(*(torch.full((rows, 1), value) for value in (closeness, pull, directed, variety)))


def partner_guidance(closeness: float) -> float:
    """The guidance scale on the partner for a closeness of 0 (free) to 1 (mirror)."""
    return float(np.interp(closeness, (0.0, ANSWER_CLOSENESS, 1.0), (0.0, PARTNER_GUIDANCE, MAX_PARTNER_GUIDANCE)))


def answer_input(closeness: Tensor, hips_m: Tensor, hold: bool = False) -> Tensor:
    """(N, 4) the answer input, as in Conditioning, for closeness (N, 1) of 0 (free) to 1 (mirror), heights of the
    partners' hips (N, 1), and whether hands may hold the partner's.

    A partner who crouches or jumps is answered with the whole body, whatever else is.
    """
    arms, body, level = (
        ((closeness - least) / (most - least)).clamp(0.0, 1.0)
        for least, most in (ARMS_CLOSENESS, BODY_CLOSENESS, LEVEL_CLOSENESS)
    )
    least, most = LEVEL_CHANGE_M
    level = level * (((hips_m - STANDING_HIPS_M).abs() - least) / (most - least)).clamp(0.0, 1.0)
    late = torch.full_like(arms, LAG_SCALE * ANSWER_LAG_SECONDS)
    return torch.cat([arms, torch.maximum(body, level), late, torch.full_like(arms, float(hold))], dim=1)


def typical_speed(net: Network) -> float:
    """The mean speed of joints in a network's training data, m/s."""
    return float(net.part(net.mean, "energy")[0].exp())


def energy_input(speed: Tensor) -> Tensor:
    """(N, 2) the energy input, as in Conditioning, for a mean speed of joints (N, 1), m/s."""
    return torch.cat([torch.log(SPEED_BOOST * speed), torch.ones_like(speed)], dim=1)


def answering_speed(typical: float, pace: Values) -> Values:
    """(N, 1) m/s with which to answer partners of speeds `pace` (N, T): the geometric mean of theirs, within limits,
    and the typical one."""
    theirs = pace.mean(1)[:, None].clip(MIN_SPEED_SHARE * typical, MAX_SPEED_SHARE * typical)
    speed: Values = (theirs * typical) ** 0.5
    return speed
