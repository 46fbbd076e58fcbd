"""Training: roll-outs in which the network goes on from what it said itself, and is told what was true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from motion.dancer.batched_inference import PLAN_FRAMES
from motion.dancer.body_frame import BodyFrame, frame_of, pose_to_body, pose_to_room
from motion.dancer.conditioning import (
    BODY_PARTS,
    HISTORY_FRAMES,
    PART_OF_BONE,
    PARTNER_FRAMES,
    SPEED_FRAMES,
    WATCHED_JOINTS,
    Conditioning,
)
from motion.dancer.continuation import AHEAD_FRAMES, blend_poses
from motion.dancer.data import FRAME_RATE
from motion.dancer.network import Network
from motion.dancer.training_tensors import HORIZON_FRAMES, TrainingTensors
from motion.skeleton import LEG_BONES

MAX_DELAY_FRAMES = 7
"""Frames before those that are needed at once which a window has of the partner, who may be late."""
CLOCK_NOISE_RAD = 0.3
"""Radians (standard deviation) by which the clock that a body keeps in training is off: one that is told is never
exact."""
STANDING_M_S, SLIDING_WEIGHT = 0.35, 1.0
"""m/s under which a foot stands in truth, and what (m/s)² of sliding cost beside the rest."""
FOOT_JOINTS = LEG_BONES[:, 2:].ravel().tolist()
MAX_SLOWDOWN = 0.7
"""How much less a drowsy body is told that it moved at most."""
MAX_HELD = 0.8
"""How near to the truth, 1, the answers are held at most from which a roll-out goes on."""
PARTNER_NOISE_M = 0.005
"""Metres (standard deviation) of noise, at most, on the partner's joints: a visitor's were smoothed before."""
POSE_HALFLIFE_SECONDS, POSITION_HALFLIFE_SECONDS = 0.1, 0.6
"""Seconds in which half of what a roll-out is off from the truth is to be regained."""
MIN_FRAMES_BEFORE = SPEED_FRAMES + MAX_DELAY_FRAMES + 1
"""Frames that must have passed in a clip before a window begins."""


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained."""

    rows: int = 512
    """Bodies at once."""
    rounds: int = 6
    """Plans in one roll-out, each STEP frames after the one before."""
    rate: float = 1e-3
    """Of learning, at its highest."""
    seen: float = 0.25
    """Share of bodies that are seen, as a visitor is, and not their own dance."""
    couples: float = 0.8
    """Share of windows that come from clips with a partner, where there are any."""
    free: float = 0.4
    """Share of bodies that go on from their own answers alone; the others' are held near the truth."""
    drowsy: float = 0.3
    """Share of bodies that are told that they moved less than they did: every answer is a little smaller than the
    truth, and who believes in its own falls asleep."""
    variety: float = 1.3
    """How large the noise is from which bodies go on: two evaluations keep less of it than there should be."""


@dataclass(frozen=True)
class RolloutWindows:
    """What one roll-out needs, of B bodies."""

    joints: Tensor
    """(B, W, 22, 3) HISTORY frames, then what follows."""
    turns: Tensor
    seen_joints: Tensor
    """The same, with noise."""
    seen_turns: Tensor
    partner: Tensor
    """(B, P, 13, 3) from PAST + LATEST frames before."""
    pace: Tensor
    """(B, P')"""
    partnered: Tensor
    delay: Tensor
    clock: Tensor
    energy: Tensor
    goal: Tensor
    style: Tensor
    kept: Tensor
    """(B, 5) which parts are seen."""


def draw_windows(
    tracks: TrainingTensors, pool: Tensor, paired: Tensor, net: Network, s: TrainingConfig, g: torch.Generator
) -> RolloutWindows:
    """Windows at random: `pool` frames of any clip, `paired` of those with a partner, at which a window may begin."""
    many = round(s.couples * s.rows) if len(paired) else 0
    from_couples = paired[torch.randint(len(paired), (many,), generator=g)] if many else pool[:0]
    at = torch.cat([from_couples, pool[torch.randint(len(pool), (s.rows - many,), generator=g)]])
    rows, device = s.rows, tracks.joints.device
    length = PLAN_FRAMES * (s.rounds - 1) + AHEAD_FRAMES

    def coin(share: float) -> Tensor:
        return (torch.rand(rows, 1, generator=g) < share).float().to(device)

    steps = torch.arange(-HISTORY_FRAMES + 1, length + 1)
    window = (at[:, None] + steps).to(device)
    joints, turns = tracks.joints[window], tracks.turns[window]
    noise = torch.rand(rows, 1, 1, 1, generator=g).to(device) * 0.025
    own = coin(1.0 - s.seen)
    kept = torch.ones(rows, len(BODY_PARTS), device=device) * (1.0 - own)
    hide = torch.randint(0, 10, (rows,), generator=g)
    for parts, number in (((1, 2), 0), ((1, 2), 1), ((1,), 2), ((2,), 2), ((3,), 3), ((4,), 3), ((3, 4), 4)):
        for part in parts:
            kept[hide == number, part] = 0.0
    shake = torch.randn(joints.shape, generator=g).to(device)
    tilt = torch.randn(turns.shape, generator=g).to(device)
    there = tracks.partner[at].to(device)
    has = (there >= 0).float()[:, None]
    alone = torch.maximum(coin(0.3), (1.0 - own) * coin(0.8))
    delay = torch.randint(0, 4, (rows, 1), generator=g).to(device)
    base = torch.where(there >= 0, there, at.to(device))
    span = torch.arange(-PARTNER_FRAMES - MAX_DELAY_FRAMES, PLAN_FRAMES * (s.rounds - 1) + 1, device=device)
    watched = tracks.joints[base[:, None] + span][:, :, WATCHED_JOINTS]
    blur = torch.randn(watched.shape, generator=g).to(device)
    watched = watched + blur * torch.rand(rows, 1, 1, 1, generator=g).to(device) * PARTNER_NOISE_M
    span = torch.arange(-SPEED_FRAMES - MAX_DELAY_FRAMES, PLAN_FRAMES * (s.rounds - 1) + 1, device=device)
    pace = tracks.speed[base[:, None] + span]
    now = (at[:, None] + PLAN_FRAMES * torch.arange(s.rounds)).to(device)
    later = torch.minimum(now + HORIZON_FRAMES, tracks.end[now] - 1)
    frame = frame_of(tracks.joints[later])
    asks_goal = torch.minimum(coin(0.5), torch.maximum(alone, coin(0.4)))
    whole = (tracks.end[now] - 1 - now >= HORIZON_FRAMES).float()
    goal = torch.cat([frame.position, frame.left, (asks_goal * whole)[..., None]], dim=-1)
    style = torch.nn.functional.one_hot(tracks.style[at].to(device), len(net.settings.styles)).float() * coin(0.5)
    clock = tracks.clock[now] * coin(0.5)[..., None]
    slip = (torch.randn(rows, 1, generator=g) * CLOCK_NOISE_RAD).to(device)
    sine, cosine, rate, whether = clock.unbind(-1)
    off = sine * slip.cos() + cosine * slip.sin(), cosine * slip.cos() - sine * slip.sin()
    clock = torch.stack([*off, rate, whether], dim=-1)
    energy = tracks.energy[now] * torch.cat([torch.ones_like(own), coin(0.5)], dim=1)[:, None]
    return RolloutWindows(
        joints, turns, joints + shake * noise, turns + tilt * noise * 2.0, watched, pace, has * (1.0 - alone), delay,
        clock, energy, goal, style, kept,
    )  # fmt: skip


def rollout(
    net: Network, w: RolloutWindows, s: TrainingConfig, g: torch.Generator
) -> Iterator[tuple[Conditioning, Tensor, Tensor, BodyFrame]]:
    """Plan after plan: what is asked, its features, what would be right as modes, and the frame.

    Between them the network answers its own question, and what it says becomes the body's past, but for the parts that
    are seen.
    """
    rows, device = len(w.joints), w.joints.device
    mask = w.kept[:, PART_OF_BONE.to(device)]
    past = (
        mask[:, None, :, None] * w.seen_joints[:, :HISTORY_FRAMES]
        + (1 - mask[:, None, :, None]) * w.joints[:, :HISTORY_FRAMES]
    )
    turns = (
        mask[..., None] * w.seen_turns[:, HISTORY_FRAMES - 1] + (1 - mask[..., None]) * w.turns[:, HISTORY_FRAMES - 1]
    )
    plan: tuple[Tensor, Tensor] | None = None
    own = 1.0 - w.kept.amax(dim=1, keepdim=True)
    drowsy = own * (torch.rand(rows, 1, generator=g) < s.drowsy).to(device)
    slow = 1.0 - drowsy * (torch.rand(rows, 1, generator=g) * MAX_SLOWDOWN).to(device)
    slow = slow[..., None, None]
    held = torch.rand(rows, 1, generator=g).to(device) * MAX_HELD
    held = held * (torch.rand(rows, 1, generator=g) > s.free).to(device)
    for n in range(s.rounds):
        last = HISTORY_FRAMES - 1 + PLAN_FRAMES * n
        late = w.delay
        newest = PARTNER_FRAMES + MAX_DELAY_FRAMES + PLAN_FRAMES * n - late
        seen = newest + torch.arange(-PARTNER_FRAMES + 1, 1, device=device)
        partner = w.partner.gather(1, seen[..., None, None].expand(-1, -1, *w.partner.shape[2:]))
        heard = (
            SPEED_FRAMES + MAX_DELAY_FRAMES + PLAN_FRAMES * n - late + torch.arange(-SPEED_FRAMES + 1, 1, device=device)
        )
        known = past[:, -1:] + slow * (past - past[:, -1:])
        asked = Conditioning(
            known, turns, w.kept, partner, w.pace.gather(1, heard), late.float(), w.partnered,
            w.clock[:, n], w.energy[:, n], w.goal[:, n], w.style,
        )  # fmt: skip
        features, here = net.features(asked)
        true = pose_to_body(here, *_regained(w, mask, past[:, -1], turns, last))
        right = net.encode(asked.local_pose(here), *true)
        yield asked, features, right, here
        if n + 1 == s.rounds:
            return
        with torch.no_grad(), torch.autocast(device.type, torch.bfloat16):
            noise = s.variety * torch.randn(rows, net.settings.modes, generator=g).to(device)
            # Held near the truth, so that its past goes with its future, but for some who are left to themselves.
            start = (1.0 - held) * noise + held * right
            modes = net.sample(net.embed(features)[None], (), start, 2, held).float()
        with torch.no_grad():
            new = pose_to_room(here, *net.decode(asked.local_pose(here), modes))
            plan = new if plan is None else blend_poses(plan, new, PLAN_FRAMES)
            after = slice(last + 1, last + 1 + PLAN_FRAMES)
            keep = mask[:, None, :, None]
            said = keep * w.seen_joints[:, after] + (1 - keep) * plan[0][:, :PLAN_FRAMES]
            past = torch.cat([past[:, PLAN_FRAMES:], said], dim=1)
            turns = (
                mask[..., None] * w.seen_turns[:, last + PLAN_FRAMES]
                + (1 - mask[..., None]) * plan[1][:, PLAN_FRAMES - 1]
            )


def _regained(w: RolloutWindows, mask: Tensor, joints: Tensor, turns: Tensor, last: int) -> tuple[Tensor, Tensor]:
    """What would be right from where a body is, which is not where it was in truth: to get back there calmly.

    What is off fades, the pose within POSE and the place within PLACE; so that nobody slides into the right place.
    """
    ahead = slice(last + 1, last + 1 + AHEAD_FRAMES)
    off = joints - w.joints[:, last]
    place = off[:, :1] * off.new_tensor([1.0, 0.0, 1.0])
    seconds = torch.arange(1, AHEAD_FRAMES + 1, device=off.device)[:, None, None] / FRAME_RATE
    pose_left, place_left = 0.5 ** (seconds / POSE_HALFLIFE_SECONDS), 0.5 ** (seconds / POSITION_HALFLIFE_SECONDS)
    hidden = (1.0 - mask)[:, None, :, None]
    away = (off - place)[:, None] * pose_left + place[:, None] * place_left
    twisted = (turns - w.turns[:, last])[:, None] * pose_left
    return w.joints[:, ahead] + hidden * away, w.turns[:, ahead] + hidden * twisted


def window_starts(tracks: TrainingTensors, s: TrainingConfig) -> tuple[Tensor, Tensor]:
    """Frames at which a window may begin, of all clips and of those with a partner."""
    frame = torch.arange(len(tracks.start))
    ok = (frame - tracks.start >= MIN_FRAMES_BEFORE) & (
        tracks.end - frame > PLAN_FRAMES * (s.rounds - 1) + AHEAD_FRAMES + 1
    )
    return frame[ok], frame[ok & (tracks.partner >= 0)]


def fit_statistics(
    net: Network, tracks: TrainingTensors, s: TrainingConfig, g: torch.Generator, passes: int = 16
) -> None:
    """Tell the network's components and what its inputs are like, from the data."""
    pool, paired = window_starts(tracks, s)
    one = TrainingConfig(rows=s.rows, rounds=1, seen=0.0, couples=s.couples)
    features, ways = [], []
    for _ in range(passes):
        w = draw_windows(tracks, pool, paired, net, one, g)
        for asked, found, _, here in rollout(net, w, one, g):
            true = pose_to_body(here, w.joints[:, HISTORY_FRAMES:], w.turns[:, HISTORY_FRAMES:])
            ways.append(net.displacement(asked.local_pose(here), *true))
            features.append(found)
    way = torch.cat(ways)
    net.usual.copy_(way.mean(0))
    _, size, modes = torch.pca_lowrank(way - way.mean(0), net.settings.modes, center=False, niter=4)
    size = size / len(way) ** 0.5
    net.basis.copy_(size[:, None] * modes.T)
    net.inverse.copy_(modes / size)
    seen = torch.cat(features)
    flags = net.part(seen, "delay")[:, 1] > 0
    mean, spread = seen.mean(0), seen.std(0)
    for name in ("partner", "pace", "clock", "goal", "energy"):
        part = net.part(seen, name)
        asked_for = flags if name in ("partner", "pace") else part[:, -1] > 0
        part = part[asked_for] if asked_for.any() else part
        net.part(mean, name)[:], net.part(spread, name)[:] = part.mean(0), part.std(0)
    for name in ("clock", "goal", "energy"):
        net.part(mean, name)[-1], net.part(spread, name)[-1] = 0.0, 1.0
    net.part(mean, "delay")[:], net.part(spread, "delay")[:] = 0.0, 2.0
    net.mean.copy_(mean)
    floor = torch.full_like(spread, 0.02)
    net.spread.copy_(torch.maximum(spread, floor))


def beat_loss(net: Network, tracks: TrainingTensors, pool: Tensor, rows: int, g: torch.Generator) -> Tensor:
    """What is wrong with the beat that is told of anybody's movement, `rows` of them at random."""
    at = pool[torch.randint(len(pool), (rows,), generator=g)].to(tracks.joints.device)
    delay = torch.randint(0, 4, (rows, 1), generator=g).to(at)
    newest = at[:, None] - delay
    partner = tracks.joints[newest + torch.arange(-PARTNER_FRAMES + 1, 1, device=at.device)][:, :, WATCHED_JOINTS]
    blur = torch.randn(partner.shape, generator=g).to(partner) * torch.rand(rows, 1, 1, 1, generator=g).to(partner)
    pace = tracks.speed[newest + torch.arange(-SPEED_FRAMES + 1, 1, device=at.device)]
    told = net.estimate_beat(partner + PARTNER_NOISE_M * blur, pace, delay.float())
    right = tracks.clock[at]
    return ((told - right[:, :3]) ** 2 * right[:, 3:]).mean()


def flow_loss(net: Network, features: Tensor, right: Tensor, g: torch.Generator) -> Tensor:
    """What is wrong with the answers at random places between noise and truth, a fifth of them at no noise known; and
    how fast feet slide that should stand."""
    rows, device = len(right), right.device
    tau = torch.rand(rows, 1, generator=g).to(device)
    start = (torch.rand(rows, 1, generator=g) < 0.2).to(device)
    tau = torch.where(start, torch.zeros_like(tau), tau)
    noise = torch.randn(right.shape, generator=g).to(device)
    blank = start & (torch.rand(rows, 1, generator=g) < 0.5).to(device)
    x = torch.where(blank, torch.zeros_like(noise), (1.0 - tau) * noise + tau * right)
    told = net(net.embed(features), x, tau).float()
    miss = (told - right).clamp(-8, 8)
    with torch.autocast(device.type, enabled=False):
        true, said = net.joint_steps(right, FOOT_JOINTS), net.joint_steps(told, FOOT_JOINTS)
        stands = (true.norm(dim=-1, keepdim=True) * FRAME_RATE < STANDING_M_S).float()
        slide = ((said - true) * stands * FRAME_RATE).clamp(-3.0, 3.0)
    return (miss**2 @ net.component_weights).mean() + SLIDING_WEIGHT * (slide**2).mean()
