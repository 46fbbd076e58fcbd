"""The dancer's network: what it is asked, and what it answers: how a body goes on for the next quarter of a second.

A flow (Lipman et al., Flow Matching, ICLR 2023) in the space of the principal components of such continuations, that
predicts the continuation itself: one evaluation at 0 gives its mean, a few steps from noise give one of many.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor, nn

from motion.dancer.body_frame import BodyFrame, frame_of, on_floor, rotation_matrix
from motion.dancer.data import FRAME_RATE
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT

StepwiseResult = Generator[None, None, Tensor]
"""An answer that is made in pieces."""

HISTORY_FRAMES = 12
"""Frames of its own past that a body is known by."""
AHEAD_FRAMES = 8
"""Frames that are told ahead."""
PARTNER_FRAMES = 15
"""Frames of the partner that are seen."""
SPEED_FRAMES = 45
"""Frames over which the partner's speed is known."""
WATCHED_JOINTS = [BONE_INDEX[name] for name in (
    "hips", "upperChest", "head", "leftLowerArm", "rightLowerArm", "leftHand", "rightHand",
    "leftLowerLeg", "rightLowerLeg", "leftFoot", "rightFoot", "leftToes", "rightToes",
)]  # fmt: skip
"""Joints of the partner that the dancer looks at."""
BEAT_HIDDEN = 256
"""Width of the layers that tell the partner's beat."""
BATCH_MULTIPLE = 4
"""Bodies by which a batch grows: for each size of a matrix a library may compile anew, in the middle of a dance."""
ROTATION_LEVER_M = 0.1
"""Metres that a turn by one radian counts for beside a way."""
UNNORMALISED = "seen", "delay", "style"
"""Parts of what is read that are read as they are."""
FLAG_OF = {
    "partner": "delay", "pace": "delay", "delay": "delay", "clock": "clock", "energy": "energy", "goal": "goal",
}  # fmt: skip
"""Parts that may be not asked, and the part whose last number says so."""
PARTNER_INPUTS, CLOCK_INPUTS = ("partner", "pace", "delay"), ("clock",)
"""What is left out for guidance by the partner, and by the beat."""
BODY_PARTS = ("trunk", "left leg", "right leg", "left arm", "right arm")


def _part(bone: str) -> int:
    side = 0 if bone.startswith("left") else 1
    if "Leg" in bone or bone.endswith(("Foot", "Toes")):
        return 1 + side
    return 3 + side if "Arm" in bone or bone.endswith("Hand") else 0


PART_OF_BONE = torch.tensor([_part(name) for name in BONES[:CORE_COUNT]])
"""(22,) to which of PARTS each bone belongs."""
FRAME_WEIGHTS = torch.tensor([1.0, 1.0, 1.0, 1.0, 0.9, 0.8, 0.7, 0.6])
"""(8,) how much each frame ahead counts."""


@dataclass(frozen=True)
class Settings:
    """The size of a network."""

    hidden: int = 512
    blocks: int = 4
    modes: int = 256
    """Principal components of continuations that are kept."""
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conditioning:
    """What a network is asked, of B bodies at once. What is not asked is None, or masked by a row's flag of 0."""

    joints: Tensor
    """(B, 12, 22, 3) where the body's joints were, oldest first; metres in the room."""
    turns: Tensor
    """(B, 22, 6) how its bones are turned now, 6-D in the room."""
    seen: Tensor
    """(B, 5) which of PARTS were seen, and are not the network's own answers: 0 or 1."""
    partner: Tensor | None = None
    """(B, 15, 13, 3) WATCHED joints of the partner, oldest first; metres in the room."""
    pace: Tensor | None = None
    """(B, 45) mean speed of the partner's joints, oldest first, m/s."""
    delay: Tensor | None = None
    """(B, 1) how old the partner's newest frame is, frames."""
    partnered: Tensor | None = None
    """(B, 1) whether there is a partner."""
    clock: Tensor | None = None
    """(B, 4) sine and cosine of the phase of the beat to keep, the logarithm of its beats a second, and whether."""
    energy: Tensor | None = None
    """(B, 2) logarithm of the mean speed of joints wanted for the next second (m/s), and whether."""
    goal: Tensor | None = None
    """(B, 5) where the hips should be in one second, x and z in the room, the unit vector to the body's left then, and
    whether."""
    style: Tensor | None = None
    """(B, S) shares of the styles, summing to 1, or all 0."""

    def rows(self) -> int:
        """How many bodies."""
        return len(self.joints)


class Network(nn.Module):
    """See the module."""

    mean: Tensor
    spread: Tensor
    """(wide,) what is read on average, and how much it varies."""
    _plain: Tensor
    """(wide,) whether it is read as it is."""
    _flag: Tensor
    """(wide,) which number says whether it is asked,"""
    _always: Tensor
    """(wide,) and where there is none."""
    usual: Tensor
    """(8 * 22 * 9,) the mean continuation."""
    basis: Tensor
    """(modes, 8 * 22 * 9) components times their spread: modes to weighted continuations."""
    inverse: Tensor
    """The way back, to modes of unit spread."""
    weight: Tensor
    """(8 * 22 * 9,) how much each number of a continuation counts."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings
        s = settings
        self._widths = {
            "own": HISTORY_FRAMES * CORE_COUNT * 3, "turns": CORE_COUNT * 6, "seen": len(BODY_PARTS),
            "partner": PARTNER_FRAMES * len(WATCHED_JOINTS) * 3, "pace": SPEED_FRAMES, "delay": 2,
            "clock": 4, "energy": 2, "goal": 5, "style": len(s.styles) + 1,
        }  # fmt: skip
        wide = sum(self._widths.values())
        ends = [0, *accumulate(self._widths.values())]
        self._spans = {name: slice(*ends[n : n + 2]) for n, name in enumerate(self._widths)}
        self._masks: dict[tuple[tuple[str, ...], ...], Tensor] = {}
        """At most one of each of the few ways to guide."""
        self.reads = nn.Linear(wide, s.hidden)
        self.noisy = nn.Linear(s.modes + 3, s.hidden, bias=False)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(s.hidden), nn.Linear(s.hidden, 2 * s.hidden), nn.GELU(), nn.Linear(2 * s.hidden, s.hidden)
            )
            for _ in range(s.blocks)
        )
        self.tells = nn.Sequential(nn.LayerNorm(s.hidden), nn.Linear(s.hidden, s.modes))
        heard = SPEED_FRAMES + (2 * PARTNER_FRAMES - 1) * len(WATCHED_JOINTS) + 1
        self.listens = nn.Sequential(
            nn.Linear(heard, BEAT_HIDDEN), nn.GELU(), nn.Dropout(0.2),
            nn.Linear(BEAT_HIDDEN, BEAT_HIDDEN), nn.GELU(), nn.Dropout(0.2), nn.Linear(BEAT_HIDDEN, 3),
        )  # fmt: skip
        self.register_buffer("mean", torch.zeros(wide))
        self.register_buffer("spread", torch.ones(wide))
        size = AHEAD_FRAMES * CORE_COUNT * 9
        plain, flag = torch.zeros(wide, dtype=torch.bool), torch.full((wide,), -1)
        for name in UNNORMALISED:
            plain[self._spans[name]] = True
        for name, by in FLAG_OF.items():
            flag[self._spans[name]] = self._spans[by].stop - 1
        self.register_buffer("_plain", plain, persistent=False)
        self.register_buffer("_flag", flag.clamp(min=0), persistent=False)
        self.register_buffer("_always", flag < 0, persistent=False)
        self.register_buffer("usual", torch.zeros(size))
        self.register_buffer("basis", torch.zeros(s.modes, size))
        self.register_buffer("inverse", torch.zeros(size, s.modes))
        weight = FRAME_WEIGHTS[:, None, None] * torch.cat([torch.ones(3), torch.full((6,), ROTATION_LEVER_M)])
        self.register_buffer("weight", weight.expand(AHEAD_FRAMES, CORE_COUNT, 9).reshape(-1).clone())

    def part(self, features: Tensor, name: str) -> Tensor:
        """(..., W) the part of what is read (..., wide) that has a name."""
        return features[..., self._spans[name]]

    @property
    def component_weights(self) -> Tensor:
        """(modes,) how much each component counts, summing to 1: large ones more, small ones not nothing."""
        size = self.basis.norm(dim=1).sqrt()
        return size / size.sum()

    def features(self, asked: Conditioning) -> tuple[Tensor, BodyFrame]:
        """(B, wide) what the network reads, before it is made even, and the bodies' frames."""
        here = frame_of(asked.joints[:, -1])
        rows, place = asked.rows(), on_floor(here.position)[:, None]
        # What has a direction is turned into the bodies' frames all at once.
        room = {"own": _steps(asked.joints, place), "turns": asked.turns.reshape(rows, -1, 3)}
        parts = {"seen": asked.seen}
        if asked.partner is not None:
            assert asked.pace is not None and asked.delay is not None and asked.partnered is not None
            room["partner"] = _steps(asked.partner, place)
            parts |= {"pace": asked.pace, "delay": torch.cat([asked.delay, asked.partnered], dim=1)}
        if asked.goal is not None:
            goal = on_floor(asked.goal[:, :4].unflatten(1, (2, 2)))
            room["goal"] = torch.cat([goal[:, :1] - place, goal[:, 1:]], dim=1)
        if asked.style is not None:
            parts["style"] = torch.cat([asked.style, asked.style.sum(1, keepdim=True)], dim=1)
        for name, values in (("clock", asked.clock), ("energy", asked.energy)):
            if values is not None:
                parts[name] = values
        own = torch.cat(list(room.values()), dim=1) @ rotation_matrix(here.left)
        turned_parts = dict(zip(room, own.split([v.shape[1] for v in room.values()], dim=1), strict=True))
        if asked.goal is not None:
            away = turned_parts.pop("goal")[..., ::2].flatten(1)
            parts["goal"] = torch.cat([away, asked.goal[:, 4:]], dim=1)
        parts |= {name: values.flatten(1) for name, values in turned_parts.items()}
        return torch.cat(
            [parts[n] if n in parts else asked.joints.new_zeros(rows, w) for n, w in self._widths.items()], dim=1
        ), here

    def embed(self, features: Tensor) -> Tensor:
        """(B, hidden) of `features`: made even, what is masked zero."""
        return self.reads(self._even(features))

    def embed_guided(self, features: Tensor, guides: Sequence[Sequence[str]]) -> Tensor:
        """(1 + G, B, hidden) the same questions with more and more asked, as `sample` wants them: first without any of
        the `guides`, each the names of some parts of what is read, then with one after the other."""
        even = self._even(features)
        return self.reads(even * self._shown(guides, even) if guides else even[None])

    def _shown(self, guides: Sequence[Sequence[str]], like: Tensor) -> Tensor:
        """(1 + G, 1, wide) 0 where something is left out."""
        key = tuple(map(tuple, guides))
        if key not in self._masks:
            # It is kept for whoever wants gradients, too.
            with torch.inference_mode(False):
                mask = torch.ones(1 + len(guides), 1, len(self.mean))
                for number, names in enumerate(guides, 1):
                    for name in names:
                        self.part(mask[:number], name)[:] = 0.0
            self._masks[key] = mask
        return self._masks[key].to(like)

    def _even(self, features: Tensor) -> Tensor:
        even = torch.where(self._plain, features, (features - self.mean) / self.spread)
        even = torch.where(self._always, even, even * features.index_select(1, self._flag))
        self.part(even, "partner").clamp_(-6.0, 6.0)
        return even

    def estimate_beat(self, partner: Tensor, pace: Tensor, delay: Tensor) -> Tensor:
        """(B, 3) sine and cosine of the phase of somebody's kinematic beat now, as far as they are known, and the
        logarithm of its beats a second, from what is seen of them (as in Asked)."""
        # Speeds and heights are the same wherever somebody stands, and whichever way they face.
        speeds = torch.log(partner.diff(dim=1).norm(dim=-1) * FRAME_RATE + 0.1).flatten(1)
        parts = [torch.log(pace + 0.05), speeds, 2.0 * partner[..., 1].flatten(1), delay / 4.0]
        return self.listens(torch.cat(parts, dim=1))

    def partner_clock(self, partner: Tensor, pace: Tensor, delay: Tensor) -> Tensor:
        """(B, 4) the partner's own beat as a clock to keep; see Asked."""
        told = self.estimate_beat(partner, pace, delay)
        phase = nn.functional.normalize(told[:, :2], dim=1, eps=1e-3)
        return torch.cat([phase, told[:, 2:].clamp(-1.0, 1.0), torch.ones_like(told[:, :1])], dim=1)

    def forward(self, read: Tensor, x: Tensor, tau: Tensor) -> Tensor:
        """(..., B, modes) the continuation that is told, by what was read (..., B, hidden), from `x` (B, modes), noise
        at tau (B or 1, 1) of 0 and itself at 1."""
        return run_to_end(self._through(read, x, tau))

    def _through(self, read: Tensor, x: Tensor, tau: Tensor) -> StepwiseResult:
        when = torch.cat([tau, torch.cos(3.1416 * tau), (tau == 0.0).to(x.dtype)], dim=1)
        h = read + self.noisy(torch.cat([x, when.expand(len(x), 3)], dim=1))
        for block in self.blocks:
            h = h + block(h)
            yield
        return self.tells(h)

    def displacement(self, now: tuple[Tensor, Tensor], joints: Tensor, turns: Tensor) -> Tensor:
        """(B, 8 * 22 * 9) the same, weighted, before it is told by components."""
        return torch.cat([joints - now[0][:, None], turns - now[1][:, None]], dim=-1).flatten(1) * self.weight

    def encode(self, now: tuple[Tensor, Tensor], joints: Tensor, turns: Tensor) -> Tensor:
        """(B, modes) of continuations (B, 8, 22, 3) and (B, 8, 22, 6) in the body's frame, beside its pose now."""
        return (self.displacement(now, joints, turns) - self.usual) @ self.inverse

    def decode(self, now: tuple[Tensor, Tensor], modes: Tensor) -> tuple[Tensor, Tensor]:
        """`encode` backwards."""
        away = self._far(modes).unflatten(1, (AHEAD_FRAMES, CORE_COUNT, 9))
        return now[0][:, None] + away[..., :3], now[1][:, None] + away[..., 3:]

    def decode_in_room(self, here: BodyFrame, pose: Tensor, modes: Tensor) -> Tensor:
        """(B, 8, 22, 9) how bodies go on that have joints and turns side by side (B, 22, 9) now; all in the room."""
        away = self._far(modes).view(len(pose), -1, 3) @ rotation_matrix(here.left).mT
        return away.view(len(pose), AHEAD_FRAMES, CORE_COUNT, 9) + pose[:, None]

    def _far(self, modes: Tensor) -> Tensor:
        """(B, 8 * 22 * 9) `away` of what is told by components, no more weighted."""
        return torch.addmm(self.usual, modes, self.basis) / self.weight

    def joint_steps(self, modes: Tensor, joints: Sequence[int]) -> Tensor:
        """(B, 8, J, 3) how far each of some joints goes in each frame of continuations; metres in the body's frame."""
        shape = (AHEAD_FRAMES, CORE_COUNT, 9)
        basis = self.basis.unflatten(1, shape)[:, :, joints, :3].flatten(1)
        usual = self.usual.unflatten(0, shape)[:, joints, :3]
        away = (modes @ basis).unflatten(1, usual.shape) + usual
        away = away / self.weight.unflatten(0, shape)[:, joints, :3]
        return torch.diff(away, dim=1, prepend=torch.zeros_like(away[:, :1]))

    def local_pose(self, here: BodyFrame, asked: Conditioning) -> tuple[Tensor, Tensor]:
        """Joints (B, 22, 3) and turns (B, 22, 6) now, in the bodies' frames."""
        return pose_to_body(here, asked.joints[:, -1], asked.turns)

    def decode_poses(self, here: BodyFrame, asked: Conditioning, modes: Tensor) -> tuple[Tensor, Tensor]:
        """Continuations in the room: joints (B, 8, 22, 3) and turns (B, 8, 22, 6)."""
        told = self.decode_in_room(here, torch.cat([asked.joints[:, -1], asked.turns], dim=-1), modes)
        return told[..., :3], told[..., 3:]

    def sample(
        self,
        reads: Tensor,
        guidance: Sequence[Tensor | float],
        x: Tensor,
        steps: int,
        tau: Tensor | float = 0.0,
    ) -> Tensor:
        """(B, modes) continuations from noise (B, modes), or from `x` that are less than noise: at `tau` (B, 1).

        `reads` (R, B, hidden) are the same questions with more and more asked; `guidance` says for each but the first
        how far beyond its own the answer goes from the one before (Ho and Salimans, Classifier-Free Diffusion Guidance,
        2022).
        """
        return run_to_end(self.sample_stepwise(reads, guidance, x, steps, tau))

    def sample_stepwise(
        self,
        reads: Tensor,
        guidance: Sequence[Tensor | float],
        x: Tensor,
        steps: int,
        tau: Tensor | float = 0.0,
    ) -> StepwiseResult:
        """`sample` as work that can be left after each block of each step, and gone on with."""
        for step in range(steps):
            # What is left of the way is gone in equal steps.
            at = tau + (1.0 - tau) * (step / steps)
            answers = yield from self._through(reads, x, x.new_full((1, 1), at) if isinstance(at, float) else at)
            told = answers[0]
            for row, how in enumerate(guidance, 1):
                told = told + how * (answers[row] - answers[row - 1])
            x = x + (told - x) / (steps - step)
        return x

    def predict_mean(self, read: Tensor) -> Tensor:
        """(B, modes) what is to be expected: the answer to no noise at all."""
        nothing = read.new_zeros(len(read), self.settings.modes)
        return self(read, nothing, nothing[:, :1])


def run_to_end(work: StepwiseResult) -> Tensor:
    """What comes of work, all that is left of it done."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


def pad_batch(rows: Tensor) -> Tensor:
    """(B, W) numbers of B bodies, with zeros for as many more as make the batch FULL."""
    missing = -len(rows) % BATCH_MULTIPLE
    return nn.functional.pad(rows, (0, 0, 0, missing)) if missing else rows


def pose_to_body(here: BodyFrame, joints: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Joints (B, ..., 22, 3) and turns (B, ..., 22, 6) in the room, as the bodies have them."""
    way, place = rotation_matrix(here.left), on_floor(here.position)
    return _by(way, joints - place.view(len(place), *[1] * (joints.dim() - 2), 3)), _by(way, turns)


def pose_to_room(here: BodyFrame, joints: Tensor, turns: Tensor) -> tuple[Tensor, Tensor]:
    """Continuations in bodies' frames, in the room: `inside` backwards."""
    way = rotation_matrix(here.left).mT
    return _by(way, joints) + on_floor(here.position)[:, None, None], _by(way, turns)


def blend_poses(old: tuple[Tensor, Tensor], new: tuple[Tensor, Tensor], step: int) -> tuple[Tensor, Tensor]:
    """A plan that goes on from an older one, of `step` frames before, and becomes the new one within WEAVE's frames."""
    return blend_plans(old[0], new[0], step), blend_plans(old[1], new[1], step)


def blend_plans(old: Tensor, new: Tensor, step: int) -> Tensor:
    """`woven` of plans (B, 8, ...) of any kind."""
    count = min(AHEAD_FRAMES - step, len(BLEND_SHARES))
    share = BLEND_SHARES[:count].to(new).view(count, *[1] * (new.dim() - 2))
    before = old[:, step : step + count]
    return torch.cat([before + share * (new[:, :count] - before), new[:, count:]], dim=1)


BLEND_SHARES = torch.tensor([0.4, 0.65, 0.85, 0.95, 1.0])
"""How much of a new plan is in its first frames."""


def _steps(points: Tensor, place: Tensor) -> Tensor:
    """(B, T * J, 3) where points (B, T, J, 3) are last, from a place (B, 1, 3), after all the steps that took them
    there: speed is told as well as place."""
    return torch.cat([(points[:, 1:] - points[:, :-1]).flatten(1, 2), points[:, -1] - place], dim=1)


def _by(way: Tensor, vectors: Tensor) -> Tensor:
    """Vectors (B, ..., 3), or several side by side (B, ..., 6), times matrices (B, 3, 3)."""
    return (vectors.reshape(len(way), -1, 3) @ way).view(vectors.shape)
