"""Cost of the uniforms that the host gives: one shader with them, and with the same values passed by hand, in pairs."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from installation.evaluate.report import Figure
from installation.interface.moment import Moment, Programme
from installation.stage.outputs.windows import Outputs
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, ScenesSection, Venue

SIZE = (640, 360)
"""Width and height in pixels of the canvas."""
PAIRS = 20
"""Alternating blocks of frames; the figure is the median of their ratios."""
FRAMES = 60
"""Frames in a block."""
RATE_HZ = 30.0
"""Frames a second of show time."""
LEAST_SHARE = 0.98
"""Target: frames a second with the host's uniforms over those with uniforms passed by hand."""

SHADER = """
uniform sampler2D mask;
uniform float phase_8, phase_60, dt, aspect, beat, bar, energy, presence, glow, glow_phase;
uniform int frame, people;

void main() {
    float light = texture(mask, uv).g + 0.1 * float(people) + dt + energy + presence + fract(beat + bar + glow_phase);
    colour = vec4(vec3(glow * light * fract(uv.x * aspect + phase_8 + phase_60 + 0.001 * float(frame))), 1.0);
}
"""
SCENE = """
from installation.interface import Graphics, Knob, KnobValues, Moment, Scene, Target


class {title}(Scene):
    knobs = (Knob("glow", 0.5),)

    def setup(self, graphics: Graphics) -> None:
        self.visitors, self.shader, self.turned = graphics.visitors, graphics.shader("shader.frag"), 0.0

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
{draw}
"""
GIVEN = "        self.shader(canvas)"
BY_HAND = """
        self.turned = (self.turned + knobs.glow * moment.step) % 1.0
        self.shader(
            canvas,
            mask=self.visitors.mask,
            phase_8=moment.phase(8),
            phase_60=moment.phase(60),
            dt=moment.step,
            frame=moment.frame % 4096,
            aspect=self.visitors.aspect,
            beat=moment.pulse.beat_phase,
            bar=moment.pulse.bar_phase,
            energy=moment.crowd.energy,
            presence=min(1.0, sum(figure.presence for figure in self.visitors.figures)),
            people=self.visitors.count,
            glow=knobs.glow,
            glow_phase=self.turned,
        )
"""
NAMES = ("given", "by_hand")


def measure_uniforms(moments: Sequence[Moment], advance: Callable[[float], None]) -> list[Figure]:
    """Return frames a second of a one-shader scene with the host's uniforms, beside the same passed by hand.

    `moments` are drawn in turn; `advance` receives the share of the work that is done.
    """
    with tempfile.TemporaryDirectory() as folder:
        _write_scenes(Path(folder) / "scenes")
        venue = Venue(canvas=CanvasSection(size=SIZE), scenes=ScenesSection(playlist=NAMES))
        outputs = Outputs.open(venue, headless=True)
        stage = Stage(outputs.context, venue, NAMES, Path(folder))
        rates: dict[str, list[float]] = {name: [] for name in NAMES}
        frame = 0
        for pair in range(PAIRS + 1):
            for name in NAMES if pair % 2 == 0 else NAMES[::-1]:
                begin = time.perf_counter()
                for _ in range(FRAMES):
                    frame += 1
                    moment = moments[frame % len(moments)]
                    stage.draw(replace(moment, frame=frame, time=frame / RATE_HZ, programme=Programme(name), knobs={}))
                    outputs.finish_drawing()
                rates[name].append(FRAMES / (time.perf_counter() - begin))
            advance((pair + 1) / (PAIRS + 1))
        stage.close()
        outputs.close()
    # The first pair warms up driver and caches.
    given, by_hand = (np.array(rates[name][1:]) for name in NAMES)
    return [
        Figure("frames, uniforms by the host", float(np.median(given)), "1/s", baseline=float(np.median(by_hand))),
        Figure.at_least("share of the frames with uniforms by hand", float(np.median(given / by_hand)), LEAST_SHARE),
    ]


def _write_scenes(folder: Path) -> None:
    folder.mkdir()
    (folder / "shader.frag").write_text(SHADER, encoding="utf-8")
    for name, draw in zip(NAMES, (GIVEN, BY_HAND), strict=True):
        title = name.title().replace("_", "")
        (folder / f"{name}.py").write_text(SCENE.format(title=title, draw=draw), encoding="utf-8")
