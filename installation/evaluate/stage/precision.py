"""Precision over time: whether every scene moves after weeks as it does after seconds, and passes the hour without a
jump."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.bench.scenes import SCENES, WITHOUT_TARGET, dancers_beside, synthetic_moments, with_paintings
from installation.evaluate.report import Figure
from installation.interface.knobs import Knobs, Value
from installation.interface.moment import Moment, Programme
from installation.interface.pulse import Pulse
from installation.show.options import with_scene
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.outputs.windows import Outputs
from installation.stage.scene_loader import find_scene, scene_folders
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue

Array = NDArray[np.float32]

SIZE = (320, 180)
HOUR_SECONDS = 3600.0
START_SECONDS = {"10 s": 10.0, "10 h": 10 * HOUR_SECONDS + 10.0, "5 d": 120 * HOUR_SECONDS + 10.0}
START_SECONDS |= {"40 d": 960 * HOUR_SECONDS + 10.0}
"""Show time of the first frame. Each begins 10 seconds after a full hour: the works' slow movements have periods that
divide it, so that nothing but precision differs."""
FRAMES = 100
"""Frames of a run."""
SETTLING_FRAMES = 40
"""Frames at its begin that do not count: fluids and trails come into movement."""
BLOCK_PX = 4
"""Pictures are averaged over squares of so many pixels, so that their dither does not hide slow movements."""
MAX_DEVIATION = 10.0
"""Deviation of a step between two frames from the same one after ten seconds, per cent of the mean step."""
MAX_JUMP = 1.25
"""Step from the last frame of an hour to the first of the next one, over the largest other step."""


def measure_precision(names: Sequence[str], advance: Callable[[float], None]) -> list[Figure]:
    """Return, for every bundled scene or those of `names`, its steps between frames and the jump at the hour.

    Each is measured with four visitors and in an empty room. The baseline of a mean step after 40 days is that after
    ten seconds. `advance` receives the share of the work that is done.
    """
    cases = [case for case in SCENES if not {case[0], *case[1].values()} & set(WITHOUT_TARGET)]
    cases = [case for case in cases if not names or case[0] in names]
    crowded = synthetic_moments()[:FRAMES]
    rooms = {"four visitors": crowded, "empty room": [replace(moment, visitors=()) for moment in crowded]}
    runs = [(case, room) for case in cases for room in rooms]
    figures = []
    for done, ((name, knobs), room) in enumerate(runs, 1):
        label = f"{' '.join((name, *knobs.values()))}, {room}"
        steps = {
            age: frame_steps(played(name, knobs, since(rooms[room], start)))[SETTLING_FRAMES:]
            for age, start in START_SECONDS.items()
        }
        first, last = steps["10 s"], steps["40 d"]
        worst = max(float(np.abs(each - first).max()) for each in steps.values()) / max(float(first.mean()), 1e-6)
        jump = hour_jump(name, knobs, rooms[room])
        figures += [
            Figure(f"{label}: step after 40 d", float(last.mean()), "levels", float(first.mean())),
            Figure.at_most(f"{label}: largest deviation", 100.0 * worst, MAX_DEVIATION, "%"),
            Figure.at_most(f"{label}: step at the hour", jump, MAX_JUMP, "of others"),
        ]
        advance(done / len(runs))
    return figures


def hour_jump(name: str, knobs: Mapping[str, Value], moments: Sequence[Moment], folder: Path | None = None) -> float:
    """Return the step at the full hour, over the largest step of the ten frames before and after it."""
    last = (SETTLING_FRAMES + FRAMES) // 2
    start = HOUR_SECONDS - moments[last].time - 0.5 * moments[last].step
    steps = frame_steps(played(name, knobs, since(moments, start), folder))
    around = np.concatenate([steps[max(0, last - 10) : last], steps[last + 1 : last + 11]])
    return float(steps[last] / max(around.max(), 1e-6))


def since(moments: Iterable[Moment], start: float) -> Iterator[Moment]:
    """Yield the Moments at a later show time, s. The visitors and the music are the same."""
    for moment in moments:
        t = moment.time + start
        visitors = tuple(replace(v, born=v.born + start, seen=v.seen + start) for v in moment.visitors)
        pulse = Pulse(beat=2.0 * moment.time, bar=0.5 * moment.time, confidence=1.0)
        yield replace(moment, time=t, visitors=visitors, pulse=pulse)


def played(
    name: str, knob_values: Mapping[str, Value], moments: Iterable[Moment], folder: Path | None = None
) -> Iterator[Array]:
    """Yield the pictures of a scene, 0..255, as `blocks` returns them; `folder` is that of a venue of its own."""
    scene = find_scene(name, scene_folders(folder))
    moments = list(moments)
    if scene.cast.each:
        moments = [replace(moment, dancers=dancers_beside(moment.visitors)) for moment in moments]
    if scene.paints:
        moments = list(with_paintings(moments, name))
    tree = Knobs()
    tree.add(f"/scene/{name}", scene.knobs)
    knobs = {**tree.values, **{f"/scene/{name}/{knob}": value for knob, value in knob_values.items()}}
    venue = with_scene(Venue(canvas=CanvasSection(size=SIZE)), name)
    with (
        closing(Outputs.open(venue, headless=True)) as outputs,
        closing(Stage(outputs.context, venue, (name,), folder)) as stage,
    ):
        for moment in moments:
            picture = stage.draw(replace(moment, knobs=knobs, programme=Programme(name)))
            yield blocks(read_pixels(picture).astype(np.float32))


def blocks(picture: Array) -> Array:
    """Return the means of the squares of a picture (height, width, 3)."""
    high, wide = (side // BLOCK_PX for side in picture.shape[:2])
    cut = picture[: high * BLOCK_PX, : wide * BLOCK_PX]
    means: Array = cut.reshape(high, BLOCK_PX, wide, BLOCK_PX, 3).mean(axis=(1, 3), dtype=np.float32)
    return means


def frame_steps(pictures: Iterable[Array]) -> NDArray[np.float64]:
    """Return the mean absolute difference of every two consecutive pictures, in their units."""
    steps, before = [], None
    for picture in pictures:
        if before is not None:
            steps.append(float(np.abs(picture - before).mean()))
        before = picture
    return np.array(steps)
