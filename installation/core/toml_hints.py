"""Hints about lines that are no TOML: what people write instead, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable

_KEY = r"^\s*(?P<key>[\w.\-\"']+)\s*"
_END = r"\s*(#.*)?$"
_Hint = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_HINTS: tuple[_Hint, ...] = (
    (
        re.compile("[\u2018-\u201f\u00ab\u00bb]"),
        lambda found: f"use straight quotes, not {found[0]}",
    ),
    (
        re.compile(_KEY + r":\s*(?P<value>\S.*)$"),
        lambda found: f"write {found['key']} = {found['value'].strip()}, with = instead of :",
    ),
    (
        re.compile(_KEY + r"=\s*(?P<value>true|false)" + _END, re.IGNORECASE),
        lambda found: f"write {found['key']} = {found['value'].lower()}, in small letters",
    ),
    (
        re.compile(_KEY + r"=\s*(?P<value>yes|on|no|off|none|null)" + _END, re.IGNORECASE),
        lambda found: f"write {found['key']} = true or {found['key']} = false; a key without a value is left out",
    ),
    (
        re.compile(_KEY + r"=\s*(?P<whole>[+-]?\d+),(?P<part>\d+)" + _END),
        lambda found: f"write {found['key']} = {found['whole']}.{found['part']}, with a point",
    ),
    (
        re.compile(_KEY + r"=\s*(?P<first>\d+)\s*[x×*]\s*(?P<second>\d+)" + _END),
        lambda found: f"write {found['key']} = [{found['first']}, {found['second']}]",
    ),
    (
        re.compile(_KEY + r"=\s*\((?P<values>[^()]*)\)" + _END),
        lambda found: f"write {found['key']} = [{found['values'].strip()}], with square brackets",
    ),
    (
        re.compile(_KEY + r"=\s*(?P<sign>[+-]?)0+(?P<value>\d+)" + _END),
        lambda found: f"write {found['key']} = {found['sign']}{found['value']}, without the 0 before it",
    ),
    (
        re.compile(_KEY + r"=\s*(?P<value>[+-]?\d+(\.\d+)?)\s*(?P<unit>[A-Za-z°%\"']+)" + _END),
        lambda found: f"write {found['key']} = {found['value']}, the number alone",
    ),
    (
        re.compile(_KEY + r"=\s*(?P<value>.+?)\s*;" + _END),
        lambda found: f"write {found['key']} = {found['value']}, without the semicolon",
    ),
    (
        re.compile(_KEY + r"=\s*\"[^\"]*\\[^\"]*\"" + _END),
        lambda found: f"write paths with / instead of \\, or {found['key']} = '...' in single quotes",
    ),
    (
        re.compile(_KEY + r"=\s*(?P<value>[^\W\d][\w ./\-]*?)" + _END),
        lambda found: f'put text in quotes: {found["key"]} = "{found["value"]}"',
    ),
    (
        re.compile(_KEY + r"=\s*(?P<quote>[\"'])[^\"']*$"),
        lambda found: f"close the text with another {found['quote']}",
    ),
    (
        re.compile(_KEY + r"=" + _END),
        lambda found: f"give {found['key']} a value, or leave the line out",
    ),
    (
        re.compile(r"^\s*(?!\[[^\[\]]+\]\s*$|\[\[[^\[\]]+\]\]\s*$)(?P<open>\[+)(?P<name>[^\[\]#]*)\]*" + _END),
        lambda found: (
            f"write {found['open'][:2]}{found['name'].strip()}{']' * len(found['open'][:2])}, with as many brackets "
            "at its end as at its begin"
        ),
    ),
    (
        re.compile(_KEY + r"=\s*\[[^,\[\]]*[^\s,\[\]]\s+[^\s,\[\]][^\[\]]*\]" + _END),
        lambda found: f"put commas between the values of {found['key']}",
    ),
    (
        re.compile(_KEY + r"=\s*\[[^\[\]]*$"),
        lambda found: f"close the list {found['key']} with ]",
    ),
    (
        re.compile(r"^\s*(?P<key>[\w.\-]+)\s+(?P<value>[^=\s].*)$"),
        lambda found: f"write {found['key']} = {found['value'].strip()}",
    ),
)
"""What such a line looks like, and the hint; the first that fits is given."""


def toml_hint(line: str) -> str:
    """What would be right in place of a line that is no TOML; empty where that is not known."""
    return next((hint(found) for pattern, hint in _HINTS if (found := pattern.search(line))), "")
