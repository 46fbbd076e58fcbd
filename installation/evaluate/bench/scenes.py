"""Milliseconds a frame of every scene, and of each work's parts, drawn for ghosts in the loop's own steps."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import moderngl
import numpy as np

from installation.evaluate.report import Figure
from installation.interface.dancer import Dancer
from installation.interface.graphics import BODY_STYLES
from installation.interface.knobs import Knobs
from installation.interface.moment import Moment, Programme
from installation.interface.painting import Painting
from installation.interface.visitor import Observation, Visitor, crowd_of
from installation.show.options import with_scene, with_source
from installation.show.worker_specs import eye_specs
from installation.stage.gl.render_pass import RenderPass
from installation.stage.outputs.windows import Outputs
from installation.stage.scene_loader import find_scene, scene_folders
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from installation.workers.placement import InlineHost

SMALL, LARGE = (640, 360), (1280, 720)
MOST = 20.0
"""Milliseconds that a scene may take at the small size."""
WARM, COUNTED, TAKEN_APART = 30, 90, 20
"""Frames: first ones, those that are measured, and those of which every part is measured by itself."""
WORKS = ("tide", "loom", "pas_de_deux", "chorus", "sitting", "weather")
SHOWN: tuple[tuple[str, dict[str, str]], ...] = (
    *((work, {}) for work in WORKS), *(("guise", {"look": look}) for look in BODY_STYLES), ("plumb", {}),
)  # fmt: skip
"""What is measured, and how its knobs are turned."""
SMALLEST = 0.5
"""Milliseconds below which a part is counted among the rest."""
PAINTED = (448, 256)
"""Width and height of the painting that hangs in scenes which have one."""
FREE = ("plumb", "character")
"""The technician's scene and characters, which are whatever the venue has, have no target."""


def cost(advance: Callable[[float], None]) -> list[Figure]:
    """The median frame of every scene that comes along, at two sizes, with four ghosts before it; and the parts of
    each work at the larger one, which add up to more, for the card is waited for after each."""
    moments = _moments()
    figures = []
    for done, ((name, turned), size) in enumerate((shown, size) for shown in SHOWN for size in (SMALL, LARGE)):
        took, parts = _one(name, turned, size, moments)
        label = f"{' '.join((name, *turned.values()))} at {size[0]}x{size[1]}"
        bound = size == SMALL and not {name, *turned.values()} & set(FREE)
        figures.append(Figure.at_most(label, took, MOST, "ms") if bound else Figure(label, took, "ms"))
        if name in WORKS and size == LARGE:
            figures += [Figure(f"{label}: {part}", share, "ms") for part, share in parts.items()]
        advance((done + 1) / (2 * len(SHOWN)))
    return figures


def _moments() -> list[Moment]:
    eye = InlineHost(eye_specs(with_source(Venue(), "ghost:4"), live=False, epoch=0.0)[0])
    moments = []
    for frame in range(WARM + COUNTED + TAKEN_APART):
        letter = eye.newest(frame / 30.0)
        assert letter is not None and isinstance(letter.body, Observation)
        seen = letter.body
        moments.append(
            Moment(frame / 30.0, frame, 1 / 30.0, aspect=16 / 9, visitors=seen.visitors, crowd=crowd_of(seen.visitors))
        )
    return moments


def _beside(visitors: Sequence[Visitor]) -> tuple[Dancer, ...]:
    """One dancer a metre beside each visitor, who moves as they do."""
    return tuple(
        Dancer(1000 + v.id, v.id, replace(v.body, hips_m=v.body.hips_m + (1.0, 0.0, 0.0)), slot=v.slot)
        for v in visitors
        if v.body is not None
    )


def _painted(moments: Sequence[Moment], scene: str) -> Iterator[Moment]:
    """The same, with a new painting ten times a second."""
    wide, high = PAINTED
    pixels = np.repeat(np.linspace(0, 255, wide, dtype=np.uint8)[None, :, None], high, axis=0).repeat(3, axis=2)
    still, painting = np.zeros((high // 8, wide // 8, 2), np.float32), None
    for moment in moments:
        if moment.frame % 3 == 0:
            since = painting.time if painting is not None else None
            painting = Painting(moment.frame, moment.time, scene, since, still, pixels)
        yield replace(moment, painting=painting)


@contextmanager
def _taken_apart(context: moderngl.Context) -> Iterator[dict[str, float]]:
    """Seconds that each shader takes meanwhile, all its passes together."""
    took: dict[str, float] = defaultdict(float)
    plain = RenderPass.__call__

    def timed(self: RenderPass, *onto: Any, **given: Any) -> None:
        context.finish()
        begin = time.perf_counter()
        plain(self, *onto, **given)
        context.finish()
        took[self.shader.files.fragment] += time.perf_counter() - begin

    RenderPass.__call__ = timed  # type: ignore[method-assign]
    try:
        yield took
    finally:
        RenderPass.__call__ = plain  # type: ignore[method-assign]


def _one(
    name: str, turned: dict[str, str], size: tuple[int, int], moments: list[Moment]
) -> tuple[float, dict[str, float]]:
    """Milliseconds of the median frame, and of its parts on average, the longest first."""
    venue = with_scene(Venue(canvas=CanvasSection(size=size)), name)
    tree = Knobs()
    scene = find_scene(name, scene_folders(None))
    tree.add(f"/scene/{name}", scene.knobs)
    if scene.cast.each:
        moments = [replace(moment, dancers=_beside(moment.visitors)) for moment in moments]
    if scene.paints:
        moments = list(_painted(moments, name))
    knobs = {**tree.values, **{f"/scene/{name}/{knob}": value for knob, value in turned.items()}}
    outputs = Outputs.open(venue, headless=True)
    stage = Stage(outputs.context, venue, (name,))

    def draw(some: Sequence[Moment]) -> list[float]:
        times = []
        for moment in some:
            begin = time.perf_counter()
            stage.draw(replace(moment, knobs=knobs, programme=Programme(name)))
            outputs.finish_drawing()
            times.append(1e3 * (time.perf_counter() - begin))
        return times

    times = draw(moments[: WARM + COUNTED])
    with _taken_apart(outputs.context) as took:
        whole = float(np.mean(draw(moments[WARM + COUNTED :])))
    stage.close()
    outputs.close()
    parts = {part: 1e3 * took[part] / TAKEN_APART for part in sorted(took, key=lambda part: -took[part])}
    parts = {part: each for part, each in parts.items() if each >= SMALLEST}
    return float(np.median(times[WARM:])), {**parts, "the rest": whole - sum(parts.values())}
