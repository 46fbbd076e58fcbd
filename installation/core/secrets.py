"""Passwords in the addresses of cameras and streams: hidden in everything that is shown, logged or sent."""

from __future__ import annotations

import re
from pathlib import Path

from installation.core.toml_text import toml

HIDDEN = "***"
MAX_SOURCES = 64
"""Sources whose secrets are remembered; the oldest is forgotten."""
MIN_PASSWORD_CHARACTERS = 6
"""Length from which on a password is hidden wherever it stands; a shorter one may be part of any word."""

_USER_INFO = re.compile(
    r"(?P<scheme>\b[a-zA-Z][a-zA-Z0-9+.-]*:/{1,2}|(?<![\w:/.])//)"
    r"(?:[^/?#\s@]*(?:@[^/?#\s@]*)*|[^/?#\s@:]*:(?!\d{1,5}[/?#])\S*)@(?=[^\s/@])"
)
"""What stands between the scheme and the host of an address; a password may itself contain "@", and by mistake "/"."""
_BARE_USER_INFO = re.compile(r"(?<![\w.:/@*-])[\w.+-]+:(?!\\)[^\s:@/'\"]+@(?=[\w\[])")
"""User and password of an address without a scheme."""
_QUERY = re.compile(
    r"(?P<key>[?&;/_](?:p|[\w-]*?(?:pass?(?:word|wd)?|pwd|psw|token|secret|key|auth|credential|signature|sig|sid)"
    r"[a-zA-Z0-9-]*)=)[^&#\s'\"]+?(?=_\w+=|[&#\s'\"]|:\s|$)",
    re.IGNORECASE,
)
"""A password in the query of an address, or in its path, as some cameras have it."""
_SOURCE_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]+:/{1,2}|//|")
_SOURCE_VALUE = re.compile(r"(?P<key>[?&;/][^/?&;#=]*=)[^/&;#]*")
"""A value in the query or path of a source; each one is hidden, whatever its key."""
_BARE_QUERY = re.compile(r"\?[^=&;#]+(?=[&;#]|$)")
"""A query that has no key."""

_hidden: dict[str, str] = {}
"""What is shown in place of each text that contains a secret."""


def hide_source(source: int | str) -> None:
    """Hide the user, the password and all query values of a configured source from now on, in this process."""
    if not isinstance(source, str):
        return
    shown, password = _shown(source)
    if shown == source:
        return
    # As it is written in messages: as it is, as a path, and with escapes.
    for form in dict.fromkeys((source, str(Path(source)), toml(source)[1:-1], repr(source)[1:-1])):
        _hidden[form] = shown
    if len(password) >= MIN_PASSWORD_CHARACTERS:
        _hidden[password] = HIDDEN
    while len(_hidden) > MAX_SOURCES:
        del _hidden[next(iter(_hidden))]


def without_passwords(text: str) -> str:
    """The text with user and password of every address replaced by HIDDEN, and so the secrets of its query."""
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, _hidden[secret])
    text = _USER_INFO.sub(rf"\g<scheme>{HIDDEN}@", text)
    text = _BARE_USER_INFO.sub(f"{HIDDEN}@", text)
    return _QUERY.sub(rf"\g<key>{HIDDEN}", text)


def _shown(source: str) -> tuple[str, str]:
    """A source as it is shown, and its password. In doubt, as with a ":" before an "@", more is hidden."""
    scheme = next(iter(_SOURCE_SCHEME.findall(source)), "")
    rest = source[len(scheme) :]
    user_info, at, address = rest.rpartition("@")
    password = user_info.partition(":")[2]
    is_drive = not scheme and re.match(r"[a-zA-Z]:[\\/]", rest) is not None
    in_authority = bool(scheme) and "@" in re.split(r"[/?#]", rest, maxsplit=1)[0]
    if at and not is_drive and (":" in user_info or in_authority):
        rest = f"{HIDDEN}@{address}"
    else:
        password = ""
    if scheme or "?" in rest:
        rest = _BARE_QUERY.sub(f"?{HIDDEN}", _SOURCE_VALUE.sub(rf"\g<key>{HIDDEN}", rest))
    return scheme + rest, password
