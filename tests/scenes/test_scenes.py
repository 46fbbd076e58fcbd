"""What a visitor, and whoever hangs the picture, may expect of every scene that comes along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.eye.eye import open_eye
from installation.interface.dancer import Dancer
from installation.interface.knobs import Knob, KnobValues, Value, coerce
from installation.interface.moment import Moment, Picture
from installation.interface.pulse import Pulse
from installation.interface.visitor import Visitor, crowd_of
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget, TargetFormat
from installation.stage.graphics import SceneGraphics
from installation.stage.host_uniforms import HostUniforms
from installation.stage.outputs.windows import standalone
from installation.stage.scene_loader import BUILT_IN_SCENES, find_scene, scene_names
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection
from tests.scenes.test_listening import sound

NAMES = scene_names((BUILT_IN_SCENES,))
WORKS = [name for name in NAMES if name not in ("guise", "plumb")]
"""The artworks; the others are tools."""
PAINTED = [name for name in WORKS if find_scene(name, (BUILT_IN_SCENES,)).paints]
SIZE = (192, 108)
RATE = 30.0
Frames = NDArray[np.float32]


@pytest.fixture(scope="module")
def programs() -> Iterator[ShaderCache]:
    context = standalone()
    programs = ShaderCache(context)
    yield programs
    programs.release()
    context.release()


@cache
def wall(people: int, frames: int) -> tuple[Moment, ...]:
    """The first Moments of a wall before which so many synthetic visitors dance, each with a dancer."""
    eye = open_eye(
        CameraSection(source=f"ghost:{people}").model_dump(), EyeSection().model_dump(), 0, 1, live=False, epoch=0.0
    )
    moments = []
    for frame in range(frames):
        t = frame / RATE
        letter = eye.step({}, t) if people else None
        seen = letter.body.visitors if letter is not None else ()
        moment = Moment(
            time=t,
            frame=frame,
            step=1 / RATE if frame else 0.0,
            visitors=seen,
            dancers=tuple(beside(visitor) for visitor in seen if visitor.body is not None),
            crowd=crowd_of(seen),
            pulse=Pulse(beat=2 * t, bar=t / 2, confidence=1.0),
        )
        moments.append(moment)
    return tuple(moments)


def beside(visitor: Visitor) -> Dancer:
    """Somebody who does as the visitor does."""
    assert visitor.body is not None
    body = replace(visitor.body, hips_m=visitor.body.hips_m + (0.9, 0.0, 0.3))
    return Dancer(100 + visitor.id, visitor.id, body, slot=visitor.slot)


def knobs_of(name: str) -> tuple[Knob, ...]:
    return find_scene(name, (BUILT_IN_SCENES,)).knobs


def play(
    programs: ShaderCache,
    name: str,
    given: Iterable[Moment],
    knobs: Mapping[str, Value] | None = None,
    size: tuple[int, int] = SIZE,
    every: int = 10,
    quality: float = 1.0,
) -> Frames:
    """(n, height, width, 3) of every so many frames, as the scene wrote them: neither clamped nor rounded."""
    people = VisitorTextureSet(programs, size)
    graphics = SceneGraphics(programs, (BUILT_IN_SCENES,), size, 1, people)
    canvas = RenderTarget(programs.context, size, TargetFormat(kind="f4"))
    canvas.scale = quality
    values = {f"/{knob.name}": knob.default for knob in knobs_of(name)}
    values |= {f"/{knob}": value for knob, value in (knobs or {}).items()}
    frames = []
    try:
        scene = find_scene(name, (BUILT_IN_SCENES,))()
        host = graphics.host = HostUniforms(graphics, type(scene))
        scene.setup(graphics)
        assert graphics.drawable
        for moment in given:
            people.update(moment)
            host.begin(moment, KnobValues(values, "/"))
            scene.draw(moment, KnobValues(values, "/"), canvas)
            if (moment.frame + 1) % every == 0:
                wide, high = canvas.drawn
                read = canvas.front().read(viewport=(0, 0, wide, high), components=3, dtype="f4", alignment=1)
                frames.append(np.frombuffer(read, np.float32).reshape(high, wide, 3))
        return np.array(frames)
    finally:
        canvas.release()
        graphics.release()
        people.release()


def difference(a: Frames, b: Frames, share: float = 0.01) -> float:
    """How far apart the most different `share` of the pixels lie at least, in steps of an eight-bit picture."""
    apart = np.abs(np.clip(a, 0, 1) - np.clip(b, 0, 1)).max(axis=-1)
    return float(np.quantile(apart, 1.0 - share) * 255)


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_has_three_to_nine_knobs_that_say_what_they_do(name: str) -> None:
    knobs = knobs_of(name)
    assert 3 <= len(knobs) <= 9
    assert len({knob.name for knob in knobs}) == len(knobs)
    for knob in knobs:
        assert len(knob.help) > 10 and not knob.help.endswith(".")
        if knob.kind in ("number", "whole number"):
            assert knob.low < knob.high and knob.low <= knob.default <= knob.high  # type: ignore[operator]


@pytest.mark.parametrize("name", WORKS)
def test_a_work_brings_looks_that_may_follow_one_another_in_any_order(name: str) -> None:
    presets, knobs = find_scene(name, (BUILT_IN_SCENES,)).presets, {knob.name: knob for knob in knobs_of(name)}
    assert len(presets) >= 2
    assert len({frozenset(look) for look in presets.values()}) == 1, "each turns the same knobs"
    for look in presets.values():
        assert all(coerce(knobs[name], value) == value for name, value in look.items())


@pytest.mark.parametrize("name", [n for n in WORKS if n not in PAINTED])
def test_the_looks_of_a_work_differ(programs: ShaderCache, name: str) -> None:
    presets, given = find_scene(name, (BUILT_IN_SCENES,)).presets, wall(2, 30)
    seen = [play(programs, name, given, look, every=30)[-1] for look in presets.values()]
    assert min(difference(a, b, 0.1) for a, b in combinations(seen, 2)) > 5


@pytest.mark.parametrize("name", [n for n in WORKS if find_scene(n, (BUILT_IN_SCENES,)).cast.alone])
@pytest.mark.slow
def test_dancers_hold_the_wall_until_somebody_enters(programs: ShaderCache, name: str) -> None:
    def dance(moment: Moment) -> Moment:
        alone = tuple(replace(dancer, partner=0, voice=n) for n, dancer in enumerate(moment.dancers))
        return replace(moment, visitors=(), dancers=alone)

    empty = play(programs, name, wall(0, 40), every=40)[-1]
    danced = play(programs, name, (dance(moment) for moment in wall(2, 40)), every=40)[-1]
    assert difference(empty, danced) > 20
    entered = (dance(m) if m.frame < 40 else replace(m, dancers=()) for m in wall(2, 44))
    frames = play(programs, name, entered, every=1)[35:]
    usual = max(difference(a, b) for a, b in pairwise(frames[:5]))
    assert max(difference(a, b) for a, b in pairwise(frames)) < 60 + 3 * usual, "no cut"


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_says_in_a_line_what_it_is(name: str) -> None:
    assert len((find_scene(name, (BUILT_IN_SCENES,)).__doc__ or "").strip().splitlines()[0]) > 20


@pytest.mark.parametrize("name", NAMES)
def test_the_empty_wall_is_never_black_and_never_still(programs: ShaderCache, name: str) -> None:
    frames = play(programs, name, wall(0, 50))
    assert np.isfinite(frames).all()
    lit = np.clip(frames, 0, 1).max(axis=-1)
    assert lit.max(axis=(1, 2)).min() > 0.15
    assert min(difference(a, b, 0.0002) for a, b in pairwise(frames)) > 1.0


@pytest.mark.parametrize("name", NAMES)
def test_the_wall_answers_one_visitor_and_four_otherwise(programs: ShaderCache, name: str) -> None:
    nobody, one, four = (play(programs, name, wall(n, 40), every=40)[-1] for n in (0, 1, 4))
    assert difference(nobody, one) > 20
    assert difference(one, four) > 20
    assert np.isfinite([one, four]).all()


@pytest.mark.parametrize("name", NAMES)
def test_visitors_who_have_left_leave_a_wall_that_lives(programs: ShaderCache, name: str) -> None:
    left = (m if m.frame < 20 else replace(m, visitors=(), dancers=()) for m in wall(2, 80))
    frames = play(programs, name, left)
    assert np.isfinite(frames).all()
    assert np.clip(frames[-1], 0, 1).max() > 0.15
    assert difference(frames[-2], frames[-1], 0.0002) > 1.0


@pytest.mark.parametrize("name", NAMES)
def test_equal_moments_give_equal_frames(programs: ShaderCache, name: str) -> None:
    given = wall(2, 20)
    assert (play(programs, name, given) == play(programs, name, given)).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.slow
def test_every_knob_can_be_seen_at_its_ends(programs: ShaderCache, name: str) -> None:
    picture = Picture(1, np.full((9, 16, 3), 128, np.uint8))
    # Not from the beginning, when a day and a night of any length are equal.
    given = [
        replace(moment, picture=picture, sound=sound(moment.time, 0.7, 0.7), time=100.0 + moment.time)
        for moment in wall(2, 24 if name == "guise" else 12)  # where bodies gather at first
    ]
    usual = play(programs, name, given, every=6)
    for knob in knobs_of(name):
        for value in ends(knob):
            if value != knob.default:
                turned = play(programs, name, given, {knob.name: value}, every=6)
                assert np.isfinite(turned).all(), knob.name
                assert not (turned == usual).all(), knob.name


def ends(knob: Knob) -> tuple[Value, Value]:
    if isinstance(knob.default, bool):
        return False, True
    if isinstance(knob.default, tuple):
        return (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    if isinstance(knob.default, str):
        return knob.choices[0], knob.choices[-1]
    return knob.low, knob.high


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [(108, 192), (320, 90), (17, 16)])
def test_a_scene_fits_any_wall_and_any_quality(programs: ShaderCache, name: str, size: tuple[int, int]) -> None:
    for quality in (1.0, 0.4):
        frames = play(programs, name, wall(1, 10), size=size, every=5, quality=quality)
        assert np.isfinite(frames).all()
        assert np.clip(frames[-1], 0, 1).max() > 0.1


@pytest.mark.parametrize("name", NAMES)
def test_leaps_of_time_and_of_visitors_leave_no_mark(programs: ShaderCache, name: str) -> None:
    def shaken() -> Iterator[Moment]:
        chance = np.random.default_rng(3)
        for moment in wall(3, 20):
            far = []
            for slot, v in zip((1, 7, 16), moment.visitors, strict=False):
                leap = chance.uniform(-3, 3, 2).astype(np.float32)
                far.append(replace(v, landmarks_screen=v.landmarks_screen + leap, slot=slot))
            yield replace(moment, step=float(chance.choice([0.0, 1e-4, 0.1])), visitors=tuple(far))

    frames = play(programs, name, shaken())
    assert np.isfinite(frames).all()
    calm = play(programs, name, (replace(m, time=1e5 + m.time) for m in wall(0, 30)))
    assert np.isfinite(calm).all() and difference(calm[-2], calm[-1], 0.0002) > 1.0


@pytest.mark.parametrize("name", [n for n in NAMES if find_scene(n, (BUILT_IN_SCENES,)).shows_camera])
def test_who_says_so_shows_the_camera_picture(programs: ShaderCache, name: str) -> None:
    white = Picture(1, np.full((90, 160, 3), 255, np.uint8))
    given = wall(1, 20)
    with_picture = play(programs, name, (replace(m, picture=white) for m in given))
    assert difference(play(programs, name, given)[-1], with_picture[-1]) > 10
