"""A training keeps its schedule whatever it trains: checkpoints and evaluations at their times, and an end."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from motion.learning.training_loop import (
    LossHistory,
    Progress,
    TrainingError,
    TrainingHooks,
    TrainingSchedule,
    crossed_interval,
    read_checkpoint,
    require_same_setup,
    run_training,
    save_checkpoint,
)


class Counter:
    """A trainer that only counts its steps."""

    def __init__(self) -> None:
        self.steps = 0

    def step(self, done: float) -> dict[str, float]:
        self.steps += 1
        return {"loss": 1.0 / self.steps}

    def state(self) -> dict[str, Any]:
        return {"steps": self.steps}


def test_hooks_are_called_at_their_intervals_until_the_time_is_over() -> None:
    saved: list[int] = []
    evaluated: list[float] = []
    reports: list[Progress] = []
    trainer, ticks = Counter(), itertools.count()
    hooks = TrainingHooks(lambda: saved.append(trainer.steps), evaluated.append, reports.append)
    schedule = TrainingSchedule(seconds=12.0, checkpoint_seconds=5.0, evaluation_seconds=6.0, rows_per_step=3)
    assert run_training(trainer, LossHistory(), schedule, hooks, lambda: float(next(ticks)))
    assert (trainer.steps, saved, evaluated) == (12, [5, 10], [0.5, 1.0])
    assert [report.fraction for report in reports][-1] == 1.0
    assert reports[0].rows_per_second == 3.0


def test_a_checkpoint_is_resumed_with_the_same_setup_alone(tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    assert read_checkpoint(out, resume=False) is None
    save_checkpoint(out, {"seed": 1}, LossHistory(60.0), Counter(), finished=False)
    saved = read_checkpoint(out, resume=True)
    assert saved is not None and LossHistory(**saved["diary"]) == LossHistory(60.0)
    require_same_setup(out, {"seed": 1}, saved)
    with pytest.raises(TrainingError, match="with other seed"):
        require_same_setup(out, {"seed": 2}, saved)
    with pytest.raises(TrainingError, match=r"interrupted after 1\.0 min"):
        read_checkpoint(out, resume=False)


def test_an_interval_is_crossed_once() -> None:
    assert [crossed_interval(a, a + 1.0, 3.0) for a in range(6)] == [False, False, True, False, False, True]
