"""Characters stand where their bodies do, skinned by the card as numpy would, and errors of files are reported."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pytest
from PIL import Image as Pillow

from installation.core.faults import FaultBoard
from installation.interface.camera_view import View
from installation.interface.graphics import SAMPLES_PER_PIXEL
from installation.stage.bodies.bodies import BodyTable
from installation.stage.bodies.characters import SkinnedCharacters
from installation.stage.bodies.model import CharacterModel, ModelError, decode_image, find_models, load_model, mannequin
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics
from motion import rotation
from motion.body import Body
from motion.formats.gltf_mesh import Image
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

SIZE = (160, 120)
VIEW = View(SIZE[0] / SIZE[1])
GIVEN = VIEW.uniforms | {"phase_240": 0.0}
SHARED = Path(__file__).parents[5] / "shared" / "data" / "characters"


def somebody(x: float = 0.0, z: float = 3.0, seed: int = 1) -> Body:
    turns = rotation.from_vector(0.35 * np.random.default_rng(seed).normal(size=(CORE_COUNT, 3)))
    return Body(np.array([x, 0.92, z]), turns, REST_OFFSETS_M[:CORE_COUNT], np.ones(CORE_COUNT))


@pytest.fixture
def graphics(context: moderngl.Context) -> Iterator[SceneGraphics]:
    programs = ShaderCache(context)
    made = SceneGraphics(programs, (), SIZE, 1)
    yield made
    made.release()
    programs.release()


def dyed(model: CharacterModel, red: float, green: float, blue: float) -> CharacterModel:
    meshes = tuple(
        replace(m, material=replace(m.material, colour=(red, green, blue, 1.0), unlit=True)) for m in model.meshes
    )
    return replace(model, meshes=meshes)


def drawn(graphics: SceneGraphics, models: list[CharacterModel], *people: Body) -> np.ndarray:
    """(height, width, 4) linear light and coverage, top row first."""
    bodies, cast = graphics.bodies(), SkinnedCharacters(graphics, models)
    assert graphics.drawable
    target: RenderTarget = graphics.target(depth=True, samples=SAMPLES_PER_PIXEL)
    for _ in range(60):
        bodies.show(dict(enumerate(people)), 1 / 30)
    target.front().clear()
    cast.draw(target, bodies, GIVEN)
    target.resolve()
    read = np.frombuffer(target.texture.read(), np.float16).astype(np.float32)
    return read.reshape(SIZE[1], SIZE[0], 4)[::-1]


def covered_by_numpy(model: CharacterModel, body: Body, bodies: BodyTable) -> np.ndarray:
    """(n, 2) pixels, from the upper left, of every vertex as numpy skins it."""
    bodies.show({0: body}, 0.0)
    matrices = model.pose(bodies.shown[0])
    found = []
    for mesh in model.meshes:
        blended = np.einsum("vj,vjab->vab", mesh.weights, matrices[mesh.joints])
        found.append(np.einsum("vab,vb->va", blended[:, :, :3], mesh.positions) + blended[:, :, 3])
    at = VIEW.canvas(np.concatenate(found))
    return np.stack([at[:, 0] * SIZE[0], (1.0 - at[:, 1]) * SIZE[1]], axis=-1)


def characters() -> list[str]:
    return ["mannequin"] + [path.name for path in sorted(SHARED.glob("*.gl*")) if SHARED.is_dir()]


@pytest.mark.parametrize("name", characters())
def test_the_card_skins_as_numpy_does(graphics: SceneGraphics, name: str) -> None:
    model = mannequin(0.04) if name == "mannequin" else load_model(SHARED / name)
    body = somebody()
    picture = drawn(graphics, [model], body)
    pixels = covered_by_numpy(model, body, BodyTable(graphics.bodies().table.ctx))
    mask = picture[..., 3] > 0.0
    near = np.zeros_like(mask)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            near |= np.roll(mask, (dy, dx), axis=(0, 1))
    x, y = pixels.astype(int).T
    inside = (x >= 0) & (x < SIZE[0]) & (y >= 0) & (y < SIZE[1])
    assert near[y[inside], x[inside]].mean() > 0.995
    rows, columns = np.nonzero(mask)
    assert columns.min() >= x.min() - 2 and columns.max() <= x.max() + 2
    assert rows.min() >= y.min() - 2 and rows.max() <= y.max() + 2


def test_whoever_is_nearer_hides_who_is_farther(graphics: SceneGraphics) -> None:
    red, blue = dyed(mannequin(0.05), 1.0, 0.0, 0.0), dyed(mannequin(0.05), 0.0, 0.0, 1.0)
    picture = drawn(graphics, [red, blue], somebody(z=2.5), somebody(z=4.0))
    alone = drawn(graphics, [red], somebody(z=2.5))
    whole = alone[..., 3] == 1.0
    assert whole.sum() > 200
    assert picture[whole][:, 0] == pytest.approx(1.0, abs=2e-3)
    assert (picture[..., 2] > 0.5).sum() > 10


def test_bodies_take_the_characters_in_turn(graphics: SceneGraphics) -> None:
    models = [dyed(mannequin(0.05), 1.0, 0.0, 0.0), dyed(mannequin(0.05), 0.0, 1.0, 0.0)]
    picture = drawn(graphics, models, somebody(x=-0.9), somebody(x=0.9), somebody(x=0.0, z=4.0))
    left, right = picture[:, : SIZE[0] // 3], picture[:, -SIZE[0] // 3 :]
    assert left[..., 0].max() == pytest.approx(1.0) and left[..., 1].max() < 0.1
    assert right[..., 1].max() == pytest.approx(1.0)


def test_nobody_is_drawn_where_nobody_is(graphics: SceneGraphics) -> None:
    assert not drawn(graphics, [mannequin(0.05)]).any()


def test_the_lit_side_is_brighter_than_the_other(graphics: SceneGraphics) -> None:
    picture = drawn(
        graphics,
        [mannequin(0.04)],
        Body(
            np.array([0, 0.94, 3.0]),
            somebody().turns * 0 + [1, 0, 0, 0],
            REST_OFFSETS_M[:CORE_COUNT],
            np.ones(CORE_COUNT),
        ),
    )
    light = picture[..., :3].mean(axis=-1)
    rows = slice(SIZE[1] // 3, SIZE[1] // 2)
    there = np.nonzero(picture[rows, :, 3].min(axis=0) == 1.0)[0]
    assert light[rows, there[0]].mean() > 1.3 * light[rows, there[-1]].mean()


@pytest.mark.parametrize(
    ("alpha", "opacity", "covered"),
    [
        ("OPAQUE", 10, 1.0),
        ("MASK", 10, 0.0),
        ("MASK", 250, 1.0),
        ("BLEND", 128, 0.5),
    ],
)
def test_alpha_does_what_the_material_says(graphics: SceneGraphics, alpha: str, opacity: int, covered: float) -> None:
    file = io.BytesIO()
    Pillow.new("RGBA", (2, 2), (255, 255, 255, opacity)).save(file, format="PNG")
    model = dyed(mannequin(0.05), 1.0, 0.0, 0.0)
    change: dict[str, Any] = {"image": Image(file.getvalue(), "image/png"), "alpha": alpha}
    mesh = replace(model.meshes[0], material=replace(model.meshes[0].material, **change))
    solid, found = drawn(graphics, [model], somebody()), drawn(graphics, [replace(model, meshes=(mesh,))], somebody())
    inside = solid[..., 3] == 1.0
    assert np.median(found[inside][:, 3]) == pytest.approx(covered, abs=0.02)
    assert np.median(found[inside][:, 0]) == pytest.approx(covered, abs=0.02)


def test_a_character_that_is_not_there_is_told_with_where_it_was_sought(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r'no character "puck.glb" in .*characters'):
        find_models(["puck.glb"], [tmp_path])


def test_a_file_that_is_no_character_is_told(tmp_path: Path) -> None:
    (tmp_path / "puck.glb").write_bytes(b"no glb at all")
    with pytest.raises(ModelError, match=r"puck\.glb"):
        load_model(tmp_path / "puck.glb")


def test_a_venues_file_that_cannot_be_shown_is_told_and_the_wall_has_a_mannequin(
    context: moderngl.Context, tmp_path: Path, faults: FaultBoard
) -> None:
    (tmp_path / "characters").mkdir()
    (tmp_path / "characters" / "puck.glb").write_bytes(b"no glb at all")
    graphics = SceneGraphics(ShaderCache(context), (tmp_path / "scenes",), SIZE, 1)
    assert [model.name for model in graphics.characters().models] == ["mannequin"]
    assert len(faults.of_picture) == 1 and "puck.glb" in faults.of_picture[0]
    with pytest.raises(ModelError):
        graphics.characters("puck.glb")


def test_a_venue_without_characters_shows_a_mannequin_of_ten_thousand_triangles(graphics: SceneGraphics) -> None:
    assert [model.name for model in graphics.characters().models] == ["mannequin"]
    assert 9_000 < sum(len(mesh.triangles) for mesh in mannequin().meshes) < 11_000


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared characters are not beside this checkout")
def test_a_venues_folder_of_characters_is_found_by_itself(tmp_path: Path) -> None:
    (tmp_path / "characters").mkdir()
    (tmp_path / "characters" / "ada.glb").write_bytes((SHARED / "human_male_cc0.glb").read_bytes())
    assert [load_model(path).name for path in find_models([], [tmp_path / "scenes"])] == ["ada"]


def test_a_texture_is_read_top_row_first_and_made_small_enough() -> None:
    picture = Pillow.new("RGB", (4000, 10), (200, 0, 0))
    picture.paste((0, 200, 0), (0, 5, 4000, 10))
    file = io.BytesIO()
    picture.save(file, format="PNG")
    found = decode_image(Image(file.getvalue(), "image/png"))
    assert found.shape[1] <= 2048
    assert found[0, 0, :3].argmax() == 0 and found[-1, 0, :3].argmax() == 1
    with pytest.raises(ModelError, match="texture"):
        decode_image(Image(b"nothing", "image/png"))
