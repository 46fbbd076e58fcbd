"""LTC as a worker: timecode from a sound card or a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.clocks.chase import TimecodeChase
from installation.ear.clocks.clock import LTC
from installation.ear.clocks.ltc import LtcDecoder, LtcFrame
from installation.ear.clocks.ltc_report import LtcReport
from installation.ear.clocks.mtc import TimecodeFrame
from installation.ear.sources.kinds import open_source
from installation.ear.sources.source import SoundSource
from installation.interface.timecode import RATES, seconds_of
from installation.venue.sound_section import SoundSection
from installation.workers.worker import Message

RATE_HZ = 60.0
"""Steps of the worker a second."""


def open_ltc(sound: dict[str, Any], live: bool, epoch: float, offset_seconds: float) -> LtcWorker:
    """Open the input; `sound` is a SoundSection as plain values. Raises SoundSourceError."""
    section = SoundSection.model_validate(sound, strict=False)
    return LtcWorker(open_source(section, "", live, epoch, None), offset_seconds)


class LtcWorker:
    """Decodes the newest samples, and chases their timecode."""

    def __init__(self, source: SoundSource, offset_seconds: float = 0.0) -> None:
        self._source = source
        self._decoder = LtcDecoder(SAMPLE_RATE_HZ)
        self._chase = TimecodeChase(LTC, offset_seconds=offset_seconds)
        self._pushed = 0

    def step(self, request: Mapping[str, Any], t: float) -> Message:
        """Timecode at show time `t`; nothing is asked of it."""
        samples, until = self._source.read(t, None)
        self._pushed += samples.size
        for frame in self._decoder.push(samples):
            time = until - (self._pushed - frame.sample) / SAMPLE_RATE_HZ
            self._chase.update(timecode_frame(frame, time))
        report = LtcReport(self._chase.timecode(t), self._chase.speed, self._source.status)
        return Message(t, report)

    def close(self) -> None:
        self._source.close()


def timecode_frame(frame: LtcFrame, time: float) -> TimecodeFrame:
    """A decoded frame as a position; its rate is the one nearest to that of its bits."""
    rate = RATES[2] if frame.drop_frame else min(RATES, key=lambda each: abs(each - frame.frames_a_second))
    # A slow tape has labels that only a faster rate counts.
    if frame.label[3] >= round(rate):
        rate = RATES[3] if frame.label[3] >= 25 else RATES[1]
    return TimecodeFrame(time, seconds_of(frame.label, rate, frame.drop_frame), rate, frame.drop_frame, frame.direction)
