"""Material of the painter's evaluation: a painter, shots of people, and the reference pictures of its styles."""

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
from installation.evaluate.paint.adain import AdaIN, train_adain
from installation.evaluate.paint.adain import load as load_adain
from installation.evaluate.paint.judge import JUDGE_FILE, JudgeNetwork
from installation.evaluate.paint.judge import load as load_judge
from installation.evaluate.paint.people import Shot, evenly_spaced, find_shots
from installation.paint.engines import store
from installation.paint.engines.engine import unknown_style
from installation.paint.engines.painter import NetworkPainter, load
from installation.paint.pictures import perceptual
from installation.paint.pictures.perceptual import PerceptualNetwork
from installation.paint.pictures.picture import PictureError, find_pictures
from motion.learning.checkpoint import WeightsError

Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]

ART_FOLDER = "data/art"
"""Training pictures in the folder of material."""
COMPARED_STYLES = 8
"""Styles that are compared with baselines, and shown."""


@dataclass
class PainterStudy:
    """What is evaluated, and what it is compared with; expensive parts are computed once, on first use."""

    painter: NetworkPainter
    shots: Sequence[Shot]
    style_files: Mapping[str, Sequence[Path]]
    """Reference pictures of each style that has some."""
    training_files: Sequence[Path]
    """All pictures that the painter learned from."""
    weights: Path | None = None
    """The painter's file; None is the bundled one."""
    clip: Path | None = None
    """Clip of people for the live measurements."""
    judge: JudgeNetwork | None = None
    """Without one, style is not measured."""
    adain: AdaIN | None = None
    chosen: Sequence[str] = ()
    """Styles that are compared with baselines and shown; by default COMPARED_STYLES, evenly spaced."""
    facts: dict[str, object] = field(default_factory=dict)
    """Further results for programs, beside the figures."""
    _paintings: dict[str, list[Pixels]] = field(default_factory=dict)

    @property
    def styles(self) -> list[str]:
        """Styles that are compared and shown."""
        return list(self.chosen) or evenly_spaced(list(self.style_files), COMPARED_STYLES)

    @cached_property
    def perceptual(self) -> PerceptualNetwork:
        """The perceptual network. Raises AssetError if it is missing."""
        return perceptual.load()

    @property
    def training_minutes(self) -> float | None:
        """The painter's training time; None if its model card does not state it."""
        minutes = store.card(self.weights).get("minutes")
        return None if minutes is None else float(minutes)

    @cached_property
    def guides(self) -> list[NDArray[np.float32]]:
        """Guides of all shots, with the camera picture."""
        return [shot.guide() for shot in self.shots]

    @cached_property
    def crops(self) -> dict[str, list[list[Pixels]]]:
        """Crops of the reference pictures, by style and picture."""
        return {name: works.style_crops(files) for name, files in self.style_files.items()}

    @cached_property
    def training_pictures(self) -> list[Pixels]:
        """Every training picture that can be read, with a short side of STYLE_SIDE_PX."""
        found = []
        for file in self.training_files:
            with suppress(PictureError):
                found.append(works.read_whole(file))
        return found

    def paintings(self, style: str) -> list[Pixels]:
        """Return paintings of all shots in a style, in one step each."""
        if style not in self._paintings:
            vector = self.painter.styles[style]
            self._paintings[style] = [self.painter.paint(guide, vector) for guide in self.guides]
        return self._paintings[style]

    def train_adain(self, minutes: float, path: Path | None, advance: Advance) -> None:
        """Train an AdaIN on the same pictures and these very people; save it if `path` is given."""
        contents = [shot.picture for shot in self.shots]
        self.adain = train_adain(self.perceptual, contents, self.training_pictures, minutes, advance)
        if path is not None:
            self.adain.save(path)

    def load_adain(self, path: Path) -> None:
        """Load a saved AdaIN. Raises UserError."""
        self.adain = load_adain(path, self.perceptual)


def open_study(
    material: Path | None,
    data: Path | None,
    weights: Path | None,
    judge: Path | None,
    chosen: Sequence[str],
    advance: Advance,
) -> PainterStudy:
    """Read everything and find the people; files that are not given are looked for in the folder of material.

    Raises UserError if a given file is missing, or one without which nothing can be measured.
    """
    root = material_folder(material)
    folder = data or (root / ART_FOLDER if root else None)
    if folder is None:
        raise UserError("--data: which pictures? Expected the folder that the painter learned from")
    try:
        painter, patterns = load(weights), works.style_table(weights)
    except WeightsError as error:
        raise UserError(str(error)) from error
    files = works.style_files(folder, painter.styles, patterns)
    if not files:
        raise UserError(f"{folder}: holds no picture of any of the painter's styles ({', '.join(painter.styles)})")
    if wrong := [name for name in chosen if name not in files]:
        raise unknown_style(wrong[0], list(files))
    default_judge = root / JUDGE_FILE if root else None
    judge_path = judge or (default_judge if default_judge is not None and default_judge.is_file() else None)
    shots = find_shots(material, advance)
    if not shots:
        raise UserError(f"--material: none of the clips of people is there ({', '.join(PEOPLE_CLIPS)})")
    network = None if judge_path is None else load_judge(judge_path)
    clip = one_person_clip(material) or people_clips(material)[0]
    return PainterStudy(painter, shots, files, find_pictures(folder), weights, clip, network, chosen=tuple(chosen))
