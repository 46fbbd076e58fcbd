"""An animator leaves with motion on a character, or with a reason; never with half a file."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from installation import commands
from installation.commands import setup
from installation.core import downloads
from installation.offline import motion_capture
from installation.venue.schema import Venue
from motion import files, rotation
from motion.body import joint_positions
from motion.dancer import store
from motion.formats import character
from motion.formats.naming import read_bone_map
from motion.rig import humanoid_rig
from motion.skeleton import BONE_INDEX
from tests.installation.commands.retargeting import retarget
from tests.motion.dancer.dances import prepared
from tests.motion.figures import dance, person


@pytest.fixture
def actor(tmp_path: Path) -> Path:
    """A small character in a file."""
    path = tmp_path / "actor.glb"
    path.write_bytes(person().glb())
    return path


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A dance of two seconds as a BVH."""
    motion = dance(60)
    path = tmp_path / "dance.bvh"
    files.save(path, files.retarget_onto(motion, humanoid_rig(motion.offsets_m)))
    return path


def test_a_bvh_goes_onto_a_character_and_the_report_tells_how_well(
    recorded: Path, actor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "dance.glb"
    assert retarget(recorded, "--to", actor, "--out", out, "--unit", "cm", "--json", "--show-map") == 0
    told = capsys.readouterr()
    assert told.err.count("\nleftUpperLeg ") == 2, "the maps of both are shown"
    names = [figure["name"] for figure in json.loads(told.out)["figures"]]
    assert [name.partition(":")[2].split(",")[0].strip() for name in names] == ["foot skate", "jerk", "guessed"]
    again = character.animation_take(character.read(out), 0, 30.0).motion()
    assert len(again) == 60
    assert rotation.angle(again.turns, dance(60).turns).max() < 1e-3


def test_a_ghost_leaves_as_a_bvh_of_its_own_build(tmp_path: Path) -> None:
    out = tmp_path / "ghost.bvh"
    assert retarget("ghost", "--seconds", "1", "--out", out) == 0
    motion = files.read_takes(out, files.Reading("cm"))["ghost"].motion()
    assert 25 <= len(motion) <= 32
    at = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    assert (at[:, BONE_INDEX["head"], 1] > 1.2).all()
    assert (np.abs(at[:, BONE_INDEX["leftToes"], 1]) < 0.3).all()


@pytest.mark.gl
def test_moments_give_the_bodies_that_were_saved(tmp_path: Path) -> None:
    moments, out = tmp_path / "a.moments", tmp_path / "a.bvh"
    film = ["film", "ghost", "--seconds", "1", "--size", "64x36", "--scene", "tide"]
    assert commands.main([*film, "--out", str(tmp_path / "a.mp4"), "--save-moments", str(moments)]) == 0
    assert retarget(moments, "--out", out) == 0
    assert len(files.read_takes(out, files.Reading("cm"))["a"]) > 20


def test_a_film_of_nobody_says_so_writes_nothing_and_ends_with_3(
    tmp_path: Path, actor: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.mp4"
    with av.open(str(empty), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for _ in range(8):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((180, 320, 3), 90, np.uint8))))
        container.mux(stream.encode())
    out = tmp_path / "out.glb"
    assert retarget(empty, "--to", actor, "--out", out) == 3
    assert "no person is visible" in capsys.readouterr().err
    assert not out.exists()


def test_without_the_model_of_hands_one_line_names_it_and_hands_hang_relaxed(
    tmp_path: Path, actor: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    observe = motion_capture._observe_source

    def ghost(_: str, venue: Venue) -> Iterator[motion_capture.ObservedFrame]:
        yield from itertools.islice(observe("ghost", venue), 40)

    monkeypatch.setattr(motion_capture, "_observe_source", ghost)
    monkeypatch.setattr(downloads, "place", lambda asset: tmp_path / asset.name)
    monkeypatch.setattr(setup, "ensure", lambda *_: None)
    out = tmp_path / "out.glb"
    assert retarget(tmp_path / "film.mp4", "--to", actor, "--out", out) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if "hand_landmarker.task" in line]
    assert len(said) == 1 and "relaxed" in said[0] and "visitant setup" in said[0]


def test_ctrl_c_keeps_what_was_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    observe = motion_capture._observe_source

    def interrupted(*given: object) -> Iterator[object]:
        for number, observation in enumerate(observe(*given)):  # type: ignore[arg-type]
            if number == 40:
                raise KeyboardInterrupt
            yield observation

    monkeypatch.setattr(motion_capture, "_observe_source", interrupted)
    out = tmp_path / "ghost.bvh"
    assert retarget("ghost", "--out", out) == commands.INTERRUPTED
    assert len(files.read_takes(out, files.Reading("cm"))["ghost"]) > 20


@pytest.mark.gl
def test_the_preview_shows_source_and_character_side_by_side(recorded: Path, actor: Path, tmp_path: Path) -> None:
    film = tmp_path / "both.mp4"
    where = ("--to", actor, "--out", tmp_path / "o.glb", "--preview", film)
    assert retarget(recorded, *where, "--unit", "cm", "--seconds", "0.2", "--size", "320x180") == 0
    with av.open(str(film)) as container:
        picture = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)][-1].astype(float)
    assert picture.shape == (180, 320, 3)
    assert picture[:, :160].max() > 60
    assert np.abs(picture[:, :160] - picture[:, 160:]).max() > 20


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--out", "x.txt"), ".txt, expected .bvh"),
        (("--out", "x.glb"), "needs a character"),
        (("--out", "x.bvh", "--who", "3"), "give 1 to 1"),
        (("--out", "x.bvh", "--unit", "ell"), "'ell' is no unit"),
        (("--out", "x.bvh", "--start", "99"), "no frame is left"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    recorded: Path,
    words: tuple[str, ...],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert retarget(recorded, *words) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.glob("x.*"))


def test_the_map_that_was_found_can_be_written_mended_and_given_back(
    recorded: Path, actor: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = tmp_path / "map.toml"
    words = (recorded, "--to", actor, "--out", tmp_path / "o.glb", "--unit", "cm")
    assert retarget(*words, "--save-map", found) == 0
    assert read_bone_map(found)["hips"]
    assert retarget(*words, "--map", found) == 1, "nothing is replaced unasked"
    assert retarget(*words, "--map", found, "--overwrite") == 0
    found.write_text(found.read_text().replace("hips =", "hipps ="))
    assert retarget(*words, "--map", found, "--overwrite") == 1
    assert "map.toml, line" in capsys.readouterr().err


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A network that has learned nothing yet."""
    path = tmp_path / "small.safetensors"
    store.save(path, prepared(), {})
    return path


def test_with_the_dancer_it_is_their_answer_that_goes_onto_the_character(
    recorded: Path, actor: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def answer(name: str, *words: str) -> np.ndarray:
        out = tmp_path / name
        assert retarget(recorded, "--to", actor, "--out", out, "--dancer", "--weights", weights, *words) == 0
        return character.animation_take(character.read(out), 0, 30.0).motion().turns

    one, again, other = answer("a.glb"), answer("b.glb", "--seed", "0"), answer("c.glb", "--seed", "1")
    assert len(one) == 60
    assert np.array_equal(one, again)
    assert rotation.angle(one, other).max() > 1e-3
    assert rotation.angle(one, dance(60).turns).max() > 0.1
    assert "guessed" in capsys.readouterr().out


def test_what_is_the_dancers_needs_the_dancer(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retarget(recorded, "--out", tmp_path / "a.bvh", "--seed", "3") == 1
    assert "--seed: needs --dancer" in capsys.readouterr().err


def test_a_dancer_without_weights_is_told_before_anything_is_read(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    none = tmp_path / "none.safetensors"
    assert retarget(recorded, "--out", tmp_path / "a.bvh", "--dancer", "--weights", none) == 1
    assert "none.safetensors: this network isn't there" in capsys.readouterr().err
    assert not (tmp_path / "a.bvh").exists()
