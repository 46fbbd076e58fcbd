"""Motion files of any format: read takes, read what they are retargeted onto, and write the result.

take, target = files.read_takes("walk.bvh")["walk"], files.read_target("character.glb")
files.save("out.glb", files.retarget_onto(take.motion(), target), target)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeGuard

from motion.body import Motion
from motion.formats import bvh, character, fbx, gltf, naming, vrm
from motion.formats.character import Character
from motion.retarget import Travel, pose_rig
from motion.rig import Rig, humanoid_rig
from motion.skeleton import BONES, REQUIRED_BONES
from motion.take import Take, UpAxis

CHARACTER_SUFFIXES = (".glb", ".gltf", ".vrm")
"""Formats of characters."""
TARGET_SUFFIXES = (".bvh", *CHARACTER_SUFFIXES)
"""Formats of what motion is retargeted onto."""
WRITABLE_SUFFIXES = (*TARGET_SUFFIXES, ".vrma")
"""Formats in which takes are written."""
READABLE_SUFFIXES = (*WRITABLE_SUFFIXES, ".fbx")
"""Formats from which takes are read."""


class FileError(ValueError):
    """A file format that is not supported; the message lists those that are."""


def checked_suffix(path: str | Path, supported: tuple[str, ...] = READABLE_SUFFIXES) -> str:
    """The suffix in lower case. Raises FileError where it is not one of `supported`."""
    suffix = Path(path).suffix.lower()
    if suffix not in supported:
        raise FileError(f"{path}: {suffix or 'no suffix'}, expected {', '.join(supported)}")
    return suffix


@dataclass(frozen=True)
class Reading:
    """How a file is read, where that is not as it says itself."""

    unit: float | str | None = None
    """Unit of a BVH, `motion.formats.bvh.plan_take`."""
    up: UpAxis | None = None
    """Its up axis."""
    bones: Mapping[str, str] | None = None
    """Joints by bone, `motion.formats.naming.read_bone_map`."""
    skeleton: str = ""
    """A skin or joint of the skeleton to choose, `motion.formats.character.read`."""
    rest: Literal["zero"] | None = None
    """The rest pose of a BVH; None derives it from the structure."""


def read_takes(path: str | Path, reading: Reading = Reading(), rate: float | None = None) -> dict[str, Take]:
    """All takes in a file by name: the clip of a BVH, or the animations of a character or an FBX.

    Animations are sampled at `rate` hertz, or at their own.

    Raises BvhError, GltfError, FbxError, NamingError, FileError, ValueError for the unit, OSError.
    """
    path = Path(path)
    if checked_suffix(path) == ".fbx":
        return fbx.read_takes(path, reading.unit, reading.up, reading.bones, rate, reading.skeleton)
    if checked_suffix(path) == ".bvh":
        return {path.stem: bvh.to_take(bvh.read(path), reading.unit, reading.up, reading.bones, reading.rest)}
    source = character.read(path, reading.bones, reading.skeleton, drawn=False)
    found: dict[str, Take] = {}
    moving = [number for number in range(len(source.animations)) if character.is_moved_by(source, number)]
    for number, name in enumerate(source.animations):
        if moving and number not in moving:
            continue  # an animation of another skeleton in the file
        label = name or f"{path.stem} {number + 1}"
        found[label if label not in found else f"{label} {number + 1}"] = character.animation_take(source, number, rate)
    return found


def read_target(
    path: str | Path, bones: Mapping[str, str] | None = None, skeleton: str = "", drawn: bool = True
) -> Character | Rig:
    """The target of retargeting: a character, or the rig of a BVH. Raises as `read_takes`.

    Without `drawn` its meshes are not read, so that they may be missing or compressed.
    """
    path = Path(path)
    if checked_suffix(path, TARGET_SUFFIXES) == ".bvh":
        return bvh.plan_take(next(bvh.read_blocks(path)), bones=bones).rig
    return character.read(path, bones, skeleton, drawn)


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
    """Write a take: its joints as .bvh, for a `target` from a BVH file as that file has them; a body that any VRM plays
    as .vrma; or, as .glb, .gltf or .vrm, the character `target`, whose rig the take is on, with this animation.

    Raises FileError, RigError, GltfError, BvhError, OSError.
    """
    path = Path(path)
    suffix = checked_suffix(path, WRITABLE_SUFFIXES)
    if suffix == ".bvh":
        if isinstance(target, bvh.BvhRig) and target.layout is not None:
            bvh.write_like(path, take, target.layout)
        else:
            bvh.write(path, take)
    elif suffix == ".vrma":
        vrm.write_animation(path, name or path.stem, take.motion(fingers=True))
    elif isinstance(target, Character):
        character.write(path, target, {name or path.stem: take})
    else:
        raise FileError(f"{path}: needs a character; a rig without meshes can be written as .bvh or .vrma")


def files_read(path: str | Path) -> list[Path]:
    """All files that are read with a file: itself, and those that a .gltf refers to."""
    path = Path(path)
    is_gltf = path.suffix.lower() in (*CHARACTER_SUFFIXES, ".vrma")
    return [path, *(gltf.linked_files(path) if is_gltf else ())]


def files_written(path: Path) -> list[Path]:
    """All files that `save` writes for a path: a .gltf has its data in a .bin beside it."""
    return [path, path.with_suffix(".bin")] if path.suffix.lower() == ".gltf" else [path]


def is_character(target: Character | Rig | None) -> TypeGuard[Character]:
    """Whether the target is a character's file, rather than a rig alone."""
    return isinstance(target, Character)


def can_be_drawn(target: Character | Rig | None) -> TypeGuard[Character]:
    """Whether the target has meshes that can be drawn."""
    return isinstance(target, Character) and bool(target.meshes)


def bone_map(target: Character | Rig) -> dict[str, str]:
    """The name of the joint of each bone that the target has."""
    rig = rig_of(target)
    return {bone: rig.names[joint] for bone, joint in rig.bones.items()}


def bone_map_summary(target: Character | Rig) -> str:
    """The bone map in one line: how many bones were found, and which of those that every body has were not."""
    rig = rig_of(target)
    missing = [bone for bone in BONES if bone in REQUIRED_BONES and bone not in rig.bones]
    lacking = f"; missing: {', '.join(missing)}" if missing else ""
    return f"{len(rig.bones)} bones of {len(rig.names)} joints{lacking}"


def bone_map_table(target: Character | Rig) -> str:
    """The bone map as text for people, a bone a line."""
    rig = rig_of(target)
    return naming.bone_map_table(rig.names, rig.bones)
