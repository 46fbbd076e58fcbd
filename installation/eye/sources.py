"""Frame sources: readers of cameras, video files, folders and streams; frames with the time of their capture."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from installation.core.downloads import AssetError, path_of
from installation.core.errors import UserError
from installation.eye import demo_film
from installation.venue.camera_source import NO_MOUSE, is_mouse, shows_world

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
FILM_SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
MIN_SIDE_PX = 32
"""Smallest side of a picture that is accepted."""
MAX_SIDE_PX = 8192
"""Largest side of a picture that is accepted."""
DEFAULT_RATE_HZ = 30.0
"""Frame rate of a video file that declares none, and of a folder of pictures whose duration is requested."""
STALL_SECONDS = 2.0
"""Seconds without a new picture after which a live source counts as stalled."""
FROZEN_SECONDS = 2.0
"""Seconds of identical pictures after which a camera counts as stalled: an unplugged one may send its last for ever."""
HANG_SECONDS = 15.0
"""Seconds in one driver call after which the driver counts as hanging for good."""
MAX_DAMAGED_PACKETS = 200
"""Damaged packets of a video that are skipped before reading it fails."""
MIN_RETRY_SECONDS = 1.0
"""Seconds before a failed live source is opened again; doubled with each failure."""
MAX_RETRY_SECONDS = 30.0


class SourceError(UserError):
    """A source cannot be opened or gives no picture; names the source and the reason."""

    status = 2


@dataclass(frozen=True, slots=True)
class SourceFrame:
    """One picture of a source."""

    time: float
    """When it was captured, s of show time."""
    pixels: NDArray[np.uint8]
    """(height, width, 3) RGB."""
    count: int
    """Number of pictures before it."""
    cut: bool = False
    """Whether the source jumped just before: started again, or was opened again."""


class FrameReader(Protocol):
    """Reads a source picture by picture."""

    rate: float
    """Nominal frames a second."""

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """Yield (seconds since the start, picture) until the end; raises SourceError where reading fails."""

    def close(self) -> None:
        """Free the source."""


class FrameSource(Protocol):
    """Gives a source's frames by show time."""

    status: str
    """"ok", or why no picture comes, in words for the technician."""

    def frame(self, t: float) -> SourceFrame | None:
        """The frame at show time `t`, once; None while there is no new one."""

    def close(self) -> None:
        """Free the source."""


def is_live(source: int | str) -> bool:
    """Whether a source is live and cannot be played again: a camera, a stream, or a camera that "auto" finds."""
    return shows_world(source) and (source != "auto" or resolve_auto() == 0)


def resolve_auto() -> int | str:
    """The source that "auto" stands for on this machine: the first camera that answers, else the film of people, else
    the ghost."""
    if _camera_answers():
        return 0
    try:
        return str(demo_film.cached() or path_of(demo_film.SOURCE_NAME))
    except AssetError:
        return "ghost"


def _camera_answers() -> bool:
    if sys.platform == "linux" and not any(Path("/dev").glob("video*")):
        return False
    camera = cv2.VideoCapture(0)
    try:
        return camera.isOpened() and camera.read()[0]
    finally:
        camera.release()


def duration_seconds(source: str) -> float | None:
    """Duration of a film or a folder of pictures; None for a source without an end. Raises SourceError."""
    if is_mouse(source):
        raise SourceError(NO_MOUSE)
    if source in ("ghost", "auto") or source.startswith("ghost:"):
        return None
    if Path(source).is_dir():
        films = _films(Path(source))
        durations = [duration_seconds(str(film)) or 0.0 for film in films]
        return sum(durations) if films else len(_pictures(Path(source))) / DEFAULT_RATE_HZ
    with _container(source) as container:
        stream = container.streams.video[0]
        if container.duration:
            return float(container.duration / av.time_base)
        return float(stream.duration * stream.time_base) if stream.duration else None


def open_reader(source: int | str, rate: float, size: tuple[int, int] | None) -> FrameReader:
    """Open the reader of any source but the ghost; `rate` is requested of cameras and holds for folders of pictures.

    Raises SourceError.
    """
    if isinstance(source, int) or source.isdecimal() or source.startswith("/dev/"):
        return CameraReader(int(source) if str(source).isdecimal() else str(source), rate, size)
    if "://" not in source and Path(source).is_dir():
        films = _films(Path(source))
        return FilmFolderReader(films) if films else PictureFolderReader(Path(source), rate)
    return FilmReader(source)


def _container(source: str) -> av.container.InputContainer:
    if "://" not in source and not Path(source).exists():
        raise SourceError(f"{source}: no such file; name a film, a folder of pictures, a camera or a stream")
    try:
        container = av.open(source, timeout=(5.0, 5.0))
    except (av.FFmpegError, OSError) as error:
        raise SourceError(f"{source}: not a film that can be played ({error.strerror or error})") from error
    if not container.streams.video:
        container.close()
        raise SourceError(f"{source}: contains no video")
    return container


class FilmReader:
    """Reads a video file or a stream, decoded by FFmpeg."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._container = _container(source)
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._reformatter = VideoReformatter()
        average = self._stream.average_rate
        self.rate = float(average) if average else DEFAULT_RATE_HZ

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        first: float | None = None
        last = 0.0
        count = 0
        for frame in self._decoded():
            timestamp = frame.time if frame.time is not None else count / self.rate
            first = timestamp if first is None else first
            last = max(last, timestamp - first)  # timestamps that run backwards are ignored
            # One thread: more would be started for each frame, and ended after it.
            rgb = self._reformatter.reformat(frame, format="rgb24", threads=1)
            # Phones record upright videos on their side, and store the rotation.
            picture = np.rot90(rgb.to_ndarray(), round(frame.rotation / 90.0) % 4)
            yield last, _checked(np.ascontiguousarray(picture), self._source)
            count += 1
        if count == 0:
            raise SourceError(f"{self._source}: contains no picture that can be decoded")
        if self._damaged:
            raise SourceError(f"{self._source}: damaged in {self._damaged} places, {count} pictures could be decoded")

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Yield every picture that can be decoded, skipping damaged packets; raises SourceError where reading fails."""
        self._damaged = 0
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                yield from packet.decode()
            except av.EOFError:
                return
            except av.InvalidDataError as error:
                self._damaged += 1
                if self._damaged > MAX_DAMAGED_PACKETS:
                    raise SourceError(f"{self._source}: damaged ({error.strerror})") from error
            except (av.FFmpegError, OSError) as error:
                raise SourceError(f"{self._source}: breaks off ({error.strerror or error})") from error

    def close(self) -> None:
        self._container.close()


class FilmFolderReader:
    """Reads a folder of films one after the other in the order of their names."""

    def __init__(self, films: Sequence[Path]) -> None:
        self._films = films
        self._reader = FilmReader(str(films[0]))
        self.rate = self._reader.rate

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        start = 0.0
        for index, film in enumerate(self._films):
            if index:
                self._reader.close()
                self._reader = FilmReader(str(film))
            last = 0.0
            for last, picture in self._reader:
                yield start + last, picture
            start += last + 1.0 / self._reader.rate

    def close(self) -> None:
        self._reader.close()


class PictureFolderReader:
    """Reads a folder of pictures in the order of their names."""

    def __init__(self, folder: Path, rate: float) -> None:
        self.rate = rate
        self._files = _pictures(folder)

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        for count, file in enumerate(self._files):
            data = np.fromfile(file, np.uint8)
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
            if picture is None:
                raise SourceError(f"{file}: not a picture that can be read")
            yield count / self.rate, _checked(np.asarray(picture, np.uint8), str(file))

    def close(self) -> None:
        pass


def _films(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in FILM_SUFFIXES)


def _pictures(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES)
    if not files:
        raise SourceError(f"{folder}: contains neither pictures ({', '.join(PICTURE_SUFFIXES)}) nor films")
    return files


class CameraReader:
    """Reads a camera by index or stable path, through OpenCV."""

    def __init__(self, source: int | str, rate: float, size: tuple[int, int] | None) -> None:
        self._name = f"camera {source}"
        self.rate = rate
        self._camera = cv2.VideoCapture(source)
        if not self._camera.isOpened():
            self._camera.release()
            raise SourceError(f"{self._name} does not answer; `visitant check` lists the cameras that do")
        self._camera.set(cv2.CAP_PROP_FPS, rate)
        self._camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if size is not None:
            self._camera.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            self._camera.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        start = last_change = time.perf_counter()
        last_sample: NDArray[np.uint8] | None = None
        while True:
            succeeded, bgr = self._camera.read()
            if not succeeded or bgr is None:
                raise SourceError(f"{self._name} gives no more pictures")
            picture = _checked(np.asarray(bgr, np.uint8), self._name)
            now = time.perf_counter()
            sample = picture[::16, ::16].copy()
            if last_sample is None or not np.array_equal(sample, last_sample):
                last_change, last_sample = now, sample
            elif now - last_change > FROZEN_SECONDS:
                raise SourceError(f"{self._name} repeats its last picture")
            yield now - start, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)

    def close(self) -> None:
        self._camera.release()


def _checked(picture: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    """The picture; raises SourceError where its shape is not that of a colour picture of an accepted size."""
    if picture.ndim != 3 or picture.shape[2] != 3:
        raise SourceError(f"{name}: pictures of shape {picture.shape}; expected (height, width, 3 colours)")
    height, width = picture.shape[:2]
    if not (MIN_SIDE_PX <= width <= MAX_SIDE_PX and MIN_SIDE_PX <= height <= MAX_SIDE_PX):
        raise SourceError(
            f"{name}: pictures of {width}x{height} pixels; expected {MIN_SIDE_PX} to {MAX_SIDE_PX} a side"
        )
    return picture


class LockStepFrameReader:
    """Frame source in lock-step with show time: the picture of a reader at time `t`, repeatable."""

    def __init__(self, reader: FrameReader) -> None:
        self.status = "ok"
        self._reader = reader
        self._pictures = iter(reader)
        self._count = itertools.count()
        self._next = self._read()
        if self._next is None:
            raise SourceError(self.status)

    def _read(self) -> tuple[float, NDArray[np.uint8]] | None:
        try:
            return next(self._pictures, None)
        except SourceError as error:
            self.status = str(error)
            return None

    def frame(self, t: float) -> SourceFrame | None:
        """The picture at show time `t`; None while it is the previous one, and after the end."""
        newest = None
        while self._next is not None and self._next[0] <= t + 1e-6:
            newest = SourceFrame(self._next[0], self._next[1], next(self._count))
            self._next = self._read()
        return newest

    def close(self) -> None:
        self._reader.close()


class LatestFrameReader:
    """Frame source read by a thread of its own at the source's pace; a one-slot mailbox holds the newest picture.

    A film that ends is played again; a live source that ends, fails or stalls is opened again, with exponential
    backoff.
    """

    def __init__(self, name: str, open_source: Callable[[], FrameReader], live: bool, epoch: float) -> None:
        """`epoch` is the machine's `time.perf_counter` at show time 0."""
        self.status = "opening"
        self._name = name
        self._open_source = open_source
        self._live = live
        self._epoch = epoch
        self._latest: SourceFrame | None = None
        self._count = 0
        self._taken = -1
        self._last_picture = time.perf_counter()
        self._call_start: float | None = None
        """Since when the thread has been inside a driver or decoder; None while it is not."""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def frame(self, t: float) -> SourceFrame | None:
        """The newest picture if it was not taken before; never waits.

        Raises SourceError when the source's driver hangs, from which only a new process recovers.
        """
        latest, call_start, now = self._latest, self._call_start, time.perf_counter()
        if latest is not None and latest.count != self._taken:
            self._taken = latest.count
            return latest
        if call_start is not None and now - call_start > HANG_SECONDS:
            raise SourceError(f"{self._name}: its driver does not answer")
        if now - self._last_picture > STALL_SECONDS and self.status == "ok":
            self.status = f"{self._name} stalls"
        return None

    def _run(self) -> None:
        retry_seconds, status = MIN_RETRY_SECONDS, "ok"
        while not self._stop.is_set():
            count_before = self._count
            try:
                # A film's error stays its status each time it is played again.
                self._play("ok" if self._live else status)
                status = f"{self._name} has ended" if self._live else "ok"
            except SourceError as error:
                status = str(error)
            except Exception as error:  # any exception of a driver or a decoder leads to a retry
                status = f"{self._name}: {error or type(error).__name__}"
            self._call_start = None
            if status != "ok":
                self.status = status
            if self._count > count_before:
                retry_seconds = MIN_RETRY_SECONDS
            if self._live or self._count == count_before:
                self._stop.wait(retry_seconds)
                retry_seconds = min(2.0 * retry_seconds, MAX_RETRY_SECONDS)

    def _play(self, status: str) -> None:
        """Read the source once from its start; `status` holds while pictures come."""
        self._call_start = time.perf_counter()
        reader = self._open_source()
        try:
            start = time.perf_counter()
            cut = True
            for timestamp, pixels in reader:
                self._call_start = None
                if not self._live:
                    # After the machine slept the film goes on from here, and does not catch up.
                    start = max(start, time.perf_counter() - timestamp - 1.0)
                    self._stop.wait(max(0.0, start + timestamp - time.perf_counter()))
                if self._stop.is_set():
                    return
                self._last_picture = self._call_start = time.perf_counter()
                self._latest = SourceFrame(self._last_picture - self._epoch, pixels, self._count, cut)
                self._count += 1
                self.status = status
                cut = False
            if not self._live:
                self._call_start = None
                self._stop.wait(1.0 / reader.rate)  # the duration of the last picture
        finally:
            reader.close()

    def close(self) -> None:
        """End the thread; one that hangs in a driver is left to its process."""
        self._stop.set()
        self._thread.join(1.0)
