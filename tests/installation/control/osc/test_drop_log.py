"""Ignored messages are logged with their number, but never more than one line a minute for each reason."""

from __future__ import annotations

import logging
import re
from collections import Counter

import pytest

from installation.control.osc.drop_log import DropLog

logger = logging.getLogger("installation.test")
UNKNOWN, LATE = "no knob at this address", "timetag too far ahead"


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines so far, without the time of day."""
    return [re.sub(r" \(since \d\d:\d\d\)$", "", record.getMessage()) for record in caplog.records]


def test_a_reason_has_a_line_at_once_and_then_one_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="installation")
    drops: Counter[str] = Counter()
    log = DropLog(logger, drops)
    for frame in range(150 * 30):
        drops[UNKNOWN] += 1
        log.step(frame / 30)
    assert lines(caplog) == [
        f"ignored {number}: {UNKNOWN}" for number in ("1 message", "1800 messages", "1800 messages")
    ]
    assert re.search(r"\(since \d\d:\d\d\)$", caplog.records[0].getMessage())


def test_each_reason_has_lines_of_its_own_and_none_without_messages(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="installation")
    drops: Counter[str] = Counter()
    log = DropLog(logger, drops, "port 9000: ")
    log.step(0.0)
    drops[UNKNOWN] += 12
    log.step(2.0)
    drops[LATE] += 1
    for second in range(3, 300):
        log.step(float(second))
    assert lines(caplog) == [f"port 9000: ignored 12 messages: {UNKNOWN}", f"port 9000: ignored 1 message: {LATE}"]


def test_closing_logs_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="installation")
    drops = Counter({UNKNOWN: 1, LATE: 5})
    log = DropLog(logger, drops, unlogged=(LATE,))
    log.step(0.0)
    drops[UNKNOWN] += 2
    log.step(10.0)
    log.close()
    log.close()
    assert lines(caplog) == [f"ignored 1 message: {UNKNOWN}", f"ignored 2 messages: {UNKNOWN}"]
