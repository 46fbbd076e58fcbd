"""What the painter is measured by: speed, style, structure, stillness, warp and copying; and its contact sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from installation.evaluate.bench.painter import painter
from installation.evaluate.paint import copying, live, style
from installation.evaluate.paint.people import spread
from installation.evaluate.paint.structure import Witness
from installation.evaluate.paint.study import Study
from installation.evaluate.paint.works import whole
from installation.evaluate.report import Figure
from installation.training.painter.contact_sheet import contact_sheet

Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]

COLUMNS = 6
"""People of the sheet."""
SECONDS = 15.0
"""For which all is played together."""
LIVE = 3
"""Styles that are painted live."""
GLANCED = 24
"""Paintings of a style that are shown to the eye."""
LOOKED = 12
"""Pictures of a style in which people are looked for."""
PEOPLED = 0.3
"""Share of a style's pictures in which the eye finds somebody, from which on it is a style with figures."""
COPIED = 6
"""Paintings of a style that are looked through for copies."""
NO_JUDGE = "style: skipped, there is no judge (--judge FILE)"


def measure_painter(of: Study, names: Sequence[str], advance: Advance) -> list[Figure]:
    """The figures of some of PARTS, or of all; that takes about ten minutes, four of them for the slow baseline."""
    figures = [Figure("styles measured", len(of.files)), Figure("people painted", len(of.shots))]
    chosen = [part for name, part in PARTS.items() if name in names or not names]
    for done, part in enumerate(chosen):
        figures += part(of, lambda share, done=done: advance((done + share) / len(chosen)))  # type: ignore[misc]
        advance((done + 1) / len(chosen))
    return figures


def contact(of: Study) -> Image.Image:
    """A sheet of styles by people: what the camera saw, then a reference and paintings in each row."""
    clips = list(dict.fromkeys(shot.clip for shot in of.shots))
    rounds = -(-COLUMNS // max(len(clips), 1))
    some = []
    for n in range(min(COLUMNS, len(of.shots))):
        own = [i for i, shot in enumerate(of.shots) if shot.clip == clips[n % len(clips)]]
        some.append(own[min(len(own) - 1, (n // len(clips) + 1) * len(own) // (rounds + 1))])
    rows: list[list[Pixels | None]] = [[None, *(of.shots[i].picture for i in some)]]
    for name in of.styles:
        reference = whole(of.files[name][len(of.files[name]) // 2])
        rows.append([_middle(reference), *(of.paintings(name)[i] for i in some)])
    return contact_sheet(rows, 256)


def _middle(picture: Pixels) -> Pixels:
    """The square in the middle of a picture."""
    side = min(picture.shape[:2])
    top, left = ((size - side) // 2 for size in picture.shape[:2])
    return picture[top : top + side, left : left + side]


def _speed(of: Study, advance: Advance) -> Iterator[Figure]:
    """How long one painting takes, and how many there are a second beside all else, as `visitant bench` has it."""
    told = painter(str(of.clip), of.weights, SECONDS, advance)
    yield from (replace(figure, name=f"speed: {figure.name}") for figure in told)


def _style(of: Study, advance: Advance) -> Iterator[Figure]:
    """How near paintings are to their style, beside everybody else who might paint them."""
    if of.judge is None:
        yield Figure(NO_JUDGE, None)
        return
    found = style.distances(of.judge, of, advance)
    own = found.mean[style.PAINTER]
    of.told["Fréchet distance by style"] = found.frechet
    label = "style: Fréchet distance to the style's pictures"
    camera = found.mean[style.CAMERA]
    yield Figure.at_most(f"{label}, over the camera frames'", own.frechet / camera.frechet, 0.5, "times")
    for name in (style.TRANSFER, style.ADAIN):
        if name in found.mean:
            other = found.mean[name].frechet
            yield Figure.at_most(f"{label}, {name}'s beside it", own.frechet, other, "", other)
        else:
            yield Figure(f"{label}, {name}: none was taught (--adain FILE, --adain-minutes N)", None)
    if of.adain is not None:
        yield Figure(f"style: {style.ADAIN} was taught for, beside the painter", of.adain.minutes, "min", of.minutes)
    few, slow = found.few, found.slow
    yield Figure.at_most(f"{label}, over {style.GATYS}'s on the same few", few.frechet / slow.frechet, 1.3, "times")
    for name, each in found.mean.items():
        yield Figure(f"{label}, {name}", each.frechet)
        yield Figure(f"style: kernel distance, {name}", each.kernel)
        yield Figure(f"style: sliced Wasserstein distance, {name}", each.sliced)
    for name, each in ((f"{style.PAINTER}, few", few), (f"{style.GATYS}, few", slow)):
        yield Figure(f"{label}, {name}", each.frechet)
    told = style.told_apart(of.judge, of)
    for name, share in told.items():
        label = f"style: pictures nearest to the style that was asked for, {name}"
        yield Figure.at_least(label, share, 0.7) if name == style.PAINTER else Figure(label, share)


def _structure(of: Study, advance: Advance) -> Iterator[Figure]:
    """Whether the eye finds people in paintings of them."""
    some = spread(range(len(of.shots)), GLANCED)
    true = [of.shots[i].silhouette for i in some]
    with Witness() as witness:
        peopled = []
        for done, (name, own) in enumerate(of.files.items(), 1):
            if witness.share([whole(file) for file in spread(own, LOOKED)]) >= PEOPLED:
                peopled.append(name)
            advance(0.4 * done / len(of.files))
        camera = witness.seen([of.shots[i].picture for i in some], true)
        seen = {}
        for done, name in enumerate(of.files, 1):
            paintings = of.paintings(name)
            seen[name] = witness.seen([paintings[i] for i in some], true)
            advance(0.4 + 0.6 * done / len(of.files))
    of.told["styles with figures"] = peopled
    of.told["found, and overlap, by style"] = {name: [one.found, one.overlap] for name, one in seen.items()}
    for label, names in (("styles with figures", peopled), ("all styles", list(seen))):
        if not names:
            yield Figure(f"structure: there are no {label}", None)
            continue
        found = float(np.mean([seen[name].found for name in names]))
        overlaps = [seen[name].overlap or 0.0 for name in names]
        told = (
            (f"structure: people found, {label}", found, 0.7, camera.found),
            (f"structure: overlap of silhouettes, {label}", float(np.mean(overlaps)), 0.6, camera.overlap),
        )
        for name, value, least, beside in told:
            yield (
                Figure.at_least(name, value, least, "", beside) if names is peopled else Figure(name, value, "", beside)
            )


def _still(of: Study, advance: Advance) -> Iterator[Figure]:
    """Whether paint stands still with whoever does."""
    styles = spread(of.styles, LIVE)
    shot = max(of.shots, key=lambda shot: float(np.min(shot.figures[0].visibility)) if shot.figures else 0.0)
    for done, camera in enumerate((False, True)):
        sights = live.standing(shot.picture, camera)
        held, fresh = [], []
        for part, name in enumerate(styles, 1):
            held.append(live.calm(live.painted(of.painter, name, sights, 1.0), sights))
            fresh.append(live.calm(live.anew(of.painter, name, sights, 1.0), sights))
            advance(0.5 * (done + part / len(styles)))
        with_light = ", by the camera's light" if camera else ""
        for where, most in (("away", 2.0), ("on", 4.0)):
            label = f"still: deviation {'away from' if where == 'away' else 'on'} somebody who stands{with_light}"
            told, plain = (float(np.mean([getattr(one, where) for one in each])) for each in (held, fresh))
            yield Figure.at_most(label, told, most, "/255", plain)


def _warp(of: Study, advance: Advance) -> Iterator[Figure]:
    """Whether paint sticks to whoever moves."""
    styles = spread(of.styles, LIVE)
    shot = max(of.shots, key=lambda shot: float(np.min(shot.figures[0].visibility)) if shot.figures else 0.0)
    sights = live.walking(shot.figures[:1])
    held, fresh = [], []
    for part, name in enumerate(styles, 1):
        held.append(live.torn(live.painted(of.painter, name, sights, 1.0), sights))
        fresh.append(live.torn(live.anew(of.painter, name, sights, 1.0), sights))
        advance(part / len(styles))
    for where, label in (("whole", "warp: error"), ("figure", "warp: error on the figure")):
        told, plain = (float(np.mean([getattr(one, where) for one in each])) for each in (held, fresh))
        yield Figure.at_most(f"{label}, over painting anew", told / max(plain, 1e-9), 0.5, "times")
        yield Figure(f"{label}, itself", told, "/255", plain)


def _copying(of: Study, advance: Advance) -> Iterator[Figure]:
    """Whether paintings show what was learned from."""
    some = spread(range(len(of.shots)), COPIED)
    paintings = [of.paintings(name)[i] for name in of.files for i in some]
    advance(0.3)
    found = copying.copies(paintings, of.works)
    label = "copying: crops farther from all artworks than these from each other"
    yield Figure.at_least(label, found.share, 0.99)
    yield Figure("copying: the distance that counts as that", found.limit)
    yield Figure("copying: median distance to the nearest artwork", found.nearest, "", found.between)


def _engines(of: Study, advance: Advance) -> Iterator[Figure]:
    """How fast the loop around diffusion models is, beside their own pipeline."""
    if find_spec("diffusers") is None:
        yield Figure("engines: skipped, diffusers isn't installed (the extra `diffusion`)", None)
        return
    from installation.evaluate.paint.diffusion import figures

    yield from (replace(figure, name=f"engines: {figure.name}") for figure in figures(advance))


PARTS: Mapping[str, Callable[[Study, Advance], Iterator[Figure]]] = {
    "speed": _speed, "style": _style, "structure": _structure, "still": _still, "warp": _warp, "copying": _copying,
    "engines": _engines,
}  # fmt: skip
