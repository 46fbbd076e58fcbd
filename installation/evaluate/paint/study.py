"""What is measured: a painter, people who are painted, and the pictures that paintings should look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.evaluate.clips import PEOPLE_CLIPS, material_folder, one_person_clip, people_clips
from installation.evaluate.paint import works
from installation.evaluate.paint.adain import AdaIN, taught
from installation.evaluate.paint.adain import load as load_adain
from installation.evaluate.paint.judge import FILE, Judge
from installation.evaluate.paint.judge import load as load_judge
from installation.evaluate.paint.people import Shot, people, spread
from installation.paint import perceptual
from installation.paint.engines import store
from installation.paint.engines.engine import unknown_style
from installation.paint.engines.painter import NetworkPainter, load
from installation.paint.engines.store import StoreError
from installation.paint.perceptual import PerceptualNetwork
from installation.paint.picture import PictureError, find_pictures

Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]

ART = "data/art"
"""Where the pictures lie in the folder of material."""

ROWS = 8
"""Styles that are compared with baselines, and shown."""


@dataclass
class Study:
    """What is measured."""

    painter: NetworkPainter
    shots: Sequence[Shot]
    files: Mapping[str, Sequence[Path]]
    """Of each style that has some."""
    every: Sequence[Path]
    """All that was learned from."""
    weights: Path | None = None
    """The painter's file; None is the one that comes along."""
    clip: Path | None = None
    """Of people, for what is measured live."""
    judge: Judge | None = None
    """Without one nothing is said of style."""
    adain: AdaIN | None = None
    chosen: Sequence[str] = ()
    """Styles that are compared with baselines and shown; evenly chosen where none is named."""
    told: dict[str, object] = field(default_factory=dict)
    """What is told beside the figures, to programs."""
    _painted: dict[str, list[Pixels]] = field(default_factory=dict)

    @property
    def styles(self) -> list[str]:
        """Those that are compared and shown."""
        return list(self.chosen) or spread(list(self.files), ROWS)

    @cached_property
    def perceptual(self) -> PerceptualNetwork:
        """Raises AssetError where it is missing."""
        return perceptual.load()

    @property
    def minutes(self) -> float | None:
        """For which the painter was taught, where its file says that."""
        told = store.card(self.weights).get("minutes")
        return None if told is None else float(told)

    @cached_property
    def guides(self) -> list[NDArray[np.float32]]:
        """Of all shots, with what the camera saw."""
        return [shot.guide() for shot in self.shots]

    @cached_property
    def crops(self) -> dict[str, list[list[Pixels]]]:
        """Of each style, by picture."""
        return {name: works.crops(own) for name, own in self.files.items()}

    @cached_property
    def works(self) -> list[Pixels]:
        """Every picture that can be read, as large as styles are looked at."""
        found = []
        for file in self.every:
            with suppress(PictureError):
                found.append(works.whole(file))
        return found

    def paintings(self, name: str) -> list[Pixels]:
        """All shots in a style, in one step each."""
        if name not in self._painted:
            asked = self.painter.styles[name]
            self._painted[name] = [self.painter.paint(guide, asked) for guide in self.guides]
        return self._painted[name]

    def teach(self, minutes: float, path: Path | None, advance: Advance) -> None:
        """Teach an AdaIN by the same pictures and these very people, and keep it where there is a path for it."""
        contents = [shot.picture for shot in self.shots]
        self.adain = taught(self.perceptual, contents, self.works, minutes, advance)
        if path is not None:
            self.adain.save(path)

    def read_adain(self, path: Path) -> None:
        """Take one that was kept. Raises Trouble."""
        self.adain = load_adain(path, self.perceptual)


def study(
    material: Path | None,
    data: Path | None,
    weights: Path | None,
    judge: Path | None,
    chosen: Sequence[str],
    advance: Advance,
) -> Study:
    """Everything read and everybody found; what isn't named is looked for in the folder of material.

    Raises Trouble where something is missing that is named, or without which nothing can be measured.
    """
    root = material_folder(material)
    place = data or (root / ART if root else None)
    if place is None:
        raise UserError("--data: which pictures? Expected the folder that the painter learned from")
    try:
        painter, made_of = load(weights), works.table(weights)
    except StoreError as error:
        raise UserError(str(error)) from error
    files = works.files(place, painter.styles, made_of)
    if not files:
        raise UserError(f"{place}: holds no picture of any of the painter's styles ({', '.join(painter.styles)})")
    if wrong := [name for name in chosen if name not in files]:
        raise unknown_style(wrong[0], list(files))
    usual = root / FILE if root else None
    path = judge or (usual if usual is not None and usual.is_file() else None)
    shots = people(material, advance)
    if not shots:
        raise UserError(f"--material: none of the clips of people is there ({', '.join(PEOPLE_CLIPS)})")
    judging = None if path is None else load_judge(path)
    film = one_person_clip(material) or people_clips(material)[0]
    return Study(painter, shots, files, find_pictures(place), weights, film, judging, chosen=tuple(chosen))
