"""Resolution of `source = "auto"` of [sound]: the film of the first camera, a sound card, or silence."""

from __future__ import annotations

from pathlib import Path

from installation.core.factory import load_factory
from installation.venue.camera_source import names_file
from installation.venue.sound_section import AUTO, DEVICE, FILM, SILENCE, SoundSection


def film_of(camera: int | str) -> str | None:
    """The file of a camera that is a film; None for every other camera."""
    if isinstance(camera, str) and names_file(camera) and Path(camera).is_file():
        return None if camera.endswith(".moments") else camera
    return None


def in_film(section: SoundSection) -> SoundSection:
    """The section as it holds for a film, which hears its own sound in place of a sound card or a broadcast."""
    if section.source != DEVICE and "://" not in section.source:
        return section
    return section.model_copy(update={"source": AUTO, "channel": None, "gain_db": 0.0})


def resolved(section: SoundSection, camera: int | str, live: bool) -> str:
    """The source that "auto" stands for with this first camera; every other one as it is."""
    section = section if live else in_film(section)
    if section.source != AUTO:
        return section.source
    film = film_of(camera)
    # By its name: PyAV, which decodes it, is slow to load, and the process that draws needs it for nothing else.
    if film is not None and load_factory("installation.ear.sources.track:has_sound")(film):
        return FILM
    return DEVICE if live else SILENCE


def is_silent(section: SoundSection, camera: int | str) -> bool:
    """Whether a film of this first camera has nothing to hear, so that it needs no ear."""
    return resolved(section, camera, live=False) == SILENCE
