"""The body of `motion` as a record, for every value that holds one.

`motion` imports nothing of `installation`, so its Body is registered here; modules whose records hold a body import it
from here, so that it is registered wherever they are read.
"""

from __future__ import annotations

from installation.core.records import Fields, WireError, record, require_arrays
from motion.body import Body
from motion.skeleton import BONES, CORE_COUNT

__all__ = ["Body"]


def _check_body(fields: Fields) -> None:
    bones = len(fields["turns"])
    if bones not in (CORE_COUNT, len(BONES)):
        raise WireError(f"a body of {bones} bones")
    shapes = {"hips_m": (3,), "turns": (bones, 4), "offsets_m": (bones, 3), "trust": (bones,)}
    require_arrays("a body", fields, shapes)


record("Body", _check_body)(Body)
