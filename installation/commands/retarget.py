"""Put what bodies do onto a character: from a film, a camera, saved moments, a BVH or an animated GLB.

Who is seen longest is taken, or with --who everybody, each to a file and in turn to one of the characters. Ctrl-C ends
a film or a camera early and keeps what was seen. With --dancer it is not what bodies do that is put onto the character,
but what the dancer answers.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import INTERRUPTED, venue_of
from installation.commands.arguments import seconds_of, share_of, size_of
from installation.commands.progress import progress
from installation.core.errors import UserError
from installation.evaluate.report import Figure, add_json, report
from motion.skeleton import TOE_BONES

if TYPE_CHECKING:
    from collections.abc import Callable

    from installation.offline.motion_capture import Performance, Seen
    from motion.body import Motion
    from motion.formats.character import Character
    from motion.rig import Rig
    from motion.take import Take

    Answer = Callable[[Motion, str], Motion]

FILMS = (".mp4", ".mkv")


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
        help="character.glb, .gltf or .vrm, motion.formats.bvh or .vrma, or a film of it, .mp4 or .mkv",
    )
    parser.add_argument("--preview", type=Path, metavar="FILM", help="also film source and character side by side")
    parser.add_argument("--who", default="1", metavar="N", help="whom, 1 is seen longest, or all (default: 1)")
    parser.add_argument(
        "--travel",
        choices=("scaled", "room", "still"),
        default="scaled",
        help="as far as the character's legs carry it, exactly as far as the body went, or in place",
    )
    parser.add_argument("--hands", action="store_true", help="hands keep what they touch, whatever the arms' length")
    parser.add_argument("--map", type=Path, metavar="FILE", help="TOML: which joint of the character is which bone")
    parser.add_argument("--save-map", type=Path, metavar="FILE", help="write the map that was found, to be mended")
    parser.add_argument("--source-map", type=Path, metavar="FILE", help="the same for the source's joints")
    parser.add_argument("--unit", metavar="UNIT", help="of a BVH: m, cm, inch, …, or metres (default: by its legs)")
    parser.add_argument("--up", choices=("Y", "Z"), help="of a BVH (default: by how its figure stands)")
    parser.add_argument("--fps", type=float, metavar="N", help="frames a second (default: the source's own)")
    parser.add_argument("--start", type=seconds_of, default=0.0, metavar="S", help="leave out what is before")
    parser.add_argument("--seconds", type=seconds_of, metavar="S", help="and what comes so long after that")
    parser.add_argument("--dancer", action="store_true", help="what the dancer answers, not what is seen")
    parser.add_argument(
        "--closeness", type=share_of, metavar="X", help="of the dancer: 0 free, 0.6 answers, 1 mirrors (default: 0.6)"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="of the dancer: another number is another dance (0)")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the dancer's, from visitant train (its own)")
    parser.add_argument("--raw", action="store_true", help="leave feet and noise as they were seen")
    parser.add_argument("--size", type=size_of, default=(1280, 720), metavar="WxH", help="of films (1280x720)")
    add_json(parser)  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from motion import files

    try:
        suffix = files.checked_suffix(args.out, (*files.WRITABLE_SUFFIXES, *FILMS))
        bones = _map(args.map)
        cast = [files.read_target(path, bones) for path in args.to]
        dancer = _dancer(args)
        if suffix in (*files.CHARACTER_SUFFIXES, *FILMS) and not (
            cast and all(files.has_skin(actor) for actor in cast)
        ):
            raise UserError(f"{args.out}: wants a character with a skin: name one with --to FILE.glb")
        for path, actor in dict(zip(args.to, cast, strict=True)).items():
            print(f"{path}\n{files.bone_map_table(actor)}", file=sys.stderr)
        if args.save_map is not None and cast:
            from motion.formats.naming import write_bone_map

            write_bone_map(args.save_map, files.bone_map(cast[0]))
        seen = _seen(args)
        chosen = _chosen(seen, args.who)
        figures: list[Figure] = []
        for number, performance in enumerate(chosen):
            actor = cast[number % len(cast)] if cast else None
            many = f"-{number + 1}" if len(chosen) > 1 else ""
            figures += _made(performance, actor, many, args, dancer)
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename or args.out}: {error.strerror or error}") from error
    for note in seen.notes:
        print(f"visitant retarget: {note}", file=sys.stderr)
    report(figures, args.json)
    return INTERRUPTED if seen.interrupted else 0


def _map(path: Path | None) -> Mapping[str, str] | None:
    from motion.formats.naming import read_bone_map

    return None if path is None else read_bone_map(path)


def _seen(args: argparse.Namespace) -> Seen:
    """What bodies do in the source."""
    from installation.offline.motion_capture import recorded, watched
    from motion import files

    if Path(args.source).suffix.lower() in files.READABLE_SUFFIXES:
        takes = files.read_takes(args.source, args.unit, args.up, _map(args.source_map), args.fps or 60.0)
        if not takes:
            raise UserError(f"{args.source}: holds no animation")
        return recorded(takes)
    venue = venue_of(args)
    if venue.eye.model is None and not args.source.endswith(".moments"):
        from installation.commands.setup import ensure

        ensure("pose_landmarker_full.task")
    length = None if args.seconds is None else args.start + args.seconds
    with progress(args.source) as advance:
        return watched(args.source, venue, length, advance)


def _chosen(seen: Seen, who: str) -> list[Performance]:
    count = len(seen.performances)
    if who == "all":
        return seen.performances
    if not who.isdecimal() or not 1 <= int(who) <= count:
        raise UserError(f"--who {who}: there are {count} to choose from; give 1 to {count}, or all")
    return [seen.performances[int(who) - 1]]


def _dancer(args: argparse.Namespace) -> Answer | None:
    """What makes the dancer's motion of somebody's, where it is asked for."""
    given = [f"--{name}" for name in ("closeness", "seed", "weights") if getattr(args, name) is not None]
    if not args.dancer:
        if given:
            raise UserError(f"{', '.join(given)}: {'is' if len(given) == 1 else 'are'} the dancer's; add --dancer")
        return None
    import torch

    from motion.dancer.guidance import ANSWER_CLOSENESS
    from motion.dancer.respond import respond
    from motion.dancer.store import load

    torch.set_num_threads(1)
    network = load(args.weights)

    def answer(motion: Motion, name: str) -> Motion:
        with progress(f"the dancer and {name}"):
            return respond(
                motion, network, args.seed or 0, ANSWER_CLOSENESS if args.closeness is None else args.closeness
            )

    return answer


def _made(
    performance: Performance,
    actor: Character | Rig | None,
    many: str,
    args: argparse.Namespace,
    dancer: Answer | None,
) -> list[Figure]:
    """Write one performance on one character, `many` behind the files' names; returns what the report says of it."""
    from installation.offline.character_preview import Sitter, cast, portray
    from motion import files
    from motion.contact import lock_feet
    from motion.resample import at_rate, cut

    motion = cut(performance.motion, args.start, None if args.seconds is None else args.start + args.seconds)
    motion = at_rate(motion, args.fps or motion.rate)
    if performance.take is None and not args.raw:
        motion = lock_feet(motion)
    done = motion if dancer is None else at_rate(dancer(motion, performance.name), motion.rate)
    take = files.retarget_onto(done, actor, args.travel, args.hands)
    player = cast(take, actor) if files.has_skin(actor) else Sitter(take.motion())
    out = args.out.with_stem(args.out.stem + many)
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() in FILMS:
        with progress(out.name) as advance:
            portray(out, args.size, [player], advance)
    else:
        files.save(out, take, actor, performance.name)
    print(f"{out}: {performance.name}, {len(take) / take.rate:.1f} s", file=sys.stderr)
    if args.preview is not None:
        beside = args.preview.with_stem(args.preview.stem + many)
        beside.parent.mkdir(parents=True, exist_ok=True)
        footage = args.source if performance.filmed else ""
        sitters = [player] if footage else [Sitter(motion), player]
        with progress(beside.name) as advance:
            portray(beside, args.size, sitters, advance, footage, performance.start + args.start)
        print(f"{beside}: side by side", file=sys.stderr)
    return _figures(performance, motion, take)


def _figures(performance: Performance, motion: Motion, take: Take) -> list[Figure]:
    """What the report says: the character's feet and jerk at the body's size, beside the body's own."""
    from motion import metrics
    from motion.rig import leg_length_m
    from motion.skeleton import BONES, CORE_COUNT

    body = metrics.motion_joints(motion)
    names = [name for name in BONES[:CORE_COUNT] if name in take.rig.bones]
    joints = take.places_m[:, [take.rig.bones[name] for name in names]]
    joints = joints * (leg_length_m(motion.offsets_m) / take.rig.t_pose.leg_m)
    feet = "Toes" if {"leftToes", "rightToes"} <= take.rig.bones.keys() else "Foot"
    toes = joints[:, [names.index(f"left{feet}"), names.index(f"right{feet}")]]
    rate, name = take.rate, performance.name
    few = len(take) < 4
    return [
        Figure(f"{name}: foot skate, source beside", 100.0 * metrics.foot_skate(toes, rate), "cm/s",
               100.0 * metrics.foot_skate(body[:, TOE_BONES], rate)),
        Figure(f"{name}: jerk, source beside", None if few else metrics.jerk(joints, rate), "m/s³",
               None if few else metrics.jerk(body, rate)),
        Figure(f"{name}: guessed, not seen", performance.missing, "s"),
    ]  # fmt: skip
