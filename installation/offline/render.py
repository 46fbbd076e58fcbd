"""Offline rendering of a source to a film or a still: lock-step loop, every worker inline at its nominal rate in show
time."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from installation.control.cues.cue_sheet import require_cues
from installation.core.errors import UserError
from installation.core.sound_track import add_sound, require_sound
from installation.core.watchdog import Watchdog
from installation.ear.clocks.clock import FREE
from installation.eye.sources.kinds import duration_seconds, is_live
from installation.interface.moment import Moment
from installation.offline.film_knobs import film_knobs
from installation.offline.film_music import FilmMusic, MusicTrack, music_track, require_music
from installation.show import knob_tree
from installation.show.options import ShowOptions, played_venue, with_source
from installation.show.recording import MomentReader
from installation.show.scene_failure import SceneFailedError, SceneFailures
from installation.show.show import Show
from installation.show.stop_signals import stop_on_signals
from installation.stage.outputs.screenshot import read_pixels
from installation.venue.schema import Venue
from installation.venue.sound_section import SILENCE
from installation.workers.process_tree import kill_children
from motion.atomic_file import atomic_write

logger = logging.getLogger(__name__)

DEFAULT_SECONDS = 20.0
"""Length of a film whose source has no end."""
DEFAULT_RATE = 30.0
"""Frames a second of a film whose source has no frame rate of its own."""
JPEG_QUALITY = 95


@dataclass(frozen=True, slots=True)
class FilmSettings:
    """What is rendered of a source; None stands for the default of the venue or the source."""

    scene: str | None = None
    rate: float | None = None
    """Frames a second."""
    seconds: float | None = None
    moments: Path | None = None
    """File that the Moments are recorded to as well."""
    preset: str | None = None
    """Preset that is recalled at the begin."""
    knobs: Sequence[str] = ()
    """Knobs that are turned at the begin, over those of the preset, each as "ADDRESS=VALUE"."""
    cues: Path | None = None
    """Cue sheet that is played from its first cue on."""
    audio: Path | None = None
    """File of the film's sound track."""
    tempo: float | None = None
    """Beats a minute from the begin."""
    music: FilmMusic | None = None
    """Music that is composed for the film: its sound track, its pulse, and what its ear hears."""


@dataclass(frozen=True, slots=True)
class RenderedFilm:
    """Length and state of a film after rendering."""

    frames: int
    seconds: float
    interrupted: bool
    complete: bool
    """Whether the file holds every frame that was drawn."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Scenes in whose place a calm picture stands, with the reason."""


def render_film(venue: Venue, source: str, out: Path, settings: FilmSettings | None = None) -> RenderedFilm:
    """Render `source` to the film `out`, with a progress bar on standard error.

    Raises UserError, and SceneFailedError for a film of one scene that cannot be drawn: before its first frame nothing
    is written, later the film ends there.
    """
    settings = settings or FilmSettings()
    if settings.audio is not None:
        require_sound(settings.audio)
    length, source_rate = _length_and_rate(source)
    rate = settings.rate or source_rate
    frames = round((settings.seconds or length or DEFAULT_SECONDS) * rate)
    if length is not None:
        frames = min(frames, round(length * rate))
    if settings.music is None:
        heard = venue if settings.audio is None else _hearing(venue, settings.audio)
        return _render_frames(heard, source, out, settings, (rate, frames))
    music = replace(settings.music, tempo=settings.tempo)
    require_music(music, source, settings.audio)
    with music_track(music, frames / rate, 1.0 / rate) as track:
        # What the ear hears is late and estimated: the pulse runs at the music's own tempo.
        knobs = (f"/pulse/source={FREE}", *settings.knobs)
        scored = replace(settings, tempo=track.tempo, knobs=knobs)
        return _render_frames(track.played_in(venue), source, out, scored, (rate, frames), track)


def _render_frames(
    venue: Venue,
    source: str,
    out: Path,
    settings: FilmSettings,
    timing: tuple[float, int],
    track: MusicTrack | None = None,
) -> RenderedFilm:
    """Render a film with its sound track, composed or not; `timing` is the frame rate and the number of frames."""
    rate, frames = timing
    composer = None if track is None else track.settings
    with Watchdog(venue.loop.hang_seconds, lambda _: kill_children()) as watchdog:
        options = replace(
            _options(venue, source, settings, rate),
            record=out,
            moments=settings.moments,
            watchdog=watchdog,
            composer=composer,
        )
        with Show(with_source(venue, source), options) as show:
            film = _draw(show, rate, frames, out.name)
    complete = show.sinks.complete
    audio = settings.audio
    if track is not None and complete and film.frames:
        audio = track.sound(film.seconds)
    if audio is not None and complete and film.frames:
        add_sound(out, audio, film.seconds)
    return replace(film, complete=complete)


def render_still(
    venue: Venue, source: str, out: Path, at_seconds: float, settings: FilmSettings | None = None
) -> RenderedFilm:
    """Render the picture that a film of `source` shows at this time to `out`, as PNG or JPEG by the suffix.

    All frames up to there are drawn, because a scene may keep what it drew before; the result counts them. Raises
    UserError, and SceneFailedError for a scene that cannot be drawn; nothing is written then, or when interrupted.
    """
    settings = settings or FilmSettings()
    length, source_rate = _length_and_rate(source)
    if length is not None and at_seconds >= length:
        raise UserError(f"--at {at_seconds:g}: {source} is {length:.2f} s long; give a time before its end")
    rate = settings.rate or source_rate
    frames = round(at_seconds * rate) + 1
    with (
        Watchdog(venue.loop.hang_seconds, lambda _: kill_children()) as watchdog,
        Show(with_source(venue, source), replace(_options(venue, source, settings, rate), watchdog=watchdog)) as show,
    ):
        film = _draw(show, rate, frames, out.name)
        if film.interrupted:
            return film
        if film.frames < frames:
            raise UserError(f"--at {at_seconds:g}: {source} ends after {film.seconds:.2f} s; give a time before that")
        picture = read_pixels(show.stage.picture)
    _save(picture, out)
    return film


def _options(venue: Venue, source: str, settings: FilmSettings, rate: float) -> ShowOptions:
    """The options of a show in lock-step, its preset, knobs and cue sheet checked. Raises UserError."""
    if settings.cues is not None and source.endswith(".moments"):
        right = "give --scene, --preset or --set"
        raise UserError(f"--cues {settings.cues}: {source} holds the scenes and knobs that were played; {right}")
    if settings.tempo is not None and source.endswith(".moments"):
        right = "give --tempo where it is recorded"
        raise UserError(f"--tempo {settings.tempo:g}: {source} holds the beat that was played; {right}")
    options = ShowOptions(
        live=False, headless=True, scene=settings.scene, rate=rate, cues=settings.cues, tempo=settings.tempo
    )
    played = played_venue(venue, options)
    if settings.cues is not None:
        scenes = knob_tree.scenes(played)
        tree = knob_tree.tree(played, scenes)
        presets = knob_tree.repertory(played, scenes, tree).presets
        require_cues(settings.cues, replace(knob_tree.known_names(played, tree), presets=presets))
    return replace(options, knobs=film_knobs(played, settings.preset, settings.knobs))


def _hearing(venue: Venue, audio: Path) -> Venue:
    """The venue, where the ear hears the whole sound track of the film, unless it is to hear silence."""
    if venue.sound.source == SILENCE:
        return venue
    heard = {"source": str(audio.absolute()), "channel": None, "gain_db": 0.0}
    return venue.model_copy(update={"sound": venue.sound.model_copy(update=heard)})


def _draw(show: Show, rate: float, frames: int, name: str) -> RenderedFilm:
    """Draw the frames, with a progress bar, until they are drawn, the source ends, a signal comes or writing fails."""
    # rich takes a while to import, and modules that draw no bar import this one.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    failures = SceneFailures(show.stage.scenes)
    missing_camera = _MissingCamera(show)
    drawn = 0
    with (
        stop_on_signals(show.loop.stop) as interrupted,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        ) as progress,
    ):
        task = progress.add_task(name, total=frames)
        try:
            for moment in show.loop.film(rate, frames, failures.note):
                missing_camera.note(moment)
                drawn += 1
                progress.advance(task)
                if not show.sinks.complete:
                    break
        except SceneFailedError as error:
            error.frames = drawn
            _cut_short(show)
            raise
    if interrupted.is_set():
        _cut_short(show)
    return RenderedFilm(drawn, drawn / rate, interrupted.is_set(), True, failures.texts)


def _cut_short(show: Show) -> None:
    if show.sinks.film is not None:
        show.sinks.film.cut_short()


class _MissingCamera:
    """Logs once that a scene shows the camera, where the source is a recording, which holds no pictures."""

    def __init__(self, show: Show) -> None:
        self._source = str(show.venue.cameras[0].source)
        self._scenes = show.stage.scenes
        self._is_open = self._source.endswith(".moments")
        """Whether the note may still have to be logged."""

    def note(self, moment: Moment) -> None:
        """After a frame was drawn."""
        if not self._is_open:
            return
        for name in filter(None, (moment.programme.scene, moment.programme.following)):
            loaded = self._scenes.find(name)
            if loaded is not None and loaded.scene is not None and loaded.scene.shows_camera:
                text = "%s: a recording holds no camera picture; the camera is black in the scene %s"
                logger.warning(text, self._source, name)
                self._is_open = False
                return


def _save(picture: NDArray[np.uint8], out: Path) -> None:
    """Write (height, width, 3) RGB as PNG or JPEG by the suffix. Raises UserError."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    data = io.BytesIO()
    if out.suffix.lower() == ".png":
        image.save(data, "PNG")
    else:
        image.save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    try:
        # A picture that does not fit on the disk leaves an earlier one as it was.
        atomic_write(out, data.getbuffer())
    except OSError as error:
        raise UserError(f"{out}: can't be written: {error.strerror or error}") from error


def _length_and_rate(source: str) -> tuple[float | None, float]:
    """Length in seconds, None without an end, and frame rate of a source. Raises UserError."""
    if source.endswith(".moments"):
        return _recording_length(Path(source))
    if is_live(source):
        raise UserError(f"{source}: a film needs a source that can be played again, a file or a ghost, no camera")
    return duration_seconds(source), DEFAULT_RATE


def _recording_length(path: Path) -> tuple[float, float]:
    """Length in seconds and frame rate of a file of Moments. Raises UserError."""
    # The show's own reader reports damage.
    reader = MomentReader(path, report=False)
    first = last = None
    for moment in reader:
        first = moment.time if first is None else first
        last = moment.time
    reader.close()
    if first is None or last is None:
        raise UserError(reader.damage or f"{path}: holds no moment")
    return last - first + 1.0 / reader.header.rate, reader.header.rate
