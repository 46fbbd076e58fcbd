"""The header of a weights file is read without torch, and a file that is cut off is no weights file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from motion.learning.weights_header import HeaderError, read_metadata


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.safetensors"
    save_file({"a": torch.zeros(2, 3), "b": torch.ones(4)}, path, {"visitant dancer": '{"version": 1}'})
    return path


def test_metadata_is_what_was_saved(file: Path) -> None:
    assert read_metadata(file) == {"visitant dancer": '{"version": 1}'}


def test_a_file_without_metadata_has_none(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(2)}, tmp_path / "a.safetensors")
    assert read_metadata(tmp_path / "a.safetensors") == {}


@pytest.mark.parametrize("keep", [0, 4, 20, -1])
def test_a_file_that_is_cut_off_is_an_error(file: Path, keep: int) -> None:
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(HeaderError):
        read_metadata(file)


@pytest.mark.parametrize(
    "data", [(5).to_bytes(8, "little") + b"[1,2]", b"\xff" * 64, (2).to_bytes(8, "little") + b"{}x"]
)
def test_other_files_are_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(HeaderError):
        read_metadata(tmp_path / "a")


@pytest.mark.process
def test_torch_is_not_imported_for_it() -> None:
    code = "import sys, motion.learning.weights_header; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
