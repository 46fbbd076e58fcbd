"""A network stream plays as it comes, and is opened again when its server comes back."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.sources import stream
from installation.ear.sources.stream import StreamSource
from tests.installation.ear.sounds import tone, write_wav

pytestmark = pytest.mark.network


class WavServer:
    """Serves the files of a folder on one port of this machine; it may be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        class QuietHandler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

        self._handler = partial(QuietHandler, directory=str(folder))
        self._server: http.server.ThreadingHTTPServer | None = None
        self.port = 0
        self.start()

    def start(self) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), self._handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WavServer]:
    write_wav(tmp_path / "tone.wav", tone(440.0, 0.5))
    monkeypatch.setattr(stream, "MIN_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(stream, "MAX_RETRY_SECONDS", 0.1)
    server = WavServer(tmp_path)
    yield server
    server.stop()


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


class Listener:
    """Reads a source as a worker does, at sixty steps a second of show time."""

    def __init__(self, source: StreamSource) -> None:
        self._source = source
        self._t = 0.0

    def hears(self) -> bool:
        samples, until = self._source.read(self._t, None)
        assert until == self._t
        assert samples.size <= stream.MAX_STEP_SECONDS * SAMPLE_RATE_HZ
        self._t += 1 / 60
        return samples.size > 0 and float(np.max(np.abs(samples))) > 0.2


def test_a_stream_is_heard_and_opened_again_when_its_server_comes_back(server: WavServer) -> None:
    source = StreamSource(f"http://127.0.0.1:{server.port}/tone.wav")
    listener = Listener(source)
    try:
        assert until(listener.hears)
        assert "pcm_s16le" in source.description
        server.stop()
        assert until(lambda: source.status not in ("ok", "opening") and "has ended" not in source.status)
        # While there is no server the show goes on: a read never waits.
        assert until(lambda: not listener.hears())
        server.start()
        assert until(listener.hears)
    finally:
        source.close()


def test_a_file_on_a_server_is_heard_from_its_start_to_its_end_and_again(server: WavServer, tmp_path: Path) -> None:
    ramp = np.arange(5 * SAMPLE_RATE_HZ, dtype=np.float32) / (8 * SAMPLE_RATE_HZ)
    write_wav(tmp_path / "ramp.wav", ramp)
    source = StreamSource(f"http://127.0.0.1:{server.port}/ramp.wav")
    taken: list[np.ndarray] = []
    try:
        for step in range(4_000):
            samples, _ = source.read(step * 0.1, None)
            taken.append(samples)
            if sum(map(len, taken)) > 1.2 * ramp.size:
                break
            if not samples.size:
                time.sleep(0.005)
        whole = np.concatenate(taken)
        assert np.abs(whole[: ramp.size] - ramp).max() < 1e-4
        assert np.abs(whole[ramp.size :] - ramp[: whole.size - ramp.size]).max() < 1e-4
        assert source.status == "ok"
    finally:
        source.close()


def test_a_stream_that_is_not_there_is_a_status_without_the_password(server: WavServer) -> None:
    source = StreamSource(f"http://ann:secret@127.0.0.1:{server.port}/absent.wav")
    try:
        assert until(lambda: source.status != "opening")
        assert "secret" not in source.status + source.description
        assert source.read(0.0, None)[0].size == 0
    finally:
        source.close()
