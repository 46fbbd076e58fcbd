"""The [operator] section of venue.toml: the window for the people who run the show."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from installation.core.settings_base import Section


class OperatorSection(Section):
    """Settings of the operator's window."""

    window: Literal["auto", "off"] = "auto"
    """"auto" opens a window with faults, keys and the state of the show on a display without an output, or on
    `display`. Without such a window the keys O and H bring these texts to an output for half a minute."""
    display: Annotated[int, Field(ge=0, le=31)] | None = None
    """The display of this window; the first one without an output when left out."""
    size: tuple[Annotated[int, Field(ge=480, le=8192)], Annotated[int, Field(ge=480, le=8192)]] = (720, 760)
    """Width and height of this window in pixels."""
