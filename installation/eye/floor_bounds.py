"""Floor bounds: visitors are those who stand on a part of the floor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from installation.interface.visitor import State, Visitor

MARGIN_M = 0.25
"""Metres beyond the bounds in which a visitor who was inside stays one: a position trembles."""


class FloorBounds:
    """Leaves out people elsewhere; one who comes back is a new visitor."""

    def __init__(self, bounds_m: tuple[float, float, float, float] | None) -> None:
        """`bounds_m` are x from, z from, x to and z to; with None everybody is a visitor."""
        self._bounds_m = bounds_m
        self._ids: dict[int, int] = {}
        """Identity of each visitor inside by that of the track."""
        self._last_id = 0

    def apply(self, visitors: Iterable[Visitor]) -> tuple[Visitor, ...]:
        """The visitors inside, with identities that only grow, and those who went out just now as having left."""
        if self._bounds_m is None:
            return tuple(visitors)
        kept: list[Visitor] = []
        for visitor in visitors:
            is_inside = self._is_inside(visitor)
            if is_inside and visitor.id not in self._ids and visitor.state is not State.LEFT:
                self._last_id += 1
                self._ids[visitor.id] = self._last_id
            if visitor.id not in self._ids:
                continue
            state = visitor.state if is_inside else State.LEFT
            id = self._ids.pop(visitor.id) if state is State.LEFT else self._ids[visitor.id]
            kept.append(replace(visitor, id=id, state=state))
        return tuple(kept)

    def _is_inside(self, visitor: Visitor) -> bool:
        assert self._bounds_m is not None
        x0, z0, x1, z1 = self._bounds_m
        margin = MARGIN_M if visitor.id in self._ids else 0.0
        x, z = visitor.floor_m.tolist()
        return bool(x0 - margin <= x <= x1 + margin and z0 - margin <= z <= z1 + margin)
