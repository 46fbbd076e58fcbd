"""Scenes see visitors on the canvas where the audience sees them, coming and going softly, the same every time."""

from __future__ import annotations

import moderngl
import numpy as np
import pytest

from installation.interface.moment import Moment, Picture
from installation.interface.visitor import State
from installation.stage.bodies.visitor_textures import FADE_SECONDS, VisitorTextureSet, screen_to_canvas
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget
from tests.installation.people import visitor

STEP = 1 / 30


def square(left: float, bottom: float, right: float, top: float) -> np.ndarray:
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top]], np.float32)


def mask_of(target: RenderTarget) -> np.ndarray:
    """(height, width, 4), top row first."""
    kind, most = (np.uint8, 255.0) if target.texture.dtype == "f1" else (np.float16, 1.0)
    data = np.frombuffer(target.texture.read(), kind).astype(np.float32) / np.float32(most)
    return data.reshape(target.size[1], target.size[0], 4)[::-1]


@pytest.fixture
def people(context: moderngl.Context) -> VisitorTextureSet:
    return VisitorTextureSet(ShaderCache(context), (1280, 720))


def watch(
    people: VisitorTextureSet, *visitors: object, frames: int = 30, aspect: float = 16 / 9, begin: int = 0
) -> np.ndarray:
    for index in range(begin, begin + frames):
        people.update(Moment(index * STEP, index, STEP, visitors=visitors, aspect=aspect))  # type: ignore[arg-type]
    return mask_of(people.mask)


def at(mask: np.ndarray, x: float, y: float) -> np.ndarray:
    there: np.ndarray = mask[round((1 - y) * mask.shape[0]), round(x * mask.shape[1])]
    return there


def test_a_silhouette_is_filled_and_its_hole_is_not(people: VisitorTextureSet) -> None:
    rings = (square(0.2, 0.1, 0.8, 0.9), square(0.4, 0.4, 0.6, 0.6)[::-1])
    mask = watch(people, visitor(1, slot=4, outline_screen=rings))
    assert at(mask, 0.3, 0.5)[0] == pytest.approx(1.0)
    assert at(mask, 0.5, 0.5)[0] == 0.0
    assert at(mask, 0.1, 0.5)[0] == 0.0
    assert at(mask, 0.3, 0.5)[2] == pytest.approx(4 / 16, abs=0.01)
    covered = (0.6 * 0.8 - 0.2 * 0.2) * mask[..., 0].size
    assert mask[..., 0].sum() == pytest.approx(covered, rel=0.02)


def test_an_outline_that_bends_inwards_is_not_filled_across_the_bend(people: VisitorTextureSet) -> None:
    ring = np.array([[0.2, 0.1], [0.8, 0.1], [0.8, 0.9], [0.5, 0.2], [0.2, 0.9]], np.float32)
    mask = watch(people, visitor(1, outline_screen=(ring,)))
    assert at(mask, 0.5, 0.7)[0] == 0.0
    assert at(mask, 0.25, 0.5)[0] == pytest.approx(1.0)


def test_two_who_overlap_cover_no_more_than_everything(people: VisitorTextureSet) -> None:
    rings = (square(0.2, 0.1, 0.6, 0.9),)
    mask = watch(people, visitor(1, outline_screen=rings), visitor(2, outline_screen=rings))
    assert mask[..., 0].max() <= 1.0


def test_the_glow_falls_off_without_ripples(people: VisitorTextureSet) -> None:
    mask = watch(people, visitor(1, outline_screen=(square(0.4, 0.0, 0.5, 1.0),)))
    row = mask[mask.shape[0] // 2, :, 1]
    peak = row.argmax()
    assert (np.diff(row[: peak - 8]) > -2e-3).all()
    assert (np.diff(row[peak + 8 :]) < 2e-3).all()
    assert row.max() > 0.3


def test_a_visitor_fades_in_and_out_within_the_time_that_is_promised(people: VisitorTextureSet) -> None:
    someone = visitor(1, outline_screen=(square(0.2, 0.1, 0.8, 0.9),))
    first = at(watch(people, someone, frames=1), 0.5, 0.5)[0]
    assert 0.0 < first < 0.2
    assert at(watch(people, someone, begin=1), 0.5, 0.5)[0] == pytest.approx(1.0)
    gone = visitor(1, outline_screen=someone.outline_screen, state=State.LEFT)
    assert 0.8 < at(watch(people, gone, begin=31, frames=1), 0.5, 0.5)[0] < 1.0
    assert at(watch(people, begin=32, frames=round(FADE_SECONDS / STEP) + 1), 0.5, 0.5)[0] == 0.0
    assert people.figures == ()


def test_whom_nobody_looked_at_is_where_they_are_as_soon_as_somebody_does(people: VisitorTextureSet) -> None:
    there, here = square(0.1, 0.1, 0.3, 0.9), square(0.6, 0.1, 0.9, 0.9)
    watch(people, visitor(1, outline_screen=(there,)))
    for index in range(30, 60):
        moment = Moment(index * STEP, index, STEP, visitors=(visitor(1, outline_screen=(here,)),))
        people.update(moment, textures=False)
    mask = watch(people, visitor(1, outline_screen=(here,)), frames=1, begin=60)
    assert at(mask, 0.75, 0.5)[0] == pytest.approx(1.0)
    assert at(mask, 0.2, 0.5)[0] == 0.0


def test_a_tall_picture_stands_in_the_middle_of_a_wide_canvas() -> None:
    scale, shift = screen_to_canvas(9 / 16, 16 / 9, "contain")
    assert np.array([0.0, 1.0]) * scale[0] + shift[0] == pytest.approx([0.5 - 81 / 512, 0.5 + 81 / 512])
    assert np.array([0.0, 1.0]) * scale[1] + shift[1] == pytest.approx([0.0, 1.0])
    scale, shift = screen_to_canvas(9 / 16, 16 / 9, "cover")
    assert scale[0] == pytest.approx(1.0)
    assert scale[1] == pytest.approx(256 / 81)


def test_joints_stand_in_the_row_of_their_slot(people: VisitorTextureSet) -> None:
    someone = visitor(7, slot=3)
    watch(people, someone)
    table = np.frombuffer(people.joints.read(), np.float32).reshape(16, 33, 4)
    assert table[2, :, :2] == pytest.approx(someone.landmarks_screen)
    assert table[2, :, 2] == pytest.approx(someone.visibility)
    assert not table[[0, 1, 3]].any()
    assert people.count == 3


def test_the_flow_tells_which_way_somebody_moves(people: VisitorTextureSet) -> None:
    for index in range(10):
        joints = np.random.default_rng(1).uniform(0.2, 0.4, (33, 2)).astype(np.float32)
        joints[:, 0] += 0.5 * index * STEP
        someone = visitor(1, landmarks_screen=joints, visibility=np.ones(33, np.float32))
        people.update(Moment(index * STEP, index, STEP, visitors=(someone,)))
    flow = mask_of(people.flow)
    where = flow[..., 2] > 0.5
    assert (flow[where, 0] / flow[where, 2]).mean() == pytest.approx(0.5, abs=0.06)
    assert abs(flow[where, 1] / flow[where, 2]).mean() < 0.05


@pytest.mark.parametrize("mirror", [True, False])
def test_a_canvas_place_finds_its_own_pixel_of_the_camera_picture(people: VisitorTextureSet, mirror: bool) -> None:
    pixels = np.zeros((4, 4, 3), np.uint8)
    people.update(Moment(0.0, 0, STEP, aspect=1.0, picture=Picture(1, pixels, mirror)))
    assert people.picture is not None
    x, y, left, top = people.picture_fit
    # The audience's upper left corner of a square picture on a 16:9 canvas.
    corner = np.array([0.5 - 9 / 32, 1.0]) * (x, y) + (left, top)
    assert corner == pytest.approx([1.0 if mirror else 0.0, 0.0], abs=1e-6)
    people.update(Moment(STEP, 1, STEP))
    assert people.picture is None


def test_the_same_moments_give_the_same_bytes(context: moderngl.Context) -> None:
    films = []
    for _ in range(2):
        people = VisitorTextureSet(ShaderCache(context), (320, 180))
        watch(people, visitor(1), visitor(2), frames=10)
        films.append(people.mask.texture.read() + people.flow.texture.read())
        people.release()
    assert films[0] == films[1]
