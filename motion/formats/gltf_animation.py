"""Animations of a glTF file: key frames of nodes, and interpolation between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.formats.gltf import GltfFile, JsonValue, read_accessor

Array = NDArray[np.floating]

TRACK_TYPES = {"translation": "VEC3", "rotation": "VEC4"}
"""Accessor types of the animated properties that are read; scales and morph weights are ignored."""
DEFAULT_RATE = 60.0
"""Frames a second of an animation without two keys."""
MIN_RATE = 10.0
"""Keys a second below which they are no frames."""
MAX_RATE = 240.0
"""Frames a second at most that `key_rate` returns."""
WHOLE_RATE_TOLERANCE = 1e-3
"""Difference from a whole number of frames a second, as a share, that is due to rounded times."""


@dataclass(frozen=True)
class Track:
    """Key frames of one node's translation or rotation."""

    node: int
    path: str
    times: Array
    """(K,) seconds, ascending"""
    values: Array
    """(K, 3) or (K, 4), quaternions w first; cubic splines (K, 3, 3 or 4) with the tangents before and after each."""
    interpolation: str
    """LINEAR, STEP or CUBICSPLINE."""


def animation_names(file: GltfFile) -> tuple[str, ...]:
    """Names of the animations; an animation without one has its path."""
    return tuple(at.text() if (at := it.get("name")) else it.path for it in file.root.each("animations"))


def read_tracks(file: GltfFile, animation: int) -> list[Track]:
    """The tracks of one animation that translate or rotate nodes. Raises GltfError."""
    it = file.element("animations", animation)
    samplers = list(it["samplers"])
    found = []
    for channel in it["channels"]:
        target = channel["target"]
        path = target["path"].text()
        if path not in TRACK_TYPES or (node := target.get("node")) is None:
            continue
        at = channel["sampler"]
        sampler = samplers[at.integer(0, len(samplers) - 1)] if samplers else None
        if sampler is None:
            raise at.error("nothing, as the animation has no samplers")
        found.append(_track(file, sampler, file.resolve_index(node, "nodes"), path))
    return found


def key_rate(tracks: Sequence[Track]) -> float:
    """Keys a second where they are densest, the rate of the export; DEFAULT_RATE where keys are few.

    Exporters leave out keys of joints that do not move, so that sparse tracks say nothing.
    """
    steps = [step for track in tracks if len(track.times) > 1 and (step := float(np.median(np.diff(track.times)))) > 0]
    if not steps:
        return DEFAULT_RATE
    rate = 1.0 / min(steps)
    if rate < MIN_RATE:
        return DEFAULT_RATE  # few keys, made by hand
    # Times are single precision: 29.99997 is 30.
    whole = float(round(rate))
    return min(whole if abs(rate - whole) < WHOLE_RATE_TOLERANCE * rate else rate, MAX_RATE)


def sample_track(track: Track, times: Array) -> Array:
    """(T, 3) or (T, 4) values of a track at times (T,); constant before its first key and after its last."""
    keys, values = track.times, track.values
    after = np.clip(np.searchsorted(keys, times, side="right"), 1, max(len(keys) - 1, 1))
    before = after - 1
    after = np.minimum(after, len(keys) - 1)
    step = np.maximum(keys[after] - keys[before], 1e-9)
    share = np.clip((times - keys[before]) / step, 0.0, 1.0)
    if track.interpolation == "STEP":
        return values[np.where(share < 1.0, before, after)]
    if track.interpolation == "LINEAR":
        if track.path == "rotation":
            return rotation.slerp(values[before], values[after], share)
        return values[before] + share[:, None] * (values[after] - values[before])
    # Cubic Hermite spline (glTF 2.0, appendix C): tangents are per second.
    s, step = share[:, None], step[:, None]
    found = (
        (2 * s**3 - 3 * s**2 + 1) * values[before, 1]
        + step * (s**3 - 2 * s**2 + s) * values[before, 2]
        + (3 * s**2 - 2 * s**3) * values[after, 1]
        + step * (s**3 - s**2) * values[after, 0]
    )
    return rotation.normalise(found) if track.path == "rotation" else found


def _track(file: GltfFile, sampler: JsonValue, node: int, path: str) -> Track:
    interpolation = at.text() if (at := sampler.get("interpolation")) else "LINEAR"
    if interpolation not in ("LINEAR", "STEP", "CUBICSPLINE"):
        raise sampler["interpolation"].error("LINEAR, STEP or CUBICSPLINE")
    times = read_accessor(file, sampler["input"], ("SCALAR",), (5126,))[:, 0].astype(float)
    if times[0] < 0.0 or (np.diff(times) < 0.0).any():
        raise sampler["input"].error("times that ascend from 0 or later", "times that do not")
    values = read_accessor(file, sampler["output"], (TRACK_TYPES[path],)).astype(float)
    each = 3 if interpolation == "CUBICSPLINE" else 1
    if len(values) != each * len(times):
        raise sampler["output"].error(f"{each * len(times)} values for {len(times)} times", f"{len(values)} values")
    if path == "rotation":
        values = values[:, [3, 0, 1, 2]]
    if interpolation == "CUBICSPLINE":
        values = values.reshape(len(times), 3, -1)
    elif path == "rotation":
        values = rotation.normalise(values)
    return Track(node, path, times, values, interpolation)
