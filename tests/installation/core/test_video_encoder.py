"""A film that the disk does not take is reported, and an earlier one of its name stays until the new one is whole."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import textwrap
from pathlib import Path

import av
import numpy as np
import pytest

from installation.core.video_encoder import Encoder

SIZE = (64, 48)
PICTURES = np.random.default_rng(1).integers(0, 255, (40, SIZE[1], SIZE[0], 3), np.uint8)


def film(path: Path, pictures: int, is_whole: bool = True) -> Encoder:
    encoder = Encoder(path, SIZE, 30.0)
    for index in range(pictures):
        encoder.write(PICTURES[index], index / 30.0)
    encoder.close(is_whole)
    return encoder


def played(path: Path) -> int:
    count = 0
    with av.open(str(path)) as container, contextlib.suppress(av.FFmpegError):
        for _ in container.decode(video=0):
            count += 1
    return count


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_an_earlier_film_is_replaced_by_a_whole_one_only(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    film(path, 20)
    assert film(path, 30).fault == "" and played(path) == 30
    cut = film(path, 10, is_whole=False)
    part = tmp_path / f"a.part{suffix}"
    assert str(part) in cut.fault and "the earlier film stays" in cut.fault
    assert (played(path), played(part)) == (30, 10)
    assert film(path, 25).fault == "" and played(path) == 25
    assert sorted(tmp_path.iterdir()) == sorted([path, part])


def test_while_a_film_is_written_the_earlier_one_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    film(path, 20)
    encoder = Encoder(path, SIZE, 30.0)
    encoder.write(PICTURES[0], 0.0)
    assert played(path) == 20
    encoder.close()
    assert played(path) == 1 and list(tmp_path.iterdir()) == [path]


def test_a_film_without_pictures_leaves_nothing(tmp_path: Path) -> None:
    assert film(tmp_path / "a.mp4", 0).fault == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a file's size are POSIX")
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_short_film_on_a_full_disk_is_reported_though_only_its_last_bytes_are_lost(
    tmp_path: Path, suffix: str, earlier: bool
) -> None:
    """A limit on the file's size refuses bytes as a full disk does; in a process of its own, for it can't be lifted."""
    path = tmp_path / f"a{suffix}"
    if earlier:
        film(path, 20)
    program = textwrap.dedent(f"""
        import resource
        from pathlib import Path
        from tests.installation.core.test_video_encoder import film
        resource.setrlimit(resource.RLIMIT_FSIZE, (800, 800))
        print(film(Path({str(path)!r}), 40).fault)
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "recording ended: File too large; nothing of it can be played" in done.stdout, done.stderr
    assert ("the earlier film stays" in done.stdout) == earlier
    assert list(tmp_path.iterdir()) == ([path] if earlier else [])
    assert not earlier or played(path) == 20
