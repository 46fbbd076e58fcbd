"""The strings below a class's attributes, which only pages of documentation need: to read them takes 0.1 s."""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise


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
    texts = {
        attribute.target.id: " ".join(string_of(below).split())
        for attribute, below in pairwise(body.body)
        if isinstance(attribute, ast.AnnAssign) and isinstance(attribute.target, ast.Name)
    }
    return {name: text for name, text in texts.items() if text}


def string_of(statement: ast.stmt | None) -> str:
    """The text of a statement that is a string alone, without its indentation; empty for every other one."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        text = statement.value.value
        return inspect.cleandoc(text).strip() if isinstance(text, str) else ""
    return ""
