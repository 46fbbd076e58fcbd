"""Opens pages of our own in Chromium, without a network, for tests of what a browser makes of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

PAGE_MS = 800
"""Time that passes in a page before it is looked at; all of its frames are drawn, by the processor."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str:
    """The browser's program; the test is skipped where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    pytest.skip("needs Chromium: apt-get install chromium")


def screenshot(page: Path, part: str, folder: Path, size: tuple[int, int] = (960, 600)) -> NDArray[np.uint8]:
    """(height, width, 3) sRGB of a page from a file, with `part` after the # of its address."""
    picture = folder / f"page-{len(list(folder.glob('page-*.png')))}.png"
    _run(page, part, folder, [f"--screenshot={picture}", f"--window-size={size[0]},{size[1]}"])
    return np.array(Image.open(picture).convert("RGB"))


def document(page: Path, part: str, folder: Path) -> str:
    """The page's HTML after its scripts ran."""
    return _run(page, part, folder, ["--dump-dom"])


def _run(page: Path, part: str, folder: Path, options: list[str]) -> str:
    command = [
        executable(),
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--virtual-time-budget={PAGE_MS}",
        f"--user-data-dir={folder / 'browser'}",
        *options,
        f"{page.resolve().as_uri()}#{part}",
    ]
    quiet = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, env=quiet)
    assert result.returncode == 0, result.stderr
    return result.stdout
