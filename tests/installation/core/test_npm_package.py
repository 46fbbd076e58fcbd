"""A file comes out of an npm archive as it arrives, and no more of the archive is read than it takes."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from installation.core.npm_package import REGISTRY, NpmError, NpmPackage, open_member, registry

CONTENT = bytes(range(256)) * 1000
PACKAGE = NpmPackage("@scope/models", "1.2.3", "package/models/wanted.bin", 1000)


class Registry(ThreadingHTTPServer):
    """A registry of one archive."""

    def __init__(self, archive: bytes) -> None:
        super().__init__(("127.0.0.1", 0), RegistryHandler)
        self.archive = archive
        self.asked: list[str] = []


class RegistryHandler(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.archive)

    def log_message(self, *_: object) -> None:
        pass


def archive(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(f"package/models/{name}.bin")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with Registry(archive(first=bytes(5000), wanted=CONTENT, last=bytes(5000))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()


def test_the_file_is_read_out_of_the_archive(shelf: Registry) -> None:
    shares: list[float] = []
    with open_member(PACKAGE, 5.0, shares.append) as file:
        assert file.read() == CONTENT
    assert shelf.asked == ["/@scope/models/-/models-1.2.3.tgz"]
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_an_archive_that_breaks_off_is_said(shelf: Registry) -> None:
    shelf.archive = shelf.archive[:700]
    with pytest.raises(NpmError, match="broke off"), open_member(PACKAGE, 5.0, lambda share: None) as file:
        file.read()


def test_an_archive_without_the_file_is_said(shelf: Registry) -> None:
    shelf.archive = archive(other=b"")
    with pytest.raises(NpmError, match="is not in it"), open_member(PACKAGE, 5.0, lambda share: None):
        pass


def test_the_registry_is_the_one_that_npm_would_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("npm_config_registry", "NPM_CONFIG_REGISTRY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert registry() == REGISTRY
    (tmp_path / ".npmrc").write_text("fund=false\nregistry = https://npm.example.org/all\n")
    assert registry() == "https://npm.example.org/all/"
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "https://other.example.org")
    assert registry() == "https://other.example.org/"
