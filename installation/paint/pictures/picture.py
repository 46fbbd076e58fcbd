"""Picture files: decode any format to upright 8-bit sRGB, list the pictures of a folder, read its manifest.csv."""

from __future__ import annotations

import csv
import io
import struct
import warnings
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from installation.core.errors import UserError

Pixels = NDArray[np.uint8]
"""(height, width, 3) RGB, first row on top."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")
"""File name suffixes of pictures."""
MIN_SIDE_PX = 64
"""Shortest side of a picture that can be painted or learned from."""
MAX_PIXELS = 100_000_000
"""Larger pictures are rejected before they are decoded: one might fill the memory, by accident or by intent."""
MAX_LONG_SIDE_PX = 4096
"""Longer side of a picture as read; larger pictures are reduced."""
MANIFEST_FILE = "manifest.csv"
"""Optional table of artists, titles and licences beside the pictures of a folder."""

_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)
"""What Pillow's readers raise on damaged files."""


class PictureError(UserError):
    """A picture, or a folder of pictures, that cannot be used; the message names file, reason and remedy."""

    status = 2


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture file and its row of the folder's manifest.csv; fields are empty where the manifest has none."""

    path: Path
    artist: str = ""
    title: str = ""
    date: str = ""
    licence: str = ""
    source_url: str = ""


def read_picture(path: str | Path, longest: int = MAX_LONG_SIDE_PX) -> Pixels:
    """Decode a picture file to (height, width, 3) RGB, reduced until its longer side has at most `longest` pixels.

    Grey, palette, CMYK and 16-bit pictures become 8-bit sRGB; transparent areas lie over white; EXIF rotation is
    applied; of an animation or a multi-page file the first frame is read. Raises PictureError.
    """
    path = Path(path)
    try:
        # Pillow warns from 89 Mpx on; MAX_PIXELS is our bound.
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(path) as file,
        ):
            wide, high = file.size
            if wide * high > MAX_PIXELS:
                raise PictureError(f"{path}: {wide}x{high} pixels; at most {MAX_PIXELS:,} can be read: make it smaller")
            if min(wide, high) < MIN_SIDE_PX:
                raise PictureError(f"{path}: {wide}x{high} pixels; each side needs {MIN_SIDE_PX} or more")
            file.draft("RGB", (min(longest, wide), min(longest, high)))
            image = _to_rgb(ImageOps.exif_transpose(file))
    except FileNotFoundError:
        raise PictureError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise PictureError(f"{path}: a folder, expected a picture") from None
    except Image.DecompressionBombError:
        raise PictureError(
            f"{path}: more than {MAX_PIXELS:,} pixels, the most that can be read: make it smaller"
        ) from None
    except UnidentifiedImageError:
        raise PictureError(f"{path}: no picture that can be read; expected one of {', '.join(SUFFIXES)}") from None
    except _DECODE_ERRORS as error:
        reason = getattr(error, "strerror", None) or error
        raise PictureError(f"{path}: damaged or cut short ({reason}); save or copy it again") from None
    except MemoryError:
        raise PictureError(f"{path}: too large for this machine's memory; make it smaller") from None
    if max(image.size) > longest:
        scale = longest / max(image.size)
        image = image.resize(
            (max(round(image.width * scale), 1), max(round(image.height * scale), 1)),
            Image.Resampling.LANCZOS,
            reducing_gap=2.0,
        )
    return np.asarray(image, np.uint8)


def find_pictures(place: str | Path) -> list[Path]:
    """Return the files of all pictures below a folder, sorted by path; for a file, that file. Raises PictureError."""
    place = Path(place)
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise PictureError(f"{place}: no such file or folder")
    found = sorted(
        file
        for file in place.rglob("*")
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    )
    if not found:
        raise PictureError(f"{place}: holds no pictures ({', '.join(SUFFIXES)})")
    return found


def read_catalogue(folder: str | Path) -> list[PictureFile]:
    """Return the pictures below a folder, each with its row of the folder's manifest.csv where that exists.

    Columns of the manifest: file (relative to the folder), artist, title, date, licence, source_url; all but the first
    are optional, other columns are ignored. Raises PictureError.
    """
    folder = Path(folder)
    files = find_pictures(folder)
    rows = _read_manifest(folder / MANIFEST_FILE) if folder.is_dir() and (folder / MANIFEST_FILE).is_file() else {}
    return [PictureFile(file, **rows.get(file.relative_to(folder).as_posix(), {})) for file in files]


def _read_manifest(path: Path) -> dict[str, dict[str, str]]:
    names = [name for name in PictureFile.__slots__ if name != "path"]
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        if "file" not in (rows.fieldnames or ()):
            raise PictureError(f'{path}, line 1: no column "file"; right would be: file,{",".join(names)}')
        return {(row["file"] or "").strip(): {name: (row.get(name) or "").strip() for name in names} for row in rows}
    except UnicodeDecodeError as error:
        raise PictureError(f"{path}: no UTF-8 text (byte {error.start}); save it as UTF-8") from None
    except csv.Error as error:
        raise PictureError(f"{path}, line {rows.line_num}: {error}") from None
    except OSError as error:
        raise PictureError(f"{path}: {error.strerror}") from None


def _to_rgb(image: Image.Image) -> Image.Image:
    """Convert to 8-bit sRGB, transparent areas over white."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _deep_grey_to_rgb(image)
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        image = Image.new("RGB", clear.size, "white")
        image.paste(clear, mask=clear.getchannel("A"))
    if profile and image.mode in ("RGB", "CMYK", "L"):
        # A profile that cannot be read, or has other channels than the picture, is ignored.
        with suppress(ImageCms.PyCMSError, OSError, TypeError):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            shown = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = shown if shown is not None else image
    return image.convert("RGB")


def _deep_grey_to_rgb(image: Image.Image) -> Image.Image:
    """Convert 16- or 32-bit grey; white is the format's full scale, or the brightest value where that is higher."""
    values = np.nan_to_num(np.asarray(image, np.float32))
    whites = (1.0, 255.0, 65535.0) if image.mode == "F" else (65535.0,)
    brightest = float(values.max())
    white = next((white for white in whites if brightest <= white), brightest)
    return Image.fromarray(np.clip(values * (255.0 / white) + 0.5, 0.0, 255.0).astype(np.uint8)).convert("RGB")
