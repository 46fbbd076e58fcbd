"""Frame time of every scene, and of each shader of each work, drawn for synthetic visitors at the loop's steps."""

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

SMALL_SIZE = (640, 360)
LARGE_SIZE = (1280, 720)
TARGET_MS = 20.0
"""Target for the frame time of a scene at the small size."""
WARM_UP_FRAMES = 30
"""Frames before the timed ones."""
TIMED_FRAMES = 90
PROFILED_FRAMES = 20
"""Frames after the timed ones, of which every shader is timed by itself."""
RATE_HZ = 30.0
"""Frames a second of show time."""
WORKS = ("tide", "loom", "pas_de_deux", "chorus", "sitting", "weather")
SCENES: tuple[tuple[str, dict[str, str]], ...] = (
    *((work, {}) for work in WORKS),
    *(("guise", {"look": look}) for look in BODY_STYLES),
    ("plumb", {}),
)
"""Names of scenes, and values of their knobs that differ from the defaults."""
MIN_SHARE_MS = 0.5
"""A shader that takes less is counted among the rest."""
PAINTING_SIZE = (448, 256)
"""Width and height in pixels of the painting in scenes that have one."""
WITHOUT_TARGET = ("plumb", "character")
"""The technician's scene, and characters, whose size depends on the venue."""


def measure_scenes(advance: Callable[[float], None]) -> list[Figure]:
    """Return the median frame time of every bundled scene at two sizes, with four synthetic visitors.

    Each work at the larger size also has the times of its shaders; they add up to more than the frame time, because
    the graphics card is waited for after each. `advance` receives the share of the work that is done.
    """
    moments = synthetic_moments()
    figures = []
    cases = [(scene, size) for scene in SCENES for size in (SMALL_SIZE, LARGE_SIZE)]
    for done, ((name, knobs), size) in enumerate(cases, 1):
        frame_ms, shares_ms = _frame_time(name, knobs, size, moments)
        label = f"{' '.join((name, *knobs.values()))} at {size[0]}x{size[1]}"
        has_target = size == SMALL_SIZE and not {name, *knobs.values()} & set(WITHOUT_TARGET)
        figures.append(
            Figure.at_most(label, frame_ms, TARGET_MS, "ms") if has_target else Figure(label, frame_ms, "ms")
        )
        if name in WORKS and size == LARGE_SIZE:
            figures += [Figure(f"{label}: {shader}", share_ms, "ms") for shader, share_ms in shares_ms.items()]
        advance(done / len(cases))
    return figures


def synthetic_moments() -> list[Moment]:
    """Return the Moments of all frames, with the visitors that the eye reports of a synthetic source."""
    eye = InlineHost(eye_specs(with_source(Venue(), "ghost:4"), live=False, epoch=0.0)[0])
    moments = []
    for frame in range(WARM_UP_FRAMES + TIMED_FRAMES + PROFILED_FRAMES):
        t = frame / RATE_HZ
        message = eye.newest(t)
        assert message is not None and isinstance(message.body, Observation)
        visitors = message.body.visitors
        moments.append(Moment(t, frame, 1 / RATE_HZ, aspect=16 / 9, visitors=visitors, crowd=crowd_of(visitors)))
    return moments


def dancers_beside(visitors: Sequence[Visitor]) -> tuple[Dancer, ...]:
    """Return one dancer a metre beside each visitor, with the same movement."""
    return tuple(
        Dancer(1000 + v.id, v.id, replace(v.body, hips_m=v.body.hips_m + (1.0, 0.0, 0.0)), slot=v.slot)
        for v in visitors
        if v.body is not None
    )


def with_paintings(moments: Sequence[Moment], scene: str) -> Iterator[Moment]:
    """Yield the Moments with a new painting ten times a second."""
    width, height = PAINTING_SIZE
    pixels = np.repeat(np.linspace(0, 255, width, dtype=np.uint8)[None, :, None], height, axis=0).repeat(3, axis=2)
    still, painting = np.zeros((height // 8, width // 8, 2), np.float32), None
    for moment in moments:
        if moment.frame % 3 == 0:
            since = painting.time if painting is not None else None
            painting = Painting(moment.frame, moment.time, scene, since, still, pixels)
        yield replace(moment, painting=painting)


@contextmanager
def _profiled(context: moderngl.Context) -> Iterator[dict[str, float]]:
    """Time every render pass within the block; the result fills with seconds by fragment shader, all passes added."""
    seconds: dict[str, float] = defaultdict(float)
    untimed = RenderPass.__call__

    def timed(self: RenderPass, *targets: Any, **uniforms: Any) -> None:
        context.finish()
        begin = time.perf_counter()
        untimed(self, *targets, **uniforms)
        context.finish()
        seconds[self.shader.files.fragment] += time.perf_counter() - begin

    RenderPass.__call__ = timed  # type: ignore[method-assign]
    try:
        yield seconds
    finally:
        RenderPass.__call__ = untimed  # type: ignore[method-assign]


def _frame_time(
    name: str, knob_values: dict[str, str], size: tuple[int, int], moments: list[Moment]
) -> tuple[float, dict[str, float]]:
    """Return the median frame time, ms, and the mean time of each shader, ms, the longest first."""
    venue = with_scene(Venue(canvas=CanvasSection(size=size)), name)
    tree = Knobs()
    scene = find_scene(name, scene_folders(None))
    tree.add(f"/scene/{name}", scene.knobs)
    if scene.cast.each:
        moments = [replace(moment, dancers=dancers_beside(moment.visitors)) for moment in moments]
    if scene.paints:
        moments = list(with_paintings(moments, name))
    knobs = {**tree.values, **{f"/scene/{name}/{knob}": value for knob, value in knob_values.items()}}
    outputs = Outputs.open(venue, headless=True)
    stage = Stage(outputs.context, venue, (name,))

    def draw(drawn: Sequence[Moment]) -> list[float]:
        times = []
        for moment in drawn:
            begin = time.perf_counter()
            stage.draw(replace(moment, knobs=knobs, programme=Programme(name)))
            outputs.finish_drawing()
            times.append(1e3 * (time.perf_counter() - begin))
        return times

    times = draw(moments[: WARM_UP_FRAMES + TIMED_FRAMES])
    with _profiled(outputs.context) as seconds:
        profiled_ms = float(np.mean(draw(moments[WARM_UP_FRAMES + TIMED_FRAMES :])))
    stage.close()
    outputs.close()
    shaders = sorted(seconds, key=lambda shader: -seconds[shader])
    shares_ms = {shader: 1e3 * seconds[shader] / PROFILED_FRAMES for shader in shaders}
    shares_ms = {shader: share_ms for shader, share_ms in shares_ms.items() if share_ms >= MIN_SHARE_MS}
    return float(np.median(times[WARM_UP_FRAMES:])), {**shares_ms, "the rest": profiled_ms - sum(shares_ms.values())}
