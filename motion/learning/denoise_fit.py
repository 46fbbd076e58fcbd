"""Fits the acceleration modes of `motion.denoise` to captured motions by principal component analysis.

The table that ships was fitted to the CMU recordings that `visitant measure bodies` uses, every second frame of 60:
`save(MODES_FILE, *fit(from_body(motion) for motion in motions))`. Fitted to half of the subjects, it costs the other
half 0.2 to 0.5 degrees of bone direction.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion import denoise, files
from motion.landmarks import MIRRORED, landmarks_from_body
from motion.resample import at_rate
from motion.take import opening_frames

Array = NDArray[np.floating]

FULL_WEIGHT_ACCELERATION = 10.0
"""m/s²: a frame with a larger RMS acceleration is weighted down to one of this acceleration."""
MAX_ACCELERATION = 40.0
"""m/s²: a frame with a larger RMS acceleration is a recording fault and has no weight."""
MODES = 64
"""Modes in the table; more of them make no difference."""


def fit(clips: Iterable[Array], rate: float = 30.0) -> tuple[Array, Array, float]:
    """Modes (99, MODES), their powers (MODES,) and the power of all other directions, as in `motion.denoise`.

    `clips` are landmarks (T, 33, 3) at an even rate, metres, free of noise.
    """
    total, count = np.zeros((99, 99)), 0
    for points in clips:
        if len(points) < 3:
            continue
        acceleration = np.diff(points, n=2, axis=0) * rate**2
        across = (points[:, 23] - points[:, 24] + points[:, 11] - points[:, 12])[1:-1]
        x, z = across[:, 0] / np.hypot(across[:, 0], across[:, 2]), across[:, 2] / np.hypot(across[:, 0], across[:, 2])
        zero, one = np.zeros_like(x), np.ones_like(x)
        turns = np.array([[x, zero, z], [zero, one, zero], [-z, zero, x]]).transpose(2, 0, 1)
        flat = np.einsum("tij,tkj->tki", turns, acceleration).reshape(-1, 99)
        size = np.sqrt((flat**2).mean(axis=1) * 3.0)
        kept = size < MAX_ACCELERATION
        weight = np.where(kept, np.minimum(1.0, FULL_WEIGHT_ACCELERATION / np.maximum(size, 1e-9)) ** 2, 0.0)
        total += (flat * weight[:, None]).T @ flat
        count += int((weight > 0.0).sum())
    covariance = total / count / rate
    covariance = 0.5 * (covariance + _mirrored(covariance))
    powers, modes = np.linalg.eigh(covariance)
    powers, modes = powers[::-1], modes[:, ::-1]
    return modes[:, :MODES], powers[:MODES], float(powers[MODES : MODES + 12].mean())


def save(path: Path, modes: Array, powers: Array, rest: float) -> None:
    """Write the table."""
    np.savez_compressed(path, modes=modes.astype(np.float16), powers=powers.astype(np.float32), rest=np.float32(rest))


def _mirrored(covariance: Array) -> Array:
    """The covariance of the mirrored bodies."""
    swap = np.zeros((99, 99))
    for mark, other in enumerate(MIRRORED):
        for axis in range(3):
            swap[3 * mark + axis, 3 * other + axis] = -1.0 if axis == 0 else 1.0
    return swap @ covariance @ swap.T


def main(folder: Path) -> None:
    """Fit the table to every BVH in a folder, and overwrite the one that ships."""

    def clips() -> Iterator[Array]:
        for path in sorted(folder.glob("*.bvh")):
            take = next(iter(files.read_takes(path).values()))
            yield landmarks_from_body(at_rate(take.cut(opening_frames(take)).motion(), 30.0))

    save(denoise.MODES_FILE, *fit(clips()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
