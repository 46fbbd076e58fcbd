"""After weeks every scene moves as after seconds, and the full hour is a moment like any other."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from installation.evaluate.bench.scenes import SCENES
from installation.evaluate.stage import precision
from installation.evaluate.stage.precision import HOUR_SECONDS, START_SECONDS, frame_steps, hour_jump, played, since
from installation.eye.eye import open_eye
from installation.interface.moment import Moment
from installation.interface.uniforms import LONGEST_PHASE_SECONDS
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection

ROOT = Path(__file__).parents[4]
FOREIGN = [
    *(path for path in (ROOT / "installation/commands/templates").glob("*/*.py")),
    *(path for path in (ROOT / "docs/examples/scenes").glob("*.py")),
]
"""Scenes that `visitant new scene` writes, and those of the guide."""
FRAMES = 12


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "SIZE", (96, 54))
    monkeypatch.setattr(precision, "FRAMES", FRAMES)
    monkeypatch.setattr(precision, "SETTLING_FRAMES", 6)


def dance(people: int) -> list[Moment]:
    """Moments of so many synthetic visitors."""
    camera = CameraSection(source=f"ghost:{people}").model_dump()
    eye = open_eye(camera, EyeSection().model_dump(), 0, 1, live=False, epoch=0.0) if people else None
    moments = []
    for frame in range(FRAMES):
        message = eye.step({}, frame / 30) if eye is not None else None
        visitors = message.body.visitors if message is not None else ()
        moments.append(Moment(frame / 30, frame, 1 / 30, visitors=visitors))
    return moments


@pytest.mark.slow
@pytest.mark.parametrize(("name", "knobs"), SCENES, ids=lambda value: str(value or ""))
def test_the_works_draw_after_forty_days_what_they_draw_after_ten_seconds(name: str, knobs: dict[str, str]) -> None:
    moments = dance(2)
    # Half of the time in an empty room.
    entered = [replace(moment, visitors=()) if moment.frame < FRAMES // 2 else moment for moment in moments]
    first, last = (list(played(name, knobs, since(entered, START_SECONDS[age]))) for age in ("10 s", "40 d"))
    assert max(float(np.abs(a - b).max()) for a, b in zip(first, last, strict=True)) <= 3.0
    # In so few frames the visitors' own movement swings by half; a wrap of time made steps of 17 times.
    assert hour_jump(name, knobs, moments) <= 2.0


@pytest.mark.slow
@pytest.mark.parametrize("file", FOREIGN, ids=lambda file: file.stem)
def test_what_new_scenes_begin_with_moves_alike(file: Path, tmp_path: Path) -> None:
    shutil.copytree(file.parent, tmp_path / "scenes")
    if (shaders := file.parents[1] / "shaders").is_dir():
        shutil.copytree(shaders, tmp_path / "shaders")
    moments = dance(2)
    first, last = (
        frame_steps(played(file.stem, {}, since(moments, START_SECONDS[age]), tmp_path)) for age in ("10 s", "40 d")
    )
    assert np.abs(last - first).max() <= 0.1 * max(first.mean(), 1e-3)


def test_a_jump_at_the_hour_and_the_stutter_of_a_large_time_are_found(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes/old.py").write_text(
        "from installation.interface import Scene\n\n\nclass Old(Scene):\n"
        "    def setup(self, graphics):\n        self.show = graphics.shader('old.frag')\n\n"
        "    def draw(self, moment, knobs, canvas):\n"
        "        self.show(canvas, now=moment.time, hour=moment.time % 3600.0)\n"
    )
    (tmp_path / "scenes/old.frag").write_text(
        "uniform float now, hour;\n"
        "void main() { colour = 0.5 + 0.5 * sin(vec4(now + 9.0 * uv.x, 1.3 * hour + 9.0 * uv.y, 0.0, 0.0)); }\n"
    )
    moments = dance(0)
    assert hour_jump("old", {}, moments, tmp_path) > 5.0
    first, last = (
        frame_steps(played("old", {}, since(moments, START_SECONDS[age]), tmp_path)) for age in ("10 s", "40 d")
    )
    assert np.abs(last - first).max() > 0.1 * first.mean()


def test_the_hour_holds_every_phase_of_the_works() -> None:
    assert LONGEST_PHASE_SECONDS == HOUR_SECONDS
    assert all((start - START_SECONDS["10 s"]) % HOUR_SECONDS == 0.0 for start in START_SECONDS.values())


def test_visitors_keep_their_age_at_any_time() -> None:
    early, late = (next(since([replace(moment, step=0.0)], start)) for moment in dance(1)[-1:] for start in (0.0, 1e6))
    assert late.time - early.time == 1e6
    for a, b in zip(early.visitors, late.visitors, strict=True):
        assert b.born - a.born == b.seen - a.seen == 1e6
