"""Training of the ear's beat network from a folder of MIDI files to a file of weights, interruptible and resumable."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from PIL import Image

from installation.ear.beat.network import BeatNetworkSettings
from installation.training.ear import beat_network, validation
from installation.training.ear.batches import BeatBatches
from installation.training.ear.feature_library import LibrarySettings, TrainingTrack, library
from installation.training.ear.model_card import model_page
from installation.training.ear.one_shots import find_soundfonts
from installation.training.ear.trainer import EarTrainer, EarTrainingConfig
from motion.atomic_file import atomic_write
from motion.learning import plots
from motion.learning.checkpoint import choose_device
from motion.learning.training_loop import (
    JudgedHistory,
    Progress,
    ProgressCallback,
    TrainingError,
    TrainingHooks,
    TrainingResult,
    TrainingRun,
    TrainingSchedule,
    finish_training,
    read_checkpoint,
    require_same_setup,
    run_training,
    save_checkpoint,
    sibling_path,
)

CHECKPOINT_SECONDS = 60.0
"""Seconds between two checkpoints."""
EVALUATION_SECONDS = 240.0
"""Seconds between two evaluations on what is kept aside,"""
EVALUATION_SHARE = 1 / 12
"""or this share of the training where that is more."""


@dataclass(frozen=True)
class EarTrainingSettings:
    """All settings of a training."""

    network: BeatNetworkSettings = field(default_factory=BeatNetworkSettings)
    config: EarTrainingConfig = field(default_factory=EarTrainingConfig)
    library: LibrarySettings = field(default_factory=LibrarySettings)


def train(
    run: TrainingRun,
    *,
    settings: EarTrainingSettings | None = None,
    progress: ProgressCallback = lambda report: None,
    clock: Callable[[], float] = time.monotonic,
) -> TrainingResult:
    """Train a network on the MIDI files below `run.folder`, and write it to `run.out` when the minutes are over.

    Beside x.safetensors it writes x.checkpoint, for `resume`, x.png with the curves, and x.md, the model card. Rendered
    features are cached in the folder for temporary files. Ctrl-C ends the training after the current step, with a
    checkpoint.

    Raises TrainingError, DivergedError, UserError (a folder without MIDI files), OSError.
    """
    if run.out.suffix != ".safetensors":
        raise TrainingError(f"{run.out}: a network is written as .safetensors")
    session = _open_session(run, settings or EarTrainingSettings(), progress)
    seconds = 60.0 * run.minutes
    schedule = TrainingSchedule(
        seconds, CHECKPOINT_SECONDS, max(EVALUATION_SECONDS, EVALUATION_SHARE * seconds), session.trainer.config.rows
    )
    hooks = TrainingHooks(session.save_checkpoint, lambda fraction: session.evaluate(), progress)
    finished = run_training(session.trainer, session.log, schedule, hooks, clock)
    return finish_training(run, session, finished)


@dataclass
class _EarTrainingSession:
    """A training in progress and the files that it writes."""

    run: TrainingRun
    trainer: EarTrainer
    log: JudgedHistory
    setup: Mapping[str, Any]
    """Data and all settings, plain; a resumed training must have the same."""
    aside: Sequence[TrainingTrack]
    frames: int
    """Frames of features that are trained on."""

    def save_checkpoint(self, finished: bool = False) -> None:
        save_checkpoint(self.run.out, self.setup, self.log, self.trainer, finished)

    def evaluate(self) -> None:
        """Measure the present network on what is kept aside, and draw the curves."""
        figures = validation.evaluate(self.trainer.average, self.aside)
        if figures:
            self.log.judged.append({"at": self.log.spent, **figures})
        data = io.BytesIO()
        _draw(self.log, self.run.out.stem).save(data, "PNG")
        atomic_write(sibling_path(self.run.out, "png"), data.getvalue())

    def finish(self) -> None:
        """Write the network, its model card, and the final checkpoint."""
        card = {
            **{name: value for name, value in self.setup.items() if name != "settings"},
            "frames": self.frames,
            "credit": self.run.credit,
            "command": self.run.command,
            "torch": torch.__version__,
            "parameters": sum(p.numel() for p in self.trainer.network.parameters()),
            "device": self.trainer.device.type,
            "minutes": round(self.log.spent / 60.0, 1),
            "steps": self.trainer.steps,
            "figures": {name: round(value, 4) for name, value in self.log.latest_figures.items()},
        }
        beat_network.save(self.run.out, self.trainer.average, card)
        atomic_write(sibling_path(self.run.out, "md"), model_page(self.run.out, card).encode())
        self.save_checkpoint(finished=True)


def _open_session(run: TrainingRun, settings: EarTrainingSettings, progress: ProgressCallback) -> _EarTrainingSession:
    """Render the tracks, and create the trainer or restore it from the checkpoint."""
    saved = read_checkpoint(run.out, run.resume)
    device = choose_device(run.device)
    tracks, names = library(
        run.folder, run.seed, settings.library, lambda share: progress(Progress("rendering", share))
    )
    learned = [track for track in tracks if not track.aside]
    if not any(len(track.main) >= settings.config.frames for track in learned):
        raise TrainingError(
            f"{run.folder}: no take is as long as a window of training, {settings.config.frames / 50:g} s"
        )
    setup = {
        "data": sorted(names),
        "soundfonts": [path.name for path in find_soundfonts()],
        "seed": run.seed,
        "settings": asdict(settings.network),
        "schooling": asdict(settings.config),
        "rendering": asdict(settings.library),
    }
    if saved is not None:
        require_same_setup(run.out, setup, saved)
    batches = BeatBatches(learned, settings.config.frames)
    trainer = EarTrainer(batches, settings.network, settings.config, run.seed, device)
    log = JudgedHistory()
    if saved is not None:
        trainer.restore(saved["lesson"])
        log = JudgedHistory(**saved["diary"])
    frames = sum(len(track.main) for track in learned)
    return _EarTrainingSession(run, trainer, log, setup, [track for track in tracks if track.aside], frames)


def _draw(log: JudgedHistory, title: str) -> Image.Image:
    """The curves of a training."""
    figures = [name for name in log.latest_figures if name.startswith("F ")]
    panels = [
        plots.Panel("loss", _curves(log.losses, list(log.latest)), logarithmic=True),
        plots.Panel("loss of the beats on what is kept aside", _curves(log.judged, ["loss aside"]), logarithmic=True),
        plots.Panel("F of the network's peaks on what is kept aside", _curves(log.judged, figures)),
    ]
    return plots.draw_plots(title, panels, "minutes")


def _curves(entries: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, plots.Curve]:
    found = {name: [entry for entry in entries if name in entry] for name in names}
    return {n: ([e["at"] / 60.0 for e in points], [e[n] for e in points]) for n, points in found.items()}
