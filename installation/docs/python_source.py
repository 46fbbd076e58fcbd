"""Public names of Python modules with their signatures and docstrings, read from the source without importing it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from installation.core.attribute_docstrings import string_of

LONGEST_VALUE = 96
"""Characters of a constant's value; of a longer one only the begin is shown."""
CALLED = ("__init__", "__call__")
"""Methods with a leading underscore that belong to what a class offers."""


@dataclass(frozen=True, slots=True)
class Documented:
    """A name: a class, function, constant, field, property or method."""

    name: str
    kind: str
    """"class", "function", "constant", "field", "property" or "method"."""
    signature: str
    """As it is written in Python, in one line."""
    doc: str
    """Its docstring; of constants and fields the string below them. Empty without one."""
    members: tuple[Documented, ...] = ()

    @property
    def first_sentence(self) -> str:
        """The first sentence of the docstring, in one line."""
        return first_sentence(self.doc)


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """The public names of a module, in their order."""

    name: str
    doc: str
    names: tuple[Documented, ...]


def first_sentence(text: str) -> str:
    """The first sentence of a text, in one line."""
    line = " ".join(text.split("\n\n")[0].split())
    found = re.match(r"(.+?[.?!])(?=\s+[A-Z\"`(]|$)", line)
    return found[1] if found else line


def read_module(file: Path, name: str) -> ModuleSource:
    """The public names of the module in `file`, whose dotted name is `name`."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return ModuleSource(name, ast.get_docstring(tree) or "", tuple(_names(tree.body, "constant", "function")))


def exported(package: Path, name: str) -> Mapping[str, tuple[str, str]]:
    """What a package's `__init__.py` imports from its own modules: name to (module, name there or "" for a module)."""
    found: dict[str, tuple[str, str]] = {}
    for node in ast.parse((package / "__init__.py").read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ImportFrom) or not node.module or not node.module.startswith(name):
            continue
        for alias in node.names:
            if node.module == name:
                found[alias.name] = f"{name}.{alias.name}", ""
            else:
                found[alias.name] = node.module, alias.name
    return found


def _names(body: Sequence[ast.stmt], value: str, function: str) -> Iterator[Documented]:
    """The public names that these statements define; `value` and `function` are the kinds that they are listed as."""
    for place, node in enumerate(body):
        below = body[place + 1] if place + 1 < len(body) else None
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield _class(node)
        elif isinstance(node, ast.FunctionDef) and (not node.name.startswith("_") or node.name in CALLED):
            yield _function(node, function)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if not node.target.id.startswith("_"):
                default = f" = {_shortened(node.value)}" if node.value is not None else ""
                signature = f"{node.target.id}: {ast.unparse(node.annotation)}{default}"
                yield Documented(node.target.id, value, signature, string_of(below))
        elif isinstance(node, ast.Assign):
            names = [name.id for target in node.targets for name in _targets(target) if not name.id.startswith("_")]
            for name in names:
                text = f"{name} = {_shortened(node.value)}" if len(names) == 1 else name
                yield Documented(name, value, text, string_of(below))


def _targets(target: ast.expr) -> Iterator[ast.Name]:
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, ast.Tuple):
        for each in target.elts:
            yield from _targets(each)


def _class(node: ast.ClassDef) -> Documented:
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    signature = f"class {node.name}({bases})" if bases else f"class {node.name}"
    members = tuple(each for each in _names(node.body, "field", "method") if each.name != "__slots__")
    return Documented(node.name, "class", signature, ast.get_docstring(node) or "", members)


def _function(node: ast.FunctionDef, kind: str) -> Documented:
    decorators = [ast.unparse(each) for each in node.decorator_list]
    doc, answer = ast.get_docstring(node) or "", f" -> {ast.unparse(node.returns)}" if node.returns else ""
    if kind == "method" and ("property" in decorators or any(each.endswith(".setter") for each in decorators)):
        return Documented(node.name, "property", f"{node.name}{answer.replace(' -> ', ': ', 1)}", doc)
    arguments = node.args
    if kind == "method" and "staticmethod" not in decorators:
        arguments = ast.arguments(**{**dict(ast.iter_fields(arguments)), "args": arguments.args[1:]})
    return Documented(node.name, kind, f"{node.name}({ast.unparse(arguments)}){answer}", doc)


def _shortened(value: ast.expr | None) -> str:
    text = " ".join(ast.unparse(value).split()) if value is not None else ""
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 2].rstrip()} …"
