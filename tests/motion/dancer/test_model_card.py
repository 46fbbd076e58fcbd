"""What is told about a network is what its file says, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from motion.dancer import store
from motion.dancer.model_card import model_page

CARD = {
    "data": ["02_01", "02_02", "02_03", "05_07", "60_01_scaled", "60_02_scaled"],
    "frames": 9000,
    "aside": [],
    "without": ["60_03_scaled"],
    "seed": 7,
    "schooling": {"rows": 512, "rounds": 6},
    "paces": [1.0, 0.9, 1.1],
    "credit": "Theirs; free for all",
    "command": "visitant train dancer --data motion --minutes 60 --seed 7",
    "torch": "2.13",
    "parameters": 5134448,
    "device": "cpu",
    "minutes": 60.0,
    "steps": 9021,
    "figures": {"with partner": 0.41, "with another": 0.22},
}


def test_a_page_tells_data_licence_command_time_and_figures() -> None:
    told = model_page(Path("dancer.safetensors"), CARD)
    for words in (
        "`dancer.safetensors`",
        "6 recordings, 5.0 minutes",
        "0.9 to 1.1 times",
        "02_01 to 02_03, 05_07",
        "60_01_scaled to 60_02_scaled",
        "Theirs; free for all",
        "nothing: it was trained on all",
        "60_03_scaled",
        "visitant train dancer --data motion --minutes 60 --seed 7",
        "60 minutes on a processor, 9,021 steps",
        "5,134,448 parameters",
        "beat F1 with the partner 0.41",
    ):
        assert words in told


def test_what_nobody_said_is_not_made_up() -> None:
    told = model_page(Path("dancer.safetensors"), CARD | {"credit": "", "command": "", "figures": {}, "without": []})
    assert "nobody said" in told
    assert "figures" not in told and "never read" not in told
    assert "seed 7" in told


@pytest.mark.skipif(not store.BUNDLED_WEIGHTS.is_file(), reason="the network that comes along is not made yet")
def test_the_page_of_the_network_that_comes_along_is_current() -> None:
    there = store.BUNDLED_WEIGHTS.with_suffix(".md").read_text(encoding="utf-8")
    assert there == model_page(store.BUNDLED_WEIGHTS, store.card()), "write it anew: python -m motion.dancer.model_card"
    assert "mocap.cs.cmu.edu" in there
