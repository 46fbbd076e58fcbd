"""Make motion from words, such as "wave, then walk 3 s, then sit", on the body itself or on a character.

Actions stand between commas, "then" or "and", each with seconds ("walk 3 s") or times ("jump twice") where wanted, and
with words for how: slowly, fast, low, high, left, right. A word that is not in the vocabulary is an error that names
the nearest ones. --list prints the vocabulary.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from installation.commands.arguments import add_overwrite_option
from installation.commands.progress import progress
from installation.core.errors import UsageError, UserError
from installation.core.output_files import require_outputs
from installation.core.yielding_threads import yield_cores


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="WORDS", nargs="?", help='what to do, such as "wave, then walk 3 s, then sit"')
    parser.add_argument("--list", action="store_true", help="print the vocabulary, and do nothing else")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help=".bvh or .vrma; .glb, .gltf or .vrm with a character in --to"
    )
    parser.add_argument(
        "--to",
        metavar="CHARACTER",
        help=".glb, .gltf, .vrm or .bvh on which the motion goes (default: the body itself)",
    )
    add_overwrite_option(parser)
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another number is another motion (0)")
    parser.add_argument(
        "--weights", type=Path, metavar="FILE", help="weights of the dancer, from visitant train (default: bundled)"
    )


def run(args: argparse.Namespace) -> int:
    if args.list:
        print(_vocabulary())
        return 0
    if args.words is None or args.out is None:
        raise UsageError("WORDS and --out FILE are needed; --list prints the words")
    yield_cores()
    try:
        return _dance(args)
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename or args.out}: {error.strerror or error}") from error


def _dance(args: argparse.Namespace) -> int:
    import torch

    from motion import files
    from motion.dancer.spoken_dance import dance_phrases
    from motion.dancer.store import load
    from motion.dancer.words import read_phrases

    phrases = read_phrases(args.words)
    files.checked_suffix(args.out, files.WRITABLE_SUFFIXES)
    outputs = [("--out", path) for path in files.files_written(args.out)]
    require_outputs(outputs, [path for path in (args.to, args.weights) if path is not None], args.overwrite)
    target = None if args.to is None else files.read_target(args.to)
    if args.out.suffix.lower() in files.CHARACTER_SUFFIXES and not (target and files.is_character(target)):
        raise UserError(f"--out {args.out}: needs a character: name one with --to FILE.glb")
    torch.set_num_threads(1)
    network = load(args.weights)
    for phrase in phrases:
        style = phrase.wish.style if phrase.wish is not None else None
        if style is not None and style not in network.settings.styles:
            _say(f"{phrase.name}: this network was not trained on it (style {style}), and dances it as it can")
    with progress(args.words) as advance:
        motion = dance_phrases(phrases, network, args.seed, advance)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    files.save(args.out, files.retarget_onto(motion, target), target, args.out.stem)
    done = ", ".join(f"{phrase.name} {phrase.seconds:.1f} s" for phrase in phrases)
    _say(f"{args.out}: {done}; {len(motion) / motion.rate:.1f} s in all")
    return 0


def _vocabulary() -> str:
    from motion.dancer.words import ALIASES, MANNERS, VOCABULARY

    lines = [f"{name:8} {action.text}, {action.seconds:g} s" for name, action in VOCABULARY.items()]
    others = ", ".join(f"{alias} ({name})" for alias, name in ALIASES.items())
    return "\n".join([*lines, f"also: {others}", f"how: {', '.join(MANNERS)}; N s; N times, once, twice"])


def _say(line: str) -> None:
    print(line, file=sys.stderr)
