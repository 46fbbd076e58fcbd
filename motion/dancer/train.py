"""Teaching the dancer: from a folder of motions to a file of weights, in the time that there is; it can be resumed."""

from __future__ import annotations

import copy
import difflib
import fnmatch
import io
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from motion import atomic_file
from motion.dancer import data, store, validation_split
from motion.dancer.data import DanceClip
from motion.dancer.model_card import model_page
from motion.dancer.network import Settings
from motion.dancer.trainer import DancerTrainer
from motion.dancer.training_log import TrainingLog, curves
from motion.dancer.training_losses import TrainingConfig, window_starts
from motion.dancer.training_tensors import SPEED_FACTORS, TrainingTensors, training_tensors
from motion.learning import checkpoint
from motion.learning.training_loop import (
    Progress,
    ProgressCallback,
    TrainingError,
    TrainingResult,
    read_checkpoint,
    require_same_setup,
    run_training,
    save_checkpoint,
    sibling_path,
)

MIN_DATA_SECONDS = 20.0
"""Seconds of motion, in clips that are long enough, that anything can be learned from."""
CHECKPOINT_SECONDS = 60.0
"""Seconds between two checkpoints."""
JUDGED = 120.0, 1 / 20
"""Seconds between two looks at what is kept aside, or this share of the time where that is more."""


def train(
    folder: Path, out: Path, minutes: float, without: Sequence[str] = (), *, resume: bool = False,
    whole: bool = False, device: torch.device | str | None = None, seed: int = 0, credit: str = "", command: str = "",
    heard: ProgressCallback = lambda told: None, settings: Settings | None = None, schooling: TrainingConfig | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> TrainingResult:  # fmt: skip
    """Teach a network from the motions below `folder`, and write it to `out` when `minutes` are over.

    Beside `out` (x.safetensors) stand x.checkpoint, which `resume` goes on from, x.png with the curves, x.md with what
    there is to say about it, and x-best.safetensors, which did best on what was kept aside. Clips that are named in
    `without` (`*` stands for anything), and their partners, are neither learned from nor looked at; with `whole`
    nothing else is kept aside. `credit` says whose the motions are. Ctrl-C ends it after the step that is under way,
    with a checkpoint.

    Raises TrainError, DataError, StoreError, LostError, OSError.
    """
    if out.suffix != ".safetensors":
        raise TrainingError(f"{out}: a network is kept as .safetensors")
    course = _begun(
        folder, out, without, resume, whole, checkpoint.choose_device(device), seed, settings, schooling, heard
    )
    course.remarks = {"credit": credit, "command": command, "torch": torch.__version__}
    seconds = 60.0 * minutes

    def look(share: float) -> None:
        heard(Progress("measuring", share))
        course.look()

    pause = max(JUDGED[0], JUDGED[1] * seconds)
    finished = run_training(
        course.lesson, course.diary, seconds, course.rows, CHECKPOINT_SECONDS, course.keep, pause, look, heard, clock
    )
    if finished:
        course.look()
        course.finish()
    return TrainingResult(out, course.lesson.steps, course.diary.spent / 60.0, course.diary.newest, finished)


@dataclass
class _Course:
    """A training between its beginning and its end: what it writes."""

    out: Path
    lesson: DancerTrainer
    diary: TrainingLog
    of: Mapping[str, Any]
    """What it can only be gone on with: the data and all settings, plain."""
    kept: Sequence[DanceClip]
    unseen: TrainingTensors | None
    remarks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Plans that are learned from in a step."""
        return self.lesson.config.rows * self.lesson.config.rounds

    def keep(self, finished: bool = False) -> None:
        """Write the checkpoint."""
        save_checkpoint(self.out, self.of, self.diary, self.lesson, finished)

    def look(self) -> None:
        """At what is kept aside: note it, draw the curves, and keep the network where it did best."""
        figures: dict[str, float] = {}
        if self.unseen is not None:
            network = copy.deepcopy(self.lesson.mean).to("cpu")
            loss = validation_split.validation_loss(network, self.unseen, self.lesson.config)
            self.diary.aside.append({"at": self.diary.spent, "kept aside": loss})
            figures = validation_split.evaluate(network, self.kept)
        if figures:
            self.diary.judged.append({"at": self.diary.spent, **figures})
            if not self.diary.best or validation_split.score(figures) > validation_split.score(self.diary.best):
                store.save(self.out.with_stem(f"{self.out.stem}-best"), self.lesson.mean, self.card())
                self.diary.best = self.diary.judged[-1]
        picture = io.BytesIO()
        curves(self.diary, self.out.stem).save(picture, "PNG")
        atomic_file.atomic_write(sibling_path(self.out, "png"), picture.getbuffer())

    def finish(self) -> None:
        """Write the network, what there is to say about it, and that it is finished."""
        card = self.card()
        store.save(self.out, self.lesson.mean, card)
        atomic_file.atomic_write(sibling_path(self.out, "md"), model_page(self.out, card).encode())
        self.keep(finished=True)

    def card(self) -> dict[str, Any]:
        """All there is to say about the network as it is now."""
        return {
            **{name: value for name, value in self.of.items() if name != "settings"},
            **self.remarks,
            "parameters": sum(p.numel() for p in self.lesson.network.parameters()),
            "device": self.lesson.device.type,
            "minutes": round(self.diary.spent / 60.0, 1),
            "steps": self.lesson.steps,
            "figures": {name: round(value, 4) for name, value in self.diary.newest.items()},
        }


def _begun(
    folder: Path, out: Path, without: Sequence[str], resume: bool, whole: bool, device: torch.device, seed: int,
    settings: Settings | None, schooling: TrainingConfig | None, heard: ProgressCallback,
) -> _Course:  # fmt: skip
    """The data read and laid out, the network begun or taken from the checkpoint."""
    saved = read_checkpoint(out, resume)
    clips = data.read_clips(folder, lambda done, of: heard(Progress("reading", done / of)))
    left = _left_out(clips, without, folder)
    clips = [clip for clip in clips if clip.name not in left]
    taught, kept = (clips, []) if whole else validation_split.split(clips, seed)
    styles = tuple(sorted({clip.style for clip in clips}))
    heard(Progress("laying out", 0.0))
    schooling = schooling or TrainingConfig()
    settings = replace(settings or Settings(), styles=styles)
    tracks = training_tensors(taught, styles) if taught else None
    pool = () if tracks is None else window_starts(tracks, schooling)[0]
    seconds = len(pool) / (2 * len(SPEED_FACTORS) * data.FRAME_RATE)
    if tracks is None or seconds < MIN_DATA_SECONDS:
        raise TrainingError(
            f"{folder}: {seconds:.0f} s can be learned from, expected {MIN_DATA_SECONDS:g} or more; the first 2 s of a clip can't"
        )
    if not data.couples(taught):
        heard(Progress("laying out", 1.0, note="no two files belong together: it learns to move, and answers nobody"))
    of = {
        "data": [clip.name for clip in taught], "frames": sum(len(clip.motion) for clip in taught),
        "aside": [clip.name for clip in kept], "without": left, "seed": seed,
        "settings": asdict(settings), "schooling": asdict(schooling), "paces": list(SPEED_FACTORS),
    }  # fmt: skip
    if saved is not None:
        require_same_setup(out, of, saved)
    lesson = DancerTrainer(tracks, settings, schooling, seed, device)
    unseen = training_tensors(kept, styles, paces=(1.0,), mirrored=False) if kept else None
    diary = TrainingLog()
    if saved is not None:
        lesson.restore(saved["lesson"])
        diary = TrainingLog(**saved["diary"])
    return _Course(out, lesson, diary, of, kept, unseen)


def _left_out(clips: Sequence[DanceClip], without: Sequence[str], folder: Path) -> list[str]:
    """The names of all clips that `without` names, and of those who dance with them."""
    names = {clip.name: clip.partner for clip in clips}
    left: set[str] = set()
    for pattern in without:
        found = fnmatch.filter(names, pattern)
        if not found:
            near = difflib.get_close_matches(pattern, names, 3) or sorted(names)[:3]
            raise TrainingError(f"without {pattern}: {folder} has no clip of that name; there are {', '.join(near)}, …")
        left.update(found, (other for name in found if (other := names[name]) is not None))
    return sorted(left)
