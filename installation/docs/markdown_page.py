"""Markdown to HTML: one page with its headings, and its links with the lines on which they stand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

LANGUAGES = {"glsl": "glsl", "python": "python", "json": "json", "toml": "toml", "sh": "bash"}
"""Languages of code blocks, with their names in Pygments; code in other languages is not coloured."""
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_PUNCTUATION = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link or picture of a page."""

    target: str
    line: int
    """The line of the Markdown, from 1."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, with the anchor that a link may name."""

    level: int
    anchor: str
    text: str


class MarkdownPage:
    """A parsed page."""

    def __init__(self, text: str) -> None:
        self._parser = MarkdownIt("commonmark", {"html": False}).enable("table")
        self._parser.add_render_rule("fence", _render_code)
        self._tokens = self._parser.parse(_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text))
        self.headings = tuple(_mark_headings(self._tokens))

    @property
    def title(self) -> str:
        """The text of the first heading; empty without one."""
        return self.headings[0].text if self.headings else ""

    @property
    def links(self) -> tuple[Link, ...]:
        """All links and pictures in their order."""
        return tuple(Link(str(token.attrs[key]), line) for token, key, line in _link_tokens(self._tokens))

    def html(self, resolve: Callable[[str], str]) -> str:
        """The page as HTML, where `resolve` gives the address for the target of each link."""
        for token, key, _ in _link_tokens(self._tokens):
            token.attrs[key] = resolve(str(token.attrs[key]))
        made = str(self._parser.renderer.render(self._tokens, self._parser.options, {}))
        return made.replace("<table>", '<div class="table"><table>').replace("</table>", "</table></div>")


def anchor_of(text: str) -> str:
    """The anchor of a heading with this text, as GitHub makes it."""
    return _PUNCTUATION.sub("", text.lower()).replace(" ", "-")


def code_html(text: str, language: str) -> str:
    """A block of code as HTML, coloured where the language is known."""
    try:
        lexer = get_lexer_by_name(LANGUAGES[language], stripnl=False)
    except (KeyError, ClassNotFound):
        return f"<pre><code>{escape(text)}</code></pre>\n"
    return f"<pre><code>{highlight(text, lexer, HtmlFormatter(nowrap=True))}</code></pre>\n"


def _render_code(_: object, tokens: Sequence[Token], index: int, *__: object) -> str:
    """A fenced block; words after its language name the file that it stands for."""
    language, _, file = tokens[index].info.strip().partition(" ")
    code = code_html(tokens[index].content, language)
    return f"<figure><figcaption>{escape(file)}</figcaption>{code}</figure>\n" if file else code


def _mark_headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    """Give every heading its anchor."""
    used: Counter[str] = Counter()
    for token, content in pairwise(tokens):
        if token.type != "heading_open":
            continue
        text = "".join(each.content for each in content.children or ())
        anchor = anchor_of(text)
        used[anchor] += 1
        if used[anchor] > 1:
            anchor = f"{anchor}-{used[anchor] - 1}"
        token.attrs["id"] = anchor
        yield Heading(int(token.tag[1]), anchor, text)


def _link_tokens(tokens: Sequence[Token]) -> Iterator[tuple[Token, str, int]]:
    """Every token of a link or picture, with the name of the attribute that holds its target, and its line."""
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        if token.type != "inline":
            continue
        here = line
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                here += 1
            elif child.type == "link_open":
                yield child, "href", here
            elif child.type == "image":
                yield child, "src", here
                here += child.content.count("\n")
