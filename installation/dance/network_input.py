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
from installation.dance.request import DanceRequest
from installation.dance.visitor_history import VisitorHistory
from installation.interface.dancer_knobs import ANY
from motion import rotation
from motion.dancer import guidance
from motion.dancer.conditioning import BODY_PARTS, PARTNER_FRAMES, SPEED_FRAMES, WATCHED_JOINTS, Conditioning
from motion.dancer.data import FRAME_RATE
from motion.dancer.guidance import Guidance
from motion.dancer.network import Network

Array = NDArray[np.floating]

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


@dataclass(slots=True)
class DancerSlot:
    """State of one dancer for the network's input, from plan to plan."""

    speed_m_s: float
    """Mean speed of joints that is requested."""
    partner_since: float = 0.0
    """Show time at which it got its partner, s."""
    id: int = 0
    partner: int = 0
    """Identity in the visitor history: a visitor's id, minus another dancer's id, or 0 for none."""
    voice: int = 0
    called_back: bool = False
    """Whether it is on its way back to its target."""
    image_m: Array | None = None
    """(2,) position of its mirror image, while that is shown."""


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
    distance = np.where(visitor, settings.distance, target.COUPLE_DISTANCE_M)
    shift = target.partner_shift(places, partners, distance[:, None])
    joints[..., [0, 2]] += shift[:, None, None] * has[:, None, None, None]
    parts = [
        np.zeros((count, len(BODY_PARTS))),
        _goal(slots, places, partners, has, distance, context.floor),
        _style(context.net, count, request),
        delay,
        has[:, None],
        np.tile((*context.clock.features(request.pulse, frame / FRAME_RATE - request.pulse_time), 1.0), (count, 1)),
    ]
    device = batch.turns.device
    together = torch.from_numpy(np.concatenate(parts, axis=1, dtype=np.float32)).to(device)
    hidden, goal, style, late, partnered, music = together.split([part.shape[1] for part in parts], dim=1)
    speed = torch.from_numpy(_speed(slots, has, partner_speed, settings.energy, context.typical_speed_m_s)).to(device)
    found: dict[str, Any] = {}
    if has.any():
        partner = torch.from_numpy(joints).to(device), torch.from_numpy(partner_speed).to(device), late
        found = dict(zip(("partner", "pace", "delay"), partner, strict=True), partnered=partnered)
        if request.pulse.confidence < MIN_PULSE_CONFIDENCE and settings.beat_strength > 0.0:
            music = torch.where(partnered > 0.0, context.net.partner_clock(*partner), music)
    if settings.beat_strength > 0.0:
        found["clock"] = music
    return Conditioning(
        batch.joints, batch.turns, hidden, energy=guidance.energy_input(speed), goal=goal, style=style, **found
    )


def guidance_of(net: Network, slots: Sequence[DancerSlot], frame: int, request: DanceRequest) -> Guidance:
    """The classifier-free guidance of the dancers in these slots, at a frame."""
    settings = request.settings
    closeness = guidance.partner_guidance(settings.mirroring)
    fades = [min(max((frame / FRAME_RATE - slot.partner_since) / PARTNER_FADE_SECONDS, 0.0), 1.0) for slot in slots]
    values = np.empty((3, len(slots), 1), np.float32)
    values[0, :, 0] = [closeness * fade for fade in fades]
    values[1:] = np.array([guidance.BEAT_GUIDANCE * settings.beat_strength, settings.variety])[:, None, None]
    return Guidance(*torch.from_numpy(values).to(net.mean.device).unbind())


def _speed(
    slots: Sequence[DancerSlot], has: NDArray[np.bool_], partner_speed: Array, energy: float, usual: float
) -> Array:
    """(N, 1) m/s at which dancers should move: those that have a partner nearly as fast as the partner, others as fast
    as the training data. Updates `speed_m_s` of the slots."""
    answer = np.where(has, guidance.answering_speed(usual, partner_speed)[:, 0], usual)
    for slot, speed in zip(slots, answer.tolist(), strict=True):
        slot.speed_m_s += (energy * speed - slot.speed_m_s) * SPEED_SMOOTHING
    return np.array([[slot.speed_m_s] for slot in slots], np.float32)


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
