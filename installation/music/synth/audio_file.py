"""Files of sound by PyAV: .wav of 16 bits or of floats, .flac, .m4a and .mp3, with tags such as title and comment."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.core.film_file import FilmFile

if TYPE_CHECKING:
    import av

CODECS = {".wav": "pcm_s16le", ".flac": "flac", ".m4a": "aac", ".mp3": "libmp3lame"}
"""Codec of each kind of file."""
FLOAT_CODEC = "pcm_f32le"
"""That of a .wav of floats."""
BITS_PER_SECOND = 224_000
"""Bit rate of the lossy ones."""
DITHER_SEED = 1770


class AudioWriter:
    """Writes stereo samples as they come; an earlier file stays until this one is whole."""

    def __init__(self, path: Path, rate: int, tags: Mapping[str, str] | None = None, floats: bool = False) -> None:
        """Raises UserError where the file can't be created, or its kind isn't in CODECS."""
        import av  # late: slow to load

        self._path, self._rate = path, rate
        self._written = 0
        """Samples so far."""
        codec = FLOAT_CODEC if floats and path.suffix.lower() == ".wav" else CODECS.get(path.suffix.lower())
        if codec is None:
            raise UserError(f"{path}: expected a file of sound, {', '.join(CODECS)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = FilmFile(path)
            # Without the writer's version and random numbers, so that the same sound gives the same bytes.
            self._out = av.open(self._file, "w", options={"fflags": "+bitexact"})
            self._stream = self._out.add_stream(codec, rate=rate, layout="stereo")
        except (OSError, ValueError, av.FFmpegError) as error:
            raise self._error(error) from error
        self._stream.codec_context.flags |= av.codec.context.Flags.bitexact
        self._whole = codec in ("pcm_s16le", "flac")
        if not self._whole and codec != FLOAT_CODEC:
            self._stream.bit_rate = BITS_PER_SECOND
        self._out.metadata.update(tags or {})
        self._dither = np.random.default_rng(DITHER_SEED)

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append (n, 2) samples, full scale 1. Raises UserError, as on a full disk."""
        import av  # late: slow to load

        data = np.ascontiguousarray(samples.reshape(1, -1))
        kind = "flt"
        if self._whole:
            # Triangular noise of two steps: soft tails fade into it instead of breaking up.
            noise = self._dither.random(data.shape) - self._dither.random(data.shape)
            data = np.clip(np.round(data * 32767.0 + noise), -32768, 32767).astype(np.int16)
            kind = "s16"
        elif self._stream.format.name == "fltp":
            data, kind = np.ascontiguousarray(samples.T), "fltp"
        frame = av.AudioFrame.from_ndarray(data, format=kind, layout="stereo")
        frame.sample_rate = self._rate
        # By these times a lossy encoder says how much earlier it begins, and players leave that out.
        frame.pts, frame.time_base = self._written, Fraction(1, self._rate)
        self._written += len(samples)
        self._encode(frame)

    def close(self) -> None:
        """Finish the file; it replaces an earlier one of its name. Raises UserError."""
        import av  # late: slow to load

        self._encode(None)
        try:
            self._out.close()
            self._file.close()
            if self._file.error is not None:
                raise self._file.error
            self._file.replace_earlier()
        except (OSError, av.FFmpegError) as error:
            raise self._error(error) from error

    def discard(self) -> None:
        """Remove what was written; an earlier file stays."""
        self._file.remove()

    def _encode(self, frame: av.AudioFrame | None) -> None:
        import av  # late: slow to load

        try:
            for packet in self._stream.encode(frame):
                self._out.mux(packet)
        except (OSError, av.FFmpegError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> UserError:
        return UserError(f"{self._path}: can't be written ({getattr(error, 'strerror', None) or error})")
