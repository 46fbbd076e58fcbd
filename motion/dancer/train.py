"""Training of the dancer from a folder of motions to a file of weights, interruptible and resumable."""

from __future__ import annotations

import copy
import difflib
import fnmatch
import hashlib
import io
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from motion import atomic_file
from motion.dancer import data, store, validation_split
from motion.dancer.data import DanceClip
from motion.dancer.model_card import model_page
from motion.dancer.network import Settings
from motion.dancer.synthetic_couples import synthetic_couples
from motion.dancer.trainer import DancerTrainer
from motion.dancer.training_log import TrainingLog, draw_log
from motion.dancer.training_losses import TrainingConfig, window_starts
from motion.dancer.training_tensors import SPEED_FACTORS, TrainingTensors, concatenated, training_tensors
from motion.learning.checkpoint import choose_device
from motion.learning.training_loop import (
    Clock,
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

logger = logging.getLogger(__name__)

MIN_DATA_SECONDS = 20.0
"""Usable duration of the smallest training set, in clips that are long enough."""
CHECKPOINT_SECONDS = 60.0
"""Seconds between two checkpoints."""
EVALUATION_SECONDS = 120.0
"""Seconds between two evaluations on the validation split,"""
ADAPTATION_RATE = 0.5
"""Highest learning rate of a training that goes on from other weights, times that of a new one."""
SYNTHETIC_SHARE = 0.5
"""Duration of the synthetic couples of each kind, times that of the data."""
EVALUATION_SHARE = 1 / 20
"""or this share of the training where that is more."""


@dataclass(frozen=True)
class DancerTrainingRun(TrainingRun):
    """One run of `visitant train dancer`."""

    without: Sequence[str] = ()
    """Names of clips that are excluded with their partners, from training and validation; `*` matches anything."""
    validate: bool = True
    """Whether some clips are held out for validation."""
    start: Path | None = None
    """Weights from which the training goes on, with their size, styles and statistics; None for a new network."""


def train(
    run: DancerTrainingRun,
    *,
    settings: Settings | None = None,
    config: TrainingConfig | None = None,
    progress: ProgressCallback = lambda report: None,
    clock: Clock = time.monotonic,
) -> TrainingResult:
    """Train a network on the motions below `run.folder`, and write it to `run.out` when the minutes are over.

    Beside x.safetensors it writes x.checkpoint, for `resume`, x.png with the curves, x.md, the model card, and
    x-best.safetensors, the network with the best validation figures. Ctrl-C ends the training after the current step,
    with a checkpoint.

    Raises TrainingError, DataError, WeightsError, DivergedError, OSError.
    """
    if run.out.suffix != ".safetensors":
        raise TrainingError(f"{run.out}: a network is written as .safetensors")
    device = choose_device(run.device)
    session = _open_session(run, device, settings or Settings(), config or TrainingConfig(), progress)
    seconds = 60.0 * run.minutes

    def evaluate(fraction: float) -> None:
        progress(Progress("measuring", fraction))
        session.evaluate()

    schedule = TrainingSchedule(
        seconds, CHECKPOINT_SECONDS, max(EVALUATION_SECONDS, EVALUATION_SHARE * seconds), session.rows_per_step
    )
    hooks = TrainingHooks(session.save_checkpoint, evaluate, progress)
    finished = run_training(session.trainer, session.log, schedule, hooks, clock)
    return finish_training(run, session, finished)


@dataclass
class _TrainingSession:
    """A training in progress and the files that it writes."""

    out: Path
    trainer: DancerTrainer
    log: TrainingLog
    setup: Mapping[str, Any]
    """Data and all settings, plain; a resumed training must have the same."""
    validation_clips: Sequence[DanceClip]
    validation_tensors: TrainingTensors | None
    card_extra: Mapping[str, Any] = field(default_factory=dict)
    """More entries of the model card."""

    @property
    def rows_per_step(self) -> int:
        """Plans in a training step."""
        return self.trainer.config.rows * self.trainer.config.rounds

    def save_checkpoint(self, finished: bool = False) -> None:
        save_checkpoint(self.out, self.setup, self.log, self.trainer, finished)

    def evaluate(self) -> None:
        """Evaluate on the validation split, plot the curves, and write the network where its figures are the best."""
        figures: dict[str, float] = {}
        if self.validation_tensors is not None:
            network = copy.deepcopy(self.trainer.average).to("cpu")
            loss = validation_split.validation_loss(network, self.validation_tensors, self.trainer.config)
            self.log.aside.append({"at": self.log.spent, "kept aside": loss})
            figures = validation_split.evaluate(network, self.validation_clips)
        if figures:
            self.log.judged.append({"at": self.log.spent, **figures})
            if not self.log.best or validation_split.score(figures) > validation_split.score(self.log.best):
                store.save(self.out.with_stem(f"{self.out.stem}-best"), self.trainer.average, self.card())
                self.log.best = self.log.judged[-1]
        picture = io.BytesIO()
        draw_log(self.log, self.out.stem).save(picture, "PNG")
        atomic_file.atomic_write(sibling_path(self.out, "png"), picture.getbuffer())

    def finish(self) -> None:
        """Write the network, its model card, and the final checkpoint."""
        card = self.card()
        store.save(self.out, self.trainer.average, card)
        atomic_file.atomic_write(sibling_path(self.out, "md"), model_page(self.out, card).encode())
        self.save_checkpoint(finished=True)

    def card(self) -> dict[str, Any]:
        """The model card of the current network."""
        return {
            **{name: value for name, value in self.setup.items() if name != "settings"},
            **self.card_extra,
            "parameters": sum(p.numel() for p in self.trainer.network.parameters()),
            "device": self.trainer.device.type,
            "minutes": round(self.log.spent / 60.0, 1),
            "steps": self.trainer.steps,
            "figures": {name: round(value, 4) for name, value in self.log.latest_figures.items()},
        }


def _open_session(
    run: DancerTrainingRun, device: torch.device, settings: Settings, config: TrainingConfig, progress: ProgressCallback
) -> _TrainingSession:
    """Read the clips, make the tensors, and create the trainer or restore it from the checkpoint."""
    saved = read_checkpoint(run.out, run.resume)
    clips = data.read_clips(run.folder, lambda done, of: progress(Progress("reading", done / of)))
    # With the styles of all clips, another training can go on from this network with those that are excluded.
    start = None if run.start is None else store.load(run.start)
    styles = tuple(sorted({clip.style for clip in clips})) if start is None else start.settings.styles
    excluded = _excluded(clips, run.without, run.folder)
    clips = [clip for clip in clips if clip.name not in excluded]
    training, validation = validation_split.split(clips, run.seed) if run.validate else (clips, [])
    settings = replace(settings, styles=styles) if start is None else start.settings
    config = config if start is None else replace(config, rate=ADAPTATION_RATE * config.rate)
    progress(Progress("laying out", 0.0))
    tensors = _usable_tensors(run.folder, training, styles, config)
    answers = synthetic_couples(training, SYNTHETIC_SHARE, run.seed)
    if answers:
        tensors = concatenated([tensors, training_tensors(answers, styles, speed_factors=(1.0,))])
    if not data.couples(training):
        logger.warning("no two files are a couple: the network learns to move, but not to answer a partner")
    setup = {
        "data": [clip.name for clip in training],
        "frames": sum(len(clip.motion) for clip in training),
        "aside": [clip.name for clip in validation],
        "without": excluded,
        "seed": run.seed,
        "settings": asdict(settings),
        "schooling": asdict(config),
        "paces": list(SPEED_FACTORS),
        **({} if run.start is None else {"start": start_of(run.start)}),
    }
    if saved is not None:
        require_same_setup(run.out, setup, saved)
    trainer = DancerTrainer(tensors, settings, config, run.seed, device, start)
    validation_tensors = (
        training_tensors(validation, styles, speed_factors=(1.0,), mirrored=False) if validation else None
    )
    log = TrainingLog()
    if saved is not None:
        trainer.restore(saved["lesson"])
        log = TrainingLog(**saved["diary"])
    card_extra = {"credit": run.credit, "command": run.command, "torch": torch.__version__}
    return _TrainingSession(run.out, trainer, log, setup, validation, validation_tensors, card_extra)


def start_of(weights: Path) -> dict[str, Any]:
    """What a model card says of the weights from which its training went on."""
    card = store.card(weights)
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    return {"file": weights.name, "sha256": digest, **{name: card.get(name) for name in ("data", "minutes", "command")}}


def _usable_tensors(
    folder: Path, clips: Sequence[DanceClip], styles: Sequence[str], config: TrainingConfig
) -> TrainingTensors:
    """The training tensors of clips. Raises TrainingError where they hold less than MIN_DATA_SECONDS."""
    tensors = training_tensors(clips, styles) if clips else None
    starts = () if tensors is None else window_starts(tensors, config).all
    seconds = len(starts) / (2 * len(SPEED_FACTORS) * data.FRAME_RATE)
    if tensors is None or seconds < MIN_DATA_SECONDS:
        raise TrainingError(
            f"{folder}: {seconds:.0f} s can be learned from, expected {MIN_DATA_SECONDS:g} or more; "
            "the first 2 s of a clip can't"
        )
    return tensors


def _excluded(clips: Sequence[DanceClip], without: Sequence[str], folder: Path) -> list[str]:
    """The names of all clips that match a pattern of `without`, and of their partners."""
    partners = {clip.name: clip.partner for clip in clips}
    excluded: set[str] = set()
    for pattern in without:
        found = fnmatch.filter(partners, pattern)
        if not found:
            near = difflib.get_close_matches(pattern, partners, 3) or sorted(partners)[:3]
            raise TrainingError(f"without {pattern}: {folder} has no clip of that name; there are {', '.join(near)}, …")
        excluded.update(found, (partner for name in found if (partner := partners[name]) is not None))
    return sorted(excluded)
