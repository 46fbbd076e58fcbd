"""The clocks of a show: reads all of them once a frame, and has the pulse follow the one that leads."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from installation.control.midi.clock_out import MidiClockSender
from installation.control.midi.devices import MidiPorts
from installation.control.midi.timing import MidiTiming
from installation.core.faults import Fault
from installation.ear.clocks.choice import ClockChoice
from installation.ear.clocks.clock import COMPOSER, EAR, FREE, LINK, LTC, MIDI, MTC, SOURCES, BeatReading, reading_of
from installation.ear.clocks.link import LinkState
from installation.ear.clocks.ltc_report import LtcReport
from installation.ear.phase_loop import PhaseLoop
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import InvalidMessageError
from installation.interface.pulse import Pulse
from installation.interface.sound import BeatEstimate
from installation.interface.timecode import Timecode, parse_timecode, seconds_of
from installation.venue.pulse_section import PulseSection
from installation.workers.placement import WorkerHost

MIN_EAR_CONFIDENCE = 0.15
"""Below this the loop holds."""
REPORT_SECONDS = 0.5
"""Age of a report on LTC after which its worker counts as silent."""

logger = logging.getLogger(__name__)


class PulseClocks:
    """Owns the clocks; the tracker follows the most trusted one that runs, or the one that is selected."""

    def __init__(self, section: PulseSection, tracker: PulseTracker, clock: Callable[[], float]) -> None:
        """`clock` returns show time."""
        self._section, self._tracker, self._clock = section, tracker, clock
        self.choice = ClockChoice()
        self.choice.selected = section.source
        self._midi = MidiTiming(clock, section.midi_clock_in, section.timecode_offset)
        self._sender: MidiClockSender | None = None
        self._link: WorkerHost | None = None
        self._ltc: WorkerHost | None = None
        self._ltc_report: tuple[float, LtcReport] | None = None
        self._ltc_fault = Fault(logger)
        self._ear_loop = PhaseLoop()
        self._ear_time = 0.0
        """That of the newest estimate; before the first sound it is 0."""
        self._link_wish = 0.0, 0
        """The tempo that the session is to have, and a count of such wishes."""
        self._timecode = Timecode()

    def connect(self, ports: MidiPorts | None, link: WorkerHost | None = None, ltc: WorkerHost | None = None) -> None:
        """Listen to MIDI ports, a worker of Link and one of LTC; each may be given by a call of its own."""
        if ports is not None:
            ports.on_timing = self._midi.receive
            wanted = self._section.midi_clock_out
            if wanted:
                earlier = self._section.midi_clock_out_ms / 1000
                self._sender = MidiClockSender(lambda message: ports.send_now(wanted, message), self._clock, earlier)
        self._link, self._ltc = link or self._link, ltc or self._ltc

    def hear(self, estimate: BeatEstimate) -> None:
        """Take the ear's newest estimate of the beat."""
        if estimate.time <= self._ear_time:
            return
        self._ear_time = estimate.time
        pulse = self._tracker
        reading = reading_of(estimate, pulse.beats_a_bar)
        if estimate.confidence >= MIN_EAR_CONFIDENCE:
            reading = replace(self._ear_loop.update(reading), confidence=estimate.confidence)
        self.choice.offer(EAR, reading)

    def offer_composer(self, reading: BeatReading | None) -> None:
        """Take the composer's own line while it plays; None once it does not."""
        if reading is None:
            self.choice.withdraw(COMPOSER)
        else:
            self.choice.offer(COMPOSER, reading)

    def claim(self, source: str, t: float) -> None:
        """Have an event by hand or message lead; raises InvalidMessageError where a clock stands above it."""
        objection = self.choice.objection(source, t)
        if objection:
            raise InvalidMessageError(objection, f"/pulse/source {source} lets {source} lead")
        self.choice.note_event(source, t)

    def state_tempo(self, tempo: float, source: str, t: float) -> None:
        """Set the tempo: that of the session while Link leads. Raises InvalidMessageError where a clock leads."""
        if self.choice.leader(t) == LINK:
            self._link_wish = tempo, self._link_wish[1] + 1
            return
        if self.choice.selected != FREE:
            self.claim(source, t)
        self._tracker.set_tempo(tempo, t)

    def step(self, t: float) -> None:
        """At the start of a frame, after the messages: read all clocks, and follow the one that leads."""
        ticks = self._midi.step(t)
        if ticks is not None:
            self.choice.offer(MIDI, *ticks)
        self._read_link(t)
        self._read_timecode(t)
        leader = self.choice.leader(t)
        reading = self.choice.reading(leader)
        if reading is not None:
            self._tracker.follow(leader, reading, t)
        else:
            self._tracker.release()

    def complete(self, pulse: Pulse, t: float) -> Pulse:
        """A pulse with the clock that leads it, its age, and timecode; the MIDI clock goes on by it."""
        if self._sender is not None:
            self._sender.set_line(self._tracker.line, pulse.beats_a_bar)
        leader = self.choice.leader(t)
        ages = [self.choice.age(source, t) for source in (SOURCES if leader == FREE else (leader,))]
        age = min(ages)
        return replace(pulse, source=leader, source_age=age if age < float("inf") else 0.0, timecode=self._timecode)

    def states(self, t: float) -> tuple[str | float, ...]:
        """Name, state and age, s, of every clock that had a reading, one after the other, the most trusted first."""
        return tuple(each for state in self.choice.states(t) for each in (state.name, state.state, state.age))

    def close(self) -> None:
        """Stop the MIDI clock, and end the reports; workers are closed by their owner."""
        if self._sender is not None:
            self._sender.close()
        self._midi.close()
        self._ltc_fault.withdraw()

    def _read_link(self, t: float) -> None:
        if self._link is None:
            return
        line, beats = self._tracker.line, self._tracker.beats_a_bar
        tempo, commits = self._link_wish
        own = BeatReading(line.time, line.tempo, line.beat + line.bar_offset)
        self._link.send({"beats_a_bar": beats, "tempo": tempo, "commits": commits, "pulse": own})
        message = self._link.newest(t)
        if message is not None and isinstance(message.body, LinkState):
            if message.body.peers:
                self.choice.offer(LINK, message.body.reading)
            else:
                self.choice.withdraw(LINK)

    def _read_timecode(self, t: float) -> None:
        """Take MTC while it runs, else LTC; it leads the pulse where its music's tempo is known."""
        candidates = [self._midi.chase.timecode(t), self._ltc_timecode(t)]
        running = [each for each in candidates if each.runs]
        known = [each for each in candidates if each.source]
        self._timecode = next(iter(running), next(iter(known), Timecode()))
        tempo = self._section.timecode_tempo
        for each in candidates:
            if tempo is not None and each.runs:
                label, drop = parse_timecode(self._section.timecode_start)
                start = seconds_of(label, each.rate, drop or each.drop_frame)
                beat = (each.seconds - start) * tempo / 60
                self.choice.offer(MTC if each.source == MTC else LTC, BeatReading(t, tempo, beat))

    def _ltc_timecode(self, t: float) -> Timecode:
        if self._ltc is None:
            return Timecode()
        message = self._ltc.newest(t)
        if message is not None and isinstance(message.body, LtcReport):
            self._ltc_report = message.time, message.body
            status = message.body.status
            self._ltc_fault.set("" if status in ("ok", "opening") else f"LTC: {status}")
        if self._ltc_report is None:
            return Timecode()
        time, report = self._ltc_report
        late = t - time
        if late > REPORT_SECONDS:
            return replace(report.timecode, state="stopped", age=report.timecode.age + late)
        moved = late * report.speed if report.timecode.runs else 0.0
        return replace(report.timecode, seconds=report.timecode.seconds + moved, age=report.timecode.age + late)
