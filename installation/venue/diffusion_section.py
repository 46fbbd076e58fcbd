"""The [diffusion] section of venue.toml: which diffusion model paints, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from installation.core.errors import UserError
from installation.core.settings_base import Section
from installation.interface import prompt

PROMPTS = {
    "reed pen": "reed pen drawing in brown ink on paper, Vincent van Gogh",
    "tarot": "tarot card, black ink outlines, flat colours, Pamela Colman Smith",
    "starry night": "swirling brush strokes, blue and gold, oil painting, The Starry Night",
    "great wave": "Japanese woodblock print, Prussian blue, Hokusai",
    "mosaic": "mosaic of large coloured cubes, divisionism, Robert Delaunay",
    "cut paper": "cut paper collage, bold shapes, gouache",
    "mist": "colours in mist at dusk, oil painting, William Turner",
    "miniature": "Persian miniature, gold and lapis lazuli, fine lines",
}
Amount = Annotated[float, Field(ge=0, le=1)]


class DiffusionSection(Section):
    """Settings of the diffusion engine that stay for a whole show."""

    model: str = "stabilityai/sd-turbo"
    """A folder in the form of `diffusers`, or the published name of a model that `hf download` brought: SD-Turbo,
    SDXL-Turbo, LCM, SDXS, or any other Stable Diffusion 1, 2 or XL that paints in few steps. Nothing is fetched during
    a show, and nothing but the prompts says what may be painted."""
    autoencoder: str = ""
    """The same for a small autoencoder, "madebyollin/taesd" or "madebyollin/taesdxl"; the model's own when empty."""
    control: str = ""
    """The same for a ControlNet that belongs to the model; none when empty."""
    shows: Literal["edges", "depth", "parts"] = "edges"
    """The picture of the figures that the ControlNet is given."""
    held: Annotated[float, Field(ge=0, le=2)] = 0.8
    """Strength of the ControlNet."""
    prompts: Annotated[dict[str, str], Field(min_length=1)] = PROMPTS
    """Styles by name: "reed pen on paper : 2 | gold leaf | - blurred" has weights, and what is not to be seen."""
    strength: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Denoising strength: how far the picture departs from light and colour of the guide; at 1 they are ignored."""
    guidance: Annotated[float, Field(ge=1, le=20)] = 1.0
    """Classifier-free guidance: how strictly the picture follows the prompt. Higher is stricter. Use 1 (off) for turbo
    models, which were trained without it."""
    residual: Literal["input", "first", "each"] = "input"
    """The unconditional prediction of guidance: "input" takes the noise of the input, at no cost; "first" computes it
    at the first step; "each" at each step, which takes twice as long."""
    feedback: Amount = 0.3
    """Share of the last picture in the next one; unused in a stream of several steps."""
    still: Amount = 0.0
    """If the picture has changed less than this (0 none, 1 from black to white), the last painting is shown again. 0
    paints every picture."""
    stream: bool = True
    """Take one step of several successive pictures at once, rather than all steps of one: as many pictures a second as
    with one step, where the card has room, each that many steps late."""
    precision: Literal["auto", "float16", "bfloat16", "float32"] = "auto"
    """Number format; "auto" is float16 on a graphics card, on a processor bfloat16 where that is quick."""
    compiled: bool = False
    """Let torch compile the network on an NVIDIA card, with CUDA graphs: minutes at the start, and again at each other
    size or number of steps. Not yet measured on a card."""

    @field_validator("prompts")
    @classmethod
    def _can_be_read(cls, prompts: dict[str, str]) -> dict[str, str]:
        for text in prompts.values():
            try:
                prompt.read(text)
            except UserError as error:
                raise ValueError(str(error)) from None
        return prompts
