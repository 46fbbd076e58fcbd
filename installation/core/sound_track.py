"""Sound track of a film: copied from a file of sound without encoding it again where the film's container takes it."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from installation.core.errors import UsageError, UserError
from installation.core.film_file import FilmFile
from installation.core.video_encoder import container_options

if TYPE_CHECKING:
    import av
    from av.container import InputContainer, OutputContainer

MP4_CODECS = frozenset({"aac", "mp3", "ac3", "eac3", "alac"})
"""Codecs that players expect in an .mp4 or .mov; an .mkv takes every one."""
AAC_RATES = frozenset({8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000})
"""Sample rates of AAC, Hz."""
OTHER_RATE = 48000
"""Sample rate of the track where the file has none of AAC_RATES, Hz."""
LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
"""Layouts of a track that is encoded again, by the number of channels; any other number becomes stereo."""
AAC_BITS_PER_SECOND = 192_000
"""Bit rate of a track that is encoded again."""

logger = logging.getLogger(__name__)


def require_sound(sound: Path) -> None:
    """Raise UsageError for a file without sound that can be read."""
    import av  # late: slow to load

    right = "name a file with sound, such as .wav, .flac, .mp3, .ogg or a film"
    if not sound.is_file():
        raise UsageError(f"--audio {sound}: no such file; {right}")
    try:
        with av.open(str(sound)) as source:
            if source.streams.audio and next(_decoded(source, source.streams.audio[0]), None) is not None:
                return
    except (OSError, ValueError, av.FFmpegError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"--audio {sound}: cannot be read ({reason}); {right}") from None
    raise UsageError(f"--audio {sound}: holds no sound; {right}")


def add_sound(film: Path, sound: Path, seconds: float) -> None:
    """Give a film of this length a sound track, which begins and ends with it; a shorter one is followed by silence.

    Raises UserError where that fails; the film is then as it was.
    """
    import av  # late: slow to load

    part = None
    try:
        # The film exists, so that this is one beside it.
        part = FilmFile(film)
        with (
            av.open(str(film)) as pictures,
            av.open(str(sound)) as source,
            av.open(part, "w", options=_options(film)) as out,
        ):
            video, audio = pictures.streams.video[0], source.streams.audio[0]
            shown = out.add_stream_from_template(video)
            takes = MP4_CODECS if film.suffix.lower() in (".mp4", ".mov") else out.supported_codecs
            packets_of = _copied if audio.codec_context.codec.canonical_name in takes else _encoded
            packets = (_copies(pictures, video, shown, seconds), packets_of(source, audio, out, seconds))
            for packet in heapq.merge(*packets, key=_time):
                out.mux(packet)
        part.close()
        if part.error is not None:
            raise part.error
        part.replace_earlier()
    except (OSError, ValueError, av.FFmpegError) as error:
        if part is not None:
            part.remove()
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"{film}: has no sound, because {sound} cannot be added ({reason})") from error


def _options(film: Path) -> dict[str, str]:
    """Options of the container of a film with sound.

    The head of an .mp4 is written when both streams have begun, so that it says when: without that, players show the
    pictures by the encoder's delay later than their sound, two frames and more.
    """
    options = container_options(film)
    if "movflags" in options:
        options["movflags"] = options["movflags"].replace("empty_moov", "delay_moov")
    return options


def _time(packet: av.Packet) -> float:
    """Time at which a packet is decoded, s."""
    return float((packet.dts or 0) * packet.time_base)


def _copies(source: InputContainer, stream: av.Stream, onto: av.Stream, seconds: float) -> Iterator[av.Packet]:
    """The packets of a stream that begin before `seconds`, its start at 0."""
    start = stream.start_time or 0
    for packet in _with_decoding_times(source.demux(stream)):
        packet.pts, packet.dts = packet.pts - start, packet.dts - start
        if packet.pts * packet.time_base >= seconds and packet.dts * packet.time_base >= seconds:
            return
        packet.stream = onto
        yield packet


def _with_decoding_times(packets: Iterator[av.Packet]) -> Iterator[av.Packet]:
    """The packets, each with a time of decoding: Matroska does not say that of the first ones."""
    untimed: list[av.Packet] = []
    for packet in packets:
        if packet.pts is None:  # the end
            continue
        if packet.dts is None:
            untimed.append(packet)
            continue
        yield from _timed(untimed, packet.dts)
        untimed = []
        yield packet
    if untimed:
        yield from _timed(untimed, min(packet.pts for packet in untimed))


def _timed(packets: list[av.Packet], end: int) -> Iterator[av.Packet]:
    """The packets, decoded one after the other until `end`."""
    for left, packet in zip(range(len(packets), 0, -1), packets, strict=True):
        packet.dts = end - left * (packet.duration or 1)
        yield packet


def _copied(
    source: InputContainer, stream: av.AudioStream, out: OutputContainer, seconds: float
) -> Iterator[av.Packet]:
    return _copies(source, stream, out.add_stream_from_template(stream), seconds)


def _encoded(
    source: InputContainer, stream: av.AudioStream, out: OutputContainer, seconds: float
) -> Iterator[av.Packet]:
    import av  # late: slow to load

    rate = stream.rate if stream.rate in AAC_RATES else OTHER_RATE
    # A .wav may name only the number of its channels, which the encoder does not take.
    layout = LAYOUTS.get(stream.layout.nb_channels, "stereo")
    track = out.add_stream("aac", rate=rate, layout=layout)
    track.bit_rate = AAC_BITS_PER_SECOND
    resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
    frames = (_sound(frame) for read in _decoded(source, stream) for frame in resampler.resample(read))
    return _encode(track, frames, round(seconds * rate))


def _decoded(source: InputContainer, stream: av.AudioStream) -> Iterator[av.AudioFrame]:
    """Every frame of a stream until it ends or breaks off; one that is damaged is silent, so that those after it keep
    their time."""
    import av  # late: slow to load

    last, is_damaged = None, False
    packets = source.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as error:
            logger.warning("%s: breaks off (%s); silence follows", source.name, error.strerror)
            return
        if packet is None:
            return
        try:
            for frame in packet.decode():
                last = frame
                yield frame
        except av.FFmpegError as error:
            if last is not None and not is_damaged:
                logger.warning("%s: damaged (%s); its damaged parts are silent", source.name, error.strerror)
                is_damaged = True
            if last is not None and packet.duration:
                yield _silence(last, round(packet.duration * packet.time_base * last.sample_rate))


def _silence(like: av.AudioFrame, samples: int) -> av.AudioFrame:
    """Silence in the format of another frame."""
    import av  # late: slow to load

    frame = av.AudioFrame(format=like.format.name, layout=like.layout, samples=samples)
    frame.sample_rate = like.sample_rate
    for plane in frame.planes:
        plane.update((b"\x80" if like.format.bits == 8 else b"\0") * plane.buffer_size)
    return frame


def _sound(frame: av.AudioFrame) -> av.AudioFrame:
    """A planar frame of floats without what is no sample: not a number, or beyond full scale."""
    import av  # late: slow to load

    samples = frame.to_ndarray()
    if np.all(np.abs(samples) <= 1.0):
        return frame
    sound = av.AudioFrame.from_ndarray(
        np.clip(np.nan_to_num(samples, nan=0.0), -1.0, 1.0), format=frame.format.name, layout=frame.layout.name
    )
    sound.sample_rate = frame.sample_rate
    return sound


def _encode(track: av.AudioStream, frames: Iterator[av.AudioFrame], samples: int) -> Iterator[av.Packet]:
    """The packets of the first samples of planar frames."""
    import av  # late: slow to load

    done = 0
    for read in frames:
        frame = read
        if read.samples > samples:
            cut = read.to_ndarray()[:, :samples].copy()
            frame = av.AudioFrame.from_ndarray(cut, format=read.format.name, layout=read.layout.name)
            frame.sample_rate = read.sample_rate
        samples -= frame.samples
        # By these times the encoder says how much earlier it begins, and players leave that out.
        frame.pts, frame.time_base = done, Fraction(1, frame.sample_rate)
        done += frame.samples
        yield from track.encode(frame)
        if samples <= 0:
            break
    yield from track.encode(None)
