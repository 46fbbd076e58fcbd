"""A source "vmc://…" is an eye in its own process, and what it hears is drawn like any visitor."""

from __future__ import annotations

import socket
import time

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import build_msg
from pythonosc.udp_client import UDPClient

from installation.core.errors import UserError
from installation.core.system_info import free_port
from installation.interface.visitor import Observation, State
from installation.show.options import with_source
from installation.show.vmc_eye import open_vmc_eye
from installation.show.worker_specs import eye_specs
from installation.venue.camera_section import CameraSection
from installation.venue.camera_source import performers_at
from installation.venue.schema import Venue
from installation.workers.process_host import ProcessHost
from motion import vmc
from motion.body import t_pose


@pytest.mark.process
def test_a_performer_elsewhere_becomes_a_visitor_of_the_show() -> None:
    port = free_port()
    epoch = time.perf_counter()
    (role,) = eye_specs(with_source(Venue(), f"vmc://127.0.0.1:{port}"), True, epoch)
    eye = ProcessHost(role, epoch)
    state, deadline = None, time.monotonic() + 30.0
    try:
        with UDPClient("127.0.0.1", port) as performer:
            while state is not State.PRESENT and time.monotonic() < deadline:
                bundle = OscBundleBuilder(IMMEDIATELY)
                for address, values in vmc.body_messages(t_pose(), time.perf_counter()):
                    bundle.add_content(build_msg(address, values))
                performer.send(bundle.build())
                time.sleep(1 / 30)
                letter = eye.newest(time.perf_counter() - epoch)
                if letter is not None and isinstance(letter.body, Observation) and letter.body.visitors:
                    assert letter.body.visitors[0].body is not None
                    state = letter.body.visitors[0].state
    finally:
        eye.close()
    assert state is State.PRESENT


@pytest.mark.parametrize(
    ("source", "listening"),
    [
        ("vmc://127.0.0.1:39540", ("127.0.0.1", 39540)),
        ("VMC://0.0.0.0", ("0.0.0.0", 39539)),
        ("vmc://[::1]:4000", ("::1", 4000)),
        ("rtsp://127.0.0.1/film", None),
        ("ghost", None),
        (0, None),
    ],
)
def test_an_address_of_performers_is_told_from_other_sources(
    source: int | str, listening: tuple[str, int] | None
) -> None:
    assert performers_at(source) == listening


@pytest.mark.parametrize("source", ["vmc://", "vmc://desk:39539", "vmc://127.0.0.1:99999", "vmc://127.0.0.1:1/path"])
def test_an_address_that_cannot_be_listened_on_says_what_would_be_right(source: str) -> None:
    with pytest.raises(ValueError, match=r"vmc://0\.0\.0\.0:39539"):
        CameraSection(source=source)
    with pytest.raises(UserError, match=r"vmc://0\.0\.0\.0:39539"):
        with_source(Venue(), source)


def test_a_port_that_is_taken_is_trouble() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        camera = CameraSection(source=f"vmc://127.0.0.1:{taken.getsockname()[1]}").model_dump(mode="json")
        with pytest.raises(UserError, match="free port"):
            open_vmc_eye(camera, Venue().eye.model_dump(mode="json"), 0, ["127.0.0.0/8"], 0.0)
