"""`visitant compose`: one line makes a piece, its sound, its picture and its score, and mistakes cost nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from installation.commands import main
from installation.music.midi_file import read_midi, song_notes
from installation.music.model.store import save
from tests.installation.music.tiny_model import tiny_model


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "tiny.safetensors", tiny_model())
    yield tmp_path


def compose(*words: str) -> int:
    return main(["compose", "--weights", "tiny.safetensors", *words])


def samples(name: str) -> np.ndarray:
    with av.open(name) as file:
        return np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in file.decode(audio=0)])


def test_a_piece_is_written_as_midi_sound_picture_and_score(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--genre", "funk", "--mood", "bright", "--seconds", "4", "--out", "a.mid", "--out", "a.wav")
    assert compose(*words, "--plot", "a.png", "--json") == 0

    facts = json.loads(capsys.readouterr().out)
    assert facts["files"] == ["a.mid", "a.wav", "a.png", "a.score.toml"]
    assert facts["seconds"] == 4.0
    assert facts["lufs"] == pytest.approx(-18.0, abs=2.0)
    assert len(samples("a.wav")) == 4 * 44_100
    assert len(song_notes(read_midi(Path("a.mid")))) == facts["notes"]
    with Image.open("a.png") as picture:
        assert picture.width > 1000 and np.std(np.asarray(picture.convert("L"))) > 8.0
    with av.open("a.wav") as file:
        assert "Groove MIDI Dataset (CC BY 4.0" in file.metadata["comment"]


def test_the_same_seed_gives_the_same_bytes_and_so_does_the_completed_score() -> None:
    words = ("--genre", "jazz", "--seconds", "3", "--seed", "9")
    assert compose(*words, "--out", "a.mid", "--out", "a.wav") == 0
    assert compose(*words, "--out", "b.mid", "--out", "b.wav") == 0
    assert compose("--score", "a.score.toml", "--out", "c.mid", "--out", "c.wav", "--title", "a") == 0
    assert compose("--genre", "jazz", "--seconds", "3", "--seed", "10", "--out", "d.mid") == 0

    one = Path("a.mid").read_bytes()
    assert Path("b.mid").read_bytes() == one
    assert read_midi(Path("c.mid")) == read_midi(Path("a.mid"))
    assert np.array_equal(samples("c.wav"), samples("a.wav")) and np.array_equal(samples("b.wav"), samples("a.wav"))
    assert Path("c.score.toml").read_text().replace('title = "a"\n', "") == Path("a.score.toml").read_text()
    assert Path("d.mid").read_bytes() != one


def test_a_file_is_continued_varied_and_accompanied() -> None:
    assert compose("--genre", "rock", "--bars", "2", "--loop", "--out", "a.mid") == 0
    before = song_notes(read_midi(Path("a.mid")))

    assert compose("--continue", "a.mid", "--genre", "rock", "--bars", "2", "--out", "more.mid") == 0
    more = song_notes(read_midi(Path("more.mid")))
    assert [note for note in more if note.start_beats < 7.9] == [note for note in before if note.start_beats < 7.9]
    assert len(more) > len(before)

    assert compose("--vary", "a.mid", "--degree", "0", "--out", "same.mid") == 0
    assert {(n.stem, n.pitch) for n in song_notes(read_midi(Path("same.mid")))} == {(n.stem, n.pitch) for n in before}

    assert compose("--accompany", "a.mid", "--chords", "Dm7 G7", "--out", "band.mid") == 0
    assert not Path("more.score.toml").exists()


@pytest.mark.parametrize("suffix", ["flac", "m4a", "mp3"])
def test_sound_is_written_in_other_formats(suffix: str) -> None:
    assert compose("--genre", "hip-hop", "--bars", "1", "--out", f"a.{suffix}") == 0
    with av.open(f"a.{suffix}") as file:
        assert file.streams.audio[0].rate == 44_100
        assert file.duration is not None and 2.0 < file.duration / av.time_base < 4.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--genre", "fonk"], '--genre: found "fonk" (text); did you mean "funk"? give one of'),
        (["--genre", "Taylor Swift"], "names of artists are not accepted"),
        (["--mood", "brigth"], 'did you mean "bright"?'),
        (["--key", "H"], "--key"),
        (["--chords", "Dm7 Zz"], "chords[1]"),
        (["--beats", "13"], "from 2 to 12"),
        (["--score", "none.toml"], "none.toml: no such file"),
        (["--score", "none.toml", "--genre", "funk"], "--genre: none.toml says that"),
        (["--vary", "none.mid", "--continue", "none.mid"], "give one of them"),
        (["--vary", "tiny.safetensors"], "no MIDI file"),
        (["--seconds", "9", "--bars", "2"], "give one of them"),
        (["--soundfont", "none.sf2", "--out", "b.wav", "--bars", "1"], "none.sf2: no such file"),
    ],
)
def test_mistakes_are_said_and_nothing_is_written(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compose(*words, "--out", "a.mid") in (1, 2)
    assert said in capsys.readouterr().err
    assert {path.name for path in Path().iterdir()} == {"tiny.safetensors"}


def test_a_file_that_exists_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.score.toml").write_text("mine")
    assert compose("--bars", "1", "--out", "a.mid") == 1
    assert "exists already" in capsys.readouterr().err
    assert Path("a.score.toml").read_text() == "mine"
    assert compose("--bars", "1", "--out", "a.mid", "--overwrite") == 0


def test_an_unknown_suffix_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        compose("--out", "a.ogg")
    assert ".flac" in capsys.readouterr().err


@pytest.mark.slow
def test_a_soundfont_of_ones_own_plays_the_piece() -> None:
    pytest.importorskip("tinysoundfont")
    font = Path("/usr/share/sounds/sf3/FluidR3Mono_GM.sf3")
    if not font.is_file():
        pytest.skip("no soundfont on this machine")
    assert compose("--genre", "latin", "--bars", "1", "--soundfont", str(font), "--out", "a.wav") == 0
    assert np.abs(samples("a.wav").astype(float)).max() > 1000
