"""Sizes of the composer's network, apart from it: who only plays needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

from installation.music.model.tokens import VOCABULARY

ROTARY_BASE = 10_000.0
"""Longest wavelength of the rotary positions, in units of 2 pi tokens."""


@dataclass(frozen=True, slots=True)
class ComposerSettings:
    """Sizes of the network. They are stored in its file."""

    width: int = 192
    layers: int = 4
    heads: int = 4
    context: int = 768
    """Tokens that a position sees: those that it was trained with."""
    vocabulary: int = VOCABULARY
