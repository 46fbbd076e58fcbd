"""Motion files of any kind in and out: what is recorded in one, who it is put on, and the file that leaves.

take, actor = files.takes("walk.bvh")["walk"], files.cast("character.glb")
files.save("out.glb", files.laid(take.motion(), actor), actor)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

from motion.body import Motion
from motion.formats import bvh, character, naming, vrm
from motion.formats.character import Character
from motion.retarget import Travel, pose
from motion.rig import Rig, humanoid
from motion.take import Take, Up

CHARACTERS = (".glb", ".gltf", ".vrm")
MOTIONS = (".bvh", *CHARACTERS)
WRITTEN = (*MOTIONS, ".vrma")


class FileError(ValueError):
    """A file of a kind that is not read or written; says which are."""


def kind(path: str | Path, kinds: tuple[str, ...] = MOTIONS) -> str:
    """The suffix in small letters. Raises FileError where it is none of `kinds`."""
    suffix = Path(path).suffix.lower()
    if suffix not in kinds:
        raise FileError(f"{path}: {suffix or 'no suffix'}, expected {', '.join(kinds)}")
    return suffix


def takes(
    path: str | Path,
    unit: float | str | None = None,
    up: Up | None = None,
    bones: Mapping[str, str] | None = None,
    rate: float = 60.0,
) -> dict[str, Take]:
    """Everything that is recorded in a file, by name: a BVH's clip, or a character's animations.

    `unit` and `up` override what is told from a BVH's figure (`motion.formats.bvh.plan`); animations are sampled at
    `rate`. Raises BvhError, GltfError, NamingError, FileError, ValueError for the unit, OSError.
    """
    path = Path(path)
    if kind(path) == ".bvh":
        return {path.stem: bvh.take(bvh.read(path), unit, up, bones)}
    actor = character.read(path, bones, skinned=False)
    found: dict[str, Take] = {}
    for number, name in enumerate(actor.animations):
        label = name or f"{path.stem} {number + 1}"
        found[label if label not in found else f"{label} {number + 1}"] = character.take(actor, number, rate)
    return found


def cast(path: str | Path, bones: Mapping[str, str] | None = None) -> Character | Rig:
    """Who a motion can be put on: a character with a skin, or the figure of a BVH. Raises as `takes`."""
    path = Path(path)
    if kind(path) == ".bvh":
        return bvh.plan(next(bvh.blocks(path)), bones=bones).rig
    return character.read(path, bones)


def rig_of(onto: Character | Rig) -> Rig:
    """The joints of either."""
    return onto.rig if isinstance(onto, Character) else onto


def laid(motion: Motion, onto: Character | Rig | None = None, travel: Travel = "scaled", hands: bool = False) -> Take:
    """A motion on a character's joints; without one on those of the body itself. Raises RigError.

    `travel` and `hands` are those of `motion.retarget.pose`.
    """
    rig = humanoid(motion.offsets_m) if onto is None else rig_of(onto)
    return Take(rig, *pose(motion, rig, travel, hands), motion.rate)


def save(path: str | Path, take: Take, onto: Character | Rig | None = None, name: str = "") -> None:
    """Write a take: .bvh its joints, .vrma a body that any VRM can play, .glb, .gltf or .vrm the character `onto` on
    whose rig it is, with this animation.

    Raises FileError, RigError, GltfError, BvhError, OSError.
    """
    path = Path(path)
    suffix = kind(path, WRITTEN)
    if suffix == ".bvh":
        bvh.write(path, take)
    elif suffix == ".vrma":
        vrm.write_animation(path, name or path.stem, take.motion(fingers=True))
    elif isinstance(onto, Character):
        character.write(path, onto, {name or path.stem: take})
    else:
        raise FileError(f"{path}: wants a character with a skin; a figure without one can be written as .bvh or .vrma")


def has_skin(onto: Character | Rig | None) -> TypeGuard[Character]:
    """Whether somebody can be seen."""
    return isinstance(onto, Character)


def mapping(onto: Character | Rig) -> dict[str, str]:
    """Which joint each bone of a character is, by name."""
    rig = rig_of(onto)
    return {bone: rig.names[joint] for bone, joint in rig.bones.items()}


def mapping_table(onto: Character | Rig) -> str:
    """The same to be read."""
    rig = rig_of(onto)
    return naming.table(rig.names, rig.bones)
