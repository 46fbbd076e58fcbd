"""Knobs of the painter, at /painter/, and the settings that they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from installation.core.records import record
from installation.interface.knobs import Knob, Value

PREFIX = "/painter"
SCENE, NONE, OWN = "scene", "none", "own"
"""Choices: the scene's style, no second style, and the style's own palette."""
DREAM_LAYERS = ("strokes", "scales", "feathers", "eyes")
"""Layers of the perceptual network from which a dream is made, by what is seen there."""
_OTHER = re.compile(r"[^A-Za-z0-9_]")


@record("paint.Wishes")
@dataclass(frozen=True, slots=True)
class PainterSettings:
    """How to paint: one field for each knob, and the faders of all styles together."""

    style: str = SCENE
    style_b: str = NONE
    style_mix: float = 0.0
    palette: str = OWN
    fade: float = 2.0
    fade_in_beats: bool = False
    strength: float = 1.0
    seed: float = 1.0
    steps: int = 1
    scale: float = 1.0
    stability: float = 0.7
    shimmer: float = 0.0
    dream: float = 0.0
    dream_layer: str = DREAM_LAYERS[1]
    blend: tuple[tuple[str, float], ...] = ()
    """The faders of styles that are blended in, with weights above 0, beside a weight of 1."""


def knobs(styles: Sequence[str], steps: int = 1) -> tuple[Knob, ...]:
    """The knobs for an engine with these styles that takes `steps` steps by default."""
    d = PainterSettings(steps=steps)
    return (
        Knob("style", d.style, help="What it is painted like; `scene` asks the scene", choices=(SCENE, *styles)),
        Knob(
            "style_b",
            d.style_b,
            help="Another style, towards which `style_mix` goes",
            choices=(NONE, *styles),
            aliases=("toward",),
        ),
        Knob("style_mix", d.style_mix, help="How far it has gone over to `style_b`", aliases=("mix",)),
        Knob("palette", d.palette, help="The style whose colours it has, whatever the stroke", choices=(OWN, *styles)),
        Knob("fade", d.fade, 0.0, 64.0, help="How long another style or seed takes to come", unit="s or beats"),
        Knob(
            "fade_in_beats", d.fade_in_beats, help="Whether `fade` counts beats; seconds otherwise", aliases=("beats",)
        ),
        Knob("strength", d.strength, help="How much of the style it has; 0 is the mean of all there are"),
        Knob(
            "seed",
            d.seed,
            0.0,
            1000.0,
            help="Another number is another hand; between two whole ones, it turns from the one into the other",
        ),
        Knob("steps", d.steps, 1, 4, help="Steps a painting: more are slower, and finer"),
        Knob(
            "scale",
            d.scale,
            0.25,
            1.0,
            help="Size of the paintings, times `size` under [painter] in venue.toml",
            aliases=("size",),
        ),
        Knob(
            "stability",
            d.stability,
            help="How much the paint sticks to whoever moves; 0 paints anew each time",
            aliases=("keep",),
        ),
        Knob("shimmer", d.shimmer, help="How much a still picture lives; at 0 it stands still", aliases=("breath",)),
        Knob("dream", d.dream, help="How strongly the perceptual network dreams itself into the picture"),
        Knob(
            "dream_layer",
            d.dream_layer,
            help="How deep the dream is, by what is seen in it",
            choices=DREAM_LAYERS,
            aliases=("depth",),
        ),
        *(
            Knob(f"blend/{fader(name)}", 0.0, help=f"How much of {name} is blended in, beside 1 of the style")
            for name in styles
        ),
    )


def fader(style: str) -> str:
    """The name of a style's fader: the style's own, as addresses can have it."""
    return _OTHER.sub("_", style)


def settings_of(values: Mapping[str, Value]) -> PainterSettings:
    """The painter's settings from the values of the whole tree; defaults where it has no such knobs."""
    names = [name for name in PainterSettings.__dataclass_fields__ if name != "blend"]
    values_by_name = {name: values[f"{PREFIX}/{name}"] for name in names if f"{PREFIX}/{name}" in values}
    faders = f"{PREFIX}/blend/"
    blend = tuple((a.removeprefix(faders), float(v)) for a, v in values.items() if a.startswith(faders) and v)  # type: ignore[arg-type]
    return PainterSettings(**values_by_name, blend=blend)  # type: ignore[arg-type]
