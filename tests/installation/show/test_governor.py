"""Models slow down first, then look less closely, then shaders do less; and all comes back."""

from __future__ import annotations

from installation.show.governor import LADDER, Governor


def run(governor: Governor, seconds: float, load: float, start: float = 0.0, rate: float = 60.0) -> float:
    for frame in range(int(seconds * rate)):
        governor.note(start + frame / rate, load / rate)
    return start + seconds


def test_a_machine_short_of_time_gives_up_model_rate_before_resolution_before_shading() -> None:
    order = []
    governor = Governor(60.0, min_quality=0.4)
    t = 0.0
    while governor.level + 1 < len(LADDER):
        t = run(governor, 0.5, load=1.2, start=t)
        quality = governor.quality
        order.append((quality.eye_rate, quality.eye_scale, quality.shading))
    first_rate = next(i for i, q in enumerate(order) if q[0] < 1)
    first_scale = next(i for i, q in enumerate(order) if q[1] < 1)
    first_shading = next(i for i, q in enumerate(order) if q[2] < 1)
    assert first_rate < first_scale < first_shading


def test_shading_never_falls_below_the_floor() -> None:
    governor = Governor(60.0, min_quality=0.7)
    run(governor, 60.0, load=3.0)
    assert governor.quality.shading == 0.7


def test_quality_comes_back_when_there_is_time_to_spare() -> None:
    governor = Governor(60.0, min_quality=0.4)
    t = run(governor, 20.0, load=1.5)
    assert governor.level > 0
    run(governor, 120.0, load=0.3, start=t)
    assert governor.level == 0


def test_a_machine_far_too_slow_is_there_in_half_the_time() -> None:
    slow, fast = (Governor(60.0, min_quality=0.4) for _ in range(2))
    run(slow, 4.5, load=1.2)
    run(fast, 4.5, load=2.5)
    assert 0 < slow.level < len(LADDER) - 1
    assert fast.level > 1.5 * slow.level


def test_one_slow_frame_changes_nothing() -> None:
    governor = Governor(60.0, min_quality=0.4)
    t = run(governor, 5.0, load=0.5)
    governor.note(t, 1.0)
    run(governor, 5.0, load=0.5, start=t)
    assert governor.level == 0


def test_a_governor_that_is_off_does_nothing() -> None:
    governor = Governor(60.0, min_quality=0.4, enabled=False)
    run(governor, 30.0, load=5.0)
    assert governor.level == 0
