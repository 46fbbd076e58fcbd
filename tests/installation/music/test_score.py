"""Scores: sections and hits in time, mistakes by line, and a completed score that gives the same piece again."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from installation.core.errors import UserError
from installation.core.toml_document import Document
from installation.music.controls import GENRES
from installation.music.generator import Composer
from installation.music.midi_file import midi_bytes
from installation.music.score import Score, ScoreError, ScoreHit, ScoreSection, parsed_score, read_score, written_score
from installation.music.timeline import completed, planned_bars, timed_sections
from installation.offline.composition import Composition, compose
from tests.installation.music.tiny_model import tiny_model

EVENING = """
title = "An evening"
seed = 5
genre = "ambient"

[[sections]]
name = "arrival"
mood = "calm"
seconds = 9.0

[[sections]]
name = "walk"
genre = "funk"
tempo = 104
seconds = 16

[[hits]]
at = 14.1
[[hits]]
at = 18.0
kind = "stop"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "score.toml"
    path.write_text(text, encoding="utf-8")
    return path


def composed(score: Score) -> Composition:
    planned = planned_bars(score)
    return compose(score, planned, Composer(planned[0].controls.seed, tiny_model()), lambda _: None)


def test_sections_and_hits_begin_bars_at_their_times(tmp_path: Path) -> None:
    score, document = read_score(write(tmp_path, EVENING))
    planned = planned_bars(score, document)

    starts = {bar.start: bar for bar in planned}
    assert {0.0, 9.0, 14.1, 18.0} <= set(starts)
    assert starts[18.0].hit == "stop" and starts[14.1].hit == "accent"
    assert planned[-1].end == 25.0
    assert all(one.end == other.start for one, other in itertools.pairwise(planned))
    for bar in planned:
        tempo = bar.controls.tempo
        assert tempo is not None
        assert (bar.end - bar.start) * tempo / 60.0 == pytest.approx(bar.controls.beats)


def test_a_hit_is_heard_at_its_sample(tmp_path: Path) -> None:
    score, _ = read_score(write(tmp_path, EVENING))
    kicks = [event.sample for event in composed(score).piece.events() if (event.stem, event.pitch) == ("drums", 36)]

    assert round(14.1 * 44_100) in kicks and 18 * 44_100 in kicks


def test_a_stop_is_followed_by_silence(tmp_path: Path) -> None:
    score, _ = read_score(write(tmp_path, EVENING))
    piece = composed(score).piece
    stopped = piece.bars[piece.starts.index(18.0)]

    assert stopped.notes and all(note.start_beats < 0.25 and note.end_beats < 1.0 for note in stopped.notes)


def test_a_completed_score_gives_the_same_bytes_again(tmp_path: Path) -> None:
    score, _ = read_score(write(tmp_path, EVENING))
    first = composed(score)
    text = written_score(completed(score, planned_bars(score), first.chords), "complete")

    again_score, _ = read_score(write(tmp_path, text))
    again = composed(again_score)

    assert midi_bytes(again.piece.bars) == midi_bytes(first.piece.bars)
    assert again.piece.events() == first.piece.events()
    assert written_score(completed(again_score, planned_bars(again_score), again.chords), "complete") == text


def test_the_last_bar_ends_on_the_key() -> None:
    score = Score(genre="jazz", key="D", seed=3, sections=(ScoreSection(bars=4),))
    last = composed(score).piece.bars[-1]

    assert last.chord.root == 2
    assert {note.pitch % 12 for note in last.notes if note.stem == "bass"} == {2}


@pytest.mark.parametrize("genre", GENRES)
@pytest.mark.parametrize("seconds", [12.0, 17.0, 33.3])
def test_a_tempo_that_is_left_open_fits_whole_bars(genre: str, seconds: float) -> None:
    planned = planned_bars(Score(genre=genre, sections=(ScoreSection(seconds=seconds),)))
    assert {bar.controls.beats for bar in planned} == {4}
    assert planned[-1].end == seconds


def test_a_tempo_that_is_set_is_bent_by_six_percent_at_most() -> None:
    planned = planned_bars(Score(tempo=107.5, sections=(ScoreSection(seconds=12.0),)))
    assert all(bar.controls.tempo == pytest.approx(107.5, rel=0.06) for bar in planned)
    assert planned[-1].controls.beats < 4, "the rest is a shorter bar"


def test_hits_fall_on_bar_lines_by_a_tempo_that_suits_all() -> None:
    hits = (ScoreHit(at=6.3), ScoreHit(at=11.0), ScoreHit(at=20.2))
    planned = planned_bars(Score(genre="funk", sections=(ScoreSection(seconds=38.0),), hits=hits))
    assert {bar.controls.beats for bar in planned} == {4}
    assert [bar.start for bar in planned if bar.hit] == [6.3, 11.0, 20.2]


def test_a_folder_is_no_score(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder; expected a score"):
        read_score(tmp_path)


def test_interrupted_composing_keeps_the_whole_bars() -> None:
    score = Score(genre="funk", seed=3, sections=(ScoreSection(bars=6),))
    planned = planned_bars(score)

    def interrupt(share: float) -> None:
        if share > 0.4:
            raise KeyboardInterrupt

    done = compose(score, planned, Composer(3, tiny_model()), interrupt)

    assert not done.complete
    assert 2 <= len(done.piece.bars) < 6 and len(done.piece.starts) == len(done.piece.bars) + 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (
            "[[sections]]\nseconds = 10\n[[sections]]\nstart = 8\nbars = 4\n",
            4,
            "overlaps sections[0], which ends at 10",
        ),
        ("[[sections]]\nseconds = 10\n[[sections]]\nstart = 12\nbars = 4\n", 4, "leaves a gap"),
        ("[[sections]]\nsecond = 10\n", 2, 'did you mean "seconds"?'),
        ("[[sections]]\nmood = 'brigth'\n", 2, 'did you mean "bright"?'),
        ("[[sections]]\ngenre = 'fnk'\n", 2, 'did you mean "funk"?'),
        ("genre = 'Radiohead'\n[[sections]]\nbars = 4\n", 1, "names of artists are not accepted"),
        ("[[sections]]\nenergy = 1.5\n", 2, "a number from 0.0 to 1.0"),
        ("[[sections]]\ntempo = 900\n", 2, "from 40.0 to 240.0"),
        ("[[sections]]\nchords = ['Am', 'Xyz']\n", 2, "expected a name such as C"),
        ("[[sections]]\nkey = 'H'\n", 2, "expected one of C"),
        ("[[sections]]\nscale = 'dorain'\n", 2, 'did you mean "dorian"?'),
        ("[[sections]]\nmute = ['drum']\n", 2, '"drums"'),
        ("[[sections]]\nseconds = 8\nbars = 4\n", 3, "give one of them"),
        ("[[sections]]\nseconds = 8\n[[hits]]\nat = 9\n", 4, "the piece ends at 8 s"),
        ("[[sections]]\nseconds = 8\n[[hits]]\nat = 2\n[[hits]]\nat = 2.1\n", 4, "leave at least 0.5 s"),
        ("[[sections]]\nseconds = 8\n[[hits]]\nat = 2\n[[hits]]\nat = 2\nkind='stop'\n", 6, "hits[0] is there already"),
        ("[[sections]]\nbars = 1\n" * 201, 1, "found 201 items"),
        ("tempo = nan\n[[sections]]\nbars = 1\n", 1, "found nan"),
        ("[sections]\nseconds = 8\n", 1, "[[sections]]"),
        ("[[sections]]\nseconds: 8\n", 2, "with = instead of :"),
        ("title = 'x'\n", 0, "sections"),
    ],
)
def test_mistakes_are_named_by_file_and_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(ScoreError) as error:
        planned_bars(*read_score(path))

    assert words in str(error.value)
    assert str(error.value).startswith(f"{path}:{line}:" if line else f"{path}")


def test_a_section_without_a_length_lasts_until_the_next() -> None:
    data = {"sections": [{}, {"start": 7.5, "bars": 2}]}

    timed = timed_sections(parsed_score(Document(Path("s.toml"), data)))

    assert timed[0].end == 7.5


def test_a_section_overrules_the_score() -> None:
    sections = (ScoreSection(), ScoreSection(mood="dark"), ScoreSection(valence=0.1))
    score = Score(mood="bright", energy=0.2, sections=sections, hits=(ScoreHit(at=1.0),))

    valences = [timed.controls.valence for timed in timed_sections(score)]

    assert valences == [0.7, -0.7, 0.1]
    assert all(timed.controls.energy == 0.2 for timed in timed_sections(score))
