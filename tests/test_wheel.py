"""What is installed from a wheel is whole: it runs from any folder, without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="building a wheel needs hatchling, of the dev group")
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    return next(folder.glob("visitant-*.whl"))


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the wheel is unpacked: the packages that it stands on are those of this Python."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", folder, wheel)
    return folder


def pip(*words: object) -> None:
    command = [sys.executable, "-m", "pip", *map(str, words), "--quiet", "--disable-pip-version-check"]
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)


def visitant(home: Path, where: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import installation, pathlib, sys\n"
        f"assert pathlib.Path(installation.__file__).is_relative_to({str(home)!r}), installation.__file__\n"
        "from installation.commands import main\n"
        "sys.exit(main())"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=where,
        env={**os.environ, "PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_holds_the_rooms_with_their_shaders_and_weights_and_no_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    rooms = [ROOT / room for room in ("installation", "motion", "shaders", "scenes")]
    kinds = (".py", ".typed", ".glsl", ".vert", ".frag", ".geom", ".npz", ".safetensors")
    wanted = {p.relative_to(ROOT).as_posix() for room in rooms for p in room.rglob("*") if p.suffix in kinds}
    assert wanted <= names
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {room.name for room in rooms}
    assert not [name for name in names if Path(name).name.startswith("test") or "tests" in Path(name).parts]
    assert any(name.endswith("/licenses/LICENSE") for name in names)


@pytest.mark.parametrize("package", ["installation", "motion"])
def test_a_type_checker_finds_the_types_of_what_is_installed(home: Path, package: str) -> None:
    assert (home / package / "py.typed").is_file()


def test_the_source_archive_holds_what_builds_the_wheel_and_its_tests(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="building an archive needs hatchling, of the dev group")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True)
    with tarfile.open(next(tmp_path.glob("visitant-*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"installation/py.typed", "motion/py.typed", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"}
    assert wanted <= names
    assert {"pyproject.toml", "Makefile", "constraints.txt", "venue.toml", "tests/test_wheel.py"} <= names


def test_the_installed_command_helps_starts_a_scene_and_checks(home: Path, tmp_path: Path) -> None:
    helped = visitant(home, tmp_path, "--help")
    assert (helped.returncode, helped.stderr) == (0, "")
    assert visitant(home, tmp_path, "new", "scene", "ember").returncode == 0
    (tmp_path / "venue.toml").write_text(
        'scenes.playlist = ["ember"]\nosc.port = 17702\n[[cameras]]\nsource = "ghost"\n'
    )
    checked = visitant(home, tmp_path, "check", "--json")
    assert checked.returncode in (0, 1), checked.stderr
    findings = {finding["subject"]: finding["state"] for finding in json.loads(checked.stdout)["findings"]}
    assert findings["venue"] == findings["scene ember"] == "ok"
