"""Motion files of any kind in and out: what is recorded in one, who it is put on, and the file that leaves.

    take = files.takes("walk.bvh")["walk"]
    files.save("out.glb", take.motion(), files.cast("character.glb"))
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from motion import bvh, character, naming
from motion.body import Motion
from motion.character import Character
from motion.retarget import Travel, pose
from motion.rig import Rig, humanoid
from motion.take import Take, Up

CHARACTERS = (".glb", ".gltf", ".vrm")
MOTIONS = (".bvh", *CHARACTERS)


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

    `unit` and `up` override what is told from a BVH's figure (`motion.bvh.plan`); animations are sampled at `rate`.
    Raises BvhError, GltfError, NamingError, FileError, ValueError for the unit, OSError.
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


def save(
    path: str | Path,
    motion: Motion,
    onto: Character | Rig | None = None,
    travel: Travel = "scaled",
    hands: bool = False,
    name: str = "",
) -> None:
    """Write a motion on a character: .bvh its joints, .glb, .gltf or .vrm the character with this animation.

    Without `onto` a BVH shows the body itself, built as it is. `travel` and `hands` are those of
    `motion.retarget.pose`. Raises FileError, RigError, GltfError, BvhError, OSError.
    """
    path = Path(path)
    suffix = kind(path)
    if onto is None:
        onto = humanoid(motion.offsets_m)
    rig = rig_of(onto)
    take = Take(rig, *pose(motion, rig, travel, hands), motion.rate)
    if suffix == ".bvh":
        bvh.write(path, take)
    elif isinstance(onto, Character):
        character.write(path, onto, {name or path.stem: take})
    else:
        raise FileError(f"{path}: a figure of a BVH has no skin; expected .bvh, or a character to put it on")


def mapping(onto: Character | Rig) -> dict[str, str]:
    """Which joint each bone of a character is, by name."""
    rig = rig_of(onto)
    return {bone: rig.names[joint] for bone, joint in rig.bones.items()}


def mapping_table(onto: Character | Rig) -> str:
    """The same to be read."""
    rig = rig_of(onto)
    return naming.table(rig.names, rig.bones)
