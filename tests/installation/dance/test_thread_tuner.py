"""Two cores are taken while they are idle, and left to others when those want them."""

from __future__ import annotations

from installation.dance.thread_tuner import (
    SLOW_STEPS,
    STEPS_BEFORE_FIRST_TRIAL,
    STEPS_BETWEEN_TRIALS,
    TRIAL_STEPS,
    ThreadTuner,
)


class SimulatedMachine:
    """A machine on which a step takes so long by the number of threads, in milliseconds."""

    def __init__(self, one: float, two: float, cores: int = 2) -> None:
        self.takes = {1: one, 2: two}
        self.threads = 0
        self.counts: list[int] = []
        self.tuner = ThreadTuner(self._set, cores)

    def _set(self, threads: int) -> None:
        self.threads = threads
        self.counts.append(threads)

    def run(self, steps: int) -> list[int]:
        """Threads of each step."""
        used = []
        for _ in range(steps):
            self.tuner.__enter__()
            used.append(self.threads)
            self.tuner.add(self.takes[self.threads] / 1e3)
        return used


def test_idle_cores_are_taken_after_one_trial() -> None:
    used = SimulatedMachine(3.0, 2.5).run(STEPS_BEFORE_FIRST_TRIAL + STEPS_BETWEEN_TRIALS)
    assert used == [1] * STEPS_BEFORE_FIRST_TRIAL + [2] * STEPS_BETWEEN_TRIALS


def test_a_busy_machine_is_left_alone_but_for_the_trials() -> None:
    used = SimulatedMachine(3.0, 6.0).run(10 * STEPS_BETWEEN_TRIALS)
    assert used.count(2) == 10 * TRIAL_STEPS
    assert used.count(2) < 0.02 * len(used)


def test_when_others_come_the_second_core_is_given_back() -> None:
    clock = SimulatedMachine(3.0, 2.5)
    clock.run(100)
    clock.takes = {1: 3.2, 2: 6.0}
    used = clock.run(3 * STEPS_BETWEEN_TRIALS)
    assert set(used[STEPS_BETWEEN_TRIALS - 50 : 2 * STEPS_BETWEEN_TRIALS - 100]) == {1}


def test_when_others_come_in_force_it_is_given_back_within_a_few_steps_and_tried_again_later() -> None:
    clock = SimulatedMachine(3.0, 2.5)
    clock.run(100)
    clock.takes = {1: 3.2, 2: 25.0}
    assert clock.run(STEPS_BETWEEN_TRIALS - 100) == [2] * SLOW_STEPS + [1] * (STEPS_BETWEEN_TRIALS - 100 - SLOW_STEPS)
    clock.takes = {1: 3.0, 2: 2.5}
    assert clock.run(STEPS_BETWEEN_TRIALS)[-1] == 2


def test_what_is_hardly_quicker_is_not_worth_it() -> None:
    assert SimulatedMachine(3.0, 2.98).run(2 * STEPS_BETWEEN_TRIALS).count(2) == 2 * TRIAL_STEPS


def test_one_step_that_had_to_wait_does_not_decide() -> None:
    clock = SimulatedMachine(3.0, 2.5)
    used = clock.run(STEPS_BEFORE_FIRST_TRIAL + 1)
    clock.tuner.add(9e-3)
    used = clock.run(20)
    assert used[-1] == 2


def test_one_core_is_never_left() -> None:
    clock = SimulatedMachine(3.0, 2.0, cores=1)
    clock.run(3 * STEPS_BETWEEN_TRIALS)
    assert clock.counts == [1]
