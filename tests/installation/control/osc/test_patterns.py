"""A pattern means the same addresses as the standard says, and none can cost more than it is granted."""

from __future__ import annotations

import random
import re

import pytest

from installation.control.osc.patterns import PatternError, PatternMatcher

TREE = ("/scene/tide/swell", "/scene/tide/ink", "/scene/loom/swell", "/scene/loom/warp2", "/overlay")


def find(pattern: str, *addresses: str, steps: int = 100_000) -> set[str]:
    patterns = PatternMatcher(addresses or TREE)
    patterns.set_budget(steps)
    return set(patterns.find(pattern))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/scene/*/swell", {"/scene/tide/swell", "/scene/loom/swell"}),
        ("/scene/t?de/*", {"/scene/tide/swell", "/scene/tide/ink"}),
        ("/scene/[a-m]*/*", {"/scene/loom/swell", "/scene/loom/warp2"}),
        ("/scene/[!l]*/ink", {"/scene/tide/ink"}),
        ("/scene/*/warp[0-9]", {"/scene/loom/warp2"}),
        ("/scene/{tide,loom}/{ink,warp2}", {"/scene/tide/ink", "/scene/loom/warp2"}),
        ("//swell", {"/scene/tide/swell", "/scene/loom/swell"}),
        ("/scene//ink", {"/scene/tide/ink"}),
        ("//overlay", {"/overlay"}),
        ("/*", {"/overlay"}),
        ("/scene/*", set()),
        ("/scene/tide/*/", set()),
    ],
)
def test_each_wildcard_means_what_the_standard_says(pattern: str, found: set[str]) -> None:
    assert find(pattern) == found


def test_patterns_agree_with_regular_expressions() -> None:
    chance = random.Random(1)
    wild = {"*": "[^/]*", "?": "[^/]", "/": "/", "//": "/(?:[^/]*/)*", "[ab]": "[ab]", "[!a]": "[^/a]"}
    wild |= {"{a,bb}": "(?:a|bb)", "a": "a", "b": "b"}
    for _ in range(2_000):
        parts = ["/"]
        for piece in chance.choices(list(wild), k=chance.randint(1, 7)):
            if "/" not in piece or "/" not in parts[-1]:
                parts.append(piece)
        names = ["".join(chance.choices("ab", k=chance.randint(1, 4))) for _ in range(12)]
        addresses = {"/" + "/".join(chance.choices(names, k=chance.randint(1, 3))) for _ in range(5)}
        expected = re.compile("".join(wild[part] for part in parts))
        assert find("".join(parts), *addresses) == {one for one in addresses if expected.fullmatch(one)}


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("/layer/" + "*a" * 200 + "c", "pattern too long"),
        ("//" + "*?" * 120, "patterns too costly"),
        ("//*/" + "[!x]" * 60, "patterns too costly"),
        ("/scene/[a", "malformed pattern"),
        ("/scene/{a,b", "malformed pattern"),
    ],
)
def test_a_pattern_that_is_too_much_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    tree = [f"/scene/s{scene}/{'a' * knob}" for scene in range(50) for knob in range(1, 40)]
    with pytest.raises(PatternError, match=reason):
        find(pattern, *tree, steps=8_000)


def test_the_pattern_that_makes_a_backtracking_matcher_hang_is_answered_within_few_steps() -> None:
    address = "/layer/" + "a" * 40 + "b"
    assert find("/layer/" + "*a" * 20 + "*c", address, steps=400) == set()
    assert find("/layer/" + "*a" * 20 + "*b", address, steps=400) == {address}


def test_a_remembered_pattern_still_spends_what_it_turns() -> None:
    patterns = PatternMatcher([f"/k/{index}" for index in range(100)])
    patterns.set_budget(1_500)
    patterns.find("/k/*")
    with pytest.raises(PatternError, match="too costly"):
        for _ in range(10):
            patterns.find("/k/*")
    patterns.set_budget(1_500)
    assert len(patterns.find("/k/*")) == 100
