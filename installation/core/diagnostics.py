"""Problems of files that people write, each with file, line, key and remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from installation.core.secrets import without_passwords
from installation.core.toml_hints import toml_hint
from installation.core.toml_text import toml

_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a table",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a file."""

    file: Path
    line: int
    """1-based; 0 when it is about the file as a whole."""
    key: str
    """Such as "cameras[0].height"; empty when it is about the file as a whole."""
    found: str
    right: str
    """What would be right."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else f"{self.file}"
        return ": ".join(filter(None, (where, self.key, f"{self.found}; {self.right}")))


def syntax(path: Path, text: str, error: ValueError) -> Problem:
    """A syntax error; `tomllib` gives its place only in the message: "(at line 3, column 5)"."""
    message = re.sub(r"\s*\(at .*\)$", "", str(error))
    place = re.search(r"\(at line (\d+), column (\d+)\)$", str(error))
    line = int(place[1]) if place else max(1, len(text.rstrip().splitlines()))
    rows = text.splitlines()
    if message == "Unclosed array":
        # The parser notices that only at the line after the list.
        line = next((n for n in range(min(line, len(rows)), 0, -1) if "=" in rows[n - 1] and "[" in rows[n - 1]), line)
    shown = rows[line - 1].strip() if line <= len(rows) else ""
    right = toml_hint(shown) or (f"mend this line first: {shown}" if shown else "mend it first")
    return Problem(path, line, "", f"not TOML: {message}", right)


def not_text(path: Path, data: bytes, error: UnicodeDecodeError) -> Problem:
    """A problem for a byte that is no UTF-8."""
    line = data.count(b"\n", 0, error.start) + 1
    return Problem(path, line, "", f"byte 0x{data[error.start]:02x} is not UTF-8 text", "save the file as UTF-8")


def unread(path: Path, error: OSError | ValueError) -> Problem:
    """A problem for a file that exists but cannot be read."""
    reason = getattr(error, "strerror", None) or str(error)
    return Problem(path, 0, "", f"cannot be read ({reason})", "a readable text file is needed")


def near(word: str, words: Iterable[str]) -> str:
    """A question with the closest of `words`, such as 'did you mean "tide"? '; empty when none is close."""
    close = difflib.get_close_matches(word, list(words), n=1)
    return f'did you mean "{close[0]}"? ' if close else ""


def shown(value: Any) -> str:
    """A value as TOML, cut to 60 characters, with its type in words."""
    known = _KINDS.get(type(value))
    # Before it is cut: of half an address the secret part cannot be found.
    written = without_passwords(toml(value) if known else str(value))
    return f"{written if len(written) <= 60 else written[:57] + '…'} ({known or 'a date or time'})"
