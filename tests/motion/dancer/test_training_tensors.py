"""Clips one after the other keep what belongs together: partners, mirror images, paces, beats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from motion.dancer.data import FRAME_RATE
from motion.dancer.training_tensors import (
    MIN_SPEED_M_S,
    TrainingTensors,
    beat_clock,
    log_speeds_ahead,
    mean_joint_speeds,
    training_tensors,
)
from motion.skeleton import BONE_INDEX
from tests.motion.dancer.dances import TINY, company

STYLES = ("60", "61")


@pytest.fixture(scope="module")
def tracks() -> TrainingTensors:
    return training_tensors(company(2), STYLES, (1.0, 1.13))


def test_each_clip_is_there_mirrored_and_at_each_pace(tracks: TrainingTensors) -> None:
    starts = torch.unique(tracks.start)
    assert len(starts) == 4 * 2 * 2
    lengths = {int(tracks.end[s]) - int(s) for s in starts}
    frames = {len(clip.motion) for clip in company(2)}
    assert frames <= lengths
    assert {round((n - 1) / 1.13 - 0.5) + 1 for n in frames} <= lengths


def test_partners_are_at_the_same_time_of_the_same_dance(tracks: TrainingTensors) -> None:
    there = tracks.partner
    assert (there >= 0).all()
    assert torch.equal(there[there], torch.arange(len(there))), "each is their partner's partner"
    assert torch.equal(there - tracks.start[there], torch.arange(len(there)) - tracks.start)
    assert (tracks.style[there] != tracks.style).all()
    # Mirrored with mirrored: the two stand a metre apart.
    apart = (tracks.joints[:, 0] - tracks.joints[there, 0]).norm(dim=-1)
    assert apart.min() > 0.9


def test_who_has_no_partner_here_dances_alone() -> None:
    alone = [clip for clip in company(2) if clip.style == "60"]
    assert (training_tensors(alone, STYLES).partner == -1).all()


def test_a_mirrored_clip_moves_its_other_hand(tracks: TrainingTensors) -> None:
    starts = torch.unique(tracks.start).tolist()
    here, there = tracks.joints[starts[0] + 20], tracks.joints[starts[4] + 20]
    mirrored = here[BONE_INDEX["leftHand"]] * torch.tensor([-1.0, 1.0, 1.0])
    assert torch.allclose(there[BONE_INDEX["rightHand"]], mirrored, atol=1e-5)


def test_speed_and_energy_are_those_of_the_next_second() -> None:
    places = np.zeros((91, 22, 3))
    places[:, :, 0] = np.concatenate([np.zeros(31), np.arange(1, 61) * 0.05])[:, None]
    speed = mean_joint_speeds(places)
    assert speed[[0, 30]] == pytest.approx(0.0)
    assert speed[[31, 90]] == pytest.approx(1.5)
    asked = log_speeds_ahead(speed)
    assert asked[0] == pytest.approx(np.log(MIN_SPEED_M_S))
    assert asked[31] == pytest.approx(np.log(1.5))
    assert asked[16] == pytest.approx(np.log(0.75), abs=0.05)


def test_a_clock_runs_from_beat_to_beat_and_is_silent_elsewhere() -> None:
    clock = beat_clock(np.array([1.0, 1.5, 2.5]), 90)
    asked = clock[:, 3] > 0
    assert asked.nonzero()[0].tolist() == list(range(30, 75))
    assert not clock[~asked].any()
    assert clock[30, :2] == pytest.approx([0.0, 1.0], abs=1e-9)
    assert clock[60, :2] == pytest.approx([0.0, -1.0], abs=1e-9)
    assert clock[40, 2] == pytest.approx(np.log(2.0))
    assert clock[70, 2] == pytest.approx(0.0)
    assert not beat_clock(np.array([1.0]), 90).any()


def test_tracks_hold_what_the_clips_do(tracks: TrainingTensors) -> None:
    clip = company(2)[0]
    frames = slice(0, len(clip.motion))
    assert np.allclose(tracks.joints[frames, 0].numpy(), clip.motion.hips_m, atol=1e-6)
    assert tracks.joints.dtype == torch.float32
    moved = (tracks.joints[1:] - tracks.joints[:-1]).norm(dim=-1).mean(dim=-1)[: len(clip.motion) - 1] * FRAME_RATE
    assert torch.allclose(tracks.speed[1 : len(clip.motion)], moved, atol=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_tracks_go_to_a_card_whole(tracks: TrainingTensors) -> None:
    assert {
        getattr(tracks.to(torch.device("cuda")), name).device.type for name in TrainingTensors.__dataclass_fields__
    } == {"cuda"}


def test_no_window_crosses_a_jump_of_the_recording() -> None:
    clip = company(1)[0]
    hips = clip.motion.hips_m.copy()
    hips[100:, 0] += 2.0
    jumping = replace(clip, motion=replace(clip.motion, hips_m=hips))
    made = training_tensors([jumping], TINY.styles, (1.0,), mirrored=False)
    assert set(made.start.tolist()) == {0, 100}
    assert set(made.end.tolist()) == {100, len(hips)}
