"""The composer's file of weights: safetensors with settings and model card in the header, read without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors import numpy as safetensors

from installation.core.errors import UserError
from installation.music.model.settings import ComposerSettings
from installation.music.model.stems import DRUM_VOICES
from installation.music.model.tokens import BAR_STEPS, DATA_GENRES, VOCABULARY
from motion.atomic_file import atomic_write
from motion.learning.weights_header import HeaderError, read_metadata

BUNDLED_WEIGHTS = Path(__file__).parents[1] / "weights" / "composer.safetensors"
"""The weights that come with Visitant."""
FORMAT_VERSION = 1
"""Version of the file's format."""
HEADER_KEY = "visitant composer"
"""The one key of the header's metadata."""
OFFSETS = "offsets"
"""Name of the table of micro-timing among the tensors."""
HITS = "hits"
"""Name of the table of genres' drum notes among the tensors."""
HITS_SHAPE = (len(DATA_GENRES), BAR_STEPS, len(DRUM_VOICES))
OFFSETS_SHAPE = (*HITS_SHAPE, 2)
REMEDY = "`visitant train composer --data DIR --out FILE` makes one"


@dataclass(frozen=True, slots=True)
class ComposerModel:
    """A trained composer."""

    settings: ComposerSettings
    weights: Mapping[str, NDArray[np.float32]]
    """Parameters of the network by name."""
    offsets: NDArray[np.float32]
    """OFFSETS_SHAPE: mean and deviation of how far drummers play from the grid, steps, by genre, step and voice."""
    hits: NDArray[np.float32]
    """HITS_SHAPE: logarithm of how much more often than in other genres drummers play a voice at a step."""
    card: Mapping[str, Any]


def save(path: Path, model: ComposerModel) -> None:
    """Write a model atomically, its numbers in 16 bits. Raises OSError."""
    tensors = {name: values.astype(np.float16) for name, values in sorted(model.weights.items())}
    tensors[OFFSETS], tensors[HITS] = model.offsets.astype(np.float16), model.hits.astype(np.float16)
    head = {"version": FORMAT_VERSION, "settings": asdict(model.settings), "card": dict(model.card)}
    # Two keys would be in another order each time, and the bytes with them.
    atomic_write(path, safetensors.save(tensors, {HEADER_KEY: json.dumps(head, ensure_ascii=False)}))


def load(path: str | Path | None = None) -> ComposerModel:
    """The model of a file, by default of BUNDLED_WEIGHTS.

    Raises UserError where it is missing, damaged, of another version or of another size than its settings say.
    """
    path = Path(path or BUNDLED_WEIGHTS)
    head = _read_header(path)
    try:
        settings = ComposerSettings(**head["settings"])
        tensors = {name: values.astype(np.float32) for name, values in safetensors.load(path.read_bytes()).items()}
    except TypeError as error:
        raise UserError(f"{path}: its settings do not fit this version ({error}); {REMEDY} that fits") from None
    except (SafetensorError, OSError) as error:
        raise UserError(f"{path}: damaged ({error}); {REMEDY} anew") from None
    expected = parameter_shapes(settings) | {OFFSETS: OFFSETS_SHAPE, HITS: HITS_SHAPE}
    found = {name: values.shape for name, values in tensors.items()}
    if wrong := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
        name = wrong[0]
        raise UserError(
            f"{path}: of another network: {name} is {found.get(name, 'missing')}, "
            f"expected {expected.get(name, 'none')}; {REMEDY} that fits"
        )
    if broken := [name for name, values in tensors.items() if not np.isfinite(values).all()]:
        raise UserError(f"{path}: {', '.join(broken[:3])} holds values that are not finite; {REMEDY} anew")
    return ComposerModel(settings, tensors, tensors.pop(OFFSETS), tensors.pop(HITS), head["card"])


def parameter_shapes(settings: ComposerSettings) -> dict[str, tuple[int, ...]]:
    """Shapes of the network's parameters by name."""
    width = settings.width
    shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (settings.vocabulary, width), "norm.weight": (width,)}
    for number in range(settings.layers):
        block = {
            "attention_norm": (width,),
            "attention_in": (3 * width, width),
            "attention_out": (width, width),
            "mlp_norm": (width,),
            "mlp_in": (4 * width, width),
            "mlp_out": (width, 4 * width),
        }
        shapes |= {f"blocks.{number}.{name}.weight": shape for name, shape in block.items()}
    return shapes


def card(path: str | Path | None = None) -> dict[str, Any]:
    """The model card of a file, by default of BUNDLED_WEIGHTS, read without the weights. Raises UserError."""
    return dict(_read_header(Path(path or BUNDLED_WEIGHTS))["card"])


def _read_header(path: Path) -> dict[str, Any]:
    """The JSON object of a file's header. Raises UserError."""
    if not path.is_file():
        which = "the composer's network" if path == BUNDLED_WEIGHTS else "this network"
        raise UserError(f"{path}: {which} isn't there; {REMEDY}")
    try:
        text = read_metadata(path).get(HEADER_KEY)
        if text is None:
            raise UserError(f"{path}: a safetensors file, but no composer of Visitant; {REMEDY}")
        head = dict(json.loads(text))
        version, sizes, _ = head["version"], dict(head["settings"]), dict(head["card"])
    except (HeaderError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(f"{path}: damaged, or no safetensors file ({error}); {REMEDY} anew") from None
    if version != FORMAT_VERSION:
        raise UserError(f"{path}: of form {version}, this Visitant reads form {FORMAT_VERSION}; {REMEDY} of that form")
    sound = all(isinstance(size, int) and 0 < size <= 1 << 14 for size in sizes.values())
    if not sound or sizes.get("vocabulary") != VOCABULARY or sizes.get("layers", 0) > 64:
        raise UserError(f"{path}: its settings {sizes} are not those of a composer of this version; {REMEDY} anew")
    return head
