"""What `visitant retarget` says of a motion file: takes, rest poses, postures, maps, and fingers that it lacks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from motion import files, rotation
from motion.body import local_rotations
from motion.fingers import RELAXED
from motion.formats import character
from motion.rig import humanoid_rig
from motion.skeleton import BONE_INDEX
from tests.installation.commands.retargeting import retarget
from tests.motion.figures import dance, person


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dance without fingers, a character with fingers, and two takes in one file."""
    monkeypatch.chdir(tmp_path)
    motion = dance(8)
    files.save("dance.bvh", files.retarget_onto(motion, humanoid_rig(motion.offsets_m)))
    Path("actor.glb").write_bytes(person(fingers=True).glb())
    actor = files.read_target("actor.glb")
    assert files.is_character(actor)
    take = files.retarget_onto(motion, actor)
    character.write(Path("takes.glb"), actor, {"Rig_Medium|Waving": take, "Rig|Idle": take, "Other|Idle": take})
    return Path("dance.bvh")


def test_a_take_is_found_by_the_end_of_its_name(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert retarget("takes.glb", "--take", "waving", "--out", "a.bvh") == 0
    assert "a.bvh: Rig_Medium|Waving" in capsys.readouterr().err
    assert retarget("takes.glb", "--take", "Idle", "--out", "b.bvh") == 1
    assert "more than one take is called so: Rig|Idle, Other|Idle" in capsys.readouterr().err
    assert retarget("takes.glb", "--take", "aving", "--out", "b.bvh") == 1
    assert "there are: Rig_Medium|Waving, Rig|Idle, Other|Idle" in capsys.readouterr().err


@pytest.mark.parametrize("rest", ["nonsense", "-1", "notes.txt"])
def test_a_rest_pose_that_is_none_is_told_what_would_be(
    recorded: Path, rest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retarget(recorded, f"--rest={rest}", "--out", "a.bvh") == 1
    said = capsys.readouterr().err
    assert f"--rest {rest}: expected zero, first, the number of a frame, or a motion file (.bvh," in said


@pytest.mark.parametrize(
    ("change", "said"),
    [(lambda x, y, z: (-x, -y, z), "is upside down"), (lambda x, y, z: (y, -x, z), "the body lies")],
    ids=["Y down", "X up"],
)
def test_a_body_that_does_not_stand_is_warned_about(
    change: object, said: str, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retarget(recorded, "--out", "a.bvh") == 0
    assert "should stand" not in capsys.readouterr().err
    number = r"(-?[0-9.]+)"

    def turned(match: re.Match[str]) -> str:
        return "OFFSET {} {} {}".format(*change(*map(float, match.groups())))  # type: ignore[operator]

    text = re.sub(rf"OFFSET {number} {number} {number}", turned, recorded.read_text())
    Path("turned.bvh").write_text(text)
    assert retarget("turned.bvh", "--out", "b.bvh") == 0
    assert said in capsys.readouterr().err


def test_the_map_of_a_source_is_called_that(recorded: Path) -> None:
    words = ("--save-map", "map.toml", "--save-source-map", "source.toml")
    assert retarget(recorded, "--to", "actor.glb", "--out", "a.glb", *words) == 0
    assert Path("source.toml").read_text().startswith("# Which joint of the source")
    assert Path("map.toml").read_text().startswith("# Which joint of the character")


@pytest.mark.parametrize("out", ["a.bvh", "a.vrma", "a.glb"])
def test_missing_fingers_hang_relaxed_in_every_format(recorded: Path, out: str) -> None:
    assert retarget(recorded, "--out", out, *(("--to", "actor.glb") if out == "a.glb" else ())) == 0
    take = next(iter(files.read_takes(out).values()))
    inner = local_rotations(take.motion(fingers=True).turns)
    for bone in ("leftRingProximal", "rightIndexIntermediate"):
        apart = rotation.angle(inner[:, BONE_INDEX[bone]], RELAXED[BONE_INDEX[bone]])
        assert np.degrees(apart).max() < 1.0, bone


def test_a_folder_says_the_line_of_a_wrong_number(recorded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("motions").mkdir()
    text = recorded.read_text().splitlines()
    Path("motions/nan.bvh").write_text("\n".join([*text[:-1], text[-1].replace(text[-1].split()[3], "nan", 1)]))
    assert retarget("motions", "--out", "out") == 1
    assert f"failed  motions/nan.bvh: line {len(text)}: found" in capsys.readouterr().err
