"""Reliable prediction: the network's prediction and simple guesses, mixed by how wrong each was a moment ago.

A network is wrong about movements that are not in its data, and does not notice. What a body then did is observed a
moment later, so each predictor's error is known from then on: predictors are weighted by a power of the inverse of
their running errors, as experts are in prediction with expert advice (Cesa-Bianchi and Lugosi, Prediction, Learning,
and Games, 2006). The weighted mean of the errors is the uncertainty.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from motion.dancer.data import FRAME_RATE

Array = NDArray[np.floating]

SMOOTH_FRAMES = 3
"""Frames over which a velocity is averaged and a pose smoothed,"""
VERY_SMOOTH_FRAMES = 6
"""and over which a pose is, for bodies that stand still in noise."""
GUESSES = (
    (0.0, 1, 1),
    (1.0, 1, 1),
    (0.5, 1, SMOOTH_FRAMES),
    (1.0, 1, SMOOTH_FRAMES),
    (0.0, SMOOTH_FRAMES, SMOOTH_FRAMES),
    (0.5, SMOOTH_FRAMES, SMOOTH_FRAMES),
    (1.0, SMOOTH_FRAMES, SMOOTH_FRAMES),
    (0.0, VERY_SMOOTH_FRAMES, SMOOTH_FRAMES),
)
"""Simple guesses: the share of the velocity with which each goes on, and the frames over which its first pose and its
velocity are averaged."""
HALF_LIFE_SECONDS = 0.25
"""Time in which an error counts half."""
SHARPNESS = 12.0
"""Power of the inverse error by which predictors are weighted."""
FIRST_ERROR_M = 0.05
"""Error of every predictor before any was observed; the network's is less, for it is the best in most cases."""
NETWORK_CREDIT = 0.8
"""The network's first error, times that of the others."""
LEAST_ERROR_M = 1e-4


def simple_guesses(past_m: Array, frames: int) -> Array:
    """(G, N, frames, J, 3) the GUESSES of the frames after past joints (N, T, J, 3), T at least VERY_SMOOTH_FRAMES."""
    ahead = np.arange(1, frames + 1)[:, None, None]
    found = []
    for share, smooth, over in GUESSES:
        velocity = (past_m[:, -1] - past_m[:, -1 - over]) / over
        # The mean of some frames is where the body was in the middle of them.
        late = 0.5 * (smooth - 1)
        found.append(past_m[:, -smooth:].mean(axis=1)[:, None] + share * (ahead + late) * velocity[:, None])
    return np.stack(found)


def first_errors(bodies: int, horizons: int) -> Array:
    """(1 + G, bodies, horizons) errors of the network and of the guesses before any was observed, metres."""
    errors = np.full((1 + len(GUESSES), bodies, horizons), FIRST_ERROR_M)
    errors[0] *= NETWORK_CREDIT
    return errors


def updated(running: Array, error_m: Array, frames: float = 1.0) -> Array:
    """Running errors with newly observed ones, both of one shape, after so many frames."""
    kept = 0.5 ** (frames / (HALF_LIFE_SECONDS * FRAME_RATE))
    errors: Array = kept * running + (1.0 - kept) * error_m
    return errors


def weights(running: Array) -> Array:
    """(1 + G, ...) weights, summing to 1, of predictors with running errors (1 + G, ...)."""
    inverse = np.maximum(running, LEAST_ERROR_M) ** -SHARPNESS
    shares: Array = inverse / inverse.sum(axis=0)
    return shares


def uncertainty_m(running: Array) -> Array:
    """(...) the error to expect of the mix of predictors with running errors (1 + G, ...), metres."""
    expected: Array = (weights(running) * running).sum(axis=0)
    return expected


def mixed_causally(
    predictions: Array, seen_m: Array, now: NDArray[np.intp], horizons: Sequence[int]
) -> tuple[Array, Array]:
    """A body's predictions, each mixed by the errors that were known when it was made.

    `predictions` (1 + G, N, H, J, 3) of the network and the guesses were made at rising frames `now` (N,),
    for each of H `horizons`, frames; `seen_m` (N, H, J, 3) is what was seen then. Returns the mix (N, H, J, 3) and its
    uncertainty (N, H), metres.
    """
    errors = np.linalg.norm(predictions - seen_m, axis=-1).mean(axis=-1)
    mixed, doubt = np.empty_like(seen_m), np.empty(errors.shape[1:])
    for number, frames in enumerate(horizons):
        running = first_errors(1, 1)[:, 0, 0]
        checked = 0
        for at, frame in enumerate(now):
            while now[checked] + frames <= frame:
                error = errors[:, checked, number]
                running = updated(running, error) if checked else error
                checked += 1
            mixed[at, number] = np.einsum("g,gjc->jc", weights(running), predictions[:, at, number])
            doubt[at, number] = uncertainty_m(running)
    return mixed, doubt
