"""A still visitor gives a still picture, moving figures are repainted, and want of memory makes smaller paintings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from installation.paint.engines import painter
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.worker import PainterWorker
from installation.workers.worker import Message
from tests.installation.paint.sitting import SIZE, RecordingEngine, request, sitter


def played(
    worker: PainterWorker, steps: int, start: float = 0.0, across: Any = lambda t: 0.0, **settings: Any
) -> list[Message]:
    """Messages for that many requests, ten a second, with the jitter of the eye."""
    messages = []
    for step in range(steps):
        t = start + step / 10
        message = worker.step(request(t, sitter(across(t), 0.0005, step), **settings), t)
        assert message is not None
        messages.append(message)
    return messages


def test_the_first_painting_is_there_at_once_and_nothing_leads_up_to_it() -> None:
    worker = PainterWorker(BuiltinEngine(painter.tiny_painter()))
    (first,) = played(worker, 1)
    assert first.pixels is not None and first.pixels.shape == (*SIZE, 3)
    assert (first.body.scene, first.body.since, first.body.note) == ("a", None, "")


def test_a_still_visitor_gives_a_still_picture() -> None:
    engine = RecordingEngine()
    messages = played(PainterWorker(engine), 40)
    pictures = [message.pixels for message in messages[10:] if message.pixels is not None]
    assert all(np.array_equal(picture, pictures[0]) for picture in pictures)
    assert len(engine.inputs) < 10, "nothing is painted for nothing"


def test_a_breathing_picture_lives_though_nobody_moves() -> None:
    messages = played(PainterWorker(RecordingEngine()), 20, shimmer=1.0)
    pixels = [message.pixels for message in messages if message.pixels is not None]
    assert len(pixels) == len(messages)
    assert not np.array_equal(pixels[-1], pixels[-5])


def test_whoever_moves_is_painted_again_and_the_ground_beside_stays() -> None:
    worker = PainterWorker(RecordingEngine())
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
    worker = PainterWorker(RecordingEngine())
    played(worker, 10, across=lambda t: 0.5 * t)
    rest = [message.pixels for message in played(worker, 40, 1.0, across=lambda t: 0.5)]
    assert all(picture is None for picture in rest[-5:])


def test_another_style_comes_over_everything() -> None:
    engine = RecordingEngine()
    worker = PainterWorker(engine)
    before = played(worker, 5, fade=0.5)[0].pixels
    messages = played(worker, 8, 0.5, fade=0.5, style="two")
    assert before is not None and messages[-1].pixels is not None
    assert [each["style"] for each in engine.inputs][-1] == 2.0
    assert any(1.0 < each["style"] < 2.0 for each in engine.inputs)
    assert (messages[-1].pixels[:, :20].astype(int) - before[:, :20]).min() > 10


def test_the_picture_goes_on_at_another_size() -> None:
    engine = RecordingEngine()
    worker = PainterWorker(engine)
    played(worker, 5)
    smaller = played(worker, 1, 0.5, size=(96, 160), across=lambda t: 0.3)[0]
    assert smaller.pixels is not None and smaller.pixels.shape == (96, 160, 3)
    assert engine.inputs[-1]["canvas"].shape == (96, 160, 3)
    assert smaller.body.since is not None


def test_two_scenes_are_painted_in_turn_and_each_keeps_its_picture() -> None:
    worker = PainterWorker(RecordingEngine())
    messages = played(worker, 8, scenes=("a", "b"), shimmer=1.0)
    assert [message.body.scene for message in messages[:4]] in (["a", "b"] * 2, ["b", "a"] * 2)
    assert all(message.body.since is not None for message in messages[2:])


def test_nothing_is_painted_for_nobody() -> None:
    engine = RecordingEngine()
    message = PainterWorker(engine).step({"rate": 4.0}, 1.0)
    assert message is not None and message.pixels is None
    assert not engine.inputs


def test_want_of_memory_makes_smaller_paintings_and_is_told() -> None:
    worker = PainterWorker(RecordingEngine(max_pixels=80 * 144))
    (message,) = played(worker, 1)
    assert message.pixels is not None
    high, wide, _ = message.pixels.shape
    assert high * wide <= 80 * 144
    assert message.body.note == f"memory for paintings of {wide}x{high} pixels only"
    with pytest.raises(MemoryError, match="no memory for a painting"):
        played(PainterWorker(RecordingEngine(max_pixels=64)), 1)


def test_the_same_orders_give_the_same_paintings() -> None:
    def pictures() -> list[Any]:
        messages = played(
            PainterWorker(BuiltinEngine(painter.tiny_painter())), 12, across=lambda t: 0.3 * t, shimmer=0.3
        )
        return [None if message.pixels is None else message.pixels.tobytes() for message in messages]

    assert pictures() == pictures()


def test_who_keeps_nothing_is_told_that_nothing_is_to_be_trusted() -> None:
    engine = RecordingEngine()
    played(PainterWorker(engine), 3, across=lambda t: t, stability=0.0)
    assert not engine.inputs[-1]["keep"].any()
    played(PainterWorker(engine), 3, across=lambda t: t, stability=0.8)
    assert engine.inputs[-1]["keep"].max() == pytest.approx(0.8)
