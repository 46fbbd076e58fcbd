"""A still room costs little, and nothing that moves is missed."""

from __future__ import annotations

import numpy as np

from installation.paint.engines.diffusion.frame_skip import MAX_SKIPPED, SimilarFrameFilter

DRAWING = np.random.default_rng(0).random((64, 80, 3), np.float32)


def skipped(frame_filter: SimilarFrameFilter, change: float, count: int, steps: int = 1) -> list[bool]:
    """Which frames are skipped while all of the drawing alternates in brightness by `change`."""
    return [frame_filter.can_skip(DRAWING + change * (turn % 2), "ink", steps) for turn in range(count)]


def test_without_the_wish_everything_is_painted() -> None:
    assert not any(skipped(SimilarFrameFilter(0.0), 0.0, 20))


def test_of_the_same_guide_one_in_so_many_is_painted() -> None:
    assert skipped(SimilarFrameFilter(0.02), 0.0, 2 * MAX_SKIPPED + 3) == [
        False,
        *[True] * MAX_SKIPPED,
        False,
        *[True] * MAX_SKIPPED,
        False,
    ]


def test_the_more_alike_the_rarer_and_always_the_same() -> None:
    shares = [np.mean(skipped(SimilarFrameFilter(0.02), change, 60)) for change in (0.001, 0.006, 0.015, 0.03)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.8 and shares[-1] == 0.0
    assert skipped(SimilarFrameFilter(0.02), 0.006, 60) == skipped(SimilarFrameFilter(0.02), 0.006, 60)


def test_a_hand_that_moves_is_seen() -> None:
    frame_filter, moved = SimilarFrameFilter(0.02), DRAWING.copy()
    frame_filter.can_skip(DRAWING, "ink", 1)
    moved[:4, :5] += 0.2
    assert not frame_filter.can_skip(moved, "ink", 1)


def test_another_prompt_is_painted_at_once() -> None:
    frame_filter = SimilarFrameFilter(0.02)
    frame_filter.can_skip(DRAWING, "ink", 1)
    assert frame_filter.can_skip(DRAWING, "ink", 1)
    assert not frame_filter.can_skip(DRAWING, "gold", 1)


def test_what_takes_several_pictures_to_be_seen_is_given_them() -> None:
    frame_filter = SimilarFrameFilter(0.02)
    assert skipped(frame_filter, 0.0, 6, steps=4) == [False] * 4 + [True] * 2
    assert [frame_filter.can_skip(DRAWING + 0.5, "ink", 4) for _ in range(6)] == [False] * 4 + [True] * 2
