"""Engines are chosen by name, and whoever names one that can't be is told what to do."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from installation.core.errors import Trouble
from installation.paint.engines import painter
from installation.paint.engines.builtin import Own
from installation.paint.engines.engine import open_engine


def test_a_name_that_is_none_is_told_the_names_there_are() -> None:
    with pytest.raises(Trouble, match="own or diffusers"):
        open_engine("stable")


def test_without_its_packages_diffusers_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("installation.paint.engines.diffusion.")]:
        if not name.endswith("settings"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(Trouble, match=r"(?s)diffusers.*pip install .*\[diffusion\]"):
        open_engine("diffusers")


def test_weights_that_are_not_there_are_told() -> None:
    with pytest.raises(Trouble, match=r"nowhere\.safetensors"):
        open_engine("own", weights="nowhere.safetensors")


def test_our_own_painter_is_one_of_the_engines() -> None:
    engine, guide = Own(painter.tiny()), np.zeros((16, 24, 12), np.float32)
    one, two = engine.style("one"), engine.style("two")
    halfway = engine.blend([one, two], [1.0, 1.0])
    assert np.allclose(halfway.stroke, 0.5 * (one.stroke + two.stroke))
    assert np.array_equal(engine.paint(guide, engine.slerp(one, two, 0.0)), engine.paint(guide, one))
    assert engine.paint(guide, halfway.with_palette(two)).shape == (32, 48, 3)
    assert engine.behind == 0


def test_a_style_that_is_misspelt_is_answered_with_those_near_it() -> None:
    with pytest.raises(Trouble, match="did you mean three"):
        Own(painter.tiny()).style("thre")
