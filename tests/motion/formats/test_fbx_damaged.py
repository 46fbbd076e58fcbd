"""A damaged FBX is an error of that file, whatever becomes of the library that reads it."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from motion import files
from motion.formats.fbx_scene import FbxError
from tests.motion.fbx_writer import Space, document
from tests.motion.figures import dance

CRASHING_LIBRARY = "import os; os.abort()\n"


@pytest.mark.process
def test_a_file_that_crashes_the_library_is_an_error_of_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ufbx.py").write_text(CRASHING_LIBRARY)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "ufbx", raising=False)
    path = tmp_path / "walk.fbx"
    path.write_bytes(b"an FBX")
    with pytest.raises(FbxError, match=r"walk\.fbx: no FBX that can be read: it is damaged"):
        files.read_takes(path)


@pytest.mark.process
@pytest.mark.parametrize(
    "seeds", [pytest.param(range(2), id="few"), pytest.param(range(50), id="many", marks=pytest.mark.slow)]
)
def test_a_file_with_damaged_bytes_is_read_or_refused(tmp_path: Path, seeds: range) -> None:
    pytest.importorskip("ufbx", reason="the extra fbx is not installed")
    take = files.retarget_onto(dance(4))
    whole = document(take.rig, {"walk": (take.positions_m, take.turns)}, take.rate, Space()).encode()
    path = tmp_path / "walk.fbx"
    for seed in seeds:
        chance = np.random.default_rng(seed)
        data = np.frombuffer(whole, np.uint8).copy()
        # Every second file keeps its form, and has other numbers.
        digits = np.flatnonzero((data >= ord("0")) & (data <= ord("9")))
        places = chance.choice(digits if seed % 2 else len(data), chance.integers(1, 40))
        data[places] = ord("0") + chance.integers(10, size=len(places)) if seed % 2 else chance.integers(256)
        path.write_bytes(data.tobytes())
        try:
            found = files.read_takes(path)
        except FbxError as error:
            assert str(error).startswith(f"{path}: ")
        else:
            assert all(np.isfinite(each.turns).all() for each in found.values())
