"""A rehearsal is the same for the same seed, does everything it promises, and reports what it saw."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest

from installation.control.osc import codec
from installation.evaluate.stress.memory import MemoryLog, MemorySample, slope
from installation.evaluate.stress.osc_storm import NONSENSE_SHARE, messages
from installation.evaluate.stress.report import Rehearsal, _figures, draw_rehearsal
from installation.evaluate.stress.script import (
    CALM_SECONDS,
    CHANGE_SECONDS,
    FULLSCREEN_SECONDS,
    WINDOW_SECONDS,
    script,
)

KNOBS = ["/scene/tide/ink", "/scene/tide/swell", "/master/blackout", "/visitant/overlay", "/scene/hold"]


def test_a_script_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    assert script(120.0, 1) == script(120.0, 1)
    assert script(120.0, 1) != script(120.0, 2)


def test_a_script_changes_scenes_every_five_seconds_edits_shaders_and_harms_children() -> None:
    events = script(120.0, 3)
    assert [event.time for event in events] == sorted(event.time for event in events)
    changes = [event.time for event in events if event.kind == "change"]
    assert all(later - earlier == CHANGE_SECONDS for earlier, later in itertools.pairwise(changes))
    kinds = {event.kind for event in events}
    assert kinds == {"change", "cancel", "cue", "preset", "dark", "shader", "fault", "kill", "stop"}
    assert all(event.time < 120.0 for event in events)


def test_windows_are_resized_and_fill_the_display_for_five_seconds_every_twenty() -> None:
    events = script(100.0, 3, windows=True)
    resized = [event.time for event in events if event.kind == "resize"]
    switched = [event.time for event in events if event.kind == "fullscreen"]
    assert all(later - earlier == WINDOW_SECONDS for earlier, later in itertools.pairwise(resized))
    assert len(resized) == 4 and len(switched) == 8
    assert all(off - on == FULLSCREEN_SECONDS for on, off in zip(switched[::2], switched[1::2], strict=True))


def test_every_broken_shader_is_followed_by_a_sound_one() -> None:
    edits = [event.kind for event in script(300.0, 5) if event.kind in ("fault", "shader")]
    assert edits[:6] == ["fault", "shader"] * 3
    for seconds in (60.0, 63.0, 67.0, 300.0):
        last = [event for event in script(seconds, 5) if event.kind in ("fault", "shader")][-1]
        assert last.kind == "shader" and last.time < seconds - CALM_SECONDS


def test_the_storm_is_mostly_plausible_and_leaves_to_the_script_what_is_the_scripts() -> None:
    packets = list(itertools.islice(messages(KNOBS, 7), 4000))
    decoded = [codec.decode(packet, Counter()) for packet in packets]
    addresses = [message.address for each in decoded for message in each]
    plausible = sum(address.startswith("/n/scene/tide/") for address in addresses)
    assert plausible > (1.0 - NONSENSE_SHARE) * 0.85 * len(packets)
    assert not any(address.removeprefix("/n").startswith(("/playlist/", "/master/")) for address in addresses)


def test_a_report_has_late_frames_gaps_black_frames_and_memory_and_draws_them() -> None:
    starts = [0.04 * n for n in range(100)] + [4.5 + 0.04 * n for n in range(5000)]
    findings = {
        "starts": starts,
        "black": 2,
        "events": {"change": 9, "kill": 2},
        "dropped": {"no value": 3},
        "late": 12,
        "restarts": {"eye": 2},
        "faults": [],
        "shown": ["tide", "loom"],
        "errors": {},
    }
    memory = MemoryLog([MemorySample(5.0 * n, 1, 5.0 * n, 500.0 + 0.05 * n) for n in range(1, 80)])
    rehearsal = Rehearsal(findings, memory, 1000, 400.0)
    figures = {figure.name: figure for figure in _figures(rehearsal)}
    assert figures["longest frame interval"].value == pytest.approx(540.0, abs=1.0)
    assert figures["longest frame interval"].holds is False
    assert figures["black frames outside blackout"].holds is False
    assert figures["memory slope of all processes that live on"].value == pytest.approx(0.6, abs=0.05)
    assert figures["messages not acted on"].value == 3
    picture = draw_rehearsal(rehearsal)
    assert len(picture.getcolors(1 << 20)) > 4


def test_a_killed_process_gives_everything_back_and_the_others_must_not_grow() -> None:
    def life(pid: int, begin: float, end: float, grows: float) -> list[MemorySample]:
        times = [begin + 5.0 * n for n in range(int((end - begin) / 5.0))]
        return [MemorySample(t, pid, t - begin, 300.0 * min(1.0, 0.02 * (t - begin)) + grows * t / 60.0) for t in times]

    killed = [sample for n in range(10) for sample in life(10 + n, 60.0 * n, 60.0 * n + 60.0, 5.0)]
    assert slope(killed) is None
    assert abs(slope([*killed, *life(1, 0.0, 600.0, 0.0)]) or 0.0) < 1e-9
    both = slope([*killed, *life(1, 0.0, 600.0, 1.0), *life(2, 30.0, 600.0, 0.5)])
    assert both is not None and abs(both - 1.5) < 0.1
