"""Figures of films: what counts as a hop, and as a spin at a cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from installation.evaluate.motion.film import DANCER, SQUATS, FilmCapture, FilmMotion, measure_films
from motion import rotation
from motion.body import Motion
from tests.motion.figures import dance


def measured(folder: Path, squats: Motion, dancer: Motion, cuts: list[float]) -> list[bool | None]:
    """Whether each figure holds, for the finished motions of the two films."""
    for name in (SQUATS, DANCER):
        (folder / name).touch()
    films = {SQUATS: FilmCapture([FilmMotion(0.0, squats, squats)], []), DANCER: None}
    films[DANCER] = FilmCapture([FilmMotion(0.5, dancer, dancer)], cuts)

    def capture(clip: Path) -> FilmCapture:
        found = films[clip.name]
        assert found is not None
        return found

    return [figure.holds for figure in measure_films(folder, capture)]


def test_a_hop_of_five_centimetres_and_a_spin_at_the_cut_fail(tmp_path: Path) -> None:
    calm = replace(dance(60), hips_m=np.tile(dance(60).hips_m[:1], (60, 1)))
    calm = replace(calm, turns=np.tile(calm.turns[:1], (60, 1, 1)))
    hops = replace(calm, hips_m=calm.hips_m + 0.05 * (np.arange(60) == 30)[:, None] * (0.0, 1.0, 0.0))
    turns = calm.turns.copy()
    turns[5:, 9] = rotation.multiply(turns[5:, 9], rotation.from_axis_angle((0.0, 1.0, 0.0), 1.0))
    spins = replace(calm, turns=turns)
    assert measured(tmp_path, calm, calm, [0.6]) == [True, True, True]
    assert measured(tmp_path, hops, spins, [0.6]) == [False, False, True]
    assert measured(tmp_path, calm, spins, [1.9]) == [True, True, True], "a spin elsewhere is movement"
    assert measured(tmp_path, calm, calm, []) == [True, True, False], "the cut was not found"


def test_missing_clips_have_no_figures(tmp_path: Path) -> None:
    figures = measure_films(tmp_path, lambda clip: FilmCapture([], []))
    assert [figure.value for figure in figures] == [None, None]
