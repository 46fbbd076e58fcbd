"""Weather shows nobody: who moves is its wind, who dances its storm, a hand its sun."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import moderngl
import numpy as np
import pytest

from installation.interface.commission import Commission
from installation.interface.knobs import KnobValues
from installation.interface.moment import Moment, Programme
from installation.interface.painting import Painting
from installation.interface.scenery_elements import ELEMENTS, Sun, Tree
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from scenes.weather import LANDS, Weather
from tests.installation.people import visitor

SIZE = (192, 108)
STRIPES = np.zeros((64, 112, 3), np.uint8) + np.where(np.arange(112) // 8 % 2, 220, 30).astype(np.uint8)[:, None]
PAINTING = Painting(0, 0.0, "weather", None, np.zeros((8, 14, 2), np.float32), STRIPES)


def asked(t: float = 60.0, day: float = 6.0, land: str = "coast", **of_somebody: object) -> Commission:
    """The commission with somebody before it who is still and lets their hands hang, but for `of_somebody`."""
    still: dict[str, Any] = {"energy": 0.0, "velocity_m": np.zeros(2, np.float32), "hands": (0.0, 0.0)}
    here = (visitor(1, **{**still, **of_somebody}),) if of_somebody else ()
    values = {f"/{k.name}": k.default for k in Weather.knobs} | {"/day": day, "/land": land}
    return Weather.commission(Moment(t, 0, 1 / 30, visitors=here), KnobValues(values, "/"))


def share(commission: Commission, number: int) -> float:
    """Of the style of mist, day, night or storm."""
    return commission.styles[number][1]


T = TypeVar("T")


def of_kind(commission: Commission, kind: type[T]) -> list[T]:
    return [element for element in commission.elements if isinstance(element, kind)]


@pytest.mark.parametrize("land", LANDS)
def test_a_dance_brings_storm_and_stillness_mist(land: str) -> None:
    wild, still = asked(land=land, energy=0.9), asked(land=land, energy=0.0)
    assert [name for name, _ in wild.styles] == list(LANDS[land][0])
    assert share(wild, 3) > 0.9 and share(still, 3) < 0.05
    assert share(still, 0) > 0.5 > share(wild, 0)
    for commission in (wild, still):
        assert sum(weight for _, weight in commission.styles) == pytest.approx(1.0, abs=0.03)
        assert not commission.visitors and not commission.dancers


def test_trees_lean_as_people_go() -> None:
    def leans(speed: float) -> list[float]:
        return [tree.lean for tree in of_kind(asked(velocity_m=np.array([speed, 0.0])), Tree)]

    assert all(a < b - 0.02 for a, b in zip(leans(-1.0), leans(1.0), strict=True))


def test_a_lifted_hand_leads_the_sun() -> None:
    hand = np.full((33, 2), 0.5, np.float32)
    hand[15] = 0.15, 0.8
    up, down = (of_kind(asked(hands=(lifted, 0.0), landmarks_screen=hand), Sun)[0] for lifted in (1.0, 0.1))
    assert (up.x, up.y) == pytest.approx((0.15, 0.8), abs=1e-3)
    left = of_kind(asked(energy=0.0), Sun)[0]
    assert (down.x, down.y) == (left.x, left.y)


def test_a_day_has_a_night_with_its_own_style_and_never_leaps() -> None:
    nights, before = [], None
    for t in np.arange(0.0, 360.0, 0.5):
        now = asked(float(t))
        nights.append(share(now, 2))
        for element in now.elements:
            assert isinstance(element, ELEMENTS)
            for name in ("tone", "top", "bottom", "far"):
                assert all(-1.0 <= value <= 1.0 for value in getattr(element, name, (0.0,)))
        if before is not None:
            pairs = zip(now.styles, before.styles, strict=True)
            assert max(abs(a - b) for (_, a), (_, b) in pairs) < 0.06
        before = now
    assert max(nights) > 0.9 and min(nights) < 0.05


@pytest.mark.slow
def test_who_moves_takes_the_wet_paint_along_and_it_creeps_back(context: moderngl.Context) -> None:
    def play(moving: bool) -> list[np.ndarray]:
        stage, seen = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), ("weather",)), []
        one = visitor(1, energy=0.0)
        knobs = {f"/scene/weather/{knob.name}": knob.default for knob in Weather.knobs} | {"/scene/weather/drying": 0.5}
        for k in range(150):
            shift = np.array([0.25 * np.sin(0.35 * min(k, 45)), 0.0], np.float32) if moving else np.zeros(2, np.float32)
            here = (replace(one, landmarks_screen=0.5 + 0.3 * (one.landmarks_screen - 0.5) + shift),)
            given = Moment(k / 30, k, 1 / 30, visitors=here, knobs=knobs, programme=Programme("weather"))
            stage.draw(replace(given, painting=PAINTING))
            if k in (44, 149):
                seen.append(read_pixels(stage.picture).astype(int))
        assert stage.scenes["weather"].drawable
        stage.close()
        return seen

    gone, back = (np.abs(a - b).max(axis=-1) for a, b in zip(play(True), play(False), strict=True))
    assert (gone > 60).mean() > 0.01
    assert (back > 30).mean() < 0.25 * (gone > 30).mean()
