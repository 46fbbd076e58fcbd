"""Render a video, folder of pictures, ghost or recorded Moments to a film, in lock-step.

The same source and seed give the same frames, byte for byte. Ctrl-C ends the film early; the frames written so far
play. A film of one scene that cannot be drawn ends with the status 3; in a playlist a calm picture stands in its place,
and the status at the end is 3.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from installation.commands import INTERRUPTED, venue_of
from installation.commands.arguments import (
    add_overwrite_option,
    film_of,
    frame_rate_of,
    moments_of,
    seconds_of,
    size_of,
    tempo_of,
)
from installation.commands.setup import ensure
from installation.core.errors import UsageError
from installation.core.exit_status import ExitStatus
from installation.core.output_files import require_outputs

if TYPE_CHECKING:
    from installation.offline.render import RenderedFilm
    from installation.venue.schema import Venue


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help='video file, folder of pictures, "ghost" or FILE.moments')
    parser.add_argument("--out", type=film_of, required=True, metavar="FILE", help="the film, .mp4, .mkv or .mov")
    add_look_options(parser, size_of)
    parser.add_argument("--seconds", type=seconds_of, metavar="N", help="length (default: the source's own)")
    parser.add_argument("--audio", type=Path, metavar="FILE", help="sound track, which ends with the film")
    parser.add_argument(
        "--music", metavar="GENRE", help="compose its sound track, such as funk, to whose beat it moves"
    )
    parser.add_argument("--music-seed", type=int, metavar="N", help="seed of --music (1)")
    parser.add_argument(
        "--save-moments", type=moments_of, metavar="FILE", help="also save the Moments, to film them again (.moments)"
    )


def add_look_options(parser: argparse.ArgumentParser, size: Callable[[str], tuple[int, int]]) -> None:
    """The options that films and stills share; `size` is the argument type of --size."""
    parser.add_argument("--scene", metavar="NAME", help="play this scene (default: the venue's playlist)")
    parser.add_argument("--preset", metavar="NAME", help='begin with this preset, such as "dusk" or "tide/storm"')
    parser.add_argument(
        "--set",
        dest="knobs",
        action="append",
        default=[],
        metavar="ADDRESS=VALUE",
        help="begin with a knob at this value, such as /scene/tide/swell=0.4, or swell=0.4 beside --scene; repeatable",
    )
    parser.add_argument("--cues", type=Path, metavar="FILE", help="play this cue sheet from its first cue on")
    parser.add_argument("--size", type=size, metavar="WxH", help="size in pixels (default: the venue's canvas)")
    parser.add_argument("--fps", type=frame_rate_of, metavar="N", help="frames a second (default: 30)")
    parser.add_argument("--tempo", type=tempo_of, metavar="BPM", help="beats a minute (default: 120)")
    parser.add_argument("--seed", type=int, metavar="N", help="seed of everything random (default: the venue's)")
    add_overwrite_option(parser)


def run(args: argparse.Namespace) -> int:
    from installation.offline.film_music import FilmMusic, require_music
    from installation.offline.render import FilmSettings, render_film

    outputs = ("--out", args.out), ("--save-moments", args.save_moments)
    require_outputs(outputs, (args.source, args.cues, args.audio, args.venue), args.overwrite)
    settings = FilmSettings(
        args.scene,
        args.fps,
        args.seconds,
        args.save_moments,
        args.preset,
        args.knobs,
        args.cues,
        args.audio,
        args.tempo,
        None if args.music is None else FilmMusic(args.music, 1 if args.music_seed is None else args.music_seed),
    )
    if args.music is None and args.music_seed is not None:
        raise UsageError(f"--music-seed {args.music_seed}: is the seed of --music GENRE; add that")
    if settings.music is not None:
        require_music(settings.music, args.source, args.audio)
    result = rendered("film", args, lambda venue: render_film(venue, args.source, args.out, settings))
    if isinstance(result, int):
        return result
    if result.complete:
        print(f"{args.out}: {result.frames} frames, {result.seconds:.1f} s")
    else:
        print(f"visitant film: {args.out}: is not complete", file=sys.stderr)
    return status_of(args, result)


def rendered(command: str, args: argparse.Namespace, render: Callable[[Venue], RenderedFilm]) -> RenderedFilm | int:
    """What `render` returns for the venue with the size and seed of `args`; an exit status where a scene failed."""
    from installation.show.scene_failure import SceneFailedError

    venue = venue_of(args)
    changes: dict[str, object] = {}
    if args.size is not None:
        changes["canvas"] = venue.canvas.model_copy(update={"size": args.size})
    if args.seed is not None:
        changes["seed"] = args.seed
    if venue.eye.model is None and not args.source.endswith(".moments"):
        ensure("pose_landmarker_full.task")
    changed = venue.model_copy(update=changes)
    if args.source.endswith(".moments") and not args.quiet:
        note = "knobs come from the recording; --set and --preset change them"
        print(f"visitant {command}: {args.source}: {note}", file=sys.stderr)
    try:
        return render(changed)
    except SceneFailedError as error:
        ending = f"ends after {error.frames} frames" if error.frames and command == "film" else "is not written"
        # The fault itself, with file and line, stands in the log above.
        said = f"the scene {error.scene} cannot be drawn" if error.is_logged and not args.quiet else error
        print(f"visitant {command}: {said}; {args.out} {ending}", file=sys.stderr)
        return error.status


def status_of(args: argparse.Namespace, result: RenderedFilm) -> int:
    """The exit status of a film or still; scenes that failed are printed."""
    from installation.show.scene_failure import SceneFailedError
    from installation.stage.loaded_scenes import NOT_PLAYED

    for scene, fault in result.failed.items():
        # A fault of the scene itself, with file and line, stands in the log above.
        reason = f" ({fault})" if args.quiet or fault == NOT_PLAYED.format(scene) else ""
        print(f"the scene {scene} could not be drawn{reason}; a calm picture stands in its place", file=sys.stderr)
    if result.interrupted:
        return INTERRUPTED
    if result.failed:
        return SceneFailedError.status
    return ExitStatus.DONE if result.complete else ExitStatus.INCOMPLETE
