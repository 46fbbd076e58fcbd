"""A composer in a process of its own composes the same as one in this process, and ends with its owner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.music.controls import STEMS, Controls
from installation.music.generator import Composer
from installation.music.live.remote_composer import RemoteComposer
from installation.music.notes import Note

pytestmark = pytest.mark.process


def test_it_composes_what_a_composer_here_composes() -> None:
    here, remote = Composer(3, attempts=1), RemoteComposer(3, attempts=1)
    controls = Controls("ambient", seed=5)
    opened = np.zeros((len(STEMS), 16), bool)
    opened[1:, ::4] = True
    try:
        for composer in (here, remote):
            composer.continue_from([(Note(0.0, 1.0, "lead", 67, 90),)])
        assert remote.next_bar(controls) == here.next_bar(controls)
        assert remote.next_bar(controls, (), opened) == here.next_bar(controls, (), opened)
        assert remote.revise(Controls("jazz", seed=5), 2.0) == here.revise(Controls("jazz", seed=5), 2.0)
        with pytest.raises(UserError, match="Hm"):
            remote.next_bar(Controls(chords=("Hm",)))
    finally:
        remote.close()
    assert remote._process.returncode == 0


def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "sitecustomize.py").write_text(
        "from pathlib import Path\n"
        "from installation.music.model import store\n"
        "store.BUNDLED_WEIGHTS = Path('none.safetensors')\n"
    )
    with pytest.raises(UserError, match=r"none.safetensors"):
        RemoteComposer(3, attempts=1)
