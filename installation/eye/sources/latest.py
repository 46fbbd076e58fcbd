"""Frame source read by a thread at the source's own pace, for live shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from installation.core.secrets import without_passwords
from installation.eye.sources.frames import FrameReader, SourceError, SourceFrame

STALL_SECONDS = 2.0
"""Seconds without a new picture after which a live source counts as stalled."""
HANG_SECONDS = 15.0
"""Seconds in one driver call after which the driver counts as hanging for good."""
MIN_RETRY_SECONDS = 1.0
"""Seconds before a failed live source is opened again; doubled with each failure."""
MAX_RETRY_SECONDS = 30.0


class LatestFrameReader:
    """Frame source read by a thread of its own at the source's pace; a one-slot mailbox holds the newest picture.

    A film that ends is played again; a live source that ends, fails or stalls is opened again, with exponential
    backoff.
    """

    def __init__(self, name: str, open_source: Callable[[], FrameReader], live: bool, epoch: float) -> None:
        """`epoch` is the machine's `time.perf_counter` at show time 0."""
        self.status = "opening"
        self.description = ""
        self._name = without_passwords(name)
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
                status = without_passwords(f"{self._name}: {error or type(error).__name__}")
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
                self._call_start, self.description = None, reader.description
                if not self._live:
                    # After the machine slept the film goes on from here, and does not catch up.
                    start = max(start, time.perf_counter() - timestamp - 1.0)
                    self._stop.wait(max(0.0, start + timestamp - time.perf_counter()))
                if self._stop.is_set():
                    return
                self._last_picture = self._call_start = time.perf_counter()
                self._latest = SourceFrame(
                    self._last_picture - self._epoch, pixels, self._count, cut, -1.0 if self._live else timestamp
                )
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
