"""Recorder: writes the canvas to a film, read through a ring of pixel buffers and encoded in a thread."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import moderngl
import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.core.film_file import POSTER_SUFFIX
from installation.core.video_encoder import Encoder
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.keystone import RegionBlitter
from installation.stage.outputs.screenshot import save_png

logger = logging.getLogger(__name__)

RING_LENGTH = 3
"""Pixel buffers: a picture is read two frames after it was drawn, when the GPU has finished it."""
QUEUE_LENGTH = 4
"""Pictures that wait for the encoder before live ones are dropped and counted."""


class Recorder:
    """Writes a film of the canvas; a film whose end is missing plays up to there."""

    def __init__(
        self, context: moderngl.Context, path: Path, size: tuple[int, int], rate: float, keep_every_frame: bool
    ) -> None:
        """With `keep_every_frame` it waits for the encoder (a film), and opens the file with the first picture: a film
        that cannot be begun leaves an earlier one alone. Else pictures that come too fast are dropped.

        Raises UserError when the file can't be opened, as `take` does for a film.
        """
        self.path = path
        self.dropped = 0
        self._keep_every_frame = keep_every_frame
        self._is_whole = True
        self._copy_region = RegionBlitter(context)
        self._target = RenderTarget(context, (size[0] // 2 * 2, size[1] // 2 * 2), BYTES)
        self._size = self._target.size
        self._free_buffers = [context.buffer(reserve=self._size[0] * self._size[1] * 3) for _ in range(RING_LENGTH)]
        self._in_ring: deque[tuple[moderngl.Buffer, float]] = deque()
        self._queue: queue.Queue[tuple[bytes, float] | None] = queue.Queue(QUEUE_LENGTH)
        self._rate = rate
        self._encoder: Encoder | None = None
        self._thread: threading.Thread | None = None
        if not keep_every_frame:
            try:
                self._open()
            except UserError:
                self._release()
                raise

    def _open(self) -> None:
        """Open the file, and start the thread that encodes."""
        encoder = self._encoder = Encoder(self.path, self._size, self._rate, self._keep_every_frame)
        self._thread = threading.Thread(target=self._run, args=(encoder,), name="recorder", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str:
        """The error that ended the film early; empty while there is none."""
        return self._encoder.fault if self._encoder is not None else ""

    def take(self, picture: RenderTarget, t: float) -> None:
        """Record the picture of time `t`, s since the first."""
        if self._encoder is None:
            self._open()
        if self.fault:
            return
        self._copy_region(self._target, picture.texture, picture.drawn)
        if self._keep_every_frame:
            # Read now, without the ring: a film may wait, and contains every picture.
            self._queue.put((self._target.front().read(components=3, alignment=1), t))
            return
        if not self._free_buffers:
            self._enqueue_oldest()
        buffer = self._free_buffers.pop()
        self._target.front().read_into(buffer, components=3, alignment=1)
        self._in_ring.append((buffer, t))
        if len(self._in_ring) >= RING_LENGTH:
            self._enqueue_oldest()

    def _enqueue_oldest(self, wait: bool = False) -> None:
        """Queue the oldest picture of the ring; without `wait` it is dropped where the queue is full."""
        buffer, t = self._in_ring.popleft()
        if wait or not self._queue.full():
            self._queue.put((buffer.read(), t))
        else:
            self.dropped += 1
        self._free_buffers.append(buffer)

    def _run(self, encoder: Encoder) -> None:
        wide, high = self._size
        while (waiting := self._queue.get()) is not None:
            data, t = waiting
            encoder.write(np.frombuffer(data, np.uint8).reshape(high, wide, 3)[::-1], t)
        encoder.close(self._is_whole)

    def cut_short(self) -> None:
        """Note that the film ends early, so that it does not replace an earlier one."""
        self._is_whole = False

    def close(self) -> None:
        """Encode the remaining pictures, and close the film."""
        while self._in_ring:
            self._enqueue_oldest(wait=True)
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
        if self.dropped and not self.fault:
            logger.error("%s: %d pictures left out, the disk or the encoder is too slow", self.path, self.dropped)
        self._release()

    def _release(self) -> None:
        for buffer in (*self._free_buffers, *(buffer for buffer, _ in self._in_ring)):
            buffer.release()
        self._target.release()
        self._copy_region.release()


def pictures_at(film: Path, times: Sequence[float]) -> list[NDArray[np.uint8]]:
    """The film's pictures (height, width, 3) RGB at these times, which rise; the last one where the film ends before.

    Raises UserError for a film without a picture.
    """
    import av  # late: slow to load

    found: list[NDArray[np.uint8]] = []
    picture = None
    # The last picture of a film that a full disk cut off may be damaged.
    with av.open(str(film)) as container, contextlib.suppress(av.FFmpegError):
        for picture in container.decode(video=0):
            while len(found) < len(times) and picture.time is not None and picture.time >= times[len(found)]:
                found.append(picture.to_ndarray(format="rgb24"))
            if len(found) == len(times):
                return found
    if picture is None:
        raise UserError(f"{film}: holds no picture")
    return found + [picture.to_ndarray(format="rgb24")] * (len(times) - len(found))


def save_poster(picture: NDArray[np.uint8], film: Path) -> Path:
    """Save (height, width, 3) RGB as the poster of a film, a PNG beside it; returns its path.

    Raises UserError; an earlier poster stays then.
    """
    path = film.with_suffix(POSTER_SUFFIX)
    try:
        return save_png(picture, path)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path}: the poster can't be written: {reason}; the film is {film}") from error
