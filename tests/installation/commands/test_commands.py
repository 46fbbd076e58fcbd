"""One tidy line for whoever can mend it, the right exit status, and a quick start."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from installation import commands
from installation.core.errors import UserError
from installation.core.exit_status import ExitStatus
from installation.venue.schema import Venue


def play(monkeypatch: pytest.MonkeyPatch, run: object) -> int:
    """The exit status of a command that does `run`."""
    module = SimpleNamespace(__doc__="A command.", arguments=lambda parser: None, run=run)
    monkeypatch.setattr(commands, "import_module", lambda name: module)
    return commands.main(["run"])


def fail(error: BaseException) -> object:
    def run(args: object) -> int:
        raise error

    return run


def test_trouble_is_told_in_one_line_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert play(monkeypatch, fail(UserError("the lamp is out; change it"))) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "visitant run: the lamp is out; change it\n")


def test_ctrl_c_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    assert play(monkeypatch, fail(KeyboardInterrupt())) == 130


def test_an_error_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        play(monkeypatch, fail(ZeroDivisionError()))


def test_a_bad_venue_ends_with_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "venue.toml").write_text("seed = 'x'")
    monkeypatch.chdir(tmp_path)
    assert play(monkeypatch, lambda args: commands.venue_of(args) and 0) == 2


def test_a_venue_that_is_named_but_missing_ends_with_2(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def run(args: argparse.Namespace) -> int:
        args.venue = tmp_path / "none.toml"
        return 0 if isinstance(commands.venue_of(args), Venue) else 2

    assert play(monkeypatch, run) == 2


def test_without_a_venue_file_the_defaults_serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert play(monkeypatch, lambda args: len(commands.venue_of(args).cameras) - 1) == 0


def test_every_command_is_listed_and_there() -> None:
    folder = Path(commands.__file__).parent
    files = {file.stem for file in folder.glob("[!_]*.py") if "\ndef run(args" in file.read_text(encoding="utf-8")}
    assert files == set(commands.COMMANDS)


@pytest.mark.parametrize("words", [["dance"], ["check", "--loud"], []])
def test_a_command_line_that_is_wrong_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status: object = commands.main(words)
    except SystemExit as ended:
        status = ended.code
    assert status == 2


@pytest.mark.process
def test_asking_for_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\nfrom installation.commands import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'numpy', 'pydantic', 'rich', 'moderngl', 'cv2', 'mediapipe'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_exit_statuses_are_in_the_documentation_and_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[3] / "docs" / "exit_status.md").read_text(encoding="utf-8")
    with pytest.raises(SystemExit):
        commands.main(["--help"])
    listed = capsys.readouterr().out
    for status in ExitStatus:
        assert f"| {status.value} | {status.meaning}" in page
        assert f"{status.value}  {status.meaning}" in listed


@pytest.mark.parametrize(
    "words",
    [
        ("film", "clip.mp4", "--out", "clip.mp4"),
        ("film", "clip.mp4", "--out", "soft.mp4"),
        ("film", "ghost", "--out", "a.mp4", "--audio", "sound.wav", "--save-moments", "sound.moments"),
        ("film", "ghost", "--cues", "cues.toml", "--out", "taken.mp4"),
        ("still", "clip.mp4", "--out", "one.png"),
        ("reel", "--out", "taken.mp4"),
        ("rehearse", "--plot", "one.png"),
        ("surface", "--out", "layout.json"),
        ("measure", "painter", "--sheet", "one.png"),
        ("measure", "dancer", "--out", "pictures"),
        ("train", "painter", "--data", "pictures", "--out", "net.safetensors"),
        ("train", "dancer", "--data", "pictures", "--out", "resumed.safetensors"),
        ("run", "--headless", "--source", "clip.mp4", "--record", "soft.mp4"),
        ("run", "--headless", "--source", "clip.mp4", "--log", "clip.mp4"),
    ],
)
def test_no_command_touches_a_file_that_is_there(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pictures").mkdir()
    names = ("clip.mp4", "taken.mp4", "one.png", "layout.json", "sound.wav", "sound.moments", "cues.toml")
    for name in (*names, "net.safetensors", "resumed.checkpoint", "pictures/motion.png"):
        (tmp_path / name).write_bytes(b"precious")
    (tmp_path / "soft.mp4").symlink_to("clip.mp4")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    assert commands.main(list(words)) == ExitStatus.FAILED
    printed = capsys.readouterr().err
    reasons = ("exists already", "would overwrite an input", "is no log", "no checkpoint")
    assert any(reason in printed for reason in reasons)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
