"""Who dances with whom: dancers enter, are handed over from one visitor to the next, and leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from installation.interface.dancer import Cast


@dataclass(frozen=True, slots=True)
class Assignment:
    """What one dancer is there for."""

    id: int
    partner: int
    """A visitor's id; 0 for nobody."""
    voice: int
    slot: int
    """From 1."""


def wanted(visitors: Sequence[int], cast: Cast) -> list[tuple[int, int]]:
    """Partner and voice of all who should dance: everybody has a first dancer before anybody has a second."""
    if not visitors:
        return [(0, voice) for voice in range(min(cast.alone, cast.most))]
    return [(id, voice) for voice in range(cast.each) for id in sorted(visitors)][: cast.most]


def recast(parts: Sequence[Assignment], wishes: Sequence[tuple[int, int]], last: int) -> tuple[Assignment, ...]:
    """The parts after those `wishes` (partner, voice) are met, by slot; `last` is the highest id ever given.

    Whoever has a part keeps it. Whose partner has gone takes over an open one, first the one with the same voice, so
    that the dance goes on with somebody else; only then somebody enters.
    """
    kept = [part for part in parts if (part.partner, part.voice) in wishes]
    free = [part for part in parts if part not in kept]
    had = {(part.partner, part.voice) for part in kept}
    slots = (slot for slot in range(1, len(wishes) + len(parts) + 1) if slot not in {part.slot for part in parts})
    for partner, voice in (wish for wish in wishes if wish not in had):
        if free:
            heir = min(free, key=lambda part: (part.voice != voice, part.id))
            free.remove(heir)
            kept.append(replace(heir, partner=partner, voice=voice))
        else:
            last += 1
            kept.append(Assignment(last, partner, voice, next(slots)))
    return tuple(sorted(kept, key=lambda part: part.slot))


def mates(parts: Sequence[Assignment]) -> dict[int, int]:
    """Who has whom, by id, where nobody else is there: the first and the second, the third and the fourth."""
    alone = [part.id for part in parts if part.partner == 0]
    pairs = list(zip(alone[::2], alone[1::2], strict=False))
    return dict(pairs) | {other: one for one, other in pairs}
