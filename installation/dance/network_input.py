"""What the network is asked for the dancers: partner, place, beat, energy and style, of all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from installation.dance import target_positions as place
from installation.dance.batch import BatchState
from installation.dance.beat_clock import BeatClock
from installation.dance.request import DanceRequest
from installation.dance.visitor_history import VisitorHistory
from installation.interface.dancer_knobs import ANY
from motion import rotation
from motion.dancer import guidance as manners
from motion.dancer.data import FRAME_RATE
from motion.dancer.guidance import Guidance
from motion.dancer.network import BODY_PARTS, PARTNER_FRAMES, SPEED_FRAMES, WATCHED_JOINTS, Conditioning, Network

Array = NDArray[np.floating]

SLOWLY = 0.05
"""How far each plan goes to another liveliness."""
HEARD = 0.05
"""Confidence of the pulse under which dancers who answer somebody keep that one's own beat."""


@dataclass(slots=True)
class DancerSlot:
    """What is asked for one dancer."""

    partner: int
    """In the feed: a visitor's id, another dancer's below 0, 0 for nobody."""
    voice: int
    warm: float
    """0..1 how long this partner has been answered."""
    called: bool
    """Whether it was called back to its place."""
    lively: float
    """m/s at which it should move."""
    image: Array | None
    """(2,) where its mirror image stands, while that is shown."""


@torch.inference_mode()
def asked(
    net: Network, rows: BatchState, table: Sequence[DancerSlot], places: Array, feed: VisitorHistory, frame: int, order: DanceRequest, clock: BeatClock,
    floor: Array, usual: float,
) -> Conditioning:  # fmt: skip
    """The question of those in `table`, who are at places (N, 2); `usual` is how lively people are, m/s. Notes there
    whom it calls back."""
    count, wishes = len(table), order.wishes
    ids = np.array([feed.rows.get(row.partner, -1) for row in table])
    seen, pace = (
        np.zeros((count, PARTNER_FRAMES, len(WATCHED_JOINTS), 3), np.float32),
        np.zeros((count, SPEED_FRAMES), np.float32),
    )
    late, has = np.zeros((count, 1)), ids >= 0
    if has.any():
        seen[has], pace[has], late[has], has[has] = feed.partner(ids[has], frame)
    there = seen[:, -1, 0][:, [0, 2]].astype(float)
    visitor = np.array([row.partner > 0 for row in table])
    distance = np.where(visitor, wishes.distance, place.NATURAL)
    seen[..., [0, 2]] += place.nearer(places, there, distance[:, None])[:, None, None] * has[:, None, None, None]
    parts = [
        np.zeros((count, len(BODY_PARTS))),
        _goal(table, places, there, has, distance, floor),
        _style(net, count, order),
        late,
        has[:, None],
        np.tile((*clock.features(order.pulse, frame / FRAME_RATE - order.time), 1.0), (count, 1)),
    ]
    device = rows.turns.device
    together = torch.from_numpy(np.concatenate(parts, axis=1, dtype=np.float32)).to(device)
    unseen, goal, style, delay, partnered, music = together.split([part.shape[1] for part in parts], dim=1)
    lively = manners.energy_input(torch.from_numpy(_lively(table, has, pace, wishes.energy, usual)).to(device))
    found: dict[str, Any] = {}
    if has.any():
        answered = torch.from_numpy(seen).to(device), torch.from_numpy(pace).to(device), delay
        found = dict(zip(("partner", "pace", "delay"), answered, strict=True), partnered=partnered)
        if order.pulse.confidence < HEARD and wishes.beat_strength > 0.0:
            music = torch.where(partnered > 0.0, net.partner_clock(*answered), music)
    if wishes.beat_strength > 0.0:
        found["clock"] = music
    return Conditioning(rows.joints, rows.turns, unseen, energy=lively, goal=goal, style=style, **found)


def manner(net: Network, table: Sequence[DancerSlot], order: DanceRequest) -> Guidance:
    """How those in `table` dance."""
    wishes = order.wishes
    close = manners.partner_guidance(wishes.mirroring)
    values = np.empty((3, len(table), 1), np.float32)
    values[0, :, 0] = [close * row.warm for row in table]
    values[1:] = np.array([manners.BEAT_GUIDANCE * wishes.beat_strength, wishes.variety])[:, None, None]
    return Guidance(*torch.from_numpy(values).to(net.mean.device).unbind())


def _lively(table: Sequence[DancerSlot], has: NDArray[np.bool_], pace: Array, wish: float, usual: float) -> Array:
    """(N, 1) m/s at which they are asked to move: who answers nearly as the partner, who has nobody as dancers do."""
    answer = np.where(has, manners.answering_speed(usual, pace)[:, 0], usual)
    for row, speed in zip(table, answer.tolist(), strict=True):
        row.lively += (wish * speed - row.lively) * SLOWLY
    return np.array([[row.lively] for row in table], np.float32)


def _goal(
    table: Sequence[DancerSlot], places: Array, there: Array, has: NDArray[np.bool_], distance: Array, floor: Array
) -> Array:
    """Whoever is far from where they should be goes back there."""
    wished = np.where(has[:, None], place.ring(places, there, distance, floor), place.within(places, floor))
    slack = np.where(has, place.BEYOND, 0.0)
    towards = np.where(has[:, None], there, 0.5 * (floor[:2] + floor[2:]))
    voices = np.array([row.voice if row.partner > 0 else 0 for row in table])
    if (aside := has & (voices > 0)).any():
        wished[aside] = place.home(there[aside], voices[aside], distance[aside], floor)
        slack[aside] = place.BESIDE
    for n, row in enumerate(table):
        if row.image is not None:
            wished[n], slack[n] = row.image, 0.3
    inner = floor + place.MARGIN * np.array([1.0, 1.0, -1.0, -1.0])
    wished = place.within(wished, inner)
    edges = wished, place.within(places, floor), place.within(places, inner)
    far, out, near = rotation.length(np.stack(edges) - places)[..., 0]
    off, inside = out > 0.05, near < 0.02
    called = np.array([row.called for row in table])
    called = off | (has & (far > slack)) | (called & ~(inside & (far < np.maximum(place.SETTLED * slack, 0.1))))
    for row, call in zip(table, called.tolist(), strict=True):
        row.called = call
    return np.concatenate([place.stride(places, wished, towards), np.ones((len(table), 1))], axis=1) * called[:, None]


def _style(net: Network, count: int, order: DanceRequest) -> Array:
    shares = np.zeros((count, len(net.settings.styles)))
    if order.wishes.style != ANY and order.wishes.style in net.settings.styles:
        shares[:, net.settings.styles.index(order.wishes.style)] = order.wishes.style_amount
    return shares
