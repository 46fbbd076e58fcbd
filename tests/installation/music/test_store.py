"""A composer's file is read as it was written, the bundled one is small and sound, and a broken one is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.music.model.store import BUNDLED_WEIGHTS, card, load, save
from tests.installation.music.tiny_model import tiny_model


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    save(path, tiny_model())
    first = path.read_bytes()
    model = load(path)
    assert model.settings == tiny_model().settings
    for name, values in tiny_model().weights.items():
        np.testing.assert_allclose(model.weights[name], values, rtol=1e-3, atol=1e-6)
    save(path, model)
    assert path.read_bytes() == first


def test_the_bundled_model_is_small_and_says_what_it_learned_from() -> None:
    assert BUNDLED_WEIGHTS.stat().st_size <= 8_000_000
    assert load().offsets.any()
    page = BUNDLED_WEIGHTS.with_suffix(".md").read_text(encoding="utf-8")
    assert set(card()["data"]) == {"groove", "freedoom"}
    assert "CC BY 4.0" in page
    assert "BSD 3-Clause" in page


def test_what_is_no_composer_is_said(tmp_path: Path) -> None:
    path = tmp_path / "c.safetensors"
    with pytest.raises(UserError, match="this network isn't there; `visitant train composer"):
        load(path)
    save(path, tiny_model())
    data = path.read_bytes()
    for broken in (data[:200], data[:-40], b"", bytes(100), data.replace(b'\\"width\\": 24', b'\\"width\\": 25')):
        path.write_bytes(broken)
        with pytest.raises(UserError, match=r"c\.safetensors: "):
            load(path)
