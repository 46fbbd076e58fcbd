"""What was noted while the dancer was taught, and the picture of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image

from motion.dancer.trainer import ROUND_LOSS
from motion.learning import plots
from motion.learning.training_loop import LossHistory


@dataclass
class TrainingLog(LossHistory):
    """What was noted while a dancer was taught."""

    aside: list[dict[str, float]] = field(default_factory=list)
    """The loss on what is `kept aside`, and `at` what time."""
    judged: list[dict[str, float]] = field(default_factory=list)
    """Figures of `aside.judged`, and `at` what time."""
    best: dict[str, float] = field(default_factory=dict)

    @property
    def newest(self) -> dict[str, float]:
        """The figures that were told last."""
        return {name: value for name, value in self.judged[-1].items() if name != "at"} if self.judged else {}

    def loss(self, means: Mapping[str, float]) -> float:
        """The mean over rounds."""
        rounds = [loss for name, loss in means.items() if name.startswith(ROUND_LOSS)]
        return sum(rounds) / max(len(rounds), 1)


def curves(diary: TrainingLog, name: str) -> Image.Image:
    """The picture of a diary."""
    names = [name for name in (diary.losses[-1] if diary.losses else {}) if name != "at"]
    rounds = [name for name in names if name.startswith(ROUND_LOSS)]
    rest = [name for name in names if name not in rounds]
    panels = [
        plots.Panel("loss of each round of a roll-out", _told(diary.losses, rounds), logarithmic=True, series=True),
        plots.Panel("its mean on clips that are kept aside", _told(diary.aside, ["kept aside"]), logarithmic=True),
        plots.Panel("loss of what else is learned", _told(diary.losses, rest), logarithmic=True),
        plots.Panel("beat F1 of the answer", _told(diary.judged, ["with partner", "with another"])),
        plots.Panel("times the captured dancer's", _told(diary.judged, ["energy", "skate"]), line=1.0),
    ]
    return plots.draw_plots(name, panels, "minutes")


def _told(entries: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, plots.Curve]:
    """Curves over minutes."""
    found = {name: [entry for entry in entries if name in entry] for name in names}
    return {n: ([e["at"] / 60.0 for e in some], [e[n] for e in some]) for n, some in found.items()}
