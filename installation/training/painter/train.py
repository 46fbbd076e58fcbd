"""Teaching the painter: from a folder of pictures to a file of weights; it can be interrupted and resumed."""

from __future__ import annotations

import copy
import io
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from installation.paint import perceptual
from installation.paint.engines import store
from installation.paint.engines.network import NetworkSettings
from installation.paint.engines.painter import NetworkPainter
from installation.paint.style import Style
from installation.training.painter import style_pictures
from installation.training.painter.contact_sheet import sheet
from installation.training.painter.model_card import page
from installation.training.painter.samples import SampleBank, build_sample_bank, unpack_guides
from installation.training.painter.trainer import Former, Lesson, Schooling
from motion.atomic_file import atomic_write
from motion.dancer.store import device as chosen
from motion.learning import plots
from motion.learning.training_loop import (
    LossHistory,
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

SAVED = 120.0
"""Seconds between two checkpoints."""
SHOWN = 300.0, 1 / 12
"""Seconds between two contact sheets, or this share of the time where that is less."""
PEOPLE, FEWER = 600, 200
"""Samples of people that are painted, and as many where a painter is adapted."""
ADAPTED = 2e-4
"""Rate of learning where a painter is adapted."""
STYLES, GUIDES = 8, 5
"""Of a contact sheet."""


def train(
    folder: Path, out: Path, minutes: float, *, films: Sequence[Path] = (), styles: Path | None = None,
    resume: bool = False, device: torch.device | str | None = None, seed: int = 0, credit: str = "", command: str = "",
    heard: ProgressCallback = lambda told: None, settings: NetworkSettings | None = None, schooling: Schooling | None = None,
    people: int = PEOPLE, clock: Callable[[], float] = time.monotonic,
) -> TrainingResult:  # fmt: skip
    """Teach a painter the pictures below `folder`, and write it to `out` when `minutes` are over.

    Beside `out` (x.safetensors) stand x.checkpoint, which `resume` goes on from, x.png with the curves, x.jpg with a
    contact sheet, and x.md with what there is to say about it. `films` show people who are painted besides those whom
    dancers give; `styles` is a file that names the styles, see `gallery.read_style_table`. Ctrl-C ends it after the step that
    is under way, with a checkpoint.

    Raises TrainError, Trouble (a folder without pictures, a file that is missing), LostError, OSError.
    """
    table = style_pictures.read_style_table(styles) if styles else {}
    settings, schooling = settings or NetworkSettings(), schooling or Schooling()
    course = _begun(folder, out, films, resume, device, seed, heard, settings, schooling, people, {}, table)
    table = table or style_pictures.table(course.pictures)
    course.library = style_pictures.library(course.pictures, course.lesson.strokes.numpy(), table)
    course.remarks = {**course.remarks, "credit": credit, "command": command, "styles": table}
    return course.run(60.0 * minutes, heard, clock)


def adapt(
    folder: Path, out: Path, minutes: float, name: str, weights: Path | None = None, *, films: Sequence[Path] = (),
    resume: bool = False, device: torch.device | str | None = None, seed: int = 0, credit: str = "", command: str = "",
    heard: ProgressCallback = lambda told: None, schooling: Schooling | None = None, people: int = FEWER,
    clock: Callable[[], float] = time.monotonic,
) -> TrainingResult:  # fmt: skip
    """Teach a painter that has learned already, that of `weights` or the one that comes along, the pictures below
    `folder` as one more style called `name`; what it knew before it keeps. All else is as with `train`.
    """
    network, before = store.load(weights)
    former = Former(network, list(before.values()))
    schooling = schooling or Schooling(rate=ADAPTED, recolour=0.1)
    more, table = {"adapted": (weights or store.BUNDLED_WEIGHTS).name, "name": name}, {name: ["*"]}
    course = _begun(
        folder, out, films, resume, device, seed, heard, network.settings, schooling, people, more, table, former
    )
    course.library = {**before, **style_pictures.library(course.pictures, course.lesson.strokes.numpy(), table)}
    card = store.card(weights)
    works = [*(card.get("works") or []), *course.remarks["works"]]
    styles = {**(card.get("styles") or {}), name: [picture.name for picture in course.pictures]}
    course.remarks = {**course.remarks, "credit": credit, "command": command, "works": works, "styles": styles}
    return course.run(60.0 * minutes, heard, clock)


def _begun(
    folder: Path, out: Path, films: Sequence[Path], resume: bool, device: torch.device | str | None, seed: int,
    heard: ProgressCallback, settings: NetworkSettings, schooling: Schooling, people: int, more: Mapping[str, Any],
    table: Mapping[str, Sequence[str]], former: Former | None = None,
) -> _Course:  # fmt: skip
    """The pictures read, the people gathered, the painter begun or taken from the checkpoint."""
    if out.suffix != ".safetensors":
        raise TrainingError(f"{out}: a painter is kept as .safetensors")
    saved = read_checkpoint(out, resume)
    where = chosen(device)
    eye = perceptual.load(where)
    pictures = style_pictures.read(folder, eye, seed, lambda share, note: heard(Progress("reading", share, note=note)))
    crowd = build_sample_bank(people, (128, 128), seed, films, lambda share: heard(Progress("gathering people", share)))
    of = {
        "data": [picture.name for picture in pictures], "people": people, "films": [film.name for film in films],
        "seed": seed, "settings": settings.to_header(), "schooling": asdict(schooling), **more,
    }  # fmt: skip
    if saved is not None:
        require_same_setup(out, of, saved)
    table = table or style_pictures.table(pictures)
    often = style_pictures.often(pictures, table)
    lesson = Lesson(pictures, crowd, eye, settings, schooling, seed, where, former, often)
    diary = LossHistory()
    if saved is not None:
        lesson.restore(saved["lesson"])
        diary = LossHistory(**saved["diary"])
    works = [asdict(picture.work) | {"path": picture.name} for picture in pictures]
    return _Course(out, lesson, diary, of, {"torch": torch.__version__, "works": works}, {}, table, pictures, crowd)


@dataclass
class _Course:
    """A training between its beginning and its end: what it writes."""

    out: Path
    lesson: Lesson
    diary: LossHistory
    of: Mapping[str, Any]
    """What it can only be gone on with: the data and all settings, plain."""
    remarks: Mapping[str, Any]
    library: Mapping[str, Style]
    taught: Collection[str]
    """Which of these the pictures are of; an older one's are not there."""
    pictures: Sequence[style_pictures.Picture]
    crowd: SampleBank

    def run(self, seconds: float, heard: ProgressCallback, clock: Callable[[], float]) -> TrainingResult:
        """Until the time is over, or Ctrl-C."""
        lesson, pause = self.lesson, min(SHOWN[0], SHOWN[1] * seconds)
        rows = lesson.schooling.own + 2 * lesson.schooling.people + lesson.schooling.other
        finished = run_training(
            lesson, self.diary, seconds, rows, SAVED, self.keep, pause, lambda share: self.show(), heard, clock
        )
        if finished:
            self.show()
            card = self.card()
            store.save(self.out, lesson.mean, self.library, card)
            atomic_write(sibling_path(self.out, "md"), page(self.out, card, list(self.library)).encode())
            self.keep(finished=True)
        newest = {n: v for n, v in self.diary.losses[-1].items() if n != "at"} if self.diary.losses else {}
        return TrainingResult(self.out, lesson.steps, self.diary.spent / 60.0, newest, finished)

    def keep(self, finished: bool = False) -> None:
        """Write the checkpoint."""
        save_checkpoint(self.out, self.of, self.diary, self.lesson, finished)

    def show(self) -> None:
        """Paint a contact sheet with what it can by now, and draw the curves."""
        names = list(self.library)
        shown = [names[i] for i in np.linspace(0, len(names) - 1, min(STYLES, len(names))).astype(int)]
        painter = NetworkPainter(copy.deepcopy(self.lesson.mean), self.library, self.lesson.device)
        samples = np.linspace(0, len(self.crowd.guides) - 1, GUIDES).astype(int)
        guides = [unpack_guides(self.crowd.guides[i, 0]) for i in samples]
        rows: list[list[Any]] = [[None, *(_drawn(guide) for guide in guides)]]
        for name in shown:
            style = self.library[name]
            nearest = min(self.pictures, key=lambda p: float(np.abs(p.palette - style.palette).sum()))
            reference = nearest.pixels if name in self.taught else None
            rows.append([reference, *(painter.paint(guide, style) for guide in guides)])
        _written(sibling_path(self.out, "jpg"), sheet(rows), "JPEG")
        names = [name for name in (self.diary.losses[-1] if self.diary.losses else {}) if name != "at"]
        told = {name: [entry for entry in self.diary.losses if name in entry] for name in names}
        panels = [
            plots.Panel(name, {name: ([e["at"] / 60.0 for e in some], [e[name] for e in some])})
            for name, some in told.items()
        ]
        _written(sibling_path(self.out, "png"), plots.draw_plots(self.out.stem, panels, "minutes", (960, 150)), "PNG")

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


def _written(path: Path, picture: Image.Image, kind: str) -> None:
    data = io.BytesIO()
    picture.save(data, kind, quality=90)
    atomic_write(path, data.getvalue())
