"""Dancers answer, whatever happens: never nowhere, never in two places, the same again from the same seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from installation.dance import start_pose
from installation.dance.request import DanceRequest
from installation.dance.visitor_history import CANONICAL_OFFSETS_M
from installation.dance.worker import DanceWorker
from installation.interface.dancer import Cast, Dance, Dancer
from installation.interface.dancer_knobs import DancerSettings
from installation.interface.pulse import Pulse
from installation.workers.codec import pack, unpack
from motion import rotation
from motion.body import Body, joint_positions
from motion.dancer.data import to_canonical
from motion.skeleton import BONE_INDEX, CORE_COUNT, TOE_BONES
from tests.motion.dancer.dances import dance, prepared

pytestmark = pytest.mark.integration

FLOOR = (-3.0, 0.8, 3.0, 6.0)
PAS, CANON = Cast(each=1, alone=2), Cast(each=3, alone=3, canon=1.0)
MOTION = to_canonical(dance(20.0))
HALF = rotation.from_axis_angle([0.0, 1.0, 0.0], np.pi)


def visitor(t: float, x: float = 0.0) -> Body:
    """A visitor who dances on one spot and looks at the wall."""
    body = MOTION.at(round(30 * t) % len(MOTION))
    return replace(
        body, hips_m=rotation.rotate(HALF, body.hips_m) + [x, 0.0, 3.0], turns=rotation.multiply(HALF, body.turns)
    )


def request(t: float, cast: Cast, *visitors: int, **settings: Any) -> DanceRequest:
    observations = tuple((id, t - 0.07, visitor(max(t - 0.07, 0.0), 1.5 * (id % 3 - 1))) for id in visitors)
    return DanceRequest(t, observations, Pulse(beat=2.0 * t, confidence=1.0), cast, DancerSettings(**settings))


def worker(seed: int = 1, max_dancers: int = 6) -> DanceWorker:
    return DanceWorker(prepared(), max_dancers, FLOOR, seed)


def play(
    worker: DanceWorker,
    seconds: float,
    request_at: Callable[[float], DanceRequest],
    rate: float = 30.0,
    start: float = 0.0,
) -> list[Dance]:
    found = []
    for k in range(round(seconds * rate)):
        letter = worker.step({"dance": request_at(start + k / rate)}, start + k / rate)
        assert letter is not None and isinstance(letter.body, Dance)
        found.append(letter.body)
    return found


def places(dances: list[Dance], id: int) -> np.ndarray:
    """(T, 22, 3) of a dancer while it is there."""
    bodies = [d.body for made in dances for d in made.dancers if d.id == id]
    return np.stack([joint_positions(b.hips_m, b.turns, b.offsets_m) for b in bodies])


def fastest(track: np.ndarray, rate: float = 30.0) -> float:
    return float(np.linalg.norm(np.diff(track, axis=0), axis=-1).max() * rate)


def test_the_same_seed_dances_the_same_and_another_does_not() -> None:
    one, again, other = (play(worker(seed), 2.0, lambda t: request(t, PAS, 1)) for seed in (3, 3, 4))
    assert pack(one) == pack(again)
    assert pack(one) != pack(other)
    turned = play(worker(3), 2.0, lambda t: request(t, PAS, 1, seed=1))
    assert pack(turned) != pack(one)


def test_what_is_danced_crosses_between_processes() -> None:
    made = worker().step(unpack(pack({"dance": request(0.0, PAS, 1)})), 0.0)
    assert made is not None
    back = unpack(pack(made.body))
    assert isinstance(back, Dance) and isinstance(back.dancers[0], Dancer) and back.dancers[0].partner == 1


def test_nobody_dances_where_nobody_is_wanted() -> None:
    w = worker()
    assert play(w, 0.2, lambda t: request(t, Cast(), 1))[-1].dancers == ()
    assert len(play(w, 0.2, lambda t: request(t, PAS, 1), start=0.2)[-1].dancers) == 1
    assert play(w, 0.2, lambda t: request(t, Cast(), 1), start=0.4)[-1].dancers == ()


def test_who_comes_between_two_frames_stands_until_the_next() -> None:
    dancers = worker()
    dances: list[Dance] = []
    for t in (1.001, 1.012, 1.024, 1.034, 1.045):
        # No partner at first, and one within the same frame.
        letter = dancers.step({"dance": request(t, Cast(each=1), 1) if t > 1.005 else request(t, Cast())}, t)
        assert letter is not None and isinstance(letter.body, Dance)
        dances.append(letter.body)
    assert [len(made.dancers) for made in dances] == [0, 1, 1, 1, 1]
    assert fastest(places(dances, dances[1].dancers[0].id), 90.0) < 12.0


def test_no_more_dance_than_the_venue_lets() -> None:
    assert len(play(worker(max_dancers=2), 0.2, lambda t: request(t, replace(PAS, each=3), 1, 2))[-1].dancers) == 2


def test_a_dancer_is_handed_over_without_a_jump() -> None:
    dances = play(worker(), 6.0, lambda t: request(t, PAS, 1) if t < 3.0 else request(t, PAS, 2))
    assert [made.dancers[0].id for made in dances] == [1] * len(dances)
    assert dances[-1].dancers[0].partner == 2
    track = places(dances, 1)
    assert fastest(track[85:100]) < 1.2 * fastest(track[10:]) + 0.1


def test_who_dances_goes_on_without_a_jump_while_others_come_and_go_with_every_frame() -> None:
    dances = play(worker(), 2.0, lambda t: request(t, PAS, 1, 2 if round(30 * t) % 2 else 3))
    assert all(made.dancers[0].id == 1 for made in dances)
    assert fastest(places(dances, 1)) < 3.0


def test_who_is_left_alone_dances_on() -> None:
    dances = play(worker(), 4.0, lambda t: request(t, PAS, 1) if t < 2.0 else request(t, PAS))
    assert [d.partner for d in dances[-1].dancers] == [0, 0]
    assert fastest(places(dances, 1)[60:]) > 0.02


@pytest.mark.parametrize("bad", [np.nan, np.inf, 50.0])
def test_an_impossible_answer_is_never_shown(bad: float, monkeypatch: pytest.MonkeyPatch) -> None:
    w = worker()
    dances = play(w, 2.0, lambda t: request(t, PAS, 1, 2))
    rows = w._dancers._network.batch
    frame = rows.next_frame

    def broken(*arguments: object) -> tuple[torch.Tensor, torch.Tensor]:
        turns_6d = frame(*arguments)[1]  # type: ignore[arg-type]
        with torch.inference_mode():
            rows.joints[0, -1] = bad
        return rows.joints[:, -1], turns_6d

    monkeypatch.setattr(rows, "next_frame", broken)
    dances += play(w, 0.2, lambda t: request(t, PAS, 1, 2), start=2.0)
    monkeypatch.setattr(rows, "next_frame", frame)
    dances += play(w, 2.0, lambda t: request(t, PAS, 1, 2), start=2.2)
    for id in (1, 2):
        track = places(dances, id)
        assert len(track) == len(dances) and np.isfinite(track).all()
        assert fastest(track) < 8.0
        assert track[:, 0, 1].min() > 0.3 and track[:, 0, 1].max() < 1.3


def test_a_plan_that_is_no_number_further_on_is_not_shown_between_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    w = worker()
    dances = play(w, 1.0, lambda t: request(t, PAS, 1), 60.0)
    rows = w._dancers._network.batch
    frame = rows.next_frame

    def broken(*arguments: object) -> tuple[torch.Tensor, torch.Tensor]:
        found = frame(*arguments)  # type: ignore[arg-type]
        assert rows._plan is not None
        with torch.inference_mode():
            rows._plan[0, rows._at :] = np.nan
        return found

    monkeypatch.setattr(rows, "next_frame", broken)
    dances += play(w, 0.5, lambda t: request(t, PAS, 1), 60.0, start=1.0)
    monkeypatch.setattr(rows, "next_frame", frame)
    dances += play(w, 0.5, lambda t: request(t, PAS, 1), 60.0, start=1.5)
    assert np.isfinite(places(dances, 1)).all()
    assert fastest(places(dances, 1), 60.0) < 8.0


@pytest.mark.slow
def test_a_network_that_walks_away_is_kept_on_the_floor(monkeypatch: pytest.MonkeyPatch) -> None:
    w = worker()
    play(w, 0.2, lambda t: request(t, PAS))
    rows = w._dancers._network.batch
    frame = rows.next_frame

    def leaving(*arguments: object) -> tuple[torch.Tensor, torch.Tensor]:
        frame(*arguments)  # type: ignore[arg-type]
        rows.move(np.full((len(rows.slots), 2), 0.5 / 30))
        return rows.joints[:, -1], rows.turns

    monkeypatch.setattr(rows, "next_frame", leaving)
    dances = play(w, 30.0, lambda t: request(t, PAS), start=0.2)
    for id in (1, 2):
        track = places(dances, id)[:, 0]
        assert track[:, 0].max() < FLOOR[2] + 1.0 and track[:, 2].max() < FLOOR[3] + 1.0


def test_dancers_keep_out_of_each_other() -> None:
    dances = play(worker(), 8.0, lambda t: request(t, replace(PAS, each=5), 1, mirroring=0.0))
    last = np.array([d.body.hips_m[[0, 2]] for d in dances[-1].dancers])
    gaps = np.linalg.norm(last[:, None] - last[None], axis=-1) + 9.0 * np.eye(len(last))
    assert gaps.min() > 0.3


def test_a_voice_of_a_canon_shows_what_the_first_one_showed_beats_ago() -> None:
    dances = play(worker(), 8.0, lambda t: request(t, CANON, 1))
    first, second, third = (places(dances, id) for id in (1, 2, 3))
    for voice, track in ((1, second), (2, third)):
        # At 120 beats a minute a beat is 15 frames.
        behind = first[200 - 15 * voice] - first[200 - 15 * voice, 0]
        assert np.abs(behind - (track[200] - track[200, 0])).max() < 0.03
        assert np.linalg.norm(track[200, 0] - first[200 - 15 * voice, 0]) > 0.5


def test_at_a_closeness_of_1_the_visitor_has_a_mirror_image() -> None:
    dances = play(worker(), 6.0, lambda t: request(t, PAS, 1, mirroring=1.0))
    image = dances[-1].dancers[0].body
    seen = visitor(6.0 - 1 / 30 - 0.07)
    for side, other in (("left", "right"), ("right", "left")):
        arm, its = (b.turns[BONE_INDEX[f"{s}LowerArm"]] for b, s in ((image, side), (seen, other)))
        way = rotation.rotate(arm, np.array([1.0 if side == "left" else -1.0, 0.0, 0.0]))
        true = rotation.rotate(its, np.array([1.0 if other == "left" else -1.0, 0.0, 0.0]))
        assert np.degrees(np.arccos(np.clip(way @ (true * [1.0, 1.0, -1.0]), -1.0, 1.0))) < 25.0
    assert image.hips_m[0] == pytest.approx(seen.hips_m[0], abs=0.15)
    assert image.hips_m[2] == pytest.approx(seen.hips_m[2] - 1.2, abs=0.25)


def test_feet_stay_over_the_floor() -> None:
    dances = play(worker(), 4.0, lambda t: request(t, PAS, 1))
    assert places(dances, 1)[:, TOE_BONES, 1].min() > -0.01


def test_between_two_frames_of_the_network_bodies_go_on() -> None:
    slow, fast = (play(worker(), 2.0, lambda t: request(t, PAS), rate) for rate in (30.0, 60.0))
    one, two = places(slow, 1), places(fast, 1)
    assert fastest(two, 60.0) < 2.5 * fastest(one) + 0.1
    steps = np.linalg.norm(np.diff(two[:, BONE_INDEX["leftHand"]], axis=0), axis=-1)
    assert (steps[60:] > 0.0).all()


def test_after_a_long_pause_the_dance_goes_on_where_it_was() -> None:
    w = worker()
    before = play(w, 2.0, lambda t: request(t, PAS))
    after = play(w, 0.5, lambda t: request(t, PAS), start=600.0)
    assert np.abs(places(after, 1)[0] - places(before, 1)[-1]).max() < 0.2


def test_identities_go_on_where_another_worker_ended() -> None:
    made = worker().step({"dance": replace(request(0.0, PAS, 1), highest_id=41)}, 0.0)
    assert made is not None and made.body.dancers[0].id == 42


def test_a_visitor_is_shown_ahead_only_when_that_is_asked_for_and_then_trusted_less() -> None:
    assert not any(made.visitors for made in play(worker(), 1.0, lambda t: request(t, PAS, 1)))
    dances = play(worker(), 1.0, lambda t: request(t, PAS, 1, ahead=1.0))
    body, seen = dances[-1].visitors[1], visitor(29 / 30 - 0.07)
    assert 0.7 < body.trust[0] < 1.0
    assert len(body.turns) == CORE_COUNT and np.isfinite(body.turns).all()
    assert np.linalg.norm(body.hips_m - seen.hips_m) < 0.3


def test_hidden_legs_are_shown_completed_and_not_trusted_more() -> None:
    def hidden_legs(t: float) -> DanceRequest:
        id, when, body = request(t, PAS, 1).visitors[0]
        trust = (
            np.where(np.arange(CORE_COUNT) >= BONE_INDEX["leftUpperLeg"], 0.0, 1.0) if t > 1.0 else np.ones(CORE_COUNT)
        )
        return replace(request(t, PAS, 1), visitors=((id, when, replace(body, trust=trust)),))

    dances = play(worker(), 2.0, hidden_legs)
    assert not any(made.visitors for made in dances[:29])
    body = dances[-1].visitors[1]
    assert body.trust[BONE_INDEX["leftFoot"]] == 0.0 and body.trust[BONE_INDEX["head"]] == 1.0
    head = BONE_INDEX["head"]
    assert np.allclose(body.turns[head], visitor(2.0 - 1 / 30 - 0.07).turns[head])


def test_what_no_body_can_do_is_told_from_what_one_can() -> None:
    here = joint_positions(*start_pose.standing_pose(np.zeros(2), np.array([0.0, 1.0])), CANONICAL_OFFSETS_M)[None]
    turns_6d = np.zeros((1, CORE_COUNT, 6))
    assert start_pose.plausible(here, turns_6d, here).all()
    for wrong in (here + 1.0, here * 1.9, here * [1.0, 0.05, 1.0], here * np.nan):
        assert not start_pose.plausible(wrong, turns_6d, here if wrong is not here * 1.9 else wrong).any()
