"""No password of a camera is shown, logged or sent."""

from __future__ import annotations

import pytest

from installation.core.printable import printable
from installation.core.secrets import without_passwords


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
        ("http://door:8080/a@b", "http://door:8080/a@b"),
        ("vmc://127.0.0.1:39539", "vmc://127.0.0.1:39539"),
        ("write to somebody@example.org", "write to somebody@example.org"),
    ],
)
def test_user_and_password_are_hidden_and_the_rest_stays(text: str, expected: str) -> None:
    assert without_passwords(text) == expected
    assert printable(text) == expected
