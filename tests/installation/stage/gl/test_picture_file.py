"""A scene's own picture is on the wall as it is in its file; one that is missing or damaged is named."""

from __future__ import annotations

from pathlib import Path

import moderngl
import numpy as np
import pytest
from PIL import Image

from installation.interface.moment import Moment, Programme
from installation.stage.gl.glsl_source import GlslError
from installation.stage.gl.isf_header import read_header
from installation.stage.gl.picture_file import ImageFileError, find_picture, read_picture
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import SceneGraphics
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue


@pytest.fixture
def leaf(tmp_path: Path) -> Path:
    """A picture, 3 x 2: red above, half transparent blue below."""
    pixels = np.array([[[255, 0, 0, 255]] * 3, [[0, 0, 255, 128]] * 3], np.uint8)
    (tmp_path / "scenes").mkdir()
    Image.fromarray(pixels).save(tmp_path / "scenes" / "leaf.png")
    return tmp_path / "scenes" / "leaf.png"


def test_colours_and_alpha_are_those_of_the_file_the_bottom_row_first(leaf: Path) -> None:
    found = read_picture(leaf)
    assert found.shape == (2, 3, 4)
    assert found[0, 0].tolist() == [0, 0, 255, 128] and found[1, 0].tolist() == [255, 0, 0, 255]


def test_a_photograph_that_was_taken_upright_stands_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to show it
    Image.new("RGB", (40, 20)).save(tmp_path / "photo.jpg", exif=exif)
    assert read_picture(tmp_path / "photo.jpg").shape == (40, 20, 4)


def test_sixteen_bits_of_grey_are_read(tmp_path: Path) -> None:
    Image.fromarray(np.full((2, 2), 32768, np.uint16)).save(tmp_path / "height.png")
    assert read_picture(tmp_path / "height.png")[0, 0].tolist() == [128, 128, 128, 255]


def test_a_picture_lies_beside_the_scene_or_in_the_venue(leaf: Path) -> None:
    scenes = leaf.parent
    assert find_picture("leaf.png", (scenes,)) == leaf
    other = scenes.parent / "pictures"
    other.mkdir()
    leaf.rename(other / "leaf.png")
    assert find_picture("pictures/leaf.png", (scenes,)) == other / "leaf.png"


def test_a_missing_picture_is_named_with_the_folders_that_were_searched(tmp_path: Path) -> None:
    with pytest.raises(ImageFileError, match=rf'no picture "leaf\.png".*folder of the scene.*{tmp_path}'):
        find_picture("leaf.png", (tmp_path,))


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n\x00\x00"])
def test_a_damaged_picture_is_named_with_what_would_be_right(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "leaf.png").write_bytes(content)
    with pytest.raises(ImageFileError, match=r"leaf\.png: should be a picture, such as PNG"):
        read_picture(tmp_path / "leaf.png")


def test_the_same_file_is_one_texture_and_other_options_another(context: moderngl.Context, leaf: Path) -> None:
    cache = ShaderCache(context)
    graphics = SceneGraphics(cache, (leaf.parent,), (64, 32), 1)
    first = graphics.image("leaf.png")
    assert first.size == (3, 2)
    assert graphics.image("leaf.png") is first
    assert graphics.image("leaf.png", wrap="repeat") is not first
    graphics.release()
    cache.release()


@pytest.mark.parametrize("imported", ['{"leaf": {"PATH": "leaf.png"}}', '[{"NAME": "leaf", "PATH": "leaf.png"}]'])
def test_a_lone_shader_imports_a_picture(context: moderngl.Context, leaf: Path, imported: str) -> None:
    text = f'/*{{"IMPORTED": {imported}}}*/\nvoid main() {{ colour = vec4(texture(leaf, uv).rgb, 1.0); }}\n'
    (leaf.parent / "shown.frag").write_text(text)
    stage = Stage(context, Venue(canvas=CanvasSection(size=(16, 16))), ("shown",), leaf.parents[1])
    picture = read_pixels(stage.draw(Moment(0.0, 0, 0.0, programme=Programme("shown"))))
    stage.close()
    assert picture[0, 8].tolist() == [255, 0, 0] and picture[-1, 8].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    ("imported", "error"),
    [
        ('"leaf.png"', "IMPORTED should be an object"),
        ('{"leaf": "leaf.png"}', "picture leaf: PATH should be the name of one file"),
        ('{"leaf": {"PATH": 3}}', "picture leaf: PATH should be the name of one file"),
        ('{"a leaf": {"PATH": "leaf.png"}}', "a picture's name should be letters"),
        ('{"leaf": {"PATH": "leaf.png", "TYPE": "cube"}}', "cube maps are not supported"),
        ("[3]", "a picture's name should be letters"),
    ],
)
def test_a_wrong_import_is_named_with_its_line(imported: str, error: str) -> None:
    text = f'/*{{\n    "IMPORTED": {imported}\n}}*/\n'
    with pytest.raises(GlslError, match=rf"work\.frag:[12]: .*{error}"):
        read_header(text, Path("work.frag"))
