"""Styles are what somebody names: the painter's own, a picture, a folder, or several of them by weight."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from installation.core.errors import UserError
from installation.offline.paint_inputs import mixed_style, painting_size, parse_style_mix, resolve_style
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.painter import tiny_painter
from installation.paint.pictures import perceptual
from installation.paint.pictures.perceptual import PerceptualNetwork


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> BuiltinEngine:
    """A small painter whose perceptual network has learned nothing."""
    torch.manual_seed(0)
    network = PerceptualNetwork()
    monkeypatch.setattr(perceptual, "load", lambda: network)
    return BuiltinEngine(tiny_painter())


@pytest.fixture
def prints(tmp_path: Path) -> Path:
    """A folder of two pictures, and a third that is none."""
    folder = tmp_path / "prints"
    folder.mkdir()
    chance = np.random.default_rng(0)
    for name in ("a", "b"):
        Image.fromarray(chance.integers(0, 255, (80, 80, 3), np.uint8)).save(folder / f"{name}.png")
    (folder / "c.png").write_text("none")
    return folder


def test_weights_stand_behind_the_names(engine: BuiltinEngine) -> None:
    assert parse_style_mix(engine, ["one", "two:0.25"]) == (("one", 1.0), ("two", 0.25))


def test_names_of_two_words_need_no_quotes(engine: BuiltinEngine) -> None:
    engine.painter.styles["great wave"] = engine.styles["one"]
    words = ["one", "great", "wave:2", "two"]
    assert parse_style_mix(engine, words) == (("one", 1.0), ("great wave", 2.0), ("two", 1.0))
    assert parse_style_mix(engine, ["great wave"]) == (("great wave", 1.0),)


def test_a_picture_or_a_folder_is_a_style(engine: BuiltinEngine, prints: Path) -> None:
    one, all_of_them = str(prints / "a.png"), str(prints)
    mix = parse_style_mix(engine, [f"{one}:2", all_of_them])
    assert mix == ((one, 2.0), (all_of_them, 1.0))
    palettes = [engine.styles[name].palette for name, _ in mix]
    assert not np.array_equal(palettes[0], palettes[1])
    with pytest.raises(UserError, match=r"c\.png: no picture"):
        resolve_style(engine, str(prints / "c.png"))


def test_colours_may_be_anothers_and_less_strength_is_nearer_to_the_mean(engine: BuiltinEngine) -> None:
    style = mixed_style(engine, (("one", 1.0),), "two", 1.0)
    assert np.array_equal(style.palette, engine.styles["two"].palette)
    assert np.allclose(style.stroke, engine.styles["one"].stroke)
    mean = np.mean([each.palette for each in engine.styles.values()], axis=0)
    assert np.allclose(mixed_style(engine, (("one", 1.0),), "", 0.0).palette, mean, atol=1e-6)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("onne", "style 'onne' is unknown; did you mean one"),
        ("one:-1", "a weight of -1; expected a number above 0, as in one:0.5"),
        ("one:nan", "a weight of nan"),
        ("none.jpg", "none.jpg: no such file or folder"),
    ],
)
def test_a_style_that_is_none_is_told(word: str, told: str, engine: BuiltinEngine) -> None:
    with pytest.raises(UserError, match=told):
        parse_style_mix(engine, [word])


def test_paintings_keep_their_aspect_and_have_even_sides() -> None:
    assert painting_size((1000, 2001), (512, 512), enlarge=False) == (256, 512)
    assert painting_size((300, 200), (512, 512), enlarge=False) == (300, 200)
    assert painting_size((300, 200), (600, 600), enlarge=True) == (600, 400)
    with pytest.raises(UserError, match="512x52 pixels; each side needs 64"):
        painting_size((100, 1000), (512, 512), enlarge=False)
