"""Factories by name: functions that are imported only where they are used, because of what their modules import."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def load_factory(name: str) -> Callable[..., Any]:
    """Import the function "package.module:function". Raises ModuleNotFoundError where a package is missing."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found
