"""Which reader a source has, whether it is live, how long it lasts, and what "auto" stands for."""

from __future__ import annotations

from pathlib import Path

from installation.core.downloads import AssetError, path_of
from installation.eye.sources import demo_film
from installation.eye.sources.camera_devices import first_camera
from installation.eye.sources.camera_reader import CameraReader
from installation.eye.sources.correction import corrected
from installation.eye.sources.film import FilmFolderReader, FilmReader, film_duration, films_in
from installation.eye.sources.frames import DEFAULT_RATE_HZ, FrameReader, SourceError
from installation.eye.sources.picture_folder import PictureFolderReader, pictures_in
from installation.venue.camera_section import CameraSection
from installation.venue.camera_source import NO_MOUSE, is_mouse, shows_world


def is_live(source: int | str) -> bool:
    """Whether a source is live and cannot be played again: a camera, a stream, or a camera that "auto" finds."""
    return shows_world(source) and (source != "auto" or isinstance(resolve_auto(), int))


def resolve_auto() -> int | str:
    """The source that "auto" stands for on this machine: the index of the first camera that answers, else the film of
    people, else the ghost."""
    if (index := first_camera()) is not None:
        return index
    try:
        return str(demo_film.cached() or path_of(demo_film.SOURCE_NAME))
    except AssetError:
        return "ghost"


def duration_seconds(source: str) -> float | None:
    """Duration of a film or a folder of pictures; None for a source without an end. Raises SourceError."""
    if is_mouse(source):
        raise SourceError(NO_MOUSE)
    if source in ("ghost", "auto") or source.startswith("ghost:"):
        return None
    if Path(source).is_dir():
        films = films_in(Path(source))
        durations = [duration_seconds(str(film)) or 0.0 for film in films]
        return sum(durations) if films else len(pictures_in(Path(source))) / DEFAULT_RATE_HZ
    return film_duration(source)


def open_reader(source: int | str, rate: float = DEFAULT_RATE_HZ, size: tuple[int, int] | None = None) -> FrameReader:
    """Open the reader of any source but the ghost; `rate` is requested of cameras and holds for folders of pictures.

    Raises SourceError.
    """
    return open_camera(source, CameraSection(rate=rate, size=size))


def open_camera(source: int | str, camera: CameraSection) -> FrameReader:
    """The reader of a source with the settings of a camera: its pictures are corrected. Raises SourceError.

    `source` counts, not that of the section, which may be "auto".
    """
    if isinstance(source, int) or source.isdecimal() or source.startswith("/dev/"):
        device = int(source) if str(source).isdecimal() else str(source)
        return corrected(CameraReader(device, camera), camera)
    if "://" not in source and Path(source).is_dir():
        films = films_in(Path(source))
        reader = FilmFolderReader(films) if films else PictureFolderReader(Path(source), camera.rate)
        return corrected(reader, camera)
    return corrected(FilmReader(source), camera)
