"""A cut in a film ends a shot; a shaken camera, a flash and a fast dancer do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.eye.offline import GeneratedFrameReader
from installation.offline.shots import ShotSplitter

Pixels = NDArray[np.uint8]
RATE = 30.0


def scene(seed: int) -> Pixels:
    """A picture of soft patches."""
    small = np.random.default_rng(seed).integers(0, 255, (9, 16, 3), np.uint8)
    return np.repeat(np.repeat(small, 20, axis=0), 20, axis=1)


def shots(pictures: list[Pixels]) -> tuple[list[int], list[float]]:
    """Frames in each shot, and the times of the cuts."""
    splitter = ShotSplitter(GeneratedFrameReader(pictures, RATE))
    lengths = [len(list(shot)) for shot in splitter]
    return lengths, splitter.cut_seconds


def test_two_scenes_are_two_shots_and_no_frame_is_lost() -> None:
    assert shots([scene(1)] * 20 + [scene(2)] * 15) == ([20, 15], [20 / RATE])


def test_a_cut_right_after_the_start_and_one_right_before_the_end_are_found() -> None:
    assert shots([scene(1)] * 2 + [scene(2)] * 10 + [scene(3)])[0] == [2, 10, 1]


def test_a_shaken_camera_makes_no_shot() -> None:
    pictures = [scene(1)] * 10
    pictures += [np.roll(scene(1), (7 * (-1) ** k, 17 * (k % 3 - 1)), (0, 1)) for k in range(12)] + [scene(1)] * 10
    assert shots(pictures)[0] == [32]


def test_a_change_of_exposure_makes_no_shot() -> None:
    dark = (0.6 * scene(1)).astype(np.uint8)
    assert shots([scene(1)] * 10 + [dark] * 10)[0] == [20]


def test_a_flash_makes_no_shot() -> None:
    assert shots([scene(1)] * 10 + [np.full_like(scene(1), 255)] + [scene(1)] * 10)[0] == [21]


def test_a_person_who_moves_fast_makes_no_shot() -> None:
    pictures = []
    for frame in range(30):
        picture = scene(1).copy()
        picture[40:, (25 * frame) % 260 : (25 * frame) % 260 + 60] = 30
        pictures.append(picture)
    assert shots(pictures)[0] == [30]
