"""Sitting paints everybody from head to foot in somebody's style, and begins with their ground."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import moderngl
import numpy as np
import pytest

from installation.interface.knobs import KnobValues
from installation.interface.moment import Moment, Programme
from installation.interface.painted_figure import figures_of_bodies
from installation.interface.painting import Painting
from installation.interface.pulse import Pulse
from installation.interface.scenery_elements import ELEMENTS, Sky
from installation.interface.visitor import Visitor
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from scenes.sitting import PAINTERS, VIEW, Sitting, painters
from tests.installation.people import visitor
from tests.scenes.test_dances import body

SIZE = (192, 108)
RED = np.full((64, 112, 3), (200, 30, 30), np.uint8)


def turned(**knobs: object) -> KnobValues:
    return KnobValues({f"/{k.name}": knobs.get(k.name, k.default) for k in Sitting.knobs}, "/")  # type: ignore[misc]


def moment(t: float, x: float | None = None, bar: float = 0.0, born: float = 0.0) -> Moment:
    """With somebody `x` of the way across the camera picture, or nobody."""
    here: tuple[Visitor, ...] = ()
    if x is not None:
        one = visitor(1, born=born)
        here = (replace(one, landmarks_screen=np.full_like(one.landmarks_screen, x), body=body(t, 0.0)),)
    return Moment(t, round(30 * t), 1 / 30, visitors=here, pulse=Pulse(bar=bar), programme=Programme("sitting"))


@pytest.mark.parametrize("family", PAINTERS)
def test_a_walk_across_the_canvas_leads_from_the_first_painter_to_the_last(family: str) -> None:
    names = list(PAINTERS[family])
    way = [painters(moment(60.0, x), turned(painters=family, walk=1.0)) for x in np.linspace(0.0, 1.0, 41)]
    assert [name for name, _ in way[0]] == names
    assert list(dict.fromkeys(max(mix, key=lambda pair: pair[1])[0] for mix in way)) == names
    for mix in way:
        assert sum(weight for _, weight in mix) == pytest.approx(1.0) and min(weight for _, weight in mix) >= 0.0
    steps = [max(abs(a - b) for (_, a), (_, b) in zip(one, other, strict=True)) for one, other in pairwise(way)]
    assert max(steps) < 0.2


def test_who_has_just_come_does_not_change_the_style_at_once() -> None:
    alone, new = painters(moment(60.0), turned()), painters(moment(60.0, 0.9, born=59.99), turned())
    assert max(abs(a - b) for (_, a), (_, b) in zip(alone, new, strict=True)) < 0.01


def test_without_anybody_the_painters_take_turns_by_the_bars() -> None:
    first = [max(painters(moment(0.0, bar=b), turned(bars=4.0)), key=lambda p: p[1])[0] for b in (0, 4, 8, 12, 16, 24)]
    names = list(PAINTERS["salon"])
    assert first == [*names, names[2], names[0]]


def test_whoever_stands_there_is_seen_from_head_to_foot() -> None:
    for away in (2.0, 3.0, 5.0):
        there = body(0.0, 0.0)
        there = replace(there, hips_m=np.array([0.0, 0.94, away]))
        figure = figures_of_bodies({1: there}, VIEW)[0]
        low, high = figure.landmarks[:, 1].min(), figure.landmarks[:, 1].max()
        assert 0.0 < low < 0.2 and 0.55 < high < 0.95


def test_at_every_hour_there_is_a_land_of_tones_that_a_guide_can_hold() -> None:
    for t in np.linspace(0.0, 60.0 * 8.0, 25):
        asked = Sitting.commission(moment(float(t)), turned())
        assert isinstance(asked.elements[0], Sky) and asked.dancers
        for element in asked.elements:
            assert isinstance(element, ELEMENTS)
            for name in ("tone", "top", "bottom", "far", "trunk"):
                assert all(-1.0 <= value <= 1.0 for value in getattr(element, name, (0.0,)))


def test_paint_covers_the_canvas_but_for_its_edge_and_opens_for_whoever_comes(context: moderngl.Context) -> None:
    stage, seen = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), ("sitting",)), {}
    flow = np.zeros((8, 14, 2), np.float32)
    for k in range(240):
        t = k / 30
        painting = Painting(0, 0.0, "sitting", None, flow, RED)
        knobs = {f"/scene/sitting/{knob.name}": knob.default for knob in Sitting.knobs}
        stage.draw(replace(moment(t, 0.5 if t > 1.5 else None), painting=painting, knobs=knobs))
        if k in (40, 75, 239):
            seen[k] = read_pixels(stage.picture).astype(int)
    assert stage.scenes["sitting"].drawable
    stage.close()
    covered, open_, done = (picture[..., 0] - picture[..., 1] for picture in seen.values())
    middle = np.s_[30:80, 80:112]
    assert covered[middle].min() > 60 and abs(covered[:2]).mean() < 40
    assert (open_[middle] < 40).mean() > 0.3
    assert done[middle].min() > 60
