"""Measure speed and endurance, each figure beside the plain way of doing it in the same run.

Without the name of a part all of them are measured, one after the other; that takes about half an hour, of which the
soak takes its ten minutes. Leave the machine alone meanwhile.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from installation.commands.arguments import minutes_of, seconds_of
from installation.commands.progress import Advance, progress
from installation.core.errors import Trouble
from installation.evaluate.report import Figure, add_json, report

PARTS = {
    "scenes": "milliseconds a frame of every scene",
    "loop": "frames, eye updates and glass to glass, beside the plain script",
    "skin": "four characters of 10,000 triangles, beside skinning in numpy",
    "dancer": "milliseconds a step of one to sixteen dancers",
    "painter": "a painting alone, and eye, painter and stage together",
    "harm": "a killed and a stopped eye, a shader that takes long to compile",
    "kills": "a thousand kills of a small child",
    "osc": "messages received, their cost, hostile packets, taps",
    "answer": "from an OSC message to a changed pixel, from a bar to its cue",
    "start": "from the command to the first frame and visitor",
    "soak": "ten minutes headless: memory and counts",
}
SIZE = [1280, 720]


def arguments(parser: argparse.ArgumentParser) -> None:
    parts = "; ".join(f"{name}: {line}" for name, line in PARTS.items())
    parser.add_argument("parts", nargs="*", metavar="PART", help=parts)
    parser.add_argument("--material", type=Path, metavar="DIR", help="folder with the standard clips")
    parser.add_argument("--people", type=Path, metavar="CLIP", help="clip of several people (default: the four)")
    parser.add_argument(
        "--person", type=Path, metavar="CLIP", help="clip of one person (default: the dancer, the demo)"
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the painter (default: the one that comes along)")
    parser.add_argument("--seconds", type=seconds_of, default=15.0, help="how long each loop is measured (default: 15)")
    parser.add_argument("--minutes", type=minutes_of, default=10.0, help="how long the soak takes (default: 10)")
    parser.add_argument("--kills", type=int, default=1000, help="how many kills (default: 1000)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    unknown = set(args.parts) - set(PARTS)
    if unknown:
        raise Trouble(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    figures: list[Figure] = []
    for part in args.parts or PARTS:
        with progress(PARTS[part]) as advance:
            figures += globals()[f"_{part}"](args, advance)
    return report(figures, args.json, renderer=_renderer())


def _person(args: argparse.Namespace) -> str:
    from installation.evaluate.clips import one_person

    clip = args.person or one_person(args.material)
    if clip is None:
        raise Trouble("there is no clip of a person; `visitant setup` brings one, --person names another")
    return str(clip)


def _people(args: argparse.Namespace) -> str | None:
    from installation.evaluate.clips import four_people

    clip = args.people or four_people(args.material)
    return str(clip) if clip else None


def _scenes(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.scenes import cost

    return cost(advance)


def _loop(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.loop import compared

    return compared(_person(args), _people(args), SIZE, args.seconds, advance)


def _skin(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.skin import skin

    return skin(advance)


def _dancer(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.dancer import dancer

    return dancer(advance)


def _painter(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.painter import painter

    return painter(_person(args), args.weights, args.seconds, advance)


def _harm(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.fault_injection import harm
    from installation.evaluate.bench.reload import reload

    return [
        *harm(_person(args), SIZE, lambda part: advance(0.7 * part)),
        *reload(SIZE, lambda part: advance(0.7 + 0.3 * part)),
    ]


def _kills(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.children import kills

    return kills(args.kills, 1, advance)


def _osc(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.control.osc import measure_control

    return measure_control(advance)


def _answer(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.latency import answer

    return answer(advance)


def _start(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.start import start

    return start(_person(args), advance)


def _soak(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.soak import soak

    return soak(_person(args), 60.0 * args.minutes, advance)


def _renderer() -> str:
    from installation.stage.outputs.windows import Outputs
    from installation.venue.schema import Venue

    outputs = Outputs.open(Venue(), headless=True)
    try:
        return outputs.renderer
    finally:
        outputs.close()
