"""The most trusted clock leads the pulse, hands over without a jump, and is sent on as MIDI clock."""

from __future__ import annotations

import pytest

from installation.control.midi.clock_out import MidiClockSender
from installation.control.pulse_clocks import PulseClocks
from installation.core.faults import FaultBoard
from installation.ear.clocks.clock import COMPOSER, EAR, LINK, MIDI, TAPS, BeatReading
from installation.ear.clocks.ltc_report import LtcReport
from installation.ear.phase_line import PhaseLine
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import InvalidMessageError
from installation.interface.music import Music
from installation.interface.pulse import Pulse
from installation.interface.timecode import Timecode
from installation.music.client import ComposerClient
from installation.venue.pulse_section import PulseSection
from installation.workers.worker import Message


class Stage:
    """Clocks and a tracker, stepped at 50 Hz."""

    def __init__(self, section: PulseSection | None = None) -> None:
        self.t = 0.0
        self.tracker = PulseTracker()
        self.clocks = PulseClocks(section or PulseSection(), self.tracker, lambda: self.t)

    def play(self, seconds: float, sources: dict[str, BeatReading]) -> Pulse:
        last = self.tracker.step(self.t)
        for _ in range(round(seconds * 50)):
            self.t += 0.02
            for source, reading in sources.items():
                self.clocks.choice.offer(source, reading, self.t)
            self.clocks.step(self.t)
            pulse = self.clocks.complete(self.tracker.step(self.t), self.t)
            ahead = (pulse.beat - last.beat) / (0.02 * max(pulse.tempo, last.tempo) / 60)
            assert 0.0 < ahead < 1.3 and pulse.bar > last.bar, "no jump, and never backwards"
            last = pulse
        return last


@pytest.mark.parametrize("source", [LINK, MIDI, COMPOSER, EAR])
@pytest.mark.parametrize("beats_a_bar", [2, 3, 7, 12])
def test_beats_and_bars_come_to_those_of_the_clock(source: str, beats_a_bar: int) -> None:
    stage = Stage()
    stage.tracker.set_beats_a_bar(beats_a_bar, 0.0)
    reading = BeatReading(0.0, 131.0, 1.37)
    pulse = stage.play(12.0, {source: reading})
    assert (pulse.source, pulse.tempo) == (source, 131.0)
    ahead = pulse.bar * beats_a_bar - reading.at(stage.t)
    assert ahead / beats_a_bar == pytest.approx(round(ahead / beats_a_bar), abs=1e-6)


def test_the_most_trusted_clock_leads_and_hands_over_without_a_jump() -> None:
    stage = Stage()
    midi, ear = BeatReading(0.0, 128.0, 0.4), BeatReading(0.0, 125.0, 0.1, bars=False, confidence=0.8)
    assert stage.play(3.0, {EAR: ear}).source == EAR
    assert stage.play(3.0, {EAR: ear, MIDI: midi}).source == MIDI
    assert stage.play(3.0, {EAR: ear}).source == EAR
    pulse = stage.play(5.0, {})
    assert (pulse.source, pulse.tempo) == ("free", 125.0) and pulse.source_age > 3.0


def test_the_state_and_age_of_every_clock_that_was_heard_can_be_read() -> None:
    stage = Stage()
    assert stage.clocks.states(0.0) == ()
    stage.play(3.0, {MIDI: BeatReading(0.0, 128.0, 0.4)})
    stage.play(2.0, {EAR: BeatReading(0.0, 125.0, 0.1, bars=False, confidence=0.8)})
    states = stage.clocks.states(stage.t)
    assert [states[index] for index in (0, 1, 3, 4)] == [MIDI, "absent", EAR, "leads"]
    assert [states[2], states[5]] == pytest.approx([2.0, 0.0])


def test_double_halve_and_nudge_hold_while_a_clock_leads_and_when_it_comes_back() -> None:
    stage = Stage()
    midi = BeatReading(0.0, 90.0, 0.0)
    stage.play(2.0, {MIDI: midi})
    stage.tracker.multiply_tempo(2.0, stage.t)
    stage.tracker.nudge(0.05, stage.t)
    for _ in range(2):
        pulse = stage.play(6.0, {MIDI: midi})
        off = pulse.beat - 2 * midi.at(stage.t + 0.05)
        assert pulse.tempo == 180.0 and off == pytest.approx(round(off), abs=1e-6)
        stage.play(3.0, {})


def test_taps_are_refused_with_the_reason_while_a_clock_leads_unless_they_are_selected() -> None:
    stage = Stage()
    stage.play(1.0, {MIDI: BeatReading(0.0, 128.0, 0.0)})
    with pytest.raises(InvalidMessageError, match="midi leads"):
        stage.clocks.claim(TAPS, stage.t)
    stage.clocks.choice.selected = TAPS
    stage.clocks.claim(TAPS, stage.t)
    assert stage.play(0.1, {MIDI: BeatReading(0.0, 128.0, 0.0)}).source == TAPS


def test_an_unsure_ear_does_not_lead() -> None:
    assert Stage().play(1.0, {EAR: BeatReading(0.0, 100.0, 0.0, confidence=0.25)}).source == "free"


def test_the_clock_that_is_sent_has_24_ticks_a_beat_and_starts_at_a_bar() -> None:
    sent: list[int] = []
    sender = MidiClockSender(lambda message: sent.append(message[0]), lambda: 0.0)
    line = PhaseLine(0.0, 0.5, 120.0)
    for frame in range(1_000):
        sender.step(line, 4, frame * 0.005)
    sender.close()
    start = sent.index(0xFA)
    assert sent.count(0xFA) == 1 and sent[:start].count(0xF8) == 84
    assert sent[start:].count(0xF8) == pytest.approx((0.5 + 999 * 0.01 - 4) * 24 + 1, abs=1)


@pytest.mark.parametrize("beats_a_bar", [3, 4])
def test_bars_of_the_clock_that_is_sent_begin_with_those_of_the_pulse_after_a_jump(beats_a_bar: int) -> None:
    sent: list[tuple[int, ...]] = []
    sender = MidiClockSender(lambda message: sent.append(tuple(message)), lambda: 0.0)
    for frame in range(500):
        # A bar begins a beat late after five seconds, once by a jump and once because bars were bent.
        bent = PhaseLine(0.0, 0.5 if frame < 300 else 1.5, 120.0, bar_offset=0.0 if frame < 400 else 1.0)
        sender.step(bent, beats_a_bar, frame * 0.02)
    sender.close()
    kinds = [message[0] for message in sent if message[0] != 0xF8]
    assert kinds == [0xFA, 0xFC, 0xF2, 0xFB, 0xFC, 0xF2, 0xFB, 0xFC]
    positions = [low + 128 * high for kind, low, high in (each for each in sent if len(each) == 3)]
    assert all(position % (4 * beats_a_bar) == 0 for position in positions)


class Composing:
    """The composer's worker: it plays at 90 beats a minute."""

    name, status, restarts, restart_reason, pid = "composer", "ok", 0, "", None

    def send(self, request: object) -> None: ...
    def newest(self, t: float) -> Message:
        return Message(t, Music(True, tempo=90.0))

    def flush(self) -> None: ...
    def close(self) -> None: ...


class Chasing:
    """The worker of LTC, whose input is as a test says."""

    name, status, restarts, restart_reason, pid = "ltc", "ok", 0, "", None
    input_status = "opening"

    def send(self, request: object) -> None: ...
    def newest(self, t: float) -> Message:
        return Message(t, LtcReport(Timecode(), 0.0, self.input_status))

    def flush(self) -> None: ...
    def close(self) -> None: ...


def test_an_input_of_ltc_that_fails_is_a_fault_until_it_is_back(faults: FaultBoard) -> None:
    stage, worker = Stage(), Chasing()
    stage.clocks.connect(None, ltc=worker)
    seen = []
    for status in ("opening", "no sound card with an input is connected", "ok"):
        worker.input_status = status
        stage.clocks.step(1.0)
        seen.append(faults.present)
    assert seen == [(), ("LTC: no sound card with an input is connected",), ()]


def test_the_composer_leads_from_where_the_pulse_is_and_after_a_resync() -> None:
    stage, client = Stage(), ComposerClient(Composing())
    pulse = last = stage.tracker.step(0.0)
    for frame in range(1, 600):
        stage.t = frame * 0.02
        if frame == 300:
            stage.tracker.resync(stage.t)
        stage.clocks.step(stage.t)
        last, pulse = pulse, stage.clocks.complete(stage.tracker.step(stage.t), stage.t)
        assert 0.0 < pulse.beat - last.beat < 0.06 or frame == 300, "no jump"
        client.play(stage.t, {}, pulse, ())
        own = client.beat(stage.t, pulse)
        assert own is not None
        stage.clocks.offer_composer(BeatReading(stage.t, *own))
        if frame == 340:
            downbeat = pulse.bar - 0.02 * 40 * 90 / 60 / 4  # where the bar was set at the resync
            assert downbeat == pytest.approx(round(downbeat), abs=0.02)
    assert (pulse.source, pulse.tempo) == (COMPOSER, 90.0)
    stage.clocks.offer_composer(None)
    stage.clocks.step(stage.t)
    assert stage.clocks.complete(stage.tracker.step(stage.t), stage.t).source == "free"
    # When it leads again it begins where the pulse is, and the bar is not bent.
    bar = stage.tracker.step(stage.t).bar
    begin = stage.t
    stage.clocks.offer_composer(BeatReading(begin, 90.0, 4.0 * bar))
    for _ in range(45):
        stage.t += 0.02
        stage.clocks.step(stage.t)
        pulse = stage.clocks.complete(stage.tracker.step(stage.t), stage.t)
    assert pulse.bar - bar == pytest.approx((stage.t - begin) * 90.0 / 60.0 / 4.0, abs=1e-3)
