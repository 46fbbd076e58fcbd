"""Mirror images: towards a closeness of 1, a dancer becomes the mirror image of the visitor whom it answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.dance.casting import Assignment
from installation.dance.prediction import mirrored_poses
from installation.dance.request import DanceRequest
from installation.dance.target_positions import VOICE_SPACING_M, row_place
from installation.dance.visitor_history import VisitorHistory
from motion import rotation
from motion.dancer.data import FRAME_RATE
from motion.dancer.guidance import MIRROR_CLOSENESS

Array = NDArray[np.floating]

FADE_SECONDS = 0.8
"""Time in which the whole of the mirror image fades in or out."""
PLANE_SECONDS = 3.0
"""Time constant with which the mirror follows a visitor who goes to or from the wall."""
TARGET_AMOUNT = 0.3
"""Amount of the mirror image above which its position is the dancer's target."""


class MirrorImages:
    """How much of its mirror image each dancer shows, and where the mirror stands; arrays over slots."""

    def __init__(self, max_dancers: int, history: VisitorHistory) -> None:
        self._history = history
        self._amount = np.zeros(max_dancers)
        """0 none .. 1 the mirror image alone."""
        self._plane = np.full(max_dancers, np.nan)
        """z of the mirror, which stands along the wall; NaN before its first use."""
        self._position = np.zeros((max_dancers, 2))

    def reset(self, slot: int) -> None:
        """Start a slot again without a mirror image."""
        self._amount[slot], self._plane[slot] = 0.0, np.nan

    def visible(self, slot: int) -> bool:
        """Whether the dancer shows any of its mirror image."""
        return bool(self._amount[slot] > 0.0)

    def target(self, slot: int) -> Array | None:
        """(2,) position of the mirror image where it is the dancer's target, else None."""
        return self._position[slot] if self._amount[slot] > TARGET_AMOUNT else None

    def blend(
        self, dancers: Sequence[Assignment], request: DanceRequest, t: float, dt: float, poses: tuple[Array, Array]
    ) -> None:
        """Blend the mirror images of visitors at show time `t` into the poses of these dancers: hips (S, 3) and turns
        (S, 22, 4) over all slots, changed in place."""
        amount = min(max((request.settings.mirroring - MIRROR_CLOSENESS) / (1.0 - MIRROR_CLOSENESS), 0.0), 1.0)
        amount = amount * amount * (3.0 - 2.0 * amount)
        if amount <= 0.0 and not self._amount.any():
            return
        mirroring = [one for one in dancers if one.partner in self._history.rows]
        goal = np.zeros(len(self._amount))
        goal[[one.slot - 1 for one in mirroring]] = amount
        self._amount += np.clip(goal - self._amount, -dt / FADE_SECONDS, dt / FADE_SECONDS)
        mirroring = [one for one in mirroring if self._amount[one.slot - 1] > 0.0]
        if not mirroring:
            return
        slots = np.array([one.slot - 1 for one in mirroring])
        rows = np.array([self._history.rows[one.partner] for one in mirroring])
        partners = self._history.floor_positions([one.partner for one in mirroring])
        plane = self._follow(slots, partners[:, 1] - 0.5 * request.settings.distance, dt)
        image_hips, image_turns = mirrored_poses(self._history, rows, t * FRAME_RATE, plane)
        image_hips[:, 0] += VOICE_SPACING_M * np.array([row_place(one.voice) for one in mirroring])
        self._position[slots] = image_hips[:, [0, 2]]
        share = self._amount[slots]
        hips, turns = poses
        hips[slots] += share[:, None] * (image_hips - hips[slots])
        turns[slots] = rotation.slerp(turns[slots], image_turns, share[:, None])

    def _follow(self, slots: NDArray[np.intp], middle: Array, dt: float) -> Array:
        """Move the mirrors of slots (N,) towards z = `middle` (N,), halfway between dancer and visitor."""
        plane = self._plane[slots]
        plane = np.where(np.isnan(plane), middle, plane + (middle - plane) * min(dt / PLANE_SECONDS, 1.0))
        self._plane[slots] = plane
        return plane
