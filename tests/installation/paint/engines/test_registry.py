"""Engines are opened by name; the error for one that cannot be opened says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from installation.core.errors import UserError
from installation.paint.engines.registry import open_engine


def test_a_name_that_is_none_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(UserError, match="builtin or diffusers"):
        open_engine("stable")


def test_without_its_packages_diffusers_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("installation.paint.engines.diffusion.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(UserError, match=r"(?s)diffusers.*pip install .*\[diffusion\]"):
        open_engine("diffusers")


@pytest.mark.parametrize("name", ["builtin", "own"])
def test_weights_that_are_not_there_are_named(name: str) -> None:
    with pytest.raises(UserError, match=r"nowhere\.safetensors"):
        open_engine(name, weights=Path("nowhere.safetensors"))
