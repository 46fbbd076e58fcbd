"""No password of a camera is shown, logged or sent."""

from __future__ import annotations

import pytest

from installation.core import secrets
from installation.core.diagnostics import shown
from installation.core.printable import printable
from installation.core.secrets import MAX_SOURCES, hide_source, without_passwords


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rtsp://guard:secret@10.0.0.1:554/live: refused", "rtsp://***@10.0.0.1:554/live: refused"),
        ("http://guard:s@cr@et@door/video", "http://***@door/video"),
        ("http://guard:sec/ret@door/video", "http://***@door/video"),
        ("http://door/video?user=guard&pwd=secret&size=2", "http://door/video?user=guard&pwd=***&size=2"),
        ("http://door/video?access_token=secret", "http://door/video?access_token=***"),
        ("rtsp://door/user=guard_password=secret_channel=1.sdp", "rtsp://door/user=guard_password=***_channel=1.sdp"),
        ("'rtsp://guard:secret@a' and 'rtsp://guard:secret@b'", "'rtsp://***@a' and 'rtsp://***@b'"),
        ("usr:s3cret@127.0.0.1/live: refused", "***@127.0.0.1/live: refused"),
        ("cannot open //u:s3cret@h/x", "cannot open //***@h/x"),
        ("http://h/x?u=admin&p=s3cret", "http://h/x?u=admin&p=***"),
        ("http://h/x?loginuse=u&loginpas=s3cret", "http://h/x?loginuse=u&loginpas=***"),
        ("http://h/x?psw=s3cret&sid=1", "http://h/x?psw=***&sid=***"),
        ("http://h/x?key=s3cret&Signature=abc", "http://h/x?key=***&Signature=***"),
        ("http://door:8080/a@b", "http://door:8080/a@b"),
        ("vmc://127.0.0.1:39539", "vmc://127.0.0.1:39539"),
        ("write to somebody@example.org", "write to somebody@example.org"),
    ],
)
def test_user_and_password_are_hidden_and_the_rest_stays(text: str, expected: str) -> None:
    assert without_passwords(text) == expected
    assert printable(text) == expected


@pytest.fixture(autouse=True)
def _own_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "_hidden", {})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("usr:s3cret@127.0.0.1/live", "***@127.0.0.1/live"),
        ("rtsp://usr:p a s3cret@h/x", "rtsp://***@h/x"),
        ("rtsp://u:12/s3cret@h/x", "rtsp://***@h/x"),
        ("rtsp://u:123?s3cret@h/x", "rtsp://***@h/x"),
        ("//u:s3cret@h/x", "//***@h/x"),
        ("rtsp://s3cret@h/x", "rtsp://***@h/x"),
        ('rtsp://u:s3c"re\\t@h/x', "rtsp://***@h/x"),
        ("http://h/x?user=a&anything=s3cret", "http://h/x?user=***&anything=***"),
        ("http://h/x?s3cret", "http://h/x?***"),
        ("rtsp://h/user=a_word=s3cret_channel=1.sdp", "rtsp://h/user=***"),
        ("http://h/live;s3cret=s3cret", "http://h/live;s3cret=***"),
    ],
)
def test_of_a_source_nothing_is_shown_that_may_be_a_secret(source: str, expected: str) -> None:
    hide_source(source)
    assert without_passwords(f"camera {source}: refused") == f"camera {expected}: refused"
    assert without_passwords(f"/venue/{source}") == f"/venue/{expected}"
    assert shown(source) == f'"{expected}" (text)'
    assert without_passwords(repr(source))[1:-1] == expected


def test_a_password_is_hidden_where_an_address_is_cut_before_it() -> None:
    hide_source("rtsp://usr:s3cret@127.0.0.1/" + 60 * "x")
    assert "s3cret" not in without_passwords("cannot connect to s3cret@127.0.0.1")
    assert "s3c" not in shown("rtsp://usr:s3cret@127.0.0.1/" + 60 * "x")


@pytest.mark.parametrize("source", ["films/a@b.mp4", "C:\\films\\a@b.mp4", "ghost:4", "vmc://127.0.0.1:39539", "auto"])
def test_files_and_sources_without_secrets_are_shown_as_they_are(source: str) -> None:
    hide_source(source)
    assert without_passwords(source) == source


def test_a_bounded_number_of_sources_is_remembered() -> None:
    for number in range(500):
        hide_source(f"rtsp://u:s3cret{number}@h/x")
    assert len(secrets._hidden) <= MAX_SOURCES
