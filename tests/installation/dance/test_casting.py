"""Everybody gets a dancer before anybody gets a second, and who is there dances on with whoever is left."""

from __future__ import annotations

from installation.dance.casting import Assignment, couples, reassign, wanted_pairs
from installation.interface.dancer import Cast, larger


def cast(each: int = 1, alone: int = 2, most: int = 8) -> Cast:
    return Cast(each, alone, most=most)


def test_everybody_has_a_first_dancer_before_anybody_has_a_second() -> None:
    assert wanted_pairs([7, 3], cast(each=2, most=3)) == [(3, 0), (7, 0), (3, 1)]


def test_with_nobody_there_those_dance_who_keep_the_wall_alive() -> None:
    assert wanted_pairs([], cast(alone=2)) == [(0, 0), (0, 1)]
    assert wanted_pairs([], cast(alone=0)) == []


def test_whoever_has_a_partner_keeps_it_when_others_come_and_go() -> None:
    one = reassign((), wanted_pairs([1, 2], cast()), 0)
    two = reassign(one, wanted_pairs([1, 2, 3], cast()), 2)
    assert two[:2] == one
    three = reassign(two, wanted_pairs([2, 3], cast()), 3)
    assert [(part.id, part.partner) for part in three] == [(2, 2), (3, 3)]


def test_whose_partner_has_gone_dances_with_who_has_nobody_in_the_same_place() -> None:
    before = reassign((), wanted_pairs([1], cast()), 0)
    after = reassign(before, wanted_pairs([2], cast()), 1)
    assert after == (Assignment(1, 2, 0, 1),)
    alone = reassign(after, wanted_pairs([], cast()), 1)
    assert [(part.id, part.partner, part.slot) for part in alone] == [(1, 0, 1), (2, 0, 2)]


def test_a_slot_is_free_again_when_a_dancer_has_left_and_no_identity_comes_back() -> None:
    two = reassign((), wanted_pairs([1, 2], cast()), 0)
    one = reassign(two, wanted_pairs([2], cast()), 2)
    assert [(part.id, part.slot) for part in one] == [(2, 2)]
    again = reassign(one, wanted_pairs([2, 3], cast()), 2)
    assert [(part.id, part.slot) for part in again] == [(3, 1), (2, 2)]


def test_two_who_have_nobody_have_each_other() -> None:
    parts = reassign((), wanted_pairs([], cast(alone=3)), 0)
    assert couples(parts) == {1: 2, 2: 1}
    assert couples(reassign((), wanted_pairs([5], cast()), 0)) == {}


def test_a_fade_between_two_scenes_has_the_dancers_of_the_larger() -> None:
    duet, chorus = Cast(each=1, alone=2), Cast(each=5, alone=5, canon=2.0)
    assert larger(duet, chorus) == larger(chorus, duet) == chorus
    assert not larger(Cast(), Cast()).wanted
    assert larger(Cast(), duet).wanted
