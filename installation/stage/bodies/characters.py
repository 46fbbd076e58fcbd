"""Skinned characters: meshes from files that bodies move, skinned by the graphics card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np

from installation.interface.graphics import Bodies, Target, Uniforms
from installation.stage.bodies.bodies import MAX_BODIES
from installation.stage.bodies.model import (
    MAX_JOINTS,
    CharacterModel,
    ModelError,
    decode_image,
    find_models,
    load_model,
    mannequin,
)
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.render_pass import RenderPass
from motion.formats.gltf_mesh import Material, Mesh

COVERAGE_STATES = (0x809E, 0x809F)
"""GL_SAMPLE_ALPHA_TO_COVERAGE and GL_SAMPLE_ALPHA_TO_ONE: smooth edges where a texture's alpha cuts triangles."""
VERTEX_FORMAT = "3f 3f 2f 4u2 4f"
"""Position, normal, uv, joints, weights, as moderngl writes it."""


@dataclass(frozen=True, slots=True)
class _MeshPass:
    """One mesh of a model, ready to draw."""

    model: int
    material: Material
    draw: RenderPass
    uniforms: dict[str, Any]


class SkinnedCharacters:
    """One or more models, assigned to bodies in turn by their keys.

    The joints' matrices of all bodies go to the graphics card as one texture a model; vertices are blended there.
    """

    def __init__(self, context: DrawingContext, models: Sequence[CharacterModel]) -> None:
        self.models = tuple(models)
        self._context = context.context
        self._matrix_textures = [context.texture(_no_matrices(model)) for model in models]
        self._matrices = [_no_matrices(model) for model in models]
        self._passes: list[_MeshPass] = []
        textures: dict[int, moderngl.Texture] = {}
        for number, model in enumerate(models):
            assert model.joints <= MAX_JOINTS
            for mesh in model.meshes:
                image = mesh.material.image
                if (texture := textures.get(id(image))) is None:
                    texture = textures[id(image)] = _texture(context, mesh.material, model.name)
                self._passes.append(_mesh_pass(context, number, mesh, texture))
        self._passes.sort(key=lambda part: part.material.alpha == "BLEND")

    def draw(self, onto: Target, bodies: Bodies, uniforms: Uniforms) -> None:
        """Draw all bodies in linear light, multiplied by alpha, on a target with depth; `uniforms` hold
        `View.uniforms`."""
        context = self._context
        rows_of_model: list[list[int]] = [[] for _ in self.models]
        for shown in bodies.shown:
            number = shown.key % len(self.models)
            self._matrices[number][shown.row] = self.models[number].pose(shown).reshape(-1, 4)
            rows_of_model[number].append(shown.row)
        for texture, matrices, rows in zip(self._matrix_textures, self._matrices, rows_of_model, strict=True):
            if rows:
                texture.write(matrices.tobytes())
        # A mirrored view reverses the winding of triangles.
        context.front_face = "cw" if uniforms["view"][0][0] > 0.0 else "ccw"
        try:
            for part in self._passes:
                rows = rows_of_model[part.model]
                (context.disable if part.material.two_sided else context.enable)(moderngl.CULL_FACE)
                for state in COVERAGE_STATES:
                    (context.enable_direct if part.material.alpha == "MASK" else context.disable_direct)(state)
                own = {
                    **uniforms,
                    **part.uniforms,
                    "skin": self._matrix_textures[part.model],
                    "table": bodies.table,
                    "order": rows or [0],
                }
                part.draw(onto, blend="over" if part.material.alpha == "BLEND" else None, instances=len(rows), **own)
        finally:
            context.disable(moderngl.CULL_FACE)
            context.front_face = "ccw"
            for state in COVERAGE_STATES:
                context.disable_direct(state)


def _no_matrices(model: CharacterModel) -> np.ndarray:
    return np.zeros((MAX_BODIES, 3 * model.joints, 4), np.float32)


def _texture(context: DrawingContext, material: Material, name: str) -> moderngl.Texture:
    """The base colour of a material, with mipmaps."""
    texture = context.texture(decode_image(material.image, name), smooth=True)
    texture.repeat_x, texture.repeat_y = material.repeat
    texture.build_mipmaps()
    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
    return texture


def _mesh_pass(context: DrawingContext, model: int, mesh: Mesh, texture: moderngl.Texture) -> _MeshPass:
    material = mesh.material
    uniforms = {
        "base": texture,
        "factor": material.colour,
        "unlit": material.unlit,
        "cutoff": material.cutoff if material.alpha == "MASK" else -1.0,
        "opaque": material.alpha == "OPAQUE",
    }
    vertices = np.empty(
        len(mesh.positions),
        [
            ("place", "3f4"),
            ("normal", "3f4"),
            ("at", "2f4"),
            ("joints", "4u2"),
            ("weights", "4f4"),
        ],
    )
    vertices["place"], vertices["normal"], vertices["at"] = mesh.positions, mesh.normals, mesh.uvs
    vertices["joints"], vertices["weights"] = mesh.joints, mesh.weights
    layout = [(context.buffer(vertices), VERTEX_FORMAT, *vertices.dtype.names)]  # type: ignore[misc]
    colours = np.ones((len(mesh.positions), 4)) if mesh.colours is None else mesh.colours
    layout.append((context.buffer(colours.astype(np.float32)), "4f", "tint"))
    index = context.buffer(mesh.triangles.astype(np.uint32))
    draw = context.geometry("skin.vert", "skin.frag", "triangles", mesh.triangles.size, layout, index, depth=True)
    return _MeshPass(model, material, draw, uniforms)


def load_characters(context: DrawingContext, names: Sequence[str]) -> tuple[SkinnedCharacters, list[str]]:
    """The characters in the files `names`, and the errors of files that cannot be shown.

    Without names: all of the venue's folder `characters`, and a mannequin where none of them can be shown. Raises
    ModelError for a name.
    """
    models: list[CharacterModel] = []
    errors: list[str] = []
    for path in find_models(names, context.folders):
        try:
            models.append(load_model(path))
        except ModelError as error:
            if names:
                raise
            errors.append(str(error))
    return SkinnedCharacters(context, models or [mannequin()]), errors
