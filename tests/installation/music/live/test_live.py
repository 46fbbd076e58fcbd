"""The composer plays on the pulse: notes lie where the pulse has them, knobs are heard at the next bar line."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.interface.music import Music, PlayedNote
from installation.music.controls import Controls
from installation.music.generator import Composer
from installation.music.genres import PRESETS
from installation.music.live.bar_line import BarLine
from installation.music.live.calls import CallRecorder, HandPlayer
from installation.music.live.conductor import Conductor
from installation.music.live.fitting import fitted
from installation.music.live.knob_controls import Room, controls_of, knobs_of, wanted_tempo
from installation.music.live.midi_output import MidiOutput
from installation.music.live.renderer import BLOCK_SAMPLES, Renderer, block_seconds
from installation.music.live.schedule import Schedule
from installation.music.live.stereo_ring import StereoRing
from installation.music.live.worker import ComposerWorker, Outputs
from installation.music.notes import Bar, Chord, Note
from installation.music.request import target_of
from installation.workers.audio_ring import AudioRing
from tests.installation.music.tiny_model import tiny_model


def kicks(beats: int = 4, **controls: Any) -> Bar:
    """A bar with a kick on each beat."""
    notes = tuple(Note(float(beat), 0.2, "drums", 36, 110) for beat in range(beats))
    return Bar(notes, Controls(**controls), Chord(0), "A", 120.0)


class Sink:
    """Keeps what is rendered."""

    def __init__(self) -> None:
        self.samples: list[np.ndarray] = []

    def write(self, time: float, samples: np.ndarray) -> None:
        self.samples.append(samples)


def rendered(line: BarLine, bars: Sequence[Bar], seconds: float) -> tuple[list[PlayedNote], np.ndarray]:
    """The notes and samples of bars from number 0 on, under an even pulse."""
    schedule, sink, notes = Schedule(), Sink(), list[PlayedNote]()
    for number, bar in enumerate(bars):
        schedule.put(number, bar)
    renderer = Renderer(schedule, (sink,), notes.append)
    renderer.line, renderer.volume = line, 1.0
    for block in range(round(seconds / block_seconds())):
        renderer.render(block * block_seconds(), (block + 1) * block_seconds())
    return notes, np.concatenate(sink.samples)


def test_notes_are_heard_where_the_pulse_has_their_beats() -> None:
    line = BarLine(time=0.25, bar=0.0, tempo=100.0)
    notes, samples = rendered(line, [kicks(), kicks()], 3.0)
    assert [note.time for note in notes] == pytest.approx([0.25 + 0.6 * beat for beat in range(5)], abs=1e-4)
    loud = np.abs(samples).max(axis=1)
    first = int(np.argmax(loud > 0.02))
    assert first == pytest.approx(0.25 * SAMPLE_RATE_HZ, abs=0.002 * SAMPLE_RATE_HZ)


def test_notes_follow_a_pulse_that_changes_its_tempo_and_a_jump_plays_nothing_twice() -> None:
    schedule, notes = Schedule(), list[PlayedNote]()
    for number in range(4):
        schedule.put(number, kicks())
    renderer = Renderer(schedule, (), notes.append)
    renderer.volume = 1.0
    length, t = block_seconds(), 0.0
    while t < 3.9:
        # After a second the tempo doubles; at 3 s the bar is set anew.
        bar = 0.25 * t if t < 1.0 else 0.25 + 0.5 * (t - 1.0) + (1.0 if t >= 3.0 else 0.0)
        renderer.line = BarLine(t, bar, 60.0 if t < 1.0 else 120.0)
        renderer.render(t, t + length)
        t += length
    # Beats at 0 and 1 s, then every half second; the jump of a whole bar leaves a bar out.
    assert [note.time for note in notes] == pytest.approx([0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5], abs=0.02)
    assert renderer.late_notes == 0


def test_a_note_that_could_not_be_rendered_in_time_is_late_or_left_out() -> None:
    for missed, played in ((0.03, 1), (0.4, 0)):
        schedule, notes = Schedule(), list[PlayedNote]()
        schedule.put(0, kicks(1))
        renderer = Renderer(schedule, (), notes.append)
        renderer.line = BarLine(0.1, 0.0, 120.0)
        length = block_seconds()
        renderer.render(0.05, 0.05 + length)
        begin = 0.095 + missed
        renderer.render(begin, begin + length, missed=begin - 0.05 - length)
        assert len(notes) == played
        assert renderer.late_notes == 1


def test_the_rest_of_a_bar_can_be_another_one() -> None:
    schedule = Schedule()
    schedule.put(7, kicks())
    snares = replace(kicks(), notes=tuple(replace(note, pitch=38) for note in kicks().notes))
    schedule.replace_rest(7, 2.0, snares)
    assert [due.note.pitch for due in schedule.due(7.0, 8.0)] == [36, 36, 38, 38]
    assert [due.position for due in schedule.due(7.25, 7.75)] == [7.25, 7.5]


def conducted(knobs: Sequence[tuple[float, Controls]], seconds: float, mode: str = "off") -> Schedule:
    """The schedule after controls were given at their times, under 120 beats a minute."""
    schedule = Schedule()
    conductor = Conductor(Composer(3, tiny_model()), schedule, clock=lambda: 0.0)
    line = BarLine()
    for step in range(round(seconds * 20)):
        t = step / 20
        controls = [each for since, each in knobs if since <= t][-1]
        conductor.follow(line, t, controls, mode)
    return schedule


def test_a_knob_is_heard_at_the_next_bar_line() -> None:
    quiet = Controls("funk", seed=3, muted=("drums",))
    schedule = conducted([(0.0, Controls("funk", seed=3)), (3.5, quiet)], 6.0)
    # Bar lines lie at even seconds: turned at 3.5 s, the knob is heard from bar 2 on.
    heard = {number: schedule.bar(number) for number in (1, 2, 3)}
    assert [bar is not None and bar.controls.muted for bar in heard.values()] == [(), ("drums",), ("drums",)]


def test_now_plays_the_new_music_from_the_next_half_beat_on() -> None:
    schedule = Schedule()
    conductor = Conductor(Composer(3, tiny_model()), schedule, clock=lambda: 0.0)
    line, before, after = BarLine(), Controls("funk", seed=3), Controls("jazz", seed=3)
    for t in (0.0, 1.0, 2.1):
        conductor.follow(line, t, before, "off")
    old = schedule.bar(1)
    conductor.play_now(line, 2.6, after)
    present, following = schedule.bar(1), schedule.bar(2)
    assert old is not None and present is not None and following is not None
    assert following.controls.genre == "jazz"
    # 2.6 s is at 1.2 beats of bar 1: from 1.25 on rules change it, and from 1.5 on it is new.
    assert [note for note in present.notes if note.start_beats < 1.25] == [n for n in old.notes if n.start_beats < 1.25]
    new = [note for note in following.notes if note.start_beats >= 1.5]
    assert [note for note in present.notes if note.start_beats >= 1.5] == new


class SlowComposer(Composer):
    """Takes half a second of a test's clock for each bar, or what the test says."""

    def __init__(self) -> None:
        super().__init__(3, tiny_model())
        self.now, self.seconds = 0.0, 0.5

    def next_bar(self, *arguments: Any) -> Bar:
        self.now += self.seconds
        return super().next_bar(*arguments)

    def revise(self, *arguments: Any) -> Bar:
        self.now += self.seconds
        return super().revise(*arguments)


@pytest.mark.parametrize("turned", [2.2, 3.8, 3.98])
def test_a_knob_is_heard_at_the_next_bar_line_where_composing_is_slow(turned: float) -> None:
    schedule, composer = Schedule(), SlowComposer()
    conductor = Conductor(composer, schedule, clock=lambda: composer.now)
    line, before = BarLine(), Controls("funk", seed=3)
    after = replace(before, key=6, scale="major pentatonic", muted=("drums",))
    for t in (0.0, 1.0, 2.1):
        conductor.follow(line, t, before, "off")
    present = schedule.bar(1)
    conductor.follow(line, turned, after, "off")
    assert schedule.bar(1) == present
    heard = schedule.due(2.0, 3.0)
    assert heard and "drums" not in {due.note.stem for due in heard}
    assert {due.note.pitch % 12 for due in heard} <= {6, 8, 10, 1, 3}


def test_while_a_bar_is_composed_for_longer_than_a_bar_the_music_goes_on() -> None:
    schedule, composer = Schedule(), SlowComposer()
    new = list[int]()
    conductor = Conductor(composer, schedule, lambda: composer.now, scheduled=lambda number, bar: new.append(number))
    line, controls = BarLine(), Controls("funk", seed=3)
    for t in (0.0, 1.0, 2.1):
        conductor.follow(line, t, controls, "off")
    composer.seconds = 2.9
    conductor.follow(line, 4.1, controls, "off")
    first, rest = schedule.due(2.0, 3.0), schedule.due(3.0, 4.0)
    assert first and rest
    before, held = schedule.bar(2), schedule.bar(3)
    assert before is not None and held is not None
    # Composed at 7 s, in the middle of bar 3: until then bar 2 again, then what is left of the new one.
    assert [n for n in held.notes if n.start_beats < 2.5] == [n for n in before.notes if n.start_beats < 2.5]
    assert [n for n in held.notes if n.start_beats >= 2.5] != [n for n in before.notes if n.start_beats >= 2.5]
    assert new == [1]


def test_now_mutes_at_the_next_step_where_composing_is_slow() -> None:
    schedule, composer = Schedule(), SlowComposer()
    conductor = Conductor(composer, schedule, clock=lambda: composer.now)
    line, before = BarLine(), Controls("funk", seed=3)
    for t in (0.0, 1.0, 2.1):
        conductor.follow(line, t, before, "off")
    rest = [due.note for due in schedule.due(1.3125, 2.0) if due.note.stem == "drums"]
    conductor.play_now(line, 2.6, replace(before, muted=("drums",)))
    heard = [due.note for due in schedule.due(1.3125, 2.0)]
    assert rest and heard and "drums" not in {note.stem for note in heard}


def test_a_bar_is_brought_to_other_knobs_by_rule() -> None:
    before = Controls("funk", seed=3, density=0.6, brightness=0.4, energy=0.5)
    bar = Composer(3, tiny_model()).next_bar(before)
    assert fitted(bar, before) == bar
    thin = fitted(bar, replace(before, density=0.1))
    assert set(thin.notes) < set(bar.notes) and len(thin.notes) < 0.7 * len(bar.notes)
    high = fitted(bar, replace(before, brightness=0.95))
    assert all(mean_of(high, stem, "pitch") > mean_of(bar, stem, "pitch") + 11 for stem in ("chords", "lead"))
    loud, soft = (mean_of(fitted(bar, replace(before, energy=energy)), "drums", "velocity") for energy in (1.0, 0.1))
    assert loud > mean_of(bar, "drums", "velocity") > soft
    moved = fitted(bar, replace(before, key=2))
    assert moved.chord.root == (bar.chord.root + 2) % 12
    assert not any(note.stem == "drums" for note in fitted(bar, Controls("ambient")).notes)
    short = fitted(bar, replace(before, beats=3))
    assert short.notes and max(note.start_beats for note in short.notes) < 3


def mean_of(bar: Bar, stem: str, name: str) -> float:
    return float(np.mean([getattr(note, name) for note in bar.notes if note.stem == stem]))


def test_two_bars_that_were_called_are_answered_in_the_next_two() -> None:
    schedule = Schedule()
    conductor = Conductor(Composer(3, tiny_model()), schedule, clock=lambda: 0.0)
    line, controls = BarLine(), Controls("funk", seed=3)
    called = (0.0, 0.25, 0.5, 1.0, 1.5)
    for step in range(170):
        t = 7.9 + step / 20
        for position in called:
            if t <= 2.0 * (4.0 + position) < t + 1 / 20:
                conductor.calls.add(4.0 + position, 67, 90)
        conductor.follow(line, t, controls, "keyboard")
    starts = [[n.start_beats for n in bar.notes if n.stem == "lead"] for bar in map(schedule.bar, (5, 6, 7)) if bar]
    assert starts[0] == []  # the call is not talked over
    assert all(min(abs(start - called_at) for called_at in (0.0, 1.0, 2.0)) < 0.2 for start in starts[1])
    assert all(min(abs(start - called_at) for called_at in (0.0, 2.0)) < 0.2 for start in starts[2])


def test_the_middle_of_a_knob_is_what_is_usual_and_presets_come_back() -> None:
    usual = controls_of({"genre": "jazz", "density": 0.5}, Room(), 4, 1)
    assert usual.density == target_of(Controls("jazz", valence=0.2, arousal=0.0)).density
    assert controls_of({"genre": "jazz", "density": 1.0}, Room(), 4, 1).density == 1.0
    assert controls_of({"genre": "jazz", "density": 0.0}, Room(), 4, 1).density == 0.0
    for presets in PRESETS.values():
        for preset in presets.values():
            back = controls_of(knobs_of(preset) | {"seed": 1}, Room(), 4, 1)
            for name in ("genre", "valence", "arousal", "repeat", "temperature", "scale"):
                assert getattr(back, name) == getattr(preset, name)
            for name in ("density", "brightness", "energy", "swing"):
                if getattr(preset, name) is not None:
                    assert getattr(back, name) == pytest.approx(getattr(preset, name), abs=1e-6)
            assert wanted_tempo(knobs_of(preset), back) == preset.tempo


def test_the_room_excites_the_music_and_an_empty_one_leaves_it() -> None:
    knobs = {"genre": "funk", "room": 1.0}
    still, wild = (controls_of(knobs, Room(energy, 4, hands), 4, 1) for energy, hands in ((0.0, 0.0), (1.0, 1.0)))
    empty = controls_of(knobs, Room(1.0, 0, 1.0), 4, 1)
    assert still.arousal < empty.arousal < wild.arousal
    assert (wild.density or 0) > (empty.density or 0) and (wild.brightness or 0) > (still.brightness or 0)


def test_solo_leaves_the_others_out() -> None:
    assert controls_of({"solo_bass": True}, Room(), 4, 1).active == ("bass",)
    assert controls_of({"solo_bass": True, "mute_bass": True}, Room(), 4, 1).active == ()


def test_a_hand_that_turns_plays_a_note_of_the_scale_as_high_as_it_was() -> None:
    hands, controls, played = HandPlayer(), Controls(key=0, scale="major pentatonic"), []
    for height in (0.1, 0.4, 0.8, 0.9, 0.7, 0.4, 0.3, 0.35, 0.3, 0.2):
        played += hands.notes({"1 left": height}, controls)
    ((pitch, velocity),) = played  # a tremble is no note
    assert pitch % 12 in (0, 2, 4, 7, 9) and pitch > 76 and velocity > 90
    calls = CallRecorder()
    calls.add(3.5, pitch, velocity)
    (note,) = calls.bar(3, 4)
    assert (note.start_beats, note.pitch) == (2.0, pitch)


class Port:
    """An output of mido's kind that notes when it was sent what."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, Any]] = []

    def send(self, message: Any) -> None:
        self.sent.append((time.perf_counter(), message))

    def close(self) -> None:
        pass


def test_midi_notes_are_sent_when_they_are_heard_and_ended() -> None:
    port = Port()
    backend = SimpleNamespace(get_output_names=lambda: ["other", "My Synth 20:0"], open_output=lambda name: port)
    epoch = time.perf_counter()
    output = MidiOutput("my synth", epoch, backend)
    output.play(PlayedNote(1, 0.3, 0.1, "drums", 36, 100))
    output.play(PlayedNote(2, 0.2, 5.0, "bass", 40, 90))
    time.sleep(0.6)
    output.close()
    notes = [(at - epoch, m.type, m.channel, m.note) for at, m in port.sent if m.type.startswith("note")]
    assert [note[1:] for note in notes] == [("note_on", 0, 40), ("note_on", 9, 36), ("note_off", 9, 36)]
    assert all(at >= due for (at, *_), due in zip(notes, (0.2, 0.3, 0.4), strict=True))
    assert {m.control for _, m in port.sent if m.type == "control_change"} == {123}  # what rings is ended


def test_a_ring_that_is_empty_gives_silence_and_counts_it() -> None:
    ring = StereoRing(64)
    ring.write(np.ones((40, 2), np.float32))
    assert ring.take(30).sum() == 60.0
    rest = ring.take(30)
    assert rest.sum() == 20.0 and ring.missing == 20
    ring.skip_to(ring.played)
    ring.write(np.full((50, 2), 2.0, np.float32))
    assert ring.take(50).sum() == 200.0


def worker(ring: AudioRing | None = None) -> ComposerWorker:
    return ComposerWorker(Composer(3, tiny_model()), Outputs(ring), 3)


def request(t: float, **knobs: Any) -> dict[str, Any]:
    return {"knobs": {"play": True, "genre": "funk"} | knobs, "pulse": [t, t / 2.4, 100.0, 4], "room": {}}


@pytest.mark.slow
def test_the_same_steps_give_the_same_samples_and_the_ear_can_hear_them() -> None:
    heard = []
    for _ in range(2):
        ring = AudioRing.create(8.0)
        composer = worker(ring)
        answers = [composer.step(request(k / 30), k / 30) for k in range(180)]
        heard.append(ring.read(0, 6 * SAMPLE_RATE_HZ))
        composer.close()
    assert np.array_equal(heard[0], heard[1])
    silent = round(2.4 * SAMPLE_RATE_HZ) - BLOCK_SAMPLES
    assert np.abs(heard[0][:silent]).max() < 1e-6 and np.abs(heard[0][silent:]).max() > 0.02
    last = next(answer.body for answer in reversed(answers) if answer is not None)
    assert isinstance(last, Music) and last.playing and last.genre == "funk" and last.chord and last.notes


def test_without_play_there_is_silence_and_nothing_is_composed() -> None:
    ring = AudioRing.create(4.0)
    composer = worker(ring)
    answers = [composer.step(request(k / 30, play=False), k / 30) for k in range(90)]
    assert not ring.read(0, 3 * SAMPLE_RATE_HZ).any()
    assert all(not answer.body.playing and not answer.body.notes for answer in answers if answer is not None)
    composer.close()


def test_notes_that_were_composed_after_their_time_count_as_late() -> None:
    schedule, notes = Schedule(), list[PlayedNote]()
    renderer = Renderer(schedule, (), notes.append)
    renderer.line = BarLine(0.0, 0.0, 120.0)
    renderer.render(0.0, block_seconds())
    renderer.line = BarLine(0.8, 0.4, 120.0)
    renderer.render(0.8, 0.8 + block_seconds())
    renderer.count_missed(0, kicks())  # beats 0 and 1 have passed
    renderer.count_missed(1, kicks())
    assert renderer.late_notes == 2


@pytest.mark.parametrize(("composed", "first"), [(1.1, 1), (2.3, 2)])
def test_music_begins_on_the_first_bar_line_after_its_first_bar_is_composed(composed: float, first: int) -> None:
    schedule = Schedule()
    conductor = Conductor(Composer(3, tiny_model()), schedule, clock=lambda: 0.0)
    conductor.start()
    for t in (1.0, composed):
        conductor.follow(BarLine(), t, Controls("funk", seed=3), "off")
    assert [number in schedule for number in (0, 1, 2)] == [number == first for number in (0, 1, 2)]


@pytest.mark.slow
def test_presses_of_now_before_a_restart_are_not_acted_on_again() -> None:
    heard = []
    for count in (0, 5):
        composer = worker()
        for k in range(90):
            composer.step(request(k / 30) | {"now": count}, k / 30)
        answer = composer.step(request(3.1) | {"now": count}, 3.1)
        assert answer is not None and isinstance(answer.body, Music)
        heard.append(answer.body.notes)
        composer.close()
    assert heard[0] == heard[1]


@pytest.mark.slow
@pytest.mark.parametrize("beats", [3, 5, 7, 12])
def test_bars_of_any_length_are_played_in_full(beats: int) -> None:
    composer, played = worker(), dict[int, PlayedNote]()
    seconds = 2.3 * beats * 0.25
    for k in range(round(seconds * 20)):
        t = k / 20
        answer = composer.step({"knobs": {"play": True}, "pulse": [t, t / beats / 0.25, 240.0, beats], "room": {}}, t)
        if answer is not None and isinstance(answer.body, Music):
            played |= {note.number: note for note in answer.body.notes}
    positions = [note.time / 0.25 / beats for note in played.values()]
    assert min(positions) >= 1.0 - 0.03 and max(positions) > 1.7
    assert answer is not None and isinstance(answer.body, Music) and answer.body.late_notes == 0
    composer.close()
