"""The course of any training: how it is told of, how it is interrupted, and what it is gone on with.

Whoever teaches something brings a lesson, a diary and what is written on the way; the rest is here.
"""

from __future__ import annotations

import io
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

CHECKPOINT_VERSION = 1
"""Of checkpoints."""
HISTORY_SECONDS = 5.0
"""Seconds between two points of the losses' curves."""
Clock = Callable[[], float]
"""Tells the time, s."""


class TrainingError(ValueError):
    """A training that can't begin or go on; says why, and what would be right."""


class DivergedError(ValueError):
    """A network whose loss is no number any more."""


@dataclass(frozen=True)
class Progress:
    """How it goes."""

    doing: str
    share: float
    """0..1 of that."""
    loss: float = math.nan
    rows: float = math.nan
    """Plans or paintings that were learned from, a second."""
    minutes_left: float = math.nan
    note: str = ""
    """What is to be read by whoever watches."""


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True)
class TrainingResult:
    """What came of it."""

    out: Path
    steps: int
    minutes: float
    figures: Mapping[str, float]
    """How well it does, as the training itself tells; empty where it can't."""
    finished: bool
    """False where it was interrupted: then there is a checkpoint to go on from, and the weights are yet to come."""


@dataclass
class LossHistory:
    """Losses that were noted on the way; times in seconds of training."""

    spent: float = 0.0
    losses: list[dict[str, float]] = field(default_factory=list)
    """The mean of each loss since the entry before, and `at` what time."""
    sums: dict[str, float] = field(default_factory=dict)
    """Of the losses since the last entry,"""
    count: int = 0
    """which are so many."""

    def note(self, losses: Mapping[str, float], before: float) -> float:
        """Add the losses of a step that began `before`; returns the `loss` of their means over the latest steps."""
        self.sums = {name: self.sums.get(name, 0.0) * (self.count > 0) + loss for name, loss in losses.items()}
        self.count += 1
        means = {name: total / self.count for name, total in self.sums.items()}
        if crossed_interval(before, self.spent, HISTORY_SECONDS):
            self.losses.append({"at": self.spent, **means})
            self.count = 0
        return self.loss(means)

    def loss(self, means: Mapping[str, float]) -> float:
        """The one number that is shown of all losses."""
        return sum(means.values())


class Trainer(Protocol):
    """A network that is being taught."""

    steps: int

    def step(self, done: float) -> dict[str, float]:
        """Learn once more, `done` 0..1 of the way; the losses by name. Raises LostError."""

    def state(self) -> dict[str, Any]:
        """All that going on needs."""


def run_training(
    lesson: Trainer, diary: LossHistory, seconds: float, rows: int, saved: float, save: Callable[[], None],
    pause: float, look: Callable[[float], None], heard: ProgressCallback, now: Clock,
) -> bool:  # fmt: skip
    """Step after step until `seconds` are over; False where Ctrl-C ended it before, after a checkpoint.

    `rows` are learned from in a step. Every `saved` seconds it will `save`, every `pause` seconds `look` at what it can
    by then, being told the share that is done; a full disk ends neither. Raises LostError, OSError.
    """
    with _interruptible() as stopped:
        last = now()
        while diary.spent < seconds:
            losses = lesson.step(diary.spent / seconds)
            t = now()
            took, last = t - last, t
            before, diary.spent = diary.spent, diary.spent + took
            loss = diary.note(losses, before)
            share, stop = min(diary.spent / seconds, 1.0), stopped()
            heard(Progress("training", share, loss, rows / max(took, 1e-9), (seconds - diary.spent) / 60.0))
            try:
                if crossed_interval(before, diary.spent, pause):
                    look(share)
                if stop or crossed_interval(before, diary.spent, saved):
                    save()
            except OSError as error:
                if stop:
                    raise
                heard(Progress("training", share, note=f"{error}: what was saved before stays, and training goes on"))
            if stop:
                return False
    return True


def save_checkpoint(out: Path, of: Mapping[str, Any], diary: LossHistory, lesson: Trainer, finished: bool) -> None:
    """Write the checkpoint of what becomes `out`. Raises OSError."""
    state = {
        "form": CHECKPOINT_VERSION, "of": dict(of), "finished": finished, "diary": asdict(diary), "lesson": lesson.state(),
    }  # fmt: skip
    # In memory first: on a full disk torch tells nothing of the reason.
    data = io.BytesIO()
    torch.save(state, data)
    atomic_file.atomic_write(sibling_path(out, "checkpoint"), data.getbuffer())


def read_checkpoint(out: Path, resume: bool) -> dict[str, Any] | None:
    """The checkpoint that is gone on from; None where it begins. Raises TrainError."""
    path = sibling_path(out, "checkpoint")
    if not path.is_file():
        if resume:
            raise TrainingError(f"{path}: there is no checkpoint to go on from; begin without --resume")
        return None
    try:
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        form, finished = saved["form"], saved["finished"]
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
    if form != CHECKPOINT_VERSION:
        raise TrainingError(
            f"{path}: of form {form}, this Visitant reads form {CHECKPOINT_VERSION}; remove it to begin anew"
        )
    return saved


def require_same_setup(out: Path, of: Mapping[str, Any], saved: Mapping[str, Any]) -> None:
    """Raises TrainError where a checkpoint of `out` was begun with other data or settings than `of` says."""
    if other := [name for name in of if of[name] != saved["of"].get(name)]:
        where = sibling_path(out, "checkpoint")
        raise TrainingError(f"{where}: was begun with other {', '.join(other)}; give the same, or begin anew elsewhere")


def sibling_path(out: Path, kind: str) -> Path:
    """The file of a kind that stands beside the weights."""
    return out.with_suffix(f".{kind}")


def crossed_interval(before: float, now: float, every: float) -> bool:
    """Whether a multiple of `every` lies between."""
    return now // every > before // every


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C is heard when it suits: the first is told by what is yielded, a second interrupts as ever."""
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
