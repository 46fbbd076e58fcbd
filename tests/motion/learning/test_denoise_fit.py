"""The modes of the landmark filter can be fitted to motions, and saved as the filter reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from motion.learning.denoise_fit import MODES, fit, save
from tests.motion.people import landmarks, walk


def test_a_table_can_be_fitted_and_saved(tmp_path: Path) -> None:
    modes, powers, rest = fit([landmarks(walk(3.0)[0], 0.001)])
    assert np.allclose(modes.T @ modes, np.eye(MODES), atol=1e-9)
    save(tmp_path / "table.npz", modes, powers, rest)
    with np.load(tmp_path / "table.npz") as held:
        assert held["modes"].shape == (99, MODES)
