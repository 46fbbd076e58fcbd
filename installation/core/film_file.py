"""The file that a film is written to: every error of the disk is kept, and an earlier film stays until this one is
whole."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from installation.core.output_files import numbered
from motion.atomic_file import move_into_place

PART = ".part"
"""What is added to the name of a film while one of that name exists."""
POSTER_SUFFIX = ".png"
"""What the name of a film's poster ends with."""


class FilmFile:
    """A file for FFmpeg, which does not report an error of the last bytes that it writes: `error` has the first one.

    Where a file of that name exists, the film is written beside it, and takes its place in `replace_earlier`.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; raises OSError."""
        target = Path(os.path.realpath(path))
        self._target = target if target.is_file() else None
        self.path = path if self._target is None else numbered(target.with_name(target.stem + PART + target.suffix))
        """Where the film lies until it takes the place of an earlier one."""
        self.name = str(self.path)
        """Its suffix chooses FFmpeg's container."""
        self.error: OSError | None = None
        # Without Python's own buffer: what FFmpeg has written is kept when the process is killed.
        self._file = self.path.open("wb", buffering=0)

    @property
    def has_earlier(self) -> bool:
        """Whether an earlier film stays until `replace_earlier`."""
        return self._target is not None

    def write(self, data: bytes) -> int:
        """Write all of `data`; raises OSError."""
        rest = memoryview(data)
        while rest:
            try:
                # A disk that is nearly full takes a part first, and refuses the next.
                rest = rest[self._file.write(rest) :]
            except OSError as error:
                self.error = self.error or error
                raise
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        """Close the file; a network drive reports only here what it could not write."""
        try:
            self._file.close()
        except OSError as error:
            self.error = self.error or error

    def replace_earlier(self) -> None:
        """Put the closed film in the place of the earlier one, if there is one. Raises OSError."""
        if self._target is not None:
            move_into_place(self.path, self._target)
            self.path, self._target = self._target, None

    def remove(self) -> None:
        """Remove the film, which holds nothing; an earlier one stays."""
        self.close()
        with contextlib.suppress(OSError):
            self.path.unlink()
