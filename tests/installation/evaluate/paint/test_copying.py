"""What was copied is told from what only looks alike."""

from __future__ import annotations

import numpy as np

from installation.evaluate.paint.copying import copies
from tests.installation.evaluate.paint.made import texture


def test_a_copy_is_found_even_mirrored_and_in_other_light() -> None:
    works = [texture(n, grain=8.0) for n in range(8)]
    copied = (works[3][:, ::-1] * 0.8).astype(np.uint8)
    assert copies([copied], works).share < 0.1
    assert copies([texture(50, grain=8.0)], works).share > 0.9


def test_a_plain_canvas_copies_nothing() -> None:
    plain = np.full((128, 128, 3), 90, np.uint8)
    assert copies([plain], [texture(n) for n in range(3)]).share == 1.0
