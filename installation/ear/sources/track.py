"""Sound track of a file, a film or a stream, decoded by FFmpeg to one channel at the ear's sample rate."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from pathlib import Path

import av
import numpy as np

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.secrets import hide_source
from installation.ear.sources.source import ChannelError, Samples, SoundSourceError

OPEN_SECONDS = 5.0
"""Time that a stream may take to answer, and to send its next data."""
MAX_DAMAGED_PACKETS = 200
"""Damaged packets that are skipped before reading fails."""
GAP_SECONDS = 0.05
"""Distance of a timestamp from the count of samples from which on the gap is filled with silence."""
MAX_GAP_SECONDS = 10.0
"""Longest gap that is filled; a longer one is a jump of the timestamps."""
RIGHT = "name a file with sound, such as .wav, .flac, .mp3, .ogg or a film"
RIGHT_STREAM = "name the address of sound that a server sends"


class SoundTrack:
    """The first sound track of a file or stream; each call of `blocks` reads it anew."""

    def __init__(self, source: str, channel: int | None = None) -> None:
        """`channel` counts from 1; None is the mean of all. Raises SoundSourceError."""
        hide_source(source)
        self._source = source
        self._channel = channel
        self.is_stream = "://" in source
        self._right = RIGHT_STREAM if self.is_stream else RIGHT
        with self._open() as container:
            codec = container.streams.audio[0].codec_context
            self.description = f"{Path(source).name if not self.is_stream else source}: {codec.name}, {codec.rate} Hz"
            self.channels = codec.channels
            self.is_endless = container.duration is None
            """Whether it has no end that is known, as a broadcast; a file has one, wherever it lies."""
        if channel is not None and channel > self.channels:
            raise ChannelError(source, self.channels, channel)

    def _open(self) -> av.container.InputContainer:
        if not self.is_stream and not Path(self._source).is_file():
            raise SoundSourceError(f"{self._source}: no such file; {RIGHT}")
        begin = time.monotonic()
        try:
            container = av.open(self._source, timeout=(OPEN_SECONDS, OPEN_SECONDS))
        except (av.FFmpegError, OSError, ValueError) as error:
            if isinstance(error, av.ExitError) or (self.is_stream and time.monotonic() - begin >= OPEN_SECONDS):
                raise SoundSourceError(f"{self._source}: sends nothing within {OPEN_SECONDS:g} seconds") from error
            reason = getattr(error, "strerror", None) or error
            raise SoundSourceError(f"{self._source}: cannot be played ({reason}); {self._right}") from error
        if not container.streams.audio:
            container.close()
            raise SoundSourceError(f"{self._source}: contains no sound; {self._right}")
        return container

    def blocks(self, start_seconds: float = 0.0) -> Generator[tuple[int, Samples]]:
        """Yield (index of the first sample, samples) from a place on, counted from the film's first picture or, without
        one, the first sample. Raises SoundSourceError where reading fails."""
        with self._open() as container:
            stream = container.streams.audio[0]
            origin = _origin(container)
            if start_seconds > 0.0 and not self.is_stream:
                container.seek(int((start_seconds + origin) * av.time_base))
            begin = round(start_seconds * SAMPLE_RATE_HZ)
            index: int | None = None
            for stamp, samples in self._mono(container, stream):
                at = round((stamp - origin) * SAMPLE_RATE_HZ) if stamp is not None else None
                if index is None:
                    index = at if at is not None else begin
                gap = 0 if at is None else at - index
                if GAP_SECONDS * SAMPLE_RATE_HZ < gap < MAX_GAP_SECONDS * SAMPLE_RATE_HZ:
                    index = at if at is not None else index
                first = max(0, begin - index)
                if first < samples.size:
                    yield index + first, samples[first:]
                index += samples.size

    def _mono(
        self, container: av.container.InputContainer, stream: av.AudioStream
    ) -> Iterator[tuple[float | None, Samples]]:
        """The time of each decoded frame, s, and its samples at the ear's rate."""
        resampler = _new_resampler()
        for frame in self._decoded(container, stream):
            stamp = frame.time
            frame.pts = None
            try:
                converted = resampler.resample(frame)
            except (av.FFmpegError, ValueError):
                # The format changed within the stream.
                resampler = _new_resampler()
                converted = resampler.resample(frame)
            for each in converted:
                yield stamp, self._one_channel(each.to_ndarray())
                stamp = None
        for each in resampler.resample(None):
            yield None, self._one_channel(each.to_ndarray())

    def _one_channel(self, samples: np.ndarray) -> Samples:
        """(channels, n) as (n,)."""
        if self._channel is not None and self._channel <= len(samples):
            return np.ascontiguousarray(samples[self._channel - 1], np.float32)
        return samples.mean(axis=0, dtype=np.float32)  # type: ignore[no-any-return]

    def _decoded(self, container: av.container.InputContainer, stream: av.AudioStream) -> Iterator[av.AudioFrame]:
        """Yield every frame that can be decoded; raises SoundSourceError where reading fails."""
        damaged = 0
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
                if packet is None:
                    return
                yield from packet.decode()
            except av.EOFError:
                return
            except av.InvalidDataError as error:
                damaged += 1
                if damaged > MAX_DAMAGED_PACKETS:
                    raise SoundSourceError(f"{self._source}: damaged ({error.strerror})") from error
            except av.ExitError as error:
                raise SoundSourceError(f"{self._source}: has sent nothing for {OPEN_SECONDS:g} seconds") from error
            except (av.FFmpegError, OSError) as error:
                raise SoundSourceError(f"{self._source}: breaks off ({error.strerror or error})") from error


def has_sound(source: str) -> bool:
    """Whether a file has a sound track that can be opened."""
    try:
        SoundTrack(source)
    except SoundSourceError:
        return False
    return True


def _new_resampler() -> av.AudioResampler:
    # The layout stays: a .wav may name only the number of its channels, which cannot be mixed down by their places.
    return av.AudioResampler(format="fltp", rate=SAMPLE_RATE_HZ)


def _origin(container: av.container.InputContainer) -> float:
    """The time that counts as 0: that of the first picture, else that of the first sample, s."""
    stream = container.streams.video[0] if container.streams.video else container.streams.audio[0]
    # A picture on the cover of a record is a video stream, too.
    if container.streams.video and stream.disposition & av.stream.Disposition.attached_pic:
        stream = container.streams.audio[0]
    return float(stream.start_time * stream.time_base) if stream.start_time and stream.time_base else 0.0
