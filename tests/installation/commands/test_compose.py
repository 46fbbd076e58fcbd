"""`visitant compose`: one line makes a piece, its sound, its picture and its score, and mistakes cost nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import mido
import numpy as np
import pytest
from PIL import Image

from installation.commands import main
from installation.music.generator import Composer
from installation.music.midi_file import read_midi, song_notes
from installation.music.model.store import save
from installation.music.notes import Bar
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
    assert compose("--score", "a.score.toml", "--out", "c.mid", "--out", "c.wav") == 0
    assert compose("--genre", "jazz", "--seconds", "3", "--seed", "10", "--out", "d.mid") == 0

    one, sound = Path("a.mid").read_bytes(), Path("a.wav").read_bytes()
    assert Path("b.mid").read_bytes() == Path("c.mid").read_bytes() == one
    assert Path("b.wav").read_bytes() == Path("c.wav").read_bytes() == sound
    assert Path("c.score.toml").read_text() == Path("a.score.toml").read_text()
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


def written_file(name: str, *tracks: list[mido.Message]) -> None:
    mido.MidiFile(ticks_per_beat=96, tracks=[mido.MidiTrack(track) for track in tracks]).save(name)


def test_tempo_map_and_meter_of_a_file_stay_and_go_on() -> None:
    meter = mido.MetaMessage("time_signature", numerator=3, denominator=4)
    tempos = [meter, *(mido.MetaMessage("set_tempo", tempo=beat, time=288) for beat in (1_000_000, 400_000))]
    notes = [mido.Message("note_on", note=74, velocity=n and 90, time=n and 95) for n in range(18)]
    written_file("a.mid", tempos, notes)
    before = read_midi(Path("a.mid"))

    assert compose("--continue", "a.mid", "--bars", "2", "--out", "more.mid") == 0
    after = read_midi(Path("more.mid"))
    assert after.meters == ((0.0, 3, 4),)
    assert [(at, round(tempo)) for at, tempo in after.tempos] == [(0.0, 120), (3.0, 60), (6.0, 150)]
    own = [n for part in after.parts for n in part.notes if n.pitch == 74]
    times = {round(before.seconds_at(n.start_beats), 3) for n in before.parts[0].notes}
    assert times <= {round(after.seconds_at(n.start_beats), 3) for n in own}

    assert compose("--vary", "a.mid", "--degree", "0", "--out", "same.mid") == 0
    same = read_midi(Path("same.mid"))
    assert {round(same.seconds_at(n.start_beats), 3) for part in same.parts for n in part.notes} == times


def test_what_is_broken_in_a_file_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    written_file("a.mid", [mido.Message("note_on", note=74, velocity=90, time=0)])
    assert compose("--accompany", "a.mid", "--out", "b.mid", "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["repairs"] == ["track 1: 1 note has no end; at most 4 beats of each are read"]
    assert "a.mid: track 1: 1 note has no end" in said.err


def test_drums_alone_are_no_melody(capsys: pytest.CaptureFixture[str]) -> None:
    written_file("a.mid", [mido.Message("note_on", note=36, velocity=90, channel=9, time=0)])
    assert compose("--accompany", "a.mid", "--out", "b.mid") == 1
    assert "a.mid: holds drums alone" in capsys.readouterr().err


def test_ctrl_c_keeps_the_whole_bars_of_a_variation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compose("--bars", "4", "--loop", "--out", "a.mid") == 0
    real, calls = Composer.next_bar, []

    def next_bar(self: Composer, *given: Any) -> Bar:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, *given)

    monkeypatch.setattr(Composer, "next_bar", next_bar)
    assert compose("--vary", "a.mid", "--out", "b.mid") == 130
    assert "are written now: 2" in capsys.readouterr().err
    assert read_midi(Path("b.mid")).beats <= 8.1


def test_solo_and_mute_choose_what_is_heard() -> None:
    assert compose("--bars", "2", "--solo", "bass", "lead", "--mute", "lead", "--out", "a.mid") == 0
    assert {note.stem for note in song_notes(read_midi(Path("a.mid")))} == {"bass"}
    assert 'mute = ["drums", "chords", "lead"]' in Path("a.score.toml").read_text()


def test_silence_has_no_loudness(capsys: pytest.CaptureFixture[str]) -> None:
    silence = ("--bars", "1", "--mute", "drums", "bass", "chords", "lead")
    assert compose(*silence, "--out", "a.wav", "--json") == 0
    assert json.loads(capsys.readouterr().out)["lufs"] is None
    assert compose(*silence, "--out", "b.wav") == 0
    assert "0 notes, silent" in capsys.readouterr().out


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
        (["--degree", "0.5"], "--degree 0.5: is how much --vary FILE changes"),
        (["--float"], "--float: is about .wav files"),
        (["--soundfont", "none.sf2"], "add --out FILE.wav"),
        (["--chords", " | "], "--chords: is empty"),
        (["--solo", "drum"], 'did you mean "drums"?'),
        (
            ["--vary", "a.mid", "--bars", "2", "--loop"],
            "--bars, --loop: has no effect: --vary takes that from its file",
        ),
        (["--vary", "a.mid", "--chords", "C"], "--chords: has no effect"),
        (["--accompany", "a.mid", "--key", "D"], "add --scale"),
        (["--score", "none.toml", "--loop"], "--loop: none.toml says that"),
        (["--sheet", "a.png", "--genre", "funk"], "leave --out, --genre away"),
        (["--vary", "none.mid"], "none.mid: No such file"),
        (["--soundfont", "none.sf2", "--out", "b.wav", "--bars", "1"], "none.sf2: no such file"),
    ],
)
def test_mistakes_are_said_and_nothing_is_written(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compose(*words, "--out", "a.mid") == (1 if "o such file" in said or "no MIDI" in said else 2)
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
