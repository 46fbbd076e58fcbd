"""The strings below a class's attributes, which only pages of documentation need: to read them takes 0.1 s."""

from __future__ import annotations

import ast
import inspect
import textwrap


def attribute_docstrings(owner: type) -> dict[str, str]:
    """The docstring of each attribute of a class and of those that it inherits from, in one line each, by its name."""
    found: dict[str, str] = {}
    for one in reversed(owner.__mro__):
        if one.__module__.partition(".")[0] == owner.__module__.partition(".")[0]:
            found |= _own(one)
    return found


def _own(owner: type) -> dict[str, str]:
    body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for attribute, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name):
            text = below.value if isinstance(below, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[attribute.target.id] = " ".join(text.value.split())
    return found
