"""Fits the table of `motion.denoise` to captured motions.

The one that is kept was made of the CMU recordings that `visitant measure bodies` uses, every second frame of 60:
`save(TABLE, *fit(from_body(motion) for motion in motions))`. Fitted on half of the subjects it costs the other half 0.2
to 0.5 degrees of bone direction.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion.landmarks import SIDES

Array = NDArray[np.floating]

USUAL, WILD = 10.0, 40.0
"""m/s²: a frame whose RMS acceleration is above the first counts for no more than one at it; above the second it is
a fault of the recording and counts for nothing."""
KEPT = 64
"""Modes in the table; more of them make no difference."""


def fit(clips: Iterable[Array], rate: float = 30.0) -> tuple[Array, Array, float]:
    """The table for landmarks (T, 33, 3) of clips at an even rate, in metres, free of noise."""
    total, count = np.zeros((99, 99)), 0
    for points in clips:
        if len(points) < 3:
            continue
        push = np.diff(points, n=2, axis=0) * rate**2
        across = (points[:, 23] - points[:, 24] + points[:, 11] - points[:, 12])[1:-1]
        x, z = across[:, 0] / np.hypot(across[:, 0], across[:, 2]), across[:, 2] / np.hypot(across[:, 0], across[:, 2])
        zero, one = np.zeros_like(x), np.ones_like(x)
        turns = np.array([[x, zero, z], [zero, one, zero], [-z, zero, x]]).transpose(2, 0, 1)
        flat = np.einsum("tij,tkj->tki", turns, push).reshape(-1, 99)
        size = np.sqrt((flat**2).mean(axis=1) * 3.0)
        share = np.where(size < WILD, np.minimum(1.0, USUAL / np.maximum(size, 1e-9)) ** 2, 0.0)
        total += (flat * share[:, None]).T @ flat
        count += int((share > 0.0).sum())
    both = total / count / rate
    both = 0.5 * (both + _mirrored(both))
    powers, modes = np.linalg.eigh(both)
    powers, modes = powers[::-1], modes[:, ::-1]
    return modes[:, :KEPT], powers[:KEPT], float(powers[KEPT : KEPT + 12].mean())


def save(path: Path, modes: Array, powers: Array, rest: float) -> None:
    """Write the table."""
    np.savez_compressed(path, modes=modes.astype(np.float16), powers=powers.astype(np.float32), rest=np.float32(rest))


def _mirrored(covariance: Array) -> Array:
    swap = np.zeros((99, 99))
    for mark, other in enumerate(SIDES):
        for axis in range(3):
            swap[3 * mark + axis, 3 * other + axis] = -1.0 if axis == 0 else 1.0
    return swap @ covariance @ swap.T


def main(folder: Path) -> None:
    """Fit the table to every BVH in a folder, and write it beside this file."""
    from motion import denoise, files
    from motion.landmarks import from_body
    from motion.resample import at_rate
    from motion.take import opening

    def clips() -> Iterator[Array]:
        for path in sorted(folder.glob("*.bvh")):
            take = next(iter(files.takes(path).values()))
            yield from_body(at_rate(take.cut(opening(take)).motion(), 30.0))

    save(denoise.TABLE, *fit(clips()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
