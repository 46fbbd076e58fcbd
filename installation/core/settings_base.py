"""The base of every table in settings files: a pydantic model with strict types, and the earlier names of its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class RenamedKey:
    """An earlier name of a key, or of a key's choices."""

    old: str
    new: str
    only: tuple[type, ...] = ()
    """Types of the value for which this holds; every type when empty."""
    choices: Mapping[str, str] = field(default_factory=dict)
    """Earlier names of the key's choices; where there are any, only these are renamed."""

    def applies_to(self, value: Any) -> bool:
        """Whether a key with this value is meant."""
        if self.choices:
            return isinstance(value, str) and value in self.choices
        return not self.only or type(value) in self.only


class Section(BaseModel):
    """A table of a settings file: unknown keys are refused, values are not coerced between types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    renamed_keys: ClassVar[tuple[RenamedKey, ...]] = ()
    """Earlier names, in the order in which they are looked for."""
