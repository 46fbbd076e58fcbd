"""Canon: further voices show what a visitor's first dancer showed some beats ago, each at a position of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from installation.dance.casting import Assignment
from installation.dance.pose_history import PoseHistory
from installation.dance.request import DanceRequest
from installation.dance.target_positions import VOICE_SPACING_M, row_place, separation

Array = NDArray[np.floating]

VOICE_DEPTH_M = 0.35
"""Distance by which each further voice stands nearer to the wall."""
MIN_TEMPO = 20.0
"""Beats a minute that a canon's delay is computed for, at least."""


class Canon:
    """Delayed poses of the first voices; arrays over slots."""

    def __init__(self, max_dancers: int, floor: Array) -> None:
        self._history = PoseHistory(max_dancers)
        self._floor = floor
        self._shift = np.zeros((max_dancers, 2))
        """Metres by which each voice was pushed away from other bodies, x and z."""

    def reset(self, slot: int, frame: int, hips_m: Array, turns: Array) -> None:
        """Start a slot again at a frame with a dancer of this pose, hips (3,) and turns (22, 4)."""
        self._shift[slot] = 0.0
        self._history.reset(slot, frame, hips_m, turns)

    def add(self, frame: int, hips_m: Array, turns: Array) -> None:
        """Record the poses that all slots show at a frame, (S, 3) and (S, 22, 4)."""
        self._history.add(frame, hips_m, turns)

    def poses(
        self,
        voices: Sequence[Assignment],
        slot_of_partner: Mapping[int, int],
        request: DanceRequest,
        others: Array,
        t: float,
        dt: float,
    ) -> tuple[Array, Array]:
        """Hips (N, 3) and turns (N, 22, 4) of further voices at show time `t`, `dt` seconds after the last time.

        `slot_of_partner` has the slot, from 0, of each partner's first voice; the voices keep away from `others`
        (M, 2), metres.
        """
        slots = np.array([one.slot - 1 for one in voices])
        voice = np.array([one.voice for one in voices])
        self._history.set_delay(slots, voice * request.cast.canon * 60.0 / max(request.pulse.tempo, MIN_TEMPO), dt)
        leaders = np.array([slot_of_partner.get(one.partner, one.slot - 1) for one in voices])
        hips, turns = self._history.at(leaders, t - self._history.delay_seconds[slots])
        room = (self._floor[2] - self._floor[0]) / (int(voice.max()) + 2.0)
        place = np.array([row_place(one.voice) for one in voices])
        hips[:, 0] += place * min(VOICE_SPACING_M, room)
        hips[:, 2] -= VOICE_DEPTH_M * np.abs(place)
        shifted = hips[:, [0, 2]] + self._shift[slots]
        push = separation(shifted, others, self._floor, dt)
        self._shift[slots] += push - self._shift[slots] * min(dt, 1.0)
        hips[:, [0, 2]] += self._shift[slots]
        return hips, turns
