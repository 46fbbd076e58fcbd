"""No file that `visitant retarget` reads is ever written, whichever option names it, and nothing is written before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from motion import files
from motion.formats import character
from motion.rig import humanoid_rig
from tests.installation.commands.retargeting import retarget
from tests.motion.figures import dance, person


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two dances, another dance, a character with its buffer in a file beside it, and maps."""
    monkeypatch.chdir(tmp_path)
    Path("motions").mkdir()
    for path in ("motions/a.bvh", "motions/b.bvh", "rest.bvh"):
        motion = dance(6)
        files.save(path, files.retarget_onto(motion, humanoid_rig(motion.offsets_m)))
    document = person()
    Path("skin.bin").write_bytes(document.data)
    document.tree["buffers"] = [{"byteLength": len(document.data), "uri": "skin.bin"}]
    Path("actor.gltf").write_text(json.dumps(document.tree))
    assert (
        retarget("rest.bvh", "--to", "actor.gltf", "--out", "x.bvh", "--save-map", "m", "--save-source-map", "s") == 0
    )
    Path("x.bvh").unlink()
    return tmp_path


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("words", "harmed"),
    [
        ("motions/a.bvh --rest rest.bvh --out rest.bvh", "rest.bvh"),
        ("motions/a.bvh --rest rest.bvh --out x.bvh --save-map ./rest.bvh", "rest.bvh"),
        ("motions/a.bvh --to actor.gltf --out skin.gltf", "skin.bin"),
        ("motions/a.bvh --to actor.gltf --out x.bvh --save-source-map skin.bin", "skin.bin"),
        ("motions --out out --save-map motions/b.bvh", "motions/b.bvh"),
        ("motions --out out --save-source-map motions/a.bvh", "motions/a.bvh"),
        ("motions --rest rest.bvh --out out --save-map rest.bvh", "rest.bvh"),
        ("motions --out motions", "motions/a.bvh"),
        ("motions --to out/b.bvh --out out", "out/b.bvh"),
        ("motions --rest out/b.bvh --out out", "out/b.bvh"),
        ("motions --to actor.gltf --map out/b.bvh --out out --format .bvh", "out/b.bvh"),
        ("motions --source-map out/b.bvh --out out", "out/b.bvh"),
        ("motions --to actor.gltf --out . --format gltf --weights b.bin", "b.bin"),
    ],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_no_input_is_an_output_and_nothing_is_written_before(
    words: str, harmed: str, overwrite: bool, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"--map": "m", "--source-map": "s"}
    if not Path(harmed).exists():
        source = next((Path(file) for option, file in given.items() if f"{option} {harmed}" in words), Path("rest.bvh"))
        Path(harmed).parent.mkdir(exist_ok=True)
        Path(harmed).write_bytes(source.read_bytes())
    before = contents(place)
    assert retarget(*words.split(), *["--overwrite"] * overwrite) == 1
    assert f"would overwrite an input, {harmed}" in capsys.readouterr().err
    assert contents(place) == before


def test_a_map_is_no_result_of_the_folder(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(place)
    assert retarget("motions", "--to", "actor.gltf", "--out", "out", "--save-map", "out/a.glb") == 1
    assert "is the same file" in capsys.readouterr().err
    assert contents(place) == before


def test_numbered_results_spare_the_inputs_too(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert retarget("rest.bvh", "--to", "actor.gltf", "--out", "one.glb") == 0
    actor = files.read_target("one.glb")
    assert files.is_character(actor)
    take = files.retarget_onto(dance(6), actor)
    character.write(Path("two.glb"), actor, {"left": take, "right": take})
    Path("x-2.bvh").write_bytes(Path("rest.bvh").read_bytes())
    before = contents(place)
    assert retarget("two.glb", "--rest", "x-2.bvh", "--who", "all", "--out", "x.bvh", "--overwrite") == 1
    assert "would overwrite an input, x-2.bvh" in capsys.readouterr().err
    assert contents(place) == before
