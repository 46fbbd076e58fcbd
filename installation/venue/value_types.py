"""Types of values that several sections of venue.toml hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

Rate = Annotated[float, Field(gt=0, le=240)]
"""A second."""
Pixels = Annotated[int, Field(ge=16, le=16384)]
Port = Annotated[int, Field(ge=1, le=65535)]
Share = Annotated[float, Field(ge=0, le=1)]
