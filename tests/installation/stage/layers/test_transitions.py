"""Every transition is whole at both ends, and whatever is asked for, something passes between two scenes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import moderngl
import numpy as np
import pytest

from installation.interface.moment import Moment, Programme
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.layers.crossfader import Crossfader
from installation.stage.layers.transitions import FALLBACK, transition_names
from installation.stage.outputs.screenshot import read_pixels

SIZE = (96, 54)
Open = Callable[..., Crossfader]


@pytest.fixture
def open_crossfader(context: moderngl.Context) -> Iterator[Open]:
    """A crossfader whose two scenes are noise, dark and light."""
    programs = ShaderCache(context)
    made: list[Crossfader] = []

    def opened(folder: Path | None = None, size: tuple[int, int] = SIZE) -> Crossfader:
        crossfader = Crossfader(programs, size, folder)
        random = np.random.default_rng(1)
        for target, low in ((crossfader.scene, 0), (crossfader.following, 120)):
            target.texture.write(random.integers(low, low + 130, (*size[::-1], 4), np.uint8).tobytes())
        made.append(crossfader)
        return crossfader

    yield opened
    for crossfader in made:
        crossfader.release()
    programs.release()


def shown(
    crossfader: Crossfader, mix: float = 0.0, kind: str = FALLBACK, frame: int = 0, **master: float
) -> np.ndarray:
    programme = Programme("a", "b", mix, kind, 3, **master)
    return read_pixels(crossfader.compose(Moment(frame / 30, frame, 1 / 30, programme=programme))).astype(int)


def test_there_are_eight_kinds_and_more_beside_the_crossfade() -> None:
    assert len(transition_names(None)) > 8
    assert transition_names(None)[0] == FALLBACK


@pytest.mark.parametrize("kind", transition_names(None))
@pytest.mark.parametrize("size", [SIZE, (192, 54)])
def test_a_transition_is_exactly_the_one_at_0_and_the_other_at_1(
    open_crossfader: Open, kind: str, size: tuple[int, int]
) -> None:
    crossfader = open_crossfader(size=size)
    before, after = read_pixels(crossfader.scene).astype(int), read_pixels(crossfader.following).astype(int)
    assert (shown(crossfader, 0.0, kind) == before).all()
    assert (shown(crossfader, 1.0, kind) == after).all()
    assert np.abs(shown(crossfader, 1e-6, kind) - before).mean() < 0.02, "and it begins there"
    assert np.abs(shown(crossfader, 1.0 - 1e-6, kind) - after).mean() < 0.02, "and ends there"
    half = shown(crossfader, 0.5, kind)
    for whole in (before, after):
        assert np.abs(half - whole).mean() > 5.0


@pytest.mark.parametrize("kind", transition_names(None))
def test_a_transition_looks_the_same_whenever_it_is_drawn_again(open_crossfader: Open, kind: str) -> None:
    crossfader = open_crossfader()
    once = shown(crossfader, 0.4, kind, frame=9)
    shown(crossfader, 0.9, kind)
    assert (shown(crossfader, 0.4, kind, frame=9) == once).all()


def test_an_unknown_kind_is_a_crossfade(open_crossfader: Open) -> None:
    crossfader = open_crossfader()
    assert (shown(crossfader, 0.5, "nothing of the kind") == shown(crossfader, 0.5)).all()


def test_a_venue_brings_its_own_and_a_broken_one_is_a_crossfade(open_crossfader: Open, tmp_path: Path) -> None:
    (tmp_path / "shaders").mkdir()
    own = '#include "transition.glsl"\nvoid main() { colour = vec4(part, 0.0, 0.0, 1.0); }\n'
    (tmp_path / "shaders/transition_red.frag").write_text(own)
    (tmp_path / "shaders/transition_bad.frag").write_text("oops\n")
    assert {"red", "bad"} < set(transition_names(tmp_path))
    crossfader = open_crossfader(tmp_path)
    assert shown(crossfader, 0.2, "red")[0, 0].tolist() == [51, 0, 0]
    assert (shown(crossfader, 0.5, "bad") == shown(crossfader, 0.5)).all()


def test_less_quality_leaves_the_ends_whole(open_crossfader: Open) -> None:
    crossfader = open_crossfader()
    crossfader.rescale(0.5)
    before = read_pixels(crossfader.scene).astype(int)
    assert before.shape[:2] == (27, 48)
    assert np.abs(shown(crossfader, 1e-6, "ink") - before).mean() < 0.02


def test_blackout_is_black_and_the_way_there_is_dithered(open_crossfader: Open) -> None:
    crossfader = open_crossfader()
    crossfader.scene.clear(0.1, 0.1, 0.1, 1.0)
    assert (shown(crossfader, dark=1.0) == 0).all()
    half = [shown(crossfader, dark=0.5, frame=frame) for frame in range(8)]
    assert 0 < np.mean(half) < 25
    assert len(np.unique(half[0])) == 2, "between two steps it is some of both"
    assert (half[0] != half[1]).any()


def test_a_picture_that_is_held_stays_and_the_next_comes_up_under_it(open_crossfader: Open) -> None:
    crossfader = open_crossfader()
    held = shown(crossfader, still=1.0)
    crossfader.scene.clear(0.0, 0.0, 0.0, 1.0)
    assert (shown(crossfader, still=1.0) == held).all()
    crossfader.rescale(0.5)
    crossfader.scene.clear(0.0, 0.0, 0.0, 1.0)
    part = shown(crossfader, still=0.5)
    assert part.shape[:2] == (27, 48)
    assert 0 < part.mean() < held.mean()
    assert (shown(crossfader) == 0).all()
    assert (shown(crossfader, still=1.0) == 0).all(), "held anew"


def test_a_picture_in_the_middle_of_a_change_can_be_held(open_crossfader: Open) -> None:
    crossfader = open_crossfader()
    middle = shown(crossfader, 0.5, "luma")
    assert (shown(crossfader, 0.5, "luma", still=1.0) == middle).all()
    assert (shown(crossfader, 0.9, "luma", still=1.0) == middle).all()
