"""The dancer's training: random windows, rollouts that go on from the network's own output, and the losses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from motion.dancer.directions import DIRECTIONS, HORIZON_FRAMES
from motion.dancer.network import Network, Settings
from motion.dancer.training_tensors import TrainingTensors
from motion.learning.precision import mixed_precision
from motion.skeleton import LEG_BONES
from motion.smooth import decay_factor

MAX_DELAY_FRAMES = 7
"""Frames of the partner before those needed at once, for a partner that is seen late."""
CLOCK_NOISE_RAD = 0.3
"""Standard deviation of the phase error of the clocks in training: a live clock is never exact."""
STANDING_M_S = 0.35
"""Captured speed below which a foot stands."""
SLIDING_WEIGHT = 1.0
"""Weight of the squared sliding speed, (m/s)², in the loss."""
FOOT_JOINTS = LEG_BONES[:, 2:].ravel().tolist()
MAX_SLOWDOWN = 0.7
"""Highest share by which the past movement of a slowed-down body is reduced."""
MAX_HELD = 0.8
"""Highest nearness to the truth, of 1, at which a rollout's own output is held."""
PARTNER_NOISE_M = 0.005
"""Highest standard deviation of noise on the partner's joints; those of a visitor were smoothed before."""
POSE_HALFLIFE_SECONDS = 0.1
"""Time in which a rollout recovers half of its deviation from the true pose."""
POSITION_HALFLIFE_SECONDS = 0.6
"""Time in which a rollout recovers half of its deviation from the true position."""
MIN_FRAMES_BEFORE = SPEED_FRAMES + MAX_DELAY_FRAMES + 1
"""Frames of a clip before the first window."""

KEY_FRAMES = (12, 75)
"""Fewest and most frames until a key pose, from the first plan of a rollout."""
OPTIONAL_SHARES = {"bar": 0.5, "onset": 0.4, "goal": 0.5, "key": 0.25, **dict.fromkeys(DIRECTIONS, 0.3)}
"""Share of bodies for which each input is given; clock and energy are given to half."""


@dataclass(frozen=True)
class Starts:
    """Frames at which a window may begin."""

    all: Tensor
    couples: Tensor
    """Of captured couples."""
    answers: Tensor
    """Of synthetic ones."""


@dataclass(frozen=True)
class TrainingConfig:
    """How a network is trained. The field names are keys of model cards and checkpoints."""

    rows: int = 512
    """Batch size: bodies in a step."""
    rounds: int = 6
    """Plans in one rollout, each PLAN_FRAMES after the one before."""
    rate: float = 1e-3
    """Highest learning rate."""
    seen: float = 0.25
    """Share of bodies that are observed, as visitors are, and not generated."""
    couples: float = 0.45
    """Share of windows from captured couples, where there are any."""
    answers: float = 0.35
    """Share of windows from synthetic couples."""
    free: float = 0.4
    """Share of bodies that go on from their own output alone; the others' output is held near the truth."""
    drowsy: float = 0.3
    """Share of bodies whose past movement is reduced: every prediction is a little smaller than the truth, so a network
    that trusts its own output slows down to a standstill."""
    variety: float = 1.3
    """Scale of the noise from which rollouts are sampled: two evaluations keep less variety than there should be."""


@dataclass(frozen=True)
class RolloutWindows:
    """The data of one rollout of B bodies, over W frames."""

    joints: Tensor
    """(B, W, 22, 3) HISTORY_FRAMES, then what follows."""
    turns: Tensor
    """(B, W, 22, 6)"""
    seen_joints: Tensor
    """The joints with noise."""
    seen_turns: Tensor
    """The turns with noise."""
    partner: Tensor
    """(B, P, 13, 3) from PARTNER_FRAMES + MAX_DELAY_FRAMES before."""
    pace: Tensor
    """(B, P') from SPEED_FRAMES + MAX_DELAY_FRAMES before."""
    partnered: Tensor
    """(B, 1)"""
    delay: Tensor
    """(B, 1) frames."""
    answer: Tensor
    """(B, 4)"""
    optional: Mapping[str, Tensor]
    """(B, rounds, W) by the names of Conditioning's inputs that change from plan to plan."""
    key_joints: Tensor
    """(B, 13, 3)"""
    style: Tensor
    """(B, S)"""
    kept: Tensor
    """(B, 5) which parts are observed."""


def draw_windows(
    tensors: TrainingTensors, starts: Starts, settings: Settings, config: TrainingConfig, random: torch.Generator
) -> RolloutWindows:
    """Draw random windows that begin at some of `starts`, with random noise, masks and optional inputs."""
    rows, device = config.rows, tensors.joints.device
    at = _draw_starts(starts, config, random)

    def coin(share: float) -> Tensor:
        return (torch.rand(rows, 1, generator=random) < share).float().to(device)

    frames = torch.arange(-HISTORY_FRAMES + 1, PLAN_FRAMES * (config.rounds - 1) + AHEAD_FRAMES + 1)
    window = (at[:, None] + frames).to(device)
    joints, turns = tensors.joints[window], tensors.turns[window]
    noise = torch.rand(rows, 1, 1, 1, generator=random).to(device) * 0.025
    own = coin(1.0 - config.seen)
    kept = _draw_observed_parts(own, random)
    joint_noise = torch.randn(joints.shape, generator=random).to(device)
    turn_noise = torch.randn(turns.shape, generator=random).to(device)
    partner_at = tensors.partner[at].to(device)
    has_partner = (partner_at >= 0).float()[:, None]
    alone = torch.maximum(coin(0.3), (1.0 - own) * coin(0.8))
    delay = torch.randint(0, 4, (rows, 1), generator=random).to(device)
    base = torch.where(partner_at >= 0, partner_at, at.to(device))
    partner, pace = _partner_windows(tensors, base, config, random)
    now = (at[:, None] + PLAN_FRAMES * torch.arange(config.rounds)).to(device)
    given = {name: coin(share) for name, share in OPTIONAL_SHARES.items()}
    given["goal"] = torch.minimum(given["goal"], torch.maximum(alone, coin(0.4)))
    key_joints, key = _key_poses(tensors, now, given["key"], random)
    style = tensors.style[at].to(device)[:, None] == torch.arange(len(settings.styles), device=device)
    optional = {
        "clock": _shifted_phase(tensors.clock[now] * coin(0.5)[..., None], random),
        "bar": tensors.bar[now] * given["bar"][..., None],
        "onset": _flagged(tensors.onset[now], given["onset"]),
        "energy": _flagged(tensors.energy[now], coin(0.5)),
        "goal": _goals(tensors, now, given["goal"]),
        "key": key,
    }
    for number, name in enumerate(DIRECTIONS):
        optional[name] = _flagged(tensors.directions[now, number], given[name])
    return RolloutWindows(
        joints,
        turns,
        joints + joint_noise * noise,
        turns + turn_noise * noise * 2.0,
        partner,
        pace,
        has_partner * (1.0 - alone),
        delay,
        tensors.answer[at].to(device),
        optional,
        key_joints,
        style.float() * coin(0.5),
        kept,
    )


def _flagged(values: Tensor, given: Tensor) -> Tensor:
    """(B, rounds, W) values whose last number, the flag, is 0 where they are not `given` (B, 1)."""
    return torch.cat([values[..., :-1], values[..., -1:] * given[:, None]], dim=-1)


def _goals(tensors: TrainingTensors, now: Tensor, given: Tensor) -> Tensor:
    """(B, rounds, 5) where the bodies will be in one second, for frames (B, rounds)."""
    later = torch.minimum(now + HORIZON_FRAMES, tensors.end[now] - 1)
    frame = frame_of(tensors.joints[later])
    whole = (tensors.end[now] - 1 - now >= HORIZON_FRAMES).float()
    return torch.cat([frame.position, frame.left, (given * whole)[..., None]], dim=-1)


def _key_poses(tensors: TrainingTensors, now: Tensor, given: Tensor, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """A later pose of each body, (B, 13, 3) and for each plan (B, rounds, 4), for frames (B, rounds)."""
    least, most = KEY_FRAMES
    wait = torch.randint(least, most + 1, (len(now),), generator=random).to(now.device)
    at = torch.minimum(now[:, 0] + wait, tensors.end[now[:, 0]] - 1)
    joints = tensors.joints[at]
    left = frame_of(joints).left
    frames = (at[:, None] - now).float()[..., None]
    flag = given[:, None] * (frames > 0.0)
    rounds = now.shape[1]
    return joints[:, WATCHED_JOINTS], torch.cat([left[:, None].expand(-1, rounds, -1), frames, flag], dim=-1)


def _draw_starts(starts: Starts, config: TrainingConfig, random: torch.Generator) -> Tensor:
    drawn, left = [], config.rows
    for pool, share in ((starts.couples, config.couples), (starts.answers, config.answers), (starts.all, 1.0)):
        count = min(round(share * config.rows), left) if len(pool) else 0
        if count:
            drawn.append(pool[torch.randint(len(pool), (count,), generator=random)])
        left -= count
    return torch.cat(drawn)


def _draw_observed_parts(own: Tensor, random: torch.Generator) -> Tensor:
    """(B, 5) which parts are observed: of bodies that are not their `own` dance all, but for some hidden limbs."""
    kept = torch.ones(len(own), len(BODY_PARTS), device=own.device) * (1.0 - own)
    hide = torch.randint(0, 10, (len(own),), generator=random)
    for parts, number in (((1, 2), 0), ((1, 2), 1), ((1,), 2), ((2,), 2), ((3,), 3), ((4,), 3), ((3, 4), 4)):
        for part in parts:
            kept[hide == number, part] = 0.0
    return kept


def _partner_windows(
    tensors: TrainingTensors, base: Tensor, config: TrainingConfig, random: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The partner's joints with noise (B, P, 13, 3), and mean speed (B, P'), around frames `base` (B,)."""
    end = PLAN_FRAMES * (config.rounds - 1) + 1
    span = torch.arange(-PARTNER_FRAMES - MAX_DELAY_FRAMES, end, device=base.device)
    joints = tensors.joints[base[:, None] + span][:, :, WATCHED_JOINTS]
    noise = torch.randn(joints.shape, generator=random).to(base.device)
    scale = torch.rand(len(base), 1, 1, 1, generator=random).to(base.device)
    joints = joints + noise * scale * PARTNER_NOISE_M
    span = torch.arange(-SPEED_FRAMES - MAX_DELAY_FRAMES, end, device=base.device)
    return joints, tensors.speed[base[:, None] + span]


def _shifted_phase(clock: Tensor, random: torch.Generator) -> Tensor:
    """Clocks (B, rounds, 4) with a phase error of each body's own."""
    error = (torch.randn(len(clock), 1, generator=random) * CLOCK_NOISE_RAD).to(clock.device)
    sine, cosine, rate, flag = clock.unbind(-1)
    shifted = sine * error.cos() + cosine * error.sin(), cosine * error.cos() - sine * error.sin()
    return torch.stack([*shifted, rate, flag], dim=-1)


def rollout(
    net: Network, windows: RolloutWindows, config: TrainingConfig, random: torch.Generator
) -> Iterator[tuple[Conditioning, Tensor, Tensor, BodyFrame]]:
    """Yield for each plan its conditioning, features, target modes, and the bodies' frames.

    Between plans the network samples a continuation that becomes the body's past, but for the observed parts.
    """
    w = windows
    rows, device = len(w.joints), w.joints.device
    mask = w.kept[:, PART_OF_BONE.to(device)]
    last = HISTORY_FRAMES - 1
    past = (
        mask[:, None, :, None] * w.seen_joints[:, : last + 1] + (1 - mask[:, None, :, None]) * w.joints[:, : last + 1]
    )
    turns = mask[..., None] * w.seen_turns[:, last] + (1 - mask[..., None]) * w.turns[:, last]
    plan: tuple[Tensor, Tensor] | None = None
    slow = _draw_slowdown(w, config, random)
    held = torch.rand(rows, 1, generator=random).to(device) * MAX_HELD
    held = held * (torch.rand(rows, 1, generator=random) > config.free).to(device)
    for n in range(config.rounds):
        last = HISTORY_FRAMES - 1 + PLAN_FRAMES * n
        conditioning = _conditioning(w, n, past[:, -1:] + slow * (past - past[:, -1:]), turns)
        features, here = net.features(conditioning)
        truth = pose_to_body(here, *_recovery(w, mask, past[:, -1], turns, last))
        target = net.encode(conditioning.local_pose(here), *truth)
        yield conditioning, features, target, here
        if n + 1 == config.rounds:
            return
        with torch.no_grad(), mixed_precision(device):
            noise = config.variety * torch.randn(rows, net.settings.modes, generator=random).to(device)
            # Most bodies are held near the truth, so that their past fits their future; some go on from their own
            # output alone.
            start = (1.0 - held) * noise + held * target
            modes = net.sample(net.embed(features)[None], (), start, 2, held).float()
        with torch.no_grad():
            new = pose_to_room(here, *net.decode(conditioning.local_pose(here), modes))
            plan = new if plan is None else blend_poses(plan, new, PLAN_FRAMES)
            after = slice(last + 1, last + 1 + PLAN_FRAMES)
            keep = mask[:, None, :, None]
            latest = keep * w.seen_joints[:, after] + (1 - keep) * plan[0][:, :PLAN_FRAMES]
            past = torch.cat([past[:, PLAN_FRAMES:], latest], dim=1)
            seen_turns = mask[..., None] * w.seen_turns[:, last + PLAN_FRAMES]
            turns = seen_turns + (1 - mask[..., None]) * plan[1][:, PLAN_FRAMES - 1]


def _draw_slowdown(windows: RolloutWindows, config: TrainingConfig, random: torch.Generator) -> Tensor:
    """(B, 1, 1, 1) factors of the past movement of bodies that are not observed."""
    rows, device = len(windows.joints), windows.joints.device
    own = 1.0 - windows.kept.amax(dim=1, keepdim=True)
    slowed = own * (torch.rand(rows, 1, generator=random) < config.drowsy).to(device)
    slow = 1.0 - slowed * (torch.rand(rows, 1, generator=random) * MAX_SLOWDOWN).to(device)
    return slow[..., None, None]


def _conditioning(windows: RolloutWindows, number: int, past: Tensor, turns: Tensor) -> Conditioning:
    """The conditioning of a rollout's plan of a number, with past joints (B, 12, 22, 3) and turns (B, 22, 6)."""
    w, device = windows, windows.joints.device
    newest = PARTNER_FRAMES + MAX_DELAY_FRAMES + PLAN_FRAMES * number - w.delay
    seen = newest + torch.arange(-PARTNER_FRAMES + 1, 1, device=device)
    partner = w.partner.gather(1, seen[..., None, None].expand(-1, -1, *w.partner.shape[2:]))
    newest = SPEED_FRAMES + MAX_DELAY_FRAMES + PLAN_FRAMES * number - w.delay
    pace = w.pace.gather(1, newest + torch.arange(-SPEED_FRAMES + 1, 1, device=device))
    return Conditioning(
        past,
        turns,
        w.kept,
        partner,
        pace,
        w.delay.float(),
        w.partnered,
        answer=w.answer,
        directions={name: w.optional[name][:, number] for name in DIRECTIONS},
        key_joints=w.key_joints,
        style=w.style,
        **{name: w.optional[name][:, number] for name in ("clock", "bar", "onset", "energy", "goal", "key")},
    )


def _recovery(windows: RolloutWindows, mask: Tensor, joints: Tensor, turns: Tensor, last: int) -> tuple[Tensor, Tensor]:
    """The target continuation of a body that deviates from the truth: a calm return, so that no foot slides.

    The deviation fades: the pose's with POSE_HALFLIFE_SECONDS and the position's with POSITION_HALFLIFE_SECONDS.
    """
    w = windows
    ahead = slice(last + 1, last + 1 + AHEAD_FRAMES)
    deviation = joints - w.joints[:, last]
    position = deviation[:, :1] * deviation.new_tensor([1.0, 0.0, 1.0])
    seconds = torch.arange(1, AHEAD_FRAMES + 1, device=deviation.device)[:, None, None] / FRAME_RATE
    pose_left, position_left = (
        decay_factor(POSE_HALFLIFE_SECONDS, seconds),
        decay_factor(POSITION_HALFLIFE_SECONDS, seconds),
    )
    hidden = (1.0 - mask)[:, None, :, None]
    offset = (deviation - position)[:, None] * pose_left + position[:, None] * position_left
    rotated = (turns - w.turns[:, last])[:, None] * pose_left
    return w.joints[:, ahead] + hidden * offset, w.turns[:, ahead] + hidden * rotated


def window_starts(tensors: TrainingTensors, config: TrainingConfig) -> Starts:
    """Frames at which a window may begin."""
    frame = torch.arange(len(tensors.start))
    last = PLAN_FRAMES * (config.rounds - 1) + AHEAD_FRAMES + 1
    usable = (frame - tensors.start >= MIN_FRAMES_BEFORE) & (tensors.end - frame > last)
    paired, synthetic = usable & (tensors.partner >= 0), tensors.answer[:, 2] > 0.0
    return Starts(frame[usable & ~synthetic], frame[paired & ~synthetic], frame[paired & synthetic])


def fit_statistics(
    net: Network, tensors: TrainingTensors, config: TrainingConfig, random: torch.Generator, passes: int = 16
) -> None:
    """Set the network's principal components and the means and spreads of its features from the data."""
    starts = window_starts(tensors, config)
    one_round = TrainingConfig(rows=config.rows, rounds=1, seen=0.0, couples=config.couples, answers=config.answers)
    features, displacements = [], []
    for _ in range(passes):
        windows = draw_windows(tensors, starts, net.settings, one_round, random)
        for conditioning, found, _, here in rollout(net, windows, one_round, random):
            truth = pose_to_body(here, windows.joints[:, HISTORY_FRAMES:], windows.turns[:, HISTORY_FRAMES:])
            displacements.append(net.displacement(conditioning.local_pose(here), *truth))
            features.append(found)
    _fit_components(net, torch.cat(displacements))
    _fit_normalisation(net, torch.cat(features))


def _fit_components(net: Network, displacements: Tensor) -> None:
    net.usual.copy_(displacements.mean(0))
    _, size, modes = torch.pca_lowrank(displacements - displacements.mean(0), net.settings.modes, center=False, niter=4)
    size = size / len(displacements) ** 0.5
    net.basis.copy_(size[:, None] * modes.T)
    net.inverse.copy_(modes / size)


def _fit_normalisation(net: Network, features: Tensor) -> None:
    partnered = net.part(features, "delay")[:, 1] > 0
    mean, spread = features.mean(0), features.std(0)
    optional = ("clock", "goal", "energy", *DIRECTIONS, "key")
    for name in ("partner", "pace", *optional):
        part = net.part(features, name)
        given = partnered if name in ("partner", "pace") else part[:, -1] > 0
        part = part[given] if given.any() else part
        net.part(mean, name)[:], net.part(spread, name)[:] = part.mean(0), part.std(0)
    for name in optional:
        net.part(mean, name)[-1], net.part(spread, name)[-1] = 0.0, 1.0
    net.part(mean, "delay")[:], net.part(spread, "delay")[:] = 0.0, 2.0
    net.mean.copy_(mean)
    net.spread.copy_(torch.maximum(spread, torch.full_like(spread, 0.02)))


def beat_loss(net: Network, tensors: TrainingTensors, starts: Tensor, rows: int, random: torch.Generator) -> Tensor:
    """Squared error of the estimated beat of `rows` random bodies, at some of the frames `starts`."""
    at = starts[torch.randint(len(starts), (rows,), generator=random)].to(tensors.joints.device)
    delay = torch.randint(0, 4, (rows, 1), generator=random).to(at)
    newest = at[:, None] - delay
    partner = tensors.joints[newest + torch.arange(-PARTNER_FRAMES + 1, 1, device=at.device)][:, :, WATCHED_JOINTS]
    noise = torch.randn(partner.shape, generator=random).to(partner)
    noise = noise * torch.rand(rows, 1, 1, 1, generator=random).to(partner)
    pace = tensors.speed[newest + torch.arange(-SPEED_FRAMES + 1, 1, device=at.device)]
    beat = net.estimate_beat(partner + PARTNER_NOISE_M * noise, pace, delay.float())
    truth = tensors.clock[at]
    return ((beat - truth[:, :3]) ** 2 * truth[:, 3:]).mean()


def flow_loss(net: Network, features: Tensor, target: Tensor, random: torch.Generator) -> Tensor:
    """Squared error of the modes predicted at random noise levels, a fifth of them 0, and of the sliding of feet that
    should stand."""
    rows, device = len(target), target.device
    tau = torch.rand(rows, 1, generator=random).to(device)
    start = (torch.rand(rows, 1, generator=random) < 0.2).to(device)
    tau = torch.where(start, torch.zeros_like(tau), tau)
    noise = torch.randn(target.shape, generator=random).to(device)
    blank = start & (torch.rand(rows, 1, generator=random) < 0.5).to(device)
    x = torch.where(blank, torch.zeros_like(noise), (1.0 - tau) * noise + tau * target)
    predicted = net(net.embed(features), x, tau).float()
    error = (predicted - target).clamp(-8, 8)
    with torch.autocast(device.type, enabled=False):
        true_steps, steps = net.joint_steps(target, FOOT_JOINTS), net.joint_steps(predicted, FOOT_JOINTS)
        stands = (true_steps.norm(dim=-1, keepdim=True) * FRAME_RATE < STANDING_M_S).float()
        sliding = ((steps - true_steps) * stands * FRAME_RATE).clamp(-3.0, 3.0)
    loss: Tensor = (error**2 @ net.component_weights).mean() + SLIDING_WEIGHT * (sliding**2).mean()
    return loss
