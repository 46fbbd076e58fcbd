"""Takes for training come from the training split alone, and from songs whose notes lie on their beats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.training.ear.midi_takes import groove_rows, read_take, training_takes
from tests.installation.training.ear.midi import write_beat, write_groove


def test_validation_and_test_takes_are_never_read(tmp_path: Path) -> None:
    write_groove(tmp_path)
    takes = list(training_takes(tmp_path))
    assert [take.name for take in takes] == ["0", "1", "song"]
    assert takes[0].tempo == pytest.approx(100.0)
    assert takes[0].downbeats is not None
    assert takes[2].downbeats is None


def test_beats_are_the_files_own(tmp_path: Path) -> None:
    write_beat(tmp_path / "take.mid", 150.0, 10.0)
    take = read_take(tmp_path / "take.mid")
    assert take is not None
    np.testing.assert_allclose(np.diff(take.beats), 0.4, atol=1e-4)
    kicks = take.notes.start[take.notes.pitch == 36]
    assert np.abs(kicks[:, None] - take.beats[None]).min(axis=1).max() < 1e-3


def test_a_table_without_the_columns_says_so(tmp_path: Path) -> None:
    (tmp_path / "info.csv").write_text("name,size\na,1\n")
    with pytest.raises(UserError, match=r"info\.csv: no table of the Groove"):
        groove_rows(tmp_path)
