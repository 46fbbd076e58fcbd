"""The pictures that a painter learns from: cut, turned to numbers, and gathered to a library of named styles."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from installation.core.errors import UserError
from installation.eye.photo_figures import sitters
from installation.paint.guide.guide import draw_guide
from installation.paint.perceptual import Perceptual
from installation.paint.picture import PictureError, PictureFile, read_catalogue, read_picture
from installation.paint.style import SIDE, Style, palette_of, reduced, statistics

Array = NDArray[np.floating]
Pixels = NDArray[np.uint8]

VIEWS = 4
"""Crops of each picture whose strokes are looked at beside those of the whole."""
LONGEST = 3.0
"""Longer side over the shorter one; what is longer is cut."""
FEW = 3
"""Pictures of a folder up to which each is a style by itself, and beyond which the folder is one too."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One work."""

    work: PictureFile
    name: str
    """As seen from the folder."""
    pixels: Pixels
    """(h, w, 3) with a short side of SIDE."""
    guide: Array
    """(h / 2, w / 2, GUIDE) float16: what a guide tells of it, people in it included where they are found."""
    statistics: Tensor
    """(1 + VIEWS, STATISTICS) of the whole, then of crops."""
    palette: Array
    group: str
    """The folder that it lies in."""


def read(folder: Path, perceptual: Perceptual, seed: int, heard: Callable[[float, str], None]) -> list[Picture]:
    """All pictures below a folder; `heard` is told the share that is read and which ones can't be. Raises PictureError
    where none can."""
    chance = np.random.default_rng(seed)
    found: list[Picture] = []
    listed = read_catalogue(folder)
    with sitters() as people:
        for index, work in enumerate(listed):
            heard(index / len(listed), "")
            try:
                full = read_picture(work.path, longest=4 * SIDE)
            except PictureError as error:
                heard(index / len(listed), f"{error}: left out")
                continue
            pixels = _cut(full)
            name = work.path.relative_to(folder).as_posix() if folder.is_dir() else work.path.name
            height, width = pixels.shape[:2]
            told = draw_guide((height // 2, width // 2), people.figures(_cut(full, 2 * SIDE)), picture=pixels)
            group = name.rpartition("/")[0] or folder.resolve().name
            strokes = _strokes(perceptual, pixels, chance)
            found.append(Picture(work, name, pixels, told.astype(np.float16), strokes, palette_of(pixels), group))
    if not found:
        raise PictureError(f"{folder}: none of its pictures can be read")
    return found


def components(pictures: Sequence[Picture], count: int) -> tuple[Tensor, Tensor]:
    """(STATISTICS, count) and (STATISTICS,): the principal components of what was looked at, whitened, and its mean."""
    seen = torch.cat([picture.statistics for picture in pictures])
    centre, spread = seen.mean(dim=0), seen.std(dim=0).clamp_min(1e-3)
    flat = (seen - centre) / spread
    rank = min(count, len(flat) - 1)
    _, sizes, ways = torch.linalg.svd(flat, full_matrices=False)
    deviation = (sizes[:rank] / (len(flat) - 1) ** 0.5).clamp_min(1e-3)
    found = torch.zeros(seen.shape[1], count)
    found[:, :rank] = ways[:rank].T / spread[:, None] / deviation
    return found, centre


def crop(picture: Picture, size: int, chance: np.random.Generator, zoom: tuple[float, float]) -> tuple[Pixels, Array]:
    """A random crop (size, size, 3) and its guide (size / 2, size / 2, GUIDE), magnified by a random `zoom`."""
    height, width = picture.pixels.shape[:2]
    side = int(min(size / chance.uniform(*zoom), height, width)) // 2 * 2
    top, left = (2 * int(chance.integers(0, (length - side) // 2 + 1)) for length in (height, width))
    pixels = picture.pixels[top : top + side, left : left + side]
    told = picture.guide[top // 2 : (top + side) // 2, left // 2 : (left + side) // 2].astype(np.float32)
    if chance.random() < 0.5:
        pixels, told = pixels[:, ::-1], told[:, ::-1]
    way = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    small = cv2.resize(told, (size // 2, size // 2), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(pixels, (size, size), interpolation=way), np.uint8), np.asarray(small)


def recoloured(pixels: Pixels, other: Pixels) -> Pixels:
    """A picture with the mean and deviation of another's colours in CIE Lab (Reinhard et al. 2001)."""
    one, wanted = (cv2.cvtColor(p.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB) for p in (pixels, other))
    middle, spread = one.mean(axis=(0, 1)), one.std(axis=(0, 1)) + 1e-3
    moved = (one - middle) / spread * wanted.std(axis=(0, 1)) + wanted.mean(axis=(0, 1))
    rgb = cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.clip(rgb * 255.0 + 0.5, 0.0, 255.0), np.uint8)


def library(pictures: Sequence[Picture], strokes: Array, table: Mapping[str, Sequence[str]]) -> dict[str, Style]:
    """Named styles. `strokes` (n, s) are those of the whole pictures; `table` says which files (* stands for anything)
    make which style. Raises Trouble where it names what is not there.
    """
    found = {}
    for name, rows in made_of(pictures, table).items():
        palette = np.mean([pictures[i].palette for i in rows], axis=0)
        found[name] = Style(strokes[rows].mean(axis=0).astype(np.float32), palette.astype(np.float32))
    return found


def made_of(pictures: Sequence[Picture], table: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Which of the pictures make each style of a table. Raises Trouble where it names what is not there."""
    found = {}
    for name, files in table.items():
        found[name] = [i for i, p in enumerate(pictures) if any(fnmatch(p.name, file) for file in files)]
        if not found[name]:
            raise UserError(f'style "{name}": no picture is called {" or ".join(files)}')
    return found


def often(pictures: Sequence[Picture], table: Mapping[str, Sequence[str]]) -> NDArray[np.float64]:
    """(n,) how often each picture is to be drawn: half the time of a style that has a name, all alike, half the time
    of all pictures, a folder of n as often as the root of n, so that a large one doesn't drown a small one."""
    groups = [picture.group for picture in pictures]
    odds = np.array([groups.count(group) ** -0.5 for group in groups])
    odds /= odds.sum()
    named = np.zeros(len(pictures))
    for rows in made_of(pictures, table).values():
        named[rows] += 1.0 / len(rows)
    return 0.5 * odds + 0.5 * named / named.sum()


def table(pictures: Sequence[Picture]) -> dict[str, list[str]]:
    """The table where nobody wrote one: each folder of more than FEW pictures, and each picture by itself."""
    found: dict[str, list[str]] = {}
    for group in sorted({picture.group for picture in pictures}):
        inside = [picture.name for picture in pictures if picture.group == group]
        if len(inside) > FEW:
            found[_plain(group.rpartition("/")[2])] = inside
    return found | {_plain(Path(picture.name).stem): [picture.name] for picture in pictures}


def table_of(path: Path) -> dict[str, list[str]]:
    """The table of styles in a file of lines such as `"blue night" = ["refs/starry.jpg"]`. Raises Trouble."""
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f'{path}: {error}; right would be lines such as "blue night" = ["refs/starry.jpg"]') from None
    for name, files in told.items():
        if not isinstance(files, list) or not files or not all(isinstance(file, str) for file in files):
            raise UserError(
                f'{path}: "{name}" is {files!r}; right would be a list of files such as ["refs/starry.jpg"]'
            )
    return told


def _plain(name: str) -> str:
    """A name that is easy to type."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())[:40]


def _cut(pixels: Pixels, side: int = SIDE) -> Pixels:
    """Reduced to a short side of `side`, the middle of what is very long, with even sides."""
    small = reduced(pixels, side)
    most = int(side * LONGEST)
    top, left = (max(length - most, 0) // 2 for length in small.shape[:2])
    small = small[top : top + most, left : left + most]
    return np.ascontiguousarray(small[: small.shape[0] // 2 * 2, : small.shape[1] // 2 * 2])


def _strokes(perceptual: Perceptual, pixels: Pixels, chance: np.random.Generator) -> Tensor:
    whole = torch.from_numpy(pixels).to(perceptual.device).permute(2, 0, 1)[None].float() / 255.0
    side = SIDE // 2
    height, width = pixels.shape[:2]
    places = [(chance.integers(0, height - side + 1), chance.integers(0, width - side + 1)) for _ in range(VIEWS)]
    views = torch.cat([whole[..., y : y + side, x : x + side] for y, x in places])
    return torch.cat([statistics(perceptual, whole), statistics(perceptual, views)]).cpu()
