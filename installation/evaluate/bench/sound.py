"""Composer and ear live: late notes and control latency beside two busy processes, cost and delay of the ear.

The composer runs in a child as in a show, and plays to a clock in place of a sound card.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.client import EarClient
from installation.ear.ear import open_ear
from installation.evaluate.bench.soak import slope_of
from installation.evaluate.report import Figure
from installation.interface.knobs import Value
from installation.interface.music import Music
from installation.interface.music_knobs import GENRES, PREFIX
from installation.interface.pulse import Pulse
from installation.music.client import ComposerClient
from installation.music.live.worker import LEAD_SECONDS
from installation.show.worker_specs import COMPOSER_TIMEOUTS, composer_spec, ear_spec
from installation.venue.camera_section import CameraSection
from installation.venue.music_section import MusicSection
from installation.venue.schema import Venue
from installation.venue.sound_section import FILM, SoundSection
from installation.workers.process_host import ProcessHost
from installation.workers.process_tree import allocated, family

FRAME_SECONDS = 1.0 / 60.0
TEMPO, BEATS = 120.0, 4
BAR_SECONDS = BEATS * 60.0 / TEMPO
BUSY_PROCESSES = 2
START_SECONDS = 120.0
"""Time that a child may take to start."""
NOTICE_SECONDS = 0.5
"""Time before a bar line in which a turned knob is for the line after it: samples are rendered LEAD_SECONDS ahead, and
the worker must notice the knob."""
MIN_WAIT_BARS = 0.5
"""Least bars from the time that a turned knob is heard to the next turn, which comes within a bar."""
TURNS_A_PRESS = 3
"""Knobs that are turned for each time that /music/now is pressed."""
MEMORY_SECONDS = 5.0
"""Time between two looks at the memory."""
MAX_SLOPE_MB_PER_MINUTE = 1.0
"""Growth of the memory in the second half, when the cache of rendered notes is full."""
HIT_SECONDS = 0.75
"""Between two blows of the bass."""
EAR_SECONDS = 20.0


def measure_sound(seconds: float, advance: Callable[[float], None]) -> list[Figure]:
    """Play for so many seconds, and listen for twenty. `advance` receives the share of the work that is done.

    Raises TimeoutError where a child does not start.
    """
    share = seconds / (seconds + 2.0 * EAR_SECONDS)
    composed = measure_composer(seconds, lambda done: advance(share * done))
    heard = measure_ear(EAR_SECONDS, lambda done: advance(share + (1.0 - share) * done))
    return [*composed, *heard]


class _Player:
    """Turns knobs at random times while the composer plays, and notes when that is heard."""

    def __init__(self, client: ComposerClient, dice: random.Random) -> None:
        self._client, self._dice = client, dice
        self.knobs: dict[str, Value] = {f"{PREFIX}/play": True, f"{PREFIX}/genre": GENRES[0]}
        self._next_turn = self._wait(0.0)
        self._turned: float | None = None
        """Show time of a turn that is not heard yet."""
        self._pressed: float | None = None
        self._last_drum = 0.0
        self.turns: list[bool] = []
        """For each turn, whether it was heard at the line that it was for."""
        self.now_seconds: list[float] = []
        """For each /music/now, until the last note of the silenced drums."""
        self.composing_seconds: list[float] = []

    def step(self, t: float, music: Music) -> None:
        """At each frame, with what the composer has just said it plays."""
        if music.composing_seconds and music.composing_seconds != (self.composing_seconds or [0.0])[-1]:
            self.composing_seconds.append(music.composing_seconds)
        if self._pressed is not None:
            self._follow_now(t, music)
        elif self._turned is not None:
            self._follow_turn(t, music)
        elif t >= self._next_turn and music.genre == self.knobs[f"{PREFIX}/genre"]:
            self._turn(t)

    def _turn(self, t: float) -> None:
        """A knob at one time, /music/now with silent drums at another."""
        if len(self.turns) >= TURNS_A_PRESS * (len(self.now_seconds) + 1):
            self.knobs[f"{PREFIX}/mute_drums"] = True
            self._client.play_now()
            self._pressed = self._last_drum = t
        else:
            others = [genre for genre in GENRES if genre != self.knobs[f"{PREFIX}/genre"]]
            self.knobs[f"{PREFIX}/genre"] = self._dice.choice(others)
            self._turned = t

    def _follow_turn(self, t: float, music: Music) -> None:
        """What is reported belongs to the bar that sounds LEAD_SECONDS later."""
        assert self._turned is not None
        line = (int((self._turned + NOTICE_SECONDS) / BAR_SECONDS) + 1) * BAR_SECONDS
        heard = music.genre == self.knobs[f"{PREFIX}/genre"]
        if heard or t > line + BAR_SECONDS:
            self.turns.append(heard and t + LEAD_SECONDS < line + 0.5 * BAR_SECONDS)
            self._turned, self._next_turn = None, self._wait(t)

    def _follow_now(self, t: float, music: Music) -> None:
        assert self._pressed is not None
        drums = [note.time for note in music.notes if note.stem == "drums"]
        self._last_drum = max([self._last_drum, *drums])
        if t > self._pressed + BAR_SECONDS:
            self.now_seconds.append(self._last_drum - self._pressed)
            self.knobs[f"{PREFIX}/mute_drums"] = False
            self._pressed, self._next_turn = None, self._wait(t)

    def _wait(self, t: float) -> float:
        """A random time after `t`."""
        return t + BAR_SECONDS * (MIN_WAIT_BARS + self._dice.random())


def measure_composer(seconds: float, advance: Callable[[float], None], seed: int = 0) -> list[Figure]:
    """Late notes, times of composing, control latency and memory beside two busy processes."""
    venue = Venue(music=MusicSection(enabled=True, output="none"))
    epoch = time.perf_counter()
    host = ProcessHost(composer_spec(venue, True, epoch), epoch, COMPOSER_TIMEOUTS)
    client = ComposerClient(host)
    player = _Player(client, random.Random(seed))
    music, began = Music(), None
    memory: list[tuple[float, float]] = []
    try:
        with _busy(BUSY_PROCESSES):
            while began is None or time.perf_counter() - epoch - began < seconds:
                t = time.perf_counter() - epoch
                pulse = Pulse(tempo=TEMPO, bar=t / BAR_SECONDS, beats_a_bar=BEATS)
                music = client.play(t, player.knobs, pulse, ())
                if began is None:
                    began = t if music.playing and music.genre else None
                    if t > START_SECONDS:
                        raise TimeoutError(f"the composer did not start within {START_SECONDS:g} s")
                else:
                    player.step(t, music)
                    advance((t - began) / seconds)
                    if host.pid is not None and t - (memory[-1][0] if memory else 0.0) >= MEMORY_SECONDS:
                        memory.append((t, allocated(family(host.pid))))
                time.sleep(FRAME_SECONDS)
            restarts = host.restarts
    finally:
        client.close()
        host.close()
    slope = slope_of([(t, held) for t, held in memory if t - began >= 0.5 * seconds])
    return [
        *_composer_figures(music, player, restarts),
        Figure("composer: memory at the end", memory[-1][1] if memory else None, "MB"),
        Figure.at_most("composer: memory slope in the second half", slope, MAX_SLOPE_MB_PER_MINUTE, "MB/min"),
    ]


def _composer_figures(music: Music, player: _Player, restarts: int) -> list[Figure]:
    composing = player.composing_seconds
    p95 = float(np.percentile(composing, 95)) if composing else None
    played = music.notes[-1].number if music.notes else 0
    return [
        Figure("composer: notes played", played, "notes"),
        Figure.at_most("composer: notes later than 5 ms", music.late_notes, 0, "notes"),
        Figure.at_most("composer: underruns", music.underruns, 0),
        Figure.at_most("composer: restarts", restarts, 0),
        Figure("composer: longest time to compose a bar", max(composing, default=None), "s"),
        Figure.at_most("composer: p95 to compose a bar", p95 / BAR_SECONDS if p95 is not None else None, 0.25, "of it"),
        Figure("composer: knobs turned", len(player.turns), "turns"),
        Figure.at_least(
            f"composer: heard at the first line {NOTICE_SECONDS:g} s later",
            sum(player.turns) / len(player.turns) if player.turns else None,
            1.0,
            "of them",
        ),
        Figure.at_most(
            "composer: longest until /music/now is heard", max(player.now_seconds, default=None), 60.0 / TEMPO, "s"
        ),
    ]


def measure_ear(seconds: float, advance: Callable[[float], None]) -> list[Figure]:
    """Cost of the ear's steps, and frames from a blow in a file to the frame that has it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blows.wav"
        blows = write_blows(path, seconds)
        cost = _ear_cost(Venue(sound=SoundSection(source=str(path))), seconds)
        advance(0.2)
        film = Venue(cameras=(CameraSection(source=str(path)),), sound=SoundSection(source=FILM))
        frames = _hit_frames(film, blows, seconds, lambda done: advance(0.2 + 0.8 * done))
    median = float(np.median(frames)) if frames else None
    return [
        Figure.at_most("ear: its steps", cost, 0.05, "of a core"),
        Figure("ear: blows of the bass", len(blows), "blows"),
        Figure("ear: blows that were hits", len(frames) / len(blows), "of them"),
        Figure.at_most("ear: from a blow to the frame, median", median, 2, "frames"),
        Figure("ear: from a blow to the frame, longest", max(frames, default=None), "frames"),
    ]


def write_blows(path: Path, seconds: float) -> list[float]:
    """Write a sound of low notes that begin suddenly, over soft noise; returns their times, s."""
    size = round(seconds * SAMPLE_RATE_HZ)
    samples = 0.003 * np.random.default_rng(0).standard_normal(size)
    times = [float(t) for t in np.arange(2.0, seconds - 1.0, HIT_SECONDS)]
    t = np.arange(round(0.3 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    blow = 0.6 * np.sin(2.0 * np.pi * 80.0 * t) * np.exp(-t / 0.08)
    for each in times:
        begin = round(each * SAMPLE_RATE_HZ)
        samples[begin : begin + blow.size] += blow[: size - begin]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes((32_767 * np.clip(samples, -1.0, 1.0)).astype("<i2").tobytes())
    return times


def _ear_cost(venue: Venue, seconds: float) -> float:
    """Processor time of the ear's steps by their show time, in lock-step, after the first second."""
    ear = open_ear(**ear_spec(venue, False, 0.0, None).settings)
    try:
        steps = round(seconds / FRAME_SECONDS)
        warm = round(1.0 / FRAME_SECONDS)
        for step in range(steps):
            if step == warm:
                begin = time.process_time()
            ear.step({}, step * FRAME_SECONDS)
        return (time.process_time() - begin) / ((steps - warm) * FRAME_SECONDS)
    finally:
        ear.close()


def _hit_frames(venue: Venue, blows: list[float], seconds: float, advance: Callable[[float], None]) -> list[int]:
    """Frames from each blow to the first that has it, with the ear in a child as in a show."""
    epoch = time.perf_counter()
    host = ProcessHost(ear_spec(venue, True, epoch, None), epoch)
    client = EarClient(host)
    hits, found = 0, dict[float, int]()
    began: float | None = None
    try:
        while began is None or time.perf_counter() - epoch - began < seconds:
            t = time.perf_counter() - epoch
            place = t - began if began is not None else 0.0
            # The sound follows a film whose place is known, as that of a camera's film does.
            sound, _ = client.listen(t, film=(t, place))
            if began is None and sound.source == "ok":
                began = t
            if sound.bands[0].hits > hits:
                hits = sound.bands[0].hits
                for blow in (each for each in blows if 0.0 <= place - each < 0.5 * HIT_SECONDS):
                    found.setdefault(blow, int((place - blow) / FRAME_SECONDS))
            if t > START_SECONDS:
                raise TimeoutError(f"the ear did not start within {START_SECONDS:g} s")
            advance(place / seconds)
            time.sleep(FRAME_SECONDS - t % FRAME_SECONDS)
    finally:
        client.close()
        host.close()
    return list(found.values())


@contextmanager
def _busy(count: int) -> Iterator[None]:
    """Have so many processes compute without a pause."""
    script = "while True: sum(range(10_000))"
    processes = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
