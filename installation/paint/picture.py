"""Pictures of every kind, read alike: upright RGB of 8 bits; the folders that hold them, and what is known of each."""

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

from installation.core.errors import Trouble

Pixels = NDArray[np.uint8]
"""(height, width, 3) RGB, first row on top."""

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")
SMALLEST = 64
"""Pixels of a side below which nothing can be learned from a picture, nor painted over it."""
MOST = 100_000_000
"""Pixels above which a picture is refused before it is decoded: it might fill the memory, or mean to."""
LONGEST = 4096
"""Pixels of the longer side of what is read; larger pictures are reduced."""
MANIFEST = "manifest.csv"

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)
"""What Pillow's readers raise on damaged files."""


class PictureError(Trouble):
    """A picture, or a folder of them, that can't be used; says which, why, and what would be right."""

    status = 2


@dataclass(frozen=True, slots=True)
class Work:
    """A picture in a file, and what the folder's manifest.csv says of it: empty where it says nothing."""

    path: Path
    artist: str = ""
    title: str = ""
    date: str = ""
    licence: str = ""
    source_url: str = ""


def read_picture(path: str | Path, longest: int = LONGEST) -> Pixels:
    """The picture in a file, as (height, width, 3) RGB, reduced until its longer side has at most `longest` pixels.

    Grey, palette, CMYK and 16-bit pictures become RGB of 8 bits in sRGB; what is transparent lies over white; the turn
    of a camera is undone; of an animation or of several pages it is the first. Raises PictureError.
    """
    path = Path(path)
    try:
        # Pillow warns from 89 Mpx on; the bound here is ours.
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(path) as file,
        ):
            wide, high = file.size
            if wide * high > MOST:
                raise PictureError(f"{path}: {wide}x{high} pixels; at most {MOST:,} can be read: make it smaller")
            if min(wide, high) < SMALLEST:
                raise PictureError(f"{path}: {wide}x{high} pixels; each side needs {SMALLEST} or more")
            file.draft("RGB", (min(longest, wide), min(longest, high)))
            image = _rgb(ImageOps.exif_transpose(file))
    except FileNotFoundError:
        raise PictureError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise PictureError(f"{path}: a folder, expected a picture") from None
    except Image.DecompressionBombError:
        raise PictureError(f"{path}: more than {MOST:,} pixels, the most that can be read: make it smaller") from None
    except UnidentifiedImageError:
        raise PictureError(f"{path}: no picture that can be read; {', '.join(SUFFIXES)} can") from None
    except _BROKEN as error:
        reason = getattr(error, "strerror", None) or error
        raise PictureError(f"{path}: damaged or cut short ({reason}); save or copy it again") from None
    except MemoryError:
        raise PictureError(f"{path}: too large for this machine's memory; make it smaller") from None
    if max(image.size) > longest:
        scale = longest / max(image.size)
        image = image.resize((max(round(image.width * scale), 1), max(round(image.height * scale), 1)),
                             Image.Resampling.LANCZOS, reducing_gap=2.0)  # fmt: skip
    return np.asarray(image, np.uint8)


def pictures(place: str | Path) -> list[Path]:
    """The files of all pictures below a folder, by name; a file is its own only one. Raises PictureError."""
    place = Path(place)
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise PictureError(f"{place}: no such file or folder")
    found = sorted(
        file for file in place.rglob("*")
        if file.suffix.lower() in SUFFIXES and not file.name.startswith(".") and file.is_file()
    )  # fmt: skip
    if not found:
        raise PictureError(f"{place}: holds no pictures ({', '.join(SUFFIXES)})")
    return found


def works(folder: str | Path) -> list[Work]:
    """The pictures below a folder, each with what its manifest.csv says of it, where there is one.

    The manifest's columns are file (as seen from the folder), artist, title, date, licence and source_url, any but the
    first may be missing, and others may be there. Raises PictureError.
    """
    folder = Path(folder)
    files = pictures(folder)
    told = _manifest(folder / MANIFEST) if folder.is_dir() and (folder / MANIFEST).is_file() else {}
    return [Work(file, **told.get(file.relative_to(folder).as_posix(), {})) for file in files]


def _manifest(path: Path) -> dict[str, dict[str, str]]:
    names = [name for name in Work.__slots__ if name != "path"]
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


def _rgb(image: Image.Image) -> Image.Image:
    """RGB of 8 bits in sRGB, over white."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _grey(image)
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        image = Image.new("RGB", clear.size, "white")
        image.paste(clear, mask=clear.getchannel("A"))
    if profile and image.mode in ("RGB", "CMYK", "L"):
        # A profile that can't be read, or belongs to other channels, is as good as none.
        with suppress(ImageCms.PyCMSError, OSError, TypeError):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            shown = ImageCms.profileToProfile(image, given, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = shown if shown is not None else image
    return image.convert("RGB")


def _grey(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits: white is what their kind means by it, or the brightest where that is more."""
    values = np.nan_to_num(np.asarray(image, np.float32))
    whites = (1.0, 255.0, 65535.0) if image.mode == "F" else (65535.0,)
    brightest = float(values.max())
    white = next((white for white in whites if brightest <= white), brightest)
    return Image.fromarray(np.clip(values * (255.0 / white) + 0.5, 0.0, 255.0).astype(np.uint8)).convert("RGB")
