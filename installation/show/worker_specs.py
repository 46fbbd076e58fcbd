"""Worker specs of a venue: eyes, ear, dancers, painter and shader compiler, with their settings as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from installation.paint.request import max_message_bytes
from installation.venue.camera_source import is_mouse, performers_at
from installation.venue.schema import Venue
from installation.workers.audio_ring import AudioRing
from installation.workers.process_host import Timeouts
from installation.workers.worker import WorkerSpec

EYE_MESSAGE_BYTES = 1 << 21
"""Largest message of an eye: the outlines of all visitors and a camera picture of 640 by 640."""
EAR_RATE_HZ = 60.0
"""Steps of the ear a second."""
EAR_MESSAGE_BYTES = 1 << 15
"""Largest message of the ear: its values, 512 bins and 1,024 samples."""
COMPILER_MESSAGE_BYTES = 1 << 24
"""Largest message of the compiler: the texts of all programs, 7 kB each. Memory that no message has used is not
taken."""
COMPILER_TIMEOUTS = Timeouts(hang_seconds=20.0)
"""A driver may take long to compile a shader."""
PAINTER_TIMEOUTS = Timeouts(hang_seconds=20.0, start_seconds=180.0)
"""Large models take long to load, and large paintings to paint."""
COMPOSER_RATE_HZ = 30.0
"""Reports of the composer a second."""
COMPOSER_TIMEOUTS = Timeouts(hang_seconds=10.0, start_seconds=60.0)
"""A bar takes long to compose on a busy machine."""
DANCER_NICENESS = 3
"""A late pose of a dancer is predicted; a late frame is seen."""
PAINTER_NICENESS = 5
"""The wall moves between paintings."""
DREAM_SECONDS = 0.012
"""Time for a dream beside each painting; unlimited in a film."""


def eye_specs(venue: Venue, live: bool, epoch: float) -> list[WorkerSpec]:
    """One eye for each camera; `epoch` is the machine's `time.perf_counter` at show time 0."""
    specs = []
    for index, camera in enumerate(venue.cameras):
        settings = {
            "camera": camera.model_dump(mode="json"),
            "eye": venue.eye.model_dump(mode="json"),
            "index": index,
            "epoch": epoch,
        }
        if performers_at(camera.source) is not None:
            factory = "installation.show.vmc_eye:open_vmc_eye"
            settings |= {"allow": [str(network) for network in venue.osc.allow]}
        elif is_mouse(camera.source):
            factory = "installation.eye.pointer_eye:open_pointer_eye"
            settings["aspect"] = canvas_aspect(venue)
            del settings["epoch"]
        elif camera.source == "auto" and live:
            factory = "installation.eye.eye:open_auto_eye"
            settings |= {"seed": venue.seed, "aspect": canvas_aspect(venue)}
        else:
            factory = "installation.eye.eye:open_eye"
            settings |= {"seed": venue.seed, "live": live}
        name = f"eye {index + 1}" if len(venue.cameras) > 1 else "eye"
        specs.append(WorkerSpec(name, factory, settings, rate=venue.eye.rate, message_bytes=EYE_MESSAGE_BYTES))
    return specs


def ear_spec(venue: Venue, live: bool, epoch: float, music: AudioRing | None = None) -> WorkerSpec:
    """The ear; `epoch` is the machine's `time.perf_counter` at show time 0, `music` what the composer plays."""
    settings = {
        "sound": venue.sound.model_dump(mode="json"),
        "camera": venue.cameras[0].source,
        "live": live,
        "epoch": epoch,
        "music": asdict(music.handle) if music is not None else None,
    }
    descriptors = (music.handle.descriptor,) if music is not None and music.handle.descriptor >= 0 else ()
    return WorkerSpec(
        "ear",
        "installation.ear.ear:open_ear",
        settings,
        rate=EAR_RATE_HZ,
        message_bytes=EAR_MESSAGE_BYTES,
        descriptors=descriptors,
    )


def composer_spec(venue: Venue, live: bool, epoch: float, ring: AudioRing | None = None) -> WorkerSpec:
    """The composer; `epoch` is the machine's `time.perf_counter` at show time 0, `ring` what the ear hears it by."""
    settings = {
        "section": venue.music.model_dump(mode="json"),
        "seed": venue.seed,
        "live": live,
        "epoch": epoch,
        "ring": asdict(ring.handle) if ring is not None else None,
    }
    descriptors = (ring.handle.descriptor,) if ring is not None and ring.handle.descriptor >= 0 else ()
    factory = "installation.music.live.worker:open_composer"
    return WorkerSpec("composer", factory, settings, rate=COMPOSER_RATE_HZ, yields_core=True, descriptors=descriptors)


def film_composer_spec(settings: Mapping[str, Any], ring: AudioRing) -> WorkerSpec:
    """The composer of a film, in lock-step; `settings` are those of its factory, but for the `ring` of the ear."""
    factory = "installation.music.live.film_composer:open_film_composer"
    return WorkerSpec("composer", factory, {**settings, "ring": asdict(ring.handle)}, rate=COMPOSER_RATE_HZ)


def dancer_spec(venue: Venue, live: bool) -> WorkerSpec:
    """The one worker of all dancers."""
    settings = {
        "weights": str(venue.dancer.weights) if venue.dancer.weights else None,
        "max_dancers": venue.dancer.max_dancers,
        "floor": list(venue.dancer.area_m),
        "seed": venue.seed,
        "live": live,
    }
    return WorkerSpec(
        "dancer", "installation.dance.worker:open_dancer", settings, rate=venue.dancer.rate, niceness=DANCER_NICENESS
    )


def painter_spec(venue: Venue, live: bool) -> WorkerSpec:
    """The one worker of all paintings."""
    painter, aspect = venue.painter, canvas_aspect(venue)
    settings = {
        "engine": {
            "name": painter.engine,
            "weights": str(painter.weights) if painter.weights else None,
            "device": painter.device,
            "diffusion": venue.diffusion.model_dump(),
        },
        "threads": painter.threads,
        "size_px": painter.size,
        "aspect": aspect,
        "steps": painter.steps,
        "dream_seconds": DREAM_SECONDS if live else None,
    }
    factory, size = "installation.paint.worker:open_painter", max_message_bytes(painter.size, aspect)
    return WorkerSpec(
        "painter",
        factory,
        settings,
        painter.rate,
        yields_core=True,
        niceness=PAINTER_NICENESS,
        message_bytes=size,
    )


def link_spec() -> WorkerSpec:
    """Ableton Link, in a process of its own."""
    return WorkerSpec("link", "installation.ear.clocks.link:open_link", rate=30.0)


def ltc_spec(venue: Venue, live: bool, epoch: float) -> WorkerSpec:
    """The decoder of LTC from a sound card or a file."""
    pulse = venue.pulse
    sound = {"source": pulse.ltc, "device": pulse.ltc_device, "channel": pulse.ltc_channel}
    settings = {"sound": sound, "live": live, "epoch": epoch, "offset_seconds": pulse.timecode_offset}
    return WorkerSpec("ltc", "installation.ear.clocks.ltc_worker:open_ltc", settings, rate=60.0)


def compiler_spec(venue: Venue, started: float, playlist: bool) -> WorkerSpec:
    """The worker that tries shaders and scenes while they are edited, and watches the `playlist` where that plays.

    `started` is when the show began, s of the system's clock.
    """
    settings = {
        "venue": venue.model_dump_json(),
        "folder": str(venue.folder) if venue.folder else None,
        "started": started,
        "venue_file": str(venue.file) if venue.file and playlist else None,
    }
    factory = "installation.show.venue_compiler:open_venue_compiler"
    return WorkerSpec("compiler", factory, settings, message_bytes=COMPILER_MESSAGE_BYTES)


def canvas_aspect(venue: Venue) -> float:
    """Width over height of the canvas."""
    return venue.canvas.size[0] / venue.canvas.size[1]
