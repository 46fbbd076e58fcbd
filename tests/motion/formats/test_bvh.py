"""A body in a BVH file stands where the file specifies; an invalid file is rejected with its line."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from motion.formats import bvh, bvh_text

MOTION = Path(__file__).parents[4] / "shared" / "data" / "motion"
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


def test_joints_stand_where_offsets_and_rotations_put_them() -> None:
    clip = bvh.parse(ARM)
    assert clip.names == ("Hips", "Arm", "Hand") and clip.parents == (-1, 0, 1) and clip.rate == 2.0
    places = bvh.joint_positions(clip)
    assert np.allclose(places[0], [[1, 2, 3], [1, 4, 3], [2, 4, 3]])
    # Z 90 turns the upper arm's +Y to -X; Z 90 after it and Y 90 last put the hand towards -Z.
    assert np.allclose(places[1], [[1, 2, 3], [-1, 2, 3], [-1, 2, 2]])
    assert np.allclose(bvh.joint_positions(clip, 0.1), 0.1 * places)
    # The tip of the hand goes on by its End Site.
    assert clip.ends == (2,) and np.allclose(bvh.joint_poses(clip)[0][:, 3], [[2, 4, 4], [-2, 2, 2]])


def test_a_position_on_any_joint_is_its_place_in_its_parents_frame() -> None:
    text = ARM.replace("CHANNELS 0", "CHANNELS 2 Yposition Xrotation")
    text = text.replace("0 0 0 0 0 0\n", "0 0 0 0 0 0 0 0\n").replace("90 0 90\n", "90 0 90 5 0\n")
    assert np.allclose(bvh.joint_positions(bvh.parse(text))[:, 2], [[2, 4, 3], [-1, -3, 2]])


@pytest.mark.parametrize(
    "spelt",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text.replace("  ", "\t"),
        lambda text: text.lower().replace("hips", "Hips").replace("arm", "Arm").replace("hand", "Hand"),
        lambda text: text.replace("rotation", "Rotation").replace("position", "POSITION"),
        lambda text: text.replace("ROOT", "Root").replace("JOINT", "joint").replace("End Site", "EndSite"),
        lambda text: text.replace("Frame Time:", "FrameTime:").replace("Frames:", "frames :"),
        lambda text: text.replace("Frame Time: 0.5", "Frame Time:\t5.0E-1").replace("90 0 0 90", "9e1 0 +0.0 0.9E+2"),
        lambda text: text.replace("Hips\n{", "Hips {").replace("OFFSET 0 0 1\n      }", "OFFSET 0 0 1}"),
        lambda text: text.replace("\n", "\n\n") + "\n  \n",
    ],
)
def test_a_file_is_read_however_it_is_spelt(spelt: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "arm.bvh").write_bytes(spelt(ARM).encode())
    clip, right = bvh.read(tmp_path / "arm.bvh"), bvh.parse(ARM)
    assert clip.names == right.names and clip.channels == right.channels and clip.rate == right.rate
    assert np.array_equal(clip.frames, right.frames) and np.array_equal(clip.end_offsets, right.end_offsets)


def test_a_name_may_have_blanks() -> None:
    assert bvh.parse(ARM.replace("JOINT Arm", "JOINT Bip01 L UpperArm")).names[1] == "Bip01 L UpperArm"


SITE = "      End Site\n      {\n        OFFSET 0 0 1\n      }\n"


@pytest.mark.parametrize("count", [1, 3, 99999999999])
def test_a_wrong_number_of_frames_is_said_and_the_frames_there_are_read(
    count: int, caplog: pytest.LogCaptureFixture
) -> None:
    right, clip = bvh.parse(ARM), bvh.parse(ARM.replace("Frames: 2", f"Frames: {count}"), "arm.bvh")
    assert np.array_equal(clip.frames, right.frames)
    assert [record.getMessage() for record in caplog.records] == [
        f"arm.bvh: 'Frames: {count}' and 2 frames are there; all of those are read"
    ]


def test_a_file_that_ends_before_its_first_frame_is_refused() -> None:
    with pytest.raises(bvh.BvhError, match="found the end of the file, expected a frame"):
        bvh.parse(ARM[: ARM.index("Frame Time: 0.5")] + "Frame Time: 0.5\n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("HIERARCHY", "HIERARCHIE", "line 1: found 'HIERARCHIE', expected HIERARCHY"),
        ("MOTION", "MOTIONS", "line 21: found 'MOTIONS', expected MOTION"),
        ("ROOT Hips", "ROOT", "line 3: found '{', expected a joint's name"),
        ("JOINT Hand", "JOINT Arm", "line 10: found a second joint 'Arm', expected a name other than that of line 6"),
        ("OFFSET 0 2 0", "OFFSET 0 two 0", "line 8: found 'two', expected a number"),
        ("OFFSET 0 2 0", "OFFSET 0 nan 0", "line 8: found 'nan', expected a finite number"),
        ("CHANNELS 0", "CHANNELS 7", "line 13: found '7', expected 0 to 6 channels"),
        ("CHANNELS 3 Z", "CHANNELS 4 Z", "line 10: found 'JOINT', expected XPOSITION"),
        ("Zrotation Xrotation Yrotation", "Zrotation Zrotation Yrotation", "each channel once"),
        ("Zrotation Xrotation Yrotation", "Zrotation Wrotation Yrotation", "line 9: found 'Wrotation'"),
        (SITE, "", "line 14: found '}', expected an End Site, for 'Hand' has no joint below it"),
        ("MOTION", "ROOT Other", "line 21: found a second ROOT, expected MOTION; one figure a file"),
        ("Frames: 2", "Frames: 0", "line 22: found 'Frames: 0', expected at least one frame"),
        ("Frames: 2", "Frames: many", "line 22: found 'Frames: many', expected a line like 'Frames: 100'"),
        ("Frame Time: 0.5", "Frame Time: 0", "line 23: found 'Frame Time: 0', expected seconds"),
        ("1 2 3 0 0 0 0 0 0", "1 2 3 0 0", "line 24: found 5 values, expected 9, one for each channel"),
        ("1 2 3 0 0 0 0 0 0", "1 2 3 0 0 0 0 0 inf", "line 24: found 'inf', expected a finite number"),
        ("1 2 3 0 0 0 0 0 0", "1 2 3 0 0 0 0 0 NaN", "line 24: found 'NaN', expected a finite number"),
        ("1 2 3 0 0 0 0 0 0", "1 2 3 0 0 0 0 0 1e300", "line 24: found '1e300', expected a finite number below 1e+09"),
        ("1 2 3 0 0 0 0 0 0", "1 2 3 0 0 0 0 0 x", "line 24: found 'x', expected a number"),
        (
            "1 2 3 0 0 0 0 0 0",
            "1 2 3 0 0 0 0 0 0,5",
            "line 24: found '0,5', a decimal comma, expected a decimal point, as in 0.5",
        ),
        (
            "1 2 3 0 0 0 0 0 0",
            "1,0;2,0;3,0",
            "found '1,0;2,0;3,0', decimal commas and semicolons, expected decimal points",
        ),
        ("1 2 3 0 0 0 0 0 0", "1, 2, 3, 0", "found '1,', commas between numbers, expected blanks"),
        (
            "1 2 3 0 0 0 0 0 0",
            "1 2 3-4.5 0 0 0 0 0",
            "found '3-4.5', numbers without a blank between them, expected 3 -4.5",
        ),
        ("Frame Time: 0.5", "Frame Time: 1e-9", "line 23: found 'Frame Time: 1e-9', expected seconds, 0.0001 to 10"),
        ("Frame Time: 0.5", "Frame Time: 0,5", "line 23: found '0,5', a decimal comma, expected a decimal point"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line_and_what_would_be_right(old: str, new: str, said: str) -> None:
    assert old in ARM
    with pytest.raises(bvh.BvhError) as caught:
        bvh.parse(ARM.replace(old, new, 1), "arm.bvh")
    assert "arm.bvh, line" in str(caught.value) and said in str(caught.value)


def test_a_file_cut_short_inside_a_line_is_refused() -> None:
    # A file that ends within its last number, or after a whole frame, cannot be distinguished from a whole file.
    first_frame = ARM.index("1 2 3 0 0 0 0 0 0") + len("1 2 3 0 0 0 0 0 0")
    for end in range(len(ARM.rstrip()) - 1):
        if end not in (first_frame, first_frame + 1):
            with pytest.raises(bvh.BvhError, match="line"):
                bvh.parse(ARM[:end])


@pytest.mark.parametrize("deep", [True, False])
def test_ten_thousand_joints_are_refused_at_the_line_of_the_first_too_many(deep: bool) -> None:
    joint = "JOINT j{}\n{{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n" + (
        "" if deep else "End Site\n{{\nOFFSET 0 0 0\n}}\n}}\n"
    )
    text = "HIERARCHY\n" + joint.format(0).replace("JOINT", "ROOT").replace("}\n}\n", "}\n")
    text += "".join(joint.format(i) for i in range(1, 10_000))
    with pytest.raises(
        bvh.BvhError, match=rf"line \d+: found one more joint, expected at most {bvh_text.MAX_JOINTS} joints"
    ):
        bvh.parse(text)


def test_a_file_that_never_ends_its_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "long.bvh").write_text(ARM + "1 " * bvh_text.MAX_LINE_CHARACTERS)
    with pytest.raises(bvh.BvhError, match="line 26: found a line of more than"):
        bvh.read(tmp_path / "long.bvh")


def test_a_long_file_is_read_a_block_at_a_time(tmp_path: Path) -> None:
    count = 5000
    head, frames = ARM.replace("Frames: 2", f"Frames: {count}").split("0.5\n")
    (tmp_path / "long.bvh").write_text(head + "0.5\n" + frames * (count // 2))
    sizes = [len(block.frames) for block in bvh.read_blocks(tmp_path / "long.bvh", 999)]
    assert sizes == [999, 999, 999, 999, 999, 5]
    first = next(bvh.read_blocks(tmp_path / "long.bvh", 10))
    assert len(first.frames) == 10 and first.names == ("Hips", "Arm", "Hand")
    whole = bvh.read(tmp_path / "long.bvh")
    assert len(whole.frames) == count and np.array_equal(whole.frames[-1], bvh.parse(ARM).frames[-1])


def test_a_file_too_large_to_be_read_at_once_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "arm.bvh").write_text(ARM)
    monkeypatch.setattr(bvh, "MAX_FILE_BYTES", 100)
    with pytest.raises(bvh.BvhError, match="blocks"):
        bvh.read(tmp_path / "arm.bvh")
    assert len(list(bvh.read_blocks(tmp_path / "arm.bvh"))) == 1


@pytest.mark.parametrize(
    "file", ["clips/dab.bvh", "clips/jumping_jacks.bvh", "cmu/09_03.bvh", "salsa/60_10_scaled.bvh"]
)
def test_a_file_damaged_anyhow_is_read_or_refused_and_never_more(file: str) -> None:
    lines = sample(file).read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Frames"))
    lines = [*lines[:start], "Frames: 5", lines[start + 1], *lines[start + 2 : start + 7]]
    bvh.parse("\n".join(lines))
    dice = random.Random(7)
    words = ["nan", "-1e999", "{", "}", "JOINT", "End", "Site", "OFFSET", "CHANNELS", "MOTION", "\x00", "1e-400", "6"]
    refused = 0
    for _ in range(120):
        damaged = list(lines)
        for _ in range(dice.choice((1, 1, 1, 2, 4))):
            at = dice.randrange(len(damaged))
            # Most of a file's length is frames, most of its sense is before them.
            at = at if dice.random() < 0.3 else dice.randrange(min(start, len(damaged)))
            match dice.randrange(6):
                case 0:
                    del damaged[at]
                case 1:
                    damaged.insert(at, dice.choice(damaged))
                case 2:
                    damaged = damaged[: at + 1]
                case 3:
                    line = bytearray(damaged[at].encode())
                    for _ in range(3):
                        line[dice.randrange(len(line))] = dice.randrange(256)
                    damaged[at] = line.decode("utf-8", "replace")
                case 4:
                    split = damaged[at].split()
                    split[dice.randrange(len(split))] = dice.choice(words)
                    damaged[at] = " ".join(split)
                case _:
                    damaged[at] = damaged[at] * 2
            damaged = [line for line in damaged if line.strip()] or ["HIERARCHY"]
        try:
            clip = bvh.parse("\n".join(damaged))
        except bvh.BvhError as error:
            assert "line" in str(error)
            refused += 1
        else:
            assert np.isfinite(bvh.joint_poses(clip)[0]).all()
            bvh.plan_take(clip)
    assert 40 < refused < 120


def test_joints_are_where_another_library_has_them() -> None:
    pybvh = pytest.importorskip("pybvh", reason="needs the package pybvh to compare with")
    for file in ("cmu/07_01.bvh", "cmu/05_02.bvh", "salsa/60_10_scaled.bvh", "clips/jesse_dance.bvh"):
        path = sample(file)
        clip = bvh.read(path)
        other = pybvh.read_bvh_file(path)
        unit_m = bvh.plan_take(clip).unit_m
        assert list(other.joint_names) == list(clip.names)
        assert np.abs(unit_m * other.joint_positions() - bvh.joint_positions(clip, unit_m)).max() < 1e-4, file


def test_every_captured_clip_is_read_and_is_as_tall_as_a_person() -> None:
    for file in sorted(sample("cmu").glob("*.bvh"))[::8]:
        places = bvh.joint_positions(bvh.read(file), 0.056444)[1:]
        tall = np.ptp(places[..., 1], axis=1)
        assert 1.2 < np.median(tall) < 2.2, file.name


def sample(file: str) -> Path:
    if not (MOTION / file).exists():
        pytest.skip(f"needs motion capture in ../shared/data/motion/{file}")
    return MOTION / file
