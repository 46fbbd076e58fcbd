"""Floor bounds: visitors are those who stand on a part of the floor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from installation.interface.visitor import State, Visitor

MARGIN_M = 0.25
"""Metres beyond the bounds in which a visitor who was inside stays one: a position trembles."""


class FloorBounds:
    """Leaves out people elsewhere; one who comes back is a new visitor."""

    def __init__(self, bounds_m: tuple[float, float, float, float] | None, max_visitors: int) -> None:
        """`bounds_m` are x from, z from, x to and z to; with None everybody is a visitor."""
        self._bounds_m = bounds_m
        self._max_visitors = max_visitors
        self._names: dict[int, tuple[int, int]] = {}
        """Identity and slot of each visitor inside, by the identity of the track."""
        self._last_id = 0

    def apply(self, visitors: Iterable[Visitor]) -> tuple[Visitor, ...]:
        """The visitors inside, with identities that only grow, and those who went out just now as having left."""
        if self._bounds_m is None:
            return tuple(visitors)
        kept: list[Visitor] = []
        for visitor in visitors:
            is_inside = self._is_inside(visitor)
            if is_inside and visitor.id not in self._names and visitor.state is not State.LEFT:
                self._name(visitor.id)
            if visitor.id not in self._names:
                continue
            state = visitor.state if is_inside else State.LEFT
            id, slot = self._names.pop(visitor.id) if state is State.LEFT else self._names[visitor.id]
            kept.append(replace(visitor, id=id, slot=slot, state=state))
        return tuple(kept)

    def _name(self, track_id: int) -> None:
        """Give a person who came in an identity and the lowest free slot, if there is one."""
        taken = {slot for _, slot in self._names.values()}
        free = next((slot for slot in range(1, self._max_visitors + 1) if slot not in taken), None)
        if free is not None:
            self._last_id += 1
            self._names[track_id] = (self._last_id, free)

    def _is_inside(self, visitor: Visitor) -> bool:
        assert self._bounds_m is not None
        x0, z0, x1, z1 = self._bounds_m
        margin = MARGIN_M if visitor.id in self._names else 0.0
        x, z = visitor.floor_m.tolist()
        return bool(x0 - margin <= x <= x1 + margin and z0 - margin <= z <= z1 + margin)
