"""Whatever a source does - end, fail, stall, return nonsense - the eye goes on, and its status gives the reason."""

from __future__ import annotations

import itertools
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from installation.eye.sources import latest
from installation.eye.sources.film import FilmReader, upright
from installation.eye.sources.frames import FrameReader, SourceError, SourceFrame
from installation.eye.sources.kinds import duration_seconds, open_reader
from installation.eye.sources.latest import LatestFrameReader
from installation.eye.sources.lock_step import LockStepFrameReader
from installation.eye.sources.picture_folder import PictureFolderReader
from installation.eye.sources.stream_clock import StreamClock

Feeds = Callable[..., LatestFrameReader]


def film(path: Path, pictures: int = 30, size: tuple[int, int] = (96, 64), rate: int = 30, **options: str) -> Path:
    """A film whose pictures grow lighter, the first is black; its upper left corner is white."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=rate, options={"g": "5", **options})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.time_base = Fraction(1, rate)
        for count in range(pictures):
            picture = np.full((size[1], size[0], 3), count * 180 // pictures, np.uint8)
            picture[:16, :16] = 255
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


class Scripted:
    """A reader that gives `pictures` pictures at once and then ends, raises or hangs."""

    rate = 200.0
    description = "scripted"

    def __init__(self, pictures: int, then: Callable[[], object] = lambda: None) -> None:
        self._pictures, self._then = pictures, then
        self.closed = False

    def __iter__(self) -> Iterator[tuple[float, np.ndarray]]:
        for count in range(self._pictures):
            yield count / self.rate, np.full((64, 96, 3), count, np.uint8)
        self._then()

    def close(self) -> None:
        self.closed = True


def broken() -> None:
    raise SourceError("the plug was pulled")


def frames_until(
    feed: LatestFrameReader, enough: Callable[[list[SourceFrame]], bool], patience: float = 10.0
) -> list[SourceFrame]:
    seen: list[SourceFrame] = []
    end = time.perf_counter() + patience
    while not enough(seen) and time.perf_counter() < end:
        if frame := feed.frame(0.0):
            seen.append(frame)
        time.sleep(0.001)
    assert enough(seen), f"{len(seen)} frames, {feed.status}"
    return seen


@pytest.fixture
def feeds() -> Iterator[Feeds]:
    made: list[LatestFrameReader] = []

    def make(*arguments: object) -> LatestFrameReader:
        made.append(LatestFrameReader(*arguments))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for feed in made:
        feed.close()


def test_a_film_gives_every_picture_at_its_time(tmp_path: Path) -> None:
    reader = FilmReader(str(film(tmp_path / "a.mp4")))
    stamps, pictures = zip(*reader, strict=True)
    assert np.allclose(stamps, np.arange(30) / 30, atol=1e-3) and reader.rate == 30.0
    assert pictures[0].shape == (64, 96, 3) and pictures[0][40, 60].max() < 20 < 150 < pictures[29][40, 60].min()
    reader.close()


def test_in_lock_step_the_picture_at_a_time_is_always_the_same(tmp_path: Path) -> None:
    path = str(film(tmp_path / "a.mp4", rate=25))

    def played() -> list[tuple[float, int, int]]:
        steps = LockStepFrameReader(open_reader(path, 30.0, None))
        found = [steps.frame(count / 60) for count in range(72)]
        steps.close()
        return [(round(f.time, 6), f.count, int(f.pixels.sum())) for f in found if f]

    first = played()
    assert first == played()
    assert [count for _, count, _ in first] == list(range(30))
    # A picture is as old as it is, not as the step that asked for it.
    assert np.allclose([t for t, *_ in first], np.arange(30) / 25, atol=1e-3)


def test_a_film_of_a_phone_held_upright_stands_upright(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4")
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 44
    data[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    path.write_bytes(data)
    reader = FilmReader(str(path))
    _, picture = next(iter(reader))
    reader.close()
    right = cv2.VideoCapture(str(path)).read()[1][..., ::-1]
    assert picture.shape == right.shape == (96, 64, 3)
    assert np.abs(picture.astype(int) - right).mean() < 10
    assert picture[4, -5].min() > 150 > picture[4, 4].max()


def _nothing(path: Path) -> None:
    pass


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(20000))


def _text(path: Path) -> None:
    path.write_text("not a film at all")


def _truncated(path: Path) -> None:
    film(path)
    path.write_bytes(path.read_bytes()[:-2000])  # an mp4's table of contents stands at its end


def _no_pictures(path: Path) -> None:
    film(path, pictures=0)


@pytest.mark.parametrize("make", [_nothing, _empty, _noise, _text, _truncated, _no_pictures])
def test_a_film_without_a_single_picture_is_refused_by_name(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "wrong.mp4"
    make(path)
    with pytest.raises(SourceError, match=r"wrong\.mp4"):
        LockStepFrameReader(open_reader(str(path), 30.0, None))


def test_a_film_damaged_in_the_middle_shows_what_is_whole_and_says_so(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", pictures=60)
    data = bytearray(path.read_bytes())
    places = [i for i in range(len(data) - 4) if data[i : i + 4] == b"00dc"]
    for place in places[20:26]:
        size = struct.unpack("<I", data[place + 4 : place + 8])[0]
        data[place + 8 : place + 8 + size] = bytes(size)
    path.write_bytes(data)
    steps = LockStepFrameReader(open_reader(str(path), 30.0, None))
    seen = [frame for count in range(80) if (frame := steps.frame(count / 30))]
    assert 30 <= len(seen) <= 60 and seen[-1].time > 1.8
    steps.close()


def test_a_film_cut_off_plays_to_where_it_is_cut(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", pictures=60, size=(320, 240))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    steps = LockStepFrameReader(open_reader(str(path), 30.0, None))
    seen = [frame for count in range(80) if (frame := steps.frame(count / 30))]
    assert 10 < len(seen) < 60
    steps.close()


def test_pictures_of_a_size_that_nobody_films_in_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="16x16 pixels"):
        LockStepFrameReader(open_reader(str(film(tmp_path / "a.mp4", pictures=2, size=(16, 16))), 30.0, None))


def test_a_folder_of_pictures_plays_in_the_order_of_names(tmp_path: Path) -> None:
    for count in range(3):
        cv2.imwrite(str(tmp_path / f"{count}.png"), np.full((40, 50, 3), (0, 0, 50 * count), np.uint8))
    (tmp_path / "notes.txt").write_text("")
    read = list(PictureFolderReader(tmp_path, 10.0))
    assert [stamp for stamp, _ in read] == [0.0, 0.1, 0.2]
    assert [picture[0, 0].tolist() for _, picture in read] == [[0, 0, 0], [50, 0, 0], [100, 0, 0]]


def test_a_folder_without_pictures_or_with_a_broken_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="neither pictures"):
        open_reader(str(tmp_path), 30.0, None)
    for content in (b"", b"broken"):
        (tmp_path / "1.png").write_bytes(content)
        with pytest.raises(SourceError, match=r"1\.png"):
            list(PictureFolderReader(tmp_path, 10.0))


def test_a_folder_of_films_plays_one_after_the_other(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", pictures=20, size=(96, 64))
    film(tmp_path / "b.mp4", pictures=10, size=(64, 64))
    reader = open_reader(str(tmp_path), 30.0, None)
    read = list(reader)
    reader.close()
    assert [picture.shape[1] for _, picture in read] == 20 * [96] + 10 * [64]
    assert [stamp for stamp, _ in read] == pytest.approx([count / 30 for count in range(30)], abs=1e-3)
    assert duration_seconds(str(tmp_path)) == pytest.approx(1.0, abs=0.05)


def test_a_film_plays_at_its_own_rate_over_and_over_and_says_where_it_is_cut(tmp_path: Path, feeds: Feeds) -> None:
    path = str(film(tmp_path / "a.mp4", pictures=5))
    feed = feeds(path, lambda: open_reader(path, 30.0, None), False, time.perf_counter())
    seen = frames_until(feed, lambda seen: len(seen) >= 12)
    assert feed.status == "ok"
    assert [frame.count for frame in seen if frame.cut][:2] == [0, 5]
    times = [frame.time for frame in seen]
    assert times == sorted(times) and times[-1] - times[0] > 10 / 30 - 0.1


def test_a_film_of_one_picture_is_not_opened_in_a_frenzy(feeds: Feeds) -> None:
    opened = itertools.count()

    def make() -> Scripted:
        next(opened)
        reader = Scripted(1)
        reader.rate = 20.0
        return reader

    begin = time.perf_counter()
    feed = feeds("a picture", make, False, 0.0)
    frames_until(feed, lambda seen: len(seen) >= 3)
    assert next(opened) <= 2 + (time.perf_counter() - begin) * 20.0


def test_a_live_source_that_breaks_off_is_opened_again_ever_more_patiently(
    monkeypatch: pytest.MonkeyPatch, feeds: Feeds
) -> None:
    monkeypatch.setattr(latest, "MIN_RETRY_SECONDS", 0.02)
    monkeypatch.setattr(latest, "MAX_RETRY_SECONDS", 0.08)
    tries: list[float] = []
    readers: list[Scripted] = []

    def make() -> Scripted:
        tries.append(time.perf_counter())
        if 1 < len(tries) < 6:
            raise SourceError("no camera")
        readers.append(Scripted(3, broken))
        return readers[-1]

    feed = feeds("camera 0", make, True, time.perf_counter())
    seen = frames_until(feed, lambda seen: len(tries) >= 7 and bool(seen) and seen[-1].count >= 3)
    waits = np.diff(tries)[:5]
    assert (waits > [0.015, 0.03, 0.06, 0.06, 0.06]).all()
    assert feed.status in ("the plug was pulled", "ok") and readers[0].closed
    assert any(frame.cut for frame in seen if frame.count >= 3) or seen[-1].count > 3


def test_what_is_wrong_with_a_film_stays_said_while_it_plays_on(feeds: Feeds) -> None:
    feed = feeds("a film", lambda: Scripted(4, broken), False, 0.0)
    frames_until(feed, lambda seen: bool(seen) and seen[-1].count >= 9)
    assert feed.status == "the plug was pulled"


@pytest.mark.parametrize("error", [cv2.error("driver"), ValueError("odd"), MemoryError(), OSError("usb")])
def test_whatever_a_driver_throws_there_is_another_try(
    monkeypatch: pytest.MonkeyPatch, feeds: Feeds, error: Exception
) -> None:
    monkeypatch.setattr(latest, "MIN_RETRY_SECONDS", 0.01)
    tries = itertools.count()

    def make() -> Scripted:
        if next(tries) == 0:
            raise error
        return Scripted(2, broken)

    frames_until(feeds("camera 0", make, True, 0.0), lambda seen: len(seen) >= 2)


def test_a_source_that_hangs_never_blocks_and_is_said_and_then_given_up(
    monkeypatch: pytest.MonkeyPatch, feeds: Feeds
) -> None:
    monkeypatch.setattr(latest, "STALL_SECONDS", 0.05)
    monkeypatch.setattr(latest, "HANG_SECONDS", 0.3)
    release = threading.Event()
    feed = feeds("camera 0", lambda: Scripted(1, lambda: release.wait(20)), True, 0.0)
    frames_until(feed, lambda seen: len(seen) == 1)
    with pytest.raises(SourceError, match="does not answer"):
        frames_until(feed, lambda _: False)
    assert feed.status == "camera 0 stalls"
    release.set()


def test_nobody_is_left_reading_after_close(feeds: Feeds) -> None:
    before = threading.active_count()
    feed = feeds("a film", lambda: Scripted(10), False, 0.0)
    frames_until(feed, lambda seen: len(seen) >= 2)
    feed.close()
    assert threading.active_count() <= before


def test_a_film_is_opened_and_closed_without_a_file_left_open(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("counts open files in /proc")
    path = str(film(tmp_path / "a.mp4", pictures=3))
    counts = []
    for _ in range(6):
        steps = LockStepFrameReader(open_reader(path, 30.0, None))
        steps.frame(1.0)
        steps.close()
        counts.append(len(list(Path("/proc/self/fd").iterdir())))
    assert counts[-1] <= counts[1]


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    path = tmp_path / "wide.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.codec_context.sample_aspect_ratio = Fraction(2, 1)
        for packet in (*stream.encode(av.VideoFrame(96, 64, "yuv420p")), *stream.encode()):
            container.mux(packet)
    reader = FilmReader(str(path))
    assert [picture.shape for _, picture in reader] == [(64, 192, 3)]
    reader.close()


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        pytest.param((1, 0, 0, 1), [[1, 2], [3, 4]], id="as it is"),
        pytest.param((-1, 0, 0, 1), [[2, 1], [4, 3]], id="mirrored"),
        pytest.param((1, 0, 0, -1), [[3, 4], [1, 2]], id="upside down and mirrored"),
        pytest.param((-1, 0, 0, -1), [[4, 3], [2, 1]], id="upside down"),
        pytest.param((0, 1, -1, 0), [[3, 1], [4, 2]], id="clockwise"),
        pytest.param((0, -1, 1, 0), [[2, 4], [1, 3]], id="counter-clockwise"),
        pytest.param((0, 1, 1, 0), [[1, 3], [2, 4]], id="transposed"),
        pytest.param((0, -1, -1, 0), [[4, 2], [3, 1]], id="transposed the other way"),
    ],
)
def test_a_film_is_turned_and_mirrored_as_its_matrix_says(
    matrix: tuple[int, int, int, int], expected: list[list[int]]
) -> None:
    a, b, c, d = (value << 16 for value in matrix)
    picture = np.array([[1, 2], [3, 4]], np.uint8)
    assert upright(picture, (a, b, 0, c, d, 0, 0, 0, 1 << 30)).tolist() == expected


def test_a_film_whose_timestamps_jump_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "jump.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=30, options={"g": "1"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for count in range(30):
            frame = av.VideoFrame(96, 64, "yuv420p")
            frame.pts, frame.time_base = count, Fraction(1, 30)
            for packet in stream.encode(frame):
                assert packet.pts is not None and packet.dts is not None
                hour = 3600 * 30 if count >= 10 else 0
                packet.pts, packet.dts = packet.pts + hour, packet.dts + hour
                container.mux(packet)
    reader = FilmReader(str(path))
    stamps = [stamp for stamp, _ in reader]
    reader.close()
    assert np.allclose(stamps, np.arange(30) / 30, atol=5e-3)
    assert duration_seconds(str(path)) == pytest.approx(1.0, abs=0.01)


def test_a_clock_that_is_set_back_does_not_stop_a_stream() -> None:
    clock = StreamClock(30.0)
    times = [clock.time(t) for t in (3600.0, 3600.1, 0.0, 0.1)]
    assert times == pytest.approx([0.0, 0.1, 0.1 + 1 / 30, 0.2 + 1 / 30])


def test_a_pause_in_a_film_is_no_jump() -> None:
    clock = StreamClock(30.0)
    assert [clock.time(t) for t in (5.0, 5.5, 12.0, None, 12.5)] == pytest.approx([0, 0.5, 7.0, 7.0 + 1 / 30, 7.5])


@pytest.mark.network
def test_a_stream_that_sends_nothing_is_said_to_and_keeps_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.eye.sources.film.OPEN_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://guard:secret@127.0.0.1:{server.getsockname()[1]}/video"
        with pytest.raises(SourceError, match="sends nothing within") as caught:
            open_reader(address)
    assert "secret" not in str(caught.value) and "guard" not in str(caught.value)


def test_the_name_and_status_of_a_live_source_have_no_password(feeds: Feeds) -> None:
    def fail() -> FrameReader:
        raise OSError("rtsp://guard:secret@door/1: no route")

    feed = feeds("rtsp://guard:secret@door/1", fail, True, 0.0)
    end = time.perf_counter() + 5.0
    while feed.status == "opening" and time.perf_counter() < end:
        time.sleep(0.005)
    assert "no route" in feed.status and "secret" not in feed.status
