"""OSC address patterns, matched part by part down a tree of addresses, in bounded time.

Within a part, matching simulates the pattern as a nondeterministic automaton: the bits of one integer are all the
positions that the pattern so far may have reached, and each token moves them at once. There is no backtracking.
"""

from __future__ import annotations

from collections.abc import Iterable

MAX_PATTERN_CHARACTERS = 256
"""A longer pattern is refused."""
MAX_CACHED_PATTERNS = 64
"""Patterns whose matches are cached."""
STEPS_PER_MATCH = 10
"""Steps charged for each address found, because the caller turns a knob there."""

Token = tuple[str, tuple[str, ...]]
"""Kind and strings: ("text", one), ("{}", several), ("[]" or "[!]", its characters), ("?", none) or ("*", none)."""


class PatternError(ValueError):
    """The pattern is malformed, too long or too costly."""


class _Node:
    """A part of an address: its children, and the whole address that ends here, or an empty text."""

    __slots__ = ("address", "children")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.address = ""

    def descendants(self) -> list[_Node]:
        """This node and every node below it."""
        nodes = [self]
        for node in nodes:
            nodes += node.children.values()
        return nodes


class PatternMatcher:
    """Finds the addresses that match a pattern, among a fixed set of addresses."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._root = _Node()
        for address in addresses:
            node = self._root
            for part in address.split("/")[1:]:
                node = node.children.setdefault(part, _Node())
            node.address = address
        self._cache: dict[str, tuple[str, ...]] = {}
        self._budget_steps = 0

    def set_budget(self, steps: int) -> None:
        """Set how many steps the next searches may take together; a step takes about 0.1 microseconds."""
        self._budget_steps = steps

    def find(self, pattern: str) -> tuple[str, ...]:
        """Return the addresses that match; raises PatternError with the reason."""
        self._spend(1)
        if pattern not in self._cache:
            if len(pattern) > MAX_PATTERN_CHARACTERS:
                raise PatternError("pattern too long")
            found = tuple(self._search(pattern))
            if len(self._cache) >= MAX_CACHED_PATTERNS:
                self._cache.clear()
            self._cache[pattern] = found
        self._spend(STEPS_PER_MATCH * len(self._cache[pattern]))
        return self._cache[pattern]

    def _search(self, pattern: str) -> list[str]:
        nodes = [] if pattern.endswith("/") else [self._root]
        while "///" in pattern:
            pattern = pattern.replace("///", "//")
        for part in pattern.split("/")[1:]:
            if not part:
                # The empty part of OSC 1.1's "//" is any path down, also none; a dict, so that no node comes twice.
                nodes = list(dict.fromkeys(node for start in nodes for node in start.descendants()))
                self._spend(len(nodes))
            elif is_pattern(part):
                nodes = self._step(nodes, _tokenise(part))
            else:
                self._spend(len(nodes))
                nodes = [node.children[part] for node in nodes if part in node.children]
        return [node.address for node in nodes if node.address]

    def _step(self, nodes: list[_Node], tokens: list[Token]) -> list[_Node]:
        """Return the children of these nodes whose part matches; each distinct part is matched once."""
        seen: dict[str, bool] = {}
        found: list[_Node] = []
        cost = sum(20 if kind in ("[]", "[!]") else 2 + 2 * len(strings) for kind, strings in tokens)
        for node in nodes:
            self._spend(1 + len(node.children))
            for part, child in node.children.items():
                if part not in seen:
                    self._spend(cost)
                    seen[part] = _matches(tokens, part)
                if seen[part]:
                    found.append(child)
        return found

    def _spend(self, steps: int) -> None:
        self._budget_steps -= steps
        if self._budget_steps < 0:
            raise PatternError("patterns too costly")


def is_pattern(address: str) -> bool:
    """Whether an address contains a wildcard of OSC."""
    return "*" in address or "?" in address or "[" in address or "{" in address or "//" in address


def _matches(tokens: list[Token], text: str) -> bool:
    """Whether the tokens match the whole text; bit i of `at` is the position before its character i."""
    every = (1 << len(text)) - 1
    at = 1
    for kind, strings in tokens:
        if kind == "*":
            at = (every << 1 | 1) & -(at & -at)
        elif kind == "?":
            at = (at & every) << 1
        elif kind in ("[]", "[!]"):
            inside = sum(1 << index for index, character in enumerate(text) if character in strings[0])
            at = (at & (inside if kind == "[]" else every & ~inside)) << 1
        else:
            at = _positions_after(at, strings, text)
        if not at:
            return False
    return bool(at >> len(text))


def _positions_after(at: int, strings: tuple[str, ...], text: str) -> int:
    """The positions after any of the strings that starts at one of the positions `at`."""
    after = 0
    for string in strings:
        index = text.find(string)
        while index >= 0:
            after |= (at & 1 << index) << len(string)
            index = text.find(string, index + 1)
    return after


def _tokenise(part: str) -> list[Token]:
    tokens: list[Token] = []
    index = 0
    while index < len(part):
        character, after = part[index], index + 1
        token: Token = (character, ())
        if character in "[{":
            end = part.find("]" if character == "[" else "}", index)
            if end < 0:
                raise PatternError("malformed pattern")
            inner, after = part[after:end], end + 1
            token = _characters(inner) if character == "[" else ("{}", tuple(inner.split(",")))
        elif character not in "*?":
            end = min((at for at in (part.find(wild, index) for wild in "*?[{") if at >= 0), default=len(part))
            token, after = ("text", (part[index:end],)), end
        if token[0] != "*" or not tokens or tokens[-1] != token:
            tokens.append(token)
        index = after
    return tokens


def _characters(inner: str) -> Token:
    """Expand "a-z", "abc" or "!abc" to printable ASCII characters; addresses of knobs have no others."""
    kind = "[!]" if inner.startswith("!") else "[]"
    inner = inner.removeprefix("!")
    found: set[str] = set()
    index = 0
    while index < len(inner):
        last = index + 2 if inner[index + 1 : index + 2] == "-" and index + 2 < len(inner) else index
        found.update(map(chr, range(max(32, ord(inner[index])), min(126, ord(inner[last])) + 1)))
        index = last + 1
    return kind, ("".join(sorted(found)),)
