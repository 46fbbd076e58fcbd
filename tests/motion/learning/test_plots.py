"""A picture of curves shows what there is, however little or odd that may be."""

from __future__ import annotations

import math

import numpy as np
import pytest

from motion.dancer.trainer import BEAT_LOSS, ROUND_LOSS
from motion.dancer.training_log import TrainingLog, draw_log
from motion.learning.plots import INK_COLOUR, PAPER_COLOUR, SERIES_COLOURS, Panel, draw_plots


def colours(picture: object) -> set[tuple[int, int, int]]:
    return {tuple(pixel) for pixel in np.asarray(picture).reshape(-1, 3).tolist()}


def rgb(colour: str) -> tuple[int, int, int]:
    return tuple(bytes.fromhex(colour[1:]))  # type: ignore[return-value]


def test_a_panel_is_as_large_as_is_asked_and_holds_its_curve() -> None:
    picture = draw_plots(
        "dancer", [Panel("loss", {"a": ([0, 1, 2], [3.0, 2.0, 1.0])}, series=True)], "minutes", (400, 200)
    )
    assert picture.size == (400, 244)
    assert {rgb(PAPER_COLOUR), rgb(INK_COLOUR), rgb(SERIES_COLOURS[0])} <= colours(picture)


@pytest.mark.parametrize("ys", [[1.0], [2.0, 2.0], [0.0, 0.0], [math.nan, 1.0], [1e-9, 1e9], [-3.0, 5.0]])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_any_numbers_can_be_drawn(ys: list[float], logarithmic: bool) -> None:
    xs = [float(x) for x in range(len(ys))]
    draw_plots("dancer", [Panel("any", {"a": (xs, ys)}, logarithmic, line=1.0)], "minutes", (300, 160))


def test_a_panel_without_a_number_is_left_out() -> None:
    empty, full = Panel("none", {"a": ([], [])}), Panel("some", {"a": ([0, 1], [1.0, 2.0])})
    assert draw_plots("dancer", [empty, full], "minutes").size == draw_plots("dancer", [full], "minutes").size
    assert draw_plots("dancer", [empty], "minutes").size[1] > 44


def test_a_diary_notes_means_every_few_seconds_and_is_drawn() -> None:
    diary = TrainingLog()
    assert draw_log(diary, "dancer").size[0] == 960, "even before anything is noted"
    for step in range(1, 31):
        before, diary.spent = diary.spent, float(step)
        mean = diary.add({f"{ROUND_LOSS} 1": 2.0, f"{ROUND_LOSS} 2": 4.0, BEAT_LOSS: 9.0}, before)
        assert mean == pytest.approx(3.0)
    assert [entry["at"] for entry in diary.losses] == [5.0, 10.0, 15.0, 20.0, 25.0, 30.0]
    assert diary.losses[0][f"{ROUND_LOSS} 2"] == pytest.approx(4.0)
    few = draw_log(diary, "dancer").size[1]
    diary.judged.append({"at": 30.0, "with partner": 0.3, "energy": 1.0, "skate": 1.1})
    assert draw_log(diary, "dancer").size[1] > few
    assert diary.latest_figures == {"with partner": 0.3, "energy": 1.0, "skate": 1.1}
