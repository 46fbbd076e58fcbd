"""Motion matching goes on as the clip that it is in, sees whom it dances with, and changes clips without a jump."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion.dancer import baselines
from motion.dancer.data import RATE, Clip
from motion.dancer.evaluation_pairs import BEFORE, Dance, Floor, Meeting, danced, meetings, replayed
from motion.dancer.guidance import manner
from motion.dancer.motion_matching import WEIGHTS, Database, Matching, features
from motion.dancer.network import WATCHED
from motion.dancer.training_tensors import laid_out
from tests.motion.dancer.dances import company


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return company(3, 9.0)


@pytest.fixture(scope="module")
def database(clips: list[Clip]) -> Database:
    return Database(laid_out(clips, ("60", "61"), (1.0,), mirrored=False))


def matched(database: Database, some: list[Meeting]) -> tuple[Matching, list[Dance]]:
    floor = Floor(some)
    mover = Matching(database, floor.past, floor.turns)
    return mover, danced(mover, floor, manner(len(some)), some)


def test_who_is_in_the_database_is_followed_to_the_end(clips: list[Clip], database: Database) -> None:
    some = meetings(clips)
    true = replayed([baselines.true(m) for m in some])
    for own, dance in zip(true, matched(database, some)[1], strict=True):
        # Until where the clip is too near its end to be entered.
        apart = np.linalg.norm(dance.joints_m - own.joints_m, axis=-1)[:-15]
        assert apart.max() < 0.03


def test_nothing_jumps_when_clips_change(clips: list[Clip], database: Database) -> None:
    some = meetings(clips)
    strangers = [replace(m, stranger=some[(n + 2) % len(some)].partner) for n, m in enumerate(some)]
    strangers = [m for m in strangers if m.stranger is not None and len(m.stranger) >= len(m.own)]
    mover, dances = matched(database, strangers)
    fastest = max(np.linalg.norm(np.diff(m.own_m, axis=0), axis=-1).max() for m in some)
    for dance in dances:
        assert np.isfinite(dance.joints_m).all()
        assert np.linalg.norm(np.diff(dance.joints_m, axis=0), axis=-1).max() < 2.0 * fastest + 0.02
    assert (mover.at >= 0.0).all()


def test_it_may_not_know_what_the_partner_has_yet_to_do(clips: list[Clip], database: Database) -> None:
    one = meetings(clips)[0]
    hips = one.partner.hips_m.copy()
    hips[BEFORE + 40 :] += (1.0, 0.0, 1.0)
    other = replace(one, partner=replace(one.partner, hips_m=hips))
    a, b = (matched(database, [m])[1][0].joints_m for m in (one, other))
    # The partner's 40th frame is seen one frame late, and answered in the next.
    np.testing.assert_array_equal(a[:41], b[:41])


def test_the_nearest_frame_of_all_is_the_frame_itself(clips: list[Clip], database: Database) -> None:
    some = meetings(clips)[:1]
    floor = Floor(some)
    mover = Matching(database, floor.past, floor.turns)
    costs = database.costs(database.even(features(floor.asked(mover, 0))))[0]
    assert int(database.frames[int(costs.argmin())]) == BEFORE - 1
    assert float(costs.min()) == pytest.approx(0.0, abs=1e-2)


def test_features_are_the_same_wherever_both_stand(clips: list[Clip]) -> None:
    from motion.body import placed
    from motion.rotation import from_axis_angle

    one = meetings(clips)[0]
    turn, shift = from_axis_angle([0.0, 1.0, 0.0], 1.1), np.array([2.0, 0.0, -3.0])
    other = replace(one, own=placed(one.own, turn, shift), partner=placed(one.partner, turn, shift))
    found = []
    for meeting in (one, other):
        floor = Floor([meeting])
        found.append(features(floor.asked(_Still(floor), 0)))
    for name in WEIGHTS:
        np.testing.assert_allclose(found[0][name], found[1][name], atol=1e-4)
    assert found[0]["limbs"].shape[1] == 3 * 5 * 3
    assert len(WATCHED) == 13
    assert RATE == 30.0


class _Still:
    """Whoever is asked about and does not move."""

    due = True

    def __init__(self, floor: Floor) -> None:
        self.joints, self.turns = floor.past, floor.turns
