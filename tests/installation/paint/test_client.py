"""What scenes commission reaches the painter, and what it paints reaches the wall; a broken one ends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from installation.core.faults import FaultBoard
from installation.interface.camera_view import View
from installation.interface.commission import Commission
from installation.interface.dancer import Dancer
from installation.interface.moment import Moment, Picture, Programme
from installation.interface.painting import Painting, PaintResult
from installation.interface.quality import Quality
from installation.interface.scenery_elements import Sun
from installation.paint.client import IDLE_RATE_HZ, PaintClient
from installation.paint.request import PaintRequest
from installation.show.governor import LADDER
from installation.stage.bodies.visitor_textures import screen_to_canvas
from installation.workers.codec import pack, unpack
from installation.workers.worker import Message
from tests.bodies import a_body
from tests.installation.paint.sitting import sitter
from tests.installation.people import visitor
from tests.installation.placed import Placed

ASPECT = 2.0


@pytest.fixture
def board() -> Iterator[FaultBoard]:
    board = FaultBoard()
    yield board
    board.close()


class Place(Placed):
    flushes = 0

    def flush(self) -> None:
        self.flushes += 1


def make_client(place: Place, rate: float = 12.0, **scenes: Commission) -> PaintClient:
    made = {name: (lambda moment, commission=commission: commission) for name, commission in scenes.items()}
    return PaintClient(place, made, 256, rate, ASPECT, lambda aspect: screen_to_canvas(aspect, ASPECT, "contain"))


def a_moment(scene: str = "a", following: str = "", **other: object) -> Moment:
    return Moment(1.0, 30, 1 / 30, programme=Programme(scene, following), **other)  # type: ignore[arg-type]


def sent(place: Place) -> PaintRequest:
    request: PaintRequest = place.order["paint"]
    return request


def test_a_commission_reaches_the_worker_with_everybody_on_the_canvas() -> None:
    place = Place()
    client = make_client(place, a=Commission(elements=(Sun(),), styles=(("one", 1.0),), palette="two"))
    client.with_painting(a_moment(visitors=(visitor(1), visitor(2)), aspect=1.0), 1.0, Quality())
    (job,) = sent(place).jobs
    assert [figure.id for figure in job.figures] == [1, 2]
    across = visitor(1).landmarks_screen[:, 0] * 0.5 + 0.25
    assert job.figures[0].landmarks[:, 0] == pytest.approx(across), "a square picture in the middle of a wide canvas"
    assert (job.elements, job.styles, job.palette) == ((Sun(),), (("one", 1.0),), "two")
    assert sent(place).size == (256, 512)
    assert place.order["rate"] == 12.0


def test_what_is_told_comes_through_the_wire_as_it_was() -> None:
    place = Place()
    make_client(place, a=Commission(elements=(Sun(x=0.1),), figures=sitter())).with_painting(a_moment(), 1.0, Quality())
    back = unpack(pack(dict(place.order)))["paint"]
    assert back.jobs[0].elements == (Sun(x=0.1),)
    np.testing.assert_array_equal(back.jobs[0].figures[0].landmarks, sitter()[0].landmarks)
    assert (back.time, back.settings) == (1.0, sent(place).settings)


def test_dancers_are_painted_where_the_view_shows_them() -> None:
    place = Place()
    view = View(ASPECT, lens=1.0)
    body = replace(a_body(1), hips_m=np.array([0.0, 1.0, 3.0]))
    client = make_client(place, a=Commission(visitors=False, dancers=True, view=view))
    client.with_painting(a_moment(visitors=(visitor(1),), dancers=(Dancer(7, 1, body),)), 1.0, Quality())
    (figure,) = sent(place).jobs[0].figures
    assert figure.id == -7
    assert figure.landmarks[23:25].mean(axis=0) == pytest.approx(view.canvas(body.hips_m), abs=0.05)


def test_the_camera_picture_is_told_only_where_it_is_asked_for_and_lies_as_the_audience_sees_it() -> None:
    place = Place()
    pixels = np.zeros((90, 180, 3), np.uint8)
    pixels[:, :90, 0], pixels[:45, :, 1] = 200, 100
    moment = a_moment(aspect=2.0, picture=Picture(1, pixels, mirror=True))
    make_client(place, a=Commission()).with_painting(moment, 1.0, Quality())
    assert sent(place).jobs[0].camera_picture is None
    make_client(place, a=Commission(camera=True)).with_painting(moment, 1.0, Quality())
    shown = sent(place).jobs[0].camera_picture
    assert shown is not None
    assert shown[-1, -1].tolist() == [200, 0, 0], "what is left in the camera is right in the mirror"
    assert shown[0, 0].tolist() == [0, 100, 0]


def test_scenes_that_fade_are_both_painted_and_others_not_at_all() -> None:
    place = Place()
    client = make_client(place, a=Commission(), b=Commission())
    client.with_painting(a_moment("a", "b"), 1.0, Quality())
    assert [job.scene for job in sent(place).jobs] == ["a", "b"]
    client.with_painting(a_moment("c"), 1.0, Quality())
    assert sent(place).jobs == ()
    assert place.order["rate"] == IDLE_RATE_HZ


def test_what_is_under_way_is_flushed_when_scene_or_style_are_cut() -> None:
    place = Place()
    client = make_client(place, a=Commission(), b=Commission())
    for scene, style, fade in (("a", "one", 2.0), ("a", "two", 2.0)):
        client.with_painting(a_moment(scene, knobs={"/painter/style": style, "/painter/fade": fade}), 1.0, Quality())
    assert place.flushes == 0, "a style that fades needs what comes before"
    client.with_painting(a_moment("b", knobs={"/painter/style": "two", "/painter/fade": 2.0}), 1.0, Quality())
    assert place.flushes == 1
    cut = [a_moment("b", knobs={"/painter/style": style, "/painter/fade": 0.0}) for style in ("two", "two", "one")]
    flushes = []
    for moment in cut:
        client.with_painting(moment, 1.0, Quality())
        flushes.append(place.flushes)
    assert flushes[2] == flushes[1] + 1


def test_the_last_painting_stays_when_the_painter_is_away() -> None:
    place = Place()
    client = make_client(place, a=Commission())
    body = PaintResult("a", None, np.zeros((2, 4, 2), np.float32), "memory for little only")
    place.next = Message(1.0, body, np.full((64, 128, 3), 7, np.uint8), sequence=3)
    painting = client.with_painting(a_moment(), 1.0, Quality()).painting
    assert isinstance(painting, Painting)
    assert (painting.sequence, painting.scene) == (3, "a")
    assert client.with_painting(a_moment(), 90.0, Quality()).painting is painting


def test_notes_of_the_painter_are_reported_by_scene_and_end_with_the_client(
    board: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    place = Place()
    client = make_client(place, a=Commission(), b=Commission())
    for scene, note in (("a", "memory for little only"), ("b", ""), ("a", "memory for little only"), ("b", "")):
        body = PaintResult(scene, None, np.zeros((2, 4, 2), np.float32), note)
        place.next = Message(1.0, body, np.full((64, 128, 3), 7, np.uint8))
        client.with_painting(a_moment("a", "b"), 1.0, Quality())
    assert board.present == ("memory for little only",)
    assert caplog.messages == ["memory for little only"], "scenes that take turns do not end each other's faults"
    client.close()
    assert list(board.present) == []


def test_a_commission_that_fails_is_reported_once_and_ends_nothing(
    board: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    place, fails = Place(), True

    def broken(moment: Moment) -> Commission:
        if fails:
            raise KeyError(f"no such knob at {moment.time}")
        return Commission()

    client = PaintClient(
        place, {"a": broken}, 256, 12.0, ASPECT, lambda aspect: screen_to_canvas(aspect, ASPECT, "contain")
    )
    for time in (1.0, 2.0, 3.0):
        client.with_painting(replace(a_moment(), time=time), time, Quality())
    assert sent(place).jobs == ()
    (record,) = caplog.records
    assert board.present == (record.getMessage(),) and record.exc_info is not None
    assert "scene a" in record.getMessage() and "no such knob" in record.getMessage()
    fails = False
    client.with_painting(a_moment(), 1.0, Quality())
    assert list(board.present) == [] and len(sent(place).jobs) == 1


def test_a_machine_short_of_time_paints_less_often_before_it_paints_smaller() -> None:
    place = Place()
    client = make_client(place, a=Commission())
    rates_and_sizes = []
    for quality in LADDER:
        client.with_painting(a_moment(), 1.0, quality)
        rates_and_sizes.append((place.order["rate"], sent(place).size[0]))
    slower = next(i for i, (rate, _) in enumerate(rates_and_sizes) if rate < 12.0)
    smaller = next(i for i, (_, size) in enumerate(rates_and_sizes) if size < 256)
    dimmer = next(i for i, quality in enumerate(LADDER) if quality.shading < 1.0)
    assert slower < smaller < dimmer
    assert rates_and_sizes[-1] <= rates_and_sizes[0]
