"""The composer's report: all parts, or some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from installation.core.errors import UserError
from installation.evaluate.composer.character import measure_character
from installation.evaluate.composer.held_out import measure_bits
from installation.evaluate.composer.live import measure_live
from installation.evaluate.composer.steering import measure_steering
from installation.evaluate.report import Figure, measure_parts
from installation.music.model.network import network_of
from installation.music.model.store import ComposerModel, load
from installation.training.composer.pieces import Piece, read_pieces

PIECE_PARTS = ("bits", "character")
"""Parts that need pieces of music."""


@dataclass
class ComposerStudy:
    """What is measured, and with which pieces."""

    model: ComposerModel
    folder: Path | None

    @cached_property
    def pieces(self) -> list[Piece]:
        """Raises UserError where there are none."""
        if self.folder is None:
            raise UserError(
                "--data: which music? Expected a folder with the Groove MIDI Dataset and other MIDI files; "
                "without it: --part steering --part live"
            )
        return read_pieces(self.folder)


def measure_composer(
    folder: Path | None, weights: Path | None, parts: Sequence[str], advance: Callable[[float], None]
) -> list[Figure]:
    """Figures of the composer of a file, by default the bundled one. Raises UserError."""
    study = ComposerStudy(load(weights), folder)
    known: dict[str, Callable[[], list[Figure]]] = {
        "bits": lambda: measure_bits(study.pieces, network_of(study.model)),
        "steering": lambda: measure_steering(study.model),
        "character": lambda: measure_character(study.pieces, study.model),
        "live": lambda: measure_live(study.model),
    }
    return measure_parts([known[part] for part in parts or known], advance)
