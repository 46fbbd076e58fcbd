"""Knobs of the ear, at /sound/, and the settings that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from installation.core.records import record
from installation.interface.knobs import Knob, Value

PREFIX = "/sound"


@record("ear.Settings")
@dataclass(frozen=True, slots=True)
class EarSettings:
    """How the ear listens: one field for each knob."""

    listen: bool = True
    gain: float = 0.0
    sensitivity: float = 0.5


KNOBS = (
    Knob("listen", True, help="Whether the ear listens; without it every scene has silence"),
    Knob("gain", 0.0, -24.0, 24.0, help="Amplification before the automatic one, beside `gain_db`", unit="dB"),
    Knob("sensitivity", 0.5, help="How easily a rise counts as a hit or an onset"),
)
"""Knobs below PREFIX."""


def settings_of(knobs: Mapping[str, Value]) -> EarSettings:
    """The settings that the knobs of a show stand for; defaults for those that it lacks."""
    found = {knob.name: knobs.get(f"{PREFIX}/{knob.name}", knob.default) for knob in KNOBS}
    return EarSettings(bool(found["listen"]), float(found["gain"]), float(found["sensitivity"]))  # type: ignore[arg-type]
