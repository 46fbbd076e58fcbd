"""The project's own papers agree with each other."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from installation.core.system_info import LIBRARIES
from installation.docs.reference_pages import reference_pages

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUNNING = [re.split(r"[<>=~! ]", each)[0] for each in PROJECT["project"]["dependencies"]]
DEVELOPING = [re.split(r"[<>=~! ]", each)[0] for each in PROJECT["dependency-groups"]["dev"]]
PAGES = reference_pages(ROOT / "docs")


@pytest.mark.parametrize("name", RUNNING + DEVELOPING)
def test_every_dependency_is_pinned(name: str) -> None:
    pins = re.findall(r"^([\w.-]+)==[\w.]+$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert name.lower() in {pin.lower() for pin in pins}


@pytest.mark.parametrize("name", RUNNING)
def test_the_readme_says_why_each_dependency_is_there(name: str) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## What it stands on")[1].split("\n## ")[0]
    assert re.search(rf"\b{re.escape(name)}\b", section)


def test_a_bare_machine_gets_all_the_libraries_that_setup_would_ask_for() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert [package for package in LIBRARIES if package not in script] == []


@pytest.mark.parametrize(("file", "text"), PAGES.items(), ids=PAGES)
def test_the_pages_written_from_the_code_are_current(file: str, text: str) -> None:
    assert (ROOT / "docs" / file).read_text(encoding="utf-8") == text, "run `make docs`"


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert [link for link in links if not (ROOT / link).exists()] == []
