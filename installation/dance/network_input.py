"""What the network is asked for the dancers: partner, place, beat, energy and style, of all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from installation.dance import target_positions as place
from installation.dance.batch import Rows
from installation.dance.beat_clock import Clock
from installation.dance.request import Order
from installation.dance.visitor_history import Feed
from installation.interface.dancer_knobs import ANY
from motion import rotation
from motion.dancer import guidance as manners
from motion.dancer.data import RATE
from motion.dancer.guidance import Manner
from motion.dancer.network import PACE, PARTS, PAST, WATCHED, Asked, Network

Array = NDArray[np.floating]

SLOWLY = 0.05
"""How far each plan goes to another liveliness."""
HEARD = 0.05
"""Confidence of the pulse under which dancers who answer somebody keep that one's own beat."""


@dataclass(slots=True)
class Row:
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
    net: Network, rows: Rows, table: Sequence[Row], places: Array, feed: Feed, frame: int, order: Order, clock: Clock,
    floor: Array, usual: float,
) -> Asked:  # fmt: skip
    """The question of those in `table`, who are at places (N, 2); `usual` is how lively people are, m/s. Notes there
    whom it calls back."""
    count, wishes = len(table), order.wishes
    ids = np.array([feed.rows.get(row.partner, -1) for row in table])
    seen, pace = np.zeros((count, PAST, len(WATCHED), 3), np.float32), np.zeros((count, PACE), np.float32)
    late, has = np.zeros((count, 1)), ids >= 0
    if has.any():
        seen[has], pace[has], late[has], has[has] = feed.partner(ids[has], frame)
    there = seen[:, -1, 0][:, [0, 2]].astype(float)
    visitor = np.array([row.partner > 0 for row in table])
    distance = np.where(visitor, wishes.distance, place.NATURAL)
    seen[..., [0, 2]] += place.nearer(places, there, distance[:, None])[:, None, None] * has[:, None, None, None]
    parts = [
        np.zeros((count, len(PARTS))),
        _goal(table, places, there, has, distance, floor),
        _style(net, count, order),
        late,
        has[:, None],
        np.tile((*clock.at(order.pulse, frame / RATE - order.time), 1.0), (count, 1)),
    ]
    device = rows.turns.device
    together = torch.from_numpy(np.concatenate(parts, axis=1, dtype=np.float32)).to(device)
    unseen, goal, style, delay, partnered, music = together.split([part.shape[1] for part in parts], dim=1)
    lively = manners.energy(torch.from_numpy(_lively(table, has, pace, wishes.energy, usual)).to(device))
    found: dict[str, Any] = {}
    if has.any():
        answered = torch.from_numpy(seen).to(device), torch.from_numpy(pace).to(device), delay
        found = dict(zip(("partner", "pace", "delay"), answered, strict=True), partnered=partnered)
        if order.pulse.confidence < HEARD and wishes.pull > 0.0:
            music = torch.where(partnered > 0.0, net.clock(*answered), music)
    if wishes.pull > 0.0:
        found["clock"] = music
    return Asked(rows.joints, rows.turns, unseen, energy=lively, goal=goal, style=style, **found)


def manner(net: Network, table: Sequence[Row], order: Order) -> Manner:
    """How those in `table` dance."""
    wishes = order.wishes
    close = manners.guidance(wishes.closeness)
    values = np.empty((3, len(table), 1), np.float32)
    values[0, :, 0] = [close * row.warm for row in table]
    values[1:] = np.array([manners.KEEPING * wishes.pull, wishes.variety])[:, None, None]
    return Manner(*torch.from_numpy(values).to(net.mean.device).unbind())


def _lively(table: Sequence[Row], has: NDArray[np.bool_], pace: Array, wish: float, usual: float) -> Array:
    """(N, 1) m/s at which they are asked to move: who answers nearly as the partner, who has nobody as dancers do."""
    answer = np.where(has, manners.answering(usual, pace)[:, 0], usual)
    for row, speed in zip(table, answer.tolist(), strict=True):
        row.lively += (wish * speed - row.lively) * SLOWLY
    return np.array([[row.lively] for row in table], np.float32)


def _goal(
    table: Sequence[Row], places: Array, there: Array, has: NDArray[np.bool_], distance: Array, floor: Array
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


def _style(net: Network, count: int, order: Order) -> Array:
    shares = np.zeros((count, len(net.settings.styles)))
    if order.wishes.style != ANY and order.wishes.style in net.settings.styles:
        shares[:, net.settings.styles.index(order.wishes.style)] = order.wishes.mix
    return shares
