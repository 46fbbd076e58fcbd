"""The knobs of all paintings, at /painter/, and what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from installation.core.records import record
from installation.interface.knobs import Knob, Value

PREFIX = "/painter"
SCENE, NONE, OWN = "scene", "none", "own"
"""The choices that leave it to the scene, go nowhere, and stay with the style's own colours."""
DEPTHS = ("strokes", "scales", "feathers", "eyes")
"""How deep the dream is, by what is seen there."""
_OTHER = re.compile(r"[^A-Za-z0-9_]")


@record("paint.Wishes")
@dataclass(frozen=True, slots=True)
class Wishes:
    """How it is to be painted; one field for each knob, and the faders of all styles together."""

    style: str = SCENE
    toward: str = NONE
    mix: float = 0.0
    palette: str = OWN
    fade: float = 2.0
    beats: bool = False
    strength: float = 1.0
    seed: float = 1.0
    steps: int = 1
    size: float = 1.0
    keep: float = 0.7
    breath: float = 0.0
    dream: float = 0.0
    depth: str = DEPTHS[1]
    blend: tuple[tuple[str, float], ...] = ()
    """The faders of styles that are blended in, with weights above 0, beside a weight of 1."""


def knobs(styles: Sequence[str], steps: int = 1) -> tuple[Knob, ...]:
    """The knobs for an engine that knows these styles and takes so many `steps` when nobody says otherwise."""
    d = Wishes(steps=steps)
    return (
        Knob("style", d.style, help="What it is painted like; `scene` asks the scene", choices=(SCENE, *styles)),
        Knob("toward", d.toward, help="Another style, towards which `mix` goes", choices=(NONE, *styles)),
        Knob("mix", d.mix, help="How far it has gone over to the style `toward`"),
        Knob("palette", d.palette, help="The style whose colours it has, whatever the stroke", choices=(OWN, *styles)),
        Knob("fade", d.fade, 0.0, 64.0, help="How long another style or seed takes to come", unit="s or beats"),
        Knob("beats", d.beats, help="Whether `fade` counts beats; seconds otherwise"),
        Knob("strength", d.strength, help="How much of the style it has; 0 is the mean of all there are"),
        Knob(
            "seed",
            d.seed,
            0.0,
            1000.0,
            help="Another number is another hand; between two whole ones, it turns from the one into the other",
        ),
        Knob("steps", d.steps, 1, 4, help="Steps a painting: more are slower, and finer"),
        Knob("size", d.size, 0.25, 1.0, help="Size of the paintings, times the one in venue.toml"),
        Knob("keep", d.keep, help="How much the paint sticks to whoever moves; 0 paints anew each time"),
        Knob("breath", d.breath, help="How much a still picture lives; at 0 it stands still"),
        Knob("dream", d.dream, help="How strongly the perceptual network dreams itself into the picture"),
        Knob("depth", d.depth, help="How deep the dream is, by what is seen in it", choices=DEPTHS),
        *(
            Knob(f"blend/{fader(name)}", 0.0, help=f"How much of {name} is blended in, beside 1 of the style")
            for name in styles
        ),
    )


def fader(style: str) -> str:
    """The name of a style's fader: the style's own, as addresses can have it."""
    return _OTHER.sub("_", style)


def wishes(values: Mapping[str, Value]) -> Wishes:
    """What the knobs of the whole tree say about paintings; defaults where there are none."""
    names = [name for name in Wishes.__dataclass_fields__ if name != "blend"]
    said = {name: values[f"{PREFIX}/{name}"] for name in names if f"{PREFIX}/{name}" in values}
    faders = f"{PREFIX}/blend/"
    blend = tuple((a.removeprefix(faders), float(v)) for a, v in values.items() if a.startswith(faders) and v)  # type: ignore[arg-type]
    return Wishes(**said, blend=blend)  # type: ignore[arg-type]
