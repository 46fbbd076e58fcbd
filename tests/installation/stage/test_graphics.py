"""Scenes that were written with old names of their graphics go on working, and the log says the new names once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import moderngl
import numpy as np
import pytest

from installation.interface.graphics import BODY_STYLES, Graphics
from installation.interface.moment import Moment
from installation.stage.bodies.visitor_textures import VisitorTextureSet
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import RENAMED, SceneGraphics, _log_renamed

SIZE = (64, 32)


@pytest.fixture
def graphics(context: moderngl.Context) -> Iterator[SceneGraphics]:
    shader_cache = ShaderCache(context)
    visitors = VisitorTextureSet(shader_cache, SIZE)
    made = SceneGraphics(shader_cache, (), SIZE, 1, visitors, "fen")
    _log_renamed.cache_clear()
    yield made
    made.release()
    visitors.release()
    shader_cache.release()


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_name_is_the_new_one_and_is_logged_once(
    graphics: SceneGraphics, caplog: pytest.LogCaptureFixture, old: str
) -> None:
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert getattr(graphics, old) == getattr(graphics, RENAMED[old])
    assert len(caplog.records) == 1
    assert f"`{old}`" in caplog.text and f"`{RENAMED[old]}`" in caplog.text and '"fen"' in caplog.text


def test_the_old_option_of_a_target_is_dynamic_resolution(
    graphics: SceneGraphics, caplog: pytest.LogCaptureFixture
) -> None:
    old, new, fixed = (
        graphics.target(**options) for options in ({"gives_way": True}, {"dynamic_resolution": True}, {})
    )
    graphics.rescale(0.5)
    assert old.size == new.size != fixed.size == SIZE
    assert "`dynamic_resolution`" in caplog.text


def test_visitors_are_renewed_only_for_scenes_that_use_them(graphics: SceneGraphics) -> None:
    assert not graphics.uses_visitors
    assert graphics.visitors.aspect == 2.0
    assert graphics.uses_visitors


def test_a_name_that_never_was_one_is_an_error(graphics: SceneGraphics) -> None:
    with pytest.raises(AttributeError, match="curtain"):
        getattr(graphics, "curtain")  # noqa: B009


def test_a_painting_that_is_not_called_is_answered_with_what_to_write(graphics: SceneGraphics, tmp_path: Path) -> None:
    (tmp_path / "wall.frag").write_text("uniform sampler2D sea;\nvoid main() { colour = texture(sea, uv); }\n")
    graphics.folders = (tmp_path,)
    wall, target = graphics.shader("wall.frag"), graphics.target()
    with pytest.raises(ValueError, match=r"`setup`, and in `draw` `sea=self\.painting\(moment\)`"):
        wall(target, sea=graphics.painting())
    with pytest.raises(ValueError, match="is given a float, and should be given a target or a texture"):
        wall(target, sea=1.0)
    wall(target, sea=graphics.painting()(Moment(0.0, 0, 0.0)))


@pytest.mark.parametrize("name", BODY_STYLES)
def test_every_body_style_can_be_made(graphics: SceneGraphics, name: str) -> None:
    assert graphics.body_style(name) is not None
    assert graphics.drawable


def test_an_unknown_body_style_is_answered_with_the_known_ones(graphics: SceneGraphics) -> None:
    with pytest.raises(ValueError, match="ink, threads"):
        graphics.body_style("marble")


def test_all_that_a_scene_may_use_is_there(graphics: SceneGraphics) -> None:
    members = {name for name in (*vars(Graphics), *Graphics.__annotations__) if not name.startswith("_")}
    assert members <= set(dir(graphics))
    assert isinstance(graphics.random, np.random.Generator)
