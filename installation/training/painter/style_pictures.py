"""Training pictures of the painter: cropped, measured, and grouped to a library of named styles."""

from __future__ import annotations

import logging
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
from installation.eye.photo_figures import open_figure_finder
from installation.paint.guide.guide import draw_guide
from installation.paint.pictures.perceptual import PerceptualNetwork
from installation.paint.pictures.picture import PictureError, PictureFile, read_catalogue, read_picture
from installation.paint.pictures.style import STYLE_SIDE_PX, Style, palette_of, resize_short_side, statistics

Array = NDArray[np.floating]
Pixels = NDArray[np.uint8]

logger = logging.getLogger(__name__)

CROPS_MEASURED = 4
"""Crops of each picture whose stroke statistics are measured beside those of the whole."""
MAX_ASPECT = 3.0
"""Longer side over the shorter one; longer pictures are cropped."""
MAX_FOLDER_WITHOUT_STYLE = 3
"""Pictures of a folder up to which it is no style of its own: each picture is one, and a larger folder is one too."""


@dataclass(frozen=True, slots=True, eq=False)
class StylePicture:
    """A picture that the painter learns from."""

    file: PictureFile
    name: str
    """Path relative to the folder of all pictures."""
    pixels: Pixels
    """(h, w, 3) with a short side of STYLE_SIDE_PX."""
    guide: Array
    """(h / 2, w / 2, GUIDE) float16, with the people that are detected in it."""
    statistics: Tensor
    """(1 + CROPS_MEASURED, STATISTICS) of the whole, then of crops."""
    palette: Array
    group: str
    """The folder that holds it."""


def read_style_pictures(
    folder: Path, perceptual: PerceptualNetwork, seed: int, progress: Callable[[float], None]
) -> list[StylePicture]:
    """All readable pictures below a folder. `progress` receives the share that is done. Raises PictureError where there
    is none."""
    rng = np.random.default_rng(seed)
    pictures: list[StylePicture] = []
    files = read_catalogue(folder)
    with open_figure_finder() as people:
        for index, file in enumerate(files):
            progress(index / len(files))
            try:
                full = read_picture(file.path, longest=4 * STYLE_SIDE_PX)
            except PictureError as error:
                logger.warning("%s: left out", error, exc_info=error)
                continue
            pixels = _reduced(full)
            name = file.path.relative_to(folder).as_posix() if folder.is_dir() else file.path.name
            height, width = pixels.shape[:2]
            figures = people.figures(_reduced(full, 2 * STYLE_SIDE_PX))
            guide = draw_guide((height // 2, width // 2), figures, picture=pixels).astype(np.float16)
            group = name.rpartition("/")[0] or folder.resolve().name
            strokes = _stroke_statistics(perceptual, pixels, rng)
            pictures.append(StylePicture(file, name, pixels, guide, strokes, palette_of(pixels), group))
    if not pictures:
        raise PictureError(f"{folder}: none of its pictures can be read")
    return pictures


def principal_components(pictures: Sequence[StylePicture], count: int) -> tuple[Tensor, Tensor]:
    """(STATISTICS, count) whitened principal components of the stroke statistics, and their mean (STATISTICS,)."""
    samples = torch.cat([picture.statistics for picture in pictures])
    mean, deviation = samples.mean(dim=0), samples.std(dim=0).clamp_min(1e-3)
    standardised = (samples - mean) / deviation
    rank = min(count, len(standardised) - 1)
    _, singular_values, directions = torch.linalg.svd(standardised, full_matrices=False)
    scale = (singular_values[:rank] / (len(standardised) - 1) ** 0.5).clamp_min(1e-3)
    result = torch.zeros(samples.shape[1], count)
    result[:, :rank] = directions[:rank].T / deviation[:, None] / scale
    return result, mean


def random_crop(
    picture: StylePicture, size: int, rng: np.random.Generator, zoom: tuple[float, float]
) -> tuple[Pixels, Array]:
    """A random crop (size, size, 3) and its guide (size / 2, size / 2, GUIDE), magnified by a random `zoom`."""
    height, width = picture.pixels.shape[:2]
    side = int(min(size / rng.uniform(*zoom), height, width)) // 2 * 2
    top, left = (2 * int(rng.integers(0, (length - side) // 2 + 1)) for length in (height, width))
    pixels = picture.pixels[top : top + side, left : left + side]
    guide = picture.guide[top // 2 : (top + side) // 2, left // 2 : (left + side) // 2].astype(np.float32)
    if rng.random() < 0.5:
        pixels, guide = pixels[:, ::-1], guide[:, ::-1]
    interpolation = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
    small_guide = cv2.resize(guide, (size // 2, size // 2), interpolation=cv2.INTER_LINEAR)
    small = cv2.resize(pixels, (size, size), interpolation=interpolation)
    return np.asarray(small, np.uint8), np.asarray(small_guide)


def transfer_colours(pixels: Pixels, reference: Pixels) -> Pixels:
    """A picture with the mean and deviation of another's colours in CIE Lab (Reinhard et al. 2001)."""
    lab, target = (cv2.cvtColor(p.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB) for p in (pixels, reference))
    mean, deviation = lab.mean(axis=(0, 1)), lab.std(axis=(0, 1)) + 1e-3
    moved = (lab - mean) / deviation * target.std(axis=(0, 1)) + target.mean(axis=(0, 1))
    rgb = cv2.cvtColor(moved.astype(np.float32), cv2.COLOR_LAB2RGB)
    return np.asarray(np.clip(rgb * 255.0 + 0.5, 0.0, 255.0), np.uint8)


def style_library(
    pictures: Sequence[StylePicture], strokes: Array, table: Mapping[str, Sequence[str]]
) -> dict[str, Style]:
    """Named styles, each the mean of its pictures. `strokes` (n, s) are those of the whole pictures; `table` maps a
    style to file names, with * as a wildcard. Raises UserError for a style without pictures.
    """
    styles = {}
    for name, rows in pictures_by_style(pictures, table).items():
        palette = np.mean([pictures[i].palette for i in rows], axis=0)
        styles[name] = Style(strokes[rows].mean(axis=0).astype(np.float32), palette.astype(np.float32))
    return styles


def pictures_by_style(pictures: Sequence[StylePicture], table: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    """Indices of the pictures of each style of a table. Raises UserError for a style without pictures."""
    rows = {}
    for name, files in table.items():
        rows[name] = [i for i, p in enumerate(pictures) if any(fnmatch(p.name, file) for file in files)]
        if not rows[name]:
            raise UserError(f'style "{name}": no picture is called {" or ".join(files)}')
    return rows


def sampling_odds(pictures: Sequence[StylePicture], table: Mapping[str, Sequence[str]]) -> NDArray[np.float64]:
    """(n,) probability of each picture in training.

    Half of the draws are of a named style, all equally likely; half are of all pictures, a folder of n as often as the
    root of n, so that a large folder does not drown a small one.
    """
    groups = [picture.group for picture in pictures]
    odds = np.array([groups.count(group) ** -0.5 for group in groups])
    odds /= odds.sum()
    named = np.zeros(len(pictures))
    for rows in pictures_by_style(pictures, table).values():
        named[rows] += 1.0 / len(rows)
    mixed: NDArray[np.float64] = 0.5 * odds + 0.5 * named / named.sum()
    return mixed


def default_style_table(pictures: Sequence[StylePicture]) -> dict[str, list[str]]:
    """The style table of pictures that have none: every picture, and every folder of more than
    MAX_FOLDER_WITHOUT_STYLE of them."""
    table: dict[str, list[str]] = {}
    for group in sorted({picture.group for picture in pictures}):
        inside = [picture.name for picture in pictures if picture.group == group]
        if len(inside) > MAX_FOLDER_WITHOUT_STYLE:
            table[_style_name(group.rpartition("/")[2])] = inside
    return table | {_style_name(Path(picture.name).stem): [picture.name] for picture in pictures}


def read_style_table(path: Path) -> dict[str, list[str]]:
    """The style table of a TOML file of lines such as `"blue night" = ["refs/starry.jpg"]`. Raises UserError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f'{path}: {error}; expected lines such as "blue night" = ["refs/starry.jpg"]') from None
    for name, files in table.items():
        if not isinstance(files, list) or not files or not all(isinstance(file, str) for file in files):
            raise UserError(f'{path}: "{name}" is {files!r}; expected a list of files such as ["refs/starry.jpg"]')
    return table


def _style_name(name: str) -> str:
    """Lower-case letters, digits and hyphens, at most 40 characters, to be easy to type."""
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())[:40]


def _reduced(pixels: Pixels, side: int = STYLE_SIDE_PX) -> Pixels:
    """Reduced to a short side of `side`, cropped around the middle to MAX_ASPECT, with even sides."""
    small = resize_short_side(pixels, side)
    max_length = int(side * MAX_ASPECT)
    top, left = (max(length - max_length, 0) // 2 for length in small.shape[:2])
    small = small[top : top + max_length, left : left + max_length]
    return np.ascontiguousarray(small[: small.shape[0] // 2 * 2, : small.shape[1] // 2 * 2])


def _stroke_statistics(perceptual: PerceptualNetwork, pixels: Pixels, rng: np.random.Generator) -> Tensor:
    """(1 + CROPS_MEASURED, STATISTICS) of the whole picture, then of random crops."""
    whole = torch.from_numpy(pixels).to(perceptual.device).permute(2, 0, 1)[None].float() / 255.0
    side = STYLE_SIDE_PX // 2
    height, width = pixels.shape[:2]
    corners = [(rng.integers(0, height - side + 1), rng.integers(0, width - side + 1)) for _ in range(CROPS_MEASURED)]
    crops = torch.cat([whole[..., y : y + side, x : x + side] for y, x in corners])
    return torch.cat([statistics(perceptual, whole), statistics(perceptual, crops)]).cpu()
