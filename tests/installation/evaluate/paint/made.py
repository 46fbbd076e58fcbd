"""Synthetic painter, pictures, people and judge, as small as possible."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file

from installation.evaluate.paint.judge import JudgeNetwork
from installation.evaluate.paint.people import Shot
from installation.interface.camera_view import View
from installation.interface.painted_figure import figures_of_bodies
from installation.paint.engines import store
from installation.paint.engines.network import NetworkSettings, PainterNetwork
from installation.paint.engines.painter import tiny_painter
from installation.paint.pictures.style import STYLE_SIDE_PX
from motion import rotation
from motion.body import Body
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

STYLES = ("one", "two", "three")


def texture(seed: int, size: tuple[int, int] = (STYLE_SIDE_PX, STYLE_SIDE_PX), grain: float = 2.0) -> NDArray[np.uint8]:
    """(h, w, 3) soft spots in colours of their own."""
    chance = np.random.default_rng(seed)
    spots = cv2.GaussianBlur(chance.normal(size=(*size, 3)), (0, 0), grain)
    colour = chance.uniform(60, 190, 3)
    spotted: NDArray[np.uint8] = np.clip(colour + 40.0 * spots / spots.std(), 0, 255).astype(np.uint8)
    return spotted


def art(folder: Path) -> Path:
    """Three pictures for each of STYLES, in folders of their names; each style has its own grain."""
    for kind, name in enumerate(STYLES):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for n in range(3):
            picture = texture(10 * kind + n, (STYLE_SIDE_PX, STYLE_SIDE_PX + 40), (1.0, 4.0, 12.0)[kind])
            Image.fromarray(picture).save(folder / name / f"{n}.png")
    return folder


def weights(path: Path) -> Path:
    """An untrained painter in a file whose card names the pictures of its styles."""
    torch.manual_seed(0)
    network = PainterNetwork(NetworkSettings(widths=(8, 8, 8), blocks=(1, 1, 1), stroke=4, style_width=8, fine=4))
    store.save(path, network, tiny_painter().styles, {"styles": {name: [f"{name}/*"] for name in STYLES}})
    return path


def judge(path: Path) -> Path:
    """An untrained judge in a file."""
    torch.manual_seed(0)
    save_file({name.removeprefix("layers."): v.contiguous() for name, v in JudgeNetwork().state_dict().items()}, path)
    return path


def shots(count: int = 2) -> list[Shot]:
    """A person with arms out before different textures."""
    found = []
    for n in range(count):
        turns = rotation.from_vector(np.zeros((CORE_COUNT, 3)))
        body = Body(np.array([0.0, 0.95, 2.0 + n]), turns, REST_OFFSETS_M[:CORE_COUNT], np.ones(CORE_COUNT))
        figures = figures_of_bodies({n + 1: body}, View(1.0))
        found.append(Shot(f"clip {n % 2}", texture(100 + n), figures))
    return found
