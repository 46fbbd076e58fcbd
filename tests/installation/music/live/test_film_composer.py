"""Music of a film: in sync to the sample, the same for the same film, and with the room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.interface.music import Music, PlayedNote
from installation.music.generator import Composer
from installation.music.live.film_composer import FilmComposer, FilmMusicPlan
from installation.music.synth.master import Master
from installation.workers.audio_ring import AudioRing
from tests.installation.music.tiny_model import tiny_model

WILD = {"energy": 1.0, "count": 6, "hands": 1.0}
STILL = {"energy": 0.0, "count": 1, "hands": 0.0}


BASS = {"genre": "ballad", "solo_bass": True}
"""Few notes to render."""
SECONDS = 4.0


def played(
    path: Path, request: Mapping[str, Any], rate: float = 20.0, ring: AudioRing | None = None
) -> tuple[list[Music], NDArray[np.float32]]:
    """What a film at a frame rate reports, and its mix."""
    plan = FilmMusicPlan("ballad", 3, SECONDS, 120.0, 1.0 / rate)
    composer = FilmComposer(plan, Composer(3, tiny_model()), path, ring)
    messages = [composer.step(request, frame / rate) for frame in range(round(SECONDS * rate))]
    composer.close()
    mix = np.frombuffer(path.read_bytes(), np.float32).reshape(-1, 2)
    return [message.body for message in messages if message is not None], mix


def notes_of(said: list[Music]) -> list[PlayedNote]:
    """All notes that were reported, each once."""
    return list({note.number: note for music in said for note in music.notes}.values())


def test_bars_begin_on_their_samples_and_the_last_ends_the_piece(tmp_path: Path) -> None:
    said, mix = played(tmp_path / "a.raw", {"knobs": {"solo_drums": True}})
    assert mix.shape == (round(SECONDS * 44_100), 2)
    assert [note.pitch for note in notes_of(said) if note.time == 2.0] == [36, 49], (
        "kick and crash on the last bar line"
    )
    assert np.abs(mix[88_200:88_400]).max() > 0.05
    assert (said[-1].bar, said[-1].chord) == (2, "C")
    assert all(
        note.time < time + 0.1 for time, music in zip(np.arange(80) / 20, said, strict=True) for note in music.notes
    )


def test_the_frame_rate_does_not_change_the_music(tmp_path: Path) -> None:
    _, one = played(tmp_path / "a.raw", {"knobs": BASS}, 20.0)
    _, other = played(tmp_path / "b.raw", {"knobs": BASS}, 7.0)
    assert np.array_equal(one[: len(other)], other) and one.any()


def test_visitors_who_move_are_heard(tmp_path: Path) -> None:
    def drums(moving: Mapping[str, Any], share: float) -> list[tuple[float, int]]:
        knobs = {"solo_drums": True, "room": share}
        said, _ = played(tmp_path / "a.raw", {"room": moving, "knobs": knobs})
        return [(note.time, note.velocity) for note in notes_of(said)]

    wild, still = drums(WILD, 1.0), drums(STILL, 1.0)
    assert len(wild) > len(still)
    assert np.mean([force for _, force in wild]) > 1.1 * np.mean([force for _, force in still])
    assert drums(WILD, 0.0) == drums(STILL, 0.0)


def test_knobs_of_the_show_hold(tmp_path: Path) -> None:
    said, _ = played(tmp_path / "a.raw", {"knobs": {**BASS, "genre": "jazz"}})
    assert said[0].genre == "jazz"
    assert {note.stem for note in notes_of(said)} == {"bass"}
    said, _ = played(tmp_path / "b.raw", {"knobs": {"play": False}})
    assert not notes_of(said)


def test_the_ear_hears_the_finished_sound_before_its_time(tmp_path: Path) -> None:
    ring = AudioRing.create(5.0)
    _, mix = played(tmp_path / "a.raw", {"knobs": BASS}, ring=AudioRing.open(ring.handle))
    heard = Master(44_100, 1.0).render(mix).mean(axis=1, dtype=np.float32)
    assert ring.end == len(mix)
    assert np.array_equal(ring.read(0, len(mix)), heard)
    ring.close()


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="the film's music can't be kept there"):
        FilmComposer(FilmMusicPlan("funk", 3, 4.0), Composer(3, tiny_model()), tmp_path / "none" / "a.raw")
