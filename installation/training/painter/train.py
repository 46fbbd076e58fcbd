"""Training of the painter from a folder of pictures to a file of weights, interruptible and resumable."""

from __future__ import annotations

import copy
import io
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from installation.paint.engines import store
from installation.paint.engines.network import NetworkSettings
from installation.paint.engines.painter import NetworkPainter
from installation.paint.engines.weights import BUNDLED_WEIGHTS
from installation.paint.pictures import perceptual
from installation.paint.pictures.style import Style
from installation.training.painter import style_pictures
from installation.training.painter.batches import TrainingData
from installation.training.painter.config import TrainingConfig
from installation.training.painter.contact_sheet import contact_sheet
from installation.training.painter.model_card import model_page
from installation.training.painter.samples import SampleBank, build_sample_bank, unpack_guides
from installation.training.painter.trainer import PainterTrainer, PreviousModel
from motion.atomic_file import atomic_write
from motion.learning import plots
from motion.learning.checkpoint import choose_device as find_device
from motion.learning.training_loop import (
    LossHistory,
    Progress,
    ProgressCallback,
    TrainingError,
    TrainingHooks,
    TrainingResult,
    TrainingRun,
    TrainingSchedule,
    read_checkpoint,
    require_same_setup,
    run_training,
    save_checkpoint,
    sibling_path,
)

CHECKPOINT_SECONDS = 120.0
"""Seconds between two checkpoints."""
SHEET_SECONDS = 300.0
"""Seconds between two contact sheets,"""
SHEET_SHARE = 1 / 12
"""or this share of the training where that is less."""
PEOPLE_SAMPLES = 600
"""Samples of people for a new painter."""
ADAPTATION_PEOPLE_SAMPLES = 200
"""Samples of people for the adaptation of a trained one."""
ADAPTATION_LEARNING_RATE = 2e-4
"""Learning rate of an adaptation."""
ADAPTATION_RECOLOUR_ODDS = 0.1
"""Probability, in an adaptation, that a picture gets another's colours."""
SAMPLE_SIZE = 128, 128
"""Height and width of the guides of people."""
SHEET_STYLES = 8
"""Rows of a contact sheet."""
SHEET_GUIDES = 5
"""Paintings in a row of it."""


@dataclass(frozen=True)
class PainterTrainingRun(TrainingRun):
    """One run of `visitant train painter`."""

    films: Sequence[Path] = ()
    """Films with people to paint, beside generated dancers."""
    people: int | None = None
    """Samples of people; None for PEOPLE_SAMPLES or ADAPTATION_PEOPLE_SAMPLES."""


def train(
    run: PainterTrainingRun,
    *,
    styles: Path | None = None,
    settings: NetworkSettings | None = None,
    config: TrainingConfig | None = None,
    progress: ProgressCallback = lambda report: None,
    clock: Callable[[], float] = time.monotonic,
) -> TrainingResult:
    """Train a new painter on the pictures of `run.folder`, and write it to `run.out` when the minutes are over.

    Beside x.safetensors it writes x.checkpoint, for `resume`, x.png with the loss curves, x.jpg with a contact sheet
    and x.md, the model card. `styles` is a TOML file that names the styles, see `style_pictures.read_style_table`.
    Ctrl-C ends the training after the current step, with a checkpoint.

    Raises TrainingError, UserError (a folder without pictures, a file that is missing), DivergedError, OSError.
    """
    table = style_pictures.read_style_table(styles) if styles else {}
    setup = _Setup(settings or NetworkSettings(), config or TrainingConfig(), table, PEOPLE_SAMPLES)
    session = _open_session(run, setup, progress)
    table = table or style_pictures.default_style_table(session.pictures)
    session.library = style_pictures.style_library(session.pictures, session.trainer.strokes.numpy(), table)
    session.card_extra = {**session.card_extra, "credit": run.credit, "command": run.command, "styles": table}
    return session.run(60.0 * run.minutes, progress, clock)


def adapt(
    run: PainterTrainingRun,
    name: str,
    weights: Path | None = None,
    *,
    config: TrainingConfig | None = None,
    progress: ProgressCallback = lambda report: None,
    clock: Callable[[], float] = time.monotonic,
) -> TrainingResult:
    """Train the painter of `weights`, or the bundled one, on the pictures of `run.folder` as one more style `name`.

    It keeps the styles that it has. Files, interruption and errors are as with `train`.
    """
    network, previous_styles = store.load(weights)
    setup = _Setup(
        PreviousModel(network, list(previous_styles.values())),
        config or TrainingConfig(learning_rate=ADAPTATION_LEARNING_RATE, recolour_odds=ADAPTATION_RECOLOUR_ODDS),
        {name: ["*"]},
        ADAPTATION_PEOPLE_SAMPLES,
        {"adapted": (weights or BUNDLED_WEIGHTS).name, "name": name},
    )
    session = _open_session(run, setup, progress)
    new_styles = style_pictures.style_library(session.pictures, session.trainer.strokes.numpy(), setup.table)
    session.library = {**previous_styles, **new_styles}
    card = store.card(weights)
    works = [*(card.get("works") or []), *session.card_extra["works"]]
    styles = {**(card.get("styles") or {}), name: [picture.name for picture in session.pictures]}
    session.card_extra = {
        **session.card_extra,
        "credit": run.credit,
        "command": run.command,
        "works": works,
        "styles": styles,
    }
    return session.run(60.0 * run.minutes, progress, clock)


@dataclass(frozen=True, slots=True)
class _Setup:
    """What distinguishes a new painter from an adapted one."""

    start: NetworkSettings | PreviousModel
    config: TrainingConfig
    table: Mapping[str, Sequence[str]]
    """The style table; empty for the default one."""
    people: int
    """Samples of people where the run names no number."""
    header: Mapping[str, Any] = field(default_factory=dict)
    """More entries of the checkpoint's header."""

    @property
    def network_settings(self) -> NetworkSettings:
        return self.start.network.settings if isinstance(self.start, PreviousModel) else self.start


def _open_session(run: PainterTrainingRun, setup: _Setup, progress: ProgressCallback) -> _TrainingSession:
    """Read the pictures, build the samples of people, and create the trainer or restore it from the checkpoint."""
    if run.out.suffix != ".safetensors":
        raise TrainingError(f"{run.out}: a painter is written as .safetensors")
    saved = read_checkpoint(run.out, run.resume)
    device = find_device(run.device)
    network = perceptual.load(device)
    people = setup.people if run.people is None else run.people
    pictures = style_pictures.read_style_pictures(
        run.folder, network, run.seed, lambda share: progress(Progress("reading", share))
    )
    bank = build_sample_bank(
        people, SAMPLE_SIZE, run.seed, run.films, lambda share: progress(Progress("gathering people", share))
    )
    header = {
        "data": [picture.name for picture in pictures],
        "people": people,
        "films": [film.name for film in run.films],
        "seed": run.seed,
        "settings": setup.network_settings.to_header(),
        "schooling": setup.config.to_header(),
        **setup.header,
    }
    if saved is not None:
        require_same_setup(run.out, header, saved)
    table = setup.table or style_pictures.default_style_table(pictures)
    data = TrainingData(pictures, bank, style_pictures.sampling_odds(pictures, table))
    trainer = PainterTrainer(data, network, setup.start, setup.config, run.seed, device)
    history = LossHistory()
    if saved is not None:
        trainer.restore(saved["lesson"])
        history = LossHistory(**saved["diary"])
    works = [asdict(picture.file) | {"path": picture.name} for picture in pictures]
    card_extra = {"torch": torch.__version__, "works": works}
    return _TrainingSession(run.out, trainer, history, header, card_extra, table, pictures, bank)


@dataclass
class _TrainingSession:
    """A training in progress and the files that it writes."""

    out: Path
    trainer: PainterTrainer
    history: LossHistory
    header: Mapping[str, Any]
    """Data and all settings, plain; a resumed training must have the same."""
    card_extra: Mapping[str, Any]
    """More entries of the card."""
    trained_styles: Collection[str]
    """Names of the styles that `pictures` are of; pictures of earlier styles are not at hand."""
    pictures: Sequence[style_pictures.StylePicture]
    people: SampleBank
    library: Mapping[str, Style] = field(default_factory=dict)

    def run(self, seconds: float, progress: ProgressCallback, clock: Callable[[], float]) -> TrainingResult:
        """Train until the time is over or Ctrl-C."""
        trainer, sheet_seconds = self.trainer, min(SHEET_SECONDS, SHEET_SHARE * seconds)
        rows = trainer.config.row_count + trainer.config.people
        schedule = TrainingSchedule(seconds, CHECKPOINT_SECONDS, sheet_seconds, rows)
        hooks = TrainingHooks(self.save_checkpoint, lambda fraction: self.write_previews(), progress)
        finished = run_training(trainer, self.history, schedule, hooks, clock)
        if finished:
            self.write_previews()
            card = self.card()
            store.save(self.out, trainer.average, self.library, card)
            atomic_write(sibling_path(self.out, "md"), model_page(self.out, card, list(self.library)).encode())
            self.save_checkpoint(finished=True)
        return TrainingResult(self.out, trainer.steps, self.history.spent / 60.0, self.history.latest, finished)

    def save_checkpoint(self, finished: bool = False) -> None:
        save_checkpoint(self.out, self.header, self.history, self.trainer, finished)

    def write_previews(self) -> None:
        """Write a contact sheet of the current painter, and the loss curves."""
        names = list(self.library)
        shown = [names[i] for i in np.linspace(0, len(names) - 1, min(SHEET_STYLES, len(names))).astype(int)]
        painter = NetworkPainter(copy.deepcopy(self.trainer.average), self.library, self.trainer.device)
        samples = np.linspace(0, len(self.people.guides) - 1, SHEET_GUIDES).astype(int)
        guides = [unpack_guides(self.people.guides[i, 0]) for i in samples]
        rows: list[list[Any]] = [[None, *(_guide_preview(guide) for guide in guides)]]
        for name in shown:
            style = self.library[name]
            nearest = min(self.pictures, key=lambda p: float(np.abs(p.palette - style.palette).sum()))
            reference = nearest.pixels if name in self.trained_styles else None
            rows.append([reference, *(painter.paint(guide, style) for guide in guides)])
        _write_image(sibling_path(self.out, "jpg"), contact_sheet(rows), "JPEG")
        entries = {name: [entry for entry in self.history.losses if name in entry] for name in self.history.latest}
        panels = [
            plots.Panel(name, {name: ([e["at"] / 60.0 for e in points], [e[name] for e in points])})
            for name, points in entries.items()
        ]
        _write_image(
            sibling_path(self.out, "png"), plots.draw_plots(self.out.stem, panels, "minutes", (960, 150)), "PNG"
        )

    def card(self) -> dict[str, Any]:
        """Header of the file of weights for the current painter."""
        return {
            **{name: value for name, value in self.header.items() if name != "settings"},
            **self.card_extra,
            "parameters": sum(p.numel() for p in self.trainer.network.parameters()),
            "device": self.trainer.device.type,
            "minutes": round(self.history.spent / 60.0, 1),
            "steps": self.trainer.steps,
        }


def _guide_preview(guide: np.ndarray) -> np.ndarray:
    """A guide (h, w, GUIDE) as RGB: its light, warm on figures."""
    light = 0.5 + 0.5 * guide[..., 9:10]
    shade = 0.25 + 0.6 * light
    colour = np.where(guide[..., :1] > 0.5, (1.0, 0.88, 0.74), (0.78, 0.84, 0.92))
    return (255.0 * np.clip(shade * colour, 0.0, 1.0)).astype(np.uint8)


def _write_image(path: Path, image: Image.Image, kind: str) -> None:
    data = io.BytesIO()
    image.save(data, kind, quality=90)
    atomic_write(path, data.getvalue())
