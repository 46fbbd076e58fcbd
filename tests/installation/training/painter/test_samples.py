"""People to learn to paint from: two moments that belong together, the same for the same seed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from installation.evaluate.clips import one_person_clip
from installation.interface.scenery_elements import ELEMENTS
from installation.paint.guide.guide import CHANNEL_INDEX, CHANNELS
from installation.paint.motion_warp import warp
from installation.training.painter import samples
from installation.training.painter.samples import SampleBank, build_sample_bank, random_landscape, unpack_guides

pytestmark = pytest.mark.integration


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few dancers, no film."""
    monkeypatch.setattr(samples, "DANCER_COUNT", 2)
    monkeypatch.setattr(samples, "DANCE_SECONDS", 1.6)
    monkeypatch.setattr(samples, "_demo_films", list)


def one(made: SampleBank, row: int, name: str) -> np.ndarray:
    """Both moments of a channel."""
    return unpack_guides(made.guides[row])[..., CHANNEL_INDEX[name]]


def test_dancers_fill_a_bank_the_same_for_the_same_seed(quick: None) -> None:
    told: list[float] = []
    first = build_sample_bank(12, (48, 64), 3, progress=told.append)
    assert first.guides.shape == (12, 2, 48, 64, len(CHANNELS))
    assert first.flows.shape == (12, 48, 64, 2)
    assert len(first) == 12
    assert (first.picture == -1).all()
    assert len(first.pictures) == 0
    assert told == sorted(told)
    assert told[-1] == 1.0
    again, other = build_sample_bank(12, (48, 64), 3), build_sample_bank(12, (48, 64), 4)
    assert np.array_equal(first.guides, again.guides)
    assert np.array_equal(first.flows, again.flows)
    assert not np.array_equal(first.guides, other.guides)
    assert np.mean([one(first, row, "figure").max() > 0.9 for row in range(12)]) > 0.8


def test_the_flow_carries_the_first_moment_to_the_second(quick: None) -> None:
    made = build_sample_bank(16, (96, 96), 5)
    before = after = 0.0
    for row in range(16):
        then, now = cv2.GaussianBlur(np.moveaxis(one(made, row, "light"), 0, -1), (0, 0), 1.0).transpose(2, 0, 1)
        inside = one(made, row, "figure")[1] > 0.9
        before += np.abs(then - now)[inside].sum()
        after += np.abs(warp(np.ascontiguousarray(then), made.flows[row].astype(np.float32)) - now)[inside].sum()
    assert after < 0.6 * before


@pytest.mark.slow
def test_half_of_a_bank_is_seen_in_films_with_their_pictures(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    film = one_person_clip(None)
    if film is None:
        pytest.skip("no film of a person is here: `visitant setup` brings one")
    monkeypatch.setattr(samples, "MAX_FILM_FRAMES", 40)
    made = build_sample_bank(12, (48, 48), 1, [film])
    assert (made.picture >= 0).sum() == 6 == len(made.pictures)
    assert made.pictures.shape == (6, 2, 96, 96, 3)
    assert 0 < made.pictured.sum() <= 6
    for row in map(int, np.flatnonzero(made.pictured)):
        shown = made.pictures[made.picture[row], 1].mean(axis=-1) / 127.5 - 1.0
        light = cv2.resize(one(made, row, "light")[1], (96, 96))
        assert np.corrcoef(shown.ravel(), light.ravel())[0, 1] > 0.7
        assert one(made, row, "figure")[1].max() > 0.9


def test_landscapes_have_elements_of_every_kind() -> None:
    chance = np.random.default_rng(0)
    assert {type(element) for _ in range(40) for element in random_landscape(chance)} == set(ELEMENTS)
