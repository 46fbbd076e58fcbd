"""What a painting costs alone, and how eye, painter and stage share the machine; each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from installation.evaluate.bench.loop import measured
from installation.evaluate.bench.painting_time import TARGETS_MS, median_milliseconds
from installation.evaluate.report import Figure
from installation.workers import allocator
from installation.workers.child_process import YIELDING_THREADS

SIZES = 256, 512
"""Pixels of the side of a square painting."""
CANVAS = [640, 360]
RATE = 30.0
"""Frames a second that the loop aims at, as it does where a processor draws."""
LEAST = {"frames": 24.0, "eye": 10.0, "paintings": 8.0}
"""A second, all together."""
SCENE = '''
"""Gouache: what the painter makes, with everybody's light around them."""

from installation.interface.scenery_elements import Ground, Sky, Sun
from installation.interface.scene import Commission, Scene


class Gouache(Scene):
    """Gouache: what the painter makes, with everybody's light around them."""

    paints = True

    @classmethod
    def commission(cls, moment, knobs):
        return Commission(elements=(Sky(), Sun(), Ground()))

    def setup(self, graphics):
        self.people = graphics.visitors
        self.painting = graphics.painting()
        self.show = graphics.shader("gouache.frag")

    def draw(self, moment, knobs, canvas):
        self.show(canvas, painting=self.painting(moment), mask=self.people.mask, presence=self.painting.presence)
'''
SHADER = """
#include "painting.glsl"
#include "noise.glsl"
uniform sampler2D painting, mask;
uniform float presence;

void main() {
    float paper = 0.5 + 0.5 * gradient_noise(vec3(uv * 90.0, 0.0));
    vec3 paint = painted(painting, uv) + 0.15 * texture(mask, uv).g;
    colour = vec4(mix(vec3(0.9), paint, presence) * (0.94 + 0.06 * paper), 1.0);
}
"""


def painter(clip: str, weights: Path | None, seconds: float, advance: Callable[[float], None]) -> list[Figure]:
    """Milliseconds of a painting alone, beside the same network in 32 bits; and all together with a `clip` of people.

    Raises RuntimeError with the last words of what failed.
    """
    times = {}
    for done, number in enumerate(("fast", "float32"), 1):
        told = subprocess.run(
            [sys.executable, "-m", "installation.evaluate.bench.painter", number, *([str(weights)] if weights else [])],
            capture_output=True,
            text=True,
            env=YIELDING_THREADS | os.environ,
        )
        if told.returncode:
            raise RuntimeError(f"the painter failed: {told.stderr.strip()[-2000:]}")
        times[number] = json.loads(told.stdout.splitlines()[-1])
        advance(0.25 * done)
    figures = [
        Figure.at_most(f"a painting of {size}x{size}", fast, TARGETS_MS[size], "ms", plain)
        for size, fast, plain in zip(SIZES, times["fast"], times["float32"], strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        together = measured(
            "ours", clip=clip, size=CANVAS, seconds=seconds, scene="gouache", rate=RATE,
            venue=str(_venue(Path(folder), clip, weights)),
        )  # fmt: skip
    advance(1.0)
    names = {"frames": "frames", "eye": "eye updates", "paintings": "new paintings"}
    figures += [Figure.at_least(f"{names[n]}, all together", together[n], least, "1/s") for n, least in LEAST.items()]
    median, longest = 1e3 * together["median"], 1e3 * together["p99"]
    return [
        *figures,
        Figure("frame interval, median, all together", median, "ms"),
        Figure("frame interval, 99 %, all together", longest, "ms"),
    ]


def alone(number: str, weights: str | None = None) -> list[float]:
    """Milliseconds of a painting of each of SIZES; "float32" leaves the number that is quick here."""
    allocator.keep_freed_memory()  # as in a child
    import torch

    from installation.paint.engines import store
    from installation.paint.engines.painter import NetworkPainter

    made = NetworkPainter(*store.load(weights), torch.device("cpu"), torch.float32 if number == "float32" else None)
    return [median_milliseconds(made, size) for size in SIZES]


def _venue(folder: Path, clip: str, weights: Path | None) -> Path:
    """A venue of one scene that is painted."""
    (folder / "scenes").mkdir()
    (folder / "scenes" / "gouache.py").write_text(SCENE, encoding="utf-8")
    (folder / "scenes" / "gouache.frag").write_text(SHADER, encoding="utf-8")
    file = folder / "venue.toml"
    lines = [
        f"[[cameras]]\nsource = {json.dumps(str(Path(clip).resolve()))}",
        f"[canvas]\nsize = {CANVAS}",
        f"[loop]\nrate = {RATE}\ngovernor = false",
        "[osc]\nenabled = false",
        '[scenes]\nplaylist = ["gouache"]',
        f"[painter]\nweights = {json.dumps(str(weights.resolve()))}" if weights else "",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


if __name__ == "__main__":
    print(json.dumps(alone(*sys.argv[1:])))
