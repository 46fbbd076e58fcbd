"""Whoever holds the camera: keeps everybody in the picture and large in it, and never hurries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from installation.interface.camera_view import View
from installation.stage.bodies.bodies import BodyTable

Array = NDArray[np.floating]

TALL_M = 1.75
"""Of a body that stands."""
ROOM_M = 0.8
"""Beside a body's hips, for its arms."""
CALM = 1.6
"""The spring's rate in radians a second: it is where it should be after about three seconds."""
LENS = (0.5, 4.2)
"""Canvas heights of a metre in one metre of distance, at least and at most."""
HIGH = 0.49
"""Where on the canvas the middle of a body is, 0 bottom .. 1 top."""
ACROSS_M = 4.0
"""How far the eye may go aside."""
WAITING_M = (0.0, 0.9, 3.2)
"""Where a middle is while nobody is there."""
WEIGHT = 0.2
"""Of that place, in bodies."""


class SpringFraming:
    """A View that follows the bodies. Call `follow` once a frame."""

    def __init__(self, aspect: float, share: float = 0.6) -> None:
        """`share` of the canvas's height is what the nearest body takes, where the width allows it."""
        self.view = View(aspect)
        self._share = share
        self._state = np.array([[0.0, self.view.lens, self.view.horizon, *WAITING_M], np.zeros(6)])

    @property
    def middle_m(self) -> Array:
        """(3,) between the hips of everybody, as calm as the view."""
        return self._state[0, 3:]

    def follow(self, bodies: BodyTable, step: float) -> View:
        """The view `step` seconds after the one before."""
        goal, (value, speed) = self._wanted(bodies), self._state
        # A critically damped spring by backward Euler: no step makes it swing.
        pull = CALM * CALM * step
        speed = (speed + pull * (goal - value)) / (1.0 + 2.0 * CALM * step + pull * step)
        self._state = np.stack([value + speed * step, speed])
        across, lens, horizon = self._state[0, :3].tolist()
        self.view = replace(self.view, across_m=across, lens=lens, horizon=horizon)
        return self.view

    def _wanted(self, bodies: BodyTable) -> Array:
        """(6,) how far aside the eye should be, its lens, its horizon, and the middle."""
        rest = View(self.view.aspect)
        there = [one for one in bodies.shown if one.presence > 0.2]
        if not there:
            return np.array([0.0, rest.lens, rest.horizon, *WAITING_M])
        hips = np.clip([one.body.hips_m for one in there], [-12.0, 0.0, 0.5], [12.0, 2.0, 12.0])
        shares = np.array([WEIGHT, *(one.presence for one in there)])
        middle = shares @ np.array([WAITING_M, *hips]) / shares.sum()
        x, far = hips[:, 0], hips[:, 2] + rest.behind_m
        # Before a wide wall everybody is to be in front of themselves; a narrow picture has to go where they are.
        across = np.clip(0.5 * (x.min() + x.max()), -ACROSS_M, ACROSS_M) * min(1.0, (1.9 / rest.aspect) ** 2)
        fits = 0.5 * rest.aspect * (far / (np.abs(x - across) + ROOM_M)).min()
        lens = np.clip(min(fits, self._share * far.min() / TALL_M), *LENS)
        horizon = HIGH + lens * (rest.height_m - 0.5 * TALL_M) / (middle[2] + rest.behind_m)
        return np.array([across, lens, horizon, *middle])
