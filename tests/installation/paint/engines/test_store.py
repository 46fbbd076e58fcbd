"""A painter comes back from its file as it was, and a file that is no painter says what it is instead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from installation.paint.engines import store
from installation.paint.engines.network import NetworkSettings, PainterNetwork
from installation.paint.engines.painter import tiny_painter
from motion.learning.checkpoint import WeightsError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    network = PainterNetwork(NetworkSettings(widths=(8, 8, 8), blocks=(1, 1, 1), stroke=4, style_width=8, fine=4))
    path = tmp_path / "small.safetensors"
    store.save(path, network, tiny_painter().styles, {"works": ["a.png"]})
    return path


def test_a_painter_comes_back_as_it_was(file: Path) -> None:
    network, styles = store.load(file)
    assert list(styles) == ["one", "two", "three"]
    assert np.allclose(styles["two"].stroke, tiny_painter().styles["two"].stroke)
    assert store.style_names(file) == ("one", "two", "three")
    assert store.card(file) == {"works": ["a.png"]}
    again, _ = store.load(file)
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), again.parameters(), strict=True))


def test_the_same_painter_is_the_same_bytes(file: Path, tmp_path: Path) -> None:
    network, styles = store.load(file)
    store.save(tmp_path / "again.safetensors", network, styles, store.card(file))
    assert (tmp_path / "again.safetensors").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("keep", [0, 7, 200, -100])
def test_a_file_that_is_cut_short_is_said_to_be_damaged(file: Path, keep: int) -> None:
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(WeightsError, match=r"small\.safetensors: damaged"):
        store.load(file)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"none\.safetensors: .*isn't there"):
        store.load(tmp_path / "none.safetensors")


def test_weights_of_something_else_are_told_from_a_painter(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(3)}, tmp_path / "a.safetensors")
    with pytest.raises(WeightsError, match="no painter of Visitant"):
        store.load(tmp_path / "a.safetensors")


def test_weights_of_another_form_name_both_forms(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FORMAT_VERSION", store.FORMAT_VERSION + 1)
    with pytest.raises(
        WeightsError, match=f"of form {store.FORMAT_VERSION - 1}, this Visitant reads form {store.FORMAT_VERSION}"
    ):
        store.load(file)


def test_what_is_no_number_is_not_painted_with(file: Path) -> None:
    network, styles = store.load(file)
    with torch.no_grad():
        network.stem.weight[0, 0, 0, 0] = float("nan")
    store.save(file, network, styles, {})
    with pytest.raises(WeightsError, match=r"stem\.weight holds values that are not finite"):
        store.load(file)
