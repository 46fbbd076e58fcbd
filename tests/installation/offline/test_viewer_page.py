"""An animator opens one page from the disk and sees every take, turning, without a network."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from installation.offline.bundled_character import mannequin_character
from installation.offline.viewer_page import ViewerTake, reduced, write_page
from motion import files
from motion.formats import character
from tests import chromium
from tests.motion.figures import dance, person


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page with two takes of a character and one of bones alone."""
    actor = mannequin_character()
    takes = [files.retarget_onto(dance(30, seed), actor) for seed in (1, 2)]
    shown = [
        ViewerTake(name, take, actor, tmp_path / "a b.glb") for name, take in zip(("one", "two"), takes, strict=True)
    ]
    shown.append(ViewerTake("bones </script>", files.retarget_onto(dance(30))))
    path = tmp_path / "view.html"
    write_page(path, shown)
    return path


def test_the_page_needs_nothing_but_itself_and_links_the_file_beside_it(page: Path) -> None:
    text = page.read_text()
    assert not re.search(r"https?://|fetch\(|XMLHttpRequest|import\(|src=\"", text)
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert found
    data = json.loads(found.group(1))
    assert [take["name"] for take in data["takes"]] == ["one", "two", "bones </script>"]
    assert data["takes"][0]["file"] == "a%20b.glb"
    assert len(data["models"]) == 2, "takes on one character share it"


def test_a_large_mesh_is_reduced_and_keeps_its_extent() -> None:
    mesh = mannequin_character().meshes[0]
    small = reduced(mesh, 0.25)
    assert 0.05 < len(small.positions) / len(mesh.positions) < 0.3
    assert np.abs(np.ptp(small.positions, axis=0) - np.ptp(mesh.positions, axis=0)).max() < 0.08
    assert small.triangles.max() < len(small.positions)


def test_a_character_without_a_mesh_shows_its_bones(tmp_path: Path) -> None:
    document = person()
    actor = character.from_file(document.file())
    path = tmp_path / "view.html"
    write_page(path, [ViewerTake("one", files.retarget_onto(dance(5), actor), actor)])
    assert '"takes"' in path.read_text()


@pytest.mark.slow
@pytest.mark.process
def test_a_browser_shows_the_body_moves_it_and_turns_it(page: Path, tmp_path: Path) -> None:
    def body(part: str) -> np.ndarray:
        picture = chromium.screenshot(page, part, tmp_path, (720, 480)).astype(int)
        return picture[50:390]

    def difference(one: np.ndarray, other: np.ndarray) -> float:
        return float((np.abs(one - other).max(axis=-1) > 24).mean())

    first, later, turned, bones = (
        body(part)
        for part in (
            "take=one&t=0&pause",
            "take=one&t=0.6&pause",
            "take=one&t=0&pause&yaw=2",
            "take=bones%20%3C%2Fscript%3E&t=0&pause",
        )
    )
    bright = (first.max(axis=-1) > 90).mean()
    assert 0.01 < bright < 0.3, "a lit body before a dark ground"
    assert difference(first, later) > 0.003
    assert difference(first, turned) > 0.01
    assert (bones.max(axis=-1) > 90).mean() > 0.001


@pytest.mark.slow
@pytest.mark.process
def test_a_browser_plays_and_its_buttons_name_the_takes(page: Path, tmp_path: Path) -> None:
    html = chromium.document(page, "take=two", tmp_path)
    assert re.search(r'<button data-take="1" aria-pressed="true">two</button>', html)
    assert re.search(r'<a id="file"[^>]* href="a%20b.glb"[^>]*>a b.glb</a>', html)
    frame = re.search(r'<html[^>]* data-frame="(\d+)"', html)
    assert frame and int(frame.group(1)) > 0, "time goes on"
