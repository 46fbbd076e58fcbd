"""Where pictures come from: cameras, films, folders, streams; frames with the time at which the world was so."""

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

from installation.core.errors import Trouble
from installation.venue.schema import shows_world

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")
FILMS = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
SMALLEST, LARGEST = 32, 8192
"""Sides of a picture in pixels that are believed."""
STALL = 2.0
"""Seconds without a new picture after which a live source counts as stalled."""
FROZEN = 2.0
"""Seconds of identical pictures after which a camera counts as stalled: an unplugged one may send its last for ever."""
HANG = 15.0
"""Seconds after which a driver that does not come back from a call is believed never to do so."""
DAMAGED = 200
"""Broken packets in a film that are skipped before it counts as broken off."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Seconds before a broken live source is opened again; doubled each time."""


class SourceError(Trouble):
    """A source that cannot be opened or gives no picture; says which and why."""

    status = 2


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture."""

    time: float
    """When the world was so, s of show time."""
    pixels: NDArray[np.uint8]
    """(height, width, 3) RGB."""
    count: int
    """Number of pictures before it."""
    cut: bool = False
    """Whether the source jumped just before: began again, or was opened anew."""


class Reader(Protocol):
    """A source that is read picture by picture."""

    rate: float

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        """(Seconds since its begin, picture) until it ends; raises SourceError where it breaks off."""

    def close(self) -> None:
        """Give the source back."""


class Pictures(Protocol):
    """A source in time."""

    trouble: str
    """"ok", or why no picture comes, in words for the technician."""

    def frame(self, t: float) -> Frame | None:
        """The picture at show time `t`, once; None while there is no new one."""

    def close(self) -> None:
        """Give the source back."""


def is_live(source: int | str) -> bool:
    """Whether a source shows the world now and cannot be played again: a camera, a stream, or what "auto" may find."""
    return shows_world(source) and (source != "auto" or find_auto() == 0)


def find_auto() -> int | str:
    """What "auto" means here: the first camera that answers, else the demo film, else the ghost."""
    from installation.core.downloads import AssetError, path_of

    if _some_camera():
        return 0
    try:
        return str(path_of("demo.mp4"))
    except AssetError:
        return "ghost"


def _some_camera() -> bool:
    if sys.platform == "linux" and not any(Path("/dev").glob("video*")):
        return False
    camera = cv2.VideoCapture(0)
    try:
        return camera.isOpened() and camera.read()[0]
    finally:
        camera.release()


def length_of(source: str) -> float | None:
    """Seconds that a film or a folder of pictures takes; None for what has no end. Raises SourceError."""
    if source in ("ghost", "auto") or source.startswith("ghost:"):
        return None
    if Path(source).is_dir():
        films = _films(Path(source))
        lengths = [length_of(str(film)) or 0.0 for film in films]
        return sum(lengths) if films else len(_pictures(Path(source))) / 30.0
    with _container(source) as container:
        stream = container.streams.video[0]
        if container.duration:
            return container.duration / av.time_base
        return float(stream.duration * stream.time_base) if stream.duration else None


def open_reader(source: int | str, rate: float, size: tuple[int, int] | None) -> Reader:
    """The reader of any source but the ghost. Raises SourceError."""
    if isinstance(source, int) or source.isdecimal() or source.startswith("/dev/"):
        return CameraReader(int(source) if str(source).isdecimal() else str(source), rate, size)
    if "://" not in source and Path(source).is_dir():
        films = _films(Path(source))
        return FilmsReader(films) if films else FolderReader(Path(source), rate)
    return FilmReader(source)


def _container(source: str) -> av.container.InputContainer:
    if "://" not in source and not Path(source).exists():
        raise SourceError(f"{source}: no such file")
    try:
        container = av.open(source, timeout=(5.0, 5.0))
    except (av.FFmpegError, OSError) as error:
        raise SourceError(f"{source}: not a film that can be played ({error.strerror or error})") from error
    if not container.streams.video:
        container.close()
        raise SourceError(f"{source}: holds no pictures")
    return container


class FilmReader:
    """A film or a stream, decoded by FFmpeg."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._container = _container(source)
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._reformatter = VideoReformatter()
        average = self._stream.average_rate
        self.rate = float(average) if average else 30.0

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        first: float | None = None
        last = 0.0
        count = 0
        for frame in self._decoded():
            stamp = frame.time if frame.time is not None else count / self.rate
            first = stamp if first is None else first
            last = max(last, stamp - first)  # stamps that run backwards are no time
            # Phones film upright and say how to turn the picture.
            # A frame by itself would have threads begun for it, and ended.
            colours = self._reformatter.reformat(frame, format="rgb24", threads=1)
            picture = np.rot90(colours.to_ndarray(), round(frame.rotation / 90.0) % 4)
            yield last, _believed(np.ascontiguousarray(picture), self._source)
            count += 1
        if count == 0:
            raise SourceError(f"{self._source}: holds no picture that can be decoded")
        if self._damaged:
            raise SourceError(f"{self._source}: damaged in {self._damaged} places, {count} pictures are whole")

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Every picture that is whole, whatever is broken between them; raises SourceError where no more can come."""
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
                if self._damaged > DAMAGED:
                    raise SourceError(f"{self._source}: broken ({error.strerror})") from error
            except (av.FFmpegError, OSError) as error:
                raise SourceError(f"{self._source}: breaks off ({error.strerror or error})") from error

    def close(self) -> None:
        self._container.close()


class FilmsReader:
    """A folder of films, one after the other in the order of their names."""

    def __init__(self, films: Sequence[Path]) -> None:
        self._films = films
        self._now = FilmReader(str(films[0]))
        self.rate = self._now.rate

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        begun = 0.0
        for number, film in enumerate(self._films):
            if number:
                self._now.close()
                self._now = FilmReader(str(film))
            last = 0.0
            for last, picture in self._now:
                yield begun + last, picture
            begun += last + 1.0 / self._now.rate

    def close(self) -> None:
        self._now.close()


class FolderReader:
    """A folder of pictures in the order of their names."""

    def __init__(self, folder: Path, rate: float) -> None:
        self.rate = rate
        self._files = _pictures(folder)

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        for count, file in enumerate(self._files):
            data = np.fromfile(file, np.uint8)
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
            if picture is None:
                raise SourceError(f"{file}: not a picture that can be read")
            yield count / self.rate, _believed(np.asarray(picture, np.uint8), str(file))

    def close(self) -> None:
        pass


def _films(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in FILMS)


def _pictures(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURES)
    if not files:
        raise SourceError(f"{folder}: holds neither pictures ({', '.join(PICTURES)}) nor films")
    return files


class CameraReader:
    """A camera by index or stable path, through OpenCV."""

    def __init__(self, source: int | str, rate: float, size: tuple[int, int] | None) -> None:
        self._name = f"camera {source}"
        self.rate = rate
        self._camera = cv2.VideoCapture(source)
        if not self._camera.isOpened():
            self._camera.release()
            raise SourceError(f"{self._name} does not answer; `visitant check` lists those that do")
        self._camera.set(cv2.CAP_PROP_FPS, rate)
        self._camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if size is not None:
            self._camera.set(cv2.CAP_PROP_FRAME_WIDTH, size[0])
            self._camera.set(cv2.CAP_PROP_FRAME_HEIGHT, size[1])

    def __iter__(self) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        begin = changed = time.perf_counter()
        last: NDArray[np.uint8] | None = None
        while True:
            good, read = self._camera.read()
            if not good or read is None:
                raise SourceError(f"{self._name} gives no more pictures")
            picture = _believed(np.asarray(read, np.uint8), self._name)
            now = time.perf_counter()
            sample = picture[::16, ::16].copy()
            if last is None or not np.array_equal(sample, last):
                changed, last = now, sample
            elif now - changed > FROZEN:
                raise SourceError(f"{self._name} repeats its last picture")
            yield now - begin, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)

    def close(self) -> None:
        self._camera.release()


def _believed(picture: NDArray[np.uint8], name: str) -> NDArray[np.uint8]:
    if picture.ndim != 3 or picture.shape[2] != 3:
        raise SourceError(f"{name}: pictures of shape {picture.shape}; (height, width, 3 colours) is right")
    high, wide = picture.shape[:2]
    if not (SMALLEST <= wide <= LARGEST and SMALLEST <= high <= LARGEST):
        raise SourceError(f"{name}: pictures of {wide}x{high} pixels; {SMALLEST} to {LARGEST} a side are right")
    return picture


class LockStep:
    """A reader by show time: the picture that the source shows at `t`. Ends with its source."""

    def __init__(self, reader: Reader) -> None:
        self.trouble = "ok"
        self._reader = reader
        self._pictures = iter(reader)
        self._count = itertools.count()
        self._next = self._read()
        if self._next is None:
            raise SourceError(self.trouble)

    def _read(self) -> tuple[float, NDArray[np.uint8]] | None:
        try:
            return next(self._pictures, None)
        except SourceError as error:
            self.trouble = str(error)
            return None

    def frame(self, t: float) -> Frame | None:
        """The picture at show time `t`; None while it is the one before."""
        newest = None
        while self._next is not None and self._next[0] <= t + 1e-6:
            newest = Frame(self._next[0], self._next[1], next(self._count))
            self._next = self._read()
        return newest

    def close(self) -> None:
        self._reader.close()


class Feed:
    """A source read by a thread of its own at its own pace; the newest picture waits in one slot.

    A film that ends begins again; a live source that ends, breaks off or stalls is opened again, ever more patiently.
    """

    def __init__(self, name: str, make: Callable[[], Reader], live: bool, epoch: float) -> None:
        self.trouble = "opening"
        self._name = name
        self._make = make
        self._live = live
        self._epoch = epoch
        self._slot: Frame | None = None
        self._count = 0
        self._taken = -1
        self._fed = time.perf_counter()
        self._called: float | None = None
        """Since when the thread is inside a driver or decoder; None while it is not."""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def frame(self, t: float) -> Frame | None:
        """The newest picture if it was not taken before; never waits.

        Raises SourceError when the source's driver hangs, which only a new process can mend.
        """
        newest, called, now = self._slot, self._called, time.perf_counter()
        if newest is not None and newest.count != self._taken:
            self._taken = newest.count
            return newest
        if called is not None and now - called > HANG:
            raise SourceError(f"{self._name}: its driver does not answer")
        if now - self._fed > STALL and self.trouble == "ok":
            self.trouble = f"{self._name} stalls"
        return None

    def _run(self) -> None:
        wait, note = FIRST_WAIT, "ok"
        while not self._ending.is_set():
            before = self._count
            try:
                # What is wrong with a film stays true each time it is played.
                self._play("ok" if self._live else note)
                note = f"{self._name} has ended" if self._live else "ok"
            except SourceError as error:
                note = str(error)
            except Exception as error:  # whatever a driver or a decoder throws, there is another try
                note = f"{self._name}: {error or type(error).__name__}"
            self._called = None
            if note != "ok":
                self.trouble = note
            if self._count > before:
                wait = FIRST_WAIT
            if self._live or self._count == before:
                self._ending.wait(wait)
                wait = min(2.0 * wait, LONGEST_WAIT)

    def _play(self, note: str) -> None:
        """Read the source once from its begin; `note` is the trouble while pictures come."""
        self._called = time.perf_counter()
        reader = self._make()
        try:
            begin = time.perf_counter()
            cut = True
            for stamp, pixels in reader:
                self._called = None
                if not self._live:
                    # After the machine slept it goes on from here, and does not hurry.
                    begin = max(begin, time.perf_counter() - stamp - 1.0)
                    self._ending.wait(max(0.0, begin + stamp - time.perf_counter()))
                if self._ending.is_set():
                    return
                self._fed = self._called = time.perf_counter()
                self._slot = Frame(self._fed - self._epoch, pixels, self._count, cut)
                self._count += 1
                self.trouble = note
                cut = False
            if not self._live:
                self._called = None
                self._ending.wait(1.0 / reader.rate)  # for as long as the last picture stands
        finally:
            reader.close()

    def close(self) -> None:
        """End the thread; one that hangs in a driver is left to its process."""
        self._ending.set()
        self._thread.join(1.0)
