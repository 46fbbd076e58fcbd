"""The HTML site: pages of the repository and of the code, with checked links."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import unquote, urlsplit

from pygments.formatters import HtmlFormatter

from installation.docs.api_pages import api_pages
from installation.docs.markdown_page import MarkdownPage
from installation.docs.work_pages import examples_page, works_page

START = "README.md"
"""The page that becomes index.html."""
EXAMPLES = "docs/examples"
"""The page of this folder: its README and the code of its files."""
EXAMPLES_README = f"{EXAMPLES}/README.md"
WORKS = "docs/works"
"""The page of the scenes that come along, which no file holds."""
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Guide": (
        START,
        "docs/scenes.md",
        EXAMPLES,
        WORKS,
        "docs/playing.md",
        "docs/sound.md",
        "docs/cameras.md",
        "docs/controllers.md",
        "docs/animation.md",
    ),
    "Reference": ("docs/venue.md", "docs/osc.md", "docs/cues.md", "docs/exit_status.md", "docs/glossary.md"),
    "API": ("docs/api/interface.md", "docs/api/motion.md"),
    "Project": ("CONTRIBUTING.md", "CHANGELOG.md", "docs/measured.md"),
}
"""The navigation: pages by the path of their source in the repository. Further pages of docs/ follow the guides."""
CODE_SUFFIXES = {".py": "python", ".frag": "glsl", ".vert": "glsl", ".glsl": "glsl", ".toml": "toml", ".json": "json"}
"""Files that a link may lead to and that the site shows as pages, with their language."""
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".svg"})
FOLDER = Path(__file__).parent
"""Where the page's frame and the stylesheet lie."""
STYLESHEET = "site.css"


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A link that leads nowhere."""

    source: str
    """Path of the page in the repository."""
    line: int
    target: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.target}: {self.reason}"


@dataclass(slots=True)
class Site:
    """All pages by the path of their source, and what their links need."""

    root: Path
    pages: dict[str, MarkdownPage] = field(default_factory=dict)
    pictures: set[str] = field(default_factory=set)
    broken: list[BrokenLink] = field(default_factory=list)

    def check(self) -> None:
        """Follow every link; files of code that links lead to become pages, and broken links are in `broken`."""
        for source, page in list(self.pages.items()):
            for link in page.links:
                if reason := self._follow(source, link.target):
                    self.broken.append(BrokenLink(source, link.line, link.target, reason))

    def _follow(self, source: str, target: str) -> str:
        """Why a link leads nowhere; empty where it does lead somewhere."""
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            good = parts.scheme == "mailto" or (parts.scheme in ("http", "https") and "." in parts.netloc)
            return "" if good and " " not in target else "no address of the web"
        path = resolved(source, unquote(parts.path))
        file = self.root / path
        if path.startswith("../"):
            return "lies outside of the repository"
        if path not in self.pages:
            if not file.is_file():
                return "there is no such file"
            if file.suffix in PICTURE_SUFFIXES:
                self.pictures.add(path)
                return ""
            self.pages[path] = code_page(path, file.read_text(encoding="utf-8"))
        if parts.fragment and parts.fragment not in {each.anchor for each in self.pages[path].headings}:
            return f"there is no heading #{parts.fragment} in {path}"
        return ""

    def write(self, folder: Path) -> None:
        """Write every page, the pictures and the stylesheet into `folder`."""
        frame = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
        for source, page in self.pages.items():
            html = output_path(source)
            text = frame.substitute(
                title=escape(page.title),
                top=posixpath.relpath(".", posixpath.dirname(html) or "."),
                navigation=self._navigation(source),
                body=page.html(lambda target, source=source: self._address(source, target)),  # type: ignore[misc]
            )
            (folder / html).parent.mkdir(parents=True, exist_ok=True)
            (folder / html).write_text(text, encoding="utf-8")
        for path in self.pictures:
            (folder / output_path(path)).parent.mkdir(parents=True, exist_ok=True)
            (folder / output_path(path)).write_bytes((self.root / path).read_bytes())
        style = (FOLDER / STYLESHEET).read_text(encoding="utf-8")
        (folder / STYLESHEET).write_text(style + code_styles(), encoding="utf-8")

    def _address(self, source: str, target: str) -> str:
        """The address on the site of a link's target."""
        parts = urlsplit(target)
        if parts.scheme or parts.netloc or not parts.path:
            return target
        begin = posixpath.dirname(output_path(source)) or "."
        address = posixpath.relpath(output_path(resolved(source, unquote(parts.path))), begin)
        return f"{address}#{parts.fragment}" if parts.fragment else address

    def _navigation(self, present: str) -> str:
        """The list of pages, with the headings of the present one."""
        begin = posixpath.dirname(output_path(present)) or "."
        lines = []
        for section, sources in self._sections().items():
            lines.append(f"<h2>{escape(section)}</h2>\n<ul>")
            for source in sources:
                here = ' aria-current="page"' if source == present else ""
                address = posixpath.relpath(output_path(source), begin)
                lines.append(f'<li><a href="{address}"{here}>{escape(self.pages[source].title)}</a>')
                lines.append(contents(self.pages[source]) if source == present else "")
                lines.append("</li>")
            lines.append("</ul>")
        return "\n".join(line for line in lines if line)

    def _sections(self) -> dict[str, list[str]]:
        listed = {source for sources in SECTIONS.values() for source in sources}
        more = [each for each in self.pages if each.endswith(".md") and each not in listed and "/api/" not in each]
        return {
            section: [each for each in sources if each in self.pages] + (more if section == "Guide" else [])
            for section, sources in SECTIONS.items()
        }


def read_site(root: Path) -> Site:
    """The site of the repository at `root`, its links checked."""
    texts = dict(_texts(root))
    site = Site(root, {source: MarkdownPage(text) for source, text in texts.items()})
    site.check()
    return site


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """Markdown of every page, by the path of its source in the repository."""
    files: Iterable[Path] = (root / START, *sorted(root.glob("docs/*.md")))
    for file in (*files, root / "CONTRIBUTING.md", root / "CHANGELOG.md"):
        if file.is_file():
            yield file.relative_to(root).as_posix(), file.read_text(encoding="utf-8")
    yield WORKS, works_page()
    if (root / EXAMPLES).is_dir():
        yield EXAMPLES, examples_page(root / EXAMPLES)
    for name, text in api_pages(root).items():
        yield f"docs/api/{name}.md", text


def resolved(source: str, path: str) -> str:
    """The path in the repository of a link's path on the page `source`; the page itself for an empty one."""
    if not path:
        return source
    # The page of a folder links as a file in that folder would.
    folder = source if source == EXAMPLES else posixpath.dirname(source)
    found = posixpath.normpath(posixpath.join(folder, path))
    return EXAMPLES if found == EXAMPLES_README else found


def output_path(source: str) -> str:
    """Where a page or picture lies on the site."""
    if source == START:
        return "index.html"
    path = source.removeprefix("docs/")
    if posixpath.splitext(path)[1] in PICTURE_SUFFIXES:
        return path
    if path.endswith(".md"):
        return f"{path.removesuffix('.md').lower()}.html"
    return f"{path}.html" if source in (EXAMPLES, WORKS) else f"source/{source}.html"


def code_page(path: str, text: str) -> MarkdownPage:
    """A page that shows a file."""
    language = CODE_SUFFIXES.get(posixpath.splitext(path)[1], "")
    return MarkdownPage(f"# {path}\n\n````{language}\n{text}````\n")


def contents(page: MarkdownPage) -> str:
    """The second-level headings of a page as a list of links; empty without any."""
    found = [each for each in page.headings if each.level == 2]
    items = "".join(f'<li><a href="#{each.anchor}">{escape(each.text)}</a></li>' for each in found)
    return f"<ul>{items}</ul>" if items else ""


def code_styles() -> str:
    """Colours of code on light and on dark ground."""
    light, dark = (HtmlFormatter(style=style).get_style_defs("code") for style in ("friendly", "github-dark"))
    return f"\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
