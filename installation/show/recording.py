"""A stream of Moments in a file: whatever happened on the wall can be made again. It holds no pixels."""

from __future__ import annotations

import queue
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from installation.core.errors import UserError
from installation.interface.moment import Moment
from installation.workers.codec import WireError, pack, unpack

MAGIC = b"visitant moments 1\n"
LARGEST = 1 << 22
"""Bytes of the largest record that is believed."""
WAITING = 128
"""Moments that may wait for the disk before live ones are dropped and counted."""


class MomentsError(UserError):
    """A file that is no stream of moments, or a stream that can't be written."""


@dataclass(frozen=True, slots=True)
class RecordingHeader:
    """What the stream was made with."""

    rate: float
    """Frames a second that the loop aimed at."""
    seed: int
    size: tuple[int, int]
    """Canvas in pixels."""


class MomentWriter:
    """Writes moments from a thread of its own, so that no frame waits for the disk."""

    def __init__(self, path: Path, header: RecordingHeader, patient: bool) -> None:
        """`patient` waits for the disk and loses nothing (a film); else moments are dropped and counted."""
        self.path = path
        self.dropped = 0
        self.trouble = ""
        self._patient = patient
        self._waiting: queue.Queue[Moment | None] = queue.Queue(WAITING)
        try:
            self._file: BinaryIO = path.open("wb")
        except OSError as error:
            raise MomentsError(f"{path}: can't be written: {error.strerror}") from error
        self._file.write(MAGIC)
        self._write([header.rate, header.seed, list(header.size)])
        self._thread = threading.Thread(target=self._run, name="moments", daemon=True)
        self._thread.start()

    def write(self, moment: Moment) -> None:
        """Hand over one moment."""
        if self.trouble:
            self.dropped += 1
            return
        try:
            self._waiting.put(moment, block=self._patient)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what waits, and close."""
        self._waiting.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, value: object) -> None:
        data = zlib.compress(pack(value), 1)
        self._file.write(len(data).to_bytes(4, "little") + data)

    def _run(self) -> None:
        while (moment := self._waiting.get()) is not None:
            if self.trouble:
                self.dropped += 1
                continue
            try:
                self._write(moment)
            except OSError as error:
                self.trouble = f"{self.path}: {error.strerror}; the moments so far are kept"
        try:
            self._file.close()
        except OSError as error:
            self.trouble = self.trouble or f"{self.path}: {error.strerror}; the moments so far are kept"


class MomentReader:
    """Reads moments one by one; a stream that breaks off gives those that are whole."""

    def __init__(self, path: Path) -> None:
        """Raises MomentsError when the file is missing or something else."""
        self.path = path
        self.trouble = ""
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise MomentsError(f"{path}: can't be read: {error.strerror}") from error
        if self._file.read(len(MAGIC)) != MAGIC:
            self._file.close()
            raise MomentsError(f"{path}: not a file of moments; `--save-moments` writes such files")
        try:
            rate, seed, size = self._record()
            self.header = RecordingHeader(float(rate), int(seed), (int(size[0]), int(size[1])))
        except (EOFError, WireError, ValueError, TypeError, IndexError) as error:
            self._file.close()
            raise MomentsError(f"{path}: its header is damaged: {error}") from error
        self._start = self._file.tell()

    def _record(self) -> Any:
        size = int.from_bytes(self._file.read(4), "little")
        if size == 0:
            raise EOFError("the end")
        data = self._file.read(size) if size <= LARGEST else b""
        if len(data) < size:
            raise WireError("it breaks off")
        try:
            return unpack(zlib.decompressobj().decompress(data, LARGEST))
        except zlib.error as error:
            raise WireError(str(error)) from error

    def __iter__(self) -> Iterator[Moment]:
        self._file.seek(self._start)
        count = 0
        while True:
            try:
                moment = self._record()
            except EOFError:
                return
            except WireError as error:
                self.trouble = f"{self.path}: damaged after {count} moments ({error}); it plays up to there"
                return
            if not isinstance(moment, Moment):
                self.trouble = f"{self.path}: after {count} moments comes something else; it plays up to there"
                return
            count += 1
            yield moment

    def close(self) -> None:
        """Close the file."""
        self._file.close()
