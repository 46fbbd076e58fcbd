"""Time of a painting alone, and how eye, painter and stage share the machine; each in a process of its own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from installation.core import json_process, yielding_threads
from installation.evaluate.bench.live_loop import LiveRun, measure_live
from installation.evaluate.report import Figure

PAINTING_TIME = "installation.evaluate.bench.painting_time:median_times_ms"
"""Only called in another process: its module imports torch."""
TARGETS_MS = {256: 20.0, 512: 50.0}
"""By side in pixels: the target for a square painting on two cores."""
CANVAS_SIZE = (640, 360)
"""Width and height in pixels of the canvas on which all work together."""
RATE_HZ = 30.0
"""Frame rate that the loop aims at, as it does where a processor draws."""
MIN_FRAMES_HZ = 24.0
"""Target for the frame rate, all together."""
MIN_EYE_HZ = 10.0
"""Target for observations, all together."""
MIN_PAINTINGS_HZ = 8.0
"""Target for new paintings, all together."""
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
FRAGMENT_SHADER = """
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


def measure_painter_speed(
    clip: str, weights: Path | None, seconds: float, advance: Callable[[float], None]
) -> list[Figure]:
    """Return the time of a painting alone, beside the same network in 32 bits; and rates of eye, painter and stage
    together, with a `clip` of people.

    `advance` receives the share of the work that is done. Raises JsonProcessError.
    """
    times = {}
    for done, float32 in enumerate((False, True), 1):
        arguments = {"weights": str(weights) if weights else None, "float32": float32, "sizes_px": list(TARGETS_MS)}
        times[float32] = json_process.call(PAINTING_TIME, arguments, default_environment=yielding_threads.LIVE)
        advance(0.25 * done)
    figures = [
        Figure.at_most(f"a painting of {size_px}x{size_px}", milliseconds, TARGETS_MS[size_px], "ms", float32_ms)
        for size_px, milliseconds, float32_ms in zip(TARGETS_MS, times[False], times[True], strict=True)
    ]
    with tempfile.TemporaryDirectory() as folder:
        venue = str(_venue(Path(folder), clip, weights))
        together = measure_live(LiveRun(clip, CANVAS_SIZE, seconds, "gouache", rate_hz=RATE_HZ, venue=venue))
    advance(1.0)
    return [
        *figures,
        Figure.at_least("frames, all together", together.frames_hz, MIN_FRAMES_HZ, "1/s"),
        Figure.at_least("eye updates, all together", together.eye_hz, MIN_EYE_HZ, "1/s"),
        Figure.at_least("new paintings, all together", together.paintings_hz, MIN_PAINTINGS_HZ, "1/s"),
        Figure("frame interval, median, all together", 1e3 * together.interval_median_seconds, "ms"),
        Figure("frame interval, 99 %, all together", 1e3 * together.interval_p99_seconds, "ms"),
    ]


def _venue(folder: Path, clip: str, weights: Path | None) -> Path:
    """Write a venue of one painted scene into `folder`; return its file."""
    (folder / "scenes").mkdir()
    (folder / "scenes" / "gouache.py").write_text(SCENE, encoding="utf-8")
    (folder / "scenes" / "gouache.frag").write_text(FRAGMENT_SHADER, encoding="utf-8")
    file = folder / "venue.toml"
    lines = [
        f"[[cameras]]\nsource = {json.dumps(str(Path(clip).resolve()))}",
        f"[canvas]\nsize = {list(CANVAS_SIZE)}",
        f"[loop]\nrate = {RATE_HZ}\ngovernor = false",
        "[osc]\nenabled = false",
        '[scenes]\nplaylist = ["gouache"]',
        f"[painter]\nweights = {json.dumps(str(weights.resolve()))}" if weights else "",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file
