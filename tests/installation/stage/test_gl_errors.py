"""No error of GL is ever left pending, for a window's next call would be blamed for it and end the show."""

from __future__ import annotations

from dataclasses import replace

import moderngl
import pytest

from installation.interface.graphics import BODY_STYLES
from installation.interface.moment import Moment
from installation.stage.scene_loader import BUILT_IN_SCENES, scene_names
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from tests.gl import assert_no_gl_error

NAMES = scene_names((BUILT_IN_SCENES,))


@pytest.mark.slow
def test_no_scene_transition_or_change_of_quality_leaves_an_error(context: moderngl.Context) -> None:
    stage = Stage(context, Venue(canvas=CanvasSection(size=(96, 54))), NAMES, live=True)
    assert_no_gl_error(context, "set-up")
    drawn: set[tuple[str, str]] = set()

    def draw(moment: Moment) -> None:
        stage.draw(moment)
        programme = moment.programme
        drawn.add((programme.scene, programme.transition if programme.following else ""))
        assert_no_gl_error(context, f"{programme.scene}, {programme.transition}, frame {moment.frame}")

    for moment in stage.warm_up_moments():
        for frame, quality in enumerate((1.0, 0.3, 1.0)):
            draw(replace(moment, frame=3 * moment.frame + frame, health=replace(moment.health, quality=quality)))
    for number, look in enumerate(BODY_STYLES):
        knobs = {"/scene/guise/look": look}
        draw(replace(moment, frame=9000 + number, knobs=knobs, programme=replace(moment.programme, scene="guise")))
    assert {name for name, transition in drawn if not transition} == set(NAMES)
    assert len({transition for _, transition in drawn}) > 9
    stage.close()
    assert_no_gl_error(context, "closing")
