"""Casting: the assignment of dancers to visitors; dancers enter, are handed over to another visitor, and leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from installation.interface.dancer import Cast


@dataclass(frozen=True, slots=True)
class Assignment:
    """One dancer and the visitor whom it answers."""

    id: int
    partner: int
    """A visitor's id; 0 for none."""
    voice: int
    slot: int
    """From 1."""


def wanted_pairs(visitors: Sequence[int], cast: Cast) -> list[tuple[int, int]]:
    """(partner, voice) of all dancers that a cast wants: every visitor has a first dancer before any has a second."""
    if not visitors:
        return [(0, voice) for voice in range(min(cast.alone, cast.most))]
    return [(id, voice) for voice in range(cast.each) for id in sorted(visitors)][: cast.most]


def reassign(
    assignments: Sequence[Assignment], wanted: Sequence[tuple[int, int]], highest_id: int
) -> tuple[Assignment, ...]:
    """The assignments that cover the `wanted` pairs (partner, voice), by slot; `highest_id` is the highest id that any
    dancer ever had.

    A dancer whose pair is still wanted keeps it. A dancer whose partner has left takes over an open pair, preferably
    one with the same voice, so that it dances on with another visitor; only the pairs that remain get new dancers.
    """
    kept = [one for one in assignments if (one.partner, one.voice) in wanted]
    free = [one for one in assignments if one not in kept]
    covered = {(one.partner, one.voice) for one in kept}
    used_slots = {one.slot for one in assignments}
    slots = (slot for slot in range(1, len(wanted) + len(assignments) + 1) if slot not in used_slots)
    for partner, voice in (pair for pair in wanted if pair not in covered):
        if free:
            successor = min(free, key=lambda one: (one.voice != voice, one.id))
            free.remove(successor)
            kept.append(replace(successor, partner=partner, voice=voice))
        else:
            highest_id += 1
            kept.append(Assignment(highest_id, partner, voice, next(slots)))
    return tuple(sorted(kept, key=lambda one: one.slot))


def couples(assignments: Sequence[Assignment]) -> dict[int, int]:
    """Partner by dancer id among the dancers without a visitor: the first and the second, the third and the fourth."""
    alone = [one.id for one in assignments if one.partner == 0]
    pairs = list(zip(alone[::2], alone[1::2], strict=False))
    return dict(pairs) | {second: first for first, second in pairs}
