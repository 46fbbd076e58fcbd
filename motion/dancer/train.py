"""Teaching the dancer: from a folder of motions to a file of weights, in the time that there is; it can be resumed."""

from __future__ import annotations

import copy
import difflib
import fnmatch
import io
import math
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from motion.dancer import aside, data, store
from motion.dancer.card import page
from motion.dancer.data import Clip
from motion.dancer.diary import Diary, curves, passed
from motion.dancer.fit import Schooling, pools
from motion.dancer.lesson import Lesson
from motion.dancer.network import Settings
from motion.dancer.tracks import PACES, Tracks, laid_out

LEAST = 20.0
"""Seconds of motion, in clips that are long enough, that anything can be learned from."""
SAVED = 60.0
"""Seconds between two checkpoints."""
JUDGED = 120.0, 1 / 20
"""Seconds between two looks at what is kept aside, or this share of the time where that is more."""
FORM = 1
"""Of checkpoints."""


class TrainError(ValueError):
    """A training that can't begin or go on; says why, and what would be right."""


@dataclass(frozen=True)
class Told:
    """How it goes."""

    doing: str
    share: float
    """0..1 of that."""
    loss: float = math.nan
    rows: float = math.nan
    """Bodies' plans that were learned from, a second."""
    minutes_left: float = math.nan
    note: str = ""
    """What is to be read by whoever watches."""


Heard = Callable[[Told], None]


@dataclass(frozen=True)
class Made:
    """What came of it."""

    out: Path
    steps: int
    minutes: float
    figures: Mapping[str, float]
    """Of what is kept aside, when it was last looked at; empty where nothing is or nobody dances together there."""
    finished: bool
    """False where it was interrupted: then there is a checkpoint to go on from, and the weights are yet to come."""


def train(
    folder: Path, out: Path, minutes: float, without: Sequence[str] = (), *, resume: bool = False,
    whole: bool = False, device: torch.device | str | None = None, seed: int = 0, credit: str = "", command: str = "",
    heard: Heard = lambda told: None, settings: Settings | None = None, schooling: Schooling | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Made:  # fmt: skip
    """Teach a network from the motions below `folder`, and write it to `out` when `minutes` are over.

    Beside `out` (x.safetensors) stand x.checkpoint, which `resume` goes on from, x.png with the curves, x.md with what
    there is to say about it, and x-best.safetensors, which did best on what was kept aside. Clips that are named in
    `without` (`*` stands for anything), and their partners, are neither learned from nor looked at; with `whole`
    nothing else is kept aside. `credit` says whose the motions are. Ctrl-C ends it after the step that is under way,
    with a checkpoint.

    Raises TrainError, DataError, StoreError, LostError, OSError.
    """
    if out.suffix != ".safetensors":
        raise TrainError(f"{out}: a network is kept as .safetensors")
    course = _begun(folder, out, without, resume, whole, store.device(device), seed, settings, schooling, heard)
    course.remarks = {"credit": credit, "command": command, "torch": torch.__version__}
    diary, seconds = course.diary, 60.0 * minutes
    pause = max(JUDGED[0], JUDGED[1] * seconds)
    with _interruptible() as stopped:
        last = clock()
        while diary.spent < seconds:
            losses = course.lesson.step(diary.spent / seconds)
            now = clock()
            took, last = now - last, now
            before, diary.spent = diary.spent, diary.spent + took
            loss = diary.note(losses, before)
            share, stop = min(diary.spent / seconds, 1.0), stopped()
            heard(Told("training", share, loss, course.rows / max(took, 1e-9), minutes - diary.spent / 60.0))
            try:
                if passed(before, diary.spent, pause):
                    heard(Told("measuring", share))
                    course.look()
                if stop or passed(before, diary.spent, SAVED):
                    course.keep(finished=False)
            except OSError as error:
                if stop:
                    raise
                heard(Told("training", share, note=f"{error}: what was saved before stays, and training goes on"))
            if stop:
                return Made(out, course.lesson.steps, diary.spent / 60.0, diary.newest, finished=False)
    course.look()
    course.finish()
    return Made(out, course.lesson.steps, diary.spent / 60.0, diary.newest, finished=True)


@dataclass
class _Course:
    """A training between its beginning and its end: what it writes."""

    out: Path
    lesson: Lesson
    diary: Diary
    of: Mapping[str, Any]
    """What it can only be gone on with: the data and all settings, plain."""
    kept: Sequence[Clip]
    unseen: Tracks | None
    remarks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Plans that are learned from in a step."""
        return self.lesson.schooling.rows * self.lesson.schooling.rounds

    def keep(self, finished: bool) -> None:
        """Write the checkpoint."""
        state = {
            "form": FORM, "of": dict(self.of), "finished": finished,
            "diary": asdict(self.diary), "lesson": self.lesson.state(),
        }  # fmt: skip
        # In memory first: on a full disk torch tells nothing of the reason.
        data = io.BytesIO()
        torch.save(state, data)
        store.written(_beside(self.out, "checkpoint"), data.getbuffer())

    def look(self) -> None:
        """At what is kept aside: note it, draw the curves, and keep the network where it did best."""
        figures: dict[str, float] = {}
        if self.unseen is not None:
            network = copy.deepcopy(self.lesson.mean).to("cpu")
            loss = aside.loss(network, self.unseen, self.lesson.schooling)
            self.diary.aside.append({"at": self.diary.spent, "kept aside": loss})
            figures = aside.judged(network, self.kept)
        if figures:
            self.diary.judged.append({"at": self.diary.spent, **figures})
            if not self.diary.best or aside.score(figures) > aside.score(self.diary.best):
                store.save(self.out.with_stem(f"{self.out.stem}-best"), self.lesson.mean, self.card())
                self.diary.best = self.diary.judged[-1]
        picture = io.BytesIO()
        curves(self.diary, self.out.stem).save(picture, "PNG")
        store.written(_beside(self.out, "png"), picture.getbuffer())

    def finish(self) -> None:
        """Write the network, what there is to say about it, and that it is finished."""
        card = self.card()
        store.save(self.out, self.lesson.mean, card)
        store.written(_beside(self.out, "md"), page(self.out, card).encode())
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
    settings: Settings | None, schooling: Schooling | None, heard: Heard,
) -> _Course:  # fmt: skip
    """The data read and laid out, the network begun or taken from the checkpoint."""
    saved = _checkpoint(_beside(out, "checkpoint"), resume)
    clips = data.read(folder, lambda done, of: heard(Told("reading", done / of)))
    left = _left_out(clips, without, folder)
    clips = [clip for clip in clips if clip.name not in left]
    taught, kept = (clips, []) if whole else aside.split(clips, seed)
    styles = tuple(sorted({clip.style for clip in clips}))
    heard(Told("laying out", 0.0))
    schooling = schooling or Schooling()
    settings = replace(settings or Settings(), styles=styles)
    tracks = laid_out(taught, styles) if taught else None
    pool = () if tracks is None else pools(tracks, schooling)[0]
    seconds = len(pool) / (2 * len(PACES) * data.RATE)
    if tracks is None or seconds < LEAST:
        raise TrainError(
            f"{folder}: {seconds:.0f} s can be learned from, expected {LEAST:g} or more; the first 2 s of a clip can't"
        )
    if not data.couples(taught):
        heard(Told("laying out", 1.0, note="no two files belong together: it learns to move, and answers nobody"))
    of = {
        "data": [clip.name for clip in taught], "frames": sum(len(clip.motion) for clip in taught),
        "aside": [clip.name for clip in kept], "without": left, "seed": seed,
        "settings": asdict(settings), "schooling": asdict(schooling), "paces": list(PACES),
    }  # fmt: skip
    if saved is not None and (other := [name for name in of if of[name] != saved["of"].get(name)]):
        where = _beside(out, "checkpoint")
        raise TrainError(f"{where}: was begun with other {', '.join(other)}; give the same, or begin anew elsewhere")
    lesson = Lesson(tracks, settings, schooling, seed, device)
    unseen = laid_out(kept, styles, paces=(1.0,), mirrored=False) if kept else None
    diary = Diary()
    if saved is not None:
        lesson.restore(saved["lesson"])
        diary = Diary(**saved["diary"])
    return _Course(out, lesson, diary, of, kept, unseen)


def _checkpoint(path: Path, resume: bool) -> dict[str, Any] | None:
    """What is gone on from; None where it begins. Raises TrainError."""
    if not path.is_file():
        if resume:
            raise TrainError(f"{path}: there is no checkpoint to go on from; begin without --resume")
        return None
    try:
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        form, finished = saved["form"], saved["finished"]
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError, TypeError) as error:
        first = str(error).partition("\n")[0]
        raise TrainError(f"{path}: damaged, or no checkpoint ({first}); remove it to begin anew") from None
    if not resume:
        if not finished:
            spent = saved["diary"]["spent"] / 60.0
            raise TrainError(
                f"{path}: was interrupted after {spent:.1f} min; go on with --resume, or remove it to begin anew"
            )
        return None
    if form != FORM:
        raise TrainError(f"{path}: of form {form}, this Visitant reads form {FORM}; remove it to begin anew")
    return saved


def _left_out(clips: Sequence[Clip], without: Sequence[str], folder: Path) -> list[str]:
    """The names of all clips that `without` names, and of those who dance with them."""
    names = {clip.name: clip.partner for clip in clips}
    left: set[str] = set()
    for pattern in without:
        found = fnmatch.filter(names, pattern)
        if not found:
            near = difflib.get_close_matches(pattern, names, 3) or sorted(names)[:3]
            raise TrainError(f"without {pattern}: {folder} has no clip of that name; there are {', '.join(near)}, …")
        left.update(found, (other for name in found if (other := names[name]) is not None))
    return sorted(left)


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


def _beside(out: Path, kind: str) -> Path:
    return out.with_suffix(f".{kind}")
