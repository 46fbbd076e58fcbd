"""A network leaves as one small file that tells what it is, and comes back the same or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors import torch as safetensors

from motion.dancer import store
from motion.dancer.network import Network, Settings
from motion.learning import checkpoint
from motion.learning.checkpoint import WeightsError, choose_device

SMALL = Settings(hidden=16, blocks=1, modes=6, styles=("60", "61"))
CARD = {"seed": 3, "data": ["60_01", "61_01"], "credit": "Ümläut"}


@pytest.fixture
def network() -> Network:
    torch.manual_seed(3)
    network = Network(SMALL)
    network.basis.copy_(1e-7 * torch.randn_like(network.basis))
    network.inverse.copy_(1e7 * torch.randn_like(network.inverse))
    return network


@pytest.fixture
def file(network: Network, tmp_path: Path) -> Path:
    path = tmp_path / "made" / "small.safetensors"
    store.save(path, network, CARD)
    return path


def test_a_network_comes_back_as_it_was_saved(network: Network, file: Path) -> None:
    again = store.load(file)
    assert again.settings == SMALL
    assert not again.training
    for name, values in again.state_dict().items():
        there = network.state_dict()[name]
        assert torch.allclose(values, there, rtol=2**-10, atol=1e-9 if name == "basis" else 1e-6), name
    for name, values in again.named_buffers():
        assert torch.equal(values, dict(network.named_buffers())[name]), f"{name} is counted and keeps its span"


def test_its_card_is_read_without_its_weights(file: Path) -> None:
    assert store.card(file) == CARD
    whole = file.read_bytes()
    head = 8 + int.from_bytes(whole[:8], "little")
    assert b"\xc3\x9c" in whole[:head]


def test_the_same_network_makes_the_same_bytes(network: Network, file: Path) -> None:
    before = file.read_bytes()
    store.save(file, network, CARD)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_disk_that_is_full_leaves_the_file_that_was_there(
    network: Network, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.save(file, network, {"seed": 4})
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_that_is_missing_says_how_one_is_made(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"none\.safetensors.*isn't there.*visitant train dancer"):
        store.load(tmp_path / "none.safetensors")


@pytest.mark.parametrize("keep", [4, 100, -40])
def test_a_file_that_is_cut_off_is_called_damaged(file: Path, keep: int) -> None:
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(WeightsError, match="damaged"):
        store.load(file)


def test_another_file_of_the_same_kind_is_no_dancer(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    path.write_bytes(safetensors.save({"a": torch.zeros(2)}))
    with pytest.raises(WeightsError, match="no dancer"):
        store.card(path)


def rewritten(file: Path, tensors: dict[str, torch.Tensor] | None = None, **change: object) -> None:
    """The file with another header, or other tensors."""
    raw = file.read_bytes()
    head = (
        json.loads(json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])["__metadata__"][store.HEADER_KEY])
        | change
    )
    there = safetensors.load(raw) | (tensors or {})
    file.write_bytes(safetensors.save(there, {store.HEADER_KEY: json.dumps(head)}))


def test_a_file_of_another_version_says_which_is_read(file: Path) -> None:
    rewritten(file, version=2)
    with pytest.raises(WeightsError, match="form 2, this Visitant reads form 1"):
        store.load(file)


def test_settings_that_are_unknown_here_are_told(file: Path) -> None:
    rewritten(file, settings={"hidden": 16, "depth": 4})
    with pytest.raises(WeightsError, match=r"settings do not fit this version.*depth"):
        store.load(file)


def test_weights_of_another_shape_are_told_with_both_shapes(file: Path) -> None:
    rewritten(file, {"tells.1.bias": torch.zeros(9), "extra": torch.zeros(1)})
    with pytest.raises(WeightsError, match=r"extra is 1, expected missing; tells\.1\.bias is 9, expected 6"):
        store.load(file)


def test_weights_that_are_no_numbers_are_refused(file: Path) -> None:
    rewritten(file, {"tells.1.bias": torch.full((6,), float("nan"))})
    with pytest.raises(WeightsError, match=r"tells\.1\.bias holds values that are not finite"):
        store.load(file)


def test_a_device_that_is_not_there_is_told_with_those_that_are() -> None:
    assert choose_device("cpu").type == "cpu"
    with pytest.raises(WeightsError, match=r"device toaster: .*here: cpu"):
        choose_device("toaster")


@pytest.mark.skipif(torch.cuda.is_available(), reason="here is a CUDA device")
def test_without_a_card_networks_run_on_the_processor() -> None:
    assert choose_device() == torch.device("cpu")
    with pytest.raises(WeightsError, match=r"device cuda: .*here: cpu"):
        choose_device("cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_network_is_loaded_where_it_shall_run(file: Path) -> None:
    assert choose_device().type == "cuda"
    assert {values.device.type for values in store.load(file, choose_device()).state_dict().values()} == {"cuda"}


@pytest.mark.skipif(not store.BUNDLED_WEIGHTS.is_file(), reason="the network that comes along is not made yet")
def test_the_network_that_comes_along_is_small_and_says_what_it_was_made_from() -> None:
    assert store.BUNDLED_WEIGHTS.stat().st_size < 20e6
    assert store.load().settings.styles
    assert {"data", "credit", "command", "seed", "minutes", "steps", "figures"} <= store.card().keys()


BAD_SETTINGS = (
    {"hidden": 10**9},
    {"hidden": 60_000},
    {"blocks": 10**7},
    {"modes": -1},
    {"hidden": 0.5},
    {"hidden": True},
    {"hidden": None},
    {"styles": [10**12]},
)


@pytest.mark.parametrize("settings", BAD_SETTINGS)
def test_settings_that_no_network_of_the_file_has_are_refused_before_it_is_made(
    tmp_path: Path, settings: dict[str, object]
) -> None:
    path = tmp_path / "a.safetensors"
    head = {"version": store.FORMAT_VERSION, "settings": settings, "card": {}}
    checkpoint.write_weights(path, store.HEADER_KEY, head, {"mean": torch.ones(4)})
    with pytest.raises(WeightsError, match="no network of this file's size has"):
        store.load(path)


@pytest.mark.parametrize(
    "text", ["[", "7", "null", "{}", '{"version": 1}', '{"version": 1, "settings": 3}', "[" * 9000]
)
def test_a_header_of_any_content_is_answered_in_words(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(safetensors.save({"mean": torch.ones(4)}, {store.HEADER_KEY: text}))
    with pytest.raises(WeightsError, match="damaged"):
        store.load(path)


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b'{"__metadata__": 3}',
        b'{"a": {"data_offsets": [0, Infinity]}}',
        b'{"a": {"data_offsets": "0"}}',
        b'{"a": 7}',
        b"[" * 50_000,
        b'{"__metadata__": {"visitant dancer": "{}"}, "a": {"data_offsets": [0, 99]}}',
    ],
)
def test_a_hostile_header_is_answered_in_words(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(WeightsError, match=r"damaged, or no safetensors file|no dancer of Visitant"):
        store.load(path)


def test_a_file_that_was_copied_in_part_is_refused_though_its_size_is_right(tmp_path: Path) -> None:
    data = bytearray(store.BUNDLED_WEIGHTS.read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    with pytest.raises(WeightsError, match="it was not copied to the end"):
        store.load(path)
