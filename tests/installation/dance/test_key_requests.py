"""Poses and paths that are asked for live are taken, or refused with the reason and nothing changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.dance.key_requests import KeyQueue, KeyRequestError, key_input, read_path, read_poses
from motion import files
from motion.body import joint_positions
from motion.dancer.data import to_canonical
from motion.skeleton import BONE_INDEX
from tests.motion.dancer.dances import dance


def pose() -> np.ndarray:
    """Joints of a body that stands."""
    motion = to_canonical(dance(1.0))
    return joint_positions(motion.hips_m[0], motion.turns[0], motion.offsets_m)


def test_poses_are_read_by_the_names_of_their_files(tmp_path: Path) -> None:
    files.save(tmp_path / "arms.bvh", files.retarget_onto(dance(1.0)))
    (tmp_path / "notes.txt").write_text("no pose")
    poses = read_poses(tmp_path)
    assert list(poses) == ["arms"]
    assert poses["arms"].shape == (22, 3)
    assert read_poses(tmp_path / "none") == {}


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.bvh").write_text("nothing")
    with pytest.raises(KeyRequestError, match=r"bad\.bvh"):
        read_poses(tmp_path)


def test_keys_wait_in_the_order_of_their_times_and_are_dropped_after_them() -> None:
    queue = KeyQueue({"low": pose(), "high": pose()})
    queue.ask("high", 4.0, 2.0, 10.0)
    queue.ask("low", 2.0, 2.0, 10.0)
    first = queue.next(10.0)
    assert first is not None
    assert first.at_s == 11.0
    second = queue.next(11.5)
    assert second is not None
    assert second.at_s == 12.0
    assert queue.next(13.0) is None


@pytest.mark.parametrize(
    ("name", "beats", "named"),
    [
        ("lwo", 2.0, "nearest: low"),
        ("low", 0.05, "expected 0.07"),
        ("low", float("nan"), "number"),
        ("low", 1e9, "expected"),
        ("low", 4.02, "frames"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(name: str, beats: float, named: str) -> None:
    queue = KeyQueue({"low": pose()})
    queue.ask("low", 4.0, 2.0, 0.0)
    with pytest.raises(KeyRequestError, match=named):
        queue.ask(name, beats, 2.0, 0.0)
    assert len(queue.keys) == 1


def test_a_key_is_where_the_body_is_and_as_it_faces() -> None:
    queue = KeyQueue({"low": pose()})
    key = queue.ask("low", 2.0, 2.0, 0.0)
    body = pose() * (-1.0, 1.0, -1.0) + (3.0, 0.0, 1.0)
    joints, given = key_input(key, body, 0.0)
    np.testing.assert_allclose(joints[0, 0, ::2], body[BONE_INDEX["hips"], ::2], atol=1e-5)
    np.testing.assert_allclose(joints[0, 2], body[BONE_INDEX["head"]], atol=1e-4)
    assert given[0, 2:].tolist() == [30.0, 1.0]


def test_a_path_stays_on_the_floor_plan() -> None:
    points = read_path([0.0, 0.0, 1.0, 2.0], (-2.0, -2.0), (2.0, 2.0))
    assert points.tolist() == [[0.0, 0.0], [1.0, 2.0]]
    for values, named in (([0.0, 3.0], "point 1"), ([1.0], "points"), ([0.0, float("nan")], "point 1"), ([], "points")):
        with pytest.raises(KeyRequestError, match=named):
            read_path(values, (-2.0, -2.0), (2.0, 2.0))
