"""Passwords in the addresses of cameras and streams: hidden in everything that is shown, logged or sent."""

from __future__ import annotations

import re

_USER_INFO = re.compile(
    r"(?P<scheme>\b[a-zA-Z][a-zA-Z0-9+.-]*:/{1,2})"
    r"(?:[^/?#\s@]*(?:@[^/?#\s@]*)*|[^/?#\s@:]*:(?!\d{1,5}[/?#])\S*)@(?=[^\s/@])"
)
"""What stands between the scheme and the host of an address; a password may itself contain "@", and by mistake "/"."""
_QUERY = re.compile(
    r"(?P<key>[?&;/_](?:[\w-]*?(?:pass(?:word|wd)?|pwd|token|secret|api_?key|auth|credential)[a-zA-Z0-9-]*)=)"
    r"[^&#\s'\"]+?(?=_\w+=|[&#\s'\"]|:\s|$)",
    re.IGNORECASE,
)
"""A password in the query of an address, or in its path, as some cameras have it."""
HIDDEN = "***"


def without_passwords(text: str) -> str:
    """The text with user and password of every address replaced by HIDDEN, and so the secrets of its query."""
    hidden = _USER_INFO.sub(rf"\g<scheme>{HIDDEN}@", text)
    return _QUERY.sub(rf"\g<key>{HIDDEN}", hidden)
