"""Compose a piece of music and write it as MIDI, sound, picture and score.

A piece is described by options, or by a score: a timeline of sections with genre, mood, length and hits. Beside the
first output lies the completed score, which has all that was chosen and gives the same piece again. Ctrl-C ends the
piece at the last whole bar, and writes it.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.commands import INTERRUPTED
from installation.commands.arguments import (
    STILL_SUFFIXES,
    add_overwrite_option,
    bounded_number,
    share_of,
)
from installation.commands.progress import progress
from installation.core.diagnostics import near
from installation.core.errors import UsageError, UserError
from installation.core.exit_status import ExitStatus
from installation.core.output_files import require_outputs
from installation.core.yielding_threads import yield_cores

if TYPE_CHECKING:
    from installation.music.generator import Composer
    from installation.music.piece import ComposedPiece
    from installation.music.score import Score
    from installation.music.soundfont import SoundfontSynth
    from installation.offline.composition import PieceLevel

MIDI_SUFFIXES = (".mid", ".midi")
SOUND_SUFFIXES = (".wav", ".flac", ".m4a", ".mp3")
DEFAULT_SECONDS = 60.0
"""Length of a piece."""
LENGTHS_SECONDS = (0.5, 3600.0)
"""Shortest and longest piece."""
TEMPOS = (40.0, 240.0)
"""Slowest and fastest tempo, beats a minute."""
DEFAULT_DEGREE = 0.4
"""How much a variation changes."""
MIX_SHARE = 0.3
"""Share of the work that is the sound."""
SOURCES = ("score", "continue", "vary", "accompany")
"""Options that name a file from which a piece is made."""
KNOBS = (
    *("genre", "mood", "valence", "arousal", "tempo", "key", "scale", "density", "brightness", "energy", "repeat"),
    *("swing", "temperature", "beats", "mute", "chords"),
)
"""Options that are keys of a score too."""
OF_THE_FILE = {
    "vary": ("seconds", "bars", "beats", "key", "chords", "mood", "valence", "arousal", "repeat", "loop"),
    "accompany": ("seconds", "bars", "beats", "loop"),
}
"""Options that have no meaning beside a file that says them."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=_output,
        action="append",
        default=[],
        metavar="FILE",
        help=f"what to write: {', '.join((*MIDI_SUFFIXES[:1], *SOUND_SUFFIXES))}; repeatable",
    )
    parser.add_argument("--plot", type=_picture, metavar="FILE", help="also draw the piano roll (.png, .jpg)")
    parser.add_argument("--sheet", type=_picture, metavar="FILE", help="instead draw eight bars of each genre")
    parser.add_argument("--title", default="", metavar="TEXT", help="name of the piece, in its files")
    parser.add_argument("--float", dest="floats", action="store_true", help="write .wav of floats instead of 16 bits")
    parser.add_argument("--soundfont", type=Path, metavar="FILE", help="play it with an SF2 or SF3 file of your own")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the composer's weights (default: bundled)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_overwrite_option(parser)
    _add_source_options(parser.add_argument_group("from a file"))
    _add_knob_options(parser.add_argument_group("knobs"))


def _add_source_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--score", type=Path, metavar="FILE", help="play this score (.toml)")
    group.add_argument("--continue", dest="continued", type=Path, metavar="FILE", help="go on from this MIDI file")
    group.add_argument("--vary", type=Path, metavar="FILE", help="vary this MIDI file")
    group.add_argument("--degree", type=share_of, metavar="X", help="how much --vary changes, 0..1 (0.4)")
    group.add_argument("--accompany", type=Path, metavar="FILE", help="add a band to the melody of this MIDI file")


def _add_knob_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--genre", metavar="NAME", help="rock, funk, jazz, latin, hip-hop, ballad, ambient (rock)")
    group.add_argument("--mood", metavar="WORD", help='such as "bright", "calm", "dark", "sad", "tense", "wild"')
    group.add_argument("--valence", type=_signed, metavar="X", help="-1 dark .. 1 bright, instead of the mood's")
    group.add_argument("--arousal", type=_signed, metavar="X", help="-1 calm .. 1 excited, instead of the mood's")
    group.add_argument("--seconds", type=_length, metavar="N", help=f"length ({DEFAULT_SECONDS:g})")
    group.add_argument("--bars", type=int, metavar="N", help="length in bars, instead of seconds")
    group.add_argument("--tempo", type=_tempo, metavar="BPM", help="beats a minute (by genre and mood)")
    group.add_argument("--beats", type=int, metavar="N", help="beats of a bar, 2 to 12 (4)")
    group.add_argument("--key", metavar="NOTE", help="key note, such as F# (C)")
    group.add_argument("--scale", metavar="NAME", help='scale to which all is held, such as "dorian"')
    group.add_argument("--chords", metavar='"Dm7 G7"', help="a progression, a chord a bar")
    group.add_argument("--mute", nargs="+", metavar="STEM", help="silent ones of drums, bass, chords and lead")
    group.add_argument("--solo", nargs="+", metavar="STEM", help="the ones that alone are heard")
    for name, what in (
        ("density", "how many notes"),
        ("brightness", "how high"),
        ("energy", "how loud it is struck"),
        ("repeat", "how much comes again"),
        ("swing", "how late off-beats are"),
    ):
        group.add_argument(f"--{name}", type=share_of, metavar="X", help=f"{what}, 0..1")
    group.add_argument(
        "--temperature", type=lambda text: bounded_number(text, 0.1, 2.0), metavar="X", help="0.1 safe .. 2 daring"
    )
    group.add_argument("--loop", action="store_true", help="no ending, so that it can be played in a loop")
    group.add_argument("--seed", type=int, metavar="N", help="seed of everything random (1)")


def run(args: argparse.Namespace) -> int:
    yield_cores()
    if args.sheet is not None:
        return _sheet(args)
    if not args.out:
        raise UsageError("--out: missing; name a file such as piece.wav or piece.mid")
    source = _require_one_source(args)
    _require_effect(args, source)
    score_file = args.out[0].with_suffix(".score.toml") if source in ("", "score") else None
    outputs = [("--out", path) for path in args.out] + [("--plot", args.plot), ("the score beside --out", score_file)]
    files = (args.score, args.continued, args.vary, args.accompany, args.soundfont, args.weights, args.venue)
    require_outputs(outputs, files, args.overwrite)
    synth = _soundfont(args)
    try:
        result = _composed(args, source)
        if not result.piece.bars:
            print("visitant compose: interrupted before the first bar; nothing is written", file=sys.stderr)
            return INTERRUPTED
        if not result.complete:
            made = f"interrupted; bars that were composed and are written now: {len(result.piece.bars)}"
            print(f"visitant compose: {made}", file=sys.stderr)
        level = _write(args, result, score_file, synth)
    except OSError as error:
        raise UserError(f"{error.filename or args.out[0]}: {error.strerror or error}") from error
    written = [*args.out, *filter(None, (args.plot, score_file if result.score_text else None))]
    _print(args, result, level, written)
    return ExitStatus.DONE if result.complete else INTERRUPTED


def _sheet(args: argparse.Namespace) -> int:
    from installation.music.model.store import load
    from installation.music.plot import save_picture
    from installation.offline.music_sheet import genre_sheet

    given = [
        f"--{name}" for name in ("out", "plot", *SOURCES, *KNOBS, "solo", "seconds", "bars") if _is_given(args, name)
    ]
    if given:
        raise UsageError(f"--sheet: is drawn instead of a piece; leave {', '.join(given)} away")
    require_outputs([("--sheet", args.sheet)], (args.weights,), args.overwrite)
    with progress("seven genres") as advance:
        page = genre_sheet(load(args.weights), 1 if args.seed is None else args.seed, advance)
    save_picture(page, args.sheet)
    print(args.sheet)
    return ExitStatus.DONE


@dataclass(frozen=True, slots=True)
class _Result:
    piece: ComposedPiece
    complete: bool
    score_text: str = ""
    """The completed score; empty where there is none."""
    repairs: tuple[str, ...] = ()
    """What was broken in the MIDI file that it is made from."""


def _require_one_source(args: argparse.Namespace) -> str:
    """Which of the options names what the piece is made from; "" for none. Raises UserError."""
    given = [name for name in SOURCES if _is_given(args, name)]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(f'--{name}' for name in given)}: give one of them")
    source = given[0] if given else ""
    if args.seconds is not None and args.bars is not None:
        raise UsageError("--seconds and --bars: give one of them")
    knobs = [f"--{name}" for name in (*KNOBS, "solo", "seconds", "bars", "loop") if _is_given(args, name)]
    if source == "score" and knobs:
        raise UsageError(f"{', '.join(knobs)}: {args.score} says that; change it there")
    own = [f"--{name}" for name in OF_THE_FILE.get(source, ()) if _is_given(args, name)]
    if own:
        raise UsageError(f"{', '.join(own)}: has no effect: --{source} takes that from its file; leave it away")
    if source == "accompany" and args.key is not None and args.scale is None:
        raise UsageError(f"--key {args.key}: the harmony is in the melody's own key; add --scale, or leave it away")
    return source


def _require_effect(args: argparse.Namespace, source: str) -> None:
    """Raise UsageError for an option that would change nothing."""
    sounds = [path for path in args.out if path.suffix.lower() in SOUND_SUFFIXES]
    if args.degree is not None and source != "vary":
        raise UsageError(f"--degree {args.degree:g}: is how much --vary FILE changes; add that")
    if args.floats and not any(path.suffix.lower() == ".wav" for path in sounds):
        raise UsageError("--float: is about .wav files; add --out FILE.wav")
    if args.soundfont is not None and not sounds and args.plot is None:
        raise UsageError(f"--soundfont {args.soundfont}: plays into a file of sound; add --out FILE.wav")
    if args.chords is not None and not _chords(args.chords):
        raise UsageError('--chords: is empty; give names such as "Dm7 G7", or leave it away')


def _is_given(args: argparse.Namespace, name: str) -> bool:
    return getattr(args, "continued" if name == "continue" else name) not in (None, False, [])


def _chords(text: str) -> list[str]:
    return text.replace(",", " ").replace("|", " ").split()


def _composed(args: argparse.Namespace, source: str) -> _Result:
    """Compose the piece, with a progress bar."""
    if source in ("continue", "vary", "accompany"):
        return _from_midi(args, source)
    return _from_score(args)


def _from_score(args: argparse.Namespace) -> _Result:
    from installation.music.score import read_score, written_score
    from installation.music.timeline import completed, planned_bars
    from installation.offline.composition import compose

    if args.score is not None:
        score, document = read_score(args.score)
        if args.seed is not None:
            score = score.model_copy(update={"seed": args.seed})
        planned = planned_bars(score, document)
    else:
        score = _score_of(args)
        planned = planned_bars(score)
    if args.title:
        score = score.model_copy(update={"title": args.title})
    composer = _composer(args, planned[0].controls.seed)
    with progress("composing") as advance:
        done = compose(score, planned, composer, advance)
    text = written_score(completed(score, planned, done.chords), COMMENT) if done.complete else ""
    return _Result(done.piece, done.complete, text)


COMMENT = """All that was chosen for this piece: `visitant compose --score THIS --out piece.mid` gives it again.
Made with Visitant's composer, which learned from the Groove MIDI Dataset (CC BY 4.0) and Freedoom (BSD 3-Clause)."""
"""What a completed score begins with."""


def _score_of(args: argparse.Namespace) -> Score:
    """The score of one section that the options describe. Raises UserError."""
    from installation.core.toml_document import Document
    from installation.music.score import ScoreError, parsed_score

    knobs: dict[str, Any] = {name: value for name in KNOBS if (value := getattr(args, name)) is not None}
    if args.chords is not None:
        knobs["chords"] = _chords(args.chords)
    knobs |= _solo(args)
    length = {"bars": args.bars} if args.bars is not None else {"seconds": args.seconds or DEFAULT_SECONDS}
    data = {**knobs, "seed": 1 if args.seed is None else args.seed, "ending": not args.loop, "sections": [length]}
    try:
        return parsed_score(Document(Path("options"), data))
    except ScoreError as error:
        # The keys are options here.
        lines = [f"--{each.key.rpartition('.')[2]}: {each.found}; {each.right}" for each in error.problems]
        raise UsageError("\n".join(lines)) from None


def _solo(args: argparse.Namespace) -> dict[str, list[str]]:
    """The key `mute` where stems are soloed: all others. Raises UsageError."""
    from installation.music.controls import STEMS

    if args.solo is None:
        return {}
    for number, stem in enumerate(args.solo):
        if stem not in STEMS:
            raise UsageError(f'--solo[{number}]: found "{stem}"; {near(stem, STEMS)}give {", ".join(STEMS)}')
    return {"mute": [stem for stem in STEMS if stem not in args.solo or stem in (args.mute or ())]}


def _from_midi(args: argparse.Namespace, source: str) -> _Result:
    """Continue, vary or accompany a MIDI file."""
    from installation.offline.midi_composition import read_music, rework

    path = args.continued if source == "continue" else getattr(args, source)
    music = read_music(source, path, args.tempo)
    score = _score_of(args).model_copy(update={"title": args.title})
    composer = _composer(args, score.seed or 1)
    degree = DEFAULT_DEGREE if args.degree is None else args.degree
    with progress("composing") as advance:
        done = rework(music, score, degree, composer, advance)
    return _Result(done.piece, done.complete, repairs=music.repairs)


def _composer(args: argparse.Namespace, seed: int) -> Composer:
    from installation.music.generator import Composer
    from installation.music.model.store import load

    return Composer(seed, load(args.weights))


def _write(
    args: argparse.Namespace, result: _Result, score_file: Path | None, synth: SoundfontSynth | None
) -> PieceLevel | None:
    """Write every output; returns the loudness where sound is written."""
    from installation.music.midi_file import write_midi
    from installation.music.plot import draw_roll, save_picture
    from installation.offline.composition import MixedPiece, envelope_of, write_sound
    from motion.atomic_file import atomic_write

    for path in (path for path in args.out if path.suffix.lower() in MIDI_SUFFIXES):
        write_midi(path, result.piece.bars, result.piece.title)
    if result.score_text and score_file is not None:
        atomic_write(score_file, result.score_text)
    sounds = [path for path in args.out if path.suffix.lower() in SOUND_SUFFIXES]
    if not sounds and args.plot is None:
        return None
    with progress("sound") as advance:
        mixed = MixedPiece(result.piece, advance, synth)
    try:
        level = mixed.set_level()
        for path in sounds:
            write_sound(mixed, path, result.piece.title, args.floats)
        if args.plot is not None:
            save_picture(draw_roll(result.piece, envelope_of(mixed)), args.plot)
    finally:
        mixed.close()
    return level


def _soundfont(args: argparse.Namespace) -> SoundfontSynth | None:
    """The soundfont of the options, opened before the work begins. Raises UserError."""
    if args.soundfont is None:
        return None
    from installation.music.soundfont import SoundfontSynth

    return SoundfontSynth(args.soundfont)


def _print(args: argparse.Namespace, result: _Result, level: PieceLevel | None, written: Sequence[Path]) -> None:
    piece = result.piece
    notes = sum(len(bar.notes) for bar in piece.bars)
    silent = level is not None and not math.isfinite(level.lufs)
    if args.json:
        facts: dict[str, Any] = {
            "files": [str(path) for path in written],
            "seconds": round(piece.seconds, 3),
            "bars": len(piece.bars),
            "notes": notes,
            "seed": piece.seed,
            "complete": result.complete,
            "repairs": list(result.repairs),
        }
        if level is not None:
            loud = (None, None) if silent else (round(level.lufs, 2), round(level.peak_db, 2))
            facts |= dict(zip(("lufs", "peak_db"), loud, strict=True))
        print(json.dumps(facts, ensure_ascii=False, indent=2, allow_nan=False))
        return
    loudness = f", {level.lufs:.1f} LUFS, peak {level.peak_db:.1f} dB" if level is not None and not silent else ""
    bars = "1 bar" if len(piece.bars) == 1 else f"{len(piece.bars)} bars"
    print(f"{bars}, {piece.seconds:.1f} s, {notes} notes{', silent' if silent else loudness}")
    for path in written:
        print(path)


def _output(text: str) -> Path:
    right = (*MIDI_SUFFIXES[:1], *SOUND_SUFFIXES)
    return _with_suffix(text, (*MIDI_SUFFIXES, *SOUND_SUFFIXES), right)


def _picture(text: str) -> Path:
    return _with_suffix(text, STILL_SUFFIXES, STILL_SUFFIXES)


def _with_suffix(text: str, known: Sequence[str], shown: Sequence[str]) -> Path:
    path = Path(text)
    if path.suffix.lower() not in known:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a name that ends with {', '.join(shown)}")
    return path


def _signed(text: str) -> float:
    return bounded_number(text, -1.0, 1.0)


def _length(text: str) -> float:
    return bounded_number(text, *LENGTHS_SECONDS)


def _tempo(text: str) -> float:
    return bounded_number(text, *TEMPOS)
