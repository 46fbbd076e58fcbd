"""Style fidelity: distances of paintings to their style's pictures, beside baselines on the same people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.paint import gatys
from installation.evaluate.paint.distance import (
    frechet_distance,
    gram_matrices,
    kernel_distance,
    nearest_style,
    sliced_wasserstein,
    window_features,
)
from installation.evaluate.paint.judge import JudgeNetwork
from installation.evaluate.paint.people import evenly_spaced
from installation.evaluate.paint.study import PainterStudy
from installation.evaluate.paint.transfer import colour_moments, transfer_moments
from installation.evaluate.paint.works import split_halves

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]

PAINTER = "the painter"
CAMERA = "the camera frames"
TRANSFER = "colour transfer"
ADAIN = "AdaIN"
GATYS = "Gatys"
FLOOR = "half of the set to the other"
"""Lowest distance that can be expected: between two halves of a style's own pictures."""
CLASSIFIED_PICTURES = 24
"""Pictures of each style whose style is classified."""
SLOW_STYLES = 4
"""Styles for which pictures are optimised, each for gatys.SECONDS."""
SLOW_PICTURES = 5
"""Optimised pictures of each of these styles."""


@dataclass(frozen=True, slots=True)
class SetDistance:
    """Distances between two sets of pictures."""

    frechet: float
    kernel: float
    sliced: float


@dataclass(frozen=True, slots=True)
class StyleDistances:
    """Distances to the styles' pictures."""

    mean: dict[str, SetDistance]
    """Mean over styles, by method."""
    few: SetDistance
    """The painter's pictures of the people that the slow baseline painted."""
    slow: SetDistance
    """The slow baseline's pictures."""
    frechet: dict[str, dict[str, float]]
    """Fréchet distance by style and method."""


def style_distances(judge: JudgeNetwork, study: PainterStudy, advance: Callable[[float], None]) -> StyleDistances:
    """Measure the distance of each method's pictures to those of the style, for all chosen styles.

    Each of the judge's channels is in units of its deviation over all of these styles' own pictures.
    """
    crops_by_style = {name: [crop for group in study.crops[name] for crop in group] for name in study.styles}
    raw = {name: _features(judge, crops) for name, crops in crops_by_style.items()}
    every = np.concatenate(list(raw.values()))
    mean, deviation = every.mean(axis=0), every.std(axis=0) + 1e-6

    def features(pictures: Sequence[Pixels]) -> Array:
        scores: Array = (_features(judge, pictures) - mean) / deviation
        return scores

    camera = features([shot.picture for shot in study.shots])
    found: dict[str, dict[str, SetDistance]] = {}
    few, slow = [], []
    slow_styles = evenly_spaced(study.styles, SLOW_STYLES)
    for done, name in enumerate(study.styles):
        crops, true = crops_by_style[name], (raw[name] - mean) / deviation
        colours = colour_moments(crops)
        recoloured = [transfer_moments(shot.picture, colours) for shot in study.shots]
        methods = {PAINTER: features(study.paintings(name)), CAMERA: camera, TRANSFER: features(recoloured)}
        if study.adain is not None:
            adain_style = study.adain.style(crops)
            methods[ADAIN] = features([study.adain.paint(shot.picture, adain_style) for shot in study.shots])
        found[name] = {method: _distance(pictures, true) for method, pictures in methods.items()}
        found[name][FLOOR] = _distance(*(features(half) for half in split_halves(study.crops[name])))
        if name in slow_styles:
            some = evenly_spaced(range(len(study.shots)), SLOW_PICTURES)
            target = gatys.mean_gram_matrices(study.perceptual, crops)
            optimised = [
                gatys.optimise_picture(study.perceptual, study.shots[i].picture, recoloured[i], target) for i in some
            ]
            # Colours drift while strokes are optimised.
            optimised = [transfer_moments(picture, colours) for picture in optimised]
            slow.append(_distance(features(optimised), true))
            few.append(_distance(features([study.paintings(name)[i] for i in some]), true))
        advance((done + 1) / len(study.styles))
    means = {method: _mean([each[method] for each in found.values()]) for method in next(iter(found.values()))}
    by_style = {name: {method: one.frechet for method, one in each.items()} for name, each in found.items()}
    return StyleDistances(means, _mean(few), _mean(slow), by_style)


def style_accuracy(judge: JudgeNetwork, study: PainterStudy) -> dict[str, float]:
    """Return the share of pictures whose nearest style in the library, by Gram matrices, is the requested one.

    By method: the painter, colour transfer, and held-out crops of the style's own pictures.
    """
    means, held_out = [], []
    for groups in study.crops.values():
        first, second = split_halves(groups)
        means.append(_mean_matrices([gram_matrices(judge, crop) for crop in first]))
        held_out.append(second)
    names = list(study.crops)
    right: dict[str, list[bool]] = {PAINTER: [], TRANSFER: [], "crops of its own pictures": []}
    for index, name in enumerate(names):
        colours = colour_moments([crop for group in study.crops[name] for crop in group])
        some = evenly_spaced(range(len(study.shots)), CLASSIFIED_PICTURES)
        methods = {
            PAINTER: [study.paintings(name)[i] for i in some],
            TRANSFER: [transfer_moments(study.shots[i].picture, colours) for i in some],
            "crops of its own pictures": held_out[index],
        }
        for method, pictures in methods.items():
            right[method] += [nearest_style(gram_matrices(judge, picture), means) == index for picture in pictures]
    return {method: float(np.mean(found)) for method, found in right.items() if found}


def _features(judge: JudgeNetwork, pictures: Sequence[Pixels]) -> Array:
    return np.concatenate([window_features(judge, picture) for picture in pictures])


def _distance(first: Array, second: Array) -> SetDistance:
    return SetDistance(
        frechet_distance(first, second), kernel_distance(first, second), sliced_wasserstein(first, second)
    )


def _mean(found: Sequence[SetDistance]) -> SetDistance:
    return SetDistance(*(float(np.mean([getattr(one, name) for one in found])) for name in SetDistance.__slots__))


def _mean_matrices(found: Sequence[Sequence[Array]]) -> list[Array]:
    return [np.mean(layer, axis=0) for layer in zip(*found, strict=True)]
