"""OSC address patterns, matched part by part down the tree, in time that never explodes.

Within a part, all places that the pattern read so far may end at are kept as the bits of one integer, and each piece
of the pattern moves them all at once; nothing is tried twice, so there is nothing to backtrack.
"""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 256
"""Characters of a pattern."""
MEMORY = 64
"""PatternMatcher whose matches are remembered."""
TURN = 10
"""Steps that turning one of the knobs that were found counts for."""

Piece = tuple[str, tuple[str, ...]]
"""What it is, and the strings it stands for: ("text", one), ("{}", several), ("[]" or "[!]", its characters),
("?", none) or ("*", none)."""


class PatternError(ValueError):
    """Why a pattern was not matched."""


class _Node:
    """A part of an address: what is below it, and the address that ends here."""

    __slots__ = ("address", "below")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.address = ""

    def all(self) -> list[_Node]:
        """This node and every one below it."""
        nodes = [self]
        for node in nodes:
            nodes += node.below.values()
        return nodes


class PatternMatcher:
    """Finds the addresses that a pattern means, for a fixed set of addresses."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._root = _Node()
        for address in addresses:
            node = self._root
            for part in address.split("/")[1:]:
                node = node.below.setdefault(part, _Node())
            node.address = address
        self._found: dict[str, tuple[str, ...]] = {}
        self._left = 0

    def grant(self, steps: int) -> None:
        """How much may be spent from now on; a step takes about 0.1 microseconds."""
        self._left = steps

    def find(self, pattern: str) -> tuple[str, ...]:
        """The addresses that match; raises PatternError with the reason."""
        self._spend(1)
        if pattern not in self._found:
            if len(pattern) > LONGEST:
                raise PatternError("pattern too long")
            found = tuple(self._search(pattern))
            if len(self._found) >= MEMORY:
                self._found.clear()
            self._found[pattern] = found
        self._spend(TURN * len(self._found[pattern]))
        return self._found[pattern]

    def _search(self, pattern: str) -> list[str]:
        nodes = [] if pattern.endswith("/") else [self._root]
        while "///" in pattern:
            pattern = pattern.replace("///", "//")
        for part in pattern.split("/")[1:]:
            if not part:
                # The empty part of OSC 1.1's "//" is any way down, also none; a dict, so that no node comes twice.
                nodes = list(dict.fromkeys(node for start in nodes for node in start.all()))
                self._spend(len(nodes))
            elif is_pattern(part):
                nodes = self._step(nodes, _pieces(part))
            else:
                self._spend(len(nodes))
                nodes = [node.below[part] for node in nodes if part in node.below]
        return [node.address for node in nodes if node.address]

    def _step(self, nodes: list[_Node], pieces: list[Piece]) -> list[_Node]:
        """The nodes right below these whose part matches; each different part is looked at once."""
        seen: dict[str, bool] = {}
        found: list[_Node] = []
        cost = sum(20 if kind in ("[]", "[!]") else 2 + 2 * len(strings) for kind, strings in pieces)
        for node in nodes:
            self._spend(1 + len(node.below))
            for part, below in node.below.items():
                if part not in seen:
                    self._spend(cost)
                    seen[part] = _matches(pieces, part)
                if seen[part]:
                    found.append(below)
        return found

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise PatternError("patterns too costly")


def is_pattern(address: str) -> bool:
    """Whether an address holds any wildcard of OSC."""
    return "*" in address or "?" in address or "[" in address or "{" in address or "//" in address


def _matches(pieces: list[Piece], text: str) -> bool:
    """Whether the pieces make up the text; bit i of `at` is the place before its character i."""
    every = (1 << len(text)) - 1
    at = 1
    for kind, strings in pieces:
        if kind == "*":
            at = (every << 1 | 1) & -(at & -at)
        elif kind == "?":
            at = (at & every) << 1
        elif kind in ("[]", "[!]"):
            inside = sum(1 << index for index, character in enumerate(text) if character in strings[0])
            at = (at & (inside if kind == "[]" else every & ~inside)) << 1
        else:
            at = _after(at, strings, text)
        if not at:
            return False
    return bool(at >> len(text))


def _after(at: int, strings: tuple[str, ...], text: str) -> int:
    """The places right after any of the strings, where one stands at one of the places `at`."""
    after = 0
    for string in strings:
        index = text.find(string)
        while index >= 0:
            after |= (at & 1 << index) << len(string)
            index = text.find(string, index + 1)
    return after


def _pieces(part: str) -> list[Piece]:
    pieces: list[Piece] = []
    index = 0
    while index < len(part):
        character, after = part[index], index + 1
        piece: Piece = (character, ())
        if character in "[{":
            end = part.find("]" if character == "[" else "}", index)
            if end < 0:
                raise PatternError("malformed pattern")
            inner, after = part[after:end], end + 1
            piece = _characters(inner) if character == "[" else ("{}", tuple(inner.split(",")))
        elif character not in "*?":
            end = min((at for at in (part.find(wild, index) for wild in "*?[{") if at >= 0), default=len(part))
            piece, after = ("text", (part[index:end],)), end
        if piece[0] != "*" or not pieces or pieces[-1] != piece:
            pieces.append(piece)
        index = after
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
