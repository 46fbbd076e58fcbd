"""Measurements of VMC: round-trip error, a raised left arm in Unity, bundle size, cost and delivery."""

from __future__ import annotations

import time
from collections.abc import Iterator
from ipaddress import IPv4Network

import numpy as np
from numpy.typing import NDArray
from pythonosc.osc_bundle import OscBundle

from installation.control.osc import codec
from installation.control.vmc.receiver import PerformerReceiver
from installation.control.vmc.sender import BodySender
from installation.evaluate.report import Figure
from installation.interface.moment import Moment
from installation.interface.visitor import State, Visitor
from installation.venue.schema import OscSection, VmcSection
from motion import rotation, vmc
from motion.body import Body, joint_positions, t_pose
from motion.skeleton import BONE_INDEX, BONES, PARENTS, REST_OFFSETS_M
from motion.vmc import OscMessage, Space, VmcDecoder

Array = NDArray[np.floating]

LOOPBACK = "127.0.0.1"
SPACES: tuple[Space, ...] = ("vrm0", "vrm1")


def measure_vmc(bodies: int = 8, rate: float = 60.0, seconds: float = 3.0) -> list[Figure]:
    """Measure all figures of VMC; takes a few seconds more than `seconds`."""
    return [*round_trip_error(), *raised_arm_in_unity(), *sending_cost(bodies, rate), *delivery(bodies, rate, seconds)]


def round_trip_error(count: int = 200) -> list[Figure]:
    """Largest error of bodies with fingers after our bundles were read by python-osc."""
    angle = place = 0.0
    longest = 0
    for seed in range(count):
        for space in SPACES:
            body = _random_body(seed)
            datagrams = _datagrams(body, space)
            longest = max(longest, *map(len, datagrams))
            performer = VmcDecoder(space)
            for message in _read(datagrams):
                performer.decode(*message)
            back = performer.body
            assert back is not None
            angle = max(angle, float(rotation.angle(back.turns, body.turns).max()))
            there, here = (joint_positions(each.hips_m, each.turns, each.offsets_m) for each in (back, body))
            place = max(place, float(np.abs(there - here).max()))
    return [
        Figure.at_most("vmc: largest error of a rotation, read by python-osc", angle, 1e-5, "rad"),
        Figure.at_most("vmc: largest error of a joint, read by python-osc", place, 1e-5, "m"),
        Figure.at_most("vmc: largest bundle", float(longest), 1_500.0, "bytes"),
    ]


def raised_arm_in_unity() -> list[Figure]:
    """Position of a raised left arm on a character in Unity, in both spaces."""
    figures = []
    for space in SPACES:
        there = in_unity(_read(_datagrams(raised_left_arm(), space)))
        forward = (there["LeftToes"] - there["LeftFoot"]) * (1.0, 0.0, 1.0)
        hand = there["LeftHand"] - there["Hips"]
        # In Unity, which is left-handed, this points to the left of a person who looks forward.
        left = np.cross(forward / np.linalg.norm(forward), (0.0, 1.0, 0.0))
        above = float(there["LeftHand"][1] - there["Head"][1])
        figures += [
            Figure.at_least(f"vmc: a raised left hand above the head, {space}", above, 0.3, "m"),
            Figure.at_least(f"vmc: a raised left hand left of the hips, {space}", float(hand @ left), 0.1, "m"),
        ]
    return figures


def sending_cost(bodies: int, rate: float) -> list[Figure]:
    """Thread CPU time of a frame in which `bodies` are sent, to unused ports."""
    out = BodySender(OscSection(vmc=(VmcSection(host=LOOPBACK, port=47_000, rate=240.0),)), bodies)
    moment = _moment(bodies)
    best = float("inf")
    try:
        _wait_for_sockets(out, bodies)
        for frame in range(100):
            begin = time.thread_time()
            out.send(Moment(frame / 100.0, frame, 0.01, visitors=moment.visitors))
            best = min(best, time.thread_time() - begin)
    finally:
        out.close()
    name = f"vmc: thread CPU time of a frame of {bodies} bodies"
    return [Figure.at_most(name, best * 1e3, 0.25 * 1e3 / rate, "ms")]


def delivery(bodies: int, rate: float, seconds: float) -> list[Figure]:
    """Share of the poses of `bodies`, sent to this machine in real time, that arrive as bodies."""
    performers = PerformerReceiver(LOOPBACK, 0, (IPv4Network("127.0.0.0/8"),), time.perf_counter)
    slots = range(1, bodies + 1)
    outs = [
        BodySender(OscSection(vmc=(VmcSection(host=LOOPBACK, port=performers.port, slot=slot, rate=rate),)), bodies)
        for slot in slots
    ]
    moment, came, sent = _moment(bodies), 0, round(seconds * rate)
    try:
        for out in outs:
            _wait_for_sockets(out, 1)
        begin = time.perf_counter()
        for frame in range(sent):
            for out in outs:
                out.send(Moment(frame / rate, frame, 1.0 / rate, visitors=moment.visitors))
            time.sleep(max(0.0, begin + (frame + 1) / rate - time.perf_counter()))
            came += len(performers.newest_bodies(time.perf_counter()))
        took = time.perf_counter() - begin
    finally:
        for out in outs:
            out.close()
        performers.close()
    what = f"vmc: {bodies} bodies at {rate:g} Hz, sent and received in one loop"
    return [
        Figure.at_least(f"{what}: poses that come in", came / sent / bodies * 100.0, 99.0, "%"),
        Figure.at_least(f"{what}: frames", sent / took, 0.95 * rate, "Hz"),
    ]


def raised_left_arm() -> Body:
    """The T-pose with the left arm straight up."""
    body = t_pose()
    for bone in ("leftUpperArm", "leftLowerArm", "leftHand"):
        body.turns[BONE_INDEX[bone]] = rotation.from_axis_angle([0.0, 0.0, 1.0], np.pi / 2)
    return body


def in_unity(messages: list[OscMessage]) -> dict[str, Array]:
    """Positions in Unity's world of the joints of a character, from the bones' positions in the messages.

    Plain matrices of the numbers sent, so that the result does not depend on the code that computed them.
    """
    rows = {
        str(args[0]): np.array(args[1:8], float)
        for address, args in messages
        if address in (vmc.ROOT_ADDRESS, vmc.BONE_ADDRESS)
    }
    frames = {"": _frame(rows.pop("root"))}
    for bone, name in enumerate(vmc.UNITY_BONES):
        if name in rows:
            frames[name] = frames[vmc.UNITY_BONES[PARENTS[bone]] if bone else ""] @ _frame(rows[name])
    return {name: frame[:3, 3] for name, frame in frames.items() if name}


def _frame(row: Array) -> Array:
    """The (4, 4) transform of a position and a quaternion x y z w."""
    x, y, z, w = row[3:]
    frame = np.eye(4)
    frame[:3, 3] = row[:3]
    frame[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    return frame


def _datagrams(body: Body, space: Space) -> list[bytes]:
    return codec.encode_bundles(codec.encode(*line) for line in vmc.body_messages(body, 1.0, space))


def _read(datagrams: list[bytes]) -> list[OscMessage]:
    """The messages as python-osc reads them."""
    return [(message.address, tuple(message.params)) for data in datagrams for message in OscBundle(data)]


def _random_body(seed: int) -> Body:
    """A body with fingers in a random pose."""
    chance = np.random.default_rng(seed)
    turns = rotation.from_vector(chance.normal(0.0, 0.8, (len(BONES), 3)))
    hips = chance.uniform((-3.0, 0.3, 0.5), (3.0, 1.2, 5.0))
    return Body(hips, turns, REST_OFFSETS_M * chance.uniform(0.7, 1.2, (len(BONES), 1)), np.ones(len(BONES)))


def _moment(bodies: int) -> Moment:
    return Moment(0.0, 0, 0.0, visitors=tuple(_visitors(bodies)))


def _visitors(bodies: int) -> Iterator[Visitor]:
    """Visitors with nothing but a body without fingers, as the eye sees them."""
    flat, solid = np.zeros((33, 2), np.float32), np.zeros((33, 3), np.float32)
    for slot in range(1, bodies + 1):
        yield Visitor(
            id=slot,
            slot=slot,
            state=State.PRESENT,
            born=0.0,
            seen=0.0,
            box_px=flat[:2].ravel(),
            landmarks_px=flat,
            landmarks_screen=flat,
            landmarks_m=solid,
            visibility=solid[:, 0],
            outline_screen=(),
            floor_m=flat[0],
            velocity_m=flat[0],
            body=t_pose(),
        )


def _wait_for_sockets(out: BodySender, targets: int) -> None:
    """Wait until the sockets are open."""
    deadline = time.monotonic() + 5.0
    while out.open_sockets < targets and time.monotonic() < deadline:
        time.sleep(0.005)
