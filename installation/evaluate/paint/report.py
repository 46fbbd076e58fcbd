"""Report on the painter: speed, style, structure, stillness, warp error and copying, and a contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from installation.core.factory import load_factory
from installation.evaluate.bench.painter import measure_painter_speed
from installation.evaluate.paint import copying, live, style
from installation.evaluate.paint.people import Shot, evenly_spaced
from installation.evaluate.paint.structure import SilhouetteDetector
from installation.evaluate.paint.study import PainterStudy
from installation.evaluate.paint.works import read_whole
from installation.evaluate.report import Figure
from installation.training.painter.contact_sheet import contact_sheet

Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]

SHEET_COLUMNS = 6
"""People on the contact sheet."""
BENCH_SECONDS = 15.0
"""Time for which painter, eye and stage run together."""
LIVE_STYLES = 3
"""Styles that are painted live."""
DETECTION_PAINTINGS = 24
"""Paintings of a style in which the eye looks for people."""
DETECTION_REFERENCES = 12
"""Reference pictures of a style in which the eye looks for people."""
FIGURATIVE_RATE = 0.3
"""Detection rate in a style's reference pictures from which on it counts as a style with figures."""
COPYING_PAINTINGS = 6
"""Paintings of a style that are searched for copies."""
DIFFUSION_MEASUREMENT = "installation.evaluate.paint.diffusion:measure_diffusion"
"""Imported on use: the package diffusers is installed with the extra `diffusion` only."""
NO_JUDGE = "style: skipped, there is no judge (--judge FILE)"
"""Name of the figure in place of all figures of style."""


def measure_painter(study: PainterStudy, names: Sequence[str], advance: Advance) -> list[Figure]:
    """Return the figures of the named PARTS, or of all; that takes about ten minutes, four of them for Gatys."""
    figures = [Figure("styles measured", len(study.style_files)), Figure("people painted", len(study.shots))]
    chosen = [part for name, part in PARTS.items() if name in names or not names]
    for done, part in enumerate(chosen):
        figures += part(study, lambda share, done=done: advance((done + share) / len(chosen)))  # type: ignore[misc]
        advance((done + 1) / len(chosen))
    return figures


def study_sheet(study: PainterStudy) -> Image.Image:
    """Return a contact sheet of styles by people: camera pictures on top, then a reference and paintings in a row."""
    clips = list(dict.fromkeys(shot.clip for shot in study.shots))
    rounds = -(-SHEET_COLUMNS // max(len(clips), 1))
    some = []
    for n in range(min(SHEET_COLUMNS, len(study.shots))):
        own = [i for i, shot in enumerate(study.shots) if shot.clip == clips[n % len(clips)]]
        some.append(own[min(len(own) - 1, (n // len(clips) + 1) * len(own) // (rounds + 1))])
    rows: list[list[Pixels | None]] = [[None, *(study.shots[i].picture for i in some)]]
    for name in study.styles:
        reference = read_whole(study.style_files[name][len(study.style_files[name]) // 2])
        rows.append([_centre_square(reference), *(study.paintings(name)[i] for i in some)])
    return contact_sheet(rows, 256)


def _centre_square(picture: Pixels) -> Pixels:
    side = min(picture.shape[:2])
    top, left = ((size - side) // 2 for size in picture.shape[:2])
    return picture[top : top + side, left : left + side]


def _speed(study: PainterStudy, advance: Advance) -> Iterator[Figure]:
    """Time of one painting, and paintings a second beside eye and stage, as `visitant bench` measures them."""
    figures = measure_painter_speed(str(study.clip), study.weights, BENCH_SECONDS, advance)
    yield from (replace(figure, name=f"speed: {figure.name}") for figure in figures)


def _style(study: PainterStudy, advance: Advance) -> Iterator[Figure]:
    """Distance of paintings to their style, beside the baselines."""
    if study.judge is None:
        yield Figure(NO_JUDGE, None)
        return
    found = style.style_distances(study.judge, study, advance)
    own = found.mean[style.PAINTER]
    study.facts["Fréchet distance by style"] = found.frechet
    label = "style: Fréchet distance to the style's pictures"
    camera = found.mean[style.CAMERA]
    yield Figure.at_most(f"{label}, over the camera frames'", own.frechet / camera.frechet, 0.5, "times")
    for name in (style.TRANSFER, style.ADAIN):
        if name in found.mean:
            other = found.mean[name].frechet
            yield Figure.at_most(f"{label}, {name}'s beside it", own.frechet, other, "", other)
        else:
            yield Figure(f"{label}, {name}: no network was trained (--adain FILE, --adain-minutes N)", None)
    if study.adain is not None:
        yield Figure(
            f"style: training time of {style.ADAIN}, beside the painter",
            study.adain.minutes,
            "min",
            study.training_minutes,
        )
    few, slow = found.few, found.slow
    yield Figure.at_most(f"{label}, over {style.GATYS}'s on the same few", few.frechet / slow.frechet, 1.3, "times")
    for name, each in found.mean.items():
        yield Figure(f"{label}, {name}", each.frechet)
        yield Figure(f"style: kernel distance, {name}", each.kernel)
        yield Figure(f"style: sliced Wasserstein distance, {name}", each.sliced)
    for name, each in ((f"{style.PAINTER}, few", few), (f"{style.GATYS}, few", slow)):
        yield Figure(f"{label}, {name}", each.frechet)
    for name, share in style.style_accuracy(study.judge, study).items():
        label = f"style: pictures nearest to the requested style, {name}"
        yield Figure.at_least(label, share, 0.7) if name == style.PAINTER else Figure(label, share)


def _structure(study: PainterStudy, advance: Advance) -> Iterator[Figure]:
    """Detection of people in paintings of them."""
    some = evenly_spaced(range(len(study.shots)), DETECTION_PAINTINGS)
    true = [study.shots[i].silhouette for i in some]
    with SilhouetteDetector() as detector:
        figurative = []
        for done, (name, files) in enumerate(study.style_files.items(), 1):
            references = [read_whole(file) for file in evenly_spaced(files, DETECTION_REFERENCES)]
            if detector.detection_rate(references) >= FIGURATIVE_RATE:
                figurative.append(name)
            advance(0.4 * done / len(study.style_files))
        camera = detector.score([study.shots[i].picture for i in some], true)
        scores = {}
        for done, name in enumerate(study.style_files, 1):
            paintings = study.paintings(name)
            scores[name] = detector.score([paintings[i] for i in some], true)
            advance(0.4 + 0.6 * done / len(study.style_files))
    study.facts["styles with figures"] = figurative
    study.facts["found, and overlap, by style"] = {name: [one.found, one.overlap] for name, one in scores.items()}
    for label, names in (("styles with figures", figurative), ("all styles", list(scores))):
        if not names:
            yield Figure(f"structure: there are no {label}", None)
            continue
        found = float(np.mean([scores[name].found for name in names]))
        overlaps = [scores[name].overlap or 0.0 for name in names]
        rows = (
            (f"structure: people found, {label}", found, 0.7, camera.found),
            (f"structure: overlap of silhouettes, {label}", float(np.mean(overlaps)), 0.6, camera.overlap),
        )
        for name, value, least, baseline in rows:
            if names is figurative:
                yield Figure.at_least(name, value, least, "", baseline)
            else:
                yield Figure(name, value, "", baseline)


def _still(study: PainterStudy, advance: Advance) -> Iterator[Figure]:
    """Temporal deviation of paintings of a person who stands."""
    styles = evenly_spaced(study.styles, LIVE_STYLES)
    shot = _most_visible(study.shots)
    for done, camera in enumerate((False, True)):
        frames = live.standing_person(shot.picture, camera)
        held, fresh = [], []
        for part, name in enumerate(styles, 1):
            held.append(live.temporal_deviation(live.paint_live(study.painter, name, frames, 1.0), frames))
            fresh.append(live.temporal_deviation(live.paint_independently(study.painter, name, frames, 1.0), frames))
            advance(0.5 * (done + part / len(styles)))
        with_light = ", by the camera's light" if camera else ""
        for where, most in (("away", 2.0), ("on", 4.0)):
            label = f"still: deviation {'away from' if where == 'away' else 'on'} a standing visitor{with_light}"
            value, plain = (float(np.mean([getattr(one, where) for one in each])) for each in (held, fresh))
            yield Figure.at_most(label, value, most, "/255", plain)


def _warp(study: PainterStudy, advance: Advance) -> Iterator[Figure]:
    """Warp error of paintings of a person who moves."""
    styles = evenly_spaced(study.styles, LIVE_STYLES)
    shot = _most_visible(study.shots)
    frames = live.moving_figures(shot.figures[:1])
    held, fresh = [], []
    for part, name in enumerate(styles, 1):
        held.append(live.warp_error(live.paint_live(study.painter, name, frames, 1.0), frames))
        fresh.append(live.warp_error(live.paint_independently(study.painter, name, frames, 1.0), frames))
        advance(part / len(styles))
    for where, label in (("whole", "warp: error"), ("figure", "warp: error on the figure")):
        value, plain = (float(np.mean([getattr(one, where) for one in each])) for each in (held, fresh))
        yield Figure.at_most(f"{label}, over painting anew", value / max(plain, 1e-9), 0.5, "times")
        yield Figure(f"{label}, itself", value, "/255", plain)


def _most_visible(shots: Sequence[Shot]) -> Shot:
    """Return the shot whose first figure has the most visible least visible landmark."""
    return max(shots, key=lambda shot: float(np.min(shot.figures[0].visibility)) if shot.figures else 0.0)


def _copying(study: PainterStudy, advance: Advance) -> Iterator[Figure]:
    """Whether paintings copy training pictures."""
    some = evenly_spaced(range(len(study.shots)), COPYING_PAINTINGS)
    paintings = [study.paintings(name)[i] for name in study.style_files for i in some]
    advance(0.3)
    found = copying.measure_copying(paintings, study.training_pictures)
    label = "copying: crops farther from all artworks than these from each other"
    yield Figure.at_least(label, found.share, 0.99)
    yield Figure("copying: the distance that counts as that", found.limit)
    yield Figure("copying: median distance to the nearest artwork", found.nearest, "", found.between)


def _engines(study: PainterStudy, advance: Advance) -> Iterator[Figure]:
    """Speed of our stream of diffusion models beside their own pipeline."""
    if find_spec("diffusers") is None:
        yield Figure("engines: skipped, diffusers isn't installed (the extra `diffusion`)", None)
        return
    measure_diffusion = load_factory(DIFFUSION_MEASUREMENT)
    yield from (replace(figure, name=f"engines: {figure.name}") for figure in measure_diffusion(advance))


PARTS: Mapping[str, Callable[[PainterStudy, Advance], Iterator[Figure]]] = {
    "speed": _speed,
    "style": _style,
    "structure": _structure,
    "still": _still,
    "warp": _warp,
    "copying": _copying,
    "engines": _engines,
}
"""Parts of the report, by the names of `--part`."""
