"""A still room costs little, and nothing that moves is missed."""

from __future__ import annotations

import numpy as np

from installation.paint.engines.diffusion.frame_skip import MOST, Similar

DRAWN = np.random.default_rng(0).random((64, 80, 3), np.float32)


def passed(similar: Similar, change: float, count: int, steps: int = 1) -> list[bool]:
    """What is passed over while all of it grows lighter and darker by `change`."""
    return [similar.passes(DRAWN + change * (turn % 2), "asked", steps) for turn in range(count)]


def test_without_the_wish_everything_is_painted() -> None:
    assert not any(passed(Similar(0.0), 0.0, 20))


def test_of_the_same_guide_one_in_so_many_is_painted() -> None:
    assert passed(Similar(0.02), 0.0, 2 * MOST + 3) == [False, *[True] * MOST, False, *[True] * MOST, False]


def test_the_more_alike_the_rarer_and_always_the_same() -> None:
    shares = [np.mean(passed(Similar(0.02), change, 60)) for change in (0.001, 0.006, 0.015, 0.03)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] > 0.8 and shares[-1] == 0.0
    assert passed(Similar(0.02), 0.006, 60) == passed(Similar(0.02), 0.006, 60)


def test_a_hand_that_moves_is_seen() -> None:
    similar, moved = Similar(0.02), DRAWN.copy()
    similar.passes(DRAWN, "asked", 1)
    moved[:4, :5] += 0.2
    assert not similar.passes(moved, "asked", 1)


def test_another_prompt_is_painted_at_once() -> None:
    similar = Similar(0.02)
    similar.passes(DRAWN, "ink", 1)
    assert similar.passes(DRAWN, "ink", 1)
    assert not similar.passes(DRAWN, "gold", 1)


def test_what_takes_several_pictures_to_be_seen_is_given_them() -> None:
    similar = Similar(0.02)
    assert passed(similar, 0.0, 6, steps=4) == [False] * 4 + [True] * 2
    assert [similar.passes(DRAWN + 0.5, "asked", 4) for _ in range(6)] == [False] * 4 + [True] * 2
