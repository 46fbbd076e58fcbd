"""Style names in the header of a weights file, read without torch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from installation.core.errors import UserError
from motion.learning.weights_header import read_metadata


def styles(path: Path, key: str, of: Callable[[Any], Any]) -> tuple[str, ...]:
    """The styles of a network: those that `of` takes from the header's JSON under a key such as "visitant dancer".

    Raises UserError where the file is missing, or holds something else.
    """
    try:
        return tuple(str(style) for style in of(json.loads(read_metadata(path)[key])))
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}; name a file that `visitant train` wrote") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        kind = key.removeprefix("visitant ")
        raise UserError(f"{path}: is no {kind}'s network; name a file that `visitant train` wrote") from error
