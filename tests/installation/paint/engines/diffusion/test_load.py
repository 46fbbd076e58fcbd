"""Models are read from this machine alone, and errors say what to do."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline
from huggingface_hub import constants

from installation.core.errors import UserError
from installation.paint.engines.diffusion import tiny_models
from installation.paint.engines.diffusion.engine import open_diffusion
from installation.paint.engines.diffusion.load import load
from installation.venue.diffusion_section import DiffusionSection

Disc = Callable[[float], np.ndarray]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object) -> None:
        raise AssertionError(f"a network was used: {args}")

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(socket.socket, "connect", refused)


def copied(model: Path, to: Path) -> Path:
    return Path(shutil.copytree(model, to / model.name))


@pytest.mark.parametrize("form", ["turbo", "full", "lcm", "large"])
@pytest.mark.parametrize("steps", [1, 2])
def test_models_of_every_form_paint(models: Path, disc: Disc, form: str, steps: int) -> None:
    engine = open_diffusion(DiffusionSection(model=str(models / form)), "cpu")
    painted = engine.paint(disc(0.5), engine.style("reed pen"), steps=steps)
    assert painted.shape == (64, 80, 3)
    assert painted.dtype == np.uint8
    assert painted.std() > 1.0


def test_a_published_name_is_found_where_it_was_downloaded_to(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "models--somebody--turbo"
    (kept / "refs").mkdir(parents=True)
    (kept / "refs" / "main").write_text("0" * 40)
    shutil.copytree(models / "turbo", kept / "snapshots" / ("0" * 40))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    assert load(DiffusionSection(model="somebody/turbo"), "cpu").latent_px == 8


def test_a_model_that_is_not_here_is_named_with_the_way_to_fetch_it() -> None:
    with pytest.raises(UserError, match=r"(?s)nobody/nothing isn't on this machine.*hf download nobody/nothing"):
        load(DiffusionSection(model="nobody/nothing"), "cpu")


def test_a_folder_that_is_not_there_is_told_from_a_published_name() -> None:
    with pytest.raises(UserError, match="there is no folder /nowhere/at/all"):
        load(DiffusionSection(model="/nowhere/at/all"), "cpu")


def test_damaged_weights_are_named(models: Path, tmp_path: Path) -> None:
    model = copied(models / "turbo", tmp_path)
    weights = model / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(UserError, match="turbo can't be read as a DiffusionPipeline"):
        load(DiffusionSection(model=str(model)), "cpu")


def test_weights_in_a_form_that_can_run_code_are_not_read(models: Path, tmp_path: Path) -> None:
    model = copied(models / "turbo", tmp_path)
    for path in model.rglob("*.safetensors"):
        torch.save({}, path.with_suffix(".bin"))
        path.unlink()
    with pytest.raises(UserError, match="can't be read"):
        load(DiffusionSection(model=str(model)), "cpu")


def test_weights_are_found_that_were_fetched_in_halves_only(models: Path, tmp_path: Path) -> None:
    model = copied(models / "turbo", tmp_path)
    for path in model.rglob("*.safetensors"):
        path.rename(path.with_suffix(".fp16.safetensors"))
    assert load(DiffusionSection(model=str(model), precision="float32"), "cpu").network.dtype == torch.float32


def test_a_folder_with_something_else_is_no_model(models: Path) -> None:
    with pytest.raises(UserError, match="can't be read"):
        load(DiffusionSection(model=str(models / "coder")), "cpu")


def test_a_control_of_another_model_is_refused(models: Path, tmp_path: Path) -> None:
    other = tiny_models.save_controlnet(tmp_path, tiny_models.ModelShape(text=32))
    with pytest.raises(UserError, match="belongs to another model"):
        load(DiffusionSection(model=str(models / "turbo"), control=str(other)), "cpu")


def test_a_small_autoencoder_takes_the_place_of_the_models_own(models: Path, disc: Disc) -> None:
    engine = open_diffusion(DiffusionSection(model=str(models / "full"), autoencoder=str(models / "coder")), "cpu")
    assert type(engine._model.autoencoder).__name__ == "AutoencoderTiny"
    assert engine.paint(disc(0.5), engine.style("")).std() > 1.0


def test_precision_is_as_asked(models: Path, disc: Disc) -> None:
    pictures = []
    for precision in ("float32", "bfloat16"):
        settings = DiffusionSection(model=str(models / "turbo"), precision=precision)
        engine = open_diffusion(settings, "cpu")
        assert str(engine._model.network.dtype) == f"torch.{precision}"
        pictures.append(engine.paint(disc(0.5), engine.style("reed pen"), steps=2).astype(float))
    assert np.abs(pictures[0] - pictures[1]).mean() < 4.0


def test_want_of_memory_is_not_taken_for_damage(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **more: object) -> None:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(DiffusionPipeline, "from_pretrained", full)
    with pytest.raises(UserError, match="doesn't fit into memory"):
        load(DiffusionSection(model=str(models / "turbo")), "cpu")
