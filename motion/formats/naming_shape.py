"""Maps joints to bones by the shape of the tree alone: two similar limbs below a trunk, two above it, and a head."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

MAX_LENGTH_DIFFERENCE = 0.2
"""Largest difference between the lengths of the limbs of a pair, as a share of the longer."""
MIN_LIMB_SHARE = 0.25
"""Length of the shortest limb of a pair, as a share of the figure's longest chain."""
MAX_PAIRS = 32
"""Pairs of limbs that are considered, the longest of the figure."""
LEG_SHARES = (0.11, 0.56)
"""Positions of hip joint and knee along the chain from the hips to the ankle, as shares, in the canonical humanoid."""
ARM_SHARES = (0.32, 0.68)
"""Positions of shoulder and elbow along the chain from the chest's joint to the wrist, as shares."""


class JointTree:
    """Joints by parent (a smaller index, -1 for a root) and position at rest; `tips` only mark the end of a bone."""

    def __init__(self, parents: Sequence[int], places: Array, tips: Sequence[bool]) -> None:
        self.parents = tuple(parents)
        self.places = places
        self.tips = tuple(tips)

    @cached_property
    def children(self) -> list[list[int]]:
        """Each joint's children."""
        below: list[list[int]] = [[] for _ in self.parents]
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                below[parent].append(joint)
        return below

    def path(self, joint: int) -> list[int]:
        """All joints from the root to this one, both included."""
        found = [joint]
        while self.parents[found[-1]] >= 0:
            found.append(self.parents[found[-1]])
        return found[::-1]

    def depth(self, joint: int) -> int:
        """Number of its ancestors."""
        return len(self.path(joint)) - 1

    def below(self, joint: int, above: int) -> bool:
        """Whether a joint is a descendant of another."""
        return above >= 0 and joint != above and above in self.path(joint)

    def meet(self, joints: Sequence[int]) -> int:
        """The lowest common ancestor of these joints; -1 if they share none."""
        shared = set.intersection(*(set(self.path(joint)) for joint in joints))
        return max(shared, key=self.depth, default=-1)

    def length(self, joint: int) -> float:
        """Length from its parent."""
        return float(np.linalg.norm(self.places[joint] - self.places[self.parents[joint]]))

    @cached_property
    def reach(self) -> list[float]:
        """Length of the longest chain below each joint."""
        far = [0.0] * len(self.parents)
        for joint in range(len(self.parents) - 1, -1, -1):
            if (parent := self.parents[joint]) >= 0:
                far[parent] = max(far[parent], far[joint] + self.length(joint))
        return far

    def chain(self, joint: int) -> list[int]:
        """A joint and the longest chain of its descendants."""
        found = [joint]
        while below := self.children[found[-1]]:
            found.append(max(below, key=lambda child: self.reach[child] + self.length(child)))
        return found


def find_limbs(tree: JointTree) -> dict[str, int]:
    """Hips, head, and the bones of arms and legs; empty if no such figure is found.

    The legs are the pair of similar limbs nearer to the root, the arms the pair further away. The feet point forwards,
    which distinguishes left from right.
    """
    pairs = sorted(_pairs(tree), key=lambda pair: -tree.reach[pair[0]] - tree.reach[pair[1]])[:MAX_PAIRS]
    fitting = [(legs, arms) for legs in pairs for arms in pairs if _over(tree, legs, arms)]
    if not fitting:
        return {}
    legs, arms = max(fitting, key=lambda two: sum(tree.reach[limb] for pair in two for limb in pair))
    hips, chest = tree.meet(legs), tree.meet(arms)
    leg, arm = _bend(tree, legs, LEG_SHARES), _bend(tree, arms, ARM_SHARES)
    if leg is None or arm is None:
        return {}
    found = {"hips": hips}
    # If a leaf follows the toes, leaves follow all chains.
    after = [sum(not tree.tips[joint] for joint in tree.chain(limb)[leg + 3 :]) for limb in legs]
    head = _head(tree, hips, chest, arms, leaves=min(after) > 1)
    if head is not None:
        found["head"] = head
    left = _left(tree, hips, chest, [tree.chain(limb)[leg + 2 :] for limb in legs])
    for pair, bend, bones in (
        (legs, leg, ("UpperLeg", "LowerLeg", "Foot", "Toes")),
        (arms, arm, ("UpperArm", "LowerArm", "Hand")),
    ):
        ordered = sorted(pair, key=lambda limb: -float(tree.places[tree.chain(limb)[-1]] @ left))
        for side, limb in zip(("left", "right"), ordered, strict=True):
            chain = [joint for joint in tree.chain(limb)[bend:] if not tree.tips[joint]]
            found |= {f"{side}{bone}": joint for bone, joint in zip(bones, chain, strict=False)}
            if bones[0] == "UpperArm" and bend > 0:
                found[f"{side}Shoulder"] = tree.chain(limb)[bend - 1]
    return found


def find_trunk(tree: JointTree, found: Mapping[str, int]) -> dict[str, int]:
    """Spine and neck: the joints between the hips, the arms and the head in `found`."""
    if not {"hips", "head", "leftUpperArm", "rightUpperArm"} <= found.keys():
        return {}
    arms = [found.get(f"{side}Shoulder", found[f"{side}UpperArm"]) for side in ("left", "right")]
    chest = tree.meet([*arms, found["head"]])
    way = tree.path(found["head"])[:-1]
    if chest < 0 or found["hips"] not in way:
        return {}
    way = way[way.index(found["hips"]) + 1 :]
    taken = set(found.values())
    spine = [joint for joint in way if (joint == chest or tree.below(chest, joint)) and joint not in taken]
    neck = [joint for joint in way if joint not in spine and joint not in taken]
    bones = dict(zip(("spine", "chest"), spine, strict=False))
    if len(spine) > 2:
        bones |= {"chest": spine[len(spine) // 2], "upperChest": spine[-1]}
    return bones | ({"neck": neck[0]} if neck else {})


def _pairs(tree: JointTree) -> Iterator[tuple[int, int]]:
    """Children of one joint that start similar limbs: long, of the same length and number of joints, at least three."""
    least = MIN_LIMB_SHARE * max(tree.reach, default=0.0)
    chains = {
        joint: [j for j in tree.chain(joint) if not tree.tips[j]]
        for joint in range(len(tree.parents))
        if tree.parents[joint] >= 0 and tree.reach[joint] > least
    }
    for siblings in tree.children:
        for a, b in combinations([joint for joint in siblings if len(chains.get(joint, ())) > 2], 2):
            long = [sum(tree.length(joint) for joint in chains[limb][1:]) for limb in (a, b)]
            if len(chains[a]) == len(chains[b]) and abs(long[0] - long[1]) <= MAX_LENGTH_DIFFERENCE * max(long):
                yield a, b


def _over(tree: JointTree, legs: tuple[int, int], arms: tuple[int, int]) -> bool:
    """Whether the arms start at the same joint as the legs, or at a descendant that is no part of a leg."""
    hips, chest = tree.parents[legs[0]], tree.parents[arms[0]]
    return not set(legs) & set(arms) and (
        tree.below(chest, hips) and not any(chest == leg or tree.below(chest, leg) for leg in legs)
    )


def _bend(tree: JointTree, pair: tuple[int, int], shares: tuple[float, float]) -> int | None:
    """Index along the limbs of the thigh or upper arm: two long, similar bones in line start there, and it starts and
    bends at about these shares of the chain from the trunk to the end of the second bone.
    """
    chains = [tree.chain(limb) for limb in pair]
    scores = []
    for first in range(min(map(len, chains)) - 2):
        score = 0.0
        for chain in chains:
            upper, lower = np.diff(tree.places[chain[first : first + 3]], axis=0)
            a, b = max(float(np.linalg.norm(upper)), 1e-9), max(float(np.linalg.norm(lower)), 1e-9)
            before = sum(tree.length(joint) for joint in chain[: first + 1])
            apart = abs(before / (before + a + b) - shares[0]) + abs((before + a) / (before + a + b) - shares[1])
            score += np.log(a * b) - 0.5 * abs(np.log(a / b)) + float(upper @ lower) / (a * b) - 2.0 * apart
        scores.append(score)
    return int(np.argmax(scores)) if scores else None


def _head(tree: JointTree, hips: int, chest: int, arms: tuple[int, int], leaves: bool) -> int | None:
    """The end of the chain that continues the spine from the chest, before eyes, hair and leaf."""
    up = tree.places[chest] - tree.places[hips]
    others = [joint for joint in tree.children[chest] if joint not in arms and not tree.tips[joint]]
    if not others:
        return None
    first = max(others, key=lambda joint: float((tree.places[tree.chain(joint)[-1]] - tree.places[chest]) @ up))
    chain = [joint for joint in tree.chain(first) if not tree.tips[joint]]
    for joint in chain[:-1]:
        if sum(not tree.tips[child] for child in tree.children[joint]) > 1:
            return joint
    return chain[-2] if leaves and len(chain) > 1 else chain[-1]


def _left(tree: JointTree, hips: int, chest: int, feet: Sequence[Sequence[int]]) -> Array:
    """(3,) the figure's left: up x direction of the feet; +X if the feet have no direction."""
    up = tree.places[chest] - tree.places[hips]
    forward = sum((tree.places[foot[-1]] - tree.places[foot[0]] for foot in feet), np.zeros(3))
    left = np.cross(up, forward)
    return left if np.linalg.norm(left) > 1e-6 * (up @ up) else np.array([1.0, 0.0, 0.0])
