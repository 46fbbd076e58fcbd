"""Readers of films and streams, decoded by FFmpeg: with square pixels, upright, at times without jumps."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from av.sidedata.sidedata import Type as SideDataType
from av.video.reformatter import VideoReformatter

from installation.eye.sources.frames import DEFAULT_RATE_HZ, MAX_SIDE_PX, Pixels, SourceError, checked
from installation.eye.sources.stream_clock import StreamClock

FILM_SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v")
MAX_DAMAGED_PACKETS = 200
"""Damaged packets of a video that are skipped before reading it fails."""
OPEN_SECONDS = 5.0
"""Time that a stream may take to answer, and to send its first data."""
DURATION_TOLERANCE = 0.05
"""Share by which a declared duration may differ from that of as many pictures, before the packets are looked at."""


def films_in(folder: Path) -> list[Path]:
    """The films of a folder in the order of their names."""
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in FILM_SUFFIXES)


def open_container(source: str) -> av.container.InputContainer:
    """Open a file or a stream with video; raises SourceError."""
    is_stream = "://" in source
    if not is_stream and not Path(source).exists():
        raise SourceError(f"{source}: no such file; name a film, a folder of pictures, a camera or a stream")
    begin = time.monotonic()
    try:
        container = av.open(source, timeout=(OPEN_SECONDS, OPEN_SECONDS))
    except (av.FFmpegError, OSError, ValueError) as error:
        if isinstance(error, av.ExitError) or (is_stream and time.monotonic() - begin >= OPEN_SECONDS):
            # FFmpeg's own words are "Immediate exit requested", or "Invalid data found".
            raise SourceError(f"{source}: sends nothing within {OPEN_SECONDS:g} seconds") from error
        reason = getattr(error, "strerror", None) or error
        kind = "cannot be played" if is_stream else "not a film that can be played"
        raise SourceError(f"{source}: {kind} ({reason})") from error
    if not container.streams.video:
        container.close()
        raise SourceError(f"{source}: contains no video")
    return container


def film_duration(source: str) -> float | None:
    """Seconds of a film, of which a jump of its timestamps is no part; None where it has no end. Raises SourceError."""
    with open_container(source) as container:
        stream = container.streams.video[0]
        declared = float(container.duration / av.time_base) if container.duration else None
        if declared is None and stream.duration and stream.time_base:
            declared = float(stream.duration * stream.time_base)
        if "://" in source or declared is None:
            return declared
        rate = float(stream.average_rate or DEFAULT_RATE_HZ)
        if stream.frames and abs(stream.frames / rate / declared - 1.0) < DURATION_TOLERANCE:
            return declared
        return _packets_duration(container, rate) or declared


def _packets_duration(container: av.container.InputContainer, rate: float) -> float | None:
    """Seconds from the first packet to the end of the last, which need not be decoded for it."""
    clock, stream = StreamClock(rate), container.streams.video[0]
    shown: list[float] = []
    try:
        for packet in container.demux(stream):
            decoded = packet.dts if packet.dts is not None else packet.pts
            if not packet.size or decoded is None or stream.time_base is None:
                continue
            clock.time(float(decoded * stream.time_base))
            assert clock.offset is not None
            # Decoding times are in order, those of showing are not.
            stamp = packet.pts if packet.pts is not None else decoded
            shown.append(float(stamp * stream.time_base) - clock.offset)
    except (av.FFmpegError, OSError):
        pass  # reading the film says where it is damaged
    return max(shown) - min(shown) + 1.0 / rate if shown else None


class FilmReader:
    """Reads a video file or a stream, decoded by FFmpeg."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._container = open_container(source)
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._reformatter = VideoReformatter()
        average = self._stream.average_rate
        self.rate = float(average) if average else DEFAULT_RATE_HZ
        codec = self._stream.codec_context
        self.description = f"{codec.width}x{codec.height} {codec.name} at {self.rate:.4g}/s"

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        clock = StreamClock(self.rate)
        count = 0
        for frame in self._decoded():
            width, height = _square_pixels_size(frame, self._stream)
            # One thread: more would be started for each frame, and ended after it.
            rgb = self._reformatter.reformat(frame, width=width, height=height, format="rgb24", threads=1)
            picture = upright(rgb.to_ndarray(), _display_matrix(frame))
            yield clock.time(frame.time), checked(np.ascontiguousarray(picture), self._source)
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
            except av.ExitError as error:
                raise SourceError(f"{self._source}: has sent nothing for {OPEN_SECONDS:g} seconds") from error
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
        self.description = f"{len(films)} films, the first {self._reader.description}"

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
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


def _square_pixels_size(frame: av.VideoFrame, stream: av.VideoStream) -> tuple[int, int]:
    """Width and height of a frame whose pixels are made square: one side grows, neither shrinks."""
    aspect = float(stream.sample_aspect_ratio or 1.0)
    if aspect <= 0.0:
        return frame.width, frame.height
    width, height = frame.width * max(aspect, 1.0), frame.height / min(aspect, 1.0)
    shrink = min(1.0, MAX_SIDE_PX / max(width, height))
    return max(1, round(width * shrink)), max(1, round(height * shrink))


def _display_matrix(frame: av.VideoFrame) -> Sequence[int] | None:
    """The nine numbers by which a player turns or mirrors a film; None for a film that is shown as it is stored."""
    data = frame.side_data.get(SideDataType.DISPLAYMATRIX)
    return None if data is None else np.frombuffer(bytes(data), np.int32, 9).tolist()


def upright(picture: Pixels, matrix: Sequence[int] | None) -> Pixels:
    """The picture turned and mirrored by quarter turns as a display matrix asks for.

    The matrix maps (x, y), y down, to (a x + c y, b x + d y); FFmpeg's order is a b u c d v x y w. A phone held upright
    records on its side, and its front camera may mirror.
    """
    if matrix is None:
        return picture
    a, b, _, c, d = matrix[:5]
    if abs(a) + abs(d) >= abs(b) + abs(c):
        flip_x, flip_y = a < 0, d < 0
    else:
        picture = picture.swapaxes(0, 1)
        flip_x, flip_y = c < 0, b < 0
    return picture[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
