"""Input of the dancers' network: partner, position, beat, energy and style of all dancers in the batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from installation.dance import target_positions as target
from installation.dance.batch import BatchState
from installation.dance.beat_clock import BeatClock
from installation.dance.dancer_slot import DancerSlot
from installation.dance.directing import direct, nearer_m, partner_share
from installation.dance.request import DanceRequest
from installation.dance.visitor_history import VisitorHistory
from installation.interface.dancer_knobs import ANY
from motion import rotation
from motion.dancer import guidance
from motion.dancer.conditioning import BODY_PARTS, PARTNER_FRAMES, SPEED_FRAMES, WATCHED_JOINTS, Conditioning
from motion.dancer.data import FRAME_RATE
from motion.dancer.directions import DIRECTIONS
from motion.dancer.guidance import Guidance
from motion.dancer.network import Network
from motion.dancer.phrasing import Direction, direction_value

Array = NDArray[np.floating]

PACE_FRAMES = 20
"""Frames over which a partner's stillness is judged."""
SPEED_SMOOTHING = 0.05
"""Share of the way to another speed that each plan goes."""
MIN_PULSE_CONFIDENCE = 0.05
"""Confidence of the pulse below which dancers with a partner keep the partner's own beat."""
PARTNER_FADE_SECONDS = 0.5
"""Time in which the guidance on a new partner fades in."""
OFF_FLOOR_M = 0.05
"""Distance from the floor above which a dancer is called back."""
ON_FLOOR_M = 0.02
"""Distance from the floor without its margin below which a dancer is released."""


@dataclass(frozen=True, slots=True)
class InputContext:
    """What network inputs are computed from, beside the request."""

    net: Network
    history: VisitorHistory
    clock: BeatClock
    floor: Array
    """(4,) left, near, right, far; metres."""
    typical_speed_m_s: float
    """Mean speed of joints in the training data."""


@torch.inference_mode()
def network_input(
    context: InputContext, batch: BatchState, slots: Sequence[DancerSlot], frame: int, request: DanceRequest
) -> Conditioning:
    """The network's input for the dancers of the batch, whose `slots` stand in its order, at a frame.

    Side effect: updates `speed_m_s` and `called_back` of the slots.
    """
    count, settings, history = len(slots), request.settings, context.history
    places = batch.joints[:, -1, 0].cpu().numpy()[:, ::2].astype(float)
    rows = np.array([history.rows.get(slot.partner, -1) for slot in slots])
    joints, partner_speed = (
        np.zeros((count, PARTNER_FRAMES, len(WATCHED_JOINTS), 3), np.float32),
        np.zeros((count, SPEED_FRAMES), np.float32),
    )
    delay, has = np.zeros((count, 1)), rows >= 0
    if has.any():
        joints[has], partner_speed[has], delay[has], has[has] = history.partner_input(rows[has], frame)
    partners = joints[:, -1, 0][:, [0, 2]].astype(float)
    visitor = np.array([slot.partner > 0 for slot in slots])
    nearer = np.array([nearer_m(slot) for slot in slots])
    usual_distance = target.COUPLE_DISTANCE_M if settings.touch else settings.distance
    distance = np.where(
        visitor, np.maximum(usual_distance - nearer, target.COUPLE_DISTANCE_M), target.COUPLE_DISTANCE_M
    )
    shift = target.partner_shift(places, partners, distance[:, None])
    joints[..., [0, 2]] += shift[:, None, None] * has[:, None, None, None]
    paces = partner_speed[:, -PACE_FRAMES:].mean(axis=1)
    directions = [
        direct(slot, request, float(pace) if there and seen else None)
        for slot, pace, there, seen in zip(slots, paces, has, visitor, strict=True)
    ]
    parts = [
        np.zeros((count, len(BODY_PARTS))),
        _goal(slots, places, partners, has, distance, context.floor),
        _style(context.net, count, request),
        delay,
        has[:, None],
        np.tile((*context.clock.features(request.pulse, frame / FRAME_RATE - request.pulse_time), 1.0), (count, 1)),
        np.tile(context.clock.bar_features(request.pulse, frame / FRAME_RATE - request.pulse_time), (count, 1)),
        _directed(directions),
    ]
    device = batch.turns.device
    together = torch.from_numpy(np.concatenate(parts, axis=1, dtype=np.float32)).to(device)
    hidden, goal, style, late, partnered, music, bar, directed = together.split([p.shape[1] for p in parts], dim=1)
    factors = settings.energy * np.array([direction.energy for direction in directions])
    speed = torch.from_numpy(_speed(slots, has, partner_speed, factors, context.typical_speed_m_s)).to(device)
    found: dict[str, Any] = {"directions": dict(zip(DIRECTIONS, directed.split(2, dim=1), strict=True))}
    if has.any():
        partner = torch.from_numpy(joints).to(device), torch.from_numpy(partner_speed).to(device), late
        found |= dict(zip(("partner", "pace", "delay"), partner, strict=True), partnered=partnered)
        closeness = torch.full((count, 1), settings.mirroring, device=device)
        found["answer"] = guidance.answer_input(closeness, partner[0][:, -1, 0, 1:2], settings.touch)
        if request.pulse.confidence < MIN_PULSE_CONFIDENCE and settings.beat_strength > 0.0:
            music = torch.where(partnered > 0.0, context.net.partner_clock(*partner), music)
    if settings.beat_strength > 0.0:
        found["clock"] = music
        if request.pulse.confidence >= MIN_PULSE_CONFIDENCE:
            found["bar"] = bar
            if settings.music > 0.0:
                onset = bar.new_tensor([[request.sound.onset * settings.music, 1.0]])
                found["onset"] = onset.expand(count, 2)
    return Conditioning(
        batch.joints, batch.turns, hidden, energy=guidance.energy_input(speed), goal=goal, style=style, **found
    )


def _distances(slots: Sequence[DancerSlot], visitor: NDArray[np.bool_], usual_m: float) -> Array:
    """(N,) metres at which dancers dance from their partners, who are visitors or other dancers."""
    near = np.maximum(usual_m - np.array([nearer_m(slot) for slot in slots]), target.COUPLE_DISTANCE_M)
    distances: Array = np.where(visitor, near, target.COUPLE_DISTANCE_M)
    return distances


def guidance_of(net: Network, slots: Sequence[DancerSlot], frame: int, request: DanceRequest) -> Guidance:
    """The classifier-free guidance of the dancers in these slots, at a frame."""
    settings = request.settings
    closeness = guidance.partner_guidance(settings.mirroring)
    fades = [
        partner_share(slot) * min(max((frame / FRAME_RATE - slot.partner_since) / PARTNER_FADE_SECONDS, 0.0), 1.0)
        for slot in slots
    ]
    values = np.empty((4, len(slots), 1), np.float32)
    values[0, :, 0] = [closeness * fade for fade in fades]
    scales = guidance.BEAT_GUIDANCE * settings.beat_strength, guidance.DIRECTED_GUIDANCE, settings.variety
    values[1:] = np.array(scales)[:, None, None]
    return Guidance(*torch.from_numpy(values).to(net.mean.device).unbind())


def _speed(
    slots: Sequence[DancerSlot], has: NDArray[np.bool_], partner_speed: Array, factors: Array, usual: float
) -> Array:
    """(N, 1) m/s at which dancers should move: those that have a partner nearly as fast as the partner, others as fast
    as the training data, times `factors` (N,). Updates `speed_m_s` of the slots."""
    answer = np.where(has, guidance.answering_speed(usual, partner_speed)[:, 0], usual)
    for slot, speed in zip(slots, answer.tolist(), strict=True):
        slot.speed_m_s += (speed - slot.speed_m_s) * SPEED_SMOOTHING
    return (np.array([[slot.speed_m_s] for slot in slots]) * factors[:, None]).astype(np.float32)


def _directed(directions: Sequence[Direction]) -> Array:
    """(N, 2 D) value and flag of each of the D DIRECTIONS."""
    values = np.zeros((len(directions), len(DIRECTIONS), 2))
    for row, one in enumerate(directions):
        for column, name in enumerate(DIRECTIONS):
            if name in one.amounts:
                values[row, column] = direction_value(name, one.amounts[name]), 1.0
    return values.reshape(len(directions), -1)


def _goal(
    slots: Sequence[DancerSlot], places: Array, partners: Array, has: NDArray[np.bool_], distance_m: Array, floor: Array
) -> Array:
    """(N, 5) goals of dancers at places (N, 2), as in `Conditioning`: those far from their target return, with
    hysteresis. Those that `has` (N,) a partner, at partners (N, 2), dance `distance_m` (N,) from it. Updates
    `called_back` of the slots."""
    around = target.nearest_at_distance(places, partners, distance_m, floor)
    wanted = np.where(has[:, None], around, target.clamp_to_floor(places, floor))
    slack = np.where(has, target.FIRST_VOICE_SLACK_M, 0.0)
    look_at = np.where(has[:, None], partners, 0.5 * (floor[:2] + floor[2:]))
    voices = np.array([slot.voice if slot.partner > 0 else 0 for slot in slots])
    if (further := has & (voices > 0)).any():
        wanted[further] = target.answer_position(partners[further], voices[further], distance_m[further], floor)
        slack[further] = target.FURTHER_VOICE_SLACK_M
    for n, slot in enumerate(slots):
        if slot.image_m is not None:
            wanted[n], slack[n] = slot.image_m, target.IMAGE_SLACK_M
    inner = floor + target.MARGIN_M * np.array([1.0, 1.0, -1.0, -1.0])
    wanted = target.clamp_to_floor(wanted, inner)
    nearest = wanted, target.clamp_to_floor(places, floor), target.clamp_to_floor(places, inner)
    far, off_floor, off_inner = rotation.length(np.stack(nearest) - places)[..., 0]
    released = (off_inner < ON_FLOOR_M) & (far < np.maximum(target.RETURNED_SHARE * slack, target.MIN_RETURNED_M))
    called = np.array([slot.called_back for slot in slots])
    called = (off_floor > OFF_FLOOR_M) | (has & (far > slack)) | (called & ~released)
    for slot, back in zip(slots, called.tolist(), strict=True):
        slot.called_back = back
    goal = target.goal_in_one_second(places, wanted, look_at)
    goals: Array = np.concatenate([goal, np.ones((len(slots), 1))], axis=1) * called[:, None]
    return goals


def _style(net: Network, count: int, request: DanceRequest) -> Array:
    """(N, S) shares of the network's styles."""
    shares, style = np.zeros((count, len(net.settings.styles))), request.settings.style
    if style != ANY and style in net.settings.styles:
        shares[:, net.settings.styles.index(style)] = request.settings.style_amount
    return shares
