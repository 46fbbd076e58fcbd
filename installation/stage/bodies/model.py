"""Models: what a character is on the stage, from a file or as the mannequin that is made here."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from installation.stage.bodies import body_mesh
from installation.stage.bodies.bodies import ShownBody, matrices
from motion.formats import character
from motion.formats.gltf_mesh import Image, Material, Mesh
from motion.retarget import FootPlacement
from motion.retarget import pose_rig as pose_on
from motion.skeleton import CORE_COUNT

Array = NDArray[np.floating]

SUFFIXES = (".glb", ".vrm", ".gltf")
MOST_JOINTS = 255
"""Joints that a skin may have here: a row of the table holds three texels of each."""
LARGEST = 2048
"""Pixels of a texture's side; larger ones are made smaller."""
CLAY = (0.42, 0.36, 0.31, 1.0)
"""Linear base colour of the mannequin."""


class ModelError(ValueError):
    """A character that cannot be shown; says which, and why."""


@dataclass(frozen=True, eq=False)
class CharacterModel:
    """Meshes on one skin, and how a body moves it."""

    name: str
    meshes: tuple[Mesh, ...]
    joints: int
    """How many matrices `pose` gives."""
    pose: Callable[[ShownBody], Array]
    """(joints, 3, 4) from the meshes' space to metres in the room."""


def mannequin(step_m: float = 0.0226) -> CharacterModel:
    """A body of clay with the proportions of whoever it shows; 10,000 triangles."""
    skin = body_mesh.skin(step_m)
    none = np.zeros((len(skin.places_m), 2), np.float32)
    mesh = Mesh(
        "mannequin",
        skin.places_m.astype(np.float32),
        skin.normals.astype(np.float32),
        none,
        None,
        skin.bones.astype(np.uint16),
        skin.weights.astype(np.float32),
        skin.triangles.astype(np.uint32),
        Material("clay", CLAY),
    )
    return CharacterModel("mannequin", (mesh,), CORE_COUNT, matrices)


def load(path: Path) -> CharacterModel:
    """The model of a .glb, .vrm or .gltf file. Raises ModelError."""
    try:
        found = character.read(path)
    except (OSError, ValueError) as error:
        raise ModelError(str(error)) from None
    if len(found.joints) > MOST_JOINTS:
        raise ModelError(f"{path}: its skin has {len(found.joints)} joints, at most {MOST_JOINTS} can be drawn")

    stances: dict[int, tuple[int, FootPlacement]] = {}

    def pose(shown: ShownBody) -> Array:
        # Rows are few and taken again: with another body in it, a row begins with another stance.
        key, stance = stances.get(shown.row, (shown.key, FootPlacement()))
        if key != shown.key:
            stance = FootPlacement()
        stances[shown.row] = shown.key, stance
        return character.skin_matrices(found, *pose_on(shown.body, found.rig, "room", stance=stance))[:, :3]

    return CharacterModel(path.stem, found.meshes, len(found.joints), pose)


def find(names: Sequence[str], folders: Sequence[Path]) -> list[Path]:
    """The characters called `names`, sought in each folder and in `characters` in and beside it.

    Without names: all that the first such `characters` with any holds, by name. Raises ModelError.
    """
    places = [place for folder in folders for place in (folder, folder / "characters", folder.parent / "characters")]
    if not names:
        held = (
            sorted(f for f in _inside(place) if f.suffix in SUFFIXES) for place in places if place.name == "characters"
        )
        return next((files for files in held if files), [])
    found = []
    for name in names:
        file = next((place / name for place in places if (place / name).is_file()), None)
        if file is None:
            sought = ", ".join(dict.fromkeys(str(place) for place in places))
            raise ModelError(f'there is no character "{name}" in {sought}')
        found.append(file)
    return found


def _inside(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def decoded(image: Image | None, name: str = "") -> NDArray[np.uint8]:
    """(height, width, 4) sRGB of a picture in a file, top row first; a white pixel for none. Raises ModelError."""
    if image is None:
        return np.full((1, 1, 4), 255, np.uint8)
    try:
        with Pillow.open(io.BytesIO(image.data)) as picture:
            picture.thumbnail((LARGEST, LARGEST))
            return np.asarray(picture.convert("RGBA"))
    except (OSError, ValueError, Pillow.DecompressionBombError) as error:
        raise ModelError(f"{name}: its texture cannot be read: {error}") from None
