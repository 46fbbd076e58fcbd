"""A body in a BVH file stands where the file says, and a file that is wrong is refused with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from motion import bvh

ARM = """HIERARCHY
ROOT Hips
{
  OFFSET 9 9 9
  CHANNELS 6 Xposition Yposition Zposition Zrotation Yrotation Xrotation
  JOINT Arm
  {
    OFFSET 0 2 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    JOINT Hand
    {
      OFFSET 1 0 0
      CHANNELS 0
      End Site
      {
        OFFSET 0 0 1
      }
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.5
1 2 3 0 0 0 0 0 0
1 2 3 90 0 0 90 0 90
"""


def test_joints_stand_where_offsets_and_rotations_put_them():
    clip = bvh.parse(ARM)
    assert clip.names == ("Hips", "Arm", "Hand") and clip.parents == (-1, 0, 1) and clip.rate == 2.0
    places = bvh.joints(clip)
    assert np.allclose(places[0], [[1, 2, 3], [1, 4, 3], [2, 4, 3]])
    # Z 90 turns the upper arm's +Y to -X; Z 90 after it and Y 90 last put the hand towards -Z.
    assert np.allclose(places[1], [[1, 2, 3], [-1, 2, 3], [-1, 2, 2]])
    assert np.allclose(bvh.joints(clip, 0.1), 0.1 * places)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("MOTION", "MOTIONS", "MOTION"),
        ("ROOT Hips", "ROOT", "line 3"),
        ("OFFSET 0 2 0", "OFFSET 0 two 0", "line 8: found 'two', expected a number"),
        ("OFFSET 0 2 0", "OFFSET 0 nan 0", "line 8"),
        ("CHANNELS 0", "CHANNELS 7", "found '7'"),
        ("Zrotation Xrotation Yrotation", "Zrotation Zrotation Yrotation", "each channel once"),
        ("Zrotation Xrotation Yrotation", "Zrotation Wrotation Yrotation", "line 9: found 'Wrotation'"),
        ("Frames: 2", "Frames: 3", "2 frames, but 'Frames: 3'"),
        ("Frames: 2", "Frames: 99999999999", "2 frames"),
        ("Frame Time: 0.5", "Frame Time: 0", "line 22"),
        ("1 2 3 0 0 0 0 0 0", "1 2 3 0 0", "line 24: 5 values, expected 9"),
        ("1 2 3 0 0 0 0 0 0", "1 2 3 0 0 0 0 0 inf", "line 24"),
        ("1 2 3 0 0 0 0 0 0", "1 2 3 0 0 0 0 0 x", "line 24"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(old: str, new: str, said: str):
    with pytest.raises(bvh.BvhError, match=said.replace("(", r"\(")):
        bvh.parse(ARM.replace(old, new, 1))


def test_a_joint_inside_a_joint_for_ever_is_refused():
    deep = "JOINT a\n{\nOFFSET 0 0 0\nCHANNELS 0\n"
    with pytest.raises(bvh.BvhError, match="in a row"):
        bvh.parse("HIERARCHY\n" + deep.replace("JOINT", "ROOT") + deep * 5000 + "MOTION\n")


def test_every_captured_clip_is_read_and_is_as_tall_as_a_person():
    folder = Path(__file__).parents[3] / "shared" / "data" / "motion" / "cmu"
    if not folder.is_dir():
        pytest.skip("needs motion capture in ../shared/data/motion/cmu")
    for file in sorted(folder.glob("*.bvh"))[::8]:
        places = bvh.joints(bvh.read(file), 0.056444)[1:]
        tall = np.ptp(places[..., 1], axis=1)
        assert 1.2 < np.median(tall) < 2.2, file.name
