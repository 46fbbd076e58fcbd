"""Camera framing: a view that keeps all bodies in the picture and large in it, smoothed by a spring."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.interface.camera_view import View
from installation.interface.graphics import Bodies

Array = NDArray[np.floating]

BODY_HEIGHT_M = 1.75
"""Height of a standing body."""
MARGIN_M = 0.8
"""Space beside a body's hips, for its arms."""
SPRING_RATE = 1.6
"""Rad/s; the view arrives after about three seconds."""
LENS_RANGE = (0.5, 4.2)
"""Canvas heights of a metre at a distance of one metre, least and most."""
MIDDLE_HEIGHT = 0.49
"""Height on the canvas of the middle of a body, 0 bottom .. 1 top."""
MAX_ACROSS_M = 4.0
"""Distance of the camera from the middle of the wall, to either side."""
EMPTY_MIDDLE_M = (0.0, 0.9, 3.2)
"""The middle of all hips while there are no bodies."""
EMPTY_WEIGHT = 0.2
"""Weight of EMPTY_MIDDLE_M beside bodies, in bodies."""
SEEN_PRESENCE = 0.2
"""Presence above which a body counts."""


class SpringFraming:
    """A View that follows the bodies as a critically damped spring. Call `follow` once a frame."""

    def __init__(self, aspect: float, share: float = 0.6) -> None:
        """The nearest body fills `share` of the canvas's height, where the width allows it."""
        self.view = View(aspect)
        self._share = share
        self._state = np.array([[0.0, self.view.lens, self.view.horizon, *EMPTY_MIDDLE_M], np.zeros(6)])

    @property
    def middle_m(self) -> Array:
        """(3,) middle of all hips in the room, smoothed as the view."""
        return self._state[0, 3:]

    def follow(self, bodies: Bodies, step: float) -> View:
        """The view `step` seconds after the one before."""
        goal, (value, speed) = self._goal(bodies), self._state
        # Backward Euler: stable for any step.
        pull = SPRING_RATE * SPRING_RATE * step
        speed = (speed + pull * (goal - value)) / (1.0 + 2.0 * SPRING_RATE * step + pull * step)
        self._state = np.stack([value + speed * step, speed])
        across, lens, horizon = self._state[0, :3].tolist()
        self.view = replace(self.view, across_m=across, lens=lens, horizon=horizon)
        return self.view

    def _goal(self, bodies: Bodies) -> Array:
        """(6,) goal of the camera's place across the wall, lens, horizon, and the middle of all hips (3,)."""
        rest = View(self.view.aspect)
        there = [one for one in bodies.shown if one.presence > SEEN_PRESENCE]
        if not there:
            return np.array([0.0, rest.lens, rest.horizon, *EMPTY_MIDDLE_M])
        hips = np.clip([one.body.hips_m for one in there], [-12.0, 0.0, 0.5], [12.0, 2.0, 12.0])
        shares = np.array([EMPTY_WEIGHT, *(one.presence for one in there)])
        middle = shares @ np.array([EMPTY_MIDDLE_M, *hips]) / shares.sum()
        x, far = hips[:, 0], hips[:, 2] + rest.behind_m
        # On a wide wall each body appears in front of its own place; a narrow picture must move to where bodies are.
        across = np.clip(0.5 * (x.min() + x.max()), -MAX_ACROSS_M, MAX_ACROSS_M) * min(1.0, (1.9 / rest.aspect) ** 2)
        fits = 0.5 * rest.aspect * (far / (np.abs(x - across) + MARGIN_M)).min()
        lens = np.clip(min(fits, self._share * far.min() / BODY_HEIGHT_M), *LENS_RANGE)
        horizon = MIDDLE_HEIGHT + lens * (rest.height_m - 0.5 * BODY_HEIGHT_M) / (middle[2] + rest.behind_m)
        return np.array([across, lens, horizon, *middle])
