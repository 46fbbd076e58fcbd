"""A stream of moments comes back as it was, as far as it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.interface.dancer import Dancer
from installation.interface.moment import Moment
from installation.show.recording import MAGIC, MomentReader, MomentsError, MomentWriter, RecordingHeader
from installation.workers.codec import pack
from tests.bodies import a_body
from tests.installation.people import visitor


def write(path: Path, count: int = 20) -> list[Moment]:
    moments = [
        Moment(i / 30, i, 1 / 30, visitors=(visitor(1 + i % 3),), dancers=(Dancer(1, 1 + i % 3, a_body(i)),))
        for i in range(count)
    ]
    with MomentWriter(path, RecordingHeader(30.0, 7, (1280, 720)), lossless=True) as writer:
        for moment in moments:
            writer.write(moment)
    assert writer.fault == ""
    return moments


def test_moments_come_back_the_same_and_can_be_read_again(tmp_path: Path) -> None:
    moments = write(tmp_path / "a.moments")
    reader = MomentReader(tmp_path / "a.moments")
    assert reader.header == RecordingHeader(30.0, 7, (1280, 720))
    for _ in range(2):
        assert [pack(m) for m in reader] == [pack(m) for m in moments]
    reader.close()


def test_a_stream_that_breaks_off_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.moments"
    write(path)
    path.write_bytes(path.read_bytes()[:-100])
    reader = MomentReader(path)
    assert len(list(reader)) == 19
    assert "after 19 moments" in reader.damage
    reader.close()


@pytest.mark.parametrize("data", [b"", b"RIFF....", MAGIC, MAGIC + b"\x05\x00\x00\x00abcde", MAGIC + b"\xff" * 64])
def test_another_kind_of_file_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "b.moments"
    path.write_bytes(data)
    with pytest.raises(MomentsError, match=r"b\.moments"):
        MomentReader(path)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(MomentsError, match=r"nowhere\.moments: can't be read"):
        MomentReader(Path("nowhere.moments"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_is_said_and_nothing_is_raised() -> None:
    writer = MomentWriter(Path("/dev/full"), RecordingHeader(30.0, 1, (64, 64)), lossless=True)
    for i in range(50):
        writer.write(Moment(i / 30, i, 1 / 30, visitors=(visitor(1),)))
    writer.close()
    assert "No space left" in writer.fault
