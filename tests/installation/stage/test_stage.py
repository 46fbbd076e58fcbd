"""Whatever is wrong with a scene, something calm is on the wall and the person who wrote it is told where."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pytest

from installation.core.faults import FaultBoard
from installation.interface.moment import Health, Moment, Programme
from installation.interface.scene import Scene
from installation.stage.gl.target import make_odd
from installation.stage.layers.transitions import transition_names
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.scene_loader import SceneError, find_scene, scene_folders
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue

GOOD = """
from installation.interface.scene import Knob, Scene


class Plain(Scene):
    knobs = (Knob("tint", 0.5),)

    def setup(self, graphics):
        self.show = graphics.shader("{name}.frag")

    def draw(self, moment, knobs, canvas):
        self.show(canvas, tint=knobs.tint)
"""
FILL = "uniform float tint; void main() { colour = vec4(tint, 0.0, 0.0, 1.0); }\n"
Open = Callable[..., Stage]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scenes").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"scenes/{name}.py").write_text(GOOD.replace("{name}", name))
        (tmp_path / f"scenes/{name}.frag").write_text(FILL)
    return tmp_path


@pytest.fixture
def open_stage(context: moderngl.Context, folder: Path) -> Iterator[Open]:
    made: list[Stage] = []

    def opened(*names: str, **options: bool) -> Stage:
        made.append(Stage(context, Venue(canvas=CanvasSection(size=(64, 32))), names, folder, **options))
        return made[-1]

    yield opened
    for stage in made:
        stage.close()


def shown(stage: Stage, scene: str, following: str = "", mix: float = 0.0, **rest: object) -> np.ndarray:
    moment = Moment(1.0, 30, 1 / 30, programme=Programme(scene, following, mix), **rest)  # type: ignore[arg-type]
    return read_pixels(stage.draw(moment))


def test_a_scene_draws_with_its_knobs_and_with_their_defaults(open_stage: Open, faults: FaultBoard) -> None:
    stage = open_stage("one")
    assert shown(stage, "one")[0, 0].tolist() == [128, 0, 0]
    assert shown(stage, "one", knobs={"/scene/one/tint": 1.0})[0, 0].tolist() == [255, 0, 0]
    assert faults.present == ()


def test_two_scenes_are_mixed_as_light(open_stage: Open) -> None:
    stage = open_stage("one", "two")
    knobs = {"/scene/one/tint": 0.0, "/scene/two/tint": 1.0}
    half = shown(stage, "one", "two", 0.5, knobs=knobs)[0, 0, 0]
    assert half == 188, "half the light of white is 188 of 255 on a screen"
    assert shown(stage, "one", "two", 1.0, knobs=knobs)[0, 0, 0] == 255


def test_less_quality_draws_fewer_pixels_down_to_a_quarter_of_each_side(open_stage: Open) -> None:
    stage = open_stage("one")
    assert shown(stage, "one", health=Health(quality=0.5)).shape[:2] == (16, 32)
    assert shown(stage, "one", health=Health(quality=0.01)).shape[:2] == (8, 16)
    assert shown(stage, "one").shape[:2] == (32, 64)


@pytest.mark.parametrize("live", [False, True])
@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("one.py", "import nowhere_at_all\n", r"one\.py:1: ModuleNotFoundError"),
        ("one.py", "def (:\n", r"one\.py:1: invalid syntax"),
        ("one.py", "x = 1\n", r"one\.py: holds 0 classes made from Scene"),
        ("one.py", GOOD.replace("graphics.shader", "graphics.curtain"), r"one\.py:9: AttributeError"),
        ("one.py", GOOD.replace("knobs.tint)", "knobs.hue)").replace("{name}", "one"), r"one\.py:12: AttributeError"),
        ("one.frag", "void main() {\n    colour = 1.0 +;\n}\n", r"one\.frag:2: "),
    ],
)
def test_a_scene_with_an_error_leaves_a_calm_picture_and_the_others_play(
    open_stage: Open,
    folder: Path,
    file: str,
    text: str,
    told: str,
    live: bool,
    faults: FaultBoard,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (folder / "scenes" / file).write_text(text)
    stage = open_stage("one", "two", live=live)
    for _ in range(2):
        calm = shown(stage, "one")
        assert calm.any(), "not black"
        assert live or calm.max() < 128, "and calm"
    assert len(faults.of_picture) == 1
    assert re.search(told, faults.of_picture[0]), faults.of_picture
    assert caplog.messages == list(faults.of_picture), "said once, though a live stage loads its scenes twice"
    assert shown(stage, "two")[0, 0].tolist() == [128, 0, 0]


def test_the_audience_reads_nothing(open_stage: Open, folder: Path, faults: FaultBoard) -> None:
    (folder / "scenes/one.frag").write_text("void main() { oops }\n")
    film, live = (open_stage("one", live=live) for live in (False, True))
    asked = {"/visitant/overlay": True, "/visitant/help": True}
    plain = shown(film, "one")
    for knobs in ({}, asked):
        assert (shown(live, "one", health=Health(faults=faults.present), knobs=knobs) == plain).all()
    assert faults.of_picture


def test_a_coming_scene_is_drawn_before_anything_of_it_is_seen(open_stage: Open, folder: Path) -> None:
    trail = "uniform sampler2D was; void main() { colour = texture(was, uv) + 0.1; }"
    (folder / "scenes/two.frag").write_text(trail)
    scene = (folder / "scenes/two.py").read_text().replace("tint=knobs.tint", "was=canvas")
    (folder / "scenes/two.py").write_text(scene)
    stage = open_stage("one", "two")
    for _ in range(3):
        assert shown(stage, "one", "two")[0, 0].tolist() == [128, 0, 0]
    assert shown(stage, "two")[0, 0].tolist() == [104, 104, 104], "its fourth frame, where it drew the others"


def test_a_scene_that_a_shader_made_fail_plays_again_when_the_shader_is_mended(
    open_stage: Open, folder: Path, faults: FaultBoard
) -> None:
    (folder / "scenes/one.frag").write_text("uniform vec2 tint; void main() { colour = vec4(tint, 0.0, 1.0); }\n")
    stage = open_stage("one")
    shown(stage, "one")
    assert "uniform tint: takes 2 numbers, not 1" in faults.of_picture[0]
    shader = next(shader for shader in stage.shader_cache if shader.files.fragment == "one.frag")
    vertex, fragment = shader.tried_texts
    fragment = fragment.replace("vec2 tint", "float tint").replace("vec4(tint, 0.0, 1.0)", "vec4(tint, 0.0, 0.0, 1.0)")
    answer = {"vertex": vertex, "fragment": fragment, "fault": ""}
    others = [
        {"vertex": s.tried_texts[0], "fragment": s.tried_texts[1], "fault": ""}
        for s in stage.shader_cache
        if s is not shader
    ]
    place = list(stage.shader_cache).index(shader)
    stage.shader_cache.apply_compiled({"shaders": [*others[:place], answer, *others[place:]]})
    assert shown(stage, "one")[0, 0].tolist() == [128, 0, 0]
    assert faults.present == ()


def test_what_fails_ends_with_the_stage(context: moderngl.Context, folder: Path, faults: FaultBoard) -> None:
    (folder / "scenes/one.frag").write_text("void main() { oops }\n")
    (folder / "scenes/two.py").write_text("import nowhere_at_all\n")
    stage = Stage(context, Venue(canvas=CanvasSection(size=(64, 32))), ("one", "two"), folder, live=True)
    assert len(faults.of_picture) == 2
    stage.close()
    assert faults.present == ()


def test_knobs_are_known_without_gl(folder: Path) -> None:
    kind = find_scene("one", scene_folders(folder))
    assert issubclass(kind, Scene)
    assert [knob.name for knob in kind.knobs] == ["tint"]


def test_a_name_that_is_no_scene_is_answered_with_those_that_are(folder: Path) -> None:
    with pytest.raises(SceneError, match=r'no scene "three"; there are: .*one, .*two'):
        find_scene("three", scene_folders(folder))
    with pytest.raises(SceneError):
        find_scene("../one", scene_folders(folder))


def test_a_stage_that_is_closed_leaves_no_objects(context: moderngl.Context, folder: Path) -> None:
    counts = []
    gc.collect()  # what other tests have left
    for _ in range(3):
        stage = Stage(context, Venue(canvas=CanvasSection(size=(64, 32))), ("one", "two"), folder, live=True)
        for mix in (0.0, 0.5):
            shown(stage, "one", "two", mix)
        counts.append(stage.count_gl_objects())
        stage.close()
    assert counts[0] == counts[1] == counts[2]


def test_what_was_rehearsed_leaves_no_trace(open_stage: Open, folder: Path) -> None:
    trail = "uniform sampler2D was; void main() { colour = texture(was, uv) + 0.1; }"
    (folder / "scenes/one.frag").write_text(trail)
    scene = (folder / "scenes/one.py").read_text().replace("tint=knobs.tint", "was=canvas")
    (folder / "scenes/one.py").write_text(scene)
    assert shown(open_stage("one", live=True), "one")[0, 0].tolist() == [26, 26, 26]


FOLLOWS = """
from installation.interface.scene import Scene


class Follows(Scene):
    def setup(self, graphics):
        self.mark, self.keep = graphics.shader("mark.frag"), graphics.shader("keep.frag")
        self.kept, self.whole = graphics.target(kind="f1", dynamic_resolution=True), graphics.target(kind="f1")
        self.fresh = True

    def draw(self, moment, knobs, canvas):
        if self.fresh:
            self.mark(self.kept)
        self.fresh = False
        self.keep(canvas, kept=self.kept)
"""


def test_what_gives_way_has_fewer_pixels_and_keeps_its_picture(open_stage: Open, folder: Path) -> None:
    (folder / "scenes/follows.py").write_text(FOLLOWS)
    (folder / "scenes/mark.frag").write_text("void main() { colour = vec4(uv.x < 0.5 ? 1.0 : 0.0, 0.5, 0.0, 1.0); }")
    (folder / "scenes/keep.frag").write_text("uniform sampler2D kept; void main() { colour = texture(kept, uv); }")
    stage = open_stage("follows")
    scene: Any = stage.scenes["follows"].scene
    before = shown(stage, "follows")
    full = scene.kept.size
    less = shown(stage, "follows", health=Health(quality=0.5))
    assert scene.kept.size[0] < 0.6 * full[0] and scene.kept.size[1] < 0.6 * full[1]
    assert scene.whole.size == (64, 32)
    assert less[8, 4].tolist() == [255, 128, 0] and less[8, 28].tolist() == [0, 128, 0]
    again = shown(stage, "follows")
    assert scene.kept.size == full
    assert abs(again[16, [4, 60]].astype(int) - before[16, [4, 60]]).max() <= 1


def test_a_scene_that_rests_holds_nothing_finer_than_what_plays(open_stage: Open, folder: Path) -> None:
    (folder / "scenes/follows.py").write_text(FOLLOWS)
    for name in ("mark", "keep"):
        (folder / f"scenes/{name}.frag").write_text("void main() { colour = vec4(1.0); }")
    stage = open_stage("follows", "one")
    scene: Any = stage.scenes["follows"].scene
    shown(stage, "follows")
    sizes = []
    for quality in (1.0, 0.5, 1.0):
        for _ in range(2):
            shown(stage, "one", health=Health(quality=quality))
        sizes.append(scene.kept.size[0])
    assert sizes[0] > sizes[1] == sizes[2], "and it has no use for more before it plays"
    shown(stage, "follows")
    assert scene.kept.size[0] == sizes[0]


def test_two_scenes_share_the_time_that_a_slow_machine_has(open_stage: Open) -> None:
    stage = open_stage("one", "two")
    for quality, mix, rows in ((1.0, 0.0, 32), (1.0, 0.5, 32), (0.8, 0.0, 26), (0.8, 0.5, 19), (0.3, 0.5, 8)):
        picture = shown(stage, "one", "two" if mix else "", mix, health=Health(quality=quality))
        assert len(picture) == rows


def test_what_gives_way_never_has_sides_for_which_a_driver_makes_other_programs(open_stage: Open, folder: Path) -> None:
    (folder / "scenes/follows.py").write_text(FOLLOWS)
    for name in ("mark", "keep"):
        (folder / f"scenes/{name}.frag").write_text("void main() { colour = vec4(1.0); }")
    stage = open_stage("follows")
    scene: Any = stage.scenes["follows"].scene
    for quality in (1.0, 0.75, 0.5, 0.25, 1.0):
        shown(stage, "follows", health=Health(quality=quality))
        assert all(side == make_odd(side) for side in scene.kept.size)


def test_a_changed_shader_is_rehearsed_in_the_scenes_that_have_it(open_stage: Open) -> None:
    stage = open_stage("one", "two")
    own = [shader for shader in stage.shader_cache if shader.files.fragment == "two.frag"]
    house = [shader for shader in stage.shader_cache if shader.files.fragment == "master.frag"]
    every = len(transition_names(None))
    for shaders, scenes, changes in ((own, {"two"}, 0), (house, {"one"}, every), (None, {"one", "two"}, every)):
        moments = list(stage.warm_up_moments(shaders))
        assert {m.programme.scene for m in moments if not m.programme.following} == scenes
        assert sum(bool(m.programme.following) for m in moments) == changes
        # Whatever is only drawn when somebody is there is drawn, too.
        assert all(m.visitors[0].body and {d.partner > 0 for d in m.dancers} == {True, False} for m in moments)
        assert not any(m.painting or m.picture for m in moments), "these scenes ask for none"


@pytest.mark.parametrize(("quality", "draws"), [(1.0, 8), (0.4, 5)])
def test_short_of_time_two_scenes_are_drawn_in_turns_and_no_time_is_lost(
    open_stage: Open, folder: Path, quality: float, draws: int
) -> None:
    for name, counts in (("one", "moment.step"), ("two", "0.1")):
        told = GOOD.replace("{name}", name).replace(
            "        self.show(", f"        self.sum += {counts}\n        self.show("
        )
        told = told.replace("tint=knobs.tint", "tint=self.sum")
        told = told.replace("    def draw", "        self.sum = 0.0\n\n    def draw")
        (folder / f"scenes/{name}.py").write_text(told)
    stage = open_stage("one", "two")
    rest = {"step": 0.05, "health": Health(quality=quality)}
    for frame in range(8):
        stage.draw(Moment(0.05 * frame, frame, programme=Programme("one", "two", 0.5), **rest))  # type: ignore[arg-type]
    alone = {name: Moment(0.4, 8, programme=Programme(name), **rest) for name in ("one", "two")}  # type: ignore[arg-type]
    assert read_pixels(stage.draw(alone["one"]))[0, 0, 0] == pytest.approx(255 * 9 * 0.05, abs=1.0)
    assert read_pixels(stage.draw(alone["two"]))[0, 0, 0] == pytest.approx(255 * 0.1 * (draws + 1), abs=1.0)


FAILS = """
from installation.interface import Scene


class Fails(Scene):
    def setup(self, graphics):
        self.show = graphics.shader("one.frag")
        self.draws = 0

    def draw(self, moment, knobs, canvas):
        self.draws += 1
        if {when}:
            raise ValueError(f"frame {moment.frame}")
        self.show(canvas, tint=1.0)
"""


def test_a_scene_that_fails_now_and_then_holds_its_picture_for_a_frame_and_is_named_each_time(
    open_stage: Open, folder: Path, faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "scenes/one.py").write_text(FAILS.replace("{when}", "moment.frame in (30, 900)"))
    stage = open_stage("one")
    for frame in range(1000):
        moment = Moment(frame / 30, frame, 1 / 30, programme=Programme("one"))
        picture = stage.draw(moment)
        if frame in (29, 30, 31, 900, 901):
            assert read_pixels(picture)[0, 0].tolist() == [255, 0, 0], f"frame {frame}"
        assert bool(faults.present) == (30 <= frame < 180 or frame >= 900), "over after five seconds without an error"
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [error.rpartition(": ")[2] for error in errors] == ["frame 30", "frame 900"]
    assert all("one.py:13: ValueError" in error for error in errors)


def test_a_scene_that_fails_in_every_frame_is_tried_ever_less_often_and_named_once(
    open_stage: Open, folder: Path, faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "scenes/one.py").write_text(FAILS.replace("{when}", "moment.frame >= 3"))
    stage = open_stage("one")
    for frame in range(3600):
        picture = stage.draw(Moment(frame / 30, frame, 1 / 30, programme=Programme("one")))
    scene: Any = stage.scenes["one"].scene
    assert scene.draws < 15, "in two minutes"
    assert 0 < read_pixels(picture).max() < 128, "calm"
    assert len(caplog.messages) == len(faults.present) == 1
