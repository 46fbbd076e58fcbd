"""Time review: finds uniforms by which a scene gives shaders the show's time, which 32 bits cannot hold for days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from installation.stage.gl.render_pass import RenderPass

FIRST_SECONDS = 20.0
"""Show time of the first frame that is looked at: before, a phase may be as large as the time."""
APART_SECONDS = 1.0
"""Time between the two frames that are compared."""
LARGEST_ANGLE = 6.3
"""Phases and angles stay below, and are no times."""
TOLERANCE = 1e-3
"""Share by which the growth of a value may differ from that of a multiple of the time."""


class TimeReview:
    """Compares what a scene gives its shaders in two frames with the show times of those."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Compare two frames again, as after a change of the scene's shaders."""
        self._earlier: tuple[float, dict[str, np.ndarray]] | None = None
        self._done = False

    def begin(self, t: float, passes: Sequence[RenderPass]) -> None:
        """Before a frame of show time `t`: collect what its draw calls give, where it is one of the two."""
        due = FIRST_SECONDS if self._earlier is None else self._earlier[0] + APART_SECONDS
        if not self._done and t >= due:
            for each in passes:
                each.values = {}

    def end(self, t: float, passes: Sequence[RenderPass]) -> dict[str, RenderPass]:
        """After a frame: names of uniforms that are the show's time or a multiple of it, each with its pass."""
        collected = [(each, each.values) for each in passes if each.values is not None]
        for each in passes:
            each.values = None
        if not collected:
            return {}
        owners = {name: each for each, values in collected for name in values}
        numbers = {name: _numbers(value) for _, values in collected for name, value in values.items()}
        if self._earlier is None:
            self._earlier = t, numbers
            return {}
        self._done = True
        before, earlier = self._earlier
        return {
            name: owners[name]
            for name, now in numbers.items()
            if name in earlier and _follows_time(earlier[name], now, before, t)
        }


def _numbers(value: Any) -> np.ndarray:
    """The numbers of a uniform, flat; none for a texture."""
    try:
        return np.asarray(value, float).ravel()
    except (TypeError, ValueError):
        return np.zeros(0)


def _follows_time(earlier: np.ndarray, now: np.ndarray, before: float, t: float) -> bool:
    """Whether a number was a multiple of the time `before`, and is now the same multiple of `t`."""
    if earlier.shape != now.shape:
        return False
    growth = earlier * ((t - before) / before)
    alike = np.abs(now - earlier - growth) < TOLERANCE * np.abs(growth)
    return bool((alike & (np.abs(now) > LARGEST_ANGLE)).any())
