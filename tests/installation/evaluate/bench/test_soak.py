"""What ten minutes of counts say: what grows is reported, what comes and goes is not."""

from __future__ import annotations

from collections.abc import Callable

from installation.evaluate.bench.soak import ResourceSample, figures


def counts(
    memory: Callable[[float], float] = lambda t: 1000.0, threads: Callable[[float], int] = lambda t: 60
) -> list[ResourceSample]:
    """One every five seconds for ten minutes."""
    times = [5.0 * n for n in range(1, 121)]
    return [ResourceSample(t, int(t > 300.0), memory(t), 54, threads(t), 84, 0) for t in times]


def by_name(samples: list[ResourceSample]) -> dict[str, tuple[float | None, bool | None]]:
    return {figure.name: (figure.value, figure.holds) for figure in figures(samples)}


def test_what_grows_is_by_name() -> None:
    found = by_name(counts(memory=lambda t: 1000.0 + 0.5 * t / 60.0, threads=lambda t: 60 + 2 * int(t > 300.0)))
    slope, holds = found["memory slope after two minutes"]
    assert slope is not None and abs(slope - 0.5) < 1e-6 and holds is False
    assert found["growth of threads"] == (2, False)
    assert found["children started again"] == (1, False)


def test_what_is_allocated_in_the_first_two_minutes_does_not_count() -> None:
    assert by_name(counts(memory=lambda t: 900.0 + min(t, 119.0)))["memory slope after two minutes"] == (0.0, True)


def test_what_comes_and_goes_does_not_grow() -> None:
    found = by_name(counts(memory=lambda t: 1000.0 + t % 20.0, threads=lambda t: 58 if 140.0 < t < 215.0 else 60))
    assert found["memory slope after two minutes"] == (0.0, True)
    assert found["growth of threads"] == (0, True)
