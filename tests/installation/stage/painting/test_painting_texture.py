"""Between two paintings the wall moves at its own rate, and without a newer one it stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moderngl
import numpy as np
import pytest

from installation.interface.moment import Moment
from installation.interface.painting import Painting
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import SceneGraphics
from installation.stage.painting.painting_texture import APPEAR_SECONDS, PaintingPlayer

HIGH, WIDE = 36, 72


@pytest.fixture
def player(context: moderngl.Context) -> Iterator[PaintingPlayer]:
    shader_cache = ShaderCache(context)
    graphics = SceneGraphics(shader_cache, (), (72, 36), 1, scene="a")
    yield graphics.painting()
    graphics.release()
    shader_cache.release()


def bar(at: int) -> np.ndarray:
    """A white bar of 8 columns on black, its left edge at a column; the top row red."""
    pixels = np.zeros((HIGH, WIDE, 3), np.uint8)
    pixels[:, at : at + 8] = 255
    pixels[0] = (255, 0, 0)
    return pixels


def painting(number: int, t: float, pixels: np.ndarray, speed: float = 0.0, since: float | None = None) -> Painting:
    flow = np.zeros((4, 8, 2), np.float32)
    flow[..., 0] = speed
    return Painting(number, t, "a", since, flow, pixels)


def shown(player: PaintingPlayer, t: float, newest: Painting | None, step: float = 1 / 30) -> Any:
    """The picture (h, w, 3) in the size of the painting, top row first."""
    target = player(Moment(t, 0, step, painting=newest))
    if target is None:
        return None
    data = np.frombuffer(target.texture.read(alignment=1), np.uint8)
    return data.reshape(target.size[1], target.size[0], 4)[::-1, :, :3]


def middle(picture: np.ndarray) -> float:
    """The column around which the bar lies."""
    row = picture[HIGH // 2, :, 0].astype(float)
    return float((row * (np.arange(WIDE) + 0.5)).sum() / row.sum())


def test_before_there_is_a_painting_there_is_nothing(player: PaintingPlayer) -> None:
    assert shown(player, 0.0, None) is None
    other = Painting(1, 0.0, "b", None, np.zeros((4, 8, 2), np.float32), bar(8))
    assert shown(player, 0.1, other) is None, "it is another scene's"
    assert player.presence == 0.0


def test_the_first_painting_hangs_upright_and_appears_softly(player: PaintingPlayer) -> None:
    first = painting(1, 1.0, bar(8))
    picture = shown(player, 1.1, first)
    assert picture[0].tolist() == [[255, 0, 0]] * WIDE
    assert 0.0 < player.presence < 0.2
    for frame in range(30):
        picture = shown(player, 1.1 + frame / 30, first)
    assert player.presence == 1.0
    np.testing.assert_array_equal(picture, first.pixels)


def test_what_moves_is_where_it_is_by_now_at_every_frame(player: PaintingPlayer) -> None:
    # The bar goes 80 columns a second: 2.5 canvas heights; ten paintings a second, told a tenth of a second late.
    paintings = [painting(n, n / 10, bar(8 * (n % 6)), 2.5, since=(n - 1) / 10 if n else None) for n in range(6)]
    seen = []
    for frame in range(18):
        t = 0.101 + frame / 30
        newest = paintings[min(int((t - 0.1) * 10), 5)]
        seen.append(middle(shown(player, t, newest)))
    steps = np.diff(seen[9:15])
    assert (steps > 0.5 * 80 / 30).all() and (steps < 1.5 * 80 / 30).all(), seen


def test_a_wall_whose_painter_is_away_keeps_its_painting(player: PaintingPlayer) -> None:
    shown(player, 0.0, painting(1, 0.0, bar(8)))
    last = painting(2, 0.1, bar(16), 2.5, since=0.0)
    pictures = [shown(player, t, last) for t in (0.2, 1.0, 60.0)]
    np.testing.assert_array_equal(pictures[1], last.pixels)
    np.testing.assert_array_equal(pictures[2], last.pixels)


def test_a_painting_to_which_nothing_leads_comes_over_the_one_before(player: PaintingPlayer) -> None:
    shown(player, 0.0, painting(1, 0.0, bar(8)))
    shown(player, 1.0, None)
    other = painting(2, 2.0, bar(40), 2.5)
    begun = shown(player, 2.0, other)
    halfway = shown(player, 2.0 + 0.5 * APPEAR_SECONDS, other)
    done = shown(player, 2.0 + 2 * APPEAR_SECONDS, other)
    np.testing.assert_array_equal(begun, bar(8))
    assert 100 < halfway[16, 10, 0] < 155 and 100 < halfway[16, 42, 0] < 155
    np.testing.assert_array_equal(done, bar(40))


def test_paintings_of_another_size_fit_the_same_wall(player: PaintingPlayer) -> None:
    shown(player, 0.0, painting(1, 0.0, bar(8)))
    small = Painting(2, 0.1, "a", 0.0, np.zeros((2, 4, 2), np.float32), bar(8)[::2, ::2])
    for frame in range(20):
        picture = shown(player, 0.2 + frame / 30, small)
    assert picture.shape == small.pixels.shape
    assert middle(picture.repeat(2, axis=0).repeat(2, axis=1)) == pytest.approx(12.0, abs=1.0)


def test_a_painting_is_never_hung_in_sides_for_which_a_driver_makes_other_programs(player: PaintingPlayer) -> None:
    square = Painting(1, 0.0, "a", None, np.zeros((2, 4, 2), np.float32), np.full((32, 64, 3), 90, np.uint8))
    for _ in range(30):
        picture = shown(player, 0.0, square)
    assert picture.shape == (33, 65, 3)
    assert abs(picture.astype(int) - 90).max() <= 1


def test_a_hanging_gives_back_all_its_textures(context: moderngl.Context) -> None:
    shader_cache = ShaderCache(context)
    graphics = SceneGraphics(shader_cache, (), (72, 36), 1, scene="a")
    player = graphics.painting()
    for number in range(5):
        shown(player, number / 10, painting(number, number / 10, bar(8), since=(number - 1) / 10))
    held = (*player._ring, player._upload_buffer, player._flow)
    assert len(player._ring) == 3
    graphics.release()
    shader_cache.release()
    assert all(isinstance(thing.mglo, moderngl.InvalidObject) for thing in held if thing is not None)
