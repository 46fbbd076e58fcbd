"""Key frames are interpolated as glTF specifies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from motion import rotation
from motion.formats import character, gltf_animation
from motion.formats.gltf import GltfError
from tests.motion.figures import Document, node, person

HALF = np.sqrt(0.5)


def animated(path: str, times: Any, values: Any, interpolation: str = "LINEAR", joint: str = "hips") -> Document:
    """A person with one track, for one joint."""
    document = person()
    sampler = {
        "input": document.accessor(np.reshape(times, (-1, 1))),
        "output": document.accessor(values),
        "interpolation": interpolation,
    }
    target = {"node": document.tree["nodes"].index(node(document, joint)), "path": path}
    document.add("animations", name="move", samplers=[sampler], channels=[{"sampler": 0, "target": target}])
    return document


def sampled(document: Document, times: Any) -> np.ndarray:
    track = gltf_animation.read_tracks(document.file(), 0)[0]
    return gltf_animation.sample_track(track, np.array(times, float))


def test_steps_lines_and_splines_move_as_they_should() -> None:
    keys = [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0]]
    at = [0.0, 1.0, 1.5, 1.9, 2.0, 9.0]
    assert sampled(animated("translation", [1.0, 2.0], keys), at)[:, 0].tolist() == pytest.approx([0, 0, 1, 1.8, 2, 2])
    assert sampled(animated("translation", [1.0, 2.0], keys, "STEP"), at)[:, 0].tolist() == [0, 0, 0, 0, 2, 2]
    zero = [0.0, 0.0, 0.0]
    smooth = [zero, keys[0], zero, zero, keys[1], zero]
    # A Hermite curve without tangents is 3 s^2 - 2 s^3.
    eased = sampled(animated("translation", [1.0, 2.0], smooth, "CUBICSPLINE"), [1.0, 1.25, 1.5, 2.0])[:, 0]
    assert eased == pytest.approx([0.0, 2 * 0.15625, 1.0, 2.0])
    steep = [zero, keys[0], [2.0, 0.0, 0.0], [2.0, 0.0, 0.0], keys[1], zero]
    assert sampled(animated("translation", [1.0, 2.0], steep, "CUBICSPLINE"), [1.25])[:, 0] == pytest.approx([0.5])


def test_rotations_go_the_shorter_way_at_even_speed() -> None:
    document = animated("rotation", [0.0, 1.0], [[0.0, 0.0, 0.0, 1.0], [0.0, -HALF, 0.0, -HALF]])
    found = sampled(document, [0.0, 0.5, 1.0])
    wanted = rotation.from_axis_angle([0.0, 1.0, 0.0], [0.0, np.pi / 4, np.pi / 2])
    assert rotation.angle(found, wanted).max() < 1e-6


def test_one_key_holds_for_ever() -> None:
    assert sampled(animated("translation", [0.5], [[1.0, 2.0, 3.0]]), [0.0, 0.5, 3.0]).tolist() == [[1.0, 2.0, 3.0]] * 3


def test_a_take_lasts_from_the_first_key_to_the_last_and_moves_what_is_below() -> None:
    document = animated("rotation", [1.0, 2.0], [[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, HALF, HALF]], joint="leftUpperArm")
    it = character.from_file(document.file())
    take = character.animation_take(it, 0, 10.0)
    assert len(take) == 11 and take.rate == 10.0
    arm, hand = (it.rig.bones[bone] for bone in ("leftUpperArm", "leftHand"))
    step = it.rig.positions_m[hand] - it.rig.positions_m[arm]
    up = take.positions_m[-1, hand] - take.positions_m[-1, arm]
    assert np.allclose(up, [0.0, step[0], step[2]], atol=1e-6) and np.allclose(take.positions_m[0], it.rig.positions_m)
    others = [j for j in range(len(it.rig.names)) if "Arm" not in it.rig.names[j] and "Hand" not in it.rig.names[j]]
    assert np.allclose(take.positions_m[:, others], it.rig.positions_m[others])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"input": 1}, r"samplers\[0\].input: found 1|type: found 'VEC3', expected SCALAR"),
        ({"output": 99}, r"samplers\[0\].output: found 99"),
        ({"interpolation": "CUBIC"}, "found 'CUBIC', expected LINEAR, STEP or CUBICSPLINE"),
        ({"interpolation": "CUBICSPLINE"}, r"samplers\[0\].output: found 2 values, expected 6 values for 2 times"),
    ],
)
def test_tracks_that_are_wrong_are_refused(change: dict[str, Any], said: str) -> None:
    document = animated("translation", [0.0, 1.0], [[0.0] * 3, [1.0] * 3])
    document.tree["animations"][0]["samplers"][0] |= change
    with pytest.raises(GltfError, match=said):
        character.animation_take(character.from_file(document.file()))


def test_times_that_go_back_are_refused() -> None:
    with pytest.raises(GltfError, match="times that ascend"):
        character.animation_take(character.from_file(animated("translation", [1.0, 0.0], [[0.0] * 3] * 2).file()))


def test_an_endless_animation_is_refused_before_memory_is_taken() -> None:
    it = character.from_file(animated("translation", [0.0, 1e8], [[0.0] * 3] * 2).file())
    with pytest.raises(GltfError, match=r"animations\[0\].*too long"):
        character.animation_take(it)


def test_an_animation_that_is_not_there_or_moves_nothing_is_refused() -> None:
    it = character.from_file(animated("translation", [0.0, 1.0], [[0.0] * 3] * 2, joint="Skinned").file())
    with pytest.raises(GltfError, match="none turns or moves a joint"):
        character.animation_take(it)
    with pytest.raises(GltfError, match="there are 1, so none is number 1"):
        character.animation_take(it, 1)
