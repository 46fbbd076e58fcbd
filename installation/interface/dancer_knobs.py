"""Knobs of the dancers, at /dancer/, and the settings that they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from installation.core.records import record
from installation.interface.knobs import MAX_WHOLE_NUMBER, Knob, Value

PREFIX = "/dancer"
ANY = "any"
"""The choice that leaves the style to the network."""


# Eighteen attributes: one for each knob.
@record("Wishes")
@dataclass(frozen=True, slots=True)
class DancerSettings:
    """How to dance: one field for each knob."""

    mirroring: float = 0.6
    energy: float = 1.0
    beat_strength: float = 1.0
    distance: float = 1.2
    style: str = ANY
    style_amount: float = 1.0
    variety: float = 1.0
    seed: int = 0
    ahead: float = 0.0
    music: float = 1.0
    phrase_bars: int = 8
    phrasing: float = 0.7
    level: float = 0.0
    reach: float = 0.0
    travel: float = 0.0
    turning: float = 0.0
    symmetry: float = 0.0
    touch: bool = False


def knobs(styles: Sequence[str]) -> tuple[Knob, ...]:
    """The knobs for a network with these styles."""
    d = DancerSettings()
    return (
        Knob(
            "mirroring",
            d.mirroring,
            help="0 dances freely, 0.6 answers the visitor, 1 is their mirror image",
            aliases=("closeness",),
        ),
        Knob("energy", d.energy, 0.5, 2.0, help="How much they move, times as much as they would"),
        Knob(
            "beat_strength",
            d.beat_strength,
            help="How strictly they keep the beat of the music, or without any that of the visitor",
            aliases=("pull",),
        ),
        Knob("distance", d.distance, 0.5, 4.0, help="How far from the visitor they dance", unit="m"),
        Knob("style", d.style, help="Whose way of moving they have, as the network names it", choices=(ANY, *styles)),
        Knob("style_amount", d.style_amount, help="How much of that style they have", aliases=("mix",)),
        Knob("variety", d.variety, 0.0, 1.5, help="0 always does what is most likely, 1 is as various as people are"),
        Knob("seed", d.seed, 0, MAX_WHOLE_NUMBER, help="Another number is another dance"),
        Knob("music", d.music, help="How far loudness, brightness, accents and rests of the music are danced"),
        Knob("phrase_bars", d.phrase_bars, 0, 32, help="Bars of a phrase, which rises and ends in a rest; 0 for none"),
        Knob("phrasing", d.phrasing, help="How different the parts of a phrase are"),
        Knob("level", d.level, -1.0, 1.0, help="-1 near the floor, 1 high, 0 as the dance has it"),
        Knob("reach", d.reach, -1.0, 1.0, help="-1 arms down, 1 hands above the head, 0 as the dance has it"),
        Knob("travel", d.travel, -1.0, 1.0, help="-1 on the spot, 1 across the floor, 0 as the dance has it"),
        Knob("turning", d.turning, -1.0, 1.0, help="-1 turns to the right, 1 to the left, 0 as the dance has it"),
        Knob("symmetry", d.symmetry, -1.0, 1.0, help="1 both arms alike, -1 unlike, 0 as the dance has it"),
        Knob("touch", d.touch, help="Whether dancers come near enough for hands to meet, and reach for them"),
        Knob(
            "ahead",
            d.ahead,
            help="Shows visitors' bodies as they will be by the time the picture is seen; 1 makes up for all delay",
        ),
    )


def settings_of(values: Mapping[str, Value]) -> DancerSettings:
    """The dancers' settings from the values of the whole tree; defaults where it has no such knobs."""
    names = DancerSettings.__dataclass_fields__
    return DancerSettings(**{name: values[f"{PREFIX}/{name}"] for name in names if f"{PREFIX}/{name}" in values})  # type: ignore[arg-type]
