"""Character models: meshes on a skin from a .glb, .vrm or .gltf file, or the built-in mannequin."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from installation.interface.graphics import ShownBody
from installation.stage.bodies import body_mesh
from installation.stage.bodies.bodies import matrices
from motion.formats import character
from motion.formats.gltf_mesh import Image, Material, Mesh
from motion.retarget import FootPlacement
from motion.retarget import pose_rig as pose_on
from motion.skeleton import CORE_COUNT

Array = NDArray[np.floating]

SUFFIXES = (".glb", ".vrm", ".gltf")
"""Ends of character files' names."""
MAX_JOINTS = 255
"""Joints of a skin: a row of the matrix texture holds three texels of each."""
MAX_TEXTURE_SIDE_PX = 2048
"""Larger textures are scaled down."""
MANNEQUIN_COLOUR = (0.42, 0.36, 0.31, 1.0)
"""Linear base colour of the mannequin."""


class ModelError(ValueError):
    """A character that cannot be shown; the message names its file and the reason."""


@dataclass(frozen=True, eq=False)
class CharacterModel:
    """Meshes on one skin, and the function that poses it."""

    name: str
    meshes: tuple[Mesh, ...]
    joints: int
    """Number of matrices that `pose` returns."""
    pose: Callable[[ShownBody], Array]
    """(joints, 3, 4) from the meshes' space to metres in the room."""


def mannequin(step_m: float = body_mesh.FINE_MESH_STEP_M) -> CharacterModel:
    """A body of clay with the proportions of the body that it shows; 10,000 triangles."""
    skin = body_mesh.surface_mesh(step_m)
    no_uvs = np.zeros((len(skin.positions_m), 2), np.float32)
    mesh = Mesh(
        "mannequin",
        skin.positions_m.astype(np.float32),
        skin.normals.astype(np.float32),
        no_uvs,
        None,
        skin.bones.astype(np.uint16),
        skin.weights.astype(np.float32),
        skin.triangles.astype(np.uint32),
        Material("clay", MANNEQUIN_COLOUR),
    )
    return CharacterModel("mannequin", (mesh,), CORE_COUNT, matrices)


def load_model(path: Path) -> CharacterModel:
    """The model of a .glb, .vrm or .gltf file. Raises ModelError."""
    try:
        found = character.read(path)
    except (OSError, ValueError) as error:
        raise ModelError(str(error)) from None
    if len(found.joints) > MAX_JOINTS:
        raise ModelError(f"{path}: its skin has {len(found.joints)} joints, at most {MAX_JOINTS} can be drawn")

    stances: dict[int, tuple[int, FootPlacement]] = {}

    def pose(shown: ShownBody) -> Array:
        # Rows are reused: another body in a row starts with a new stance.
        key, stance = stances.get(shown.row, (shown.key, FootPlacement()))
        if key != shown.key:
            stance = FootPlacement()
        stances[shown.row] = shown.key, stance
        return character.skin_matrices(found, *pose_on(shown.body, found.rig, "room", placement=stance))[:, :3]

    return CharacterModel(path.stem, found.meshes, len(found.joints), pose)


def find_models(names: Sequence[str], folders: Sequence[Path]) -> list[Path]:
    """The character files called `names`, searched in each folder and in `characters` in and beside it.

    Without names: all files of the first such `characters` that has any, sorted. Raises ModelError.
    """
    places = [place for folder in folders for place in (folder, folder / "characters", folder.parent / "characters")]
    if not names:
        held = (
            sorted(f for f in _files(place) if f.suffix in SUFFIXES) for place in places if place.name == "characters"
        )
        return next((files for files in held if files), [])
    found = []
    for name in names:
        file = next((place / name for place in places if (place / name).is_file()), None)
        if file is None:
            searched = ", ".join(dict.fromkeys(str(place) for place in places))
            raise ModelError(f'there is no character "{name}" in {searched}')
        found.append(file)
    return found


def _files(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def decode_image(image: Image | None, name: str = "") -> NDArray[np.uint8]:
    """(height, width, 4) sRGB of an image in a character file, top row first; one white pixel for None. Raises
    ModelError."""
    if image is None:
        return np.full((1, 1, 4), 255, np.uint8)
    try:
        with Pillow.open(io.BytesIO(image.data)) as picture:
            picture.thumbnail((MAX_TEXTURE_SIDE_PX, MAX_TEXTURE_SIDE_PX))
            return np.asarray(picture.convert("RGBA"))
    except (OSError, ValueError, Pillow.DecompressionBombError) as error:
        raise ModelError(f"{name}: its texture cannot be read: {error}") from None
