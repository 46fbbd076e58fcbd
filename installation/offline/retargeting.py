"""Retargeting of captured motions onto characters: finishing, writing, previews and figures, one motion at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from installation.core.errors import UserError
from installation.core.output_files import require_outputs
from installation.offline.character_preview import PreviewSettings, PreviewSubject, render_preview, subject_of_take
from installation.offline.motion_capture import CapturedMotion, CaptureResult
from installation.offline.motion_finish import FinishSettings, finish_motion, with_fingers
from installation.offline.motion_outputs import MotionOutputs
from installation.offline.motion_sources import files_named, on_floor
from motion import files
from motion.body import Motion
from motion.formats.character import Character
from motion.resample import at_rate, cut
from motion.retarget import Travel
from motion.rig import Rig
from motion.skeleton import CORE_COUNT
from motion.take import Take

FILM_SUFFIXES = (".mp4", ".mkv")
"""Formats of films of a character."""

Respond = Callable[[Motion, str], Motion]
"""From a motion and its name to the dancer's answer."""
Fill = Callable[[CapturedMotion], Motion]
"""From a captured motion to that motion with its gaps filled."""
Say = Callable[[str], None]
"""Receives a line about what happens."""
Progress = Callable[[str], AbstractContextManager[Callable[[float], None]]]
"""Shows the progress of work with that name."""


@dataclass(frozen=True)
class RetargetSettings:
    """What is done with each motion."""

    cast: Sequence[Character | Rig]
    """Who gets the motions, in turn; empty for the body itself."""
    travel: Travel = "scaled"
    hands: bool = False
    """Whether hands keep what they touch."""
    start: float = 0.0
    """Seconds after the source's beginning."""
    seconds: float | None = None
    """Duration; None to the end."""
    rate: float | None = None
    """Frames a second; None for the motion's own."""
    keep_floor: bool = False
    """Whether a body stays where it sinks or hovers."""
    finish: FinishSettings = field(default_factory=FinishSettings)
    respond: Respond | None = None
    fill: Fill | None = None
    size: tuple[int, int] = (1280, 720)
    """Size of films, pixels."""
    preview: Path | None = None
    """Film of source and character side by side."""
    one_file: bool = False
    """Whether all motions are written to one file."""
    overwrite: bool = False
    inputs: Sequence[Path | str] = ()
    """Files that are read besides the source, none of which is ever an output."""


@dataclass(frozen=True, slots=True)
class RetargetedMotion:
    """A motion as it was captured, as it was prepared, and on its character."""

    captured: CapturedMotion
    motion: Motion
    take: Take


@dataclass(frozen=True)
class Retargeter:
    """Writes motions as the settings say, and says what it does."""

    settings: RetargetSettings
    outputs: MotionOutputs
    say: Say
    progress: Progress

    def write_all(self, source: str, motions: Sequence[CapturedMotion], out: Path) -> list[RetargetedMotion]:
        """Write each motion on one character; of several each to a numbered file."""
        settings = self.settings
        numbers = [f"-{number + 1}" if len(motions) > 1 else "" for number in range(len(motions))]
        if len(motions) > 1:
            planned = [] if settings.one_file else [one for n in numbers for one in results_of(_numbered(out, n))]
            if settings.preview is not None:
                planned += [("--preview", _numbered(settings.preview, number)) for number in numbers]
            require_outputs(planned, [*files_named(source), *settings.inputs], settings.overwrite)
        written = []
        for number, captured in enumerate(motions):
            actor = settings.cast[number % len(settings.cast)] if settings.cast else None
            written.append(self._write(source, captured, actor, out, numbers[number]))
        return written

    def _write(
        self, source: str, captured: CapturedMotion, actor: Character | Rig | None, out: Path, numbering: str
    ) -> RetargetedMotion:
        settings = self.settings
        path = out if settings.one_file else _numbered(out, numbering)
        motion = self._prepared(captured)
        respond = settings.respond
        answer = motion if respond is None else at_rate(respond(motion, captured.name), motion.rate)
        if actor is not None or path.suffix.lower() != ".bvh" or answer.turns.shape[1] > CORE_COUNT:
            answer = with_fingers(captured, answer)
        take = files.retarget_onto(answer, actor, settings.travel, settings.hands)
        subject = subject_of_take(take, actor) if files.can_be_drawn(actor) else PreviewSubject(take.motion())
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() in FILM_SUFFIXES:
            with self.progress(path.name) as advance:
                render_preview(path, [subject], PreviewSettings(settings.size), advance)
            self.outputs.show(take, actor, captured.name)
        else:
            self.outputs.add(path, take, actor, captured.name)
        self.say(f"{path}: {captured.name}, {len(take) / take.rate:.1f} s")
        if settings.preview is not None:
            self._preview(source, captured, motion, subject, numbering)
        return RetargetedMotion(captured, motion, take)

    def _prepared(self, captured: CapturedMotion) -> Motion:
        """The part of a motion that was asked for, at its rate, on the floor and finished."""
        settings = self.settings
        # The times of a motion file are its own, with the T-pose that was left out at its start.
        skipped = captured.start_seconds if captured.take is not None else 0.0
        start = max(settings.start - skipped, 0.0)
        end = None if settings.seconds is None else start + settings.seconds
        motion = cut(captured.motion if settings.fill is None else settings.fill(captured), start, end)
        motion = at_rate(motion, settings.rate or motion.rate)
        if not settings.keep_floor:
            motion = on_floor(captured.name, motion, self.say)
        return finish_motion(captured, motion, settings.finish)

    def _preview(
        self, source: str, captured: CapturedMotion, motion: Motion, subject: PreviewSubject, numbering: str
    ) -> None:
        settings = self.settings
        assert settings.preview is not None
        preview = _numbered(settings.preview, numbering)
        preview.parent.mkdir(parents=True, exist_ok=True)
        footage = source if captured.filmed else ""
        subjects = [subject] if footage else [PreviewSubject(motion), subject]
        begin = captured.start_seconds + settings.start
        with self.progress(preview.name) as advance:
            render_preview(
                preview, subjects, PreviewSettings(settings.size, footage, begin, settings.finish.speed), advance
            )
        self.say(f"{preview}: side by side")


def results_of(out: Path) -> list[tuple[str, Path]]:
    """The files that are written for a result, each as an output of the option --out."""
    return [("--out", path) for path in files.files_written(out)]


def _numbered(path: Path, numbering: str) -> Path:
    """The path with a numbering, such as "-2", behind its name."""
    return path.with_stem(path.stem + numbering)


def selected_motions(result: CaptureResult, who: str) -> list[CapturedMotion]:
    """The motions that `--who` selects. Raises UserError."""
    count = len(result.motions)
    if who == "all":
        return result.motions
    if not who.isdecimal() or not 1 <= int(who) <= count:
        raise UserError(f"--who {who}: there are {count} to choose from; give 1 to {count}, or all")
    return [result.motions[int(who) - 1]]
