"""A still visitor gives a still picture, whoever moves is painted again, and want of memory ends nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from installation.paint.engines import painter
from installation.paint.engines.builtin import Own
from installation.paint.worker import Worker
from installation.workers.worker import Letter
from tests.installation.paint.sitting import SIZE, Plain, order, sitter


def played(worker: Worker, steps: int, start: float = 0.0, across: Any = lambda t: 0.0, **asked: Any) -> list[Letter]:
    """The answers to so many orders, ten a second, somebody trembling as the eye lets them."""
    letters = []
    for step in range(steps):
        t = start + step / 10
        letter = worker.step(order(t, sitter(across(t), 0.0005, step), **asked), t)
        assert letter is not None
        letters.append(letter)
    return letters


def test_the_first_painting_is_there_at_once_and_nothing_leads_up_to_it() -> None:
    worker = Worker(Own(painter.tiny()))
    (first,) = played(worker, 1)
    assert first.pixels is not None and first.pixels.shape == (*SIZE, 3)
    assert (first.body.scene, first.body.since, first.body.note) == ("a", None, "")


def test_a_still_visitor_gives_a_still_picture() -> None:
    engine = Plain()
    letters = played(Worker(engine), 40)
    pictures = [letter.pixels for letter in letters[10:] if letter.pixels is not None]
    assert all(np.array_equal(picture, pictures[0]) for picture in pictures)
    assert len(engine.asked) < 10, "nothing is painted for nothing"


def test_a_breathing_picture_lives_though_nobody_moves() -> None:
    letters = played(Worker(Plain()), 20, breath=1.0)
    assert all(letter.pixels is not None for letter in letters)
    assert not np.array_equal(letters[-1].pixels, letters[-5].pixels)


def test_whoever_moves_is_painted_again_and_the_ground_beside_stays() -> None:
    worker = Worker(Plain())
    still = played(worker, 10)[0].pixels
    moved = played(worker, 10, 1.0, across=lambda t: 0.4 * (t - 1.0))
    last = moved[-1]
    assert still is not None and last.pixels is not None
    assert np.array_equal(last.pixels[:, :20], still[:, :20])
    assert last.pixels[:, 140:].max() > 200, "they have come to where nobody was"
    assert last.body.since == pytest.approx(last.time - 0.1)
    speed = np.abs(last.body.flow[..., 0]).max()
    assert speed == pytest.approx(0.4 * 2.9 / 8.0, rel=0.25), "canvas heights a second, as the view shows them"


def test_whoever_comes_to_rest_leaves_a_picture_at_rest() -> None:
    worker = Worker(Plain())
    played(worker, 10, across=lambda t: 0.5 * t)
    rest = [letter.pixels for letter in played(worker, 40, 1.0, across=lambda t: 0.5)]
    assert all(picture is None for picture in rest[-5:])


def test_another_style_comes_over_everything() -> None:
    engine = Plain()
    worker = Worker(engine)
    before = played(worker, 5, fade=0.5)[0].pixels
    letters = played(worker, 8, 0.5, fade=0.5, style="two")
    assert before is not None and letters[-1].pixels is not None
    assert [asked["style"] for asked in engine.asked][-1] == 2.0
    assert any(1.0 < asked["style"] < 2.0 for asked in engine.asked)
    assert (letters[-1].pixels[:, :20].astype(int) - before[:, :20]).min() > 10


def test_the_picture_goes_on_at_another_size() -> None:
    engine = Plain()
    worker = Worker(engine)
    played(worker, 5)
    smaller = played(worker, 1, 0.5, size=(96, 160), across=lambda t: 0.3)[0]
    assert smaller.pixels is not None and smaller.pixels.shape == (96, 160, 3)
    assert engine.asked[-1]["canvas"].shape == (96, 160, 3)
    assert smaller.body.since is not None


def test_two_scenes_are_painted_in_turn_and_each_keeps_its_picture() -> None:
    worker = Worker(Plain())
    letters = played(worker, 8, scenes=("a", "b"), breath=1.0)
    assert [letter.body.scene for letter in letters[:4]] in (["a", "b"] * 2, ["b", "a"] * 2)
    assert all(letter.body.since is not None for letter in letters[2:])


def test_nothing_is_painted_for_nobody() -> None:
    engine = Plain()
    letter = Worker(engine).step({"rate": 4.0}, 1.0)
    assert letter is not None and letter.pixels is None
    assert not engine.asked


def test_want_of_memory_makes_smaller_paintings_and_is_told() -> None:
    worker = Worker(Plain(most=80 * 144))
    (letter,) = played(worker, 1)
    assert letter.pixels is not None
    high, wide, _ = letter.pixels.shape
    assert high * wide <= 80 * 144
    assert letter.body.note == f"memory for paintings of {wide}x{high} pixels only"
    with pytest.raises(MemoryError, match="no memory for a painting"):
        played(Worker(Plain(most=64)), 1)


def test_the_same_orders_give_the_same_paintings() -> None:
    def pictures() -> list[Any]:
        letters = played(Worker(Own(painter.tiny())), 12, across=lambda t: 0.3 * t, breath=0.3)
        return [None if letter.pixels is None else letter.pixels.tobytes() for letter in letters]

    assert pictures() == pictures()


def test_who_keeps_nothing_is_told_that_nothing_is_to_be_trusted() -> None:
    engine = Plain()
    played(Worker(engine), 3, across=lambda t: t, keep=0.0)
    assert not engine.asked[-1]["keep"].any()
    played(Worker(engine), 3, across=lambda t: t, keep=0.8)
    assert engine.asked[-1]["keep"].max() == pytest.approx(0.8)
