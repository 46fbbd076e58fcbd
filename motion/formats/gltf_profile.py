"""Characters with the joint names of an export profile, and with a root joint on the floor above the hips."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.formats import character, gltf_scene
from motion.formats.character import Character
from motion.formats.profiles import HORIZONTAL, PROFILES, Profile
from motion.take import Take

Array = NDArray[np.floating]

ROOT_NAMES = frozenset(profile.root.lower() for profile in PROFILES.values())
"""Names of a joint right above the hips that is a root already."""


def profile_character(
    target: Character, takes: Mapping[str, Take], profile: Profile
) -> tuple[Character, dict[str, Take]]:
    """The character with the profile's names and root joint, and its takes on it.

    glTF defines unit and axes (metres, Y up), which every importer converts; twist joints are those that the character
    was built with. The root carries the way on the floor, and the hips move relative to it. Raises GltfError.
    """
    tree = copy.deepcopy(target.file.json)
    nodes = tree["nodes"]
    for bone, joint in target.rig.bones.items():
        nodes[target.nodes[joint]]["name"] = profile.names[bone]
    taken = {node.get("name") for number, node in enumerate(nodes) if number not in target.nodes}
    root = len(nodes)
    hips = target.nodes[target.rig.bones["hips"]]
    above = gltf_scene.read_nodes(target.file).parents[hips]
    if above in target.nodes and nodes[above].get("name", "").lower() in ROOT_NAMES:
        root = above
        nodes[above]["name"] = profile.root
    else:
        _insert_root(target, tree, above, hips, profile.root if profile.root not in taken else f"{profile.root}_motion")
    bones = {bone: profile.names[bone] for bone in target.rig.bones}
    made = character.from_file(replace(target.file, json=tree), bones, bones["hips"])
    return made, {name: _moved(target, made, take, root) for name, take in takes.items()}


def _insert_root(target: Character, tree: dict[str, object], above: int, hips: int, name: str) -> None:
    """Append a node on the floor below the hips, between them and the node above."""
    nodes = tree["nodes"]
    assert isinstance(nodes, list)
    read = gltf_scene.read_nodes(target.file)
    world = read.world()
    parent = world[above] if above >= 0 else np.eye(4)
    to_file = np.linalg.inv(target.space)
    place_m = target.rig.positions_m[target.rig.bones["hips"]] * HORIZONTAL
    place = np.linalg.inv(parent) @ to_file @ np.append(place_m, 1.0)
    root = len(nodes)
    nodes.append({"name": name, "translation": place[:3].tolist(), "children": [hips]})
    node = nodes[hips]
    if "matrix" in node:
        for axis in range(3):
            node["matrix"][12 + axis] -= place[axis]
    else:
        node["translation"] = (np.array(node.get("translation", [0.0, 0.0, 0.0])) - place[:3]).tolist()
    siblings = [nodes[above]["children"]] if above >= 0 else [scene["nodes"] for scene in tree.get("scenes", [])]  # type: ignore[attr-defined]
    for children in siblings:
        children[:] = [root if child == hips else child for child in children]


def _moved(target: Character, made: Character, take: Take, root: int) -> Take:
    """The take on the new character's joints; the root follows the hips on the floor."""
    at = {node: joint for joint, node in enumerate(target.nodes)}
    places = np.empty((len(take), len(made.nodes), 3))
    turns = np.empty((len(take), len(made.nodes), 4))
    rest = made.rig.turns
    for joint, node in enumerate(made.nodes):
        if node == root:
            hips = take.positions_m[:, take.rig.bones["hips"]]
            places[:, joint], turns[:, joint] = hips * HORIZONTAL, rest[joint]
        elif node in at:
            places[:, joint], turns[:, joint] = take.positions_m[:, at[node]], take.turns[:, at[node]]
        else:
            places[:, joint], turns[:, joint] = made.rig.positions_m[joint], rest[joint]
    return Take(made.rig, places, rotation.normalise(turns), take.rate)
