"""Measure speed and endurance, figures beside those of a simpler method in the same run.

Without the name of a part all of them are measured, one after the other; that takes about forty minutes, ten minutes of
them for the soak test and ten for the composer. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from installation.commands.arguments import minutes_of, seconds_of
from installation.commands.progress import Advance, progress
from installation.core.errors import UserError
from installation.evaluate.report import Figure, add_json_option, report

CANVAS_SIZE = (1280, 720)
"""Width and height in pixels of the canvas where loop and faults are measured."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parts = "; ".join(f"{name}: {line}" for name, (line, _) in PARTS.items())
    parser.add_argument("parts", nargs="*", metavar="PART", help=parts)
    parser.add_argument("--material", type=Path, metavar="DIR", help="folder with the standard clips")
    parser.add_argument("--people", type=Path, metavar="CLIP", help="clip of several people (default: the four)")
    parser.add_argument(
        "--person", type=Path, metavar="CLIP", help="clip of one person (default: the dancer, the demo)"
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the painter (default: the one that comes along)")
    parser.add_argument("--seconds", type=seconds_of, default=15.0, help="how long each loop is measured (default: 15)")
    parser.add_argument("--minutes", type=minutes_of, default=10.0, help="how long soak and sound take (default: 10)")
    parser.add_argument("--kills", type=int, default=1000, help="how many kills (default: 1000)")
    add_json_option(parser)


def run(args: argparse.Namespace) -> int:
    unknown = set(args.parts) - set(PARTS)
    if unknown:
        raise UserError(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    figures: list[Figure] = []
    for name in args.parts or PARTS:
        description, measure = PARTS[name]
        with progress(description) as advance:
            figures += measure(args, advance)
    return report(figures, args.json, renderer=_renderer())


def _person(args: argparse.Namespace) -> str:
    from installation.evaluate.clips import one_person_clip

    clip = args.person or one_person_clip(args.material)
    if clip is None:
        raise UserError("there is no clip of a person; `visitant setup` brings one, --person names another")
    return str(clip)


def _people(args: argparse.Namespace) -> str | None:
    from installation.evaluate.clips import four_people_clip

    clip = args.people or four_people_clip(args.material)
    return str(clip) if clip else None


def _scenes(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.scenes import measure_scenes

    return measure_scenes(advance)


def _uniforms(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.scenes import synthetic_moments
    from installation.evaluate.bench.uniforms import measure_uniforms

    return measure_uniforms(synthetic_moments(), advance)


def _loop(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.loop import measure_loop

    return measure_loop(_person(args), _people(args), CANVAS_SIZE, args.seconds, advance)


def _skin(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.skin import measure_skinning

    return measure_skinning(advance)


def _dancer(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.dancer import measure_dancer_steps

    return measure_dancer_steps(advance)


def _painter(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.painter import measure_painter_speed

    return measure_painter_speed(_person(args), args.weights, args.seconds, advance)


def _harm(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.fault_injection import measure_eye_faults
    from installation.evaluate.bench.reload import measure_shader_reload

    return [
        *measure_eye_faults(_person(args), CANVAS_SIZE, lambda share: advance(0.7 * share)),
        *measure_shader_reload(CANVAS_SIZE, lambda share: advance(0.7 + 0.3 * share)),
    ]


def _kills(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.children import measure_kills

    return measure_kills(args.kills, 1, advance)


def _osc(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.control.osc import measure_control

    return measure_control(advance)


def _answer(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.latency import measure_latency

    return measure_latency(advance)


def _start(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.start import measure_start

    return measure_start(_person(args), advance)


def _sound(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.sound import measure_sound

    return measure_sound(60.0 * args.minutes, advance)


def _soak(args: argparse.Namespace, advance: Advance) -> list[Figure]:
    from installation.evaluate.bench.soak import measure_soak

    return measure_soak(_person(args), 60.0 * args.minutes, advance)


def _renderer() -> str:
    from installation.stage.outputs.windows import Outputs
    from installation.venue.schema import Venue

    outputs = Outputs.open(Venue(), headless=True)
    try:
        return outputs.renderer
    finally:
        outputs.close()


PARTS: Mapping[str, tuple[str, Callable[[argparse.Namespace, Advance], list[Figure]]]] = {
    "scenes": ("frame time of every scene", _scenes),
    "uniforms": ("a scene with uniforms by the host, beside the same passed by hand", _uniforms),
    "loop": ("frames, eye updates and glass to glass, beside the plain script", _loop),
    "skin": ("four characters of 10,000 triangles, beside skinning in numpy", _skin),
    "dancer": ("time of a step of one to sixteen dancers", _dancer),
    "painter": ("a painting alone, and eye, painter and stage together", _painter),
    "harm": ("a killed and a stopped eye, a shader that takes long to compile", _harm),
    "kills": ("a thousand kills of a small child process", _kills),
    "osc": ("messages received, their cost, hostile packets, taps", _osc),
    "answer": ("from an OSC message to a changed pixel, from a bar to its cue", _answer),
    "start": ("from the command to the first frame and visitor", _start),
    "sound": ("ten minutes of the composer beside two busy processes; cost and delay of the ear", _sound),
    "soak": ("ten minutes headless: memory and counts", _soak),
}
"""By the names on the command line: a line of help, and the function that measures."""
