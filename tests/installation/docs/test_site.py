"""The HTML site holds all pages, its links lead somewhere, and one that does not is found with file and line."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from installation.docs.__main__ import main
from installation.docs.markdown_page import MarkdownPage
from installation.docs.site import read_site

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


class Addresses(HTMLParser):
    """The links, pictures and anchors of an HTML file."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name == "id" and value:
                self.anchors.add(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this repository."""
    folder = tmp_path_factory.mktemp("site")
    made = read_site(ROOT)
    assert [str(each) for each in made.broken] == []
    made.write(folder)
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A repository with little to read, but for what comes from the code."""
    for path in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        (tmp_path / path).write_text(f"# {path}\n\nText.\n", encoding="utf-8")
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "scenes.md", tmp_path / "docs" / "scenes.md")
    for folder in ("docs/examples", "motion", "installation/interface", "scenes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for file in ROOT.glob("docs/*.jpg"):
        shutil.copy(file, tmp_path / "docs")
    shutil.copy(ROOT / "docs" / "playing.md", tmp_path / "docs" / "playing.md")
    (tmp_path / "docs" / "sound.md").write_text("# The ear\n")
    return tmp_path


def test_every_page_is_there_and_every_link_in_it_leads_somewhere(site: Path) -> None:
    pages = {file: Addresses(file) for file in site.rglob("*.html")}
    sources = [*(ROOT / "docs").glob("*.md"), ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]
    expected = {"index.html", "works.html", "examples.html", "api/interface.html", "api/motion.html"}
    expected |= {f"{file.stem.lower()}.html" for file in sources} | {"api/motion.retarget.html"}
    assert expected <= {file.relative_to(site).as_posix() for file in pages}
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            assert target.is_file(), f"{file.relative_to(site)}: {link}"
            assert not parts.fragment or parts.fragment in pages[target].anchors, f"{file.relative_to(site)}: {link}"


def test_every_page_can_be_reached_from_the_first(site: Path) -> None:
    reached, waiting = set[Path](), [site / "index.html"]
    while waiting:
        file = waiting.pop()
        if file in reached:
            continue
        reached.add(file)
        links = (urlsplit(link) for link in Addresses(file).links)
        paths = (link.path for link in links if not link.scheme and link.path.endswith(".html"))
        waiting += [(file.parent / unquote(path)).resolve() for path in paths]
    assert reached == set(site.rglob("*.html"))


def test_no_page_asks_the_network_for_anything(site: Path) -> None:
    for file in site.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert "<script" not in text and 'src="http' not in text and '<link rel="stylesheet" href="http' not in text
    assert "@import" not in (site / "site.css").read_text(encoding="utf-8")


def test_code_and_docstrings_are_shown_as_they_are_written(site: Path) -> None:
    interface = (site / "api" / "interface.html").read_text(encoding="utf-8")
    assert "Looks of the scene by name" in interface and 'id="graphicsshader"' in interface
    assert "noise.glsl" in (site / "scenes.html").read_text(encoding="utf-8")
    assert "/scene/tide/swell" in (site / "osc.html").read_text(encoding="utf-8")


def test_the_command_writes_the_reference_and_the_site(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The small repository has none of the pages that its guides link to until the command has written them.
    (small / "docs" / "animation.md").write_text("# Animation\n")
    (small / "docs" / "controllers.md").write_text("# Controllers\n")
    playing = small / "docs" / "playing.md"
    playing.write_text(playing.read_text(encoding="utf-8").replace("../README.md#the-vj", "../README.md"))
    assert main(["--root", str(small)]) == 0, capsys.readouterr().err
    assert (small / "docs" / "osc.md").is_file() and (small / "docs" / "venue.md").is_file()
    assert (small / "build" / "site" / "index.html").is_file()
    playing.unlink()
    (small / "docs" / "scenes.md").write_text(
        (small / "docs" / "scenes.md").read_text(encoding="utf-8").replace("[Playing a show](playing.md)", "Playing")
    )
    assert main(["--root", str(small)]) == 0
    assert not (small / "build" / "site" / "playing.html").exists(), "a page that is gone goes from the site too"


BROKEN_LINKS = {
    "[a](missing.md)": "there is no such file",
    "![a](missing.png)": "there is no such file",
    "[a](scenes.md#no-such-heading)": "no heading #no-such-heading",
    "[a](#nowhere)": "no heading #nowhere",
    "[a](../../outside.md)": "outside",
    "[a](https://)": "no address",
    "[a](htps://example.org)": "no address",
}
"""Links of a page, and the word for what is wrong with each."""


def test_broken_links_end_the_command_with_file_and_line(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small / "docs" / "playing.md").write_text("# Playing\n\nA line.\nAnother one.\n\n")
    (small / "docs" / "more.md").write_text("# More\n\n" + "".join(f"and {link} in this.\n" for link in BROKEN_LINKS))
    assert main(["--root", str(small), "--out", str(small / "site")]) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("docs/more.md:")]
    assert len(lines) == len(BROKEN_LINKS)
    for number, (line, reason) in enumerate(zip(lines, BROKEN_LINKS.values(), strict=True), 3):
        assert line.startswith(f"docs/more.md:{number}: ") and reason in line
    assert not (small / "site").exists()


def test_headings_have_the_anchors_that_github_gives_them() -> None:
    page = MarkdownPage("# A `b_c`: d, e!\n\n## Twice\n\n## Twice\n")
    assert [each.anchor for each in page.headings] == ["a-b_c-d-e", "twice", "twice-1"]


def test_a_folder_that_is_no_site_of_ours_is_left_alone(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = small / "mine"
    mine.mkdir()
    (mine / "site.css").write_text("body {}")
    for name in ("animation.md", "playing.md"):
        (small / "docs" / name).write_text("# A page\n")
    scenes = small / "docs" / "scenes.md"
    scenes.write_text(scenes.read_text(encoding="utf-8").replace("../README.md#the-vj", "../README.md"))

    assert main(["--root", str(small), "--out", str(mine)]) == 1
    assert "is no site of ours" in capsys.readouterr().err
    assert [file.name for file in mine.iterdir()] == ["site.css"]
