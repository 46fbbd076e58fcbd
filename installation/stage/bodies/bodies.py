"""Table of bodies: bone matrices, velocities and presence of all visitors and dancers, as one texture.

The matrices move the mesh of `installation.stage.bodies.body_mesh`, scaled to each body's proportions bone by bone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import moderngl
import numpy as np
from numpy.typing import NDArray

from installation.interface.graphics import ShownBody
from installation.interface.moment import Moment
from installation.interface.visitor import State
from motion import rotation
from motion.body import Body, joint_positions
from motion.rig import leg_length_m
from motion.skeleton import (
    AIM_BONES,
    ANCESTRY,
    ARM_BONES,
    BONE_INDEX,
    BONES,
    CORE_COUNT,
    REST_OFFSETS_M,
    REST_POSITIONS_M,
    THIGH_BONES,
)
from motion.smooth import decay_factor

Array = NDArray[np.floating]

MAX_BODIES = 24
"""Bodies at a time, those who fade out included; one row of the table for each."""
COLUMNS = 4 * CORE_COUNT + 1
"""Three texels of each bone's matrix, one of its velocity, and one of the body's own values."""
FADE_IN_SECONDS = 1.4
"""Time in which the presence of a body rises from 0 to 1."""
FADE_OUT_SECONDS = 2.6
"""Time in which the presence of a body falls from 1 to 0."""
VELOCITY_HALF_LIFE_SECONDS = 0.05
"""Half-life of the velocities' smoothing."""
LEFT_HALF_LIFE_SECONDS = 0.3
"""Half-life of the velocities of a body that left."""
MAX_SPEED_M_S = 12.0
"""Speed of a joint; faster is a measurement error."""
TINT_STEP = 0.618034
"""Turns of hue between the tints of consecutive keys: the golden section, so that no two are similar."""

_TRUNK = [
    BONE_INDEX[name] for name in ("hips", "spine", "chest", "upperChest", "neck", "leftShoulder", "rightShoulder")
]
_LIMBS = [
    BONE_INDEX[f"{s}{b}"] for s in ("left", "right") for b in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg", "Foot")
]
_AIMED = [BONE_INDEX[AIM_BONES[BONES[bone]]] for bone in _LIMBS]
_ARMS = ARM_BONES[:, 0].tolist()
_LEGS = THIGH_BONES.tolist()


class BodyTable:
    """All bodies as a texture: `table` (89 x 24, float), read with shaders/flesh.glsl.

    Columns 3b .. 3b + 2 of a row hold the rows of bone b's matrix (3, 4) from the T-pose to the room, column 66 + b the
    velocity and trust of its joint; the last one presence, tint (0..1, different for each body), size and energy.
    """

    def __init__(self, context: moderngl.Context) -> None:
        self.table = context.texture((COLUMNS, MAX_BODIES), 4, bytes(COLUMNS * MAX_BODIES * 16), dtype="f4")
        self.table.filter = (moderngl.NEAREST, moderngl.NEAREST)
        self.shown: tuple[ShownBody, ...] = ()
        """Every body, those who fade out included, the farthest from the wall first."""
        self._values = np.zeros((MAX_BODIES, COLUMNS, 4), np.float32)

    @property
    def count(self) -> int:
        return len(self.shown)

    @property
    def order(self) -> list[int]:
        """Rows in use, the farthest first, so that nearer bodies are drawn over them; [0] when there are none."""
        return [one.row for one in self.shown] or [0]

    @property
    def presence(self) -> float:
        """Sum of the presences: how many bodies there are, those who fade in or out counted in part."""
        return sum(one.presence for one in self.shown)

    def update(self, moment: Moment) -> None:
        """Renew everything from the visitors and dancers of `moment`."""
        self.show(bodies_of(moment), moment.step)

    def show(self, bodies: Mapping[int, Body], step: float) -> None:
        """Renew everything from any bodies by key, `step` seconds after the ones before."""
        before = {one.key: one for one in self.shown}
        free = sorted(set(range(MAX_BODIES)) - {one.row for one in self.shown}, reverse=True)
        now = []
        for key in sorted(before.keys() | bodies.keys()):
            was, body = before.get(key), bodies.get(key)
            if body is None or not _is_finite(body):
                if was is not None and (left := was.presence - step / FADE_OUT_SECONDS) > 0.0:
                    now.append(
                        replace(
                            was, presence=left, velocity_m=was.velocity_m * decay_factor(LEFT_HALF_LIFE_SECONDS, step)
                        )
                    )
            elif was is not None:
                now.append(_moved(was, body, step))
            elif free:
                places = joint_positions(body.hips_m, body.turns[:CORE_COUNT], body.offsets_m[:CORE_COUNT])
                now.append(
                    ShownBody(key, free.pop(), 0.0, body, places, np.zeros((CORE_COUNT, 3)), bone_form(body.offsets_m))
                )
        self.shown = tuple(sorted(now, key=lambda one: (-float(one.body.hips_m[2]), one.key)))
        self._values.fill(0.0)
        for one in self.shown:
            row = self._values[one.row]
            row[: 3 * CORE_COUNT] = matrices(one).reshape(3 * CORE_COUNT, 4)
            row[3 * CORE_COUNT : 4 * CORE_COUNT, :3], row[3 * CORE_COUNT : 4 * CORE_COUNT, 3] = (
                one.velocity_m,
                one.body.trust[:CORE_COUNT],
            )
            size = leg_length_m(one.body.offsets_m) / leg_length_m(REST_OFFSETS_M)
            row[-1] = one.presence, one.key * TINT_STEP % 1.0, size, one.energy
        self.table.write(self._values.tobytes())

    def release(self) -> None:
        self.table.release()


def bodies_of(moment: Moment) -> dict[int, Body]:
    """The bodies of a Moment by key: visitors by their id, dancers by minus theirs."""
    seen = {v.id: v.body for v in moment.visitors if v.body is not None and v.state is not State.LEFT}
    return seen | {-dancer.id: dancer.body for dancer in moment.dancers}


def _is_finite(body: Body) -> bool:
    return bool(np.isfinite(body.turns).all() and np.isfinite(body.hips_m).all() and np.isfinite(body.offsets_m).all())


def _moved(was: ShownBody, body: Body, step: float) -> ShownBody:
    places = joint_positions(body.hips_m, body.turns[:CORE_COUNT], body.offsets_m[:CORE_COUNT])
    velocity = was.velocity_m
    if step > 0.0:
        measured = (places - was.places_m) / step
        speed = np.linalg.norm(measured, axis=1, keepdims=True)
        measured = measured * np.minimum(1.0, MAX_SPEED_M_S / np.maximum(speed, 1e-9))
        velocity = measured + (velocity - measured) * decay_factor(VELOCITY_HALF_LIFE_SECONDS, step)
    presence = min(1.0, was.presence + step / FADE_IN_SECONDS)
    same = was.body.offsets_m is body.offsets_m or np.array_equal(was.body.offsets_m, body.offsets_m)
    return ShownBody(
        was.key, was.row, presence, body, places, velocity, was.form if same else bone_form(body.offsets_m)
    )


def bone_form(offsets_m: Array) -> tuple[Array, Array]:
    """Scale and shift of each bone's mesh for a body with these offsets (bones, 3), as `ShownBody.form`.

    Limbs are scaled to the body's length, and across it by the length of its legs; the trunk, whose bones differ
    between characters, is stretched as one between hips and shoulders.
    """
    steps = offsets_m[:CORE_COUNT]
    built = ANCESTRY[:CORE_COUNT, :CORE_COUNT] @ steps
    size = leg_length_m(offsets_m) / leg_length_m(REST_OFFSETS_M)
    scale = np.tile(size * np.eye(3), (CORE_COUNT, 1, 1))
    for bone, aim in zip(_LIMBS, _AIMED, strict=True):
        way = REST_OFFSETS_M[aim] / np.linalg.norm(REST_OFFSETS_M[aim])
        length = float(np.linalg.norm(steps[aim]) / np.linalg.norm(REST_OFFSETS_M[aim]))
        if length > 0.2:
            scale[bone] += (length - size) * np.outer(way, way)
    high = (built[_ARMS, 1].mean() - built[_LEGS, 1].mean()) / (
        REST_POSITIONS_M[_ARMS, 1].mean() - REST_POSITIONS_M[_LEGS, 1].mean()
    )
    wide = (built[_ARMS[0], 0] - built[_ARMS[1], 0]) / (REST_POSITIONS_M[_ARMS[0], 0] - REST_POSITIONS_M[_ARMS[1], 0])
    trunk = np.clip([wide, high, np.sqrt(max(wide * high, 0.0))], 0.4, 2.5)
    shift = built - np.einsum("bij,bj->bi", scale, REST_POSITIONS_M[:CORE_COUNT])
    scale[_TRUNK] = np.diag(trunk)
    shift[_TRUNK] = built[_LEGS].mean(axis=0) - trunk * REST_POSITIONS_M[_LEGS].mean(axis=0)
    return scale, shift - built


def matrices(one: ShownBody) -> Array:
    """(22, 3, 4) from the canonical T-pose to the room."""
    turns = rotation.to_matrix(one.body.turns[:CORE_COUNT])
    scale, shift = one.form
    moved = one.places_m + np.einsum("bij,bj->bi", turns, shift)
    return np.concatenate([turns @ scale, moved[..., None]], axis=-1)
