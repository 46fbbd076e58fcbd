"""SkinnedCharacters on the stage: meshes that bodies move, skinned by the graphics card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import moderngl
import numpy as np

from installation.stage.bodies.bodies import MAX_BODIES, BodyTable
from installation.stage.bodies.model import MOST_JOINTS, CharacterModel, decoded
from installation.stage.gl.render_pass import RenderPass
from installation.stage.gl.target import RenderTarget
from motion.formats.gltf_mesh import Material

if TYPE_CHECKING:
    from installation.stage.graphics import SceneGraphics

COVERAGE = (0x809E, 0x809F)
"""GL_SAMPLE_ALPHA_TO_COVERAGE and GL_SAMPLE_ALPHA_TO_ONE: a leaf's edge is as smooth as a triangle's."""
SAMPLES_PER_PIXEL = 4
"""Samples a pixel on the target that they are drawn on."""
LAYOUT = "3f 3f 2f 4u2 4f"


class SkinnedCharacters:
    """Some models, each played by every so many of the bodies. Made by a `SceneGraphics`.

    The joints' matrices of everybody go to the card as one texture a model; vertices are blended there.
    """

    def __init__(self, workshop: SceneGraphics, models: Sequence[CharacterModel]) -> None:
        self.models = tuple(models)
        self._tables = [workshop.texture(np.zeros((MAX_BODIES, 3 * model.joints, 4), np.float32)) for model in models]
        self._rows = [np.zeros((MAX_BODIES, 3 * model.joints, 4), np.float32) for model in models]
        self._parts: list[tuple[int, Material, RenderPass, dict[str, Any]]] = []
        textures: dict[int, moderngl.Texture] = {}
        for number, model in enumerate(models):
            assert model.joints <= MOST_JOINTS
            for mesh in model.meshes:
                material = mesh.material
                if (texture := textures.get(id(material.image))) is None:
                    pixels = decoded(material.image, model.name)
                    texture = textures[id(material.image)] = workshop.texture(pixels, smooth=True)
                    texture.repeat_x, texture.repeat_y = material.repeat
                    texture.build_mipmaps()
                    texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
                uniforms = {
                    "base": texture, "factor": material.colour, "unlit": material.unlit,
                    "cutoff": material.cutoff if material.alpha == "MASK" else -1.0,
                    "opaque": material.alpha == "OPAQUE",
                }  # fmt: skip
                columns = np.empty(len(mesh.positions), [
                    ("place", "3f4"), ("normal", "3f4"), ("at", "2f4"), ("joints", "4u2"), ("weights", "4f4"),
                ])  # fmt: skip
                columns["place"], columns["normal"], columns["at"] = mesh.positions, mesh.normals, mesh.uvs
                columns["joints"], columns["weights"] = mesh.joints, mesh.weights
                layout = [(workshop.buffer(columns), LAYOUT, *columns.dtype.names)]  # type: ignore[misc]
                colours = np.ones((len(mesh.positions), 4)) if mesh.colours is None else mesh.colours
                layout.append((workshop.buffer(colours.astype(np.float32)), "4f", "tint"))
                index = workshop.buffer(mesh.triangles.astype(np.uint32))
                drawn = workshop.geometry("skin.vert", "skin.frag", "triangles", mesh.triangles.size,
                                          layout, index, depth=True)  # fmt: skip
                self._parts.append((number, material, drawn, uniforms))
        self._parts.sort(key=lambda part: part[1].alpha == "BLEND")

    def draw(self, onto: RenderTarget, bodies: BodyTable, given: Mapping[str, Any]) -> None:
        """Draw everybody in linear light, multiplied by alpha, over a target with depth; `given` as View.uniforms."""
        context = onto.texture.ctx
        playing: list[list[int]] = [[] for _ in self.models]
        for shown in bodies.shown:
            number = shown.key % len(self.models)
            self._rows[number][shown.row] = self.models[number].pose(shown).reshape(-1, 4)
            playing[number].append(shown.row)
        for table, rows, order in zip(self._tables, self._rows, playing, strict=True):
            if order:
                table.write(rows.tobytes())
        # A mirror turns triangles round.
        context.front_face = "cw" if given["view"][0][0] > 0.0 else "ccw"
        try:
            for number, material, drawn, uniforms in self._parts:
                (context.disable if material.two_sided else context.enable)(moderngl.CULL_FACE)
                for state in COVERAGE:
                    (context.enable_direct if material.alpha == "MASK" else context.disable_direct)(state)
                own = {**given, **uniforms, "skin": self._tables[number], "table": bodies.table,
                       "order": playing[number] or [0]}  # fmt: skip
                drawn(onto, blend="over" if material.alpha == "BLEND" else None, instances=len(playing[number]), **own)
        finally:
            context.disable(moderngl.CULL_FACE)
            context.front_face = "ccw"
            for state in COVERAGE:
                context.disable_direct(state)
