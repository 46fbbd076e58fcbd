"""The knobs of all dancers, at /dancer/, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from installation.core.records import record
from installation.interface.knobs import LARGEST, Knob, Value

PREFIX = "/dancer"
ANY = "any"
"""The style that leaves it to the network."""


@record("Wishes")
@dataclass(frozen=True, slots=True)
class Wishes:
    """How they are to dance; one field for each knob."""

    closeness: float = 0.6
    energy: float = 1.0
    pull: float = 1.0
    distance: float = 1.2
    style: str = ANY
    mix: float = 1.0
    variety: float = 1.0
    seed: int = 0
    ahead: float = 0.0


def knobs(styles: Sequence[str]) -> tuple[Knob, ...]:
    """The knobs for a network that knows these styles."""
    d = Wishes()
    return (
        Knob("closeness", d.closeness, help="0 dances freely, 0.6 answers the visitor, 1 is their mirror image"),
        Knob("energy", d.energy, 0.5, 2.0, help="How much they move, times as much as they would"),
        Knob("pull", d.pull, help="How strictly they keep the beat of the music, or without any that of the visitor"),
        Knob("distance", d.distance, 0.5, 4.0, help="How far from the visitor they dance", unit="m"),
        Knob("style", d.style, help="Whose way of moving they have, as the network names it", choices=(ANY, *styles)),
        Knob("mix", d.mix, help="How much of that style they have"),
        Knob("variety", d.variety, 0.0, 1.5, help="0 always does what is most likely, 1 is as various as people are"),
        Knob("seed", d.seed, 0, LARGEST, help="Another number is another dance"),
        Knob(
            "ahead",
            d.ahead,
            help="Shows visitors' bodies as they will be by the time the picture is seen; 1 makes up for all delay",
        ),
    )


def wishes(values: Mapping[str, Value]) -> Wishes:
    """What the knobs of the whole tree say about dancers; defaults where there are none."""
    names = Wishes.__dataclass_fields__
    return Wishes(**{name: values[f"{PREFIX}/{name}"] for name in names if f"{PREFIX}/{name}" in values})  # type: ignore[arg-type]
