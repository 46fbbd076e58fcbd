"""Video encoder: writes a film picture by picture; a film that is cut off plays up to that point.

PyAV is imported when a film begins: it takes a fifth of a second to load, and most shows record nothing.
"""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.core.faults import Fault
from installation.core.film_file import FilmFile

if TYPE_CHECKING:
    import av

logger = logging.getLogger(__name__)

CODECS = (
    ("libx264", {"crf": "17"}),
    ("libopenh264", {"b": "12000000"}),
    ("mpeg4", {"qscale": "3"}),
)
"""Encoders with their options, tried in this order."""
FILM_OPTIONS = {"preset": "veryfast", "x264-params": "mbtree=0"}
"""x264's options for a film. Its macroblock tree is off: with B-frames its result depends on uninitialised memory,
and the same pictures give other bytes from time to time."""
LIVE_OPTIONS = {"preset": "ultrafast"}
"""x264's options beside a show."""


class Encoder:
    """Writes a film's pictures. After an error it writes no more; the part that was written plays.

    An earlier film of that name stays until this one is whole.
    """

    def __init__(self, path: Path, size: tuple[int, int], rate: float, best_quality: bool = True) -> None:
        """`size` is width and height, both even; `rate` pictures a second. Raises UserError when the file cannot be
        opened."""
        import av  # late: slow to load
        from av.video.reformatter import VideoReformatter

        self.path = path
        self._fault = Fault(logger, logging.ERROR)
        self._last = -1
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FilmFile(path)
        except OSError as error:
            raise UserError(f"{path}: can't be written: {error.strerror}") from error
        try:
            self._container, self._stream = _open(
                self._file, size, rate, FILM_OPTIONS if best_quality else LIVE_OPTIONS
            )
        except (OSError, ValueError, UserError, av.FFmpegError) as error:
            # A ValueError: the suffix is that of no film.
            self._file.remove()
            raise UserError(f"{path}: can't be written: {getattr(error, 'strerror', None) or error}") from error
        self._reformatter = VideoReformatter()
        self._rate = self._stream.codec_context.framerate or Fraction(30)

    @property
    def fault(self) -> str:
        """The error that ended the film early; empty while there is none."""
        return self._fault.text

    def write(self, picture: NDArray[np.uint8], t: float) -> None:
        """Write a picture (height, width, 3) RGB that is shown from `t` seconds on; does nothing after a fault."""
        import av  # late: slow to load

        if self._fault:
            return
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        # `frame.reformat` would start and end threads for each frame.
        frame = self._reformatter.reformat(
            frame, format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG", threads=1
        )
        self._last = max(self._last + 1, round(t * self._rate))
        frame.pts, frame.time_base = self._last, 1 / self._rate
        self._mux(frame)

    def close(self, is_whole: bool = True) -> None:
        """Write what is buffered, and end the film; one that is not whole leaves an earlier one in its place."""
        import av  # late: slow to load

        if not self._fault:
            self._mux(None)
        error: OSError | av.FFmpegError | None = None
        try:
            self._container.close()
        except (OSError, av.FFmpegError) as raised:
            error = raised
        self._file.close()
        # The last bytes of a container are written without a check.
        error = self._file.error or error
        if error is not None:
            self._fail(error)
        if self._fault:
            if not _playable_seconds(self._file.path):
                self._file.remove()
        elif self._last < 0:
            self._file.remove()
        elif is_whole or not self._file.has_earlier:
            self._replace_earlier()
        else:
            self._fault.set(f"{self.path}: ended early; the earlier film stays, and this one is {self._file.path}")

    def _mux(self, frame: av.VideoFrame | None) -> None:
        import av  # late: slow to load

        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (OSError, av.FFmpegError) as error:
            self._fail(error)

    def _replace_earlier(self) -> None:
        try:
            self._file.replace_earlier()
        except OSError as error:
            reason = error.strerror or error
            self._fault.set(f"{self.path}: cannot be replaced: {reason}; the film is {self._file.path}", error)

    def _fail(self, error: OSError | av.FFmpegError) -> None:
        if self._fault:
            return
        seconds = _playable_seconds(self._file.path)
        kept = f"its first {seconds:.1f} s play" if seconds else "nothing of it can be played"
        if self._file.has_earlier:
            kept += f", in {self._file.path}; the earlier film stays" if seconds else "; the earlier film stays"
        self._fault.set(f"{self.path}: recording ended: {error.strerror or error}; {kept}", error)


def _playable_seconds(path: Path) -> float:
    """The length of the part of a film that can be decoded, s; 0 where it holds no picture."""
    import av  # late: slow to load

    seconds = 0.0
    try:
        with av.open(str(path)) as container:
            if next(container.decode(video=0), None) is None:
                return 0.0
            container.seek(0)
            for packet in container.demux(video=0):
                if packet.pts is not None and packet.time_base is not None:
                    seconds = max(seconds, float((packet.pts + (packet.duration or 1)) * packet.time_base))
    except (OSError, av.FFmpegError, IndexError):
        # The last packet may be cut off.
        return seconds
    return seconds


def container_options(path: Path) -> dict[str, str]:
    """Options of the container of a film: fragments, so that a film that is cut off, by a full disk or a power cut,
    plays up to there; no random identifiers, so that the same film is the same file."""
    if path.suffix.lower() in (".mp4", ".mov"):
        return {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    return {"fflags": "+bitexact"}


def _open(
    file: FilmFile, size: tuple[int, int], rate: float, quality: dict[str, str]
) -> tuple[av.container.OutputContainer, av.VideoStream]:
    import av  # late: slow to load

    container = av.open(file, "w", options=container_options(file.path))
    exact = Fraction(rate).limit_denominator(1001)
    for name, settings in CODECS:
        try:
            stream = container.add_stream(name, rate=exact, options=settings | (quality if name == "libx264" else {}))
        except (ValueError, av.FFmpegError):
            continue
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
        context = stream.codec_context
        context.gop_size = max(round(rate), 1)
        # The cores of a small machine are busy; and one thread gives the same bytes everywhere.
        context.thread_count = 1
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        context.color_range = 1  # 16..235, as players expect
        return container, stream
    raise UserError("this installation of PyAV brings no encoder for films")
