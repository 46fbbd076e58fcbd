"""How near paintings come to the style that was asked for, beside what others make of the same people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.paint import gatys
from installation.evaluate.paint.distance import frechet_distance, gram, kernel, nearest, sliced, windows
from installation.evaluate.paint.judge import Judge
from installation.evaluate.paint.people import spread
from installation.evaluate.paint.study import Study
from installation.evaluate.paint.transfer import moments, transferred
from installation.evaluate.paint.works import halves

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]

PAINTER, CAMERA, TRANSFER, ADAIN, GATYS, TRUE = (
    "the painter", "the camera frames", "colour transfer", "AdaIN", "Gatys", "half of the set to the other",
)  # fmt: skip
ASKED = 24
"""Pictures of each style of which the style is guessed."""
SLOW_STYLES, SLOW_PICTURES = 4, 5
"""For which pictures are optimised, at gatys.SECONDS each."""


@dataclass(frozen=True, slots=True)
class Apart:
    """How far two sets of pictures are apart."""

    frechet: float
    kernel: float
    sliced: float


@dataclass(frozen=True, slots=True)
class Distances:
    """What was found: means over styles."""

    mean: dict[str, Apart]
    """By who painted."""
    few: Apart
    """The painter's pictures of the people of whom pictures were optimised."""
    slow: Apart
    """The optimised ones."""
    frechet: dict[str, dict[str, float]]
    """By style and who painted."""


def distances(judge: Judge, of: Study, advance: Callable[[float], None]) -> Distances:
    """How far the pictures of each who paints are from those of the style, for all of the chosen styles.

    Each of the judge's channels counts in units of its deviation over all of these styles' own pictures.
    """
    own = {name: [crop for group in of.crops[name] for crop in group] for name in of.styles}
    raw = {name: _windows(judge, crops) for name, crops in own.items()}
    every = np.concatenate(list(raw.values()))
    middle, deviation = every.mean(axis=0), every.std(axis=0) + 1e-6

    def seen(pictures: Sequence[Pixels]) -> Array:
        return (_windows(judge, pictures) - middle) / deviation

    camera = seen([shot.picture for shot in of.shots])
    found: dict[str, dict[str, Apart]] = {}
    few, slow = [], []
    late = spread(of.styles, SLOW_STYLES)
    for done, name in enumerate(of.styles):
        crops, true = own[name], (raw[name] - middle) / deviation
        colours = moments(crops)
        moved = [transferred(shot.picture, colours) for shot in of.shots]
        rows = {PAINTER: seen(of.paintings(name)), CAMERA: camera, TRANSFER: seen(moved)}
        if of.adain is not None:
            asked = of.adain.style(crops)
            rows[ADAIN] = seen([of.adain.paint(shot.picture, asked) for shot in of.shots])
        found[name] = {who: _apart(pictures, true) for who, pictures in rows.items()}
        found[name][TRUE] = _apart(*(seen(half) for half in halves(of.crops[name])))
        if name in late:
            some = spread(range(len(of.shots)), SLOW_PICTURES)
            wanted = gatys.asked(of.perceptual, crops)
            made = [gatys.optimised(of.perceptual, of.shots[i].picture, moved[i], wanted) for i in some]
            made = [transferred(picture, colours) for picture in made]  # what drifted while strokes were sought
            slow.append(_apart(seen(made), true))
            few.append(_apart(seen([of.paintings(name)[i] for i in some]), true))
        advance((done + 1) / len(of.styles))
    mean = {who: _mean([each[who] for each in found.values()]) for who in next(iter(found.values()))}
    told = {name: {who: apart.frechet for who, apart in each.items()} for name, each in found.items()}
    return Distances(mean, _mean(few), _mean(slow), told)


def told_apart(judge: Judge, of: Study) -> dict[str, float]:
    """Share of the pictures whose Gram matrices are nearest to those of the style that was asked for, of all in the
    library: those of the painter, of colour transfer, and crops of the style's pictures that its own mean lacks."""
    means, held = [], []
    for groups in of.crops.values():
        first, second = halves(groups)
        means.append(_middle([gram(judge, crop) for crop in first]))
        held.append(second)
    names = list(of.crops)
    right: dict[str, list[bool]] = {PAINTER: [], TRANSFER: [], "crops of its own pictures": []}
    for index, name in enumerate(names):
        colours = moments([crop for group in of.crops[name] for crop in group])
        some = spread(range(len(of.shots)), ASKED)
        rows = {
            PAINTER: [of.paintings(name)[i] for i in some],
            TRANSFER: [transferred(of.shots[i].picture, colours) for i in some],
            "crops of its own pictures": held[index],
        }
        for who, pictures in rows.items():
            right[who] += [nearest(gram(judge, picture), means) == index for picture in pictures]
    return {who: float(np.mean(found)) for who, found in right.items() if found}


def _windows(judge: Judge, pictures: Sequence[Pixels]) -> Array:
    return np.concatenate([windows(judge, picture) for picture in pictures])


def _apart(one: Array, other: Array) -> Apart:
    return Apart(frechet_distance(one, other), kernel(one, other), sliced(one, other))


def _mean(found: Sequence[Apart]) -> Apart:
    return Apart(*(float(np.mean([getattr(one, name) for one in found])) for name in Apart.__slots__))


def _middle(found: Sequence[Sequence[Array]]) -> list[Array]:
    return [np.mean(layer, axis=0) for layer in zip(*found, strict=True)]
