"""Whoever types `visitant paint` gets a painting, or a line that says what to do; never half a file."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image

from installation import commands
from installation.commands import paint as command
from installation.eye import offline
from installation.eye.photo_figures import FoundPeople
from installation.eye.sources.frames import FrameReader
from installation.interface.visitor import Observation
from installation.paint.engines import store
from installation.paint.engines.painter import tiny_painter
from installation.paint.guide import dream
from installation.paint.guide.file import read_guide
from installation.paint.pictures import perceptual


class Nobody:
    """Finds nobody in pictures, and as many faces without bodies as it has."""

    faces = 0

    def find(self, picture: np.ndarray) -> FoundPeople:
        return FoundPeople((), self.faces)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No landmarker, and a folder of one's own."""
    monkeypatch.setattr(command, "_figure_finder", lambda max_people: contextlib.nullcontext(Nobody()))
    monkeypatch.setattr("installation.commands.setup.ensure", lambda *names: None)
    monkeypatch.chdir(tmp_path)
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A painter that has learned nothing."""
    path, painter = tmp_path_factory.mktemp("weights") / "tiny.safetensors", tiny_painter()
    store.save(path, painter._network, painter.styles, {})
    return path


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.jpg"
    path.parent.mkdir()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 160, 3), np.uint8)).save(path)
    return path


def paint(weights: Path, *words: str | Path) -> int:
    return commands.main(["paint", *map(str, words), "--weights", str(weights)])


def test_a_picture_is_painted_in_the_style_that_is_named(weights: Path, picture: Path, tmp_path: Path) -> None:
    for style in ("one", "two"):
        assert paint(weights, picture, "--style", style, "--out", f"{style}.png") == 0
    one, two = (np.asarray(Image.open(f"{style}.png")) for style in ("one", "two"))
    assert one.shape == two.shape == (90, 160, 3)
    assert not np.array_equal(one, two)
    assert paint(weights, picture, "--style", "one", "--out", "again.png") == 0
    assert np.array_equal(np.asarray(Image.open("again.png")), one), "the same seed paints the same"


def test_it_fits_the_size_that_is_asked_for_in_its_own_aspect(weights: Path, picture: Path) -> None:
    assert paint(weights, picture, "--style", "one:2", "two", "--size", "320x320", "--out", "a.webp") == 0
    assert Image.open("a.webp").size == (320, 180)


def test_faces_without_bodies_are_said(
    weights: Path, picture: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Nobody, "faces", 2)
    assert paint(weights, picture, "--style", "one", "--out", "a.png") == 0
    assert "2 faces are without a body that can be found: painted as a part of the picture" in caplog.messages


def test_people_may_be_left_out_or_counted(
    weights: Path, picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[int | None] = []

    def finder(max_people: int | None) -> contextlib.nullcontext[Nobody]:
        asked.append(max_people)
        return contextlib.nullcontext(Nobody())

    monkeypatch.setattr(command, "_figure_finder", finder)
    for number, words in enumerate((["--people", "none"], ["--people", "3"], [])):
        assert paint(weights, picture, "--style", "one", "--out", f"{number}.png", *words) == 0
    assert asked == [0, 3, None]
    with pytest.raises(SystemExit):
        paint(weights, picture, "--style", "one", "--out", "b.png", "--people", "few")
    assert "expected none, or a number of people" in capsys.readouterr().err


def test_nobody_is_looked_for_where_none_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr("installation.commands.setup.ensure", lambda *names: pytest.fail("nothing may be fetched"))
    with command._figure_finder(0) as finder:
        assert finder is None


def test_detail_decides_how_much_of_a_picture_is_seen(weights: Path, picture: Path) -> None:
    for detail in ("0", "1"):
        assert paint(weights, picture, "--out", f"{detail}.guide.png", "--detail", detail) == 0
    large, fine = (read_guide(Path(f"{detail}.guide.png"))[..., 9] for detail in ("0", "1"))
    assert fine.std() > 3 * large.std()


def test_a_picture_is_cut_from_so_many_papers(
    weights: Path, picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def is_cut(*words: str) -> bool:
        assert paint(weights, picture, "--style", "one", "--out", "a.png", "--overwrite", *words) == 0
        return not np.array_equal(np.asarray(Image.open("a.png")), plain)

    assert paint(weights, picture, "--style", "one", "--out", "plain.png") == 0
    plain = np.asarray(Image.open("plain.png"))
    assert is_cut("--paper", "3") and not is_cut() and not is_cut("--paper", "none")
    monkeypatch.setattr("installation.paint.paper_cutout.STYLE", "one")
    assert is_cut() and not is_cut("--paper", "none")
    with pytest.raises(SystemExit):
        is_cut("--paper", "1")
    assert "a number of colours from 2 to 24" in capsys.readouterr().err


def test_a_painting_can_be_dreamt_over(weights: Path, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    network = perceptual.PerceptualNetwork()
    monkeypatch.setattr(perceptual, "load", lambda: network)
    monkeypatch.setattr(dream, "STILL_STEPS", 3)
    told: tuple[Path, Path, *tuple[str, ...]] = (weights, picture, "--style", "one", "--out")
    assert paint(*told, "a.png") == 0
    assert paint(*told, "b.png", "--dream", "scales:0.8") == 0
    awake, asleep = (np.asarray(Image.open(name)).astype(int) for name in ("a.png", "b.png"))
    assert 1 < np.abs(asleep - awake).mean() < 20
    with pytest.raises(SystemExit):
        paint(*told, "c.png", "--dream", "dogs")


def test_a_guide_is_written_changed_and_painted(weights: Path, picture: Path) -> None:
    assert paint(weights, picture, "--out", "a.guide.png") == 0
    assert read_guide(Path("a.guide.png")).shape == (45, 80, 12)
    assert paint(weights, "a.guide.png", "--style", "one", "--out", "a.png") == 0
    assert Image.open("a.png").size == (160, 90)


def test_a_folder_is_painted_picture_by_picture_and_goes_on_where_it_ended(
    weights: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (picture.parent / "more").mkdir()
    for name in ("more/b.png", "more/b.jpg"):
        Image.open(picture).save(picture.parent / name)
    (picture.parent / "bad.png").write_text("no picture")
    assert paint(weights, "in", "--style", "one", "--out", "in/out") == 1
    told = capsys.readouterr()
    assert "bad.png: no picture that can be read" in told.err
    assert "3 of 4 pictures painted" in told.out
    there = sorted(file.relative_to("in/out").as_posix() for file in Path("in/out").rglob("*.png"))
    assert there == ["a.png", "more/b.jpg.png", "more/b.png.png"]
    Path("in/out/a.png").unlink()
    assert paint(weights, "in", "--style", "one", "--out", "in/out") == 1
    told = capsys.readouterr()
    assert "2 paintings exist already" in told.err and "1 of 4 pictures painted" in told.out


def test_ctrl_c_keeps_what_is_painted_of_a_folder(
    weights: Path, picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.open(picture).save(picture.parent / "b.png")
    made = command._paint

    def once(*given: object) -> None:
        if Path("out/a.png").exists():
            raise KeyboardInterrupt
        made(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(command, "_paint", once)
    assert paint(weights, "in", "--style", "one", "--out", "out") == commands.INTERRUPTED
    assert "1 of 2 pictures painted" in capsys.readouterr().out


def test_a_film_becomes_a_film(
    weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with av.open("in.mp4", "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for index in range(6):
            picture = np.full((90, 160, 3), 30 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())

    def unseen(reader: FrameReader, *given: object) -> Iterator[tuple[Observation, np.ndarray]]:
        for count, (t, pixels) in enumerate(reader):
            yield Observation(t, count, (160, 90)), pixels

    monkeypatch.setattr(offline, "observe_clip", unseen)
    assert paint(weights, "in.mp4", "--style", "one", "--seconds", "0.4", "--out", "out.mp4") == 0
    with av.open("out.mp4") as container:
        frames = list(container.decode(video=0))
    assert (len(frames), frames[0].width, frames[0].height) == (4, 160, 90)
    for words in (["--paper", "8"], ["--detail", "0.5"], ["--people", "2"]):
        assert paint(weights, "in.mp4", "--style", "one", "--out", "b.mp4", *words) == 1
        assert f"{words[0]}: in.mp4 is a film" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["in/a.jpg", "--style", "tow", "--out", "b.png"], "style 'tow' is unknown; did you mean two"),
        (["in/a.jpg", "--out", "b.png"], "--style: missing; there are one, two, three"),
        (
            ["in/a.jpg", "--style", "one", "--palette", "blue", "--out", "b.png"],
            "style 'blue' is unknown; there are one",
        ),
        (["in/a.jpg", "--style", "one", "--out", "b.txt"], "b.txt: expected .png, .jpg"),
        (["in/a.jpg", "--style", "one", "--out", "b.mp4"], "b.mp4: expected .png, .jpg"),
        (["in/a.jpg", "--style", "one", "--out", "in/a.jpg", "--overwrite"], "in/a.jpg: is the input"),
        (["in/a.jpg", "--style", "one", "--out", "there.png"], "there.png: exists already; name another --out, or add"),
        (["in/a.jpg", "--style", "one", "--out", "b.png", "--seconds", "3"], "only films have a length"),
        (
            ["in/a.jpg", "--style", "one", "--out", "b.png", "--engine", "brush"],
            "found 'brush'; expected builtin or diffusers",
        ),
        (["in/a.jpg", "--style", "one", "--out", "b.png", "--device", "toaster"], "device toaster"),
        (["in/a.jpg", "--style", "one", "--out", "b.png", "--size", "3000x20"], "each side needs 64 or more"),
        (["nowhere.jpg", "--style", "one", "--out", "b.png"], "nowhere.jpg: no such file or folder"),
        (["there.png", "--style", "one", "--out", "b.png"], "there.png: no picture that can be read"),
        (["in", "--style", "one", "--out", "there.png"], "there.png: is a file; expected a folder"),
        (["in", "--out", "b.npz"], "guides are made of pictures; in is a folder"),
        (["there.txt", "--style", "one", "--out", "b.mp4"], "there.txt: not a film that can be played"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    words: list[str], told: str, weights: Path, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("there.png", "there.txt"):
        Path(name).write_text("something")
    assert paint(weights, *words) in (1, 2)
    err = capsys.readouterr().err
    assert told in err and "Traceback" not in err
    assert not list(Path().glob("b.*"))
    assert Path("there.png").read_text() == "something"


def test_damaged_weights_are_told(picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "w.safetensors").write_bytes(b"12345678901234567890")
    assert paint(tmp_path / "w.safetensors", picture, "--style", "one", "--out", "b.png") == 1
    assert "w.safetensors: damaged" in capsys.readouterr().err


def test_a_full_disk_is_told_and_leaves_nothing_half(
    weights: Path, picture: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(fd: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert paint(weights, picture, "--style", "one", "--out", "b.png") == 1
    assert "b.png: No space left on device" in capsys.readouterr().err
    assert not list(Path().glob("b.png*"))
