"""API of `motion` and `installation.interface` as Markdown, made from signatures and docstrings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from installation.docs.markdown_text import cell, code, plain, table
from installation.docs.python_source import Documented, ModuleSource, exported, first_sentence, read_module

FIRST_MODULES = ("scene", "knobs", "moment", "visitor", "dancer", "pulse", "graphics", "camera_view", "colour")
"""Modules of the interface that come first, for they are needed first."""
LONGEST_LINE = 100
"""Characters of a signature in one line."""


def api_pages(root: Path) -> dict[str, str]:
    """Pages by name: `interface`, `motion`, and one for each module of motion."""
    modules = motion_modules(root)
    pages = {"interface": interface_page(root), "motion": motion_page(root, modules)}
    return pages | {module.name: module_page(module) for module in modules}


@cache
def interface_names(root: Path) -> tuple[tuple[ModuleSource, tuple[Documented, ...]], ...]:
    """What `installation.interface` exports, by the modules of which it is made.

    A module that is exported itself has all its names.
    """
    package = root / "installation" / "interface"
    by_module: dict[str, list[str]] = {}
    for module, name in exported(package, "installation.interface").values():
        by_module.setdefault(module, []).append(name)
    found = []
    first = [f"installation.interface.{name}" for name in FIRST_MODULES]
    for module in sorted(by_module, key=lambda name: first.index(name) if name in first else len(first)):
        names = by_module[module]
        source = read_module(package / f"{module.rpartition('.')[2]}.py", module)
        found.append((source, tuple(each for each in source.names if each.name in names or "" in names)))
    return tuple(found)


def interface_page(root: Path) -> str:
    """All that a scene imports."""
    lines = [
        "# API: installation.interface\n",
        "All that a scene imports. [Scenes](../scenes.md) is the guide that goes with it.\n",
    ]
    for module, names in interface_names(root):
        lines += [f"## {module.name.rpartition('.')[2]}\n", *paragraphs(module.doc)]
        lines += listed(names, 3)
    return "\n".join(lines)


def motion_modules(root: Path) -> list[ModuleSource]:
    """Every module of motion that has public names."""
    modules = []
    for file in sorted((root / "motion").rglob("*.py")):
        parts = file.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if (found := read_module(file, name)).names:
            modules.append(found)
    return modules


def motion_page(root: Path, modules: Iterable[ModuleSource]) -> str:
    """The list of motion's modules."""
    package = read_module(root / "motion" / "__init__.py", "motion")
    rows = ([f"[{each.name}]({each.name}.md)", plain(first_sentence(each.doc))] for each in modules)
    text = "\n".join(paragraphs(package.doc))
    return f"# API: motion\n\n{text}\n{table(('module', 'what it contains'), rows)}"


def module_page(module: ModuleSource) -> str:
    """One module."""
    lines = [f"# {module.name}\n", *paragraphs(module.doc)]
    lines += listed(module.names, 2)
    return "\n".join(lines)


def listed(names: Iterable[Documented], level: int) -> Iterator[str]:
    """The names of a module: classes and functions with a heading each, then constants in one table."""
    constants = []
    for each in names:
        if each.kind == "constant":
            constants.append([code(each.signature), cell(plain(each.doc))])
        else:
            yield from described(each, level)
    if constants:
        yield f"{'#' * level} Constants\n"
        yield table(("", "meaning"), constants)


def described(one: Documented, level: int) -> Iterator[str]:
    """A name with its signature, its docstring and its members."""
    yield f"{'#' * level} {plain(one.name)}\n"
    yield f"```python\n{wrapped(one.signature)}\n```\n"
    yield from paragraphs(one.doc)
    values = [each for each in one.members if each.kind in ("field", "property", "constant")]
    if values:
        yield table(("", "meaning"), ([code(each.signature), cell(plain(each.doc))] for each in values))
    for each in one.members:
        if each not in values:
            yield f"{'#' * (level + 1)} {plain(f'{one.name}.{each.name}')}\n"
            yield f"```python\n{wrapped(each.signature)}\n```\n"
            yield from paragraphs(each.doc)


def paragraphs(doc: str) -> Iterator[str]:
    """The paragraphs of a docstring as Markdown; those that are indented are code."""
    for part in filter(str.strip, doc.split("\n\n")):
        yield f"{part}\n" if part.startswith("    ") else f"{plain(part)}\n"


def wrapped(signature: str) -> str:
    """A long signature with an argument a line."""
    if len(signature) <= LONGEST_LINE or "(" not in signature:
        return signature
    head, _, rest = signature.partition("(")
    parts: list[str] = []
    depth = begin = 0
    for place, letter in enumerate(rest):
        depth += (letter in "([{") - (letter in ")]}")
        if depth < 0:
            inner = [*parts, rest[begin:place]]
            return f"{head}(\n" + "".join(f"    {each.strip()},\n" for each in inner if each.strip()) + rest[place:]
        if letter == "," and depth == 0:
            parts.append(rest[begin:place])
            begin = place + 1
    return signature
