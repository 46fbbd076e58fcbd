"""A folder of recordings becomes clips on one body, and those who danced together are told by themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motion import metrics
from motion.dancer import data
from motion.skeleton import BONE_INDEX, CORE_COUNT, REST_OFFSETS_M, TOE_BONES, TOES_HEIGHT_M
from tests.motion.dancer.dances import company, couple, dance, folder


def test_those_who_danced_together_are_told_by_their_files(tmp_path: Path) -> None:
    clips = data.read_clips(folder(tmp_path, couples=3, solos=2))
    assert [(a.name, b.name) for a, b in data.couples(clips)] == [(f"60_0{n}", f"61_0{n}") for n in (1, 2, 3)]
    assert {clip.name: clip.style for clip in clips if clip.partner is None} == {"07_01": "07", "07_02": "07"}
    assert all(len(a.motion) == len(b.motion) for a, b in data.couples(clips))


def test_what_is_read_is_what_was_danced(tmp_path: Path) -> None:
    clips = {clip.name: clip.motion for clip in data.read_clips(folder(tmp_path))}
    for clip in company():
        again = clips[clip.name]
        assert again.rate == data.FRAME_RATE
        assert len(again) == len(clip.motion)
        assert np.abs(metrics.motion_joints(again) - metrics.motion_joints(clip.motion)).max() < 0.02


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    data.read_clips(folder(tmp_path), lambda done, of: told.append((done, of)))
    assert told == [(n, 6) for n in range(7)]


def test_a_body_of_any_size_stands_on_the_floor_as_the_canonical_one() -> None:
    motion = dance(rate=60.0)
    tall = replace(motion, offsets_m=1.3 * motion.offsets_m, hips_m=1.3 * motion.hips_m + [0.0, 0.4, 0.0])
    moved = data.to_canonical(tall)
    assert (moved.rate, moved.offsets_m.shape) == (data.FRAME_RATE, (CORE_COUNT, 3))
    assert np.allclose(moved.offsets_m, REST_OFFSETS_M[:CORE_COUNT])
    toes = metrics.motion_joints(moved)[:, TOE_BONES]
    assert metrics.floor_height(toes) == pytest.approx(TOES_HEIGHT_M, abs=1e-6)
    assert np.allclose(moved.hips_m, data.to_canonical(motion).hips_m, atol=1e-6)


def test_a_mirror_of_a_mirror_shows_what_is_there() -> None:
    motion = couple(1)[0].motion
    image = data.mirror(motion)
    assert np.allclose(data.mirror(image).turns, motion.turns)
    here, there = metrics.motion_joints(motion), metrics.motion_joints(image)
    assert np.allclose(there[:, BONE_INDEX["leftHand"]], here[:, BONE_INDEX["rightHand"]] * [-1.0, 1.0, 1.0], atol=1e-9)


def test_twice_as_fast_takes_half_as_long() -> None:
    motion = dance(4.0)
    fast = data.time_warp(motion, 2.0)
    assert len(fast) == pytest.approx(len(motion) / 2, abs=1)
    assert np.allclose(metrics.motion_joints(fast)[10], metrics.motion_joints(motion)[20], atol=1e-6)


def test_a_folder_that_is_none_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(data.DataError, match=r"none is no folder; expected one with \.bvh or \.glb"):
        data.read_clips(tmp_path / "none")


def test_a_folder_without_motion_says_so(tmp_path: Path) -> None:
    (tmp_path / "song.txt").write_text("la la")
    with pytest.raises(data.DataError, match=r"holds no \.bvh or \.glb motion of 2 s or more"):
        data.read_clips(tmp_path)


def test_a_file_that_cannot_be_read_is_left_out_and_its_partner_dances_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder(tmp_path)
    whole = {clip.name for clip in data.read_clips(tmp_path)}
    damaged = tmp_path / "couples" / "60_01.bvh"
    damaged.write_text("HIERARCHY\nROOT")
    clips = {clip.name: clip for clip in data.read_clips(tmp_path)}
    assert clips.keys() == whole - {"60_01"}
    assert clips["61_01"].partner is None
    assert f"{damaged}, line 2" in caplog.text


def test_where_nothing_can_be_read_every_file_is_named_with_its_reason(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.bvh").write_text("HIERARCHY\nROOT")
    with pytest.raises(data.DataError) as caught:
        data.read_clips(tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.split(", ")[0] for line in lines] == [str(tmp_path / "a.bvh"), str(tmp_path / "b.bvh")]
    assert all("line 2: found" in line for line in lines)
