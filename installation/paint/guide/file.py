"""A guide in a file: .npz for programs, .guide.png for people, who may change it in whatever they draw with.

The .npz holds one array, "guide". The .guide.png shows the channels as grey pictures side by side, in the order of
CHANNELS, four in a row: black is 0 and white 1, and where a channel goes below 0, middle grey is 0 and black -1.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from installation.paint.guide.guide import CHANNELS
from installation.paint.picture import SMALLEST, PictureError, read_picture
from motion.atomic_file import atomic_write

Array = NDArray[np.float32]

SUFFIXES = (".npz", ".guide.png")
KEY = "guide"
ACROSS = 4
"""Channels in a row of the picture."""
SIGNED = ("flow_x", "flow_y", "light", "red_green", "blue_yellow")
"""Channels of -1..1; the others are of 0..1."""
LARGEST = 4096
"""Pixels of the longer side."""

_SIGNED = np.array([name in SIGNED for name in CHANNELS])


def is_guide(path: Path) -> bool:
    """Whether a file of that name is to hold a guide."""
    return path.name.lower().endswith(SUFFIXES)


def write_guide(path: Path, guide: Array) -> None:
    """Write a guide (h, w, 12), whole or not at all. Raises OSError."""
    data = io.BytesIO()
    if path.suffix.lower() == ".npz":
        np.savez_compressed(data, guide=guide.astype(np.float16))
    else:
        shown = np.where(_SIGNED, 128.0 + 127.0 * guide, 255.0 * guide)
        high, wide = guide.shape[:2]
        rows = np.clip(shown + 0.5, 0.0, 255.0).astype(np.uint8).reshape(high, wide, -1, ACROSS)
        Image.fromarray(rows.transpose(2, 0, 3, 1).reshape(-1, ACROSS * wide)).save(data, "PNG")
    atomic_write(path, data.getvalue())


def read_guide(path: Path) -> Array:
    """The guide (h, w, 12) in a file. Raises PictureError where it holds none."""
    guide = _array(path) if path.suffix.lower() == ".npz" else _drawn(path)
    if guide.ndim != 3 or guide.shape[2] != len(CHANNELS):
        raise PictureError(f"{path}: {_shape(guide)}, expected height x width x {len(CHANNELS)}: {', '.join(CHANNELS)}")
    if not SMALLEST // 2 <= min(guide.shape[:2]) <= max(guide.shape[:2]) <= LARGEST:
        raise PictureError(f"{path}: {_shape(guide)}; sides of {SMALLEST // 2} to {LARGEST} are right")
    if not np.isfinite(guide).all():
        raise PictureError(f"{path}: holds what is no number")
    return np.clip(guide, np.where(_SIGNED, -1.0, 0.0), 1.0).astype(np.float32)


def _array(path: Path) -> Array:
    try:
        with np.load(path, allow_pickle=False) as file:
            return np.asarray(file[KEY], np.float32)
    except KeyError:
        raise PictureError(f'{path}: holds no array "{KEY}"') from None
    except FileNotFoundError:
        raise PictureError(f"{path}: no such file") from None
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise PictureError(f"{path}: damaged, or no guide ({error})") from None


def _drawn(path: Path) -> Array:
    grey = read_picture(path, ACROSS * LARGEST).mean(axis=-1, dtype=np.float32)
    high, wide = grey.shape[0] // (len(CHANNELS) // ACROSS), grey.shape[1] // ACROSS
    if grey.shape != (high * len(CHANNELS) // ACROSS, wide * ACROSS):
        raise PictureError(
            f"{path}: {grey.shape[1]}x{grey.shape[0]} pixels; right are {ACROSS} equal pictures across and "
            f"{len(CHANNELS) // ACROSS} down: {', '.join(CHANNELS)}"
        )
    shown = grey.reshape(-1, high, ACROSS, wide).transpose(1, 3, 0, 2).reshape(high, wide, -1)
    return np.where(_SIGNED, (shown - 128.0) / 127.0, shown / 255.0).astype(np.float32)


def _shape(guide: Array) -> str:
    return "a guide of " + " x ".join(map(str, guide.shape))
