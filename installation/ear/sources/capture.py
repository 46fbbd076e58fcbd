"""An input of a sound card: found by its number or name, and captured through miniaudio."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import miniaudio
import numpy as np

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.sound_cards import DEFAULT_CHANNELS, SoundCard, backends, inputs, reason
from installation.ear.sources.source import ChannelError, Samples, SoundSourceError

PERIOD_MS = 10
"""Length of a block that the sound card gives."""


class Capture:
    """An open input: calls `on_samples` from the sound card's thread with (n,) samples of one channel."""

    def __init__(
        self, device: SoundCard | None, channel: int | None, on_samples: Callable[[Samples], None], null: bool = False
    ) -> None:
        """`device` None is the system's default; `channel` from 1, None for the mean of all. With `null` the library's
        own silent device is opened. Raises SoundSourceError."""
        self._on_samples = on_samples
        self._channels = device.channels if device is not None else DEFAULT_CHANNELS
        if channel is not None and device is None:
            self._channels = max(self._channels, channel)
        if channel is not None and channel > self._channels:
            raise ChannelError(device.name if device is not None else "the sound card", self._channels, channel)
        self._channel = channel
        try:
            self._device = miniaudio.CaptureDevice(
                input_format=miniaudio.SampleFormat.FLOAT32,
                nchannels=self._channels,
                sample_rate=SAMPLE_RATE_HZ,
                buffersize_msec=PERIOD_MS,
                device_id=device.identity if device is not None else None,
                backends=backends(null),
                app_name="Visitant",
            )
            receiver = self._receive()
            next(receiver)
            self._device.start(receiver)
        except miniaudio.MiniaudioError as error:
            raise SoundSourceError(f"the sound card cannot be opened ({reason(error)})") from error

    def _receive(self) -> Generator[None, bytes]:
        """Take the blocks of the sound card; an exception here would end its thread."""
        while True:
            data = yield
            samples = np.frombuffer(data, np.float32).reshape(-1, self._channels)
            if self._channel is not None:
                self._on_samples(samples[:, self._channel - 1])
            else:
                self._on_samples(samples.mean(axis=1, dtype=np.float32))

    def close(self) -> None:
        """Close the input."""
        self._device.close()


def open_input(
    wanted: str | int | None, channel: int | None, on_samples: Callable[[Samples], None]
) -> tuple[Capture, str]:
    """Open the input that `find_device` finds; returns it with its name. Raises SoundSourceError."""
    cards = inputs()
    device = find_device(wanted, cards)
    channels = max((card.channels for card in cards), default=0)
    if device is None and channel is not None and channel > channels:
        # The system's own choice is one of them: a channel that none of them has would be silent.
        raise ChannelError("every sound card here", channels, channel)
    return Capture(device, channel, on_samples), device.name if device is not None else "sound card"


def find_device(wanted: str | int | None, devices: Sequence[SoundCard]) -> SoundCard | None:
    """The input of this number, or whose name contains this text; None for the system's own choice.

    Raises SoundSourceError where there is none.
    """
    if wanted is None and devices:
        return None
    if not devices:
        raise SoundSourceError("no sound card with an input is connected")
    number = int(wanted) if wanted is not None and str(wanted).isdecimal() else None
    for device in devices:
        if device.number == number or (number is None and str(wanted).lower() in device.name.lower()):
            return device
    known = ", ".join(f"{device.number} {device.name!r}" for device in devices)
    raise SoundSourceError(f"sound card {wanted!r} is not connected; there are: {known}")
