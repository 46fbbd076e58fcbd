"""A recording in any unit and with any up axis becomes an upright person in metres; nothing is dropped silently."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from motion import rotation
from motion.formats import bvh
from motion.rig import RigError
from motion.take import Take, guess_unit, guess_up_axis, metres_per_unit, opening_frames

MOTION = Path(__file__).parents[3] / "shared" / "data" / "motion"
FILES = {
    "clips/dab.bvh": ("life size", "Z", "zero"),
    "clips/jesse_dance.bvh": ("cm", "Y", "structure"),
    "clips/jumping_jacks.bvh": ("CMU", "Y", "zero"),
    "clips/wave_hello.bvh": ("life size", "Z", "zero"),
    "cmu/05_01.bvh": ("CMU", "Y", "zero"),
    "cmu/09_03.bvh": ("CMU", "Y", "zero"),
    "salsa/60_10_scaled.bvh": ("DAZ", "Y", "zero"),
}


def sample(file: str) -> bvh.BvhClip:
    if not (MOTION / file).is_file():
        pytest.skip(f"needs motion capture in ../shared/data/motion/{file}")
    return bvh.read(MOTION / file)


@pytest.mark.parametrize("file", FILES)
def test_unit_way_up_and_rest_are_told_from_the_figure(file: str) -> None:
    plan = bvh.plan_take(sample(file))
    assert (plan.unit, plan.up, plan.rest) == FILES[file]
    assert 0.7 < plan.rig.t_pose.leg_m < 1.0
    motion = plan.take(sample(file)).motion()
    # People stand upright most of the time, hips about a leg above the floor.
    assert np.median(rotation.rotate(motion.turns[:, 0], np.array([0.0, 1.0, 0.0]))[:, 1]) > 0.8
    assert 0.7 < np.median(motion.hips_m[:, 1]) < 1.2


@pytest.mark.parametrize(
    ("unit", "size"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001), ("inch", 0.0254), ("CMU", 0.056444)]
)
def test_a_well_known_unit_is_recognised_by_the_length_of_a_leg(unit: str, size: float) -> None:
    for leg_m in (0.74, 0.815, 0.9):
        assert guess_unit(leg_m / size) == (unit, size)


def test_an_unknown_unit_is_made_life_size_and_may_be_told() -> None:
    name, size = guess_unit(21.7)
    assert name == "life size" and 21.7 * size == pytest.approx(0.815, abs=0.01)
    assert metres_per_unit("inch") == 0.0254 and metres_per_unit("0.03") == 0.03 and metres_per_unit(2) == 2.0
    for wrong in ("parsec", 0.0, -1.0, "nan"):
        with pytest.raises(ValueError, match="is no unit; known are m, cm"):
            metres_per_unit(wrong)


def test_unit_up_and_bones_may_be_told() -> None:
    clip = sample("clips/wave_hello.bvh")
    plan = bvh.plan_take(clip, unit="inch", up="Y", bones={"neck": "Head", "head": "Neck"})
    assert plan.unit_m == 0.0254 and plan.up == "Y" and plan.rig.names[plan.rig.bones["head"]] == "Neck"
    places = plan.take(clip).positions_m[:, : len(clip.names)]
    assert np.allclose(places, bvh.joint_positions(clip, 0.0254))


def test_up_is_told_by_the_rest_where_somebody_lies() -> None:
    bones = {"leftFoot": 0, "rightFoot": 1, "head": 2}
    rest = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
    lying = rest[:, [1, 0, 2]]
    assert guess_up_axis(np.stack([lying] * 3), rest, bones) == "Y"
    assert guess_up_axis(np.stack([rest[:, [0, 2, 1]]] * 3), rest, bones) == "Z"


def test_a_clip_on_its_side_is_the_same_person() -> None:
    clip = sample("clips/jumping_jacks.bvh")
    motion = bvh.to_take(clip).motion()
    tilt = rotation.from_axis_angle((1.0, 0.0, 0.0), np.pi / 2.0)
    turned = rotation.multiply(tilt, rotation.from_euler(np.radians(clip.frames[:, 3:6]), "ZYX"))
    frames = clip.frames.copy()
    frames[:, :3] = rotation.rotate(tilt, frames[:, :3])
    frames[:, 3:6] = np.degrees(rotation.to_euler(turned, "ZYX"))
    plan = bvh.plan_take(replace(clip, frames=frames))
    assert plan.up == "Z"
    other = plan.take(replace(clip, frames=frames)).motion()
    assert np.abs(other.hips_m - motion.hips_m).max() < 1e-6
    # The rig rests lying down then, and faces along what was its front.
    assert rotation.angle(other.turns, motion.turns).max() < 0.05


@pytest.mark.parametrize(
    ("file", "frames"),
    [
        ("cmu/07_01.bvh", (1, 1)),
        ("cmu/05_02.bvh", (1, 1)),
        ("salsa/60_10_scaled.bvh", (2, 6)),
        ("salsa/61_10_scaled.bvh", (2, 6)),
        ("clips/dab.bvh", (0, 0)),
    ],
)
def test_a_t_pose_at_the_start_is_found_and_cut_only_where_asked(file: str, frames: tuple[int, int]) -> None:
    clip = sample(file)
    take = bvh.to_take(clip)
    assert len(take) == len(clip.frames) == len(take.motion())
    first = opening_frames(take)
    assert frames[0] <= first <= frames[1]
    cut = take.cut(first)
    assert len(cut) == len(take) - first and opening_frames(cut) == 0
    assert np.array_equal(cut.positions_m[0], take.positions_m[first])


def test_nothing_is_left_is_an_error() -> None:
    take = bvh.to_take(sample("cmu/09_03.bvh"))
    assert len(take.cut(10, 20)) == 10
    with pytest.raises(ValueError, match="no frame is left between 20 and 10"):
        take.cut(20, 10)


def test_a_long_file_becomes_takes_on_one_rig() -> None:
    clip = sample("clips/dab.bvh")
    whole = bvh.to_take(clip)
    parts = list(bvh.read_takes(MOTION / "clips/dab.bvh", size=100))
    assert [len(part) for part in parts] == [100, 100, 100, 39] and all(p.rig is parts[0].rig for p in parts)
    assert np.allclose(np.concatenate([part.positions_m for part in parts]), whole.positions_m)


def test_what_is_no_person_is_a_take_but_no_motion() -> None:
    text = "HIERARCHY\nROOT box\n{\nOFFSET 0 0 0\nCHANNELS 3 Xposition Yposition Zposition\n"
    text += "End Site\n{\nOFFSET 0 1 0\n}\n}\n"
    take = bvh.to_take(bvh.parse(text + "MOTION\nFrames: 1\nFrame Time: 0.1\n1 2 3\n"))
    assert (
        isinstance(take, Take) and np.allclose(take.positions_m, [[[1, 2, 3], [1, 3, 3]]]) and opening_frames(take) == 0
    )
    with pytest.raises(RigError, match="hips"):
        take.motion()
