"""The dancer's training log: curves of losses and of validation figures, and their plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image

from motion.dancer.trainer import ROUND_LOSS
from motion.learning import plots
from motion.learning.training_loop import JudgedHistory


@dataclass
class TrainingLog(JudgedHistory):
    """History of a dancer's training. The field names, and the names within, are keys of checkpoints."""

    aside: list[dict[str, float]] = field(default_factory=list)
    """Validation loss, `kept aside`, and the time `at` which it was computed."""
    best: dict[str, float] = field(default_factory=dict)
    """The figures with the highest `validation_split.score`."""

    def total(self, means: Mapping[str, float]) -> float:
        """The mean of the rollout's losses."""
        rounds = [loss for name, loss in means.items() if name.startswith(ROUND_LOSS)]
        return sum(rounds) / max(len(rounds), 1)


def draw_log(log: TrainingLog, title: str) -> Image.Image:
    """The plot of a training log."""
    names = list(log.latest)
    rounds = [name for name in names if name.startswith(ROUND_LOSS)]
    others = [name for name in names if name not in rounds]
    panels = [
        plots.Panel("loss of each round of a roll-out", _curves(log.losses, rounds), logarithmic=True, series=True),
        plots.Panel("its mean on clips that are kept aside", _curves(log.aside, ["kept aside"]), logarithmic=True),
        plots.Panel("loss of what else is learned", _curves(log.losses, others), logarithmic=True),
        plots.Panel("beat F1 of the answer", _curves(log.judged, ["with partner", "with another"])),
        plots.Panel("times the captured dancer's", _curves(log.judged, ["energy", "skate"]), line=1.0),
    ]
    return plots.draw_plots(title, panels, "minutes")


def _curves(entries: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, plots.Curve]:
    """Curves over minutes by name."""
    found = {name: [entry for entry in entries if name in entry] for name in names}
    return {n: ([e["at"] / 60.0 for e in points], [e[n] for e in points]) for n, points in found.items()}
