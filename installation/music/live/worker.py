"""The composer worker: bars of music on the pulse's bar lines, rendered ahead, to a sound card, MIDI and the ear."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.interface.music import Music, PlayedNote
from installation.music.controls import Controls
from installation.music.generator import BarComposer, Composer
from installation.music.live.bar_line import BarLine
from installation.music.live.calls import HandPlayer, keyboard_notes
from installation.music.live.composing import Composing
from installation.music.live.conductor import Conductor
from installation.music.live.knob_controls import DEFAULTS, Room, controls_of, wanted_tempo
from installation.music.live.midi_output import MidiOutput
from installation.music.live.remote_composer import RemoteComposer
from installation.music.live.renderer import Renderer, block_seconds
from installation.music.live.schedule import Schedule
from installation.music.live.sound_output import SoundOutput
from installation.venue.music_section import MusicSection
from installation.workers.audio_ring import AudioRing
from installation.workers.shared_memory import MemoryHandle
from installation.workers.worker import Message

logger = logging.getLogger(__name__)

LIVE_ATTEMPTS = 1
"""Samples of a bar: a bar that is a little off what was asked for is better than one that is late."""
LEAD_SECONDS = 0.3
"""How far ahead of its time sound is rendered: as long as this process may stand still without being heard."""
RENDER_PAUSE_SECONDS = 0.004
"""Between two looks of the rendering thread."""
SWITCH_SECONDS = 0.001
"""For how long the thread that composes may keep the interpreter from the one that renders."""
AUDIO_NICENESS = -5
"""How much the thread that renders runs before others, in steps of `nice`: a millisecond of every twelve, and the only
one whose delay is heard."""
REPORT_SECONDS = 0.03
"""Between two messages to the loop."""


def open_composer(
    section: dict[str, Any], seed: int, live: bool, epoch: float, ring: dict[str, Any] | None = None
) -> ComposerWorker:
    """Open the composer: `live` with a sound card, else in lock-step and only for the ring.

    `section` is that of the venue as plain values, `epoch` the machine's `time.perf_counter` at show time 0, `ring` the
    fields of a MemoryHandle of the AudioRing that the ear reads. Raises UserError without its weights.
    """
    settings = MusicSection.model_validate(section, strict=False)
    memory = AudioRing.open(MemoryHandle(**ring)) if ring is not None else None
    card, midi = None, None
    composer: BarComposer
    if not live:
        composer = Composer(seed, attempts=LIVE_ATTEMPTS)
    else:
        composer = RemoteComposer(seed, LIVE_ATTEMPTS)
        sys.setswitchinterval(SWITCH_SECONDS)
        card = SoundOutput(settings.output, settings.latency_ms / 1000.0, epoch)
        midi = MidiOutput(settings.midi_port, epoch) if settings.midi_port is not None else None
    return ComposerWorker(composer, Outputs(memory, card, midi), seed)


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where notes and samples go; without a card, time is that of the steps."""

    ring: AudioRing | None = None
    card: SoundOutput | None = None
    midi: MidiOutput | None = None

    def on_note(self, note: PlayedNote) -> None:
        """A note that will sound."""
        if self.midi is not None:
            self.midi.play(note)

    def write(self, time: float, samples: Any) -> None:
        """Samples that will sound from show time `time` on."""
        if self.ring is not None:
            self.ring.write(round(time * SAMPLE_RATE_HZ), samples)
        if self.card is not None:
            self.card.write(time, samples)

    @property
    def latency_seconds(self) -> float:
        """How much later than it is asked for a sample is heard, and how far rendering goes beyond its lead."""
        return self.card.latency_seconds + block_seconds() if self.card is not None else 0.0

    @property
    def status(self) -> str:
        """ "ok", or why no sound card plays."""
        return self.card.status if self.card is not None else "ok"

    def close(self) -> None:
        for part in (self.midi, self.card, self.ring):
            if part is not None:
                part.close()


# Twenty attributes: the parts it owns, and the counts that it reports.
class ComposerWorker:
    """Composes in `step`; live, two threads of its own compose, and render what is composed."""

    def __init__(self, composer: BarComposer, outputs: Outputs, seed: int) -> None:
        self._composer, self._outputs, self._seed = composer, outputs, seed
        self._schedule = Schedule()
        self._renderer = Renderer(self._schedule, (outputs,), outputs.on_note)
        # In lock-step no time passes while a bar is composed: the same steps give the same music.
        clock = time.perf_counter if outputs.card is not None else lambda: 0.0
        hooks = self._renderer.prepare, self._renderer.count_missed
        self._conductor = Conductor(composer, self._schedule, clock, *hooks)
        self._composing = Composing(self._conductor, self._schedule, live=outputs.card is not None)
        self._hands = HandPlayer()
        self._request: Mapping[str, Any] | None = None
        """The request that `_asked` belongs to."""
        self._asked: tuple[Controls, float] = Controls(), 120.0
        self._underruns = 0
        self._playing = False
        self._now_count: int | None = None
        self._keyboard_count = self._bars = 0
        self._present: object = None
        self._rendered_blocks = 0
        self._reported = float("-inf")
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        if outputs.card is not None:
            self._thread = threading.Thread(
                target=self._render_live, args=(outputs.card,), name="renderer", daemon=True
            )
            self._thread.start()

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Compose what is needed next. Raises RuntimeError where the sound card hangs. The request's values:

        `knobs`, those below /music/ by name; `pulse`, [show time, bar, tempo, beats a bar]; `room`, the fields of Room
        and `hands_of`, heights by hand; `keyboard`, rows [number, show time, pitch, velocity]; `now`, how often
        /music/now was called.
        """
        if self._outputs.card is not None:
            self._outputs.card.check()
        knobs = {**DEFAULTS, **request.get("knobs", {})}
        line = BarLine.of(request["pulse"]) if "pulse" in request else None
        playing = bool(knobs["play"]) and line is not None
        controls, tempo = self._asked_of(request, knobs, line.beats if line is not None else 4)
        self._renderer.volume = float(knobs["volume"]) ** 2 if playing else 0.0
        if line is not None and playing:
            ahead = t + LEAD_SECONDS + self._outputs.latency_seconds
            if not self._playing:
                self._composing.start()
            self._renderer.line = line
            self._listen(request, line, t, controls)
            # After a restart the count of the first request is of presses that were answered before.
            if self._now_count is not None and int(request.get("now", 0)) != self._now_count:
                self._composing.play_now(line, ahead, controls)
            self._composing.follow(line, ahead, controls, str(knobs["answer"]))
        elif self._playing:
            self._renderer.line = None
        self._now_count = int(request.get("now", 0))
        self._playing = playing
        if self._thread is None:
            self._render_until(t + block_seconds())
        if t - self._reported < REPORT_SECONDS:
            return None
        self._reported = t
        return Message(t, self._music(playing, tempo))

    def _asked_of(self, request: Mapping[str, Any], knobs: Mapping[str, Any], beats: int) -> tuple[Controls, float]:
        """The controls that a request asks for, and the tempo; a request that comes again is not read again."""
        if request is not self._request:
            self._request = request
            calm = controls_of(knobs, Room(), beats, self._seed)
            room = Room.of(request.get("room", {}))
            self._asked = controls_of(knobs, room, beats, self._seed), wanted_tempo(knobs, calm)
        return self._asked

    def _listen(self, request: Mapping[str, Any], line: BarLine, t: float, controls: Controls) -> None:
        """Take the notes that visitors' hands or a keyboard have played."""
        calls = self._conductor.calls
        answered = request.get("knobs", {}).get("answer")
        if answered == "hands":
            for pitch, velocity in self._hands.notes(request.get("room", {}).get("hands_of", {}), controls):
                calls.add(line.at(t), pitch, velocity)
        for number, time_, pitch, velocity in keyboard_notes(request.get("keyboard", ()), self._keyboard_count):
            self._keyboard_count = number
            calls.add(line.at(time_), pitch, velocity)

    def _music(self, playing: bool, tempo: float) -> Music:
        bar = self._conductor.current if playing else None
        if bar is not None and bar is not self._present:
            self._bars += 1
        self._present = bar
        return Music(
            playing=playing,
            genre=bar.controls.genre if bar is not None else "",
            section=bar.section if bar is not None else "",
            chord=bar.chord.name if bar is not None else "",
            bar=self._bars,
            tempo=tempo,
            notes=self._renderer.notes,
            late_notes=self._renderer.late_notes,
            output=self._outputs.status,
            underruns=self._underruns,
            composing_seconds=self._conductor.composing_seconds,
        )

    def _render_until(self, t: float) -> None:
        """Render in lock-step: every block that is heard before show time `t`."""
        length = block_seconds()
        while (self._rendered_blocks + 1) * length <= t + 1e-9:
            begin = self._rendered_blocks * length
            self._renderer.render(begin, begin + length)
            self._rendered_blocks += 1

    def _render_live(self, card: SoundOutput) -> None:
        """Keep LEAD_SECONDS rendered ahead of what the sound card takes."""
        _run_first()
        ring = card.ring
        lead = round(LEAD_SECONDS * SAMPLE_RATE_HZ)
        while not self._ending.is_set():
            if not card.running or ring.written - ring.played >= lead:
                self._ending.wait(RENDER_PAUSE_SECONDS)
                continue
            missed = 0
            if ring.written < ring.played:
                missed = ring.played - ring.written
                self._underruns += self._conductor.current is not None  # silence that lasts on is no underrun
                ring.skip_to(ring.played)
            begin = card.time(ring.written)
            self._renderer.render(begin, begin + block_seconds(), missed / SAMPLE_RATE_HZ)

    def close(self) -> None:
        """End the threads and the notes that sound."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(2.0)
        self._composing.close()
        self._outputs.close()
        if isinstance(self._composer, RemoteComposer):
            self._composer.close()


def _run_first() -> None:
    """Have this thread run before others that want its core, where the system lets it (Linux)."""
    if sys.platform == "linux":
        with suppress(OSError):  # without the right to it, it runs like all others
            thread = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, thread, min(os.getpriority(os.PRIO_PROCESS, thread), AUDIO_NICENESS))
