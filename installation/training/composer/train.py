"""Training of the composer from a folder of MIDI files to a file of weights, interruptible and resumable."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from installation.music.model import store
from installation.music.model.network import ComposerNetwork, parameters_of
from installation.music.model.settings import ComposerSettings
from installation.music.model.store import ComposerModel
from installation.music.model.tokens import BAR, FIRST_CONTENT, START
from installation.training.composer.batches import IGNORED, BatchConfig, BatchSource, piece_tokens
from installation.training.composer.groove import hit_table, offset_table
from installation.training.composer.model_card import model_page
from installation.training.composer.pieces import Piece, read_pieces
from installation.training.composer.trainer import ComposerTrainer, OptimiserConfig
from motion import atomic_file
from motion.learning import plots
from motion.learning.checkpoint import choose_device
from motion.learning.training_loop import (
    Clock,
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

MIN_NOTES = 2_000
"""Notes of the smallest training set."""
CHECKPOINT_SECONDS = 60.0
"""Seconds between two checkpoints."""
EVALUATION_SECONDS = 240.0
"""Seconds between two evaluations on the validation split."""
VALIDATION_ROWS = 10
"""Stretches of each source that an evaluation reads."""
FIGURE_LABELS = {
    "groove": "bits a note, validation takes of Groove, controls hidden",
    "band": "bits a note, validation songs of bands, controls hidden",
}
"""Labels of the figures for readers."""


@dataclass
class ComposerLog(JudgedHistory):
    """History of a composer's training. The field names are keys of checkpoints."""

    @property
    def best(self) -> float:
        """The lowest sum of relative bits so far."""
        return min((score(figures) for figures in self.judged), default=math.inf)


def score(figures: Mapping[str, float]) -> float:
    """One number of an evaluation's figures, lower is better: the geometric mean of its bits."""
    values = [math.log(value) for name, value in figures.items() if name != "at"]
    return math.exp(sum(values) / len(values)) if values else math.inf


def train(
    run: TrainingRun,
    *,
    settings: ComposerSettings | None = None,
    progress: ProgressCallback = lambda report: None,
    clock: Clock = time.monotonic,
) -> TrainingResult:
    """Train a network on the MIDI files below `run.folder`, and write the one with the best validation figures to
    `run.out` when the minutes are over.

    Beside x.safetensors it writes x.checkpoint, for `resume`, x.png with the curves, and x.md, the model card. Ctrl-C
    ends the training after the current step, with a checkpoint. Raises TrainingError, UserError, WeightsError,
    DivergedError, OSError.
    """
    if run.out.suffix != ".safetensors":
        raise TrainingError(f"{run.out}: a network is written as .safetensors")
    session = _open_session(run, settings or ComposerSettings(), progress)
    seconds = 60.0 * run.minutes

    def evaluate(fraction: float) -> None:
        progress(Progress("measuring", fraction))
        session.evaluate()

    schedule = TrainingSchedule(
        seconds, CHECKPOINT_SECONDS, max(EVALUATION_SECONDS, seconds / 15), session.trainer.source.config.rows
    )
    hooks = TrainingHooks(session.save_checkpoint, evaluate, progress)
    finished = run_training(session.trainer, session.log, schedule, hooks, clock)
    return finish_training(run, session, finished)


@dataclass
class _ComposerSession:
    """A training in progress and the files that it writes."""

    run: TrainingRun
    trainer: ComposerTrainer
    log: ComposerLog
    setup: Mapping[str, Any]
    """Data and all settings, plain; a resumed training must have the same."""
    offsets: NDArray[np.float32]
    hits: NDArray[np.float32]
    validation: Mapping[str, Tensor]
    """Rows of tokens by source."""

    def save_checkpoint(self, finished: bool = False) -> None:
        save_checkpoint(self.run.out, self.setup, self.log, self.trainer, finished)

    def evaluate(self) -> None:
        """Measure the validation split, plot the curves, and keep the network where it is the best so far."""
        figures = {name: bits_a_note(self.trainer.average, rows) for name, rows in self.validation.items()}
        if figures:
            best = self.log.best
            self.log.judged.append({"at": self.log.spent, **figures})
            if score(figures) < best:
                store.save(self._best_path, self._model())
        picture = io.BytesIO()
        draw_log(self.log, self.run.out.stem).save(picture, "PNG")
        atomic_file.atomic_write(sibling_path(self.run.out, "png"), picture.getbuffer())

    @property
    def _best_path(self) -> Any:
        return self.run.out.with_stem(f"{self.run.out.stem}-best")

    def finish(self) -> None:
        """Write the best network, its model card, and the final checkpoint."""
        if self._best_path.is_file():
            store.save(self.run.out, store.load(self._best_path))
            self._best_path.unlink()
        else:
            store.save(self.run.out, self._model())
        page = model_page(self.run.out, store.card(self.run.out))
        atomic_file.atomic_write(sibling_path(self.run.out, "md"), page.encode())
        self.save_checkpoint(finished=True)

    def _model(self) -> ComposerModel:
        average = self.trainer.average
        return ComposerModel(average.settings, parameters_of(average), self.offsets, self.hits, self.card())

    def card(self) -> dict[str, Any]:
        """The model card of the current network."""
        return {
            **{name: value for name, value in self.setup.items() if name != "settings"},
            "credit": self.run.credit,
            "command": self.run.command,
            "torch": torch.__version__,
            "parameters": sum(p.numel() for p in self.trainer.network.parameters()),
            "device": self.trainer.device.type,
            "minutes": round(self.log.spent / 60.0, 1),
            "steps": self.trainer.steps,
            "figures": {name: round(value, 4) for name, value in self.log.latest_figures.items()},
        }


def _open_session(run: TrainingRun, settings: ComposerSettings, progress: ProgressCallback) -> _ComposerSession:
    """Read the pieces and create the trainer, or restore it from the checkpoint."""
    saved = read_checkpoint(run.out, run.resume)
    device = choose_device(run.device)
    pieces = read_pieces(run.folder, lambda share: progress(Progress("reading", share)))
    training = [piece for piece in pieces if piece.split == "train"]
    notes = sum(piece.notes for piece in training)
    if notes < MIN_NOTES:
        raise TrainingError(f"{run.folder}: {notes:,} notes on a grid; expected {MIN_NOTES:,} or more")
    config, batches = OptimiserConfig(), BatchConfig(context=settings.context)
    setup = {
        "data": _source_facts(training),
        "seed": run.seed,
        "settings": asdict(settings),
        "batches": asdict(batches),
        "optimiser": asdict(config),
    }
    if saved is not None:
        require_same_setup(run.out, setup, saved)
    trainer = ComposerTrainer(BatchSource(training, batches), settings, config, run.seed, device)
    log = ComposerLog()
    if saved is not None:
        trainer.restore(saved["lesson"])
        log = ComposerLog(**saved["diary"])
    validation = _validation_rows([piece for piece in pieces if piece.split == "validation"], settings.context)
    return _ComposerSession(run, trainer, log, setup, offset_table(training), hit_table(training), validation)


def _source_facts(pieces: Sequence[Piece]) -> dict[str, dict[str, int]]:
    """Files, bars and notes by source."""
    facts: dict[str, dict[str, int]] = {}
    for piece in pieces:
        entry = facts.setdefault(piece.source, {"files": 0, "bars": 0, "notes": 0})
        entry["files"] += 1
        entry["bars"] += len(piece.bars)
        entry["notes"] += piece.notes
    return facts


def _validation_rows(pieces: Sequence[Piece], context: int) -> dict[str, Tensor]:
    """Evenly spread stretches (rows, context + 1) of the longer pieces, by kind of source, controls hidden."""
    rows: dict[str, Tensor] = {}
    for name, pool in (("groove", [p for p in pieces if p.offsets]), ("band", [p for p in pieces if not p.offsets])):
        stretches = []
        for piece in pool:
            tokens = piece_tokens(piece, known=False)
            stretches += [tokens[at : at + context + 1] for at in range(0, len(tokens) - context, context)]
        if stretches:
            chosen = np.unique(np.linspace(0, len(stretches) - 1, VALIDATION_ROWS).astype(int))
            rows[name] = torch.tensor([stretches[index] for index in chosen])
    return rows


@torch.inference_mode()
def bits_a_note(network: ComposerNetwork, rows: Tensor) -> float:
    """Bits that the network needs for the content of rows (n, length + 1), divided by their notes."""
    device = next(network.parameters()).device
    bits, notes = 0.0, 0
    for row in rows.split(1):
        logits = network(row[:, :-1].to(device)).flatten(0, 1)
        targets = row[:, 1:].flatten().to(device)
        learned = (targets >= FIRST_CONTENT) | (targets == BAR)
        loss = functional.cross_entropy(logits, targets.where(learned, IGNORED), ignore_index=IGNORED, reduction="sum")
        bits += float(loss) / math.log(2.0)
        notes += note_count(targets)
    return bits / max(notes, 1)


def note_count(tokens: Tensor) -> int:
    """Notes among tokens."""
    first, last = START["drums"], START["shape"]
    return int(((tokens >= first) & (tokens < last)).sum())


def draw_log(log: ComposerLog, title: str) -> Any:
    """The plot of a training log, a picture of Pillow."""
    names = list(log.latest)
    panels = [
        plots.Panel("bits a token of training batches", _curves(log.losses, names)),
        plots.Panel("bits a note of validation pieces, controls hidden", _curves(log.judged, list(FIGURE_LABELS))),
    ]
    return plots.draw_plots(title, panels, "minutes")


def _curves(entries: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, plots.Curve]:
    """Curves over minutes by name."""
    found = {name: [entry for entry in entries if name in entry] for name in names}
    return {n: ([e["at"] / 60.0 for e in points], [e[n] for e in points]) for n, points in found.items()}
