"""Settings of a training of the painter: batch composition, learning rate and weights of the losses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class LossWeights:
    """The weight of each loss."""

    stroke: float = 1.0
    colour: float = 8.0
    contrast: float = 0.8
    critic: float = 0.5
    light: float = 1.2
    shape: float = 1.0
    reader: float = 0.8
    rebuilt: float = 0.6
    steady: float = 6.0
    kept: float = 8.0


@dataclass(frozen=True)
class TrainingConfig:
    """How the painter is trained."""

    size_px: int = 128
    """Side of the paintings of a step."""
    reconstructions: int = 3
    """Pictures painted from their own guides, a step."""
    people: int = 4
    """Guides of people, painted twice."""
    transfers: int = 1
    """Guides of pictures painted in the style of others."""
    learning_rate: float = 6e-4
    """Of the painter and of the discriminator."""
    zoom: tuple[float, float] = (0.75, 1.2)
    """Smallest and largest magnification of pictures."""
    window_cells: tuple[int, int] = (48, 128)
    """Smallest and largest side, in pixels of the guide, of windows in the guides of people: from a part to the whole
    canvas."""
    recolour_odds: float = 0.25
    """Probability that a picture gets another's colours."""
    weights: LossWeights = field(default_factory=LossWeights)

    @property
    def people_rows(self) -> slice:
        """The rows of a batch with guides of people."""
        return slice(self.reconstructions, self.reconstructions + self.people)

    @property
    def row_count(self) -> int:
        """Rows of a batch."""
        return self.reconstructions + self.people + self.transfers

    def to_header(self) -> dict[str, Any]:
        """The settings by their names in files of weights and checkpoints, which are older than the fields' names."""
        return {
            "size": self.size_px,
            "own": self.reconstructions,
            "people": self.people,
            "other": self.transfers,
            "rate": self.learning_rate,
            "zoom": self.zoom,
            "spans": self.window_cells,
            "recolour": self.recolour_odds,
            **asdict(self.weights),
        }
