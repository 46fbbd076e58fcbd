"""Latency in frames: from a message to the frame that shows it, from a bar to its cue."""

from __future__ import annotations

from installation.evaluate.bench.latency import KnobChange, ShownFrame, frame_counts


def shown(levels: list[int]) -> list[ShownFrame]:
    """Ten frames a second, shown 0.05 s after they began; a bar has ten frames."""
    return [ShownFrame(0.1 * n, 0.1 * n + 0.05, n / 10, level) for n, level in enumerate(levels)]


def test_the_frame_that_starts_after_a_message_and_shows_it_counts_as_one() -> None:
    frames = shown([0, 0, 0, 255, 255, 255])
    found = frame_counts(frames, [KnobChange(0.0, 0), KnobChange(0.25, 255), KnobChange(0.15, 255)], [])
    assert found["message_frames"] == [1, 2]
    assert [round(seconds, 6) for seconds in found["message_seconds"]] == [0.1, 0.2]


def test_a_cue_is_counted_from_the_first_frame_of_the_next_bar() -> None:
    on_the_bar, late = shown([0] * 10 + [40] * 5), shown([0] * 12 + [40] * 5)
    assert frame_counts(on_the_bar, [], [KnobChange(0.42, 41)])["cue_frames"] == [0]
    assert frame_counts(late, [], [KnobChange(0.42, 41)])["cue_frames"] == [2]
