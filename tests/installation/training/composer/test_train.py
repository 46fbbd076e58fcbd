"""A folder of MIDI files becomes a composer: pieces with splits, a training that goes on after a break, a card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.music.controls import Controls
from installation.music.generator import Composer
from installation.music.midi_file import write_midi
from installation.music.model.settings import ComposerSettings
from installation.music.model.store import card, load
from installation.music.notes import Bar, Chord, Note
from installation.training.composer.batches import IGNORED, BatchConfig, BatchSource
from installation.training.composer.pieces import alignment, genre_of_style, read_pieces
from installation.training.composer.train import train
from motion.learning.training_loop import TrainingError, TrainingRun

SETTINGS = ComposerSettings(width=16, layers=1, heads=2, context=96)


def bars(count: int, shift: float = 0.0) -> list[Bar]:
    """Bars of a beat, a bass and a chord; `shift` beats off the grid."""
    made = []
    for index in range(count):
        notes = [Note(step / 4 + shift, 0.2, "drums", 36 if step % 8 == 0 else 42, 90) for step in range(0, 16, 2)]
        notes += [Note(shift, 2.0, "bass", 36 + index % 3, 80), Note(2.0 + shift, 2.0, "bass", 36, 80)]
        notes += [Note(shift, 3.5, "chords", pitch + index % 3, 70) for pitch in (60, 64, 67)]
        made.append(Bar(tuple(sorted(notes)), Controls(), Chord(0), "A", 110.0, index))
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A little Groove with a table, and twelve songs beside it, one of which has no grid."""
    root = tmp_path_factory.mktemp("music")
    groove = root / "groove"
    (groove / "drummer1").mkdir(parents=True)
    rows = ["drummer,style,bpm,time_signature,midi_filename,split"]
    for number, (style, meter, split) in enumerate(
        [
            ("rock", "4-4", "train"),
            ("afrocuban/bembe", "4-4", "train"),
            ("jazz", "4-4", "test"),
            ("funk", "6-8", "train"),
        ]
    ):
        name = f"drummer1/{number}.mid"
        write_midi(groove / name, bars(20, 0.02))
        rows.append(f"drummer1,{style},110,{meter},{name},{split}")
    (groove / "info.csv").write_text("\n".join(rows), encoding="utf-8")
    (root / "songs").mkdir()
    for number in range(12):
        write_midi(root / "songs" / f"{number:02}.mid", bars(24, 0.06 if number == 3 else 0.0))
    (root / "songs" / "broken.mid").write_bytes(b"MThd")
    return root


def test_pieces_have_genre_split_and_grid(folder: Path) -> None:
    pieces = read_pieces(folder)
    groove = {piece.name: piece for piece in pieces if piece.source == "groove"}
    assert len(groove) == 3, "6/8 is left out"
    assert groove["groove/drummer1/1.mid"].genre == genre_of_style("latin")
    assert groove["groove/drummer1/0.mid"].offsets[0].steps == pytest.approx(0.08, abs=0.02)
    songs = [piece for piece in pieces if piece.source == "songs"]
    assert len(songs) == 11
    assert {piece.split for piece in songs} == {"train", "validation", "test"}
    assert all(piece.genre is None and len(piece.bars) == len(piece.chords) for piece in songs)


def test_an_empty_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no MIDI file with a musical grid"):
        read_pieces(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        read_pieces(tmp_path / "none")


def test_styles_have_the_genre_that_they_name_first() -> None:
    assert genre_of_style("jazz/funk") == genre_of_style("jazz")
    assert genre_of_style("neworleans/funk") == genre_of_style("funk")
    assert genre_of_style("polka") is None


def test_alignment_tells_a_grid_from_none() -> None:
    rng = np.random.default_rng(0)
    assert alignment([Note(step / 4 + 0.01, 1.0, "lead", 60, 80) for step in range(40)]) > 0.95
    assert alignment([Note(float(start), 1.0, "lead", 60, 80) for start in rng.uniform(0, 40, 200)]) < 0.3


def test_controls_are_given_and_never_learned(folder: Path) -> None:
    source = BatchSource(read_pieces(folder), BatchConfig(rows=3, context=96))
    tokens, targets = source.draw(np.random.default_rng(0))
    assert tokens.shape == targets.shape == (3, 96)
    learned = targets != IGNORED
    assert (targets[:, :-1][learned[:, :-1]] == tokens[:, 1:][learned[:, :-1]]).all()
    assert 0.5 < learned.float().mean() <= 1.0
    again, _ = source.draw(np.random.default_rng(0))
    assert (again == tokens).all()


@pytest.mark.integration
def test_a_training_writes_a_composer_that_plays_and_its_card(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "c.safetensors"
    run = TrainingRun(folder, out, 0.03, device="cpu", credit="Ours", command="visitant train composer")
    result = train(run, settings=SETTINGS)
    assert result.finished
    assert result.steps >= 1
    assert set(result.figures) == {"band"}, "no take of the little Groove is for validation"
    assert card(out)["data"]["groove"]["files"] == 2
    assert "Ours" in out.with_suffix(".md").read_text(encoding="utf-8")
    assert out.with_suffix(".png").is_file()
    assert Composer(1, load(out)).next_bar(Controls()).notes
    more = train(TrainingRun(folder, out, 0.04, resume=True, device="cpu"), settings=SETTINGS)
    assert more.steps > result.steps


def test_too_little_music_is_said(tmp_path: Path) -> None:
    write_midi(tmp_path / "one.mid", bars(4))
    with pytest.raises(TrainingError, match=r"notes on a grid; expected 2,000 or more"):
        train(TrainingRun(tmp_path, tmp_path / "c.safetensors", 0.01, device="cpu"), settings=SETTINGS)
