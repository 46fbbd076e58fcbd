"""Line numbers of the values of a TOML document, which `tomllib` does not report."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import NamedTuple

Path = tuple[str | int, ...]
"""Keys and list indices from the document's root to a value."""

_TOKEN = re.compile(
    r"""
    (?P<string> \"{3} (?:\\.|[^\\])*? \"{3,5} | '{3} .*? '{3,5} | "(?:\\.|[^"\\\n])*" | '[^'\n]*' )
  | (?P<comment> \#[^\n]* )
  | (?P<newline> \n )
  | (?P<mark> [\[\]{}=,.] )
  | (?P<bare> [^\s\[\]{}=,.\#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


MAX_DEPTH = 32
"""Tables and lists that may lie within each other; no file of ours needs more than five."""


def lines_of(text: str) -> dict[Path, int]:
    """The 1-based line of every table, key and list item of `text`.

    `text` is TOML that `tomllib` has accepted: only the separators between values are parsed here. Raises
    RecursionError where tables or lists are nested deeper than MAX_DEPTH.
    """
    return _Walk(text).lines


class _Walk:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}  # how many tables each array of tables has so far
        self._tokens = _tokens(text)
        self._at = 0
        table: Path = ()
        while (token := self._token()).kind != "end":
            if token.kind == "newline":
                self._at += 1
            elif token.text == "[":
                table = self._header()
            else:
                self._pair(table)

    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _take(self, text: str) -> bool:
        token = self._token()
        found = token.kind == "mark" and token.text == text
        self._at += found
        return found

    def _header(self) -> Path:
        line = self._token().line
        self._take("[")
        array = self._take("[")
        keys = self._keys()
        self._take("]")
        self._take("]")
        path: Path = ()
        for key in keys[:-1]:
            path = self._newest((*path, key))
            self.lines.setdefault(path, line)
        path = (*path, keys[-1])
        if array:
            self.lines.setdefault(path, line)
            self._tables[path] = self._tables.get(path, 0) + 1
        path = self._newest(path)
        self.lines[path] = line
        return path

    def _newest(self, path: Path) -> Path:
        """Below an array of tables, its newest table is meant."""
        return (*path, self._tables[path] - 1) if path in self._tables else path

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._take("."):
            keys.append(self._key())
        _require_depth(len(keys))
        return keys

    def _key(self) -> str:
        token = self._token()
        self._at += 1
        return tomllib.loads(f"_ = {token.text}")["_"] if token.kind == "string" else token.text

    def _pair(self, table: Path) -> None:
        line = self._token().line
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._take("=")
        self._value(path)

    def _value(self, path: Path) -> None:
        _require_depth(len(path))
        self.lines.setdefault(path, self._token().line)
        if self._take("["):
            self._items("]", lambda count: self._value((*path, count)))
        elif self._take("{"):
            self._items("}", lambda _: self._pair(path))
        else:
            # A number may hold a point and a date a space, so a value ends where another token begins.
            while self._token().kind in ("string", "bare") or self._token().text == ".":
                self._at += 1

    def _items(self, end: str, item: Callable[[int], None]) -> None:
        count = 0
        while not self._take(end) and self._token().kind != "end":
            if self._token().kind == "newline" or self._token().text == ",":
                self._at += 1
                continue
            item(count)
            count += 1


def _require_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise RecursionError("tables or lists are nested too deeply")


def _tokens(text: str) -> list[_Token]:
    tokens, line = [], 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "comment":
            tokens.append(_Token(kind, match.group(), line))
        line += match.group().count("\n")
    return [*tokens, _Token("end", "", line)]
