"""Protocol of a source of sound, and its errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.core.secrets import without_passwords

Samples = NDArray[np.float32]
"""(n,) of one channel at SAMPLE_RATE_HZ."""
NO_SAMPLES: Samples = np.zeros(0, np.float32)


class SoundSourceError(UserError):
    """A source cannot be opened or gives no sound; names the source, without its password, and the reason."""

    status = 2
    key = "source"
    """The key of [sound] that is wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(without_passwords(reason))


class ChannelError(SoundSourceError):
    """A source has no channel of the number that is wanted."""

    key = "channel"

    def __init__(self, name: str, channels: int, channel: int) -> None:
        super().__init__(f"{name}: has no channel {channel}; its channels are 1 to {channels}")


@dataclass(frozen=True, slots=True)
class FilmPosition:
    """The place of the camera's film that is shown, for the sound that goes with it."""

    time: float
    """Show time of the picture, s."""
    seconds: float
    """Its place in the film, s since the film's first picture."""

    def at(self, t: float) -> float:
        """The place of the film at show time `t`."""
        return self.seconds + t - self.time


class SoundSource(Protocol):
    """Gives samples as they become due; never waits."""

    status: str
    """ "ok", or the fault, for a person to read."""
    description: str
    """Name and format of the source, for the technician."""

    def read(self, t: float, film: FilmPosition | None) -> tuple[Samples, float]:
        """The samples since the last call up to show time `t`, and the show time at which the newest of them ends."""

    def close(self) -> None:
        """Release the source."""
