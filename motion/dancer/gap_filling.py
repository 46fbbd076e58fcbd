"""Gaps of motions of any body at any rate, filled by the network, and two motions joined by a dance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, global_rotations, joint_positions, local_rotations
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.data import FRAME_RATE, to_canonical
from motion.dancer.evaluation_pairs import alignment
from motion.dancer.free_dance import Wish, append_frames, dance_on
from motion.dancer.in_between import MAX_GAP_FRAMES, MIN_SIDE_FRAMES, GapError, fill_gap
from motion.dancer.network import Network
from motion.dancer.planted_feet import plant_feet
from motion.metrics import floor_height
from motion.resample import at_rate
from motion.rig import leg_length_m
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M, TOE_BONES

Array = NDArray[np.floating]

MIN_SECONDS = MIN_SIDE_FRAMES / FRAME_RATE
"""Shortest gap, and shortest motion on each side of one."""
MAX_SECONDS = MAX_GAP_FRAMES / FRAME_RATE
"""Longest gap."""


def fill_motion(motion: Motion, start: float, end: float, network: Network, seed: int = 0) -> Motion:
    """The motion with what is between `start` and `end` seconds filled by the network; the rest stays.

    Fingers and other joints turn from what they are before the gap to what they are after it. `network` is on the CPU.
    Raises GapError.
    """
    seconds = len(motion) / motion.rate
    if not start < end:
        raise GapError(f"from {start:.2f} to {end:.2f} s: a gap ends after it begins")
    # Half a frame is no reason to refuse a time that was read off a frame.
    slack = 0.5 / motion.rate
    if start < MIN_SECONDS - slack or end > seconds - MIN_SECONDS + slack:
        raise GapError(
            f"from {start:.2f} to {end:.2f} s: expected a gap inside the motion of {seconds:.2f} s, with "
            f"{MIN_SECONDS:.2f} s before it and after it"
        )
    if not MIN_SECONDS - slack <= end - start <= MAX_SECONDS + slack:
        raise GapError(f"from {start:.2f} to {end:.2f} s: expected a gap of {MIN_SECONDS:.2f} to {MAX_SECONDS:g} s")
    first, last = round(start * motion.rate), round(end * motion.rate)
    return _fill_frames(motion, first, max(last, first + 1), network, seed)


def _fill_frames(motion: Motion, first: int, last: int, network: Network, seed: int) -> Motion:
    canonical = to_canonical(motion)
    size = leg_length_m(REST_OFFSETS_M) / leg_length_m(motion.offsets_m)
    down = canonical.hips_m[0, 1] - size * motion.hips_m[0, 1]
    ratio = FRAME_RATE / motion.rate
    # Frames between the last one before the gap and the first one after it, at the network's rate.
    a = max(int(np.floor((first - 1) * ratio + 1e-6)) + 1, MIN_SIDE_FRAMES)
    b = min(int(np.ceil(last * ratio - 1e-6)), len(canonical) - MIN_SIDE_FRAMES)
    filled = fill_gap(canonical, a, b, network, seed)
    wanted = np.minimum(np.arange(first - 1, last + 1) * ratio, len(filled) - 1.0)
    low = np.minimum(np.floor(wanted).astype(int), len(filled) - 2)
    share = wanted - low
    hips = filled.hips_m[low] + share[:, None] * (filled.hips_m[low + 1] - filled.hips_m[low])
    turns = rotation.slerp(filled.turns[low], filled.turns[low + 1], share[:, None])
    hips = (hips - (0.0, down, 0.0)) / size
    hips, turns = _seamless(hips, turns, motion, first, last)
    done = _with_frames(motion, hips, turns, first, last)
    toes = joint_positions(motion.hips_m, motion.turns[:, :CORE_COUNT], motion.offsets_m[:CORE_COUNT])[:, TOE_BONES]
    return plant_feet(done, first, last, floor_height(toes))


def _seamless(hips: Array, turns: Array, motion: Motion, first: int, last: int) -> tuple[Array, Array]:
    """Poses of frames first - 1 to last changed so that the first and the last one are the motion's, and without them:
    resampling has moved them a little."""
    share = np.linspace(0.0, 1.0, len(hips))
    own = motion.turns[:, :CORE_COUNT]
    off = [motion.hips_m[n] - hips[i] for n, i in ((first - 1, 0), (last, -1))]
    turned = [
        rotation.to_vector(rotation.multiply(own[n], rotation.conjugate(turns[i])))
        for n, i in ((first - 1, 0), (last, -1))
    ]
    hips = hips + (1.0 - share)[:, None] * off[0] + share[:, None] * off[1]
    by = (1.0 - share)[:, None, None] * turned[0] + share[:, None, None] * turned[1]
    return hips[1:-1], rotation.multiply(rotation.from_vector(by), turns)[1:-1]


def _with_frames(motion: Motion, hips: Array, turns: Array, first: int, last: int) -> Motion:
    """The motion with core bones of some frames replaced; other joints are interpolated."""
    share = np.arange(1, last - first + 1) / (last - first + 1)
    all_hips, all_turns = motion.hips_m.copy(), motion.turns.copy()
    all_hips[first:last] = hips
    if motion.turns.shape[1] > CORE_COUNT:
        local = local_rotations(motion.turns)
        between = rotation.slerp(local[first - 1], local[last], share[:, None])
        between[:, :CORE_COUNT] = local_rotations(turns)
        turns = global_rotations(between)
    all_turns[first:last] = turns
    extras = {}
    for name, values in motion.extras.items():
        extras[name] = values.copy()
        extras[name][first:last] = rotation.slerp(values[first - 1], values[last], share)
    return replace(motion, hips_m=all_hips, turns=all_turns, extras=extras)


def join_motions(one: Motion, other: Motion, seconds: float, network: Network, seed: int = 0) -> Motion:
    """Two motions with a dance of so many seconds between them, on the first one's body and at its rate.

    The second one is moved and turned over the floor so that it begins where the dance may arrive. Raises GapError.
    """
    if not MIN_SECONDS <= seconds <= MAX_SECONDS:
        raise GapError(f"a dance of {seconds:g} s; expected {MIN_SECONDS:.2f} to {MAX_SECONDS:g} s")
    for name, motion in (("first", one), ("second", other)):
        if len(motion) / motion.rate < 2.0 * MIN_SECONDS:
            raise GapError(f"the {name} motion has {len(motion)} frames: too few to go on from")
    bones = min(one.turns.shape[1], other.turns.shape[1])
    one = replace(one, turns=one.turns[:, :bones], offsets_m=one.offsets_m[:bones], trust=one.trust[:, :bones])
    frames = max(round(seconds * one.rate), 2)
    before, after = to_canonical(one), to_canonical(other)
    danced = dance_on(before, round(seconds * FRAME_RATE), network, Wish(speed=1.0), seed)
    ends = [joint_positions(m.hips_m[[n]], m.turns[[n]], CANONICAL_OFFSETS) for m, n in ((after, 0), (danced, -1))]
    turn, shift = alignment(*ends)
    size = leg_length_m(REST_OFFSETS_M) / leg_length_m(one.offsets_m)
    moved = at_rate(other, one.rate)
    scale = leg_length_m(one.offsets_m) / leg_length_m(other.offsets_m)
    hips = rotation.rotate(turn[0], moved.hips_m * scale)
    # `alignment` moves the canonical body; here is the same on this one's scale.
    place = shift[0] / size * (1.0, 0.0, 1.0)
    toes = [
        _toes_floor(motion, bones)
        for motion in (one, replace(moved, hips_m=moved.hips_m * scale, offsets_m=one.offsets_m))
    ]
    place[1] = toes[0] - toes[1]
    turns = rotation.multiply(turn[0], moved.turns[:, :bones])
    nothing = np.repeat(one.hips_m[-1:], frames, axis=0), np.repeat(one.turns[-1:], frames, axis=0)
    joined = append_frames(append_frames(one, *nothing), hips + place, turns)
    return _fill_frames(joined, len(one), len(one) + frames, network, seed)


def _toes_floor(motion: Motion, bones: int) -> float:
    count = min(bones, CORE_COUNT)
    return floor_height(joint_positions(motion.hips_m, motion.turns[:, :count], motion.offsets_m[:count])[:, TOE_BONES])
