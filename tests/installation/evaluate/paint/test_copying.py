"""Copies are distinguished from pictures that only look alike."""

from __future__ import annotations

import numpy as np

from installation.evaluate.paint.copying import measure_copying
from tests.installation.evaluate.paint.made import texture


def test_a_copy_is_found_even_mirrored_and_in_other_light() -> None:
    works = [texture(n, grain=8.0) for n in range(8)]
    copied = (works[3][:, ::-1] * 0.8).astype(np.uint8)
    assert measure_copying([copied], works).share < 0.1
    assert measure_copying([texture(50, grain=8.0)], works).share > 0.9


def test_a_plain_canvas_copies_nothing() -> None:
    plain = np.full((128, 128, 3), 90, np.uint8)
    assert measure_copying([plain], [texture(n) for n in range(3)]).share == 1.0
