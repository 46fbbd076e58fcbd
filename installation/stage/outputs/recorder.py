"""Recording: what the canvas shows, read through a ring of pixel buffers, encoded in a thread of its own."""

from __future__ import annotations

import queue
import threading
from collections import deque
from pathlib import Path

import av
import moderngl
import numpy as np

from installation.core.errors import Trouble
from installation.core.video_encoder import Encoder
from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.keystone import RegionBlitter

RING = 3
"""Pixel buffers: a picture is read two frames after it was drawn, when the GPU has long been done with it."""
WAITING = 4
"""Pictures that may wait for the encoder before live ones are dropped and counted."""


class Recorder:
    """Writes a film of what a canvas shows, which plays up to wherever it was cut off."""

    def __init__(
        self, context: moderngl.Context, path: Path, size: tuple[int, int], rate: float, patient: bool
    ) -> None:
        """`patient` encodes every picture in its order (a film); else pictures that come too fast are dropped.

        Raises Trouble when the file can't be opened.
        """
        self.path = path
        self.dropped = 0
        self._patient = patient
        self._project = RegionBlitter(context)
        self._target = RenderTarget(context, (size[0] // 2 * 2, size[1] // 2 * 2), 4, "f1")
        self._size = self._target.size
        self._free = [context.buffer(reserve=self._size[0] * self._size[1] * 3) for _ in range(RING)]
        self._flying: deque[tuple[moderngl.Buffer, float]] = deque()
        self._waiting: queue.Queue[tuple[bytes, float] | None] = queue.Queue(WAITING)
        try:
            self._encoder = Encoder(path, self._size, rate, patient)
        except Trouble:
            self._release()
            raise
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str:
        """Why it ended early, in words; empty when all is well."""
        return self._encoder.trouble

    def take(self, picture: RenderTarget, t: float) -> None:
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
        wide, high = self._size
        while (waiting := self._waiting.get()) is not None:
            data, t = waiting
            self._encoder.write(np.frombuffer(data, np.uint8).reshape(high, wide, 3)[::-1], t)
        self._encoder.close()

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
