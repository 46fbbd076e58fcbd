"""A body survives encoding and decoding in both spaces and stands in Unity as in the room; no message harms it."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest

from installation.evaluate.control.vmc import SPACES, in_unity, raised_left_arm
from motion import rotation, vmc
from motion.body import Body, joint_positions, t_pose
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, PARENTS, REST_OFFSETS_M
from motion.vmc import OscMessage, Space, VmcDecoder
from tests.bodies import a_body, on_the_wire

ACROSS = {"vrm0": np.array([1.0, 1.0, -1.0]), "vrm1": np.array([-1.0, 1.0, 1.0])}
"""How a place in the room is reversed into Unity's world."""
NUMBERS = "position or quaternion not finite"


def decoded(sent: list[OscMessage], space: Space, drops: Counter[str] | None = None) -> Body:
    performer = VmcDecoder(space, drops)
    for message in sent:
        performer.decode(*message)
    assert performer.body is not None
    return performer.body


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("bones", [CORE_COUNT, len(BONES)])
def test_a_body_survives_the_wire(space: Space, bones: int) -> None:
    for seed in range(20):
        body = a_body(seed, bones)
        back = decoded(on_the_wire(vmc.body_messages(body, 1.0, space)), space)
        assert rotation.angle(back.turns, body.turns).max() < 1e-5
        assert np.abs(back.hips_m - body.hips_m).max() < 1e-5
        assert np.abs(back.offsets_m[1:] - body.offsets_m[1:]).max() < 1e-5
        there, here = (joint_positions(each.hips_m, each.turns, each.offsets_m) for each in (back, body))
        assert np.abs(there - here).max() < 1e-5
        assert back.trust.all()


def test_the_height_of_the_hips_at_rest_is_told_from_the_legs() -> None:
    back = decoded(vmc.body_messages(t_pose(), 0.0), "vrm0")
    np.testing.assert_allclose(back.offsets_m, REST_OFFSETS_M[:CORE_COUNT], atol=1e-9)


@pytest.mark.parametrize("space", SPACES)
def test_a_character_in_unity_stands_where_the_body_stands_in_the_room(space: Space) -> None:
    body = a_body(3, len(BONES))
    there = in_unity(vmc.body_messages(body, 0.0, space))
    here = joint_positions(body.hips_m, body.turns, body.offsets_m) * ACROSS[space]
    np.testing.assert_allclose([there[name] for name in vmc.UNITY_BONES], here, atol=1e-9)


@pytest.mark.parametrize("space", SPACES)
def test_a_raised_left_arm_is_left_and_raised(space: Space) -> None:
    sent = vmc.body_messages(raised_left_arm(), 0.0, space)
    there = in_unity(sent)
    forward = there["LeftToes"] - there["LeftFoot"]
    up = np.array([0.0, 1.0, 0.0])
    left = np.cross(forward, up)  # Unity is left-handed: X right, Y up, Z forward
    assert there["LeftHand"][1] > there["Head"][1] + 0.3
    assert there["RightHand"][1] < there["Head"][1]
    assert (there["LeftHand"] - there["Hips"]) @ left > 0.0 > (there["RightHand"] - there["Hips"]) @ left
    # The characters that are there already rest as Unity has them, looking along +Z with their left at -X.
    rest = in_unity(vmc.body_messages(t_pose(), 0.0, "vrm1"))
    assert rest["LeftHand"][0] < 0.0 < (rest["LeftToes"] - rest["LeftFoot"])[2]


@pytest.mark.parametrize(("space", "turn"), [("vrm0", np.pi), ("vrm1", 0.0)])
def test_who_faces_the_viewer_of_that_space_rests_unturned(space: Space, turn: float) -> None:
    body = t_pose()
    body.turns[:] = rotation.from_axis_angle([0.0, 1.0, 0.0], turn)
    for address, args in vmc.body_messages(body, 0.0, space):
        if address == vmc.BONE_ADDRESS:
            np.testing.assert_allclose(np.abs(args[4:8]), (0.0, 0.0, 0.0, 1.0), atol=1e-9)


def test_the_names_are_unity_s() -> None:
    assert {"Hips", "UpperChest", "LeftUpperArm", "RightToes", "LeftEye", "Jaw", "RightLittleDistal"} <= {
        *vmc.UNITY_BONES
    }
    thumb = [vmc.UNITY_BONES[BONE_INDEX[f"leftThumb{part}"]] for part in ("Metacarpal", "Proximal", "Distal")]
    assert thumb == ["LeftThumbProximal", "LeftThumbIntermediate", "LeftThumbDistal"]
    assert len({*vmc.UNITY_BONES}) == 55


def test_any_order_of_a_frame_gives_the_same_body() -> None:
    *frame, ok, time = vmc.body_messages(a_body(5), 1.0)
    expected = decoded([*frame, ok, time], "vrm0")
    for seed in range(5):
        random.Random(seed).shuffle(frame)
        np.testing.assert_array_equal(decoded([*frame, time, ok], "vrm0").turns, expected.turns)


@pytest.mark.parametrize("style", ["marks last", "marks first", "no marks"])
def test_every_frame_is_told_once_whichever_way_its_end_is_said(style: str) -> None:
    performer, ended = VmcDecoder(), []
    for number in range(5):
        body = a_body(number)
        *frame, ok, time = vmc.body_messages(body, float(number))
        for message in {"marks last": [*frame, ok, time], "marks first": [time, ok, *frame]}.get(style, frame):
            if performer.decode(*message):
                assert performer.body is not None
                ended.append(performer.body.hips_m[0])
    expected = [a_body(number).hips_m[0] for number in range(5)]
    # Until a sender's frame is known, its first one ends when the second begins.
    assert ended == pytest.approx(expected)


def test_a_lost_datagram_leaves_the_bones_as_they_were() -> None:
    performer = VmcDecoder()
    first, second = a_body(1), a_body(2)
    for message in vmc.body_messages(first, 0.0):
        performer.decode(*message)
    lost = [m for m in vmc.body_messages(second, 0.1) if m[1][0] not in ("LeftHand", "RightHand")]
    ended = [performer.decode(*message) for message in lost]
    assert any(ended) and performer.time == pytest.approx(0.1)
    body = performer.body
    assert body is not None
    left = rotation.multiply(
        rotation.conjugate(body.turns[PARENTS[BONE_INDEX["leftHand"]]]), body.turns[BONE_INDEX["leftHand"]]
    )
    was = rotation.multiply(
        rotation.conjugate(first.turns[PARENTS[BONE_INDEX["leftHand"]]]), first.turns[BONE_INDEX["leftHand"]]
    )
    assert rotation.angle(left, was) < 1e-6


def test_a_sender_without_positions_or_with_few_bones_still_gives_a_body() -> None:
    sent: list[OscMessage] = [
        (address, (args[0], *((0.0, 0.0, 0.0) if args[0] != "Hips" else args[1:4]), *args[4:8]))
        for address, args in vmc.body_messages(a_body(4), 0.0)
        if address == vmc.BONE_ADDRESS and args[0] not in ("UpperChest", "LeftToes", "RightToes")
    ]
    body = decoded([*sent, (vmc.TIME_ADDRESS, (0.5,))], "vrm1")
    np.testing.assert_array_equal(body.offsets_m, REST_OFFSETS_M[:CORE_COUNT])
    assert body.trust[BONE_INDEX["upperChest"]] == 0.0
    np.testing.assert_allclose(body.turns[BONE_INDEX["upperChest"]], body.turns[BONE_INDEX["chest"]])


def test_bones_that_rest_turned_are_noticed() -> None:
    sent = vmc.body_messages(a_body(4), 0.0)
    performer = VmcDecoder()
    for address, args in sent:
        performer.decode(address, args)
    assert not performer.has_rotated_rest
    for address, args in sent:
        # As modelling programs have bones: Y runs along each of them.
        length = float(np.linalg.norm(args[1:4])) if address == vmc.BONE_ADDRESS else 0.0
        performer.decode(address, (args[0], 0.0, length, 0.0, *args[4:]) if length else args)
    assert performer.has_rotated_rest


def test_nothing_is_told_before_the_hips_are() -> None:
    performer = VmcDecoder()
    assert not performer.decode(vmc.BONE_ADDRESS, ("Head", 0.0, 0.1, 0.0, 0.0, 0.0, 0.0, 1.0))
    assert not performer.decode(vmc.OK_ADDRESS, (1,))
    assert performer.body is None


@pytest.mark.parametrize(
    ("address", "arguments", "reason"),
    [
        ("/VMC/Ext/Blend/Val", ("Joy", 1.0), "address of no body"),
        (vmc.BONE_ADDRESS, (), "unknown bone"),
        (vmc.BONE_ADDRESS, ("Tail", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), "unknown bone"),
        (vmc.BONE_ADDRESS, (7, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), "unknown bone"),
        (vmc.BONE_ADDRESS, ("Hips", 0.0, 0.0), NUMBERS),
        (vmc.BONE_ADDRESS, ("Hips", 0.0, float("nan"), 0.0, 0.0, 0.0, 0.0, 1.0), NUMBERS),
        (vmc.BONE_ADDRESS, ("Hips", 0.0, "1", 0.0, 0.0, 0.0, 0.0, 1.0), NUMBERS),
        (vmc.BONE_ADDRESS, ("Hips", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), "quaternion not of unit length"),
        (vmc.BONE_ADDRESS, ("Head", 0.0, 9.0, 0.0, 0.0, 0.0, 0.0, 1.0), "too far away"),
        (vmc.ROOT_ADDRESS, ("root", 1e30, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0), "too far away"),
        (vmc.TIME_ADDRESS, (), "malformed time"),
        (vmc.TIME_ADDRESS, (float("inf"),), "malformed time"),
    ],
)
def test_what_is_not_understood_is_counted_and_changes_nothing(
    address: str, arguments: tuple[object, ...], reason: str
) -> None:
    performer = VmcDecoder()
    for message in vmc.body_messages(t_pose(), 0.0):
        performer.decode(*message)
    assert not performer.decode(address, arguments)
    assert performer.drops == {reason: 1}
    performer.decode(vmc.OK_ADDRESS, (1,))
    assert performer.body is not None
    np.testing.assert_array_equal(performer.body.turns, t_pose().turns)
    np.testing.assert_array_equal(performer.body.hips_m, t_pose().hips_m)


def test_surplus_arguments_are_let_be() -> None:
    sent = [(a, (*args, 1.0, "more")) for a, args in vmc.body_messages(a_body(6), 0.0)]
    drops: Counter[str] = Counter()
    body = decoded(sent, "vrm0", drops)
    assert not drops and rotation.angle(body.turns, a_body(6).turns).max() < 1e-6
