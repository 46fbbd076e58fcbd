"""The network's conditioning: what it knows of body, partner, beat and goal, and the feature vector made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate

import torch
from torch import Tensor

from motion.dancer.body_frame import BodyFrame, frame_of, on_floor, pose_to_body, rotation_matrix
from motion.dancer.directions import DIRECTIONS
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT

HISTORY_FRAMES = 12
"""Frames of its own past by which the network knows a body."""
PARTNER_FRAMES = 15
"""Frames of the partner's joints."""
SPEED_FRAMES = 45
"""Frames of the partner's mean speed."""
FRAMES_A_SECOND = 30.0
"""Scale of the frames until a key pose."""
LAG_SCALE = 10.0
"""Scale of an answer's lag, s, so that it counts as much as other features."""
WATCHED_JOINTS = [
    BONE_INDEX[name]
    for name in (
        "hips",
        "upperChest",
        "head",
        "leftLowerArm",
        "rightLowerArm",
        "leftHand",
        "rightHand",
        "leftLowerLeg",
        "rightLowerLeg",
        "leftFoot",
        "rightFoot",
        "leftToes",
        "rightToes",
    )
]
"""The partner's joints that are part of the conditioning."""
BODY_PARTS = ("trunk", "left leg", "right leg", "left arm", "right arm")
UNNORMALISED = "seen", "delay", "answer", "bar", "onset", "style"
"""Features that the network reads without normalisation."""
FLAG_OF = {
    "partner": "delay",
    "pace": "delay",
    "delay": "delay",
    "answer": "delay",
    "clock": "clock",
    "bar": "bar",
    "onset": "onset",
    "energy": "energy",
    "goal": "goal",
    **{name: name for name in DIRECTIONS},
    "key": "key",
}
"""Optional features, and the feature whose last number is 1 where they are given."""
PARTNER_INPUTS = ("partner", "pace", "delay", "answer")
"""Features that classifier-free guidance by the partner leaves out."""
CLOCK_INPUTS = ("clock", "bar", "onset")
"""Features that classifier-free guidance by the beat leaves out."""
DIRECTED_INPUTS = ("energy", "goal", "key", *DIRECTIONS)
"""Features that classifier-free guidance by what a dancer is asked for leaves out."""


def _part(bone: str) -> int:
    side = 0 if bone.startswith("left") else 1
    if "Leg" in bone or bone.endswith(("Foot", "Toes")):
        return 1 + side
    return 3 + side if "Arm" in bone or bone.endswith("Hand") else 0


PART_OF_BONE = torch.tensor([_part(name) for name in BONES[:CORE_COUNT]])
"""(22,) index in BODY_PARTS of each bone's part."""


# Seventeen attributes: one for each thing that the network may be asked.
@dataclass(frozen=True)
class Conditioning:
    """The network's input for B bodies. An input that is not given is None, or masked by a row's flag of 0."""

    joints: Tensor
    """(B, 12, 22, 3) the body's past joints, oldest first; metres in the room."""
    turns: Tensor
    """(B, 22, 6) present rotations of its bones, 6-D in the room."""
    seen: Tensor
    """(B, 5) which of BODY_PARTS are observed and not generated: 0 or 1."""
    partner: Tensor | None = None
    """(B, 15, 13, 3) WATCHED_JOINTS of the partner, oldest first; metres in the room."""
    pace: Tensor | None = None
    """(B, 45) mean speed of the partner's joints, oldest first, m/s."""
    delay: Tensor | None = None
    """(B, 1) age of the partner's newest frame, frames."""
    partnered: Tensor | None = None
    """(B, 1) whether there is a partner."""
    clock: Tensor | None = None
    """(B, 4) the beat to keep: sine and cosine of its phase, the logarithm of its beats a second, and the flag."""
    energy: Tensor | None = None
    """(B, 2) logarithm of the mean speed of joints wanted for the next second (m/s), and the flag."""
    goal: Tensor | None = None
    """(B, 5) where the hips should be in one second, x and z in the room, the unit vector to the body's left then, and
    the flag."""
    answer: Tensor | None = None
    """(B, 4) how the partner is answered: whether with the arms and with the whole body as its mirror image, how late
    in seconds times LAG_SCALE (`motion.dancer.data.Answer`), and whether hands hold each other."""
    bar: Tensor | None = None
    """(B, 3) sine and cosine of the phase of the bar, and the flag."""
    onset: Tensor | None = None
    """(B, 2) the decaying trace of onsets, `motion.dancer.directions.decaying_trace`, and the flag."""
    directions: Mapping[str, Tensor] = field(default_factory=dict)
    """(B, 2) by names of `motion.dancer.directions.DIRECTIONS`: the number for the next second, and the flag."""
    key_joints: Tensor | None = None
    """(B, 13, 3) WATCHED_JOINTS of a pose to reach, in the room."""
    key: Tensor | None = None
    """(B, 4) of that pose the unit vector to the left, the frames until then, and the flag."""
    style: Tensor | None = None
    """(B, S) shares of the styles, summing to 1, or all 0."""

    def map(self, change: Callable[[Tensor], Tensor]) -> Conditioning:
        """The conditioning with each given tensor changed: some of its rows, or on another device."""
        parts = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "directions"}
        given = {name: change(values) for name, values in parts.items() if values is not None}
        return Conditioning(**given, directions={name: change(values) for name, values in self.directions.items()})

    def local_pose(self, here: BodyFrame) -> tuple[Tensor, Tensor]:
        """Present joints (B, 22, 3) and turns (B, 22, 6) in the bodies' frames."""
        return pose_to_body(here, self.joints[:, -1], self.turns)


class FeatureLayout:
    """Order and widths of the network's features, and their encoding from a conditioning."""

    def __init__(self, styles: int) -> None:
        self.widths = {
            "own": HISTORY_FRAMES * CORE_COUNT * 3,
            "turns": CORE_COUNT * 6,
            "seen": len(BODY_PARTS),
            "partner": PARTNER_FRAMES * len(WATCHED_JOINTS) * 3,
            "pace": SPEED_FRAMES,
            "delay": 2,
            "answer": 4,
            "clock": 4,
            "bar": 3,
            "onset": 2,
            "energy": 2,
            "goal": 5,
            **dict.fromkeys(DIRECTIONS, 2),
            "key": 3 * (len(WATCHED_JOINTS) + 1) + 2,
            "style": styles + 1,
        }
        ends = [0, *accumulate(self.widths.values())]
        self.spans = {name: slice(*ends[n : n + 2]) for n, name in enumerate(self.widths)}
        self.width = ends[-1]

    def masks(self) -> tuple[Tensor, Tensor]:
        """(width,) which features are UNNORMALISED, and the index of each feature's flag, -1 where it has none."""
        plain, flag = torch.zeros(self.width, dtype=torch.bool), torch.full((self.width,), -1)
        for name in UNNORMALISED:
            plain[self.spans[name]] = True
        for name, by in FLAG_OF.items():
            flag[self.spans[name]] = self.spans[by].stop - 1
        return plain, flag

    def encode(self, given: Conditioning) -> tuple[Tensor, BodyFrame]:
        """(B, width) features before normalisation, and the bodies' frames."""
        here = frame_of(given.joints[:, -1])
        rows, position = len(given.joints), on_floor(here.position)[:, None]
        # All that has a direction is rotated into the bodies' frames at once.
        room = {"own": _with_steps(given.joints, position), "turns": given.turns.reshape(rows, -1, 3)}
        parts = {"seen": given.seen}
        if given.partner is not None:
            assert given.pace is not None and given.delay is not None and given.partnered is not None
            room["partner"] = _with_steps(given.partner, position)
            parts |= {"pace": given.pace, "delay": torch.cat([given.delay, given.partnered], dim=1)}
        if given.key is not None and given.key_joints is not None:
            aim = on_floor(given.key[:, :2])[:, None]
            room["key"] = torch.cat([given.key_joints - position, aim], dim=1)
        if given.goal is not None:
            goal = on_floor(given.goal[:, :4].unflatten(1, (2, 2)))
            room["goal"] = torch.cat([goal[:, :1] - position, goal[:, 1:]], dim=1)
        if given.style is not None:
            parts["style"] = torch.cat([given.style, given.style.sum(1, keepdim=True)], dim=1)
        numbers = {"answer": given.answer, "clock": given.clock, "bar": given.bar, "onset": given.onset}
        for name, values in {**numbers, "energy": given.energy, **given.directions}.items():
            if values is not None:
                parts[name] = values
        local = torch.cat(list(room.values()), dim=1) @ rotation_matrix(here.left)
        rotated = dict(zip(room, local.split([v.shape[1] for v in room.values()], dim=1), strict=True))
        if given.goal is not None:
            floor_goal = rotated.pop("goal")[..., ::2].flatten(1)
            parts["goal"] = torch.cat([floor_goal, given.goal[:, 4:]], dim=1)
        if given.key is not None and "key" in rotated:
            left = given.key[:, 2:3] / FRAMES_A_SECOND
            parts["key"] = torch.cat([rotated.pop("key").flatten(1), left, given.key[:, 3:]], dim=1)
        parts |= {name: values.flatten(1) for name, values in rotated.items()}
        return torch.cat(
            [parts[n] if n in parts else given.joints.new_zeros(rows, w) for n, w in self.widths.items()], dim=1
        ), here


def _with_steps(points: Tensor, position: Tensor) -> Tensor:
    """(B, T * J, 3) the frame-to-frame steps of points (B, T, J, 3), which are their velocities, and last the newest
    points relative to a position (B, 1, 3)."""
    return torch.cat([(points[:, 1:] - points[:, :-1]).flatten(1, 2), points[:, -1] - position], dim=1)
