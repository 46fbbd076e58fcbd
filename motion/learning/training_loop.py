"""The training loop: progress reports, resumable checkpoints and interruption, for any kind of network."""

from __future__ import annotations

import io
import logging
import math
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

import torch

from motion import atomic_file

logger = logging.getLogger(__name__)

CHECKPOINT_VERSION = 1
"""Version of the checkpoints' format."""
HISTORY_SECONDS = 5.0
"""Seconds between two points of the loss curves."""
Clock = Callable[[], float]
"""Returns the time, s."""


class TrainingError(ValueError):
    """A training that can't start or be resumed; the text says why, and the remedy."""


class DivergedError(ValueError):
    """A network whose loss is no longer finite."""


@dataclass(frozen=True)
class Progress:
    """A report of a training's progress."""

    stage: str
    """Such as "reading", "training"."""
    fraction: float
    """Completed part of the stage, 0..1."""
    loss: float = math.nan
    rows_per_second: float = math.nan
    """Training samples a second."""
    minutes_left: float = math.nan


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True)
class TrainingRun:
    """One run of `visitant train`: data, output, duration and provenance."""

    folder: Path
    """Folder with the training data."""
    out: Path
    """File of weights, .safetensors."""
    minutes: float
    resume: bool = False
    """Whether to continue from the checkpoint of `out`."""
    device: torch.device | str | None = None
    """By default CUDA where available."""
    seed: int = 0
    credit: str = ""
    """Authors of the data, for the model card."""
    command: str = ""
    """Command line, for the model card."""


@dataclass(frozen=True)
class TrainingResult:
    """The outcome of a training."""

    out: Path
    steps: int
    minutes: float
    figures: Mapping[str, float]
    """The training's own quality figures; empty where it has none."""
    finished: bool
    """False where it was interrupted: then there is a checkpoint and no file of weights."""


@dataclass
class LossHistory:
    """Time spent in training, s, and the curves of its losses. The field names are keys of checkpoints."""

    spent: float = 0.0
    losses: list[dict[str, float]] = field(default_factory=list)
    """Means of the losses since the entry before, and the time `at` which it was made."""
    sums: dict[str, float] = field(default_factory=dict)
    """Sums of the losses since the last entry."""
    count: int = 0
    """Number of their summands."""

    @property
    def latest(self) -> dict[str, float]:
        """The losses of the last entry by name; empty where there is none."""
        return {name: value for name, value in self.losses[-1].items() if name != "at"} if self.losses else {}

    def add(self, losses: Mapping[str, float], before: float) -> float:
        """Add the losses of a step that began at time `before`; returns `total` of their means since the last entry."""
        self.sums = {name: self.sums.get(name, 0.0) * (self.count > 0) + loss for name, loss in losses.items()}
        self.count += 1
        means = {name: sum_ / self.count for name, sum_ in self.sums.items()}
        if crossed_interval(before, self.spent, HISTORY_SECONDS):
            self.losses.append({"at": self.spent, **means})
            self.count = 0
        return self.total(means)

    def total(self, means: Mapping[str, float]) -> float:
        """The one number that progress reports show of all losses."""
        return sum(means.values())


@dataclass
class JudgedHistory(LossHistory):
    """A loss history with the figures of each evaluation. The field names are keys of checkpoints."""

    judged: list[dict[str, float]] = field(default_factory=list)
    """The training's own quality figures, and the time `at` which they were computed."""

    @property
    def latest_figures(self) -> dict[str, float]:
        """The newest figures; empty where there are none."""
        return {name: value for name, value in self.judged[-1].items() if name != "at"} if self.judged else {}


class Trainer(Protocol):
    """A network in training, and its optimiser."""

    steps: int

    def step(self, done: float) -> dict[str, float]:
        """Take one training step, `done` 0..1 of the training; returns the losses by name. Raises DivergedError."""

    def state(self) -> dict[str, Any]:
        """All state that resuming needs, as tensors and plain values."""


@dataclass(frozen=True)
class TrainingSchedule:
    """Duration and intervals of a training, in seconds of training."""

    seconds: float
    checkpoint_seconds: float
    """Time between two checkpoints."""
    evaluation_seconds: float
    """Time between two evaluations."""
    rows_per_step: int
    """Training samples in a step."""


@dataclass(frozen=True)
class TrainingHooks:
    """What a training loop calls besides its trainer."""

    save_checkpoint: Callable[[], None]
    evaluate: Callable[[float], None]
    """Receives the completed part of the training, 0..1."""
    on_progress: ProgressCallback


def run_training(
    trainer: Trainer, history: LossHistory, schedule: TrainingSchedule, hooks: TrainingHooks, clock: Clock
) -> bool:
    """Take steps until the schedule's time is over; returns False where Ctrl-C ended it before, after a checkpoint.

    Errors of the disk in a hook are logged, and the training continues. Raises DivergedError, and OSError where the
    last checkpoint can't be written.
    """
    with _interruptible() as interrupted:
        last = clock()
        while history.spent < schedule.seconds:
            losses = trainer.step(history.spent / schedule.seconds)
            now = clock()
            took, last = now - last, now
            before, history.spent = history.spent, history.spent + took
            loss = history.add(losses, before)
            fraction, stop = min(history.spent / schedule.seconds, 1.0), interrupted()
            minutes_left = (schedule.seconds - history.spent) / 60.0
            rate = schedule.rows_per_step / max(took, 1e-9)
            hooks.on_progress(Progress("training", fraction, loss, rate, minutes_left))
            try:
                if crossed_interval(before, history.spent, schedule.evaluation_seconds):
                    hooks.evaluate(fraction)
                if stop or crossed_interval(before, history.spent, schedule.checkpoint_seconds):
                    hooks.save_checkpoint()
            except OSError as error:
                if stop:
                    raise
                logger.warning("%s: the files written before stay, and the training continues", error, exc_info=error)
            if stop:
                return False
    return True


class TrainingSession(Protocol):
    """A training in progress, and the files that it writes."""

    @property
    def trainer(self) -> Trainer: ...

    @property
    def log(self) -> JudgedHistory: ...

    def evaluate(self) -> None:
        """Compute the figures of the present network."""

    def finish(self) -> None:
        """Write the network and its card."""


def finish_training(run: TrainingRun, session: TrainingSession, finished: bool) -> TrainingResult:
    """The outcome of a training; one that `run_training` finished is evaluated and written first."""
    if finished:
        session.evaluate()
        session.finish()
    log = session.log
    return TrainingResult(run.out, session.trainer.steps, log.spent / 60.0, log.latest_figures, finished)


def save_checkpoint(
    out: Path, setup: Mapping[str, Any], history: LossHistory, trainer: Trainer, finished: bool
) -> None:
    """Write the checkpoint of the training of `out`. Raises OSError."""
    state = {
        "form": CHECKPOINT_VERSION,
        "of": dict(setup),
        "finished": finished,
        "diary": asdict(history),
        "lesson": trainer.state(),
    }
    # torch.save into a file hides the reason of an error such as a full disk; into memory it does not.
    data = io.BytesIO()
    torch.save(state, data)
    atomic_file.atomic_write(sibling_path(out, "checkpoint"), data.getbuffer())


def read_checkpoint(out: Path, resume: bool) -> dict[str, Any] | None:
    """The checkpoint from which the training of `out` resumes; None where it starts anew. Raises TrainingError."""
    path = sibling_path(out, "checkpoint")
    if not path.is_file():
        if resume:
            raise TrainingError(f"{path}: there is no checkpoint to resume from; start without --resume")
        return None
    try:
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        version, finished = saved["form"], saved["finished"]
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError, TypeError) as error:
        first = str(error).partition("\n")[0]
        raise TrainingError(f"{path}: damaged, or no checkpoint ({first}); remove it to begin anew") from None
    if not resume:
        if not finished:
            spent = saved["diary"]["spent"] / 60.0
            raise TrainingError(
                f"{path}: was interrupted after {spent:.1f} min; go on with --resume, or remove it to begin anew"
            )
        return None
    if version != CHECKPOINT_VERSION:
        raise TrainingError(
            f"{path}: of form {version}, this Visitant reads form {CHECKPOINT_VERSION}; remove it to begin anew"
        )
    return saved


def require_same_setup(out: Path, setup: Mapping[str, Any], saved: Mapping[str, Any]) -> None:
    """Raise TrainingError where the checkpoint of `out` was made with other data or settings than `setup`."""
    if other := [name for name in setup if setup[name] != saved["of"].get(name)]:
        path = sibling_path(out, "checkpoint")
        raise TrainingError(f"{path}: was begun with other {', '.join(other)}; give the same, or begin anew elsewhere")


def sibling_path(out: Path, suffix: str) -> Path:
    """The file with another suffix beside the weights."""
    return out.with_suffix(f".{suffix}")


def crossed_interval(before: float, now: float, interval: float) -> bool:
    """Whether a multiple of `interval` lies between two times."""
    return now // interval > before // interval


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether Ctrl-C was pressed; a second Ctrl-C raises KeyboardInterrupt as usual."""
    pressed = False

    def press(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield lambda: pressed
    finally:
        signal.signal(signal.SIGINT, before)
