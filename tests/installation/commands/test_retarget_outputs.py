"""Profiles, several takes in one file, the viewer page, speed and smoothing, through the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from motion import files
from motion.formats import bvh
from motion.metrics import jerk, motion_joints
from motion.rig import humanoid_rig
from tests.installation.commands.retargeting import retarget
from tests.motion.fbx_writer import Space, document
from tests.motion.figures import dance, person


@pytest.fixture
def actor(tmp_path: Path) -> Path:
    path = tmp_path / "actor.glb"
    path.write_bytes(person(fingers=True).glb())
    return path


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    motion = dance(60)
    path = tmp_path / "dance.bvh"
    files.save(path, files.retarget_onto(motion, humanoid_rig(motion.offsets_m)))
    return path


def test_a_profile_is_written_as_bvh_and_as_character(recorded: Path, actor: Path, tmp_path: Path) -> None:
    motion, character = tmp_path / "maya.bvh", tmp_path / "unreal.glb"
    assert retarget(recorded, "--out", motion, "--profile", "maya") == 0
    assert bvh.read(motion).names[:2] == ("Reference", "Hips")
    assert retarget(recorded, "--to", actor, "--out", character, "--profile", "unreal") == 0
    assert {"root", "pelvis", "spine_01"} <= set(next(iter(files.read_takes(character).values())).rig.names)


def test_a_profile_for_vrma_or_a_film_is_refused_with_what_would_do(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retarget(recorded, "--out", tmp_path / "out.vrma", "--profile", "unity") == 1
    assert "write .glb or .bvh" in capsys.readouterr().err


def test_all_takes_of_an_fbx_go_into_one_file_and_one_page(
    actor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ufbx", reason="the extra fbx is not installed")
    take = files.retarget_onto(dance(12))
    source, out, page = tmp_path / "two.fbx", tmp_path / "out.glb", tmp_path / "view.html"
    takes = {"walk": (take.positions_m, take.turns), "turn": (take.positions_m, take.turns)}
    source.write_text(document(take.rig, takes, take.rate, Space()))
    assert retarget(source, "--to", actor, "--out", out, "--who", "all", "--one-file", "--view", page) == 0
    assert list(files.read_takes(out)) == ["walk", "turn"]
    data = page.read_text().partition('id="data">')[2].partition("</script>")[0]
    assert [(each["name"], each["file"]) for each in json.loads(data)["takes"]] == [
        ("walk", "out.glb"),
        ("turn", "out.glb"),
    ]
    assert retarget(source, "--out", tmp_path / "out.bvh", "--who", "all", "--one-file") == 1
    assert "--one-file" in capsys.readouterr().err


def test_speed_changes_the_duration_and_not_the_rate(recorded: Path, tmp_path: Path) -> None:
    out = tmp_path / "fast.bvh"
    assert retarget(recorded, "--out", out, "--speed", "2") == 0
    take = next(iter(files.read_takes(out).values()))
    assert (len(take), round(take.rate)) == (30, 30)
    original = next(iter(files.read_takes(recorded).values()))
    apart = motion_joints(take.motion())[10] - motion_joints(original.motion())[20]
    assert np.abs(apart).max() < 0.005


def test_a_motion_file_is_smoothed_where_that_is_asked_for(tmp_path: Path) -> None:
    motion = dance(60)
    motion.hips_m[:] += np.random.default_rng(1).normal(0.0, 0.01, motion.hips_m.shape)
    noisy = tmp_path / "noisy.bvh"
    files.save(noisy, files.retarget_onto(motion, humanoid_rig(motion.offsets_m)))

    def jerk_of(*words: str) -> float:
        out = tmp_path / f"out{len(words)}.bvh"
        assert retarget(noisy, "--out", out, *words) == 0
        return jerk(motion_joints(next(iter(files.read_takes(out).values())).motion()), 30.0)

    assert jerk_of("--smooth", "0.3") < 0.3 * jerk_of()


def test_one_frame_has_no_skate_and_no_jerk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    motion = dance(1)
    source = tmp_path / "one.bvh"
    files.save(source, files.retarget_onto(motion, humanoid_rig(motion.offsets_m)))
    assert retarget(source, "--out", tmp_path / "out.bvh", "--json") == 0
    report = json.loads(capsys.readouterr().out, parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))
    found = {one["name"].split(": ")[1].split(",")[0]: one["value"] for one in report["figures"]}
    assert (found["foot skate"], found["jerk"]) == (None, None)
