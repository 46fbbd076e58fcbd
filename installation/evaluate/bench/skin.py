"""What characters cost on the stage: skinned by the card, drawn without skinning, and skinned in numpy."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.report import Figure
from installation.interface.camera_view import View
from installation.interface.graphics import SAMPLES_PER_PIXEL
from installation.stage.bodies.bodies import BodyTable
from installation.stage.bodies.characters import SkinnedCharacters
from installation.stage.bodies.model import CharacterModel, mannequin
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import SceneGraphics
from installation.stage.outputs.windows import standalone
from motion import rotation
from motion.body import Body, t_pose
from motion.skeleton import BONE_INDEX

SIZE = (1280, 720)
CHARACTERS = 4
UNMOVED = (Path(__file__).parent / "glsl",)
"""A shader that stands in for the stage's and moves nothing."""
WARM, COUNTED = 50, 60
"""Frames."""


def skin(advance: Callable[[float], None]) -> list[Figure]:
    """The median frame of four characters that dance: pose them, skin, draw, and wait for the picture."""
    model = mannequin()
    triangles = sum(len(mesh.triangles) for mesh in model.meshes)
    context = standalone()
    programs = ShaderCache(context)
    ways = [_Way(programs, model, *way) for way in (((), False), (UNMOVED, False), (UNMOVED, True))]
    times = np.empty((WARM + COUNTED, len(ways)))
    try:
        for frame in range(len(times)):
            dancing = {i: _dancer(frame / 30.0, i) for i in range(CHARACTERS)}
            times[frame] = [way.frame(dancing) for way in ways]
            advance((frame + 1) / len(times))
    finally:
        for way in ways:
            way.graphics.release()
        programs.release()
        context.release()
    card, still, by_hand = (1e3 * np.median(times[WARM:], axis=0)).tolist()
    label = f"{CHARACTERS} characters of {triangles:,} triangles at {SIZE[0]}x{SIZE[1]}"
    return [
        Figure(f"{label}, a frame, beside numpy", card, "ms", by_hand),
        Figure("what skinning takes of that, beside numpy", card - still, "ms", by_hand - still),
    ]


class _Way:
    """A way to draw them; `by_hand` blends every vertex in numpy and sends it, and draws them unmoved."""

    def __init__(self, programs: ShaderCache, model: CharacterModel, folders: Sequence[Path], by_hand: bool) -> None:
        self.graphics = graphics = SceneGraphics(programs, folders, SIZE, 1)
        self._model, self._by_hand = model, by_hand
        self._bodies, self._cast = graphics.bodies(), SkinnedCharacters(graphics, [model])
        self._light = graphics.target(depth=True, samples=SAMPLES_PER_PIXEL)
        vertices = CHARACTERS * sum(len(mesh.positions) for mesh in model.meshes)
        self._sent = graphics.buffer(np.zeros((vertices, 6), np.float32))
        self._given = {**View(SIZE[0] / SIZE[1]).uniforms, "time": 0.0}

    def frame(self, dancing: Mapping[int, Body]) -> float:
        """Seconds that it takes."""
        begin = time.perf_counter()
        self._bodies.show(dancing, 1 / 30)
        if self._by_hand:
            self._sent.write(_by_numpy(self._model, self._bodies).tobytes())
        self._light.front().clear()
        self._cast.draw(self._light, self._bodies, self._given)
        self._light.resolve()
        self._light.texture.ctx.finish()
        return time.perf_counter() - begin


def _by_numpy(model: CharacterModel, bodies: BodyTable) -> NDArray[np.float32]:
    """(vertices, 6) places and normals of everybody, blended as a script without shaders would."""
    found = []
    for shown in bodies.shown:
        matrices = model.pose(shown).astype(np.float32)
        for mesh in model.meshes:
            blended = np.einsum("vj,vjab->vab", mesh.weights, matrices[mesh.joints])
            places = np.einsum("vab,vb->va", blended[:, :, :3], mesh.positions) + blended[:, :, 3]
            normals = np.einsum("vab,vb->va", blended[:, :, :3], mesh.normals)
            found.append(np.concatenate([places, normals], axis=1))
    return np.concatenate(found)


def _dancer(t: float, number: int) -> Body:
    """Somebody who swings their arms, side by side with the others."""
    body = t_pose()
    turns = body.turns.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        swing = rotation.from_axis_angle([0.0, 0.0, 1.0], sign * (-0.9 + 0.5 * np.sin(3.0 * t + number)))
        for bone in ("UpperArm", "LowerArm", "Hand"):
            turns[BONE_INDEX[side + bone]] = swing
    hips = body.hips_m + np.array([1.2 * (number - 0.5 * (CHARACTERS - 1)), 0.0, 3.0])
    return Body(hips, turns, body.offsets_m, body.trust)
