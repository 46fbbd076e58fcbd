"""The training material as features: band powers of rendered takes and their accompaniments, cached on disk."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.errors import UserError
from installation.ear.beat.features import POWER_FLOOR, recording_powers
from installation.music.midi_file import DRUM_CHANNEL
from installation.training.ear import patterns
from installation.training.ear.midi_takes import MidiNotes, MidiTake, training_takes
from installation.training.ear.no_beat import NO_BEAT
from installation.training.ear.one_shots import (
    DRUM_PRESETS,
    SoundBank,
    Soundfont,
    find_soundfonts,
    mix,
    random_instrument,
    random_kit,
)
from motion.atomic_file import atomic_open

LIBRARY_VERSION = 1
"""Part of the cache's name; a change of the rendering raises it."""


@dataclass(frozen=True, slots=True)
class LibrarySettings:
    """How much is rendered, and how."""

    excerpt_seconds: float = 60.0
    """Longest part of a take."""
    versions: int = 2
    """Renderings of each take, each with a kit, a tempo and an accompaniment of its own."""
    tempo_factors: tuple[float, float] = (0.85, 1.2)
    """Slowest and fastest version."""
    pattern_tracks: int = 240
    """Tracks of dance patterns."""
    no_beat_tracks: int = 70
    """Sounds without a beat."""
    track_seconds: float = 40.0
    """Duration of each of those."""
    aside_share: float = 0.06
    """Share of the takes that are kept aside for validation."""


@dataclass(frozen=True, slots=True)
class TrainingTrack:
    """One rendered take. Powers are logarithms in 16 bits, (frames, BANDS)."""

    name: str
    kind: str
    """"takes", "songs", "patterns" or "no beat"."""
    main: NDArray[np.float16]
    extra: NDArray[np.float16]
    """Bass and chords of the same beat; no frames where there are none."""
    beats: NDArray[np.floating]
    """s."""
    downbeats: NDArray[np.bool_]
    bars_known: bool
    aside: bool
    """Whether it is kept aside for validation."""


class _Sounds:
    """Kits and instruments, of soundfonts where there are some and synthesised otherwise."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random
        self._fonts = [Soundfont(path) for path in find_soundfonts()]
        self._kits = [font.drums(preset) for font in self._fonts for preset in DRUM_PRESETS]

    def kit(self) -> SoundBank:
        """A soundfont's kit twice in three times, where there is one."""
        if self._kits and self._random.random() < 2 / 3:
            return self._kits[self._random.integers(len(self._kits))]
        return random_kit(self._random)

    def instrument(self, kind: str, program: int | None = None) -> SoundBank:
        """A "bass", "pad" or "pluck"; with a General MIDI program, that one of a soundfont where there is one."""
        if program is not None and self._fonts:
            return self._fonts[self._random.integers(len(self._fonts))].instrument(program)
        return random_instrument(kind, self._random)


def library(
    folder: Path, seed: int, settings: LibrarySettings, progress: Callable[[float], None]
) -> tuple[list[TrainingTrack], list[str]]:
    """All tracks for a folder of MIDI files, rendered or read from the cache, and the names of the files.

    Raises UserError where the folder holds no usable MIDI file, OSError.
    """
    takes = list(training_takes(folder))
    if not takes:
        raise UserError(
            f"{folder}: no MIDI files (.mid) with notes on a grid of beats; a folder of such files is needed"
        )
    names = [take.name for take in takes]
    cache = _cache_file(names, seed, settings)
    if not cache.is_file():
        _write(cache, list(_render_all(takes, seed, settings, progress)))
    return _read(cache), names


def _cache_file(names: Sequence[str], seed: int, settings: LibrarySettings) -> Path:
    fonts = [path.name for path in find_soundfonts()]
    text = json.dumps([LIBRARY_VERSION, sorted(names), seed, asdict(settings), fonts])
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / "visitant-ear" / f"{key}.npz"


def _render_all(
    takes: Sequence[MidiTake], seed: int, settings: LibrarySettings, progress: Callable[[float], None]
) -> Iterator[TrainingTrack]:
    random = np.random.default_rng(seed)
    sounds = _Sounds(random)
    aside = set(random.permutation(len(takes))[: round(settings.aside_share * len(takes))].tolist())
    total = len(takes) * settings.versions + settings.pattern_tracks + settings.no_beat_tracks
    done = 0
    for number, take in enumerate(takes):
        for _ in range(settings.versions):
            yield _render_take(take, number in aside, settings, sounds, random)
            done += 1
            progress(done / total)
    for number in range(settings.pattern_tracks):
        yield _render_pattern(number, settings, sounds, random)
        progress((done + number) / total)
    for number in range(settings.no_beat_tracks):
        samples = NO_BEAT[number % len(NO_BEAT)](settings.track_seconds, random)
        none = np.zeros(0)
        yield _track(f"no beat {number}", "no beat", samples, None, (none, none.astype(bool), True, number % 12 == 0))
    progress(1.0)


def _render_take(
    take: MidiTake, aside: bool, settings: LibrarySettings, sounds: _Sounds, random: np.random.Generator
) -> TrainingTrack:
    """An excerpt of a take at a tempo of its own; drums alone get an accompaniment apart."""
    factor = float(np.exp(random.uniform(*np.log(settings.tempo_factors))))
    span = settings.excerpt_seconds * factor
    start = random.uniform(0.0, max(0.0, take.seconds - span))
    end = min(start + span, take.seconds)
    notes, seconds = take.notes, (end - start) / factor
    inside = (notes.start >= start) & (notes.start < end)
    beats = (take.beats - start) / factor
    kept = (beats >= 0) & (beats < seconds)
    drums_alone = bool(np.all(notes.channel == DRUM_CHANNEL))
    samples = np.zeros(int(seconds * SAMPLE_RATE_HZ) + 1, np.float32)
    for channel, program in sorted({*zip(notes.channel[inside].tolist(), notes.program[inside].tolist(), strict=True)}):
        rows = inside & (notes.channel == channel) & (notes.program == program)
        drum = channel == DRUM_CHANNEL
        bank = sounds.kit() if drum else sounds.instrument(_kind_of(program), program)
        samples += mix(_events(notes, rows, start, factor, not drum), bank, seconds)
    downbeats = np.zeros(len(beats), bool) if take.downbeats is None else take.downbeats
    extra = _accompaniment(beats[kept], seconds, sounds, random) if drums_alone else None
    labels = beats[kept], downbeats[kept], take.downbeats is not None, aside
    return _track(take.name, "takes" if drums_alone else "songs", samples, extra, labels)


def _events(
    notes: MidiNotes, rows: NDArray[np.bool_], start: float, factor: float, lengths: bool
) -> NDArray[np.float64]:
    length = notes.length[rows] / factor if lengths else np.zeros(int(rows.sum()))
    return np.stack([(notes.start[rows] - start) / factor, length, notes.pitch[rows], notes.velocity[rows]], axis=1)


def _kind_of(program: int) -> str:
    """The synthesised kind that is nearest to a General MIDI program."""
    if 32 <= program < 40:
        return "bass"
    return "pad" if 40 <= program < 56 or 88 <= program < 96 else "pluck"


def _accompaniment(
    beats: NDArray[np.floating], seconds: float, sounds: _Sounds, random: np.random.Generator
) -> NDArray[np.float32]:
    """A bass line, or chords, or both, on given beats."""
    seed = int(random.integers(1 << 31))
    which = random.integers(3)
    samples = np.zeros(int(seconds * SAMPLE_RATE_HZ) + 1, np.float32)
    if which != 0 and len(beats) > 4:
        program = int(random.integers(32, 40)) if random.random() < 0.5 else None
        line = patterns.bass_line(beats, 4, np.random.default_rng(seed))
        samples += mix(line, sounds.instrument("bass", program), seconds)
    if which != 1 and len(beats) > 4:
        kind = str(random.choice(["pad", "pluck"]))
        program = int(random.choice([0, 4, 16, 24, 48, 88, 89, 90])) if random.random() < 0.4 else None
        harmony = patterns.chords(beats, 4, np.random.default_rng(seed))
        samples += mix(harmony, sounds.instrument(kind, program), seconds)
    return samples


def _render_pattern(
    number: int, settings: LibrarySettings, sounds: _Sounds, random: np.random.Generator
) -> TrainingTrack:
    pattern = patterns.PATTERNS[number % len(patterns.PATTERNS)]
    bpm = float(np.exp(random.uniform(np.log(pattern.low_bpm), np.log(pattern.high_bpm))))
    events, beats = patterns.play_pattern(pattern, bpm, settings.track_seconds, random)
    samples = mix(events, sounds.kit(), settings.track_seconds)
    extra = _accompaniment(beats, settings.track_seconds, sounds, random)
    downbeats = np.arange(len(beats)) % pattern.beats == 0
    # A metronome without an accent has no bars.
    bars_known = len(pattern.drums) > 1
    aside = number // len(patterns.PATTERNS) == 0
    return _track(f"pattern {number}", "patterns", samples, extra, (beats, downbeats, bars_known, aside))


def _track(
    name: str,
    kind: str,
    main: NDArray[np.float32],
    extra: NDArray[np.float32] | None,
    labels: tuple[NDArray[np.floating], NDArray[np.bool_], bool, bool],
) -> TrainingTrack:
    def logarithms(samples: NDArray[np.float32]) -> NDArray[np.float16]:
        levelled = samples / np.float32(10.0 * np.sqrt(np.mean(samples**2)) + 1e-6)
        return np.asarray(np.log(recording_powers(levelled) + POWER_FLOOR), np.float16)

    main_powers = logarithms(main)
    extra_powers = main_powers[:0] if extra is None else logarithms(extra)
    return TrainingTrack(name, kind, main_powers, extra_powers, *labels)


def _write(path: Path, tracks: Sequence[TrainingTrack]) -> None:
    """Write all tracks as one file of arrays, so that a restart does not render again. Raises OSError."""
    heads = [
        {"name": t.name, "kind": t.kind, "bars_known": t.bars_known, "aside": t.aside, "frames": len(t.main)}
        | {"extra": len(t.extra), "beats": len(t.beats)}
        for t in tracks
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_open(path, "wb") as file:
        np.savez(
            file,
            heads=np.array(json.dumps(heads)),
            main=np.concatenate([t.main for t in tracks]),
            extra=np.concatenate([t.extra for t in tracks]),
            beats=np.concatenate([t.beats for t in tracks]),
            downbeats=np.concatenate([t.downbeats for t in tracks]),
        )


def _read(path: Path) -> list[TrainingTrack]:
    with np.load(path) as file:
        heads = json.loads(str(file["heads"]))
        main, extra, beats, downbeats = (file[name] for name in ("main", "extra", "beats", "downbeats"))
    tracks, at, extra_at, beat_at = [], 0, 0, 0
    for head in heads:
        frames, more, count = head["frames"], head["extra"], head["beats"]
        tracks.append(
            TrainingTrack(
                head["name"],
                head["kind"],
                main[at : at + frames],
                extra[extra_at : extra_at + more],
                beats[beat_at : beat_at + count],
                downbeats[beat_at : beat_at + count],
                head["bars_known"],
                head["aside"],
            )
        )
        at, extra_at, beat_at = at + frames, extra_at + more, beat_at + count
    return tracks
