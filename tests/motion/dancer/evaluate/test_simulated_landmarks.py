"""Bodies seen through noise are completed and foreseen, beside the simple ways of doing it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from motion.dancer.data import FRAME_RATE, DanceClip, to_canonical
from motion.dancer.evaluate import completion, prediction
from motion.dancer.evaluate.simulated_landmarks import NOISE_M, SimulatedObservation, observe
from tests.motion.dancer.dances import company, dance, prepared


@pytest.fixture(scope="module")
def some() -> list[SimulatedObservation]:
    return [observe(clip, n) for n, clip in enumerate(company(1))]


def test_landmarks_are_two_centimetres_off_and_lifted_bodies_stay_near(some: list[SimulatedObservation]) -> None:
    from motion.dancer.evaluate.simulated_landmarks import JOINTS

    for one in some:
        miss = np.linalg.norm(one.landmarks_m - one.true_m[:, JOINTS], axis=-1)
        assert np.sqrt((miss**2).mean()) == pytest.approx(NOISE_M * 3.0**0.5, rel=0.05)
        assert np.linalg.norm(one.joints.numpy() - one.true_m, axis=-1)[30:].mean() < 0.06


def test_looking_ahead_is_measured_beside_every_simple_way(some: list[SimulatedObservation]) -> None:
    found = prediction.prediction_errors(prepared(), some)
    alone = prediction.NETWORK_ALONE
    assert set(found) == {prediction.NETWORK, alone, alone + prediction.LIFTED} | {
        name + how for name in prediction.VELOCITY_SHARES for how in ("", ", One-Euro", ", lifted")
    }
    assert all(np.isfinite(v).all() and v.shape == (len(prediction.HORIZONS_SECONDS),) for v in found.values())
    assert (prediction.best_baseline(found) <= found["zero velocity"]).all()
    # Who stands still is wrong by how far the joints go, and the more the further ahead.
    assert (np.diff(found["zero velocity"]) > 0.0).all()


def test_legs_that_were_held_still_are_right_to_hold(some: list[SimulatedObservation]) -> None:
    found = completion.completion_error(prepared(), some)
    assert found is not None
    assert found.times == sum(len(range(completion.WARMUP_FRAMES, len(s.joints) - 60, 90)) for s in some)
    # These dancers' legs hardly move but for the noise of their landmarks.
    assert found.held < 15.0
    assert np.isfinite(found.network)


def test_what_is_seen_of_a_body_stays_as_it_is_seen(some: list[SimulatedObservation]) -> None:
    network = prepared()
    asked = []
    features = network.features

    def noted(question):  # type: ignore[no-untyped-def]
        asked.append(question)
        return features(question)

    network.features = noted  # type: ignore[method-assign]
    try:
        completion.completion_error(network, some[:1])
    finally:
        network.features = features  # type: ignore[method-assign]
    first = some[0]
    later = asked[5]
    now = completion.WARMUP_FRAMES + 5
    head = 5
    np.testing.assert_allclose(later.joints[0, -1, head], first.joints[now, head], atol=1e-5)
    assert later.seen[0].tolist() == [1.0, 0.0, 0.0, 1.0, 1.0]
    assert not torch.allclose(later.joints[0, -1, 12], first.joints[now, 12], atol=1e-4)


def test_who_walks_is_told_by_their_way() -> None:
    from dataclasses import replace

    still = dance()
    going = replace(
        still, hips_m=still.hips_m + np.arange(len(still))[:, None] / FRAME_RATE * np.array([0.8, 0.0, 0.0])
    )
    told = [completion.is_walking(observe(DanceClip("07_01", "07", to_canonical(m)), 1)) for m in (still, going)]
    assert told == [False, True]


def test_nobody_is_completed_who_is_too_short() -> None:
    short = observe(DanceClip("07_01", "07", to_canonical(dance(2.0))), 1)
    assert completion.completion_error(prepared(), [short]) is None
