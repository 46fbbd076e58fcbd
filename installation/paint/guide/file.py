"""Guide files: .npz for programs, .guide.png for people, who may edit it in any drawing program.

The .npz holds one array, "guide". The .guide.png shows the channels as grey pictures in the order of CHANNELS, four
in a row: black is 0 and white 1; in signed channels middle grey is 0 and black -1.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from installation.paint.guide.guide import CHANNELS
from installation.paint.pictures.picture import MIN_SIDE_PX, PictureError, read_picture
from motion.atomic_file import atomic_write

Array = NDArray[np.float32]

SUFFIXES = (".npz", ".guide.png")
"""Ends of the names of guide files."""
ARRAY_NAME = "guide"
"""Name of the array in an .npz file."""
CHANNELS_PER_ROW = 4
"""Channels in a row of the picture."""
SIGNED_CHANNELS = ("flow_x", "flow_y", "light", "red_green", "blue_yellow")
"""Channels of -1..1; the others are of 0..1."""
MAX_SIDE_PX = 4096
"""Longest side of a guide."""

_IS_SIGNED = np.array([name in SIGNED_CHANNELS for name in CHANNELS])


def is_guide(path: Path) -> bool:
    """Whether the name is that of a guide file."""
    return path.name.lower().endswith(SUFFIXES)


def write_guide(path: Path, guide: Array) -> None:
    """Write a guide (h, w, 12) atomically. Raises OSError."""
    data = io.BytesIO()
    if path.suffix.lower() == ".npz":
        np.savez_compressed(data, guide=guide.astype(np.float16))
    else:
        grey = np.where(_IS_SIGNED, 128.0 + 127.0 * guide, 255.0 * guide)
        height, width = guide.shape[:2]
        tiles = np.clip(grey + 0.5, 0.0, 255.0).astype(np.uint8).reshape(height, width, -1, CHANNELS_PER_ROW)
        Image.fromarray(tiles.transpose(2, 0, 3, 1).reshape(-1, CHANNELS_PER_ROW * width)).save(data, "PNG")
    atomic_write(path, data.getvalue())


def read_guide(path: Path) -> Array:
    """The guide (h, w, 12) in a file. Raises PictureError for a file without a valid guide."""
    guide = _from_npz(path) if path.suffix.lower() == ".npz" else _from_png(path)
    if guide.ndim != 3 or guide.shape[2] != len(CHANNELS):
        raise PictureError(f"{path}: {_shape(guide)}, expected height x width x {len(CHANNELS)}: {', '.join(CHANNELS)}")
    if not MIN_SIDE_PX // 2 <= min(guide.shape[:2]) <= max(guide.shape[:2]) <= MAX_SIDE_PX:
        raise PictureError(f"{path}: {_shape(guide)}; expected sides of {MIN_SIDE_PX // 2} to {MAX_SIDE_PX}")
    if not np.isfinite(guide).all():
        raise PictureError(f"{path}: holds values that are not finite")
    return np.clip(guide, np.where(_IS_SIGNED, -1.0, 0.0), 1.0).astype(np.float32)


def _from_npz(path: Path) -> Array:
    try:
        with np.load(path, allow_pickle=False) as file:
            return np.asarray(file[ARRAY_NAME], np.float32)
    except KeyError:
        raise PictureError(f'{path}: holds no array "{ARRAY_NAME}"') from None
    except FileNotFoundError:
        raise PictureError(f"{path}: no such file") from None
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise PictureError(f"{path}: damaged, or no guide ({error})") from None


def _from_png(path: Path) -> Array:
    grey = read_picture(path, CHANNELS_PER_ROW * MAX_SIDE_PX).mean(axis=-1, dtype=np.float32)
    tile_rows = len(CHANNELS) // CHANNELS_PER_ROW
    height, width = grey.shape[0] // tile_rows, grey.shape[1] // CHANNELS_PER_ROW
    if grey.shape != (height * tile_rows, width * CHANNELS_PER_ROW):
        raise PictureError(
            f"{path}: {grey.shape[1]}x{grey.shape[0]} pixels; expected {CHANNELS_PER_ROW} equal pictures across and "
            f"{tile_rows} down: {', '.join(CHANNELS)}"
        )
    channels = grey.reshape(-1, height, CHANNELS_PER_ROW, width).transpose(1, 3, 0, 2).reshape(height, width, -1)
    values: Array = np.where(_IS_SIGNED, (channels - 128.0) / 127.0, channels / 255.0).astype(np.float32)
    return values


def _shape(guide: Array) -> str:
    return "a guide of " + " x ".join(map(str, guide.shape))
