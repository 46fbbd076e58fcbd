"""Retarget motion onto a character: from a film, a camera, recorded Moments, a motion file, or a folder of those.

The person who is visible longest is taken, or all with --who all, each to a file and in turn to one of the characters.
Of a folder each motion file goes to one of the same name in the folder --out; files that are there already are left, so
that a run that was interrupted goes on. Ctrl-C ends a film or a camera early and keeps the motion so far. With --dancer
the character gets the dancer's answer to the motion instead of the motion itself; with --fill the dancer fills gaps of
the motion, and with --then it dances on to another one.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import INTERRUPTED, venue_of
from installation.commands.arguments import add_overwrite_option, share_of, size_of
from installation.commands.progress import progress
from installation.commands.retarget_options import (
    add_fill_options,
    add_finish_options,
    add_output_options,
    add_reading_options,
    finish_settings,
    inputs_of,
    output_settings,
)
from installation.core.errors import UserError
from installation.core.output_files import require_outputs
from installation.core.yielding_threads import yield_cores
from installation.evaluate.report import add_json_option, report

if TYPE_CHECKING:
    from installation.eye.hand_estimator import HandEstimator
    from installation.offline.motion_capture import CapturedMotion, CaptureResult
    from installation.offline.motion_sources import SourceSettings
    from installation.offline.retargeting import Fill, Respond, RetargetedMotion, Retargeter
    from motion.body import Motion
    from motion.dancer.network import Network
    from motion.formats.character import Character
    from motion.rig import Rig

FILM_SUFFIXES = (".mp4", ".mkv")
DANCE_SECONDS = 2.0
"""Duration of a dance between two motions."""
MANNEQUIN = "mannequin"
"""The bundled character's name."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="film, camera, FILE.moments, ghost, vmc://[ADDRESS:]PORT, motion file (.bvh, .fbx, .glb, .gltf, .vrm, "
        ".vrma), or a folder of motion files",
    )
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="CHARACTER",
        help=f".glb, .gltf, .vrm or .bvh, or {MANNEQUIN}, which comes along; repeatable (default: the body itself)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="the character with the motion, .glb, .gltf or .vrm; the motion alone, .bvh (that of --to FILE.bvh keeps "
        "its unit, axes and channels) or .vrma; a film of it, .mp4 or .mkv; or a folder for those of a folder",
    )
    parser.add_argument(
        "--format",
        metavar="SUFFIX",
        help="format of the files in the folder --out, such as .bvh (default: .glb for a character, else .bvh)",
    )
    add_overwrite_option(parser)
    parser.add_argument("--preview", type=Path, metavar="FILM", help="also film source and character side by side")
    parser.add_argument(
        "--who", default="1", metavar="N", help="person by duration, 1 is the longest visible; or all (1)"
    )
    parser.add_argument("--size", type=size_of, default=(1280, 720), metavar="WxH", help="size of films (1280x720)")
    add_json_option(parser)
    _add_transfer_options(parser)
    add_reading_options(parser)
    add_finish_options(parser)
    add_output_options(parser)
    _add_dancer_options(parser)
    add_fill_options(parser)


def _add_transfer_options(parser: argparse.ArgumentParser) -> None:
    """Options of how the motion goes onto the character."""
    group = parser.add_argument_group("character")
    group.add_argument(
        "--travel",
        choices=("scaled", "room", "still"),
        default="scaled",
        help="distance travelled: scaled by the legs' length, as in the room, or none (scaled)",
    )
    group.add_argument("--hands", action="store_true", help="keep contacts of the hands, whatever the arms' length")
    group.add_argument(
        "--floor",
        choices=("auto", "keep"),
        default="auto",
        help="set a body that sinks or hovers on the floor, or keep it where it is (auto)",
    )
    group.add_argument("--map", type=Path, metavar="FILE", help="TOML: bone of each joint of the character")
    group.add_argument("--save-map", type=Path, metavar="FILE", help="write that map as it is in use, to be edited")
    group.add_argument("--show-map", action="store_true", help="print the maps of source and character, bone by bone")


def _add_dancer_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("dancer")
    group.add_argument("--dancer", action="store_true", help="retarget the dancer's answer to the motion")
    group.add_argument(
        "--closeness",
        type=share_of,
        metavar="X",
        help="how closely the dancer follows: 0 free, 0.6 answers, 1 mirrors (0.6)",
    )
    group.add_argument("--seed", type=int, metavar="N", help="seed of the dancer (0)")
    group.add_argument(
        "--weights", type=Path, metavar="FILE", help="weights of the dancer, from visitant train (default: bundled)"
    )


def run(args: argparse.Namespace) -> int:
    yield_cores()
    try:
        folder = Path(args.source)
        if folder.is_dir():
            from installation.offline.motion_sources import motion_files

            if sources := motion_files(folder):
                return _run_folder(args, sources)
        return _run_source(args)
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename or args.out}: {error.strerror or error}") from error


def _run_source(args: argparse.Namespace) -> int:
    from installation.commands.retarget_report import figures_of
    from installation.offline.motion_sources import files_named
    from installation.offline.retargeting import results_of, selected_motions

    _check_format(args.out)
    if args.format is not None:
        raise UserError("--format: is for a folder of motion files; the format of one is that of --out")
    outputs = [*results_of(args.out), ("--preview", args.preview), ("--view", args.view), *_maps(args)]
    require_outputs(outputs, [*files_named(args.source), *inputs_of(args)], args.overwrite)
    retargeter = _retargeter(args, args.out.suffix.lower())
    result = _capture(args.source, args)
    written = retargeter.write_all(args.source, selected_motions(result, args.who), args.out)
    for path in retargeter.outputs.close():
        _say(f"{path}: written")
    report([figure for one in written for figure in figures_of(one)], args.json)
    return INTERRUPTED if result.interrupted else 0


def _run_folder(args: argparse.Namespace, sources: list[Path]) -> int:
    """Retarget each motion file of a folder; return 1 if one failed."""
    from installation.commands.retarget_report import figures_of
    from installation.offline.motion_sources import files_named
    from installation.offline.retarget_folder import convert_folder, folder_outputs
    from installation.offline.retargeting import results_of, selected_motions
    from motion import files

    given = [f"--{name}" for name in ("preview", "view", "one_file") if getattr(args, name)]
    if given:
        raise UserError(f"{given[0].replace('_', '-')}: is for one motion file, and {args.source} is a folder")
    onto_character = any(Path(path).suffix.lower() in files.CHARACTER_SUFFIXES or path == MANNEQUIN for path in args.to)
    suffix = (args.format or (".glb" if onto_character else ".bvh")).lower()
    suffix = suffix if suffix.startswith(".") else f".{suffix}"
    _check_format(Path(f"motion{suffix}"))
    targets = folder_outputs(sources, args.out, suffix)
    inputs = [*files_named(*sources), *inputs_of(args)]
    # A result that is there already is left, unless that is to be replaced, and no reason to refuse the others.
    left = [target for target in targets.values() if target.is_file() and not args.overwrite]
    require_outputs([result for target in left for result in results_of(target)], inputs, overwrite=True)
    made = [result for target in targets.values() if target not in left for result in results_of(target)]
    require_outputs([*_maps(args), *made], inputs, args.overwrite)
    retargeter = _retargeter(args, suffix)

    def convert(source: Path, out: Path) -> list[RetargetedMotion]:
        motions = selected_motions(_capture(str(source), args), args.who)
        return retargeter.write_all(str(source), motions, out)

    result = convert_folder(targets, args.overwrite, convert, _say)
    _say(f"{args.source}: {result.summary}")
    report([figure for one in result.motions for figure in figures_of(one)], args.json, result.json_fields())
    return INTERRUPTED if result.interrupted else int(result.failed > 0)


def _maps(args: argparse.Namespace) -> list[tuple[str, Path | None]]:
    """The bone maps that are written."""
    return [("--save-map", args.save_map), ("--save-source-map", args.save_source_map)]


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def _check_format(out: Path) -> None:
    from motion import files

    files.checked_suffix(out, (*files.WRITABLE_SUFFIXES, *FILM_SUFFIXES))


def _retargeter(args: argparse.Namespace, suffix: str) -> Retargeter:
    """What writes the motions, with the characters read and their maps shown and saved. Raises UserError."""
    from installation.offline.motion_outputs import MotionOutputs
    from installation.offline.retargeting import Retargeter, RetargetSettings
    from motion import files
    from motion.formats.naming import write_bone_map

    bones = _bone_map(args.map)
    is_film = suffix in FILM_SUFFIXES
    needs_meshes = is_film or suffix in files.CHARACTER_SUFFIXES or args.preview is not None or args.view is not None
    cast = [_target(path, bones, needs_meshes) for path in args.to]
    if suffix in (*files.CHARACTER_SUFFIXES, *FILM_SUFFIXES):
        if not (cast and all(files.is_character(actor) for actor in cast)):
            raise UserError(f"--out {args.out}: needs a character: name one with --to FILE.glb, or --to {MANNEQUIN}")
        if is_film and not all(files.can_be_drawn(actor) for actor in cast):
            raise UserError(f"--out {args.out}: a character in --to has no meshes, so that no film can show it")
    settings = RetargetSettings(
        cast,
        args.travel,
        args.hands,
        args.start,
        args.seconds,
        args.fps,
        args.floor == "keep",
        finish_settings(args),
        _dancer(args),
        _fill(args),
        args.size,
        args.preview,
        args.one_file,
        args.overwrite,
        inputs_of(args),
    )
    outputs = MotionOutputs(output_settings(args, cast))
    for path, actor in dict(zip(args.to, cast, strict=True)).items():
        _say(f"{path}: {files.bone_map_summary(actor)}")
        if args.show_map:
            _say(files.bone_map_table(actor))
    if args.save_map is not None and cast:
        write_bone_map(args.save_map, files.bone_map(cast[0]))
    return Retargeter(settings, outputs, _say, progress)


def _target(path: str, bones: Mapping[str, str] | None, drawn: bool) -> Character | Rig:
    """The character or rig that `--to` names."""
    from motion import files

    if path == MANNEQUIN and not Path(path).exists():
        from installation.offline.bundled_character import mannequin_character

        return mannequin_character()
    return files.read_target(path, bones, drawn=drawn)


def _bone_map(path: Path | None) -> Mapping[str, str] | None:
    from motion.formats.naming import read_bone_map

    return None if path is None else read_bone_map(path)


def _capture(source: str, args: argparse.Namespace) -> CaptureResult:
    """All motions of a source."""
    from installation.offline.motion_capture import capture_source
    from installation.offline.motion_sources import read_motions
    from installation.offline.vmc_capture import is_vmc, record_performers
    from motion import files

    if Path(source).suffix.lower() in files.READABLE_SUFFIXES:
        result = read_motions(source, _source_settings(args), _say)
        _show_source_map(source, result, args)
        if len(result.motions) > 1 and args.who == "1":
            names = ", ".join(captured.name for captured in result.motions)
            _say(f"{source}: takes: {names}; the first is used, --take NAME chooses another")
        return result
    venue = venue_of(args)
    if is_vmc(source):
        with progress(source) as advance:
            return record_performers(source, venue.osc.allow, args.seconds, _say, advance)
    if venue.eye.model is None and not source.endswith(".moments"):
        from installation.commands.setup import ensure

        ensure("pose_landmarker_full.task")
    length = None if args.seconds is None else args.start + args.seconds
    hands = _open_hands(source, args)
    try:
        with progress(source) as advance:
            result = capture_source(source, venue, length, advance, hands)
    finally:
        if hands is not None:
            hands.close()
    if result.cut_seconds:
        times = ", ".join(f"{seconds:.2f}" for seconds in sorted(result.cut_seconds))
        _say(f"{source}: cuts at {times} s; each ends a motion, --who N or all takes another")
    return result


def _open_hands(source: str, args: argparse.Namespace) -> HandEstimator | None:
    """What finds the hands in a film; None for other sources, and without its model, which is said."""
    from installation.core.downloads import AssetError, path_of
    from installation.eye import hand_estimator
    from installation.venue.camera_source import names_file

    if args.fingers == "relaxed" or source.endswith(".moments") or not names_file(source):
        return None
    try:
        model = path_of(hand_estimator.MODEL_NAME)
    except AssetError as error:
        _say(f"{source}: hands hang relaxed, none is searched: {error}")
        return None
    return hand_estimator.HandEstimator(model)


def _source_settings(args: argparse.Namespace) -> SourceSettings:
    from installation.offline.motion_sources import SourceSettings
    from motion.files import Reading

    reading = Reading(args.unit, args.up, _bone_map(args.source_map), args.skeleton)
    return SourceSettings(reading, args.fps, args.take, args.rest, args.keep_start)


def _show_source_map(source: str, result: CaptureResult, args: argparse.Namespace) -> None:
    """Print and save the source's map where that was asked for."""
    from motion import files
    from motion.formats.naming import write_bone_map

    take = result.motions[0].take if result.motions else None
    if take is None:
        return
    if args.show_map:
        _say(f"{source}\n{files.bone_map_table(take.rig)}")
    if args.save_source_map is not None:
        write_bone_map(args.save_source_map, files.bone_map(take.rig), "source")


def _dancer(args: argparse.Namespace) -> Respond | None:
    """With --dancer, a function from a motion and its name to the dancer's answer. Raises UserError."""
    if args.dance is not None and args.then is None:
        raise UserError("--dance: needs --then, the motion that follows the dance")
    if args.closeness is not None and not args.dancer:
        raise UserError("--closeness: needs --dancer")
    given = [f"--{name}" for name in ("seed", "weights") if getattr(args, name) is not None]
    if given and not _uses_network(args):
        raise UserError(f"{', '.join(given)}: {'needs' if len(given) == 1 else 'need'} --dancer, --fill or --then")
    if not args.dancer:
        return None

    from motion.dancer import respond
    from motion.dancer.guidance import ANSWER_CLOSENESS

    network = _network(args)

    def answer(motion: Motion, name: str) -> Motion:
        with progress(f"the dancer and {name}"):
            return respond.respond(
                motion, network, args.seed or 0, ANSWER_CLOSENESS if args.closeness is None else args.closeness
            )

    return answer


def _fill(args: argparse.Namespace) -> Fill | None:
    """With --fill or --then, a function from a captured motion to the filled one. Raises UserError."""
    if not args.fill and args.then is None:
        return None

    from installation.offline.motion_filling import FillSettings, checked_gaps, fill_captured
    from installation.offline.motion_sources import read_motions

    gaps = checked_gaps(args.fill)
    then = None if args.then is None else read_motions(args.then, _source_settings(args), _say).motions[0].motion
    settings = FillSettings(gaps, then, DANCE_SECONDS if args.dance is None else args.dance, args.seed or 0)
    network = _network(args)

    def fill(captured: CapturedMotion) -> Motion:
        return fill_captured(captured, settings, network, _say)

    return fill


def _uses_network(args: argparse.Namespace) -> bool:
    return bool(args.dancer or args.fill or args.then)


def _network(args: argparse.Namespace) -> Network:
    import torch

    from motion.dancer.store import load

    torch.set_num_threads(1)
    return load(args.weights)
