"""Pictures of any format are read as people see them, and the error for any other names file and remedy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from installation.paint.pictures import picture
from installation.paint.pictures.picture import PictureError, find_pictures, read_catalogue, read_picture


def ramp(high: int = 80, wide: int = 120) -> np.ndarray:
    """Dark on the left, bright on the right, red on top."""
    values = np.empty((high, wide, 3), np.uint8)
    values[...] = np.linspace(0, 250, wide).astype(np.uint8)[None, :, None]
    values[: high // 4] = (200, 20, 30)
    return values


def saved(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "png"),
        ("RGB", "bmp"),
        ("RGB", "webp"),
        ("RGB", "tif"),
        ("RGB", "jpg"),
        ("CMYK", "jpg"),
        ("CMYK", "tif"),
        ("RGBA", "png"),
        ("P", "png"),
        ("P", "gif"),
        ("YCbCr", "jpg"),
    ],
)
def test_every_kind_of_picture_looks_as_it_did(mode: str, kind: str, tmp_path: Path) -> None:
    options = {"lossless": True} if kind == "webp" else {"quality": 95} if kind == "jpg" else {}
    image = Image.fromarray(ramp())
    image = image.quantize(256) if mode == "P" else image.convert(mode)
    path = saved(tmp_path / f"a.{kind}", image, **options)
    read = read_picture(path)
    assert read.shape == (80, 120, 3) and read.dtype == np.uint8
    assert np.abs(read.astype(int) - ramp()).mean() < 6


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ((ramp()[..., 0].astype(np.uint16) * 257), "png"),
        ((ramp()[..., 0].astype(np.uint16) * 257), "tif"),
        ((ramp()[..., 0] / np.float32(255.0)), "tif"),
        ((ramp()[..., 0].astype(np.int32) * 257), "tif"),
        (ramp()[..., 0], "png"),
    ],
)
def test_grey_of_any_depth_keeps_its_tones(values: np.ndarray, kind: str, tmp_path: Path) -> None:
    read = read_picture(saved(tmp_path / f"a.{kind}", Image.fromarray(values)))
    assert np.abs(read.astype(int) - ramp()[..., :1]).max() <= 1


def test_what_is_transparent_lies_over_white(tmp_path: Path) -> None:
    clear = np.concatenate([ramp(), np.zeros((80, 120, 1), np.uint8)], axis=-1)
    clear[40:, :, 3] = 255
    read = read_picture(saved(tmp_path / "a.png", Image.fromarray(clear)))
    assert (read[:40] == 255).all()
    assert (read[40:] == ramp()[40:]).all()


def test_a_camera_that_was_turned_is_turned_back(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    read = read_picture(saved(tmp_path / "a.png", Image.fromarray(np.rot90(ramp())), exif=exif))
    assert (read == ramp()).all()


def test_of_an_animation_it_is_the_first_picture(tmp_path: Path) -> None:
    later = [Image.fromarray(np.full((80, 120, 3), 90, np.uint8))]
    for kind in ("gif", "webp", "png"):
        path = tmp_path / f"a.{kind}"
        Image.fromarray(ramp()).save(path, save_all=True, append_images=later)
        assert np.abs(read_picture(path).astype(int) - ramp()).mean() < 8


def test_another_colour_space_is_brought_to_srgb(tmp_path: Path) -> None:
    from PIL import ImageCms

    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = read_picture(saved(tmp_path / "a.png", Image.fromarray(ramp()), icc_profile=lab))
    assert np.abs(same.astype(int) - ramp()).max() <= 2
    broken = read_picture(saved(tmp_path / "b.png", Image.fromarray(ramp()), icc_profile=b"no profile"))
    assert (broken == ramp()).all()


def test_large_pictures_come_reduced_in_their_own_aspect(tmp_path: Path) -> None:
    for kind in ("jpg", "png"):
        path = saved(tmp_path / f"a.{kind}", Image.fromarray(ramp(800, 1200)))
        assert read_picture(path, 300).shape == (200, 300, 3)
    assert read_picture(path).shape == (800, 1200, 3)


def test_a_picture_too_large_for_memory_is_refused_before_it_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "a.png", Image.new("1", (20_000, 6_000)))
    with pytest.raises(PictureError, match="20000x6000 pixels; at most 100,000,000"):
        read_picture(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(PictureError, match="make it smaller"):
        read_picture(path)


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "bmp", "webp", "tif"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_a_picture_that_was_cut_short_is_told_by_name(kind: str, share: float, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (80, 120, 3), np.uint8)
    path = saved(tmp_path / f"half.{kind}", Image.fromarray(noise))
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    with pytest.raises(PictureError, match=f"half.{kind}: (damaged|no picture)"):
        read_picture(path)


def test_what_is_no_picture_or_too_small_is_told_by_name(tmp_path: Path) -> None:
    text = tmp_path / "note.jpg"
    text.write_text("no picture")
    (tmp_path / "empty.png").touch()
    small = saved(tmp_path / "small.png", Image.new("RGB", (63, 400)))
    for path, message in (
        (text, "note.jpg: no picture that can be read; expected one of .png"),
        (tmp_path / "empty.png", "empty.png: no picture"),
        (small, "small.png: 63x400 pixels; each side needs 64"),
        (tmp_path / "none.png", "none.png: no such file"),
        (tmp_path, "a folder, expected a picture"),
    ):
        with pytest.raises(PictureError, match=message):
            read_picture(path)


def test_a_folder_gives_its_pictures_by_name_and_nothing_else(tmp_path: Path) -> None:
    for name in ("b/2.JPG", "a.png", "b/1.webp", "notes.txt", ".hidden.png", "b/._2.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [file.relative_to(tmp_path).as_posix() for file in find_pictures(tmp_path)]
    assert found == ["a.png", "b/1.webp", "b/2.JPG"]
    assert find_pictures(tmp_path / "a.png") == [tmp_path / "a.png"]


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="holds no pictures"):
        find_pictures(tmp_path)
    with pytest.raises(PictureError, match="nowhere: no such file or folder"):
        find_pictures(tmp_path / "nowhere")


def test_the_manifest_tells_whose_each_picture_is(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/1.png", "2.png"):
        (tmp_path / name).touch()
    manifest = '\ufefffile,width,artist,licence\nb/1.png,9,"Smith, P. C.",CC0-1.0\nx.png,,,\n'
    (tmp_path / picture.MANIFEST_FILE).write_text(manifest, encoding="utf-8")
    unknown, known = read_catalogue(tmp_path)
    assert (known.artist, known.licence, known.title) == ("Smith, P. C.", "CC0-1.0", "")
    assert unknown == picture.PictureFile(tmp_path / "2.png")
    assert read_catalogue(tmp_path / "2.png") == [unknown]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"name,artist\n1.png,x\n", 'manifest.csv, line 1: no column "file"; right would be: file,artist,title'),
        (b"file,artist\n1.png,\xff\n", "manifest.csv: no UTF-8 text"),
        (b'file,artist\n1.png,"x\n', r"manifest.csv, line \d: "),
    ],
)
def test_a_manifest_that_cannot_be_read_is_told_with_its_line(data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()
    (tmp_path / picture.MANIFEST_FILE).write_bytes(data)
    with pytest.raises(PictureError, match=message):
        read_catalogue(tmp_path)
