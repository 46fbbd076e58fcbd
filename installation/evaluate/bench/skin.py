"""Frame time of characters: skinned by the graphics card, drawn without skinning, and skinned in numpy."""

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
CHARACTER_COUNT = 4
UNSKINNED_SHADERS = (Path(__file__).parent / "glsl",)
"""Folder of a shader that replaces the stage's and moves no vertex."""
WARM_UP_FRAMES = 50
"""Frames before the timed ones."""
TIMED_FRAMES = 60


def measure_skinning(advance: Callable[[float], None]) -> list[Figure]:
    """Return the median frame time of four dancing characters: pose, skin and draw them, and wait for the picture.

    `advance` receives the share of the work that is done.
    """
    model = mannequin()
    triangles = sum(len(mesh.triangles) for mesh in model.meshes)
    context = standalone()
    programs = ShaderCache(context)
    settings = (((), False), (UNSKINNED_SHADERS, False), (UNSKINNED_SHADERS, True))
    methods = [_SkinningMethod(programs, model, *setting) for setting in settings]
    times = np.empty((WARM_UP_FRAMES + TIMED_FRAMES, len(methods)))
    try:
        for frame in range(len(times)):
            bodies = {i: _dancer(frame / 30.0, i) for i in range(CHARACTER_COUNT)}
            times[frame] = [method.frame_seconds(bodies) for method in methods]
            advance((frame + 1) / len(times))
    finally:
        for method in methods:
            method.graphics.release()
        programs.release()
        context.release()
    skinned_ms, unskinned_ms, numpy_ms = (1e3 * np.median(times[WARM_UP_FRAMES:], axis=0)).tolist()
    label = f"{CHARACTER_COUNT} characters of {triangles:,} triangles at {SIZE[0]}x{SIZE[1]}"
    return [
        Figure(f"{label}, a frame, beside numpy", skinned_ms, "ms", numpy_ms),
        Figure("skinning alone, beside numpy", skinned_ms - unskinned_ms, "ms", numpy_ms - unskinned_ms),
    ]


class _SkinningMethod:
    """A way to draw the characters; `in_numpy` blends every vertex in numpy and uploads it before it draws."""

    def __init__(self, programs: ShaderCache, model: CharacterModel, folders: Sequence[Path], in_numpy: bool) -> None:
        self.graphics = graphics = SceneGraphics(programs, folders, SIZE, 1)
        self._model, self._in_numpy = model, in_numpy
        self._bodies, self._characters = graphics.bodies(), SkinnedCharacters(graphics, [model])
        self._target = graphics.target(depth=True, samples=SAMPLES_PER_PIXEL)
        vertex_count = CHARACTER_COUNT * sum(len(mesh.positions) for mesh in model.meshes)
        self._uploaded = graphics.buffer(np.zeros((vertex_count, 6), np.float32))
        self._uniforms = {**View(SIZE[0] / SIZE[1]).uniforms, "phase_240": 0.0}

    def frame_seconds(self, bodies: Mapping[int, Body]) -> float:
        """Draw one frame and return the time that it takes."""
        begin = time.perf_counter()
        self._bodies.show(bodies, 1 / 30)
        if self._in_numpy:
            self._uploaded.write(_skin_in_numpy(self._model, self._bodies).tobytes())
        self._target.front().clear()
        self._characters.draw(self._target, self._bodies, self._uniforms)
        self._target.resolve()
        self._target.texture.ctx.finish()
        return time.perf_counter() - begin


def _skin_in_numpy(model: CharacterModel, bodies: BodyTable) -> NDArray[np.float32]:
    """Return (vertices, 6) positions and normals of all bodies, blended as a script without shaders would."""
    skinned = []
    for shown in bodies.shown:
        matrices = model.pose(shown).astype(np.float32)
        for mesh in model.meshes:
            blended = np.einsum("vj,vjab->vab", mesh.weights, matrices[mesh.joints])
            positions = np.einsum("vab,vb->va", blended[:, :, :3], mesh.positions) + blended[:, :, 3]
            normals = np.einsum("vab,vb->va", blended[:, :, :3], mesh.normals)
            skinned.append(np.concatenate([positions, normals], axis=1))
    return np.concatenate(skinned)


def _dancer(t: float, number: int) -> Body:
    """Return a body that swings its arms, side by side with the others."""
    body = t_pose()
    turns = body.turns.copy()
    for side, sign in (("left", 1.0), ("right", -1.0)):
        swing = rotation.from_axis_angle([0.0, 0.0, 1.0], sign * (-0.9 + 0.5 * np.sin(3.0 * t + number)))
        for bone in ("UpperArm", "LowerArm", "Hand"):
            turns[BONE_INDEX[side + bone]] = swing
    hips = body.hips_m + np.array([1.2 * (number - 0.5 * (CHARACTER_COUNT - 1)), 0.0, 3.0])
    return Body(hips, turns, body.offsets_m, body.trust)
