"""Dancers who have nobody stand in for visitors, and give their place to them without a gap."""

from __future__ import annotations

from collections.abc import Iterator

import moderngl
import numpy as np
import pytest

from installation.interface.dancer import Dancer
from installation.interface.moment import Moment
from installation.interface.visitor import Visitor
from installation.stage.bodies.silhouette_mask import MAX_SLOT
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.bodies.visitors_or_dancers import VisitorsOrDancers
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import SceneGraphics
from motion import rotation
from motion.body import Body
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M
from tests.installation.people import visitor

STEP = 1 / 30


@pytest.fixture
def ensemble(context: moderngl.Context) -> Iterator[VisitorsOrDancers]:
    programs = ShaderCache(context)
    people = VisitorTextureSet(programs, (640, 360))
    graphics = SceneGraphics(programs, (), (640, 360), 1, people)
    yield graphics.visitors_or_dancers()
    graphics.release()
    people.release()
    programs.release()


def dancer(x: float, partner: int = 0, id: int = 1) -> Dancer:
    turns = np.tile(rotation.IDENTITY, (CORE_COUNT, 1))
    return Dancer(
        id, partner, Body(np.array([x, 0.94, 3.0]), turns, REST_OFFSETS_M[:CORE_COUNT], np.ones(CORE_COUNT)), slot=id
    )


def watch(
    ensemble: VisitorsOrDancers, frames: int, dancers: tuple[Dancer, ...] = (), visitors: tuple[Visitor, ...] = ()
) -> list[np.ndarray]:
    """(height, width) how much is covered, bottom row first, of every frame."""
    seen = []
    for k in range(frames):
        ensemble.update(Moment(k * STEP, k, STEP, visitors=visitors, dancers=dancers))
        wide, high = ensemble.mask.size
        seen.append(np.frombuffer(ensemble.mask.texture.read(), np.uint8).reshape(high, wide, 4)[..., 0] / 255.0)
    return seen


def test_who_dances_alone_has_a_silhouette_around_their_joints(ensemble: VisitorsOrDancers) -> None:
    mask = watch(ensemble, 60, (dancer(0.0),))[-1]
    table = np.frombuffer(ensemble.joints.read(), np.float32).reshape(MAX_SLOT, 33, 4)[MAX_SLOT - 1]
    assert (table[:, 3] == 1.0).all()
    rows, columns = np.nonzero(mask > 0.5)
    high, wide = mask.shape
    hands = table[[15, 16], 0]
    assert columns.min() / wide < hands.min() < 0.5 < hands.max() < columns.max() / wide
    assert rows.min() / high < table[:, 1].min() + 0.02 and rows.max() / high > table[0, 1]
    middle = table[[11, 12, 23, 24], :2].mean(axis=0)
    assert mask[round(middle[1] * high), round(middle[0] * wide)] > 0.99


def test_who_answers_a_visitor_is_not_shown_as_one(ensemble: VisitorsOrDancers) -> None:
    assert watch(ensemble, 20, (dancer(0.0, partner=1),))[-1].max() == 0.0
    assert ensemble.figures == ()


def test_a_visitor_takes_the_place_of_who_danced_alone_without_a_gap(ensemble: VisitorsOrDancers) -> None:
    alone = watch(ensemble, 30, (dancer(-0.5), dancer(0.5, id=2)))[-1]
    both = watch(ensemble, 40, visitors=(visitor(1),))
    amounts = np.array([alone.sum(), *(mask.sum() for mask in both)])
    assert amounts.min() > 0.3 * amounts[0]
    assert np.abs(np.diff(amounts)).max() < 0.2 * amounts.max(), "softly"
    assert [figure.id for figure in ensemble.figures] == [1]


def test_movement_of_dancers_is_movement_on_the_canvas(ensemble: VisitorsOrDancers) -> None:
    for k in range(10):
        ensemble.update(Moment(k * STEP, k, STEP, dancers=(dancer(0.5 * k * STEP),)))
    flow = np.frombuffer(ensemble.flow.texture.read(), np.float16).reshape(*ensemble.flow.size[::-1], 4)
    assert flow[..., 2].max() > 0.5
    speed = np.frombuffer(ensemble.motions.read(), np.float32).reshape(MAX_SLOT, 33, 4)[MAX_SLOT - 1, :, 0]
    assert (speed > 0.02).all(), "to the right, as in a mirror"
