"""A guide shows who is where, which part of them, how near and how they move: the same for the same, always."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from installation.interface.camera_view import View
from installation.interface.painted_figure import PaintedFigure, figures_of_bodies
from installation.interface.scenery_elements import Ground, Sky, Sun, Tree
from installation.paint.guide.guide import CHANNEL_INDEX, CHANNELS, MAX_FLOW, draw_guide, nearness
from motion.landmarks import LANDMARK_INDEX
from tests.motion.people import EASE, body

SIZE = (96, 96)
VIEW = View(1.0)


def someone(x: float = 0.0, z: float = 3.0, id: int = 1, facing: float = 180.0) -> PaintedFigure:
    (figure,) = figures_of_bodies({id: body(EASE, facing, [x, 0.94, z])}, VIEW)
    return figure


def channel(made: np.ndarray, name: str) -> np.ndarray:
    return made[..., CHANNEL_INDEX[name]]


def at(made: np.ndarray, figure: PaintedFigure, *names: str) -> np.ndarray:
    """The guide's values in the middle of these landmarks."""
    x, y = figure.landmarks[[LANDMARK_INDEX[name] for name in names]].mean(axis=0)
    there: np.ndarray = made[int((1.0 - y) * made.shape[0]), int(x * made.shape[1])]
    return there


def test_nobody_and_nothing_is_all_zeros() -> None:
    made = draw_guide(SIZE, ())
    assert made.shape == (*SIZE, len(CHANNELS))
    assert made.dtype == np.float32
    assert not made.any()


def test_the_same_is_painted_the_same() -> None:
    elements, picture = (
        (Sky(), Sun(), Ground()),
        np.random.default_rng(0).integers(0, 255, (50, 70, 3), np.uint8),
    )
    for shown in (None, picture):
        one, other = (draw_guide(SIZE, [someone(), someone(0.5, 2.0, 2)], elements, shown) for _ in range(2))
        assert np.array_equal(one, other)


@pytest.mark.parametrize("size", [(16, 16), (60, 128), (97, 33)])
def test_every_channel_keeps_its_range_at_any_size(size: tuple[int, int]) -> None:
    moved = replace(someone(), velocity=np.full((33, 2), 50.0))
    picture = np.random.default_rng(0).integers(0, 255, (33, 20, 3), np.uint8)
    for shown in (None, picture):
        made = draw_guide(size, [moved, someone(0.4, 1.0, 2)], (Sky(), Tree()), shown)
        assert np.isfinite(made).all()
        assert made[..., :7].min() >= 0.0
        assert made[..., :7].max() <= 1.0 + 1e-5
        assert np.abs(made[..., 7:]).max() <= 1.0 + 1e-5


def test_parts_are_where_the_body_has_them_and_make_up_the_figure() -> None:
    figure = someone()
    made = draw_guide(SIZE, [figure])
    for part, names in (
        ("head", ("nose",)),
        ("trunk", ("left_shoulder", "right_hip")),
        ("arms", ("left_elbow",)),
        ("legs", ("right_knee",)),
    ):
        assert at(made, figure, *names)[CHANNEL_INDEX[part]] > 0.9
    assert np.allclose(made[..., 1:5].sum(axis=-1), channel(made, "figure"), atol=0.02)
    assert channel(made, "edge").max() > 0.5


def test_whoever_is_nearer_hides_whoever_is_farther() -> None:
    near, far = replace(someone(0.0, 1.5, 1)), replace(someone(0.0, 5.0, 2))
    for order in ([near, far], [far, near]):
        made = draw_guide(SIZE, order)
        assert np.isclose(at(made, near, "left_shoulder", "right_hip")[CHANNEL_INDEX["near"]], nearness(1.5), atol=0.01)
    assert nearness(0.0) == 1.0


def test_elements_in_front_hide_people_and_those_behind_do_not() -> None:
    figure = someone(0.0, 3.0)
    behind, front = (draw_guide(SIZE, [figure], [Sky(distance=distance)]) for distance in (100.0, 1.0))
    assert channel(behind, "figure").max() > 0.99
    assert channel(front, "figure").max() == 0.0


def test_a_limb_in_front_hides_the_trunk_and_one_behind_is_hidden() -> None:
    figure = someone()
    left = [LANDMARK_INDEX[f"left_{name}"] for name in ("elbow", "wrist", "index", "pinky", "thumb")]
    chest = figure.landmarks[[LANDMARK_INDEX["left_shoulder"], LANDMARK_INDEX["right_hip"]]].mean(axis=0)
    marks, depth = figure.landmarks.copy(), figure.depth.copy()
    marks[left] = chest
    for away, seen in ((-0.4, "arms"), (0.6, "trunk")):
        depth[left] = figure.near + away
        made = draw_guide(SIZE, [replace(figure, landmarks=marks, depth=depth)])
        assert at(made, figure, "left_shoulder", "right_hip")[CHANNEL_INDEX[seen]] > 0.9


def test_a_face_looks_out_only_where_it_faces_us() -> None:
    front, back = (draw_guide((256, 256), [someone(facing=facing, z=0.5)]) for facing in (180.0, 0.0))
    figure = someone(facing=180.0, z=0.5)
    eye, cheek = at(front, figure, "left_eye"), at(front, figure, "nose", "mouth_left", "left_ear")
    assert eye[CHANNEL_INDEX["light"]] < cheek[CHANNEL_INDEX["light"]] - 0.2
    assert not np.allclose(front[..., CHANNEL_INDEX["light"]], back[..., CHANNEL_INDEX["light"]], atol=0.1)


def test_the_flow_is_that_of_the_body_that_moved() -> None:
    still = someone()
    pushed = replace(still, velocity=np.tile([0.6, -0.4], (33, 1)))
    made = draw_guide(SIZE, [pushed])
    inside = channel(made, "figure") > 0.99
    assert np.allclose(channel(made, "flow_x")[inside], 0.6 / MAX_FLOW, atol=0.01)
    assert np.allclose(channel(made, "flow_y")[inside], -0.4 / MAX_FLOW, atol=0.01)
    assert np.abs(made[channel(made, "figure") == 0.0][:, 7:9]).max() == 0.0


def test_a_limb_that_turns_flows_faster_the_farther_it_is_from_the_joint() -> None:
    figure = someone()
    velocity = np.zeros((33, 2))
    shank = [LANDMARK_INDEX[f"left_{name}"] for name in ("ankle", "heel", "foot_index")]
    velocity[shank] = (0.8, 0.0)
    made = draw_guide((192, 192), [replace(figure, velocity=velocity)])
    knee, ankle = figure.landmarks[LANDMARK_INDEX["left_knee"]], figure.landmarks[LANDMARK_INDEX["left_ankle"]]
    speeds = []
    for share in (0.25, 0.5, 0.75):
        x, y = knee + share * (ankle - knee)
        speeds.append(MAX_FLOW * made[int((1.0 - y) * 192), int(x * 192), CHANNEL_INDEX["flow_x"]])
    assert np.allclose(speeds, [0.2, 0.4, 0.6], atol=0.06)


def test_a_silhouette_bounds_the_figure_that_has_one() -> None:
    figure = someone()
    ring = np.array([[0.4, 0.2], [0.6, 0.2], [0.6, 0.8], [0.4, 0.8]])
    hole = np.array([[0.48, 0.4], [0.48, 0.5], [0.52, 0.5], [0.52, 0.4]])
    cover = channel(draw_guide((100, 100), [replace(figure, outline=(ring, hole))]), "figure")
    assert cover[21:79, 41:47].min() == 1.0
    assert cover[:18].max() == cover[:, :38].max() == cover[52:58, 49:51].max() == 0.0


def test_what_is_not_known_spoils_nothing() -> None:
    figure = someone()
    marks = figure.landmarks.copy()
    marks[LANDMARK_INDEX["left_wrist"]] = np.nan
    marks[LANDMARK_INDEX["right_ankle"]] = np.inf
    lost = replace(figure, landmarks=marks, outline=(np.full((5, 2), np.nan),))
    made = draw_guide(SIZE, [lost, replace(figure, landmarks=np.full((33, 2), np.nan)), replace(figure, near=np.nan)])
    assert np.isfinite(made).all()
    assert at(made, figure, "left_shoulder", "right_hip")[CHANNEL_INDEX["trunk"]] > 0.9
    assert at(made, figure, "left_wrist", "left_elbow")[CHANNEL_INDEX["arms"]] < 0.1
    far_off = replace(figure, landmarks=figure.landmarks * 1e9, velocity=figure.velocity + 1e12)
    assert np.isfinite(draw_guide(SIZE, [far_off])).all()


def test_a_picture_lends_its_light_and_colours_to_people_too() -> None:
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[:, :100] = (200, 30, 30)
    figure = someone(0.7)
    made = draw_guide(SIZE, [figure], picture=picture)
    left, right = made[40, 10], made[40, 93]
    assert left[CHANNEL_INDEX["light"]] > right[CHANNEL_INDEX["light"]] + 0.5
    assert left[CHANNEL_INDEX["red_green"]] > 0.5
    assert np.isclose(right[CHANNEL_INDEX["light"]], -1.0, atol=0.01)
    chest = at(made, figure, "left_shoulder", "right_hip")
    assert chest[CHANNEL_INDEX["trunk"]] > 0.9
    assert chest[CHANNEL_INDEX["light"]] < -0.9
    assert channel(made, "edge")[5, 48] > 0.5
