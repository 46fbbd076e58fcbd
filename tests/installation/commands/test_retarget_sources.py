"""Folders, bundled and rigid characters, BVH targets, maps and outputs of `visitant retarget`."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from motion import files, rotation
from motion.formats import bvh, character
from motion.formats.naming import read_bone_map
from motion.rig import humanoid_rig
from tests.installation.commands.retargeting import retarget
from tests.motion.figures import dance, person, rigid_person


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two dances, one file that is none, and a note."""
    path = tmp_path / "motions"
    path.mkdir()
    for name, seed in (("a", 1), ("b", 2)):
        motion = dance(30, seed)
        files.save(path / f"{name}.bvh", files.retarget_onto(motion, humanoid_rig(motion.offsets_m)))
    (path / "broken.bvh").write_text("HIERARCHY\nROOT\n")
    (path / "notes.txt").write_text("nothing")
    return path


def test_a_folder_is_done_in_one_command_and_goes_on_where_it_ended(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    actor, out = tmp_path / "actor.glb", tmp_path / "out"
    actor.write_bytes(person().glb())
    assert retarget(folder, "--to", actor, "--out", out, "--unit", "cm", "--json") == 1, "one file is broken"
    report = json.loads(capsys.readouterr().out)
    states = {Path(one["source"]).name: one["state"] for one in report["files"]}
    assert states == {"a.bvh": "done", "b.bvh": "done", "broken.bvh": "failed"}
    assert "line 2" in next(one["reason"] for one in report["files"] if one["state"] == "failed")
    assert len(report["figures"]) == 6
    assert sorted(path.name for path in out.iterdir()) == ["a.glb", "b.glb"]
    turns = character.animation_take(character.read(out / "b.glb"), 0, 30.0).motion().turns
    assert rotation.angle(turns, dance(30, 2).turns).max() < 1e-3
    (folder / "broken.bvh").unlink()
    (out / "b.glb").write_bytes(b"mine")
    assert retarget(folder, "--to", actor, "--out", out, "--unit", "cm", "--json") == 0
    assert [one["state"] for one in json.loads(capsys.readouterr().out)["files"]] == ["skipped", "skipped"]
    assert (out / "b.glb").read_bytes() == b"mine"
    assert retarget(folder, "--to", actor, "--out", out, "--unit", "cm", "--overwrite") == 0
    assert (out / "b.glb").read_bytes() != b"mine"


def test_an_input_is_never_an_output_and_nothing_is_replaced_unasked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = folder / "a.bvh"
    before = source.read_bytes()
    assert retarget(source, "--out", source, "--overwrite") == 1
    assert "would overwrite an input" in capsys.readouterr().err
    assert retarget(folder, "--out", folder) == 1, "each file would overwrite itself"
    assert source.read_bytes() == before
    out = tmp_path / "mine.bvh"
    out.write_text("mine")
    assert retarget(source, "--out", out) == 1
    assert "exists already" in capsys.readouterr().err and out.read_text() == "mine"


def test_the_bundled_character_has_a_name(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.glb"
    assert retarget(folder / "a.bvh", "--to", "mannequin", "--out", out, "--unit", "cm") == 0
    made = character.read(out)
    assert len(made.meshes[0].positions) > 1000
    turns = character.animation_take(made, 0, 30.0).motion().turns
    assert rotation.angle(turns, dance(30, 1).turns).max() < 1e-3


def test_a_character_without_meshes_suffices_for_motion_alone(folder: Path, tmp_path: Path) -> None:
    document = rigid_person()
    for node in document.tree["nodes"]:
        del node["mesh"]
    del document.tree["meshes"]
    (tmp_path / "bones.vrm").write_bytes(document.glb())
    for out in ("out.bvh", "out.vrma"):
        assert retarget(folder / "a.bvh", "--to", tmp_path / "bones.vrm", "--out", tmp_path / out, "--unit", "cm") == 0
    assert retarget(folder / "a.bvh", "--to", tmp_path / "bones.vrm", "--out", tmp_path / "out.mp4") == 1


def test_rigid_parts_are_driven(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "rigid.glb").write_bytes(rigid_person().glb())
    out = tmp_path / "out.glb"
    assert retarget(folder / "a.bvh", "--to", tmp_path / "rigid.glb", "--out", out, "--unit", "cm") == 0
    made = character.read(out)
    take = character.animation_take(made, 0, 30.0)
    assert rotation.angle(take.motion().turns, dance(30, 1).turns).max() < 1e-3
    frame = len(take) // 2
    matrices = character.skin_matrices(made, take.positions_m[frame], take.turns[frame])
    hand = next(mesh for mesh in made.meshes if mesh.name == "leftHand")
    middle = character.skin_vertices(hand, matrices).mean(axis=0)
    wrist = take.positions_m[frame, take.rig.bones["leftHand"]]
    assert np.linalg.norm(middle - wrist) < 0.12, "the hand's box moves with its joint"


@pytest.mark.gl
@pytest.mark.parametrize("character_name", ["mannequin", "rigid.glb"])
def test_a_film_shows_its_character_from_the_first_frame_on(character_name: str, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "rigid.glb").write_bytes(rigid_person().glb())
    to = character_name if character_name == "mannequin" else tmp_path / character_name
    film = tmp_path / "film.mp4"
    words = ("--to", to, "--out", film, "--unit", "cm", "--seconds", "0.2", "--size", "160x120")
    assert retarget(folder / "a.bvh", *words) == 0
    with av.open(str(film)) as container:
        pictures = [frame.to_ndarray(format="gray").astype(float) for frame in container.decode(video=0)]
    bright = [int((picture > 90.0).sum()) for picture in pictures]
    assert len(pictures) == 6 and bright[0] > 0.8 * max(bright) > 20


def test_a_bvh_target_keeps_its_layout(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "target.bvh"
    text = (folder / "b.bvh").read_text().replace("Zrotation Xrotation Yrotation", "Yrotation Zrotation Xrotation")
    target.write_text(text)
    out = tmp_path / "out.bvh"
    assert retarget(folder / "a.bvh", "--to", target, "--out", out, "--unit", "cm") == 0
    made, like = bvh.read(out), bvh.read(target)
    assert made.channels == like.channels and made.names == like.names
    assert np.allclose(made.offsets, like.offsets, atol=1e-6)
    turns = bvh.to_take(made, "cm").motion().turns
    assert rotation.angle(turns, dance(30, 1).turns).max() < 1e-3


def test_maps_of_both_are_short_unless_asked_for_and_can_be_saved(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "actor.glb").write_bytes(person().glb())
    words = (folder / "a.bvh", "--to", tmp_path / "actor.glb", "--unit", "cm", "--out")
    assert retarget(*words, tmp_path / "a.glb") == 0
    said = capsys.readouterr().err
    assert "leftUpperLeg" not in said and said.count("22 bones of") == 2 and "rests in its zero pose" in said
    maps = ("--save-map", tmp_path / "target.toml", "--save-source-map", tmp_path / "source.toml", "--show-map")
    assert retarget(*words, tmp_path / "b.glb", *maps) == 0
    assert capsys.readouterr().err.count("\nleftUpperLeg ") == 2
    assert read_bone_map(tmp_path / "target.toml")["hips"] and read_bone_map(tmp_path / "source.toml")["hips"]


def test_an_error_stands_alone(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "actor.glb").write_bytes(person().glb())
    assert retarget(folder / "broken.bvh", "--to", tmp_path / "actor.glb", "--out", tmp_path / "o.glb") == 1
    assert len(capsys.readouterr().err.splitlines()) <= 2


@pytest.mark.parametrize(("rest", "said"), [("zero", "zero pose"), ("first", "frame 0"), ("5", "frame 5")])
def test_the_rest_pose_can_be_chosen_and_is_said(
    rest: str, said: str, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retarget(folder / "a.bvh", "--out", tmp_path / "o.bvh", "--rest", rest) == 0
    assert said in capsys.readouterr().err
    assert retarget(folder / "a.bvh", "--out", tmp_path / "p.bvh", "--rest", folder / "b.bvh") == 0
    assert "first frame of" in capsys.readouterr().err
    assert retarget(folder / "a.bvh", "--out", tmp_path / "q.bvh", "--rest", "gone") == 1
    assert "--rest gone" in capsys.readouterr().err
