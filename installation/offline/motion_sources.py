"""Motion files as sources of retargeting: takes, rest poses, T-poses at the start, and bodies off the floor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from installation.core.errors import UserError
from installation.offline.motion_capture import CapturedMotion, CaptureResult
from motion import files
from motion.body import Motion
from motion.files import Reading
from motion.floor import set_on_floor
from motion.rest_pose import rest_at_frame, rest_like, start_frames
from motion.take import Take, uprightness

TAKE_SEPARATORS = "|:/"
"""What stands between the name of a rig and that of its take."""
MIN_UPRIGHT = 0.5
"""Mean height of the head over the feet, as a share of their distance, below which a body lies."""
REST_EXPECTED = "expected zero, first, the number of a frame, or a motion file"

Say = Callable[[str], None]
"""Receives a line about what was found."""


@dataclass(frozen=True)
class SourceSettings:
    """How a motion file becomes motions."""

    reading: Reading = field(default_factory=Reading)
    rate: float | None = None
    """Frames a second of animations; None for their own."""
    take: str | None = None
    """The only one to take, by name."""
    rest: str | None = None
    """"zero", "first", the number of a frame, or a file whose first frame is the rest pose; None finds it."""
    keep_start: bool = False
    """Whether a T-pose at the start stays."""


def read_motions(source: str, settings: SourceSettings, say: Say) -> CaptureResult:
    """The motions of a motion file, and what was found about them as lines. Raises UserError, or as `read_takes`."""
    reading = settings.reading
    rest: Literal["zero"] | None = "zero" if settings.rest == "zero" else reading.rest
    takes = files.read_takes(source, replace(reading, rest=rest), settings.rate)
    names = ", ".join(takes)
    if not takes:
        raise UserError(f"{source}: holds no animation")
    if settings.take is not None:
        found = _takes_named(settings.take, takes)
        if len(found) != 1:
            wrong = f"more than one take is called so: {', '.join(found)}" if found else f"there are: {names}"
            raise UserError(f'{source}: there is no take "{settings.take}"; {wrong}')
        takes = {found[0]: takes[found[0]]}
    result = CaptureResult()
    for number, (name, read) in enumerate(takes.items()):
        first = 0 if settings.keep_start else start_frames(read)
        take = _rested(source, read, settings.rest)
        if number == 0:
            say(f"{source}: {_summary(take)}")
            if wrong := _posture(take):
                say(f"{source}: {wrong}")
        result.motions.append(_captured(name, take, first, say))
    return result


def _takes_named(wanted: str, names: Iterable[str]) -> list[str]:
    """The names of takes that are meant: this very one, else in any case, else what ends so, as "Rig|Waving" does."""
    names = list(names)
    if wanted in names:
        return [wanted]
    folded = wanted.casefold()
    if found := [name for name in names if name.casefold() == folded]:
        return found
    return [name for name in names if any(name.casefold().endswith(mark + folded) for mark in TAKE_SEPARATORS)]


def _posture(take: Take) -> str:
    """What is odd where a body lies, or hangs upside down, in most frames; "" where it stands."""
    if not {"head", "leftFoot", "rightFoot"} <= take.rig.bones.keys():
        return ""
    height = uprightness(take)
    if height < -MIN_UPRIGHT:
        return "the body is upside down; if it should stand, the file's up axis points down: export it again"
    if height < MIN_UPRIGHT:
        return "the body lies; if it should stand, the up axis is wrong: try --up Y, --up Z, or export it again"
    return ""


def on_floor(name: str, motion: Motion, say: Say) -> Motion:
    """The motion set on the floor if it sinks or hovers, which is said."""
    motion, rise_m = set_on_floor(motion)
    if rise_m:
        way = "raised" if rise_m > 0.0 else "lowered"
        say(f"{name}: off the floor, {way} by {abs(rise_m):.2f} m; --floor keep leaves it")
    return motion


def is_pose_word(rest: str) -> bool:
    """Whether a rest pose is named by a word or the number of a frame, rather than by a file."""
    return rest in ("zero", "first") or rest.isdecimal()


def files_named(*names: Path | str | None) -> list[Path | str]:
    """All files that are read for these names, with the buffers and pictures that they refer to."""
    return [path for name in names if name is not None for path in (name, *files.files_read(name)[1:])]


def _rested(source: str, take: Take, rest: str | None) -> Take:
    """The take with the rest pose that was asked for. Raises UserError."""
    if rest is None or rest == "zero":
        return take
    if not is_pose_word(rest) and Path(rest).suffix.lower() not in files.READABLE_SUFFIXES:
        raise UserError(f"--rest {rest}: {REST_EXPECTED} ({', '.join(files.READABLE_SUFFIXES)})")
    try:
        if is_pose_word(rest):
            frame = 0 if rest == "first" else int(rest)
            return replace(rest_at_frame(take, frame), rest=f"its frame {frame}")
        other = next(iter(files.read_takes(rest).values()))
        return replace(rest_like(take, other), rest=f"the first frame of {rest}")
    except (ValueError, StopIteration) as error:
        raise UserError(f"--rest {rest}: {error or 'holds no animation'}") from error
    except OSError as error:
        raise UserError(f"--rest {rest}: {error.strerror or error}; {REST_EXPECTED}") from error


def _summary(take: Take) -> str:
    """One line about a take: its joints, bones and rest pose."""
    rest = f", rests in {take.rest}" if take.rest else ""
    return files.bone_map_summary(take.rig) + rest


def _captured(name: str, take: Take, first: int, say: Say) -> CapturedMotion:
    """The motion of a take from its frame `first`; those before are a T-pose."""
    if first:
        frames = "frame" if first == 1 else f"{first} frames"
        are = "is" if first == 1 else "are"
        say(f"{name}: the first {frames} ({first / take.rate:.2f} s) {are} a T-pose and left out; --keep-start")
        take = take.cut(first)
    return CapturedMotion(name, take.motion(fingers=True), first / take.rate, take)


def motion_files(folder: Path) -> list[Path]:
    """The motion files in a folder, by name."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in files.READABLE_SUFFIXES)
