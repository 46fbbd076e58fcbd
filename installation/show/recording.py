"""Recording of Moments in a file, without pixels, and its reader."""

from __future__ import annotations

import logging
import queue
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from installation.core.errors import UserError
from installation.core.faults import Fault
from installation.interface.moment import Moment
from installation.workers.codec import WireError, pack, unpack

logger = logging.getLogger(__name__)

MAGIC = b"visitant moments 1\n"
MAX_RECORD_BYTES = 1 << 22
"""Bytes of the largest record that is accepted."""
MAX_WAITING = 128
"""Moments that may wait for the disk before live ones are dropped and counted."""


class MomentsError(UserError):
    """A file that holds no Moments, or one that cannot be written."""


@dataclass(frozen=True, slots=True)
class RecordingHeader:
    """How the Moments were made."""

    rate: float
    """Frame rate at which the loop aimed, Hz."""
    seed: int
    size: tuple[int, int]
    """Canvas in pixels."""


class MomentWriter:
    """Writes Moments from a thread of its own, so that no frame waits for the disk."""

    def __init__(self, path: Path, header: RecordingHeader, lossless: bool) -> None:
        """`lossless` waits for the disk (a film); else Moments are dropped and counted when the disk is too slow."""
        self.path = path
        self.dropped = 0
        self._fault = Fault(logger, logging.ERROR)
        self._lossless = lossless
        self._waiting: queue.Queue[Moment | None] = queue.Queue(MAX_WAITING)
        try:
            self._file: BinaryIO = path.open("wb")
        except OSError as error:
            raise MomentsError(f"{path}: can't be written: {error.strerror}") from error
        try:
            self._file.write(MAGIC)
            self._write([header.rate, header.seed, list(header.size)])
        except OSError as error:
            self._fail(error)
        self._thread = threading.Thread(target=self._run, name="moments", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str:
        """Why writing has ended; empty while it goes on."""
        return self._fault.text

    def write(self, moment: Moment) -> None:
        """Queue one Moment."""
        if self._fault:
            self.dropped += 1
            return
        try:
            self._waiting.put(moment, block=self._lossless)
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Write what is queued, and close."""
        self._waiting.put(None)
        self._thread.join()
        if self.dropped and not self._fault:
            logger.error("%s: %d moments left out, the disk is too slow", self.path, self.dropped)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, value: object) -> None:
        data = zlib.compress(pack(value), 1)
        self._file.write(len(data).to_bytes(4, "little") + data)
        # A process that is killed loses what Python holds back.
        self._file.flush()

    def _run(self) -> None:
        while (moment := self._waiting.get()) is not None:
            if self._fault:
                self.dropped += 1
                continue
            try:
                self._write(moment)
            except OSError as error:
                self._fail(error)
        try:
            self._file.close()
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        if not self._fault:
            self._fault.set(f"{self.path}: {error.strerror}; the moments so far are kept", error)


class MomentReader:
    """Reads Moments one by one; of a file that breaks off it reads those that are complete."""

    def __init__(self, path: Path, report: bool = True) -> None:
        """`report`: whether damage is reported as a fault, by one of several readers of a file.

        Raises MomentsError when the file is missing or no recording.
        """
        self.path = path
        self._reports = report
        self.damage = ""
        """Where the file breaks off; empty while no damage was found."""
        self._fault = Fault(logger)
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
        data = self._file.read(size) if size <= MAX_RECORD_BYTES else b""
        if len(data) < size:
            raise WireError("it breaks off")
        try:
            return unpack(zlib.decompressobj().decompress(data, MAX_RECORD_BYTES))
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
                self._report(f"{self.path}: damaged after {count} moments ({error}); it plays up to there")
                return
            if not isinstance(moment, Moment):
                self._report(f"{self.path}: after {count} moments comes something else; it plays up to there")
                return
            count += 1
            yield moment

    def _report(self, damage: str) -> None:
        self.damage = damage
        if self._reports:
            self._fault.set(damage)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._fault.withdraw()
