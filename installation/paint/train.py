"""Teaching the painter: from a folder of pictures to a file of weights; it can be interrupted and resumed."""

from __future__ import annotations

import copy
import io
import math
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from installation.paint import gallery, perceptual, store
from installation.paint.card import page
from installation.paint.lesson import Former, Lesson, Schooling
from installation.paint.network import Settings
from installation.paint.painter import Painter
from installation.paint.people import Bank, bank, unpacked
from installation.paint.sheet import sheet
from installation.paint.style import Style
from motion.dancer import plot
from motion.dancer.diary import passed
from motion.dancer.pause import interruptible
from motion.dancer.store import device as chosen
from motion.dancer.store import written

SAVED = 120.0
"""Seconds between two checkpoints."""
SHOWN = 300.0, 1 / 12
"""Seconds between two contact sheets, or this share of the time where that is less."""
NOTED = 10.0
"""Seconds between two points of the curves."""
PEOPLE, FEWER = 600, 200
"""Samples of people that are painted, and as many where a painter is adapted."""
ADAPTED = 2e-4
"""Rate of learning where a painter is adapted."""
STYLES, GUIDES = 8, 5
"""Of a contact sheet."""
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
    """Paintings that were learned from, a second."""
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
    """The last losses, by name."""
    finished: bool
    """False where it was interrupted: then there is a checkpoint to go on from, and the weights are yet to come."""


@dataclass
class Diary:
    """What was noted on the way; times in seconds of training."""

    spent: float = 0.0
    losses: list[dict[str, float]] = field(default_factory=list)
    """The mean of each loss since the entry before, and `at` what time."""
    sums: dict[str, float] = field(default_factory=dict)
    count: int = 0

    def note(self, losses: Mapping[str, float], before: float) -> float:
        """Add the losses of a step that began `before`; returns the mean of their sums over the latest steps."""
        self.sums = {name: self.sums.get(name, 0.0) * (self.count > 0) + loss for name, loss in losses.items()}
        self.count += 1
        means = {name: total / self.count for name, total in self.sums.items()}
        if passed(before, self.spent, NOTED):
            self.losses.append({"at": self.spent, **means})
            self.count = 0
        return sum(means.values())


def train(
    folder: Path, out: Path, minutes: float, *, films: Sequence[Path] = (), styles: Path | None = None,
    resume: bool = False, device: torch.device | str | None = None, seed: int = 0, credit: str = "", command: str = "",
    heard: Heard = lambda told: None, settings: Settings | None = None, schooling: Schooling | None = None,
    people: int = PEOPLE, clock: Callable[[], float] = time.monotonic,
) -> Made:  # fmt: skip
    """Teach a painter the pictures below `folder`, and write it to `out` when `minutes` are over.

    Beside `out` (x.safetensors) stand x.checkpoint, which `resume` goes on from, x.png with the curves, x.jpg with a
    contact sheet, and x.md with what there is to say about it. `films` show people who are painted besides those whom
    dancers give; `styles` is a file that names the styles, see `gallery.table_of`. Ctrl-C ends it after the step that
    is under way, with a checkpoint.

    Raises TrainError, Trouble (a folder without pictures, a file that is missing), LostError, OSError.
    """
    table = gallery.table_of(styles) if styles else {}
    course = _begun(
        folder, out, films, resume, device, seed, heard, settings or Settings(), schooling or Schooling(), people, {}
    )
    strokes = course.lesson.strokes[:, 0].numpy()
    course.library = gallery.library(course.pictures, strokes, table or gallery.table(course.pictures))
    told = table or gallery.table(course.pictures)
    course.remarks = {**course.remarks, "credit": credit, "command": command, "styles": told}
    return course.run(60.0 * minutes, heard, clock)


def adapt(
    folder: Path, out: Path, minutes: float, name: str, weights: Path | None = None, *, films: Sequence[Path] = (),
    resume: bool = False, device: torch.device | str | None = None, seed: int = 0, credit: str = "", command: str = "",
    heard: Heard = lambda told: None, schooling: Schooling | None = None, people: int = FEWER,
    clock: Callable[[], float] = time.monotonic,
) -> Made:  # fmt: skip
    """Teach a painter that has learned already, that of `weights` or the one that comes along, the pictures below
    `folder` as one more style called `name`; what it knew before it keeps. All else is as with `train`.
    """
    network, before = store.load(weights)
    former = Former(network, list(before.values()))
    schooling = schooling or Schooling(rate=ADAPTED, recolour=0.1)
    more = {"adapted": (weights or store.WEIGHTS).name, "name": name}
    course = _begun(
        folder, out, films, resume, device, seed, heard, network.settings, schooling, people, more, former
    )
    strokes = course.lesson.strokes[:, 0].numpy()
    course.library = {**before, **gallery.library(course.pictures, strokes, {name: ["*"]})}
    card = store.card(weights)
    works = [*(card.get("works") or []), *course.remarks["works"]]
    table = {**(card.get("styles") or {}), name: [picture.name for picture in course.pictures]}
    course.remarks = {**course.remarks, "credit": credit, "command": command, "works": works, "styles": table}
    return course.run(60.0 * minutes, heard, clock)


def _begun(
    folder: Path, out: Path, films: Sequence[Path], resume: bool, device: torch.device | str | None, seed: int,
    heard: Heard, settings: Settings, schooling: Schooling, people: int, more: Mapping[str, Any],
    former: Former | None = None,
) -> _Course:  # fmt: skip
    """The pictures read, the people gathered, the painter begun or taken from the checkpoint."""
    if out.suffix != ".safetensors":
        raise TrainError(f"{out}: a painter is kept as .safetensors")
    saved = _checkpoint(_beside(out, "checkpoint"), resume)
    where = chosen(device)
    eye = perceptual.load(where)
    pictures = gallery.read(folder, eye, seed, lambda share, note: heard(Told("reading", share, note=note)))
    crowd = bank(people, (128, 128), seed, films, lambda share: heard(Told("gathering people", share)))
    of = {
        "data": [picture.name for picture in pictures], "people": people, "films": [film.name for film in films],
        "seed": seed, "settings": asdict(settings), "schooling": asdict(schooling), **more,
    }  # fmt: skip
    if saved is not None and (other := [name for name in of if _plain(of[name]) != _plain(saved["of"].get(name))]):
        raise TrainError(
            f"{_beside(out, 'checkpoint')}: was begun with other {', '.join(other)}; give the same, or begin anew"
        )
    lesson = Lesson(pictures, crowd, eye, settings, schooling, seed, where, former)
    diary = Diary()
    if saved is not None:
        lesson.restore(saved["lesson"])
        diary = Diary(**saved["diary"])
    works = [asdict(picture.work) | {"path": picture.name} for picture in pictures]
    return _Course(out, lesson, diary, of, {"torch": torch.__version__, "works": works}, {}, pictures, crowd)


@dataclass
class _Course:
    """A training between its beginning and its end: what it writes."""

    out: Path
    lesson: Lesson
    diary: Diary
    of: Mapping[str, Any]
    """What it can only be gone on with: the data and all settings, plain."""
    remarks: Mapping[str, Any]
    library: Mapping[str, Style]
    pictures: Sequence[gallery.Picture]
    crowd: Bank

    def run(self, seconds: float, heard: Heard, clock: Callable[[], float]) -> Made:
        """Until the time is over, or Ctrl-C."""
        diary, lesson = self.diary, self.lesson
        pause = min(SHOWN[0], SHOWN[1] * seconds)
        rows = lesson.schooling.own + 2 * lesson.schooling.people + lesson.schooling.other
        with interruptible() as stopped:
            last = clock()
            while diary.spent < seconds:
                losses = lesson.step(diary.spent / seconds)
                now = clock()
                took, last = now - last, now
                before, diary.spent = diary.spent, diary.spent + took
                loss = diary.note(losses, before)
                share, stop = min(diary.spent / seconds, 1.0), stopped()
                heard(Told("training", share, loss, rows / max(took, 1e-9), (seconds - diary.spent) / 60.0))
                try:
                    if passed(before, diary.spent, pause):
                        self.show()
                    if stop or passed(before, diary.spent, SAVED):
                        self.keep(finished=False)
                except OSError as error:
                    if stop:
                        raise
                    heard(Told("training", share, note=f"{error}: what was saved before stays, and training goes on"))
                if stop:
                    return self.made(finished=False)
        self.show()
        card = self.card()
        store.save(self.out, lesson.mean, self.library, card)
        written(_beside(self.out, "md"), page(self.out, card, list(self.library)).encode())
        self.keep(finished=True)
        return self.made(finished=True)

    def made(self, finished: bool) -> Made:
        newest = {n: v for n, v in self.diary.losses[-1].items() if n != "at"} if self.diary.losses else {}
        return Made(self.out, self.lesson.steps, self.diary.spent / 60.0, newest, finished)

    def keep(self, finished: bool) -> None:
        """Write the checkpoint."""
        state = {
            "form": FORM, "of": dict(self.of), "finished": finished,
            "diary": asdict(self.diary), "lesson": self.lesson.state(),
        }  # fmt: skip
        # In memory first: on a full disk torch tells nothing of the reason.
        data = io.BytesIO()
        torch.save(state, data)
        written(_beside(self.out, "checkpoint"), data.getbuffer())

    def show(self) -> None:
        """Paint a contact sheet with what it can by now, and draw the curves."""
        names = list(self.library)
        shown = [names[i] for i in np.linspace(0, len(names) - 1, min(STYLES, len(names))).astype(int)]
        painter = Painter(copy.deepcopy(self.lesson.mean), self.library, self.lesson.device)
        samples = np.linspace(0, len(self.crowd.guides) - 1, GUIDES).astype(int)
        guides = [unpacked(self.crowd.guides[i, 0]) for i in samples]
        rows: list[list[Any]] = [[None, *(_drawn(guide) for guide in guides)]]
        for name in shown:
            style = self.library[name]
            nearest = min(self.pictures, key=lambda p: float(np.abs(p.palette - style.palette).sum()))
            rows.append([nearest.pixels, *(painter.paint(guide, style) for guide in guides)])
        _written(_beside(self.out, "jpg"), sheet(rows), "JPEG")
        names = [name for name in (self.diary.losses[-1] if self.diary.losses else {}) if name != "at"]
        told = {name: [entry for entry in self.diary.losses if name in entry] for name in names}
        panels = [
            plot.Panel(name, {name: ([e["at"] / 60.0 for e in some], [e[name] for e in some])})
            for name, some in told.items()
        ]
        _written(_beside(self.out, "png"), plot.sheet(self.out.stem, panels, "minutes", (960, 150)), "PNG")

    def card(self) -> dict[str, Any]:
        """All there is to say about the painter as it is now."""
        return {
            **{name: value for name, value in self.of.items() if name != "settings"},
            **self.remarks,
            "parameters": sum(p.numel() for p in self.lesson.network.parameters()),
            "device": self.lesson.device.type,
            "minutes": round(self.diary.spent / 60.0, 1),
            "steps": self.lesson.steps,
        }


def _drawn(guide: np.ndarray) -> np.ndarray:
    """A guide as somebody would look at it: its light, warm where a figure is."""
    light = 0.5 + 0.5 * guide[..., 9:10]
    shade = 0.25 + 0.6 * light
    colour = np.where(guide[..., :1] > 0.5, (1.0, 0.88, 0.74), (0.78, 0.84, 0.92))
    return (255.0 * np.clip(shade * colour, 0.0, 1.0)).astype(np.uint8)


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


def _plain(value: Any) -> Any:
    """Tuples as lists, as a checkpoint may give them back."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def _written(path: Path, picture: Image.Image, kind: str) -> None:
    data = io.BytesIO()
    picture.save(data, kind, quality=90)
    written(path, data.getvalue())


def _beside(out: Path, kind: str) -> Path:
    return out.with_suffix(f".{kind}")
