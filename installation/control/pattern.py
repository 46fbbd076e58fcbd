"""OSC address patterns, matched in time that grows with the pattern's length and never explodes.

All places in an address that the pattern read so far may end at are kept as the bits of one integer, and each
piece of the pattern moves them all at once; nothing is tried twice, so there is nothing to backtrack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LONGEST = 256
"""Characters of a pattern."""
MEMORY = 64
"""Patterns whose matches are remembered."""

Piece = tuple[str, tuple[str, ...]]
"""What it is, and the strings it stands for: ("text", one), ("{}", several), ("[]" or "[!]", its characters),
("?", none), ("*", none) or ("//", none)."""


class Unmatched(ValueError):
    """Why a pattern was not matched."""


class Patterns:
    """Finds the addresses that a pattern means, for a fixed set of addresses."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._places = [_Places(address) for address in addresses]
        self._found: dict[str, tuple[str, ...]] = {}
        self._left = 0

    def grant(self, steps: int) -> None:
        """How much may be spent from now on; a step takes about 0.2 microseconds."""
        self._left = steps

    def find(self, pattern: str) -> tuple[str, ...]:
        """The addresses that match, in the tree's order; raises Unmatched with the reason."""
        if pattern not in self._found:
            found = tuple(self._search(_pieces(pattern)))
            if len(self._found) >= MEMORY:
                self._found.clear()
            self._found[pattern] = found
        return self._found[pattern]

    def _search(self, pieces: list[Piece]) -> Iterator[str]:
        start = ""
        if pieces[0][0] == "text":
            start, pieces = pieces[0][1][0], pieces[1:]
        self._left -= len(self._places) // 4
        costs = [8 if kind in ("[]", "[!]") else 1 + sum(map(len, strings)) // 4 for kind, strings in pieces]
        for places in self._places:
            if not places.text.startswith(start):
                continue
            at = 1 << len(start)
            for (kind, strings), cost in zip(pieces, costs, strict=True):
                self._left -= cost
                at = places.step(at, kind, strings)
                if not at:
                    break
            if at & places.end:
                yield places.text
            if self._left < 0:
                raise Unmatched("patterns too costly")


class _Places:
    """An address, and for each character the places before which it stands, as bits."""

    __slots__ = ("end", "open", "slash", "text", "where")

    def __init__(self, text: str) -> None:
        self.text = text
        self.where: dict[str, int] = {}
        for index, character in enumerate(text):
            self.where[character] = self.where.get(character, 0) | 1 << index
        self.end = 1 << len(text)
        self.slash = self.where["/"]
        self.open = self.end - 1 & ~self.slash

    def step(self, at: int, kind: str, strings: tuple[str, ...]) -> int:
        """The places that a piece leads to from the places `at`."""
        if kind == "*":
            # A carry runs from each place to the end of its part (the sum of Myers 1999, J. ACM 46(3)).
            return (at & self.open) + self.open ^ self.open | at
        if kind == "?":
            return (at & self.open) << 1
        if kind == "//":
            first = at & self.slash
            return (self.slash & -(first & -first)) << 1 if first else 0
        if kind in ("[]", "[!]"):
            inside = sum(bits for character, bits in self.where.items() if character in strings[0])
            return (at & (inside if kind == "[]" else self.open & ~inside)) << 1
        return self._either(at, strings)

    def _either(self, at: int, strings: tuple[str, ...]) -> int:
        after = 0
        for string in strings:
            if at & at - 1:
                places = at
                for character in string:
                    places = (places & self.where.get(character, 0)) << 1
                    if not places:
                        break
                after |= places
            elif self.text.startswith(string, at.bit_length() - 1):
                after |= at << len(string)
        return after


def is_pattern(address: str) -> bool:
    """Whether an address holds any wildcard of OSC."""
    return "*" in address or "?" in address or "[" in address or "{" in address or "//" in address


def _pieces(pattern: str) -> list[Piece]:
    if len(pattern) > LONGEST:
        raise Unmatched("pattern too long")
    pieces: list[Piece] = []
    text, index = "", 0
    while index < len(pattern):
        character = pattern[index]
        after = index + 1
        piece: Piece | None = None
        if character in "*?":
            piece = (character, ())
        elif pattern.startswith("//", index):
            piece, after = ("//", ()), index + 2
        elif character in "[{":
            end = pattern.find("]" if character == "[" else "}", index)
            if end < 0:
                raise Unmatched("malformed pattern")
            inner, after = pattern[after:end], end + 1
            piece = _characters(inner) if character == "[" else ("{}", tuple(inner.split(",")))
        if piece is None:
            text += character
        else:
            if text:
                pieces.append(("text", (text,)))
                text = ""
            if piece != ("*", ()) or not pieces or pieces[-1] != piece:
                pieces.append(piece)
        index = after
    if text:
        pieces.append(("text", (text,)))
    return pieces


def _characters(inner: str) -> Piece:
    """The printable ASCII characters of "a-z", "abc" or "!abc"; addresses of knobs hold no others."""
    kind = "[!]" if inner.startswith("!") else "[]"
    inner = inner.removeprefix("!")
    found: set[str] = set()
    index = 0
    while index < len(inner):
        last = index + 2 if inner[index + 1 : index + 2] == "-" and index + 2 < len(inner) else index
        found.update(map(chr, range(max(32, ord(inner[index])), min(126, ord(inner[last])) + 1)))
        index = last + 1
    return kind, ("".join(sorted(found)),)
