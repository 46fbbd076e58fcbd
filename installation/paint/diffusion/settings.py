"""Which diffusion model paints, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SHOWS = ("edges", "depth", "parts")
RESIDUALS = ("input", "first", "each")
PRECISIONS = ("auto", "float16", "bfloat16", "float32")


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is chosen once; what changes from picture to picture is said to `paint`."""

    model: str = "stabilityai/sd-turbo"
    """A folder in the form of `diffusers`, or the name of a model that `hf download` brought: SD-Turbo, SDXL-Turbo,
    LCM, SDXS, or any other Stable Diffusion 1, 2 or XL that paints in few steps."""
    autoencoder: str = ""
    """The same for a small autoencoder, "madebyollin/taesd" or "madebyollin/taesdxl"; the model's own when empty."""
    control: str = ""
    """The same for a ControlNet that belongs to the model; none when empty."""
    shows: str = "edges"
    """What the ControlNet is shown of a guide: one of SHOWS."""
    held: float = 0.8
    """How strictly the ControlNet holds to it, 0..1 or more."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """Styles by name, as prompts."""
    strength: float = 0.7
    """How far it leaves the guide's own light and colour, above 0 (not at all) to 1 (they are not looked at)."""
    guidance: float = 1.0
    """How much more it does as it is told than it would, 1 for models that were taught without (all turbo ones)."""
    residual: str = "input"
    """What guidance leads away from, one of RESIDUALS: the guide itself, at no cost; what the model sees without the
    prompt at the first of its steps; or the same at each of them, which takes twice as long."""
    feedback: float = 0.3
    """How much of the last picture goes into the next where it may be trusted, 0..1."""
    still: float = 0.0
    """Change of a guide, as a share of black to white, under which it counts as the one before; 0 paints them all."""
    stream: bool = True
    """Take one step of several successive guides at once, rather than all steps of one."""
    precision: str = "auto"
    """One of PRECISIONS; "auto" is float16 on a graphics card, and on a processor bfloat16 where that is quick."""
    compiled: bool = False
    """Let torch compile the network on CUDA: minutes at the start, less time a picture."""

    def __post_init__(self) -> None:
        for name, choices in (("shows", SHOWS), ("residual", RESIDUALS), ("precision", PRECISIONS)):
            if (found := getattr(self, name)) not in choices:
                raise ValueError(f"{name}: found {found!r}; expected {', '.join(choices)}")
        for name, least, most in (("strength", 0.001, 1.0), ("guidance", 1.0, 20.0), ("feedback", 0.0, 1.0)):
            if not least <= (found := getattr(self, name)) <= most:
                raise ValueError(f"{name}: found {found}; expected a number from {least:g} to {most:g}")
