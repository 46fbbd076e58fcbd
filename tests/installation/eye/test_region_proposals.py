"""Which regions are searched, and how rarely when there is nothing to find."""

from __future__ import annotations

import numpy as np
import pytest

from installation.eye.frame_view import FrameView
from installation.eye.region_proposals import BackgroundSubtractor, SearchSchedule, picture_square, tile_squares

SIZE = (1280, 720)
CHAIR = np.array([900, 300, 1000, 600], np.float32)


def picture(x: float | None, seed: int = 0) -> np.ndarray:
    """A noisy wall, and at `x` something dark that is as large as a person."""
    chance = np.random.default_rng(seed)
    pixels = (140 + chance.normal(0, 3, (180, 320, 3))).clip(0, 255).astype(np.uint8)
    if x is not None:
        pixels[60:160, int(x) : int(x) + 30] = 40
    return pixels


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (640, 480), (400, 400), (3840, 1080)])
def test_tiles_cover_the_whole_picture(size: tuple[int, int]) -> None:
    seen = np.zeros((size[1], size[0]), bool)
    for left, top, side in tile_squares(size):
        seen[max(0, round(top)) : round(top + side), max(0, round(left)) : round(left + side)] = True
    assert seen.mean() > 0.97
    left, top, side = picture_square(size)
    assert left <= 0 and top <= 0 and left + side >= size[0] and top + side >= size[1]


def test_the_first_picture_is_searched_everywhere() -> None:
    assert SearchSchedule(SIZE, 0.0).next_squares(0.0, [], [], False) == [picture_square(SIZE), *tile_squares(SIZE)]


def test_while_somebody_is_followed_and_nothing_moves_searches_are_rare() -> None:
    search = SearchSchedule(SIZE, 0.0)
    counts = [len(search.next_squares(k / 30, [], [], True)) for k in range(300)]
    assert sum(counts[30:]) <= 6  # in nine seconds
    assert sum(counts[30:]) >= 3


def test_what_moves_unexplained_is_searched_at_once_and_in_vain_ever_more_seldom() -> None:
    search = SearchSchedule(SIZE, 0.0)
    for k in range(60):
        search.next_squares(k / 30, [], [], True)
    hits = []
    for k in range(60, 600):
        squares = search.next_squares(k / 30, [], [CHAIR], True)
        search.note_result(False)
        if any(left < 950 < left + side and top < 450 < top + side < 900 for left, top, side in squares):
            hits.append(k / 30)
    assert hits[0] - 2.0 < 0.15
    assert len(hits) < 16
    assert np.diff(hits[-4:]).mean() > 1.0


def test_what_moves_and_who_was_lost_come_before_the_rest_of_the_picture_which_is_not_forgotten() -> None:
    search = SearchSchedule(SIZE, 0.0)
    for k in range(30):
        search.next_squares(k / 30, [], [], True)
    at_once, elsewhere = [], 0
    for k in range(30, 480):
        squares = search.next_squares(k / 30, [CHAIR], [], True)
        at_once.append(len(squares))
        elsewhere += len([square for square in squares if square in (picture_square(SIZE), *tile_squares(SIZE))])
    assert at_once.count(2) == elsewhere == 2, "every six seconds"
    assert max(at_once) == 2


def test_who_was_lost_is_sought_where_they_should_be() -> None:
    search = SearchSchedule(SIZE, 0.0)
    for k in range(30):
        search.next_squares(k / 30, [], [], True)
    left, top, side = search.next_squares(1.2, [CHAIR], [], True)[0]
    assert left < CHAIR[0] and top < CHAIR[1] and left + side > CHAIR[2] and top + side > CHAIR[3]


def test_somebody_who_walks_in_is_a_moving_region_and_noise_is_none() -> None:
    background = BackgroundSubtractor()
    for k in range(60):
        assert background.moving_regions(FrameView(k / 30, picture(None, k)), []) == []
    found = []
    for k in range(60, 66):
        found += background.moving_regions(FrameView(k / 30, picture(20.0 + 4 * (k - 60), k)), [])
    assert found
    assert all(box[0] < 90 and box[2] > 20 and box[3] - box[1] > 90 for box in found)


def test_whoever_is_followed_explains_what_moves() -> None:
    background = BackgroundSubtractor()
    for k in range(40):
        background.moving_regions(FrameView(k / 30, picture(None, k)), [])
    box = np.array([95, 55, 140, 165], np.float32)
    assert background.moving_regions(FrameView(2.0, picture(100.0)), [box]) == []


@pytest.mark.parametrize(("x", "high", "regions"), [(160, 30, 0), (160, 100, 1), (20, 30, 1)])
def test_a_small_thing_that_moves_beside_somebody_is_a_piece_of_them(x: int, high: int, regions: int) -> None:
    background = BackgroundSubtractor()
    body = np.array([100, 60, 130, 160], np.float32)
    for k in range(60):
        background.moving_regions(FrameView(k / 30, picture(None, k)), [body])
    pixels = picture(None, 60)
    pixels[160 - high : 160, x : x + 12] = 30
    assert background.moving_regions(FrameView(2.2, pixels), [body]) == []  # it may have flickered
    assert len(background.moving_regions(FrameView(2.4, pixels), [body])) == regions


def test_people_whom_the_second_detector_has_seen_are_searched_first_and_without_a_pause() -> None:
    search = SearchSchedule(SIZE, 0.0)
    for k in range(31):
        search.next_squares(k / 30, [], [], True)
    other = CHAIR - np.float32(400)
    first = search.next_squares(1.04, [other], [], True, [CHAIR])
    left, top, side = first[0]
    assert left < 950 < left + side and top < 450 < top + side
    assert len(first) == 2
    again = [search.next_squares(1.04 + k / 30, [], [], True, [CHAIR]) for k in range(1, 40)]
    assert 1 <= sum(any(square[0] == left for square in squares) for squares in again) <= 3


def test_lost_people_are_searched_in_turn() -> None:
    search = SearchSchedule(SIZE, 0.0)
    search.next_squares(0.0, [], [], True)
    other = CHAIR - np.float32(400)
    lefts = {search.next_squares(k / 30, [CHAIR, other], [], True)[0][0] for k in range(1, 5)}
    assert len(lefts) == 2
