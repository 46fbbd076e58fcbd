"""Motion files of any format: read takes, read what they are retargeted onto, and write the result.

take, target = files.read_takes("walk.bvh")["walk"], files.read_target("character.glb")
files.save("out.glb", files.retarget_onto(take.motion(), target), target)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

from motion.body import Motion
from motion.formats import bvh, character, naming, vrm
from motion.formats.character import Character
from motion.retarget import Travel, pose_rig
from motion.rig import Rig, humanoid_rig
from motion.take import Take, UpAxis

CHARACTER_SUFFIXES = (".glb", ".gltf", ".vrm")
"""Formats of characters with a skin."""
TARGET_SUFFIXES = (".bvh", *CHARACTER_SUFFIXES)
"""Formats of what motion is retargeted onto."""
READABLE_SUFFIXES = (*TARGET_SUFFIXES, ".vrma")
"""Formats from which takes are read."""
WRITABLE_SUFFIXES = READABLE_SUFFIXES
"""Formats in which takes are written."""


class FileError(ValueError):
    """A file format that is not supported; the message lists those that are."""


def checked_suffix(path: str | Path, supported: tuple[str, ...] = READABLE_SUFFIXES) -> str:
    """The suffix in lower case. Raises FileError where it is not one of `supported`."""
    suffix = Path(path).suffix.lower()
    if suffix not in supported:
        raise FileError(f"{path}: {suffix or 'no suffix'}, expected {', '.join(supported)}")
    return suffix


def read_takes(
    path: str | Path,
    unit: float | str | None = None,
    up: UpAxis | None = None,
    bones: Mapping[str, str] | None = None,
    rate: float | None = None,
    skeleton: str = "",
) -> dict[str, Take]:
    """All takes in a file by name: the clip of a BVH, or the animations of a character.

    `unit` and `up` override what `motion.formats.bvh.plan_take` derives from a BVH's figure; animations are sampled at
    `rate` hertz, or at their own. `skeleton` is that of `motion.formats.character.read`.

    Raises BvhError, GltfError, NamingError, FileError, ValueError for the unit, OSError.
    """
    path = Path(path)
    if checked_suffix(path) == ".bvh":
        return {path.stem: bvh.to_take(bvh.read(path), unit, up, bones)}
    source = character.read(path, bones, skeleton, skinned=False)
    found: dict[str, Take] = {}
    moving = [number for number in range(len(source.animations)) if character.is_moved_by(source, number)]
    for number, name in enumerate(source.animations):
        if moving and number not in moving:
            continue  # an animation of another skeleton in the file
        label = name or f"{path.stem} {number + 1}"
        found[label if label not in found else f"{label} {number + 1}"] = character.animation_take(source, number, rate)
    return found


def read_target(path: str | Path, bones: Mapping[str, str] | None = None, skeleton: str = "") -> Character | Rig:
    """The target of retargeting: a character with a skin, or the rig of a BVH. Raises as `read_takes`."""
    path = Path(path)
    if checked_suffix(path, TARGET_SUFFIXES) == ".bvh":
        return bvh.plan_take(next(bvh.read_blocks(path)), bones=bones).rig
    return character.read(path, bones, skeleton)


def rig_of(target: Character | Rig) -> Rig:
    """The rig of a character, or the rig itself."""
    return target.rig if isinstance(target, Character) else target


def retarget_onto(
    motion: Motion, target: Character | Rig | None = None, travel: Travel = "scaled", hands: bool = False
) -> Take:
    """A motion retargeted onto a character's rig, or onto the body's own humanoid rig without one. Raises RigError.

    `travel` and `hands` are those of `motion.retarget.pose_rig`.
    """
    rig = humanoid_rig(motion.offsets_m) if target is None else rig_of(target)
    return Take(rig, *pose_rig(motion, rig, travel, hands), motion.rate)


def save(path: str | Path, take: Take, target: Character | Rig | None = None, name: str = "") -> None:
    """Write a take: its joints as .bvh; a body that any VRM plays as .vrma; or, as .glb, .gltf or .vrm, the character
    `target`, whose rig the take is on, with this animation.

    Raises FileError, RigError, GltfError, BvhError, OSError.
    """
    path = Path(path)
    suffix = checked_suffix(path, WRITABLE_SUFFIXES)
    if suffix == ".bvh":
        bvh.write(path, take)
    elif suffix == ".vrma":
        vrm.write_animation(path, name or path.stem, take.motion(fingers=True))
    elif isinstance(target, Character):
        character.write(path, target, {name or path.stem: take})
    else:
        raise FileError(f"{path}: needs a character with a skin; a rig without one can be written as .bvh or .vrma")


def has_skin(target: Character | Rig | None) -> TypeGuard[Character]:
    """Whether the target has meshes that can be drawn."""
    return isinstance(target, Character)


def bone_map(target: Character | Rig) -> dict[str, str]:
    """The name of the joint of each bone that the target has."""
    rig = rig_of(target)
    return {bone: rig.names[joint] for bone, joint in rig.bones.items()}


def bone_map_table(target: Character | Rig) -> str:
    """The bone map as text for people, a bone a line."""
    rig = rig_of(target)
    return naming.bone_map_table(rig.names, rig.bones)
