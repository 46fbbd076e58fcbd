"""Sources by the names that they have in [sound], opened for a live show or in lock-step for a film."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from installation.core.factory import load_factory
from installation.ear.sources.choice import film_of, in_film, resolved
from installation.ear.sources.device import DeviceSource
from installation.ear.sources.lock_step import LockStepTrack
from installation.ear.sources.music import MusicSource
from installation.ear.sources.player import FilePlayer
from installation.ear.sources.silence import SilentSource
from installation.ear.sources.source import SoundSource, SoundSourceError
from installation.ear.sources.stream import StreamSource
from installation.ear.sources.track import SoundTrack
from installation.venue.sound_section import AUTO, DEVICE, FILM, MUSIC, SILENCE, SoundSection


def open_source(
    section: SoundSection, camera: int | str, live: bool, epoch: float, music: Mapping[str, Any] | None
) -> SoundSource:
    """Open the source of a section. `camera` is the source of the first camera, `epoch` the machine's
    `time.perf_counter` at show time 0, `music` the handle of the composer's AudioRing, None without a composer.

    Raises SoundSourceError for a source that cannot be opened; live a sound card or a stream is retried without end.
    """
    section = section if live else in_film(section)
    source = resolved(section, camera, live)
    if source == SILENCE:
        return SilentSource()
    if source == MUSIC:
        return MusicSource(music) if music is not None else SilentSource("silence, for nothing is composed")
    if source == FILM:
        film = film_of(camera)
        if film is None:
            raise SoundSourceError('the source of the sound is "film", and the first camera is no film; name a file')
        track = SoundTrack(film, section.channel)
        return FilePlayer(track, follows_film=True) if live else LockStepTrack(track)
    if source == DEVICE:
        return open_device(section, epoch)
    if "://" in source:
        return StreamSource(source, section.channel)
    track = SoundTrack(source, section.channel)
    return FilePlayer(track) if live else LockStepTrack(track)


def open_device(section: SoundSection, epoch: float) -> DeviceSource:
    """The sound card of a section, whose absence is no fault where the source is "auto"."""
    # By its name: only a sound card needs miniaudio.
    open_input = partial(load_factory("installation.ear.sources.capture:open_input"), section.device, section.channel)
    return DeviceSource(open_input, epoch, optional=section.source == AUTO and section.device is None)
