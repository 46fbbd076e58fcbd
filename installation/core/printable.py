"""Text for terminals and logs: passwords are hidden, characters that would control it are written out."""

from __future__ import annotations

import re

from installation.core.secrets import without_passwords

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
"""All control characters but the tab and the line feed, those that hide or reorder text, and half surrogates."""


def printable(text: str) -> str:
    """The text with each character that would control a terminal as an escape, such as \\x1b, and without passwords."""
    return _CONTROL.sub(_escaped, without_passwords(text))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
