"""Performers in other programs are recorded, and a sender that does something odd is told what."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network

import numpy as np
import pytest

from installation.control.osc import codec
from installation.offline.motion_capture import CaptureResult
from installation.offline.motion_finish import with_fingers
from installation.offline.vmc_capture import NoPerformerError, record_performers
from motion import rotation, vmc
from motion.floor import sole_heights
from motion.metrics import motion_joints
from motion.skeleton import BONE_INDEX
from motion.vmc import OscMessage
from tests.bodies import a_body

HOME = (ip_network("127.0.0.0/8"),)
FIST = (vmc.BONE_ADDRESS, ("LeftIndexProximal", -0.09, 0.0, 0.0, 0.0, 0.0, 0.6, 0.8))
Change = Callable[[list[OscMessage]], list[OscMessage]]
Record = Callable[[Change], tuple[CaptureResult, list[str]]]

pytestmark = pytest.mark.network


@pytest.fixture
def record() -> Iterator[Record]:
    """Records a sender, whose messages are changed first, for a little more than a second."""
    stop = threading.Event()
    senders: list[threading.Thread] = []

    def run(change: Change) -> tuple[CaptureResult, list[str]]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]

        def send() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                begin = time.perf_counter()
                while not stop.wait(0.02):
                    messages = change(vmc.body_messages(a_body(3), time.perf_counter() - begin))
                    for datagram in codec.encode_bundles(codec.encode(*message) for message in messages):
                        out.sendto(datagram, ("127.0.0.1", port))

        senders.append(threading.Thread(target=send, daemon=True))
        senders[0].start()
        said: list[str] = []
        result = record_performers(f"vmc://127.0.0.1:{port}", HOME, 1.2, said.append, lambda share: None)
        return result, said

    yield run
    stop.set()
    for sender in senders:
        sender.join()


def bones(messages: list[OscMessage], change: Callable[[tuple[object, ...]], tuple[object, ...]]) -> list[OscMessage]:
    """The messages with the arguments of the bones changed."""
    return [
        (address, change(arguments) if address == vmc.BONE_ADDRESS else arguments)  # type: ignore[misc]
        for address, arguments in messages
    ]


def test_a_sender_is_recorded_and_the_recording_ends(record: Record) -> None:
    result, said = record(lambda messages: messages)
    (captured,) = result.motions
    assert 0.5 <= captured.seconds <= 1.3 and not result.interrupted
    np.testing.assert_allclose(captured.motion.hips_m[-1], a_body(3).hips_m, atol=1e-4)
    assert "listens on 127.0.0.1" in said[0] and any(line.startswith("hears 127.0.0.1") for line in said)


def test_names_in_camel_case_are_read_and_said(record: Record) -> None:
    result, said = record(lambda m: bones(m, lambda a: (str(a[0])[0].lower() + str(a[0])[1:], *a[1:])))
    assert len(result.motions) == 1
    assert any("camelCase" in line for line in said)


def test_a_sender_without_hips_is_told_that(record: Record) -> None:
    with pytest.raises(NoPerformerError, match="no Hips, without which there is no body"):
        record(lambda messages: [message for message in messages if message[1][0] != "Hips"])


def test_names_of_another_kind_are_called_that(record: Record) -> None:
    with pytest.raises(NoPerformerError, match="names that are none of VMC"):
        record(lambda m: bones(m, lambda a: (f"mixamorig:{a[0]}", *a[1:])))


def test_a_sender_of_rotations_alone_stands_on_the_floor(record: Record) -> None:
    result, said = record(lambda m: bones(m, lambda a: (a[0], 0.0, 0.0, 0.0, *a[4:])))
    motion = result.motions[0].motion
    assert np.abs(sole_heights(motion_joints(motion), motion.offsets_m)).max() < 1e-3
    assert any("rotations without positions" in line for line in said)


def test_silence_is_called_that_and_has_the_status_of_a_source_that_delivers_nothing() -> None:
    said: list[str] = []
    with pytest.raises(NoPerformerError, match="no VMC arrives") as caught:
        record_performers("vmc://127.0.0.1", HOME, 0.1, said.append, lambda share: None)
    assert caught.value.status == 5


@pytest.mark.parametrize("place", ["last", "first"])
def test_a_movement_is_smooth_by_the_senders_clock_however_it_arrives(record: Record, place: str) -> None:
    """The hips move as a sine of the time that a frame carries; frames wait for up to a frame's time."""
    waits = np.random.default_rng(3).uniform(0.0, 0.02, 1000).tolist()

    def change(messages: list[OscMessage]) -> list[OscMessage]:
        t = float(messages[-1][1][0])
        height = 0.94 + 0.02 * np.sin(6.0 * t)
        moved = bones(messages, lambda a: (a[0], a[1], height, *a[3:]) if a[0] == "Hips" else a)
        time.sleep(waits.pop())
        return moved if place == "last" else [moved[-1], *moved[:-1]]

    result, _ = record(change)
    motion = result.motions[0].motion
    t = np.arange(len(motion)) / motion.rate
    waves = np.stack([np.ones(len(t)), np.sin(6.0 * t), np.cos(6.0 * t)], axis=1)
    height = motion.hips_m[:, 1]
    apart = height - waves @ np.linalg.lstsq(waves, height, rcond=None)[0]
    assert np.abs(apart).max() < 1e-4


def test_fingers_that_are_sent_stay(record: Record) -> None:
    result, _ = record(lambda messages: [*messages[:-2], FIST, *messages[-2:]])
    captured = result.motions[0]
    kept = with_fingers(captured, captured.motion)
    assert np.allclose(
        kept.turns[:, BONE_INDEX["leftIndexProximal"]], captured.motion.turns[:, BONE_INDEX["leftIndexProximal"]]
    )
    ring = [motion.turns[:, BONE_INDEX["rightRingProximal"]] for motion in (kept, captured.motion)]
    assert rotation.angle(*ring).min() > 0.3, "those of the other hand are relaxed"
