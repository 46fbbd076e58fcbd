"""The examples that artists learn from are small, play without a fault, and answer to the people before the wall."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import moderngl
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.eye.eye import open_eye
from installation.interface.dancer import Dancer
from installation.interface.moment import Moment, Picture, Programme
from installation.interface.painting import Painting
from installation.interface.pulse import Pulse
from installation.interface.visitor import Visitor, crowd_of
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.outputs.windows import standalone
from installation.stage.scene_loader import scene_names
from installation.stage.stage import Stage
from installation.venue.camera_section import CameraSection
from installation.venue.schema import CanvasSection, EyeSection, Venue

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
SCENES = scene_names((FOLDER / "scenes",))
TRANSITION = FOLDER / "shaders" / "transition_rain.frag"
SIZE = (240, 135)
FRAMES = 30
MOST_LINES = 39
Frames = NDArray[np.float32]


@pytest.fixture(scope="module")
def context() -> Iterator[moderngl.Context]:
    try:
        made = standalone()
    except UserError as error:
        pytest.skip(f"no GL without a screen here: {error}")
    yield made
    made.release()


def files_of(scene: str) -> list[Path]:
    """The files of one example; a longer name that begins with that of another belongs to its own."""
    files = sorted((FOLDER / "scenes").glob(f"{scene}*"))
    longer = [name for name in SCENES if name != scene and name.startswith(scene)]
    return [file for file in files if file.is_file() and not any(file.stem.startswith(name) for name in longer)]


def moments(people: int) -> Iterator[Moment]:
    """Moments of a wall with a camera picture and a painting, before which so many people dance with a dancer each."""
    camera, random = CameraSection(source=f"ghost:{people}").model_dump(), np.random.default_rng(1)
    eye = open_eye(camera, EyeSection().model_dump(), 0, 1, live=False, epoch=0.0)
    picture = Picture(1, random.integers(0, 256, (90, 160, 3), np.uint8))
    painted = random.integers(0, 256, (72, 128, 3), np.uint8)
    for frame in range(FRAMES):
        t = 2.0 + frame / 30
        answer = eye.step({}, t) if people else None
        seen = answer.body.visitors if answer is not None else ()
        yield Moment(
            time=t,
            frame=frame,
            step=1 / 30 if frame else 0.0,
            visitors=seen,
            dancers=tuple(beside(visitor) for visitor in seen if visitor.body is not None),
            crowd=crowd_of(seen),
            pulse=Pulse(beat=2 * t, bar=t / 2, confidence=1.0),
            picture=picture,
            painting=Painting(0, 0.0, "painting", None, np.zeros((8, 14, 2), np.float32), painted),
        )


def beside(visitor: Visitor) -> Dancer:
    """A dancer who does as the visitor does."""
    assert visitor.body is not None
    body = replace(visitor.body, hips_m=visitor.body.hips_m + (0.9, 0.0, 0.3))
    return Dancer(100 + visitor.id, visitor.id, body, slot=visitor.slot)


def film(context: moderngl.Context, scene: str, people: int) -> Frames:
    """(n, height, width, 3) the last frame, and one a third of a second before."""
    stage = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), (scene,), FOLDER)
    frames = []
    for moment in moments(people):
        stage.draw(replace(moment, programme=Programme(scene)))
        if moment.frame in (FRAMES - 11, FRAMES - 1):
            frames.append(read_pixels(stage.picture).astype(np.float32))
    stage.close()
    return np.array(frames)


def test_there_are_ten_and_every_file_belongs_to_one_of_them() -> None:
    owned = [file for scene in SCENES for file in files_of(scene)] + [TRANSITION]
    present = [file for folder in ("scenes", "shaders") for file in (FOLDER / folder).iterdir() if file.is_file()]
    assert len(SCENES) == 9 and TRANSITION.is_file()
    assert sorted(owned) == sorted(present)


@pytest.mark.parametrize("scene", SCENES)
def test_an_example_is_short_and_begins_with_what_it_shows(scene: str) -> None:
    texts = [file.read_text(encoding="utf-8") for file in files_of(scene)]
    assert sum(len(text.splitlines()) for text in texts) <= MOST_LINES
    main = next(file for file in files_of(scene) if file.stem == scene and file.suffix in (".py", ".frag"))
    module = main.with_suffix(".py")
    first = (module if module.exists() else main).read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith('"""' if module.exists() else "// ") and len(first) > 40


@pytest.mark.parametrize("scene", SCENES)
def test_an_example_plays_without_a_fault_and_answers_to_a_visitor(
    context: moderngl.Context, caplog: pytest.LogCaptureFixture, scene: str
) -> None:
    with caplog.at_level(logging.WARNING):
        empty, visited = film(context, scene, 0), film(context, scene, 2)
    assert not [record.getMessage() for record in caplog.records]
    assert visited[-1].max() > 100, "not black"
    assert np.abs(visited[-1] - np.median(visited[-1], axis=(0, 1))).max(axis=-1).mean() > 2, "not flat"
    answer = np.abs(visited[-1] - empty[-1]).max(axis=-1)
    assert (answer > 12).mean() > 0.01, "seen by whoever stands there"
    movement = np.abs(visited[-1] - visited[0]).max(axis=-1)
    assert (movement > 12).mean() > 0.003, "in movement"


def test_the_playlist_of_the_examples_has_all_of_them_and_their_transition() -> None:
    scenes = tomllib.loads((FOLDER / "venue.toml").read_text(encoding="utf-8"))["scenes"]
    assert sorted(scenes["playlist"]) == sorted(SCENES)
    assert f"transition_{scenes['transition']}" == TRANSITION.stem


def test_the_transition_is_short_and_shows_both_scenes_and_in_between_its_own(
    context: moderngl.Context, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(TRANSITION.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    names = ("light", "beat")
    stage = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), names, FOLDER)
    still = next(moments(0))
    pictures: dict[tuple[str, float], Frames] = {}
    with caplog.at_level(logging.WARNING):
        for kind, mix in (("rain", 0.0), ("rain", 0.5), ("crossfade", 0.5), ("rain", 1.0), ("crossfade", 1.0)):
            stage.draw(replace(still, programme=Programme(*names, mix, kind)))
            pictures[kind, mix] = read_pixels(stage.picture).astype(np.float32)
        stage.draw(replace(still, programme=Programme(names[0])))
    before = read_pixels(stage.picture).astype(np.float32)
    stage.close()
    assert not caplog.records
    assert np.array_equal(pictures["rain", 0.0], before)
    assert np.array_equal(pictures["rain", 1.0], pictures["crossfade", 1.0])
    assert np.abs(pictures["rain", 0.5] - pictures["crossfade", 0.5]).mean() > 2
