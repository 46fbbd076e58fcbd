"""Metadata in the header of a safetensors file, read without torch."""

from __future__ import annotations

import json
from pathlib import Path

MAX_HEADER_BYTES = 100_000_000
"""Size of the largest header that safetensors allows."""


EMPTY_BYTES = 1 << 14
"""Zeros at the end of a file that no network has: a copy that broke off may have the right size already."""


class HeaderError(ValueError):
    """A file that is not safetensors, or is truncated; the text says which."""


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of a safetensors file, text by key; empty where it has none. Raises OSError, HeaderError.

    The file begins with the header's size, a little-endian u64, and the header, a JSON object: the metadata under
    "__metadata__", and for each tensor its place in the bytes that follow.
    """
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > MAX_HEADER_BYTES:
            raise HeaderError(f"its header would have {size} bytes")
        try:
            header = dict(json.loads(file.read(size)))
            metadata = dict(header.pop("__metadata__", None) or {})
            end = max((int(tensor["data_offsets"][1]) for tensor in header.values()), default=0)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError) as error:
            raise HeaderError("its header can't be parsed") from error
        if file.seek(0, 2) != 8 + size + end:
            raise HeaderError("its size is not what its header says")
        if end > EMPTY_BYTES:
            file.seek(-EMPTY_BYTES, 2)
            if not any(file.read()):
                raise HeaderError("its end is empty: it was not copied to the end")
    return metadata
