"""A shader that takes long to compile, saved while the show plays: what the wall shows of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from installation.evaluate.report import Figure
from installation.show.loop import Frame
from installation.venue.schema import CanvasSection, LoopSection, OscSection, ScenesSection, Venue

RATE = 30.0
"""Frames a second of the loop: one that a processor keeps, so that an interval tells of the reload alone."""
SETTLED = 4.0
"""Seconds from the first frame until a shader is saved."""
PATIENCE = 20.0
"""Most seconds that a saved shader may take to reach the wall."""
LONG = 0.3
"""Seconds that the shader takes to compile, at least."""
SCENE = '''"""A scene of one shader."""

from installation.interface.scene import Scene


class Slow(Scene):
    def setup(self, graphics):
        self.show = graphics.geometry("slow.vert", "slow.frag", "triangles", 3)

    def draw(self, moment, knobs, canvas):
        self.show(canvas, time=moment.time)
'''

FRAGMENT = "in vec3 tint;\n\nvoid main() {\n    colour = vec4(tint, 1.0);\n}\n"


def shader(lines: int, nonce: int) -> str:
    """A vertex shader with so many lines that no compiler can fold: slow to compile, quick to draw three vertices.

    `nonce` makes it new to every cache.
    """
    body = "\n".join(
        f"    if (c.x < 0.{nonce % 997:03d}{k:03d}) c = fract(c.yzx * {1 + k % 7}.{nonce % 9973:04d} + 0.{k + 1:04d});"
        for k in range(lines)
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


def reload(size: list[int], advance: Callable[[float], None]) -> list[Figure]:
    """The longest frame interval while such a shader is taken up, beside compiling it in the drawing process."""
    done = subprocess.run(
        [sys.executable, "-m", "installation.evaluate.bench.reload", json.dumps(size)], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"reload failed: {done.stderr.strip()[-2000:]}")
    advance(1.0)
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        Figure.at_most("longest interval, slow shader saved", 1e3 * found["longest"], 50.0, "ms", 1e3 * found["plain"]),
        Figure("frame interval, median, before it", 1e3 * found["median"], "ms"),
        Figure("slow shader on the wall after", found["after"], "s"),
    ]


def measure(size: list[int]) -> dict[str, Any]:
    """Play live, save the slow shader, and wait until it is on the wall."""
    from installation.show.options import ShowOptions
    from installation.show.show import Show

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "scenes"
        folder.mkdir()
        (folder / "slow.py").write_text(SCENE)
        (folder / "slow.vert").write_text(shader(1, 1))
        (folder / "slow.frag").write_text(FRAGMENT)
        lines, plain = _long_enough()
        venue = Venue(
            cameras=(Venue().cameras[0].model_copy(update={"source": "ghost"}),),
            canvas=CanvasSection(size=(size[0], size[1])),
            loop=LoopSection(rate=RATE, governor=False),
            osc=OscSection(enabled=False),
            scenes=ScenesSection(playlist=("slow",)),
        )
        venue._folder = Path(place)
        frames: list[Frame] = []
        with Show(venue, ShowOptions(live=True, headless=True, on_frame=frames.append)) as show:
            own = next(shader for shader in show.stage.shader_cache if shader.files.vertex == "slow.vert")
            saved: list[float] = []
            taken: list[float] = []

            def conduct() -> None:
                time.sleep(SETTLED)
                (folder / "slow.vert").write_text(shader(lines, time.time_ns() % 1_000_003))
                saved.append(show.now())
                while own.revision < 2 and show.now() < saved[0] + PATIENCE:
                    time.sleep(0.01)
                taken.append(show.now())
                time.sleep(1.0)
                show.loop.stop()

            conductor = threading.Thread(target=conduct)
            conductor.start()
            show.loop.play(RATE, show.now, None)
            conductor.join()
            if own.revision < 2:
                raise RuntimeError(f"the shader was not taken up: {show.stage.faults}")
    shown = np.array([frame.shown for frame in frames])
    before, during = shown[(shown > 2.0) & (shown < saved[0])], shown[shown > saved[0] - 0.1]
    return {
        "median": float(np.median(np.diff(before))),
        "longest": float(np.diff(during).max()),
        "after": taken[0] - saved[0],
        "plain": plain,
    }


def _long_enough() -> tuple[int, float]:
    """How many lines take LONG to compile and draw here, and how long they take, s."""
    from installation.stage.gl.target import RenderTarget
    from installation.stage.outputs.windows import standalone

    context = standalone()
    target = RenderTarget(context, (64, 64))
    lines = 50
    while True:
        vertex = f"#version 410 core\n{shader(lines, time.time_ns() % 1_000_003)}"
        fragment = f"#version 410 core\nout vec4 colour;\n{FRAGMENT}"
        begin = time.perf_counter()
        program = context.program(vertex_shader=vertex, fragment_shader=fragment)
        target.front().use()
        context.vertex_array(program, []).render(vertices=3)
        context.finish()
        taken = time.perf_counter() - begin
        if taken >= LONG:
            return lines, taken
        lines *= 2


if __name__ == "__main__":
    print(json.dumps(measure(json.loads(sys.argv[1]))))
