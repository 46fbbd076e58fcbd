"""Whoever holds the camera: keeps everybody in the picture and large in it, and never hurries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from installation.stage.bodies import Bodies
from installation.stage.view import View

TALL_M = 1.75
"""Metres of a body that stands."""
ROOM_M = 0.8
"""Metres beside a body's hips that its arms may want."""
CALM = 1.6
"""The spring's rate in radians a second: it is where it should be after about three seconds."""
LENS = (0.9, 4.2)
ACROSS_M = 4.0
"""How far the eye may go aside."""


class Framing:
    """A View that follows the bodies. Call `follow` once a frame."""

    def __init__(self, aspect: float, share: float = 0.6) -> None:
        """`share` of the canvas's height is what the nearest body takes, where the width allows it."""
        self.view = View(aspect)
        self._share = share
        self._state = np.array([[0.0, self.view.lens], [0.0, 0.0]])

    def follow(self, bodies: Bodies, step: float) -> View:
        """The view `step` seconds after the one before."""
        goal, (value, speed) = self._wanted(bodies), self._state
        # A critically damped spring by backward Euler: no step makes it swing.
        pull = CALM * CALM * step
        speed = (speed + pull * (goal - value)) / (1.0 + 2.0 * CALM * step + pull * step)
        self._state = np.stack([value + speed * step, speed])
        across, lens = self._state[0].tolist()
        self.view = replace(self.view, across_m=across, lens=lens)
        return self.view

    def _wanted(self, bodies: Bodies) -> np.ndarray:
        """(2,) how far aside the eye should be, and its lens."""
        rest = View(self.view.aspect)
        there = [one for one in bodies.shown if one.presence > 0.2]
        if not there:
            return np.array([0.0, rest.lens])
        x, _, z = np.clip([one.body.hips_m for one in there], [-12.0, 0.0, 0.5], [12.0, 2.0, 12.0]).T
        left, right = (x - ROOM_M).min(), (x + ROOM_M).max()
        # Before a wide wall everybody is to be in front of themselves; a narrow picture has to go where they are.
        across = np.clip(0.5 * (left + right), -ACROSS_M, ACROSS_M) * min(1.0, (1.9 / rest.aspect) ** 2)
        far = z + rest.behind_m
        fits = 0.5 * rest.aspect * (far / (np.abs(x - across) + ROOM_M)).min()
        return np.array([across, np.clip(min(fits, self._share * far.min() / TALL_M), *LENS)])
