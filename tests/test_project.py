"""The project's own papers agree with each other."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from installation.core.system_info import LIBRARIES
from installation.docs.reference_pages import reference_pages

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS = ("installation", "motion", "scenes", "shaders")


def names(requirements: Iterable[str]) -> list[str]:
    """Names of packages, without their versions, as pip normalises them."""
    return [normal(re.split(r"[<>=~! ]", each)[0]) for each in requirements]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


RUNNING = names(PROJECT["project"]["dependencies"])
OPTIONAL = [name for extra in PROJECT["project"]["optional-dependencies"].values() for name in names(extra)]
DEVELOPING = names(PROJECT["dependency-groups"]["dev"])
DISTRIBUTIONS = packages_distributions()
ABSENT = "no_such_module"
"""What a test imports because it is not there."""
PAGES = reference_pages(ROOT / "docs")


@pytest.mark.parametrize("name", RUNNING + OPTIONAL + DEVELOPING)
def test_every_dependency_is_pinned(name: str) -> None:
    pins = re.findall(r"^([\w.-]+)==[\w.]+$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert name in {normal(pin) for pin in pins}


def test_every_package_that_is_imported_is_declared() -> None:
    undeclared = {
        f"{file.relative_to(ROOT)}: {package}"
        for folder in (*OURS, "tests")
        for file in (ROOT / folder).rglob("*.py")
        for package in imported(file)
        if package not in (*sys.stdlib_module_names, *OURS, "tests", ABSENT)
        and not {normal(name) for name in DISTRIBUTIONS.get(package, [package])} & declared_for(file)
    }
    assert undeclared == set()


def declared_for(file: Path) -> set[str]:
    """Packages that a file may import: in tests, and for baselines, also those of developers."""
    developers = any(file.is_relative_to(ROOT / folder) for folder in ("tests", "installation/evaluate"))
    return {*RUNNING, *OPTIONAL, *(DEVELOPING if developers else ())}


def imported(file: Path) -> Iterator[str]:
    """The packages that a file imports by a statement or by `pytest.importorskip`."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "importorskip":
            yield ast.literal_eval(node.args[0]).split(".")[0]


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
