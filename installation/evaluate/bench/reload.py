"""Shader reload: a shader that is slow to compile, saved while the show plays; frame interval and time to reload."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from installation.core import json_process
from installation.evaluate.report import Figure
from installation.show.loop import Frame
from installation.show.options import ShowOptions
from installation.show.show import Show
from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.windows import standalone
from installation.venue.schema import CanvasSection, LoopSection, OscSection, ScenesSection, Venue

RATE_HZ = 30.0
"""Frame rate of the loop: one that a processor keeps, so that a longer interval comes from the reload alone."""
SETTLE_SECONDS = 4.0
"""Time from the first frame until the shader is saved."""
RELOAD_TIMEOUT_SECONDS = 20.0
"""Most time that the saved shader may take to reach the wall."""
MIN_COMPILE_SECONDS = 0.3
"""Least time that the shader takes to compile and draw here."""
SCENE = '''"""A scene of one shader."""

from installation.interface.scene import Scene


class Slow(Scene):
    def setup(self, graphics):
        self.show = graphics.geometry("slow.vert", "slow.frag", "triangles", 3)

    def draw(self, moment, knobs, canvas):
        self.show(canvas, time=moment.time)
'''

FRAGMENT_SHADER = "in vec3 tint;\n\nvoid main() {\n    colour = vec4(tint, 1.0);\n}\n"


def measure_shader_reload(size_px: Sequence[int], advance: Callable[[float], None]) -> list[Figure]:
    """Return the longest frame interval while the shader is reloaded, beside compiling it in the drawing process.

    `advance` receives the share of the work that is done. Raises JsonProcessError.
    """
    found = json_process.call(f"{__name__}:play", {"size_px": size_px})
    advance(1.0)
    longest_ms, baseline_ms = 1e3 * found["interval_longest_seconds"], 1e3 * found["compile_seconds"]
    return [
        Figure.at_most("longest interval, slow shader saved", longest_ms, 50.0, "ms", baseline_ms),
        Figure("frame interval, median, before it", 1e3 * found["interval_median_seconds"], "ms"),
        Figure("slow shader on the wall after", found["reload_seconds"], "s"),
    ]


def play(size_px: Sequence[int]) -> dict[str, float]:
    """Play live, save the slow shader, and wait until it is on the wall; return times in seconds.

    Raises RuntimeError where the shader is not reloaded in time.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        venue = _venue(folder, size_px)
        line_count, compile_seconds = _slow_enough()
        vertex_file = folder / "scenes" / "slow.vert"
        frames: list[Frame] = []
        with Show(venue, ShowOptions(live=True, headless=True, on_frame=frames.append)) as show:
            program = next(shader for shader in show.stage.shader_cache if shader.files.vertex == "slow.vert")
            saved: list[float] = []
            reloaded: list[float] = []

            def save() -> None:
                time.sleep(SETTLE_SECONDS)
                vertex_file.write_text(vertex_shader(line_count, _nonce()))
                saved.append(show.now())
                while program.revision < 2 and show.now() < saved[0] + RELOAD_TIMEOUT_SECONDS:
                    time.sleep(0.01)
                reloaded.append(show.now())
                time.sleep(1.0)
                show.loop.stop()

            saver = threading.Thread(target=save)
            saver.start()
            show.loop.play(RATE_HZ, show.now, None)
            saver.join()
            if program.revision < 2:
                raise RuntimeError(f"the shader was not reloaded: {show.faults.of_picture}")
    shown = np.array([frame.shown for frame in frames])
    before, during = shown[(shown > 2.0) & (shown < saved[0])], shown[shown > saved[0] - 0.1]
    return {
        "interval_median_seconds": float(np.median(np.diff(before))),
        "interval_longest_seconds": float(np.diff(during).max()),
        "reload_seconds": reloaded[0] - saved[0],
        "compile_seconds": compile_seconds,
    }


def vertex_shader(line_count: int, nonce: int) -> str:
    """Return a vertex shader with so many lines that no compiler can fold: slow to compile, quick to draw three times.

    `nonce` makes its text new to every cache.
    """
    body = "\n".join(
        f"    if (c.x < 0.{nonce % 997:03d}{k:03d}) c = fract(c.yzx * {1 + k % 7}.{nonce % 9973:04d} + 0.{k + 1:04d});"
        for k in range(line_count)
    )
    return f"""uniform float time;
out vec3 tint;

void main() {{
    vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
    vec3 c = vec3(corner, 0.5 + 0.5 * sin(time));
{body}
    tint = c;
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}}
"""


def _venue(folder: Path, size_px: Sequence[int]) -> Venue:
    """Write the scene, with a quick shader, into `folder`; return a venue that plays it."""
    scenes = folder / "scenes"
    scenes.mkdir()
    (scenes / "slow.py").write_text(SCENE)
    (scenes / "slow.vert").write_text(vertex_shader(1, 1))
    (scenes / "slow.frag").write_text(FRAGMENT_SHADER)
    venue = Venue(
        cameras=(Venue().cameras[0].model_copy(update={"source": "ghost"}),),
        canvas=CanvasSection(size=(size_px[0], size_px[1])),
        loop=LoopSection(rate=RATE_HZ, governor=False),
        osc=OscSection(enabled=False),
        scenes=ScenesSection(playlist=("slow",)),
    )
    venue._folder = folder
    return venue


def _slow_enough() -> tuple[int, float]:
    """Return how many lines take MIN_COMPILE_SECONDS to compile and draw here, and the time that they take, s."""
    context = standalone()
    target = RenderTarget(context, (64, 64))
    line_count = 50
    while True:
        vertex = f"#version 410 core\n{vertex_shader(line_count, _nonce())}"
        fragment = f"#version 410 core\nout vec4 colour;\n{FRAGMENT_SHADER}"
        begin = time.perf_counter()
        program = context.program(vertex_shader=vertex, fragment_shader=fragment)
        target.front().use()
        context.vertex_array(program, []).render(vertices=3)
        context.finish()
        seconds = time.perf_counter() - begin
        if seconds >= MIN_COMPILE_SECONDS:
            return line_count, seconds
        line_count *= 2


def _nonce() -> int:
    return time.time_ns() % 1_000_003
