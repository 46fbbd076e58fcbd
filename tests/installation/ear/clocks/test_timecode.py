"""MTC and LTC become positions; the chase freewheels, and wrong frames do not move it."""

from __future__ import annotations

import numpy as np
import pytest

from installation.ear.clocks.chase import FREEWHEEL_SECONDS, TimecodeChase
from installation.ear.clocks.ltc import LtcDecoder
from installation.ear.clocks.ltc_worker import timecode_frame
from installation.ear.clocks.mtc import MtcDecoder, TimecodeFrame
from installation.evaluate.clocks.ltc_signal import square_wave
from installation.interface.timecode import RATES, label_of, parse_timecode, seconds_of


@pytest.mark.parametrize(("rate", "drop"), [(24.0, False), (25.0, False), (RATES[2], True), (30.0, False)])
def test_labels_and_seconds_are_each_others_inverse(rate: float, drop: bool) -> None:
    for number in (0, 1, 1_799, 1_800, 17_981, 17_982, 107_892, 2_000_003):
        seconds = number / (RATES[2] if drop else round(rate))
        label = label_of(seconds, rate, drop)
        assert seconds_of(label, rate, drop) == pytest.approx(seconds)
    assert label_of(seconds_of((0, 1, 0, 2), RATES[2], True), RATES[2], True) == (0, 1, 0, 2)


def test_texts_that_are_no_timecode_are_refused() -> None:
    assert parse_timecode("01:02:03;04") == ((1, 2, 3, 4), True)
    for text in ("", "1:2", "25:00:00:00", "00:61:00:00", "hello"):
        with pytest.raises(ValueError, match="01:02:03:04"):
            parse_timecode(text)


def quarter_frames(seconds: float, code: int = 1, rate: float = 25.0) -> list[tuple[int, int]]:
    hours, minutes, secs, frames = label_of(seconds, rate)
    numbers = (frames, secs, minutes, hours | code << 5)
    return [(0xF1, (2 * i + part) << 4 | (n >> 4 * part & 15)) for i, n in enumerate(numbers) for part in (0, 1)]


def test_eight_quarter_frames_are_the_position_two_frames_later() -> None:
    decoder, frames = MtcDecoder(), []
    for word in range(10):
        for piece, message in enumerate(quarter_frames(3_600 + word * 0.08)):
            frame = decoder.receive(message, word * 0.08 + piece * 0.01)
            frames += [frame] if frame is not None else []
    assert len(frames) == 10
    for frame in frames:
        assert frame.seconds - frame.time == pytest.approx(3_600.0)
        assert (frame.rate, frame.direction) == (25.0, 1)


def test_quarter_frames_backwards_are_a_transport_that_runs_backwards() -> None:
    decoder, frames = MtcDecoder(), []
    for word in range(4):
        for piece, message in enumerate(reversed(quarter_frames(100 - word * 0.08))):
            frame = decoder.receive(message, word * 0.08 + piece * 0.01)
            frames += [frame] if frame is not None else []
    assert frames and all(frame.direction == -1 for frame in frames[1:])


def test_a_full_frame_locates_at_once_and_broken_ones_are_passed_over() -> None:
    decoder, chase = MtcDecoder(), TimecodeChase("mtc", 3)
    frame = decoder.receive((0xF0, 0x7F, 0x7F, 1, 1, 0x21, 2, 3, 4, 0xF7), 1.0)
    assert frame is not None
    chase.update(frame)
    assert str(chase.timecode(9.0)) == "01:02:03:04" and chase.timecode(9.0).state == "stopped"
    for message in ((0xF1,), (0xF1, 200), (0xF0, 0x7F, 1), (0xF0, 0x7F, 0, 1, 1, 0x3F, 99, 99, 99, 0xF7)):
        assert decoder.receive(message, 2.0) is None


def run(chase: TimecodeChase, begin: float, position: float, frames: int, rate: float = 25.0) -> float:
    for number in range(frames):
        chase.update(TimecodeFrame(begin + number / rate, position + number / rate, rate))
    return begin + frames / rate


def test_the_chase_locks_freewheels_and_stands() -> None:
    chase = TimecodeChase("ltc", offset_seconds=10.0)
    end = run(chase, 0.0, 100.0, 4)
    assert chase.timecode(end).state == "off"
    end = run(chase, end, 100.0 + end, 20)
    assert chase.timecode(end).seconds == pytest.approx(110.0 + end, abs=0.01)
    wheel = chase.timecode(end + 1.0)
    assert wheel.state == "freewheel" and wheel.seconds == pytest.approx(111.0 + end, abs=0.02)
    last = chase.timecode(end + 60.0)
    assert last.state == "stopped" and last.seconds == pytest.approx(110.0 + end + FREEWHEEL_SECONDS, abs=0.1)


def test_wrong_frames_move_nothing_and_a_locate_moves_after_five() -> None:
    chase = TimecodeChase("ltc")
    end = run(chase, 0.0, 100.0, 25)
    for number, wrong in enumerate((5.0, 70_000.0, 3.0, 9_000.0, 40.0, 41.0)):
        chase.update(TimecodeFrame(end + number / 25, wrong, 25.0))
    assert chase.timecode(end + 0.24).seconds == pytest.approx(101.24, abs=0.01)
    begin = end + 0.24
    run(chase, begin, 500.0, 4)
    assert chase.jumps == 1
    end = run(chase, begin + 0.16, 500.16, 6)
    assert chase.jumps == 2 and chase.timecode(end).seconds == pytest.approx(500.4, abs=0.01)


@pytest.mark.parametrize("rate", RATES)
def test_ltc_in_noise_is_read(rate: float) -> None:
    labels = [label_of(3_723.0 + number / round(rate), rate) for number in range(60)]
    signal = 0.3 * square_wave(labels, rate, 44_100)
    signal += np.random.default_rng(0).normal(0.0, 0.25, len(signal)).astype(np.float32)
    decoder = LtcDecoder(44_100)
    frames = [frame for begin in range(0, len(signal), 441) for frame in decoder.push(signal[begin : begin + 441])]
    assert len(frames) >= 56 and all(frame.label in labels for frame in frames)
    for frame in frames:
        assert frame.sample == pytest.approx(labels.index(frame.label) * 44_100 / rate, abs=12.0)
        assert round(timecode_frame(frame, 0.0).rate) == round(rate)


def test_ltc_is_read_backwards_and_at_other_speeds() -> None:
    labels = [label_of(60.0 + number / 25, 25.0) for number in range(50)]
    backwards = LtcDecoder(44_100).push(square_wave(labels, 25.0, 44_100)[::-1].copy())
    assert len(backwards) >= 46 and all(frame.direction == -1 and frame.label in labels for frame in backwards)
    for speed in (0.6, 1.4):
        frames = LtcDecoder(44_100).push(square_wave(labels, 25.0 * speed, 44_100))
        assert len(frames) >= 46 and all(frame.label in labels for frame in frames)


def test_noise_hum_and_broken_samples_are_no_timecode() -> None:
    rng = np.random.default_rng(1)
    times = np.arange(3 * 44_100) / 44_100
    speech = np.sin(2 * np.pi * 140 * times + 3 * np.sin(2 * np.pi * 5 * times)) * (np.sin(2 * np.pi * 3 * times) > 0)
    broken = rng.normal(0.0, 0.3, len(times))
    broken[::100] = np.nan
    for signal in (rng.normal(0.0, 0.3, len(times)), np.sin(2 * np.pi * 1_000 * times), speech, broken):
        chase, decoder = TimecodeChase("ltc"), LtcDecoder(44_100)
        for frame in decoder.push(signal.astype(np.float32)):
            chase.update(timecode_frame(frame, frame.sample / 44_100))
        assert chase.timecode(3.0).state == "off"
