"""The drawing process reads what a network says about itself without what it takes to run it."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.core.errors import UserError
from installation.dance import weights
from motion.dancer import store
from tests.motion.dancer.dances import TINY, prepared


def test_the_styles_of_a_network_are_those_that_it_was_saved_with(tmp_path: Path) -> None:
    store.save(tmp_path / "a.safetensors", prepared(), {"minutes": 1})
    assert weights.styles(tmp_path / "a.safetensors") == TINY.styles
    assert (weights.HEAD, weights.BUNDLED_WEIGHTS) == (store.HEADER_KEY, store.BUNDLED_WEIGHTS)


@pytest.mark.parametrize("data", [b"", b"no network", (5).to_bytes(8, "little") + b"[1,2]", b"\xff" * 64])
def test_what_holds_no_dancer_is_told_in_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    with pytest.raises(UserError, match="no dancer's network"):
        weights.styles(path)
    with pytest.raises(UserError, match="can't be read"):
        weights.styles(tmp_path / "b.safetensors")
