"""Files that exist stay as they are: inputs always, others unless their replacement was asked for."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from installation.core.errors import UserError
from installation.core.output_files import dated, numbered, require_output, require_outputs


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a film, links to it, and a folder of pictures."""
    monkeypatch.chdir(tmp_path)
    Path("clip.mp4").write_bytes(b"film")
    Path("soft.mp4").symlink_to("clip.mp4")
    os.link("clip.mp4", "hard.mp4")
    Path("pictures").mkdir()
    Path("pictures/one.png").write_bytes(b"picture")
    os.link("pictures/one.png", "one.png")
    return tmp_path


@pytest.mark.parametrize("output", ["clip.mp4", "./pictures/../clip.mp4", "soft.mp4", "hard.mp4"])
@pytest.mark.parametrize("source", ["clip.mp4", "soft.mp4", "hard.mp4", "file://{}/clip.mp4"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_an_input_is_never_an_output_whatever_it_is_called(output: str, source: str, overwrite: bool) -> None:
    with pytest.raises(UserError, match=r"--out .*: would overwrite an input"):
        require_outputs([("--out", Path(output))], [source.format(Path.cwd())], overwrite)


@pytest.mark.parametrize("output", ["pictures/one.png", "one.png"])
def test_a_picture_of_an_input_folder_is_an_input(output: str) -> None:
    with pytest.raises(UserError, match="would overwrite an input"):
        require_outputs([("--out", Path(output))], ["pictures"], overwrite=True)


def test_a_new_file_beside_inputs_that_are_no_files_is_taken() -> None:
    require_outputs(
        [("--out", Path("new/deep/a.mp4")), ("--save-moments", None)], ["ghost", "auto", "rtsp://10.0.0.2/", None, ""]
    )

    assert not Path("new").exists()


def test_an_existing_file_is_replaced_only_where_that_was_asked_for() -> None:
    with pytest.raises(UserError, match=r"clip\.mp4: exists already; name another file, or add --overwrite"):
        require_output(Path("clip.mp4"))

    require_output(Path("clip.mp4"), overwrite=True)


def test_two_outputs_are_not_one_file() -> None:
    with pytest.raises(UserError, match=r"--save-moments x/\.\./a\.mp4: --out is the same file"):
        require_outputs([("--out", Path("a.mp4")), ("--save-moments", Path("x/../a.mp4"))])


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("clip.mp4/a.mp4", "is no folder"),
        ("pictures", "is a folder"),
        ("/proc/a.mp4", "cannot be written"),
        ("a" * 300 + ".mp4", "cannot be"),
    ],
)
def test_a_file_that_cannot_be_written_is_said_before_the_work_begins(output: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        require_output(Path(output), overwrite=True)


def test_a_pipe_is_no_output() -> None:
    os.mkfifo("pipe.mp4")

    with pytest.raises(UserError, match="is a device or a pipe"):
        require_output(Path("pipe.mp4"), overwrite=True)


def test_a_recording_whose_name_is_taken_gets_the_date() -> None:
    assert dated(Path("wall.mp4")) == Path("wall.mp4")
    first = dated(Path("clip.mp4"))
    first.touch()
    second = dated(Path("clip.mp4"))

    assert re.fullmatch(r"clip-\d{8}-\d{6}\.mp4", first.name)
    assert second not in (first, Path("clip.mp4")) and second.name.startswith("clip-")


def test_a_numbered_name_is_free_with_all_its_suffixes() -> None:
    Path("clip-2.png").touch()

    assert numbered(Path("clip.mp4"), (".png",)) == Path("clip-3.mp4")
    assert numbered(Path("new.mp4"), (".png",)) == Path("new.mp4")
