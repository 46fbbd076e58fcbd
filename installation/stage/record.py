"""Recording: what the canvas shows, read through a ring of pixel buffers, encoded in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections import deque
from fractions import Fraction
from pathlib import Path

import av
import moderngl
import numpy as np

from installation.stage.projection import Projection
from installation.stage.target import Target
from installation.trouble import Trouble

RING = 3
"""Pixel buffers: a picture is read two frames after it was drawn, when the GPU has long been done with it."""
WAITING = 4
"""Pictures that may wait for the encoder before live ones are dropped and counted."""
CODECS = (
    ("libx264", {"crf": "17"}),
    ("libopenh264", {"b": "12000000"}),
    ("mpeg4", {"qscale": "3"}),
)
"""The encoders that are tried, best first."""
THOROUGH, QUICK = {"preset": "veryfast", "x264-params": "mbtree=0"}, {"preset": "ultrafast"}
"""How hard x264 tries for a film, and beside a wall that plays. Its macroblock tree is left out: beside B-frames it
makes other bytes of the same pictures from time to time, by what the memory held before."""


class Recorder:
    """Writes a film that plays up to wherever it was cut off. `trouble` says in words why it ended early."""

    def __init__(
        self, context: moderngl.Context, path: Path, size: tuple[int, int], rate: float, patient: bool
    ) -> None:
        """`patient` encodes every picture in its order (a film); else pictures that come too fast are dropped.

        Raises Trouble when the file can't be opened.
        """
        self.path = path
        self.dropped = 0
        self.trouble = ""
        self._patient = patient
        self._project = Projection(context)
        self._target = Target(context, (size[0] // 2 * 2, size[1] // 2 * 2), 4, "f1")
        self._size = self._target.size
        self._free = [context.buffer(reserve=self._size[0] * self._size[1] * 3) for _ in range(RING)]
        self._flying: deque[tuple[moderngl.Buffer, float]] = deque()
        self._waiting: queue.Queue[tuple[bytes, float] | None] = queue.Queue(WAITING)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container, self._stream = _open(path, self._size, rate, THOROUGH if patient else QUICK)
        except (OSError, av.FFmpegError) as error:
            self._release()
            raise Trouble(f"{path}: can't be written: {error.strerror or error}") from error
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def take(self, picture: Target, t: float) -> None:
        """Take the picture of time `t`, s since the first."""
        if self.trouble:
            return
        self._project(self._target, picture.texture, picture.drawn)
        if self._patient:
            # Read at once, past the ring: a film has time to wait, and must have this very picture.
            self._waiting.put((self._target.front().read(components=3, alignment=1), t))
            return
        if not self._free:
            self._land()
        buffer = self._free.pop()
        self._target.front().read_into(buffer, components=3, alignment=1)
        self._flying.append((buffer, t))
        if len(self._flying) >= RING:
            self._land()

    def _land(self, wait: bool = False) -> None:
        """Hand over the oldest picture on its way; drop it, unless told to `wait`, when the encoder is behind."""
        buffer, t = self._flying.popleft()
        if wait or not self._waiting.full():
            self._waiting.put((buffer.read(), t))
        else:
            self.dropped += 1
        self._free.append(buffer)

    def _run(self) -> None:
        rate = self._stream.codec_context.framerate or Fraction(30)
        last = -1
        while (waiting := self._waiting.get()) is not None:
            data, t = waiting
            if self.trouble:
                continue
            wide, high = self._size
            picture = np.ascontiguousarray(np.frombuffer(data, np.uint8).reshape(high, wide, 3)[::-1])
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            last = max(last + 1, round(t * rate))
            frame.pts, frame.time_base = last, 1 / rate
            self._mux(frame)
        if not self.trouble:
            self._mux(None)
        try:
            self._container.close()
        except (OSError, av.FFmpegError) as error:
            self._fail(error)

    def _mux(self, frame: av.VideoFrame | None) -> None:
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (OSError, av.FFmpegError) as error:
            self._fail(error)

    def _fail(self, error: OSError | av.FFmpegError) -> None:
        self.trouble = (
            self.trouble or f"{self.path}: recording ended: {error.strerror or error}; what was written plays"
        )

    def close(self) -> None:
        """Encode what is on its way, and close the film."""
        while self._flying:
            self._land(wait=True)
        self._waiting.put(None)
        self._thread.join()
        self._release()

    def _release(self) -> None:
        for buffer in (*self._free, *(buffer for buffer, _ in self._flying)):
            buffer.release()
        self._target.release()
        self._project.release()


def _open(
    path: Path, size: tuple[int, int], rate: float, effort: dict[str, str]
) -> tuple[av.container.OutputContainer, av.VideoStream]:
    # Fragments: a film that is cut off, by a full disk or a power cut, plays up to there.
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"} if path.suffix == ".mp4" else {}
    container = av.open(str(path), "w", options=options)
    exact = Fraction(rate).limit_denominator(1001)
    for name, settings in CODECS:
        try:
            stream = container.add_stream(name, rate=exact, options=settings | (effort if name == "libx264" else {}))
        except (ValueError, av.FFmpegError):
            continue
        stream.width, stream.height, stream.pix_fmt = size[0], size[1], "yuv420p"
        context = stream.codec_context
        context.gop_size = round(rate)
        # Both threads of a small machine are spoken for; and one thread makes the same bytes everywhere.
        context.thread_count = 1
        context.colorspace = context.color_primaries = context.color_trc = 1  # BT.709
        context.color_range = 1  # 16..235, as players expect
        return container, stream
    raise Trouble(f"{path}: this installation of PyAV brings no encoder for films")


def poster(film: Path, t: float, path: Path) -> Path:
    """Save the film's picture at `t` seconds as a PNG; returns its path."""
    with av.open(str(film)) as container:
        picture = None
        for frame in container.decode(video=0):
            picture = frame
            if frame.time is not None and frame.time >= t:
                break
        if picture is None:
            raise Trouble(f"{film}: holds no picture")
        picture.to_image().save(path, format="PNG")
    return path
