"""Two cores are taken while they are idle, and left to others when those want them."""

from __future__ import annotations

from installation.dance.thread_tuner import AGAIN, EVERY, FIRST, TURN, Crew


class Clock:
    """A machine on which a step takes so long by the number of threads, in milliseconds."""

    def __init__(self, one: float, two: float, cores: int = 2) -> None:
        self.takes = {1: one, 2: two}
        self.threads = 0
        self.told: list[int] = []
        self.crew = Crew(self._set, cores)

    def _set(self, threads: int) -> None:
        self.threads = threads
        self.told.append(threads)

    def run(self, steps: int) -> list[int]:
        """How many threads each step had."""
        used = []
        for _ in range(steps):
            self.crew.__enter__()
            used.append(self.threads)
            self.crew.note(self.takes[self.threads] / 1e3)
        return used


def test_idle_cores_are_taken_after_one_trial() -> None:
    used = Clock(3.0, 2.5).run(FIRST + EVERY)
    assert used == [1] * FIRST + [2] * EVERY


def test_a_busy_machine_is_left_alone_but_for_the_trials() -> None:
    used = Clock(3.0, 6.0).run(10 * EVERY)
    assert used.count(2) == 10 * TURN
    assert used.count(2) < 0.02 * len(used)


def test_when_others_come_the_second_core_is_given_back() -> None:
    clock = Clock(3.0, 2.5)
    clock.run(100)
    clock.takes = {1: 3.2, 2: 6.0}
    used = clock.run(3 * EVERY)
    assert set(used[EVERY - 50 : 2 * EVERY - 100]) == {1}


def test_when_others_come_in_force_it_is_given_back_within_a_few_steps_and_tried_again_later() -> None:
    clock = Clock(3.0, 2.5)
    clock.run(100)
    clock.takes = {1: 3.2, 2: 25.0}
    assert clock.run(EVERY - 100) == [2] * AGAIN + [1] * (EVERY - 100 - AGAIN)
    clock.takes = {1: 3.0, 2: 2.5}
    assert clock.run(EVERY)[-1] == 2


def test_what_is_hardly_quicker_is_not_worth_it() -> None:
    assert Clock(3.0, 2.98).run(2 * EVERY).count(2) == 2 * TURN


def test_one_step_that_had_to_wait_does_not_decide() -> None:
    clock = Clock(3.0, 2.5)
    used = clock.run(FIRST + 1)
    clock.crew.note(9e-3)
    used = clock.run(20)
    assert used[-1] == 2


def test_one_core_is_never_left() -> None:
    clock = Clock(3.0, 2.0, cores=1)
    clock.run(3 * EVERY)
    assert clock.told == [1]
