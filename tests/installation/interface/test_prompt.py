"""Prompts are lists of texts with weights, written in one line."""

from __future__ import annotations

import pytest

from installation.interface.prompt import Prompt, PromptError, blend, read, slerp


def test_a_line_is_read_with_its_weights() -> None:
    assert read("reed pen on paper : 2 | gold leaf | - blurred | -grey: 0.5") == Prompt(
        (("reed pen on paper", 2.0), ("gold leaf", 1.0)), (("blurred", 1.0), ("grey", 0.5))
    )


def test_nothing_is_a_prompt_too() -> None:
    assert read("  ") == Prompt()


def test_colons_within_a_text_are_not_weights() -> None:
    assert read("tarot: the fool").texts == (("tarot: the fool", 1.0),)


@pytest.mark.parametrize("text", ["oil on canvas: 1890", "ink: 0", "ink: -1", "- grey"])
def test_a_prompt_that_can_not_be_says_what_can(text: str) -> None:
    with pytest.raises(PromptError, match="reed pen on paper"):
        read(text)


def test_a_prompt_of_many_texts_weighs_no_more_than_one_of_one() -> None:
    mixed = blend([read("a | b"), read("c")], [1.0, 1.0])
    assert mixed.texts == (("a", 0.25), ("b", 0.25), ("c", 0.5))
    assert blend([read("a"), read("a | b")], [1.0, 1.0]).texts == (("a", 0.75), ("b", 0.25))


def test_who_avoids_nothing_avoids_half_as_much_with_another() -> None:
    assert blend([read("a | - grey"), read("b")], [1.0, 1.0]).without == (("grey", 0.5), ("", 0.5))
    assert blend([read("a"), read("b")], [1.0, 1.0]).without == ()


def test_a_way_begins_and_ends_with_its_ends() -> None:
    one, other = read("a : 2"), read("b : 3")
    assert slerp(one, other, 0.0).texts == (("a", 1.0),)
    assert slerp(one, other, 1.5).texts == (("b", 1.0),)
    assert slerp(one, other, 0.25).texts == (("a", 0.75), ("b", 0.25))


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0], [2.0, -1.0], [float("nan"), 1.0]])
def test_weights_that_sum_to_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="2 prompts with weights"):
        blend([read("a"), read("b")], weights)
