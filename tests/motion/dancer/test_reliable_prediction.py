"""A network that is wrong gives way to simple guesses a moment later, and one that is right is trusted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from motion.dancer.reliable_prediction import GUESSES, first_errors, mixed_causally, simple_guesses, uncertainty_m

HORIZONS = (3, 6)
HISTORY = 12


def paths(frames: int, curve: float) -> NDArray[np.floating]:
    """(T, 5, 3) five points that go along X at 2 cm a frame, and along Y on a curve."""
    t = np.arange(frames)[:, None]
    way = np.stack([0.02 * t, curve * np.sin(0.4 * t), 0.0 * t], axis=-1)
    points: NDArray[np.floating] = way + np.arange(5)[:, None] * (0.0, 0.1, 0.0)
    return points


def errors(curve: float, network_error_m: float) -> dict[str, NDArray[np.floating]]:
    """(N, H) distances of the mix, of the network and of the best guess, for a network that is so wrong."""
    points = paths(90, curve)
    now = np.arange(HISTORY, 90 - max(HORIZONS))
    true = np.stack([points[now + h] for h in HORIZONS], axis=1)
    at = [h - 1 for h in HORIZONS]
    guesses = simple_guesses(points[now[:, None] + np.arange(-HISTORY + 1, 1)], max(HORIZONS))[:, :, at]
    network = true + (0.0, 0.0, network_error_m)
    mixed, doubt = mixed_causally(np.concatenate([network[None], guesses]), true, now, HORIZONS)

    def distance(found: NDArray[np.floating]) -> NDArray[np.floating]:
        apart: NDArray[np.floating] = np.linalg.norm(found - true, axis=-1).mean(axis=-1)
        return apart

    return {"mixed": distance(mixed), "guesses": np.stack([distance(one) for one in guesses]), "doubt": doubt}


def test_a_network_that_is_wrong_is_no_worse_than_the_best_guess() -> None:
    found = errors(curve=0.03, network_error_m=0.5)
    best = found["guesses"][:, 20:].mean(axis=1).min(axis=0)
    assert (found["mixed"][20:].mean(axis=0) < 1.05 * best).all()


def test_a_network_that_is_right_is_followed() -> None:
    found = errors(curve=0.1, network_error_m=0.002)
    assert found["mixed"][20:].max() < 0.004


def test_the_uncertainty_is_about_the_error() -> None:
    for wrong in (0.005, 0.5):
        found = errors(curve=0.05, network_error_m=wrong)
        assert found["doubt"][20:].mean() == pytest.approx(found["mixed"][20:].mean(), rel=0.5)


def test_the_guesses_go_on_as_they_say() -> None:
    points = paths(HISTORY, 0.0)
    guesses = simple_guesses(points[None], 4)
    assert guesses.shape == (len(GUESSES), 1, 4, 5, 3)
    for (share, smooth, _), found in zip(GUESSES, guesses[:, 0], strict=True):
        late = 0.5 * (smooth - 1)
        assert found[3, 0, 0] == pytest.approx(0.02 * (HISTORY - 1 - late + share * (4 + late)))


def test_before_anything_was_seen_the_network_counts_most() -> None:
    running = first_errors(2, 2)
    assert (running[0] < running[1:]).all()
    assert uncertainty_m(running) == pytest.approx(np.full((2, 2), running[0, 0, 0]), rel=0.3)
