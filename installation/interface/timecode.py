"""Timecode: hours, minutes, seconds and frames of another machine's transport, as seconds and as a label."""

from __future__ import annotations

import re
from dataclasses import dataclass

from installation.core.records import record

RATES = (24.0, 25.0, 30_000 / 1_001, 30.0)
"""Frames a second that timecode may have; 29.97 counts 30 labels a second."""
DAY_SECONDS = 86_400.0
"""After which timecode starts again at 00:00:00:00."""
DROPPED = 2
"""Labels that drop-frame timecode leaves out at each full minute but the tenth. SMPTE ST 12-1."""
_TEXT = re.compile(r"(\d{1,2}):([0-5]?\d):([0-5]?\d)(?:([:;.])(\d{1,2}))?")

Label = tuple[int, int, int, int]
"""Hours, minutes, seconds, frames."""


@record("Timecode")
@dataclass(frozen=True, slots=True)
class Timecode:
    """Where another machine's transport stands, from MTC or LTC."""

    seconds: float = 0.0
    """Since 00:00:00:00, with the venue's offset."""
    rate: float = 25.0
    """Frames a second, one of RATES."""
    drop_frame: bool = False
    state: str = "off"
    """ "off" before any timecode came, "running", "freewheel" while none comes for up to two seconds, "stopped"."""
    source: str = ""
    """ "mtc" or "ltc"; empty before any came."""
    age: float = 0.0
    """Seconds since the newest frame."""

    @property
    def runs(self) -> bool:
        """Whether the transport moves, as far as is known."""
        return self.state in ("running", "freewheel")

    @property
    def label(self) -> Label:
        """Hours, minutes, seconds and frames."""
        return label_of(self.seconds, self.rate, self.drop_frame)

    def __str__(self) -> str:
        return format_label(self.label, self.drop_frame)


def seconds_of(label: Label, rate: float, drop_frame: bool = False) -> float:
    """Seconds since 00:00:00:00 of a label; of drop-frame timecode real ones, otherwise those that the label counts."""
    hours, minutes, seconds, frames = label
    nominal = round(rate)
    number = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if not drop_frame:
        return number / nominal
    passed = hours * 60 + minutes
    return (number - DROPPED * (passed - passed // 10)) / RATES[2]


def label_of(seconds: float, rate: float, drop_frame: bool = False) -> Label:
    """The label at so many seconds; the inverse of `seconds_of`."""
    nominal = round(rate)
    number = int(seconds % DAY_SECONDS * (RATES[2] if drop_frame else nominal) + 1e-6)
    if drop_frame:
        # Ten minutes have 17,982 frames; the first of them drops no label, the other nine two each.
        tens, rest = divmod(number, 17_982)
        number += 18 * tens + DROPPED * max(0, (rest - DROPPED) // 1_798)
    whole, frames = divmod(number, nominal)
    return whole // 3600 % 24, whole // 60 % 60, whole % 60, frames


def is_label(label: Label, rate: float = 30.0) -> bool:
    """Whether such a time exists."""
    hours, minutes, seconds, frames = label
    return 0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 60 and 0 <= frames < round(rate)


def format_label(label: Label, drop_frame: bool = False) -> str:
    """A label as text, such as "01:00:00:00"; of drop-frame timecode "01:00:00;00"."""
    hours, minutes, seconds, frames = label
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{';' if drop_frame else ':'}{frames:02d}"


def parse_timecode(text: str) -> tuple[Label, bool]:
    """The label in a text: "01:02:03:04", "01:02:03;04" (drop-frame) or "01:02:03"; and whether it is drop-frame.

    Raises ValueError with what would be right.
    """
    found = _TEXT.fullmatch(text.strip())
    label = (int(found[1]), int(found[2]), int(found[3]), int(found[5] or 0)) if found is not None else (-1, 0, 0, 0)
    if found is None or not is_label(label):
        raise ValueError('give hours, minutes, seconds and frames, such as "01:02:03:04"')
    return label, found[4] == ";"
