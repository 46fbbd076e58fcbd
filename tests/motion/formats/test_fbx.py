"""An FBX gives its takes as they were made, whatever unit, axes and pre-rotations it is written in."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from motion import files, rotation
from motion.files import Reading
from motion.formats import fbx
from motion.formats.fbx_scene import FbxError
from motion.skeleton import CORE_COUNT
from motion.take import Take
from tests.motion.fbx_writer import Space, document
from tests.motion.figures import dance


@pytest.fixture
def danced() -> Take:
    pytest.importorskip("ufbx", reason="the extra fbx is not installed")
    return files.retarget_onto(dance(12))


def written(folder: Path, take: Take, space: Space) -> Path:
    path = folder / "take.fbx"
    takes = {"walk": (take.positions_m, take.turns), "back": (take.positions_m[::-1], take.turns[::-1])}
    path.write_text(document(take.rig, takes, take.rate, space))
    return path


@pytest.mark.parametrize(
    "space",
    [
        Space(),
        Space(unit_m=1.0),
        Space(up="Z"),
        Space(pre_turn=(30.0, -20.0, 70.0)),
        Space(0.0254, "Z", (10.0, 40.0, -50.0)),
    ],
)
def test_unit_axes_and_pre_rotations_are_those_of_the_file(danced: Take, space: Space, tmp_path: Path) -> None:
    takes = files.read_takes(written(tmp_path, danced, space))
    assert list(takes) == ["walk", "back"]
    for name, frames in (("walk", slice(None)), ("back", slice(None, None, -1))):
        take = takes[name]
        assert (len(take), take.rate) == (12, danced.rate)
        assert take.rig.bones.keys() == danced.rig.bones.keys()
        for bone, joint in take.rig.bones.items():
            true = danced.positions_m[frames, danced.rig.bones[bone]]
            assert np.abs(take.positions_m[:, joint] - true).max() < 1e-4, bone
        turns = take.motion().turns[:, :CORE_COUNT]
        assert rotation.angle(turns, danced.motion().turns[frames, :CORE_COUNT]).max() < 1e-4


def test_a_wrong_unit_can_be_set_right_and_one_far_off_is_found(danced: Take, tmp_path: Path) -> None:
    path = written(tmp_path, danced, Space(unit_m=0.0254))
    height = danced.positions_m[0, 0, 1]
    as_cm = next(iter(files.read_takes(path, Reading(unit="cm")).values()))
    hips = as_cm.rig.bones["hips"]
    assert abs(as_cm.positions_m[0, hips, 1] - height / 2.54) < 1e-3
    text = written(tmp_path, danced, Space(unit_m=1.0)).read_text()
    path.write_text(
        text.replace('"UnitScaleFactor", "double", "Number", "",100', '"UnitScaleFactor", "double", "Number", "",1')
    )
    found = next(iter(files.read_takes(path).values()))
    assert abs(found.positions_m[0, hips, 1] - height) < 0.05


def test_a_file_without_a_person_or_no_fbx_at_all_says_so(danced: Take, tmp_path: Path) -> None:
    path = tmp_path / "not.fbx"
    path.write_text("solid teapot")
    with pytest.raises(FbxError, match="no FBX that can be read"):
        files.read_takes(path)
    text = written(tmp_path, danced, Space()).read_text()
    for number, name in enumerate(danced.rig.names):
        text = text.replace(f'"Model::{name}"', f'"Model::box{number}"')
    path.write_text(text.replace(",94,", ",0,"))
    with pytest.raises(FbxError, match=f"{path.name}.*no skeleton with a joint 'hips'"):
        files.read_takes(path, Reading(skeleton="hips"))


def test_without_the_package_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ufbx", None)
    path = tmp_path / "walk.fbx"
    path.write_bytes(b"")
    with pytest.raises(FbxError, match=r"pip install 'visitant\[fbx\]'"):
        fbx.read_takes(path)
