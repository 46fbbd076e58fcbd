"""Maps joints to bones by the names that known families of rigs use, then by the shape of the tree; TOML bone maps."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from motion.atomic_file import atomic_open
from motion.formats import naming_shape
from motion.skeleton import BONE_INDEX, BONES, REQUIRED_BONES

Array = NDArray[np.floating]


class NamingError(ValueError):
    """An invalid bone map; the message has the file, the line or the key, and what was expected."""


TRUNK_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "hips": "hips hip pelvis",
        "head": "head spine6",
        "neck": "lowerneck necklower neck neck1",
        "jaw": "jaw",
        "leftEye": "eye faceeye",
        "rightEye": "eye faceeye",
    }
)
"""Names of bones in the middle, the most certain first; Rigify's head is the last of its spine. Spine and chest, and a
neck without a known name, are the joints between those found."""
LIMB_NAMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "UpperArm": ("upperarm uparm armupper shldr shldrbend bicep arm", "shoulder"),
        "Shoulder": ("clavicle collar collarbone", "shoulder"),
        "LowerArm": ("lowerarm loarm lowarm armlower forearm forearmbend elbow", ""),
        "Hand": ("wrist hand", ""),
        "UpperLeg": ("upperleg upleg legupper thigh thighbend", "hip leg"),
        "LowerLeg": ("lowerleg loleg lowleg leglower shin calf knee", "leg"),
        "Foot": ("ankle foot", ""),
        "Toes": ("toes toe toebase ball", "foot"),
    }
)
"""Names of a side's bones: unambiguous ones, and those that mean the bone unless another bone has taken them (a
LeftShoulder is the upper arm below a LeftCollar, and the collar bone above a LeftArm). Case, blanks, digits 0, prefixes
and the side itself are left out; see `_parse_names`."""
FINGER_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "thumb": "Thumb",
        "index": "Index",
        "middle": "Middle",
        "mid": "Middle",
        "ring": "Ring",
        "pinky": "Little",
        "pinkie": "Little",
        "little": "Little",
        "finger0": "Thumb",
        "finger1": "Index",
        "finger2": "Middle",
        "finger3": "Ring",
        "finger4": "Little",
    }
)
"""Words that name the finger of a joint below a hand; the order of a finger's joints follows from the tree."""
END = "end"
"""The tip word that some exporters add to joints in the middle of a limb, too."""
TIP_WORDS = frozenset({"leaf", END, "site", "tip", "nub"})
"""Words of joints that only mark the end of a bone."""
PALM_WORDS = frozenset({"metacarpal", "carpal", "in"})
"""Words of joints inside the palm, which are bones for the thumb only."""
_PREFIX = re.compile(
    r"^(?:.*[:|])?(?:mixamorig\d*[ _.\-]*|(?:bip|character|j[ _]bip|j[ _]adj|def|cc[ _]base|valvebiped)\d*[ _.\-]+)*",
    re.I,
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}


def find_bones(
    names: Sequence[str],
    parents: Sequence[int],
    positions_m: Array,
    bone_map: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """The joint of each bone that is found, in the order of `motion.skeleton.BONES`.

    Joints have a name, a parent (a smaller index, -1 for a root) and a position at rest (J, 3), in any unit. Families
    whose names are known: CMU, Poser and DAZ, MotionBuilder and Mixamo, Rokoko, 3ds Max Biped, Unreal, Rigify, VRM and
    Unity. `bone_map` overrides all else: joints by bone, "" for a bone to leave out. Required bones without a known
    name are found by `motion.formats.naming_shape`. Raises NamingError for an unknown bone or joint in `bone_map`.
    """
    fixed = joints_of_map(bone_map or {}, names)
    parsed = _parse_names(names)
    tips = _tips(parsed, parents)
    parsed = [name if tip else name.without_end() for name, tip in zip(parsed, tips, strict=True)]
    tree = naming_shape.JointTree(parents, positions_m, tips)
    named = {bone: joint for bone, joint in _bones_by_name(parsed).items() if joint not in fixed.values()}
    found = _consistent(named | fixed, tree) | fixed
    if not found.keys() >= REQUIRED_BONES - {"spine"}:
        shape = naming_shape.find_limbs(tree)
        taken = set(found.values())
        found |= {bone: joint for bone, joint in shape.items() if bone not in found and joint not in taken}
    found |= {bone: joint for bone, joint in naming_shape.find_trunk(tree, found).items() if bone not in found}
    found |= {bone: joint for bone, joint in _fingers(parsed, tree, found).items() if bone not in found}
    excluded = {bone for bone, joint in (bone_map or {}).items() if not joint}
    return {bone: found[bone] for bone in BONES if bone in found and bone not in excluded}


def joints_of_map(bone_map: Mapping[str, str], names: Sequence[str]) -> dict[str, int]:
    """Indices of the joints of a bone map; bones with "" are left out. Raises NamingError."""
    at = {name: joint for joint, name in reversed(list(enumerate(names)))}
    found = {}
    for bone, name in bone_map.items():
        if bone not in BONE_INDEX:
            raise NamingError(f"{bone!r} is no bone{_near(bone, BONES)}")
        if name and name not in at:
            raise NamingError(f"{bone}: the character has no joint {name!r}{_near(name, names)}")
        if name:
            found[bone] = at[name]
    return found


def bone_map_table(names: Sequence[str], bones: Mapping[str, int]) -> str:
    """The mapping as text for people: a bone a line, with missing required bones marked."""
    shown = [bone for bone in BONES if bone in bones or bone in REQUIRED_BONES]
    used = set(bones.values())
    lines = [f"{bone:24}{names[bones[bone]] if bone in bones else '(missing: required)'}" for bone in shown]
    parsed = _parse_names(names)
    whole = {name.words for name in parsed}
    spare = [
        names[joint]
        for joint, name in enumerate(parsed)
        if joint not in used
        and not TIP_WORDS.difference({END}).intersection(name.words)
        and (END not in name.words or name.without_end().words not in whole)
    ]
    return "\n".join([*lines, *([f"{'(no bone)':24}{', '.join(spare)}"] if spare else [])])


def read_bone_map(path: Path) -> dict[str, str]:
    """Joints by bone from the table [bones] of a TOML file; "" leaves a bone out. Raises NamingError, OSError."""
    text = path.read_text("utf-8", errors="replace")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NamingError(f"{path}: {error}") from None
    bones = document.get("bones")
    if not isinstance(bones, dict) or len(document) > 1:
        raise NamingError(f'{path}: expected one table [bones], with a line like hips = "Hips" for each bone')
    seen: dict[str, str] = {}
    for bone, joint in bones.items():
        where = f"{path}, line {_line(text, bone)}, bones.{bone}"
        if bone not in BONE_INDEX:
            raise NamingError(f"{where}: no such bone{_near(bone, BONES)}")
        if not isinstance(joint, str):
            raise NamingError(f"{where}: found {joint!r}, expected a joint's name in quotes")
        if joint and joint in seen:
            raise NamingError(f"{where}: {joint!r} is {seen[joint]} already; a joint is one bone")
        seen[joint] = bone
    return dict(bones)


def write_bone_map(path: Path, bones: Mapping[str, str], owner: str = "character") -> None:
    """Write joints by bone, atomically, as the TOML file that `read_bone_map` reads; its first line names the owner.

    Raises NamingError, OSError.
    """
    if wrong := sorted(bones.keys() - BONE_INDEX.keys()):
        raise NamingError(f"{wrong[0]!r} is no bone{_near(wrong[0], BONES)}")
    lines = [f"{bone} = {json.dumps(bones[bone])}" for bone in BONES if bone in bones]
    text = "\n".join([f'# Which joint of the {owner} each bone is; "" for none.', "[bones]", *lines, ""])
    with atomic_open(path) as file:
        file.write(text)


def _line(text: str, key: str) -> int:
    return next((i for i, line in enumerate(text.splitlines(), 1) if line.lstrip(" \t\"'").startswith(key)), 1)


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, [str(k) for k in known], 3, 0.5)
    return f"; nearest: {', '.join(near)}" if near else ""


@dataclass(frozen=True, slots=True)
class _JointName:
    """The parts of a joint's name, in lower case."""

    side: str
    """"left", "right" or ""."""
    word: str
    """The rest of the name as one word, numbers without leading zeros."""
    words: tuple[str, ...]
    """The rest of the name, numbers unchanged."""

    def without_end(self) -> _JointName:
        """The name without the word "end"."""
        words = tuple(word for word in self.words if word != END)
        return _JointName(self.side, "".join(word.lstrip("0") for word in words), words)


def _parse_names(names: Sequence[str]) -> list[_JointName]:
    """Parse the names of one character's joints, without words that most of them start with."""
    split = [[word.lower() for word in _WORDS.findall(_PREFIX.sub("", name))] for name in names]
    while firsts := Counter(words[0] for words in split if len(words) > 1):
        first, count = firsts.most_common(1)[0]
        if count <= 0.7 * len(names) or first in _SIDES:
            break
        split = [words[words[:1] == [first] :] for words in split]
    return [_parse_name(words) for words in split]


def _tips(parsed: Sequence[_JointName], parents: Sequence[int]) -> list[bool]:
    """Whether each joint only marks the end of a bone.

    A joint that is called an end and has another below it, which marks not its own end, is in the middle of a limb.
    """
    tips = [bool(TIP_WORDS.intersection(name.words)) for name in parsed]
    bare = [tuple(word for word in name.words if word not in TIP_WORDS) for name in parsed]
    for joint, parent in enumerate(parents):
        if parent >= 0 and bare[joint] != bare[parent] and TIP_WORDS.intersection(parsed[parent].words) == {END}:
            tips[parent] = False
    return tips


def _parse_name(words: list[str]) -> _JointName:
    side = next((_SIDES[word] for word in words if word in _SIDES), "")
    if not side and words and (glued := re.match(r"(left|right|l|r)(?=[a-z]{3})", words[0])):
        rest = words[0][glued.end() :]
        if len(glued[1]) > 1 or rest in _KNOWN:
            side, words = _SIDES[glued[1]], [rest, *words[1:]]
    words = [word for word in words if word not in _SIDES and word != "stretch"]
    if len(words) > 1 and words[0] == "c":
        words = words[1:]
    return _JointName(side, "".join(word.lstrip("0") for word in words), tuple(words))


def _bones_by_name(parsed: Sequence[_JointName]) -> dict[str, int]:
    """Bones found by the tables above, without spine, neck and fingers."""
    at: dict[tuple[str, str], int] = {}
    for joint, name in enumerate(parsed):
        at.setdefault((name.side, name.word), joint)
    for joint, name in enumerate(parsed):
        at.setdefault((name.side, name.word.removesuffix("1")), joint)
    found: dict[str, int] = {}

    def look(bone: str, side: str, known: str) -> None:
        for word in known.split():
            joint = at.get((side, word))
            if bone not in found and joint is not None and joint not in found.values():
                found[bone] = joint

    for bone, known in TRUNK_NAMES.items():
        look(bone, bone.removesuffix("Eye") if bone.endswith("Eye") else "", known)
    for strength in range(2):
        for side in ("left", "right"):
            for part, words in LIMB_NAMES.items():
                look(f"{side}{part}", side, words[strength])
    return found


def _consistent(found: dict[str, int], tree: naming_shape.JointTree) -> dict[str, int]:
    """The bones without limbs whose joints are not in one line of descent."""
    kept = dict(found)
    for side in ("left", "right"):
        for chain in (("Shoulder", "UpperArm", "LowerArm", "Hand"), ("UpperLeg", "LowerLeg", "Foot", "Toes")):
            own = [f"{side}{part}" for part in chain if f"{side}{part}" in found]
            if any(not tree.below(found[b], found[a]) for a, b in pairwise(own)):
                for bone in own:
                    del kept[bone]
    return kept


def _fingers(parsed: Sequence[_JointName], tree: naming_shape.JointTree, found: Mapping[str, int]) -> dict[str, int]:
    """Finger bones below the hands: the first three joints of each finger."""
    chains: dict[str, list[int]] = {}
    for joint, name in enumerate(parsed):
        side = next((s for s in ("left", "right") if tree.below(joint, found.get(f"{s}Hand", -1))), "")
        whole = "".join(name.words)
        finger = next((FINGER_NAMES[w] for w in FINGER_NAMES if w in name.words or whole.startswith(w)), "")
        aside = TIP_WORDS if finger == "Thumb" else TIP_WORDS | PALM_WORDS
        if side and finger and not aside.intersection(name.words):
            chains.setdefault(f"{side}{finger}", []).append(joint)
    bones: dict[str, int] = {}
    for finger, chain in chains.items():
        own = [bone for bone in BONES if bone.startswith(finger)]
        bones |= dict(zip(own, sorted(chain, key=tree.depth), strict=False))
    return bones


_KNOWN = frozenset(
    " ".join((*TRUNK_NAMES.values(), *(w for pair in LIMB_NAMES.values() for w in pair), *FINGER_NAMES)).split()
)
