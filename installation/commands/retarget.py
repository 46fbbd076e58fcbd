"""Retarget motion onto a character: from a film, a camera, recorded Moments, a BVH or an animated GLB.

The person who is visible longest is taken, or all with --who all, each to a file and in turn to one of the characters.
Ctrl-C ends a film or a camera early and keeps the motion so far. With --dancer the character gets the dancer's answer
to the motion instead of the motion itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import INTERRUPTED, venue_of
from installation.commands.arguments import frame_rate_of, seconds_of, share_of, show_time_of, size_of
from installation.commands.progress import progress
from installation.commands.retarget_options import (
    add_finish_options,
    add_output_options,
    finish_settings,
    output_settings,
)
from installation.core.errors import UserError
from installation.core.yielding_threads import yield_cores
from installation.evaluate.report import Figure, add_json_option, report
from motion.skeleton import TOE_BONES

if TYPE_CHECKING:
    from collections.abc import Callable

    from installation.offline.motion_capture import CapturedMotion, CaptureResult
    from installation.offline.motion_outputs import MotionOutputs
    from motion.body import Motion
    from motion.formats.character import Character
    from motion.rig import Rig
    from motion.take import Take

    Respond = Callable[[Motion, str], Motion]

FILM_SUFFIXES = (".mp4", ".mkv")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="film, camera, FILE.moments, ghost, vmc://ADDRESS:PORT, .bvh, or .glb with an animation",
    )
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="CHARACTER",
        help=".glb, .gltf, .vrm or .bvh; may be given several times (default: the body itself)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="character.glb, .gltf or .vrm, motion.bvh or .vrma, or a film of it, .mp4 or .mkv",
    )
    parser.add_argument("--preview", type=Path, metavar="FILM", help="also film source and character side by side")
    parser.add_argument(
        "--who", default="1", metavar="N", help="person by duration, 1 is the longest visible; or all (1)"
    )
    parser.add_argument(
        "--travel",
        choices=("scaled", "room", "still"),
        default="scaled",
        help="distance travelled: scaled by the legs' length, as in the room, or none (scaled)",
    )
    parser.add_argument("--hands", action="store_true", help="keep contacts of the hands, whatever the arms' length")
    _add_reading_options(parser)
    parser.add_argument("--dancer", action="store_true", help="retarget the dancer's answer to the motion")
    parser.add_argument(
        "--closeness",
        type=share_of,
        metavar="X",
        help="how closely the dancer follows: 0 free, 0.6 answers, 1 mirrors (0.6)",
    )
    parser.add_argument("--seed", type=int, metavar="N", help="seed of the dancer (0)")
    parser.add_argument(
        "--weights", type=Path, metavar="FILE", help="weights of the dancer, from visitant train (default: bundled)"
    )
    parser.add_argument("--size", type=size_of, default=(1280, 720), metavar="WxH", help="size of films (1280x720)")
    add_finish_options(parser)
    add_output_options(parser)
    add_json_option(parser)


def _add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Options of how source and character are read: bones, unit, axis, take, rate and part."""
    parser.add_argument("--map", type=Path, metavar="FILE", help="TOML: bone of each joint of the character")
    parser.add_argument("--save-map", type=Path, metavar="FILE", help="write the map in use, to be edited")
    parser.add_argument("--source-map", type=Path, metavar="FILE", help="TOML: bone of each joint of the source")
    parser.add_argument(
        "--unit",
        metavar="UNIT",
        help="unit of a BVH: m, cm, inch, …, or its length in metres (default: estimated from the legs)",
    )
    parser.add_argument("--up", choices=("Y", "Z"), help="up axis of a BVH (default: estimated from the pose)")
    parser.add_argument("--take", metavar="NAME", help="the animation of the source, by name (default: its first)")
    parser.add_argument(
        "--skeleton", default="", metavar="NAME", help="a skin or joint of the source's skeleton to take"
    )
    parser.add_argument("--fps", type=frame_rate_of, metavar="N", help="frames a second (default: the source's own)")
    parser.add_argument("--start", type=show_time_of, default=0.0, metavar="S", help="begin at this time of the source")
    parser.add_argument("--seconds", type=seconds_of, metavar="S", help="duration (default: to the end)")


def run(args: argparse.Namespace) -> int:
    yield_cores()
    from installation.offline.motion_outputs import MotionOutputs
    from motion import files

    try:
        suffix = files.checked_suffix(args.out, (*files.WRITABLE_SUFFIXES, *FILM_SUFFIXES))
        bones = _bone_map(args.map)
        cast = [files.read_target(path, bones) for path in args.to]
        respond = _dancer(args)
        if suffix in (*files.CHARACTER_SUFFIXES, *FILM_SUFFIXES) and not (
            cast and all(files.has_skin(actor) for actor in cast)
        ):
            raise UserError(f"{args.out}: needs a character with a skin: name one with --to FILE.glb")
        for path, actor in dict(zip(args.to, cast, strict=True)).items():
            print(f"{path}\n{files.bone_map_table(actor)}", file=sys.stderr)
        if args.save_map is not None and cast:
            from motion.formats.naming import write_bone_map

            write_bone_map(args.save_map, files.bone_map(cast[0]))
        outputs = MotionOutputs(output_settings(args, cast))
        result = _capture(args)
        _print_cuts(args.source, result)
        selected = _selected(result, args.who)
        figures: list[Figure] = []
        for number, captured in enumerate(selected):
            actor = cast[number % len(cast)] if cast else None
            numbering = f"-{number + 1}" if len(selected) > 1 else ""
            figures += _write(captured, actor, numbering, args, respond, outputs)
        for path in outputs.close():
            print(f"{path}: written", file=sys.stderr)
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename or args.out}: {error.strerror or error}") from error
    report(figures, args.json)
    return INTERRUPTED if result.interrupted else 0


def _bone_map(path: Path | None) -> Mapping[str, str] | None:
    from motion.formats.naming import read_bone_map

    return None if path is None else read_bone_map(path)


def _capture(args: argparse.Namespace) -> CaptureResult:
    """All motions of the source."""
    from installation.offline.motion_capture import capture_source, motions_of_takes
    from motion import files

    if Path(args.source).suffix.lower() in files.READABLE_SUFFIXES:
        takes = files.read_takes(args.source, args.unit, args.up, _bone_map(args.source_map), args.fps, args.skeleton)
        return motions_of_takes(_selected_takes(takes, args))
    venue = venue_of(args)
    if venue.eye.model is None and not args.source.endswith(".moments"):
        from installation.commands.setup import ensure

        ensure("pose_landmarker_full.task")
    length = None if args.seconds is None else args.start + args.seconds
    with progress(args.source) as advance:
        return capture_source(args.source, venue, length, advance)


def _print_cuts(source: str, result: CaptureResult) -> None:
    if result.cut_seconds:
        times = ", ".join(f"{seconds:.2f}" for seconds in sorted(result.cut_seconds))
        print(f"{source}: cuts at {times} s; each ends a motion, --who N or all takes another", file=sys.stderr)


def _selected_takes(takes: dict[str, Take], args: argparse.Namespace) -> dict[str, Take]:
    """The take that `--take` names, else all of them, of which `--who` selects one. Raises UserError."""
    names = ", ".join(takes)
    if not takes:
        raise UserError(f"{args.source}: holds no animation")
    if args.take is not None:
        if args.take not in takes:
            raise UserError(f'{args.source}: there is no take "{args.take}"; there are: {names}')
        return {args.take: takes[args.take]}
    if len(takes) > 1 and args.who == "1":
        print(f"{args.source}: takes: {names}; the first is used, --take NAME chooses another", file=sys.stderr)
    return takes


def _selected(result: CaptureResult, who: str) -> list[CapturedMotion]:
    """The motions that `--who` selects. Raises UserError."""
    count = len(result.motions)
    if who == "all":
        return result.motions
    if not who.isdecimal() or not 1 <= int(who) <= count:
        raise UserError(f"--who {who}: there are {count} to choose from; give 1 to {count}, or all")
    return [result.motions[int(who) - 1]]


def _dancer(args: argparse.Namespace) -> Respond | None:
    """With --dancer, a function from a motion and its name to the dancer's answer. Raises UserError."""
    given = [f"--{name}" for name in ("closeness", "seed", "weights") if getattr(args, name) is not None]
    if not args.dancer:
        if given:
            raise UserError(f"{', '.join(given)}: {'needs' if len(given) == 1 else 'need'} --dancer")
        return None
    import torch

    from motion.dancer import respond
    from motion.dancer.guidance import ANSWER_CLOSENESS
    from motion.dancer.store import load

    torch.set_num_threads(1)
    network = load(args.weights)

    def answer(motion: Motion, name: str) -> Motion:
        with progress(f"the dancer and {name}"):
            return respond.respond(
                motion, network, args.seed or 0, ANSWER_CLOSENESS if args.closeness is None else args.closeness
            )

    return answer


def _write(
    captured: CapturedMotion,
    actor: Character | Rig | None,
    numbering: str,
    args: argparse.Namespace,
    respond: Respond | None,
    outputs: MotionOutputs,
) -> list[Figure]:
    """Write one motion on one character, with `numbering` appended to file names; return its figures for the report."""
    from installation.offline.character_preview import (
        PreviewSettings,
        PreviewSubject,
        render_preview,
        subject_of_take,
    )
    from installation.offline.motion_finish import finish_motion, with_fingers
    from motion import files
    from motion.resample import at_rate, cut

    motion = cut(captured.motion, args.start, None if args.seconds is None else args.start + args.seconds)
    motion = at_rate(motion, args.fps or motion.rate)
    motion = finish_motion(captured, motion, finish_settings(args))
    answer = motion if respond is None else at_rate(respond(motion, captured.name), motion.rate)
    if actor is not None or args.out.suffix.lower() != ".bvh":
        answer = with_fingers(captured, answer)
    take = files.retarget_onto(answer, actor, args.travel, args.hands)
    subject = subject_of_take(take, actor) if files.has_skin(actor) else PreviewSubject(take.motion())
    out = args.out if args.one_file else args.out.with_stem(args.out.stem + numbering)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() in FILM_SUFFIXES:
        with progress(out.name) as advance:
            render_preview(out, [subject], PreviewSettings(args.size), advance)
        outputs.show(take, actor, captured.name)
    else:
        outputs.add(out, take, actor, captured.name)
    print(f"{out}: {captured.name}, {len(take) / take.rate:.1f} s", file=sys.stderr)
    if args.preview is not None:
        preview = args.preview.with_stem(args.preview.stem + numbering)
        preview.parent.mkdir(parents=True, exist_ok=True)
        footage = args.source if captured.filmed else ""
        subjects = [subject] if footage else [PreviewSubject(motion), subject]
        settings = PreviewSettings(args.size, footage, captured.start_seconds + args.start, args.speed)
        with progress(preview.name) as advance:
            render_preview(preview, subjects, settings, advance)
        print(f"{preview}: side by side", file=sys.stderr)
    return _figures(captured, motion, take)


def _figures(captured: CapturedMotion, motion: Motion, take: Take) -> list[Figure]:
    """Foot skate and jerk of the character, scaled to the body's size, beside those of the source."""
    from motion import metrics
    from motion.rig import leg_length_m
    from motion.skeleton import BONES, CORE_COUNT

    body = metrics.motion_joints(motion)
    names = [name for name in BONES[:CORE_COUNT] if name in take.rig.bones]
    joints = take.positions_m[:, [take.rig.bones[name] for name in names]]
    joints = joints * (leg_length_m(motion.offsets_m) / take.rig.t_pose.leg_m)
    feet = "Toes" if {"leftToes", "rightToes"} <= take.rig.bones.keys() else "Foot"
    toes = joints[:, [names.index(f"left{feet}"), names.index(f"right{feet}")]]
    rate, name = take.rate, captured.name
    too_short = len(take) < 4
    return [
        Figure(
            f"{name}: foot skate, source beside",
            100.0 * metrics.foot_skate(toes, rate),
            "cm/s",
            100.0 * metrics.foot_skate(body[:, TOE_BONES], rate),
        ),
        Figure(
            f"{name}: jerk, source beside",
            None if too_short else metrics.jerk(joints, rate),
            "m/s³",
            None if too_short else metrics.jerk(body, rate),
        ),
        Figure(f"{name}: guessed, not seen", captured.guessed_seconds, "s"),
    ]
