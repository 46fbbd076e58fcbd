"""Knobs of the ear, at /sound/, and the settings that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from installation.core.records import record
from installation.interface.knobs import Knob, Value

PREFIX = "/sound"
BEATS_A_BAR = "/pulse/beats_a_bar"
"""The knob of the pulse that the ear follows, too."""


@record("ear.Settings")
@dataclass(frozen=True, slots=True)
class EarSettings:
    """How the ear listens: one field for each knob, and the beats of the bars that it looks for."""

    listen: bool = True
    gain: float = 0.0
    sensitivity: float = 0.5
    beats_a_bar: int = 4


KNOBS = (
    Knob("listen", True, help="Whether the ear listens; without it every scene has silence"),
    Knob("gain", 0.0, -24.0, 24.0, help="Amplification before the automatic one, beside `gain_db`", unit="dB"),
    Knob("sensitivity", 0.5, help="How easily a rise counts as a hit or an onset"),
)
"""Knobs below PREFIX."""


def settings_of(knobs: Mapping[str, Value]) -> EarSettings:
    """The settings that the knobs of a show stand for; defaults for those that it lacks."""
    found = {knob.name: knobs.get(f"{PREFIX}/{knob.name}", knob.default) for knob in KNOBS}
    beats = knobs.get(BEATS_A_BAR, EarSettings().beats_a_bar)
    return EarSettings(
        bool(found["listen"]),
        float(found["gain"]),  # type: ignore[arg-type]
        float(found["sensitivity"]),  # type: ignore[arg-type]
        round(float(beats)),  # type: ignore[arg-type]
    )
