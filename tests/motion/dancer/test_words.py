"""Words become motion in their order and time, and a word that is not known is named with its nearest."""

from __future__ import annotations

import numpy as np
import pytest

from motion.body import joint_positions
from motion.dancer.spoken_dance import dance_phrases
from motion.dancer.words import VOCABULARY, WordsError, read_phrases
from motion.skeleton import BONE_INDEX
from tests.motion.dancer.dances import prepared


def test_a_sentence_is_read_in_its_order_with_its_times() -> None:
    phrases = read_phrases("Wave, then walk slowly for 3 s and sit down; jump twice")
    assert [phrase.name for phrase in phrases] == ["wave", "walk", "sit", "jump"]
    assert phrases[1].seconds == 3.0
    assert phrases[1].pace < 1.0
    assert phrases[3].times == 2
    assert phrases[3].seconds == 2 * VOCABULARY["jump"].seconds


def test_other_words_and_sides_mean_the_same_actions() -> None:
    assert read_phrases("spin left")[0].wish != read_phrases("spin right")[0].wish
    assert read_phrases("modern dance") == read_phrases("modern")


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("juggle 3 s", "jump"),
        ("wlak", "walk"),
        ("do not walk", '"do"'),
        ("walk 3", "3 s, or 3 times"),
        ("walk 3 m", "3 s"),
        ("walk 900 s", "60"),
        ("jump 0 times", "1 to"),
        ("walk sit", "two actions"),
        ("slowly", "no action"),
        ("", "wave"),
        ("walk 60 s, walk 60 s, walk 60 s, walk 60 s", "180"),
    ],
)
def test_what_is_not_understood_is_named_with_what_would_be(sentence: str, named: str) -> None:
    with pytest.raises(WordsError, match=named):
        read_phrases(sentence)


def test_key_poses_are_reached_in_the_asked_time() -> None:
    motion = dance_phrases(read_phrases("wave 2 s, then sit 2 s"), prepared())
    assert len(motion) / motion.rate == pytest.approx(4.4, abs=0.3)
    joints = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    hand, head = (joints[:, BONE_INDEX[name], 1] for name in ("rightHand", "head"))
    assert (hand > head).any()
    assert joints[-1, 0, 1] < 0.6
    assert joints[10, 0, 1] > 0.8


def test_a_body_that_sits_stands_up_before_it_walks() -> None:
    motion = dance_phrases(read_phrases("sit 2 s, walk 1 s"), prepared())
    sits = int(motion.hips_m[:, 1].argmin())
    assert motion.hips_m[sits:, 1].max() > 0.8


def test_a_jump_leaves_the_floor_once_for_each_time() -> None:
    motion = dance_phrases(read_phrases("jump twice"), prepared())
    high = motion.hips_m[:, 1] > motion.hips_m[0, 1] + 0.2
    assert int(np.diff(high.astype(int)).clip(0).sum()) == 2
