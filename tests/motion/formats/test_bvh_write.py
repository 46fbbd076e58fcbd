"""A written BVH file holds the same joints and rotations, without jumps, and is written whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from motion import files, retarget, rotation
from motion.formats import bvh, bvh_text, bvh_write
from motion.formats.bvh_write import continuous_angles
from motion.rig import Rig
from motion.take import Take
from tests.motion.figures import dance

MOTION = Path(__file__).parents[4] / "shared" / "data" / "motion"
FILES = [
    *(f"clips/{name}.bvh" for name in ("dab", "jesse_dance", "jumping_jacks", "wave_hello")),
    *(f"cmu/{name}.bvh" for name in ("02_03", "03_01", "05_03", "06_08", "07_01", "08_01", "09_03")),
    *(f"salsa/{name}_scaled.bvh" for name in ("60_10", "61_10")),
]


def sample(file: str) -> Take:
    """A file's first seconds."""
    if not (MOTION / file).is_file():
        pytest.skip(f"needs motion capture in ../shared/data/motion/{file}")
    take = bvh.to_take(bvh.read(MOTION / file))
    return take.cut(0, round(4.0 * take.rate))


def from_rest(take: Take) -> np.ndarray:
    return rotation.multiply(take.turns, rotation.conjugate(take.rig.turns))


@pytest.mark.parametrize("file", FILES)
def test_a_take_survives_a_file(file: str, tmp_path: Path) -> None:
    take = sample(file)
    bvh.write(tmp_path / "out.bvh", take)
    back = bvh.to_take(bvh.read(tmp_path / "out.bvh"), unit="cm", up="Y")
    assert back.rig.names == take.rig.names and back.rig.bones == take.rig.bones
    assert back.rate == pytest.approx(take.rate, rel=1e-6)
    assert np.abs(back.positions_m - take.positions_m).max() < 1e-4
    assert rotation.angle(from_rest(back), from_rest(take)).max() < 1e-4
    assert (
        np.abs(
            (back.rig.positions_m - back.rig.positions_m[0]) - (take.rig.positions_m - take.rig.positions_m[0])
        ).max()
        < 1e-4
    )


@pytest.mark.parametrize("file", FILES)
def test_a_body_survives_a_file_on_its_own_rig(file: str, tmp_path: Path) -> None:
    take = sample(file)
    places, turns = retarget.pose_rig(take.motion(fingers=True), take.rig)
    bvh.write(tmp_path / "out.bvh", Take(take.rig, places, turns, take.rate))
    back = bvh.to_take(bvh.read(tmp_path / "out.bvh"), unit="cm", up="Y")
    assert rotation.angle(from_rest(back), from_rest(take)).max() < 1e-4
    assert np.linalg.norm(back.positions_m - take.positions_m, axis=-1).max() < 1e-4


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_angles_say_the_rotation_and_never_jump(order: str) -> None:
    # A slow tumble through every attitude, over both poles.
    dice = np.random.default_rng(3)
    steps = rotation.from_vector(0.02 * (np.array([1.0, 0.7, -0.4]) + 0.3 * dice.normal(size=(4, 3))))
    turns = [rotation.from_vector(dice.normal(size=(4, 3)))]
    for _ in range(1500):
        turns.append(rotation.multiply(steps, turns[-1]))
    found = continuous_angles(np.array(turns), order)
    assert rotation.angle(rotation.from_euler(found, order), np.array(turns)).max() < 1e-6
    # Beside a pole the first and last angle turn fast against each other; nothing ever jumps by a turn.
    assert np.abs(np.diff(found, axis=0)).max() < np.pi


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
@pytest.mark.parametrize("pole", [-1.0, 1.0])
def test_at_a_pole_the_last_angle_stays(order: str, pole: float) -> None:
    first = np.linspace(0.3, 2.0, 50)
    middle = pole * np.pi / 2.0 * np.ones(50)
    middle[0] = 0.9 * middle[1]
    turns = rotation.from_euler(np.stack([first, middle, np.full(50, 0.4)], axis=-1), order)[:, None]
    found = continuous_angles(turns, order)
    assert rotation.angle(rotation.from_euler(found, order), turns).max() < 1e-6
    assert np.abs(np.diff(found, axis=0)).max() < 0.2


@pytest.mark.parametrize("order", ["XYZ", "YZX"])
def test_a_rig_of_any_kind_is_written_whatever_its_joints_are_called(order: str, tmp_path: Path) -> None:
    dice = np.random.default_rng(5)
    names = ("Armature", "Bip01 Pelvis", "Bip01 Spine", "tail {x}", "Bip01 Spine", "prop")
    rig = Rig(
        names,
        (-1, 0, 1, 1, 2, -1),
        dice.normal(size=(6, 3)),
        rotation.from_vector(dice.normal(size=(6, 3))),
        {"hips": 1},
    )
    turns = rotation.continuous(rotation.from_vector(dice.normal(size=(20, 6, 3))))
    places = np.zeros((20, 6, 3))
    for joint, parent in enumerate(rig.parents):
        relative = rotation.multiply(turns, rotation.conjugate(rig.turns))
        step = rig.positions_m[joint] - rig.positions_m[max(parent, 0)]
        places[:, joint] = places[:, parent] + rotation.rotate(relative[:, parent], step) if parent >= 0 else 0.5
    # One joint stretches.
    places[:, [2, 4]] += 0.1 * dice.normal(size=(20, 1, 3))
    take = Take(rig, places, turns, 24.0)
    bvh.write(tmp_path / "out.bvh", take, unit_m=1.0, order=order)
    clip = bvh.read(tmp_path / "out.bvh")
    assert clip.names == ("Armature", "Bip01_Pelvis", "Bip01_Spine", "Bip01_Spine_2", "tail_x")
    assert [len(channels) for channels in clip.channels] == [6, 3, 6, 3, 3]
    assert clip.channels[1] == tuple(f"{axis}rotation" for axis in order)
    same = [0, 1, 2, 4, 3]
    assert np.abs(bvh.joint_positions(clip) - places[:, same]).max() < 1e-5
    assert rotation.angle(bvh.joint_poses(clip)[1][:, :5], from_rest(take)[:, same]).max() < 1e-6


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take = sample("cmu/09_03.bvh")
    (tmp_path / "out.bvh").write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        bvh.write(tmp_path / "out.bvh", take)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["before"]


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    rig = Rig(("a",), (-1,), np.zeros((1, 3)), rotation.IDENTITY[None], {})
    with pytest.raises(bvh.BvhError, match="nothing to write"):
        bvh.write(tmp_path / "out.bvh", Take(rig, np.zeros((0, 1, 3)), np.zeros((0, 1, 4)), 30.0))
    with pytest.raises(ValueError, match="'XYX' is no order"):
        bvh.write(
            tmp_path / "out.bvh", Take(rig, np.zeros((1, 1, 3)), rotation.IDENTITY[None, None], 30.0), order="XYX"
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("up", ["Y", "Z"])
def test_a_take_on_the_rig_of_a_file_keeps_its_unit_axes_order_and_names(up: Literal["Y", "Z"], tmp_path: Path) -> None:
    """A rig of its own kind: metres, other orders of rotation in each joint, a joint with a position."""
    text = (tmp_path / "target.bvh").as_posix()
    motion = dance()
    files.save(text, files.retarget_onto(motion))
    clip = bvh.read(tmp_path / "target.bvh")
    orders = ("XYZ", "YZX", "ZXY", "ZYX")
    channels = [
        (*bvh_text.POSITION_CHANNELS,) * (joint in (0, 3)) + tuple(f"{axis}rotation" for axis in orders[joint % 4])
        for joint in range(len(clip.names))
    ]
    tilt = bvh_write.Z_TO_Y if up == "Z" else np.array([1.0, 0.0, 0.0, 0.0])
    layout_clip = replace(
        clip,
        channels=tuple(channels),
        offsets=np.array(rotation.rotate(rotation.conjugate(tilt), 0.01 * clip.offsets), float),
        end_offsets=np.array(rotation.rotate(rotation.conjugate(tilt), 0.01 * clip.end_offsets), float),
        frames=np.zeros((1, sum(map(len, channels)))),
    )
    layout_clip.frames[0, 12:15] = layout_clip.offsets[3]
    plan = bvh.plan_take(layout_clip, unit="m", up=up)
    take = files.retarget_onto(motion, plan.rig)
    files.save(tmp_path / "out.bvh", take, plan.rig)
    found = bvh.read(tmp_path / "out.bvh")
    assert found.names == layout_clip.names and found.channels == layout_clip.channels
    assert np.allclose(found.offsets, layout_clip.offsets, atol=1e-6)
    back = bvh.plan_take(found, unit="m", up=up).take(found)
    count = len(clip.names)
    assert np.abs(back.positions_m - take.positions_m)[:, :count].max() < 1e-4
    assert rotation.angle(back.turns, take.turns)[:, :count].max() < 1e-4
