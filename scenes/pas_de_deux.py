"""Pas de deux, a scene: visitor and dancer before lamps, with echoes of their movements."""

from __future__ import annotations

from math import exp
from typing import ClassVar

import numpy as np

from installation.interface import (
    LOW_DETAIL_STEP_M,
    SAMPLES_PER_PIXEL,
    Cast,
    Graphics,
    Knob,
    KnobValues,
    Moment,
    Presets,
    Scene,
    Target,
    Uniforms,
    light,
    use_low_detail,
)

NEAR_MESH_STEP_M_PX = 28.0
"""Metres between the vertices of the bodies' mesh, times the canvas's height in pixels."""
MAX_ECHO_PIXELS = 500_000
"""Pixels of an echo; on a larger wall echoes are softer, not slower."""
KEPT_ECHOES = 14
"""Pictures that are kept for later echoes; enough for the longest delay at 60 frames a second."""


class Echoes:
    """A ring of pictures, each the light of a frame over the fainter picture of a delay before."""

    def __init__(self, graphics: Graphics) -> None:
        scale = min(0.75, (MAX_ECHO_PIXELS / np.prod(graphics.size)) ** 0.5)
        self.repeat = graphics.shader("echo.frag")
        self.ring = [graphics.target(scale, kind="f1", dynamic_resolution=True) for _ in range(KEPT_ECHOES)]
        self.times, self.clock = -1.0 - np.arange(KEPT_ECHOES), 0.0

    def draw(self, step: float, delay: float, uniforms: Uniforms) -> Target:
        """The picture of now, `step` seconds after the last one."""
        oldest, self.clock = int(self.times.argmin()), self.clock + step
        self.times[oldest] = np.inf
        before = int(np.abs(self.clock - delay - self.times).argmin())
        self.repeat(self.ring[oldest], before=self.ring[before], **uniforms)
        self.times[oldest] = self.clock
        return self.ring[oldest]


class PasDeDeux(Scene):
    """Pas de deux: somebody comes out of the dark to dance with you, and time unfolds behind you both like a fan.

    You are ivory, whoever answers is rose. The lamps stand behind, so that bodies are dark with a burning edge and long
    shadows come towards the room. A movement is seen again, each time fainter; who comes to rest is caught up by their
    own past and is one again. The lamps flare on the downbeat and with every bass note, edges burn brighter with high
    ones, smoke thickens with the music, and the louder that is the longer the past stays. With nobody there the dancers
    have each other.
    """

    cast: ClassVar[Cast] = Cast(each=1, alone=2)
    knobs = (
        Knob("echo", 0.8, 0.0, 0.95, help="How much of a movement is left from one echo to the next"),
        Knob("delay", 0.1, 0.034, 0.2, unit="s", help="From one echo of a movement to the next"),
        Knob("drift", 0.3, help="How far echoes drift off like smoke"),
        Knob("visitor", (1.0, 0.91, 0.79), help="Light on the edges of visitors"),
        Knob("dancer", (1.0, 0.58, 0.53), help="Light on the edges of whoever answers"),
        Knob("lamps", 1.0, 0.2, 2.0, help="How bright the lamps behind the dancers are"),
        Knob("smoke", 1.0, 0.0, 2.0, help="How much of the lamps' light hangs in the air"),
        Knob("listen", 0.7, help="How far bass notes flare the lamps, high ones the edges, and music the smoke"),
        Knob("shadow", 0.85, help="How dark the shadows are that come over the floor"),
    )

    presets: ClassVar[Presets] = {
        "rose": {
            "echo": 0.8,
            "delay": 0.1,
            "drift": 0.3,
            "visitor": (1.0, 0.91, 0.79),
            "dancer": (1.0, 0.58, 0.53),
            "lamps": 1.0,
            "smoke": 1.0,
            "shadow": 0.85,
        },
        "moon": {
            "echo": 0.86,
            "delay": 0.14,
            "drift": 0.8,
            "visitor": (0.97, 0.98, 1.0),
            "dancer": (0.54, 0.72, 1.0),
            "lamps": 0.8,
            "smoke": 1.7,
            "shadow": 0.6,
        },
        "fan": {
            "echo": 0.94,
            "delay": 0.05,
            "drift": 0.06,
            "visitor": (1.0, 0.79, 0.44),
            "dancer": (0.44, 0.87, 0.81),
            "lamps": 1.3,
            "smoke": 0.4,
            "shadow": 1.0,
        },
    }

    def setup(self, graphics: Graphics) -> None:
        self.bodies, self.framing = graphics.bodies(), graphics.camera_framing(0.66)
        near_step_m = min(max(NEAR_MESH_STEP_M_PX / graphics.size[1], 0.04), 0.05)
        shaders = ("pas_de_deux.vert", "pas_de_deux.frag")
        self.near, self.dark, self.few_rows = (
            graphics.body_shader(*shaders, step_m, depth=True) for step_m in (near_step_m, 0.055, LOW_DETAIL_STEP_M)
        )
        self.echoes = Echoes(graphics)
        self.air, self.show = (graphics.shader(f"pas_de_deux_{name}.frag") for name in ("air", "show"))
        self.light = graphics.target(0.8, kind="f1", depth=True, samples=SAMPLES_PER_PIXEL, dynamic_resolution=True)
        self.floor = graphics.target(0.33, dynamic_resolution=True)
        self.shade = graphics.target(0.33, components=1, kind="f1", dynamic_resolution=True)
        self.answers = np.zeros(self.bodies.table.size[1])
        self.smoothed = np.zeros(2)

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        bodies = self.bodies
        bodies.update(moment)
        # Of two dancers without partners one takes the visitor's part.
        parts = {-dancer.id: dancer.partner > 0 or dancer.voice % 2 == 0 for dancer in moment.dancers}
        for one in bodies.shown:
            now = self.answers[one.row]
            self.answers[one.row] += (parts.get(one.key, now * (one.key < 0)) - now) * min(3.0 * moment.step, 1.0)
        given = {
            **self.framing.follow(bodies, moment.step).uniforms,
            "table": bodies.table,
            "order": bodies.order,
            "answers": self.answers,
            "here": 1.0 - 0.6 * 0.2**bodies.presence,
            "middle": self.framing.middle_m,
            "light": self.light,
            "floor_": self.floor,
            "shade": self.shade,
            "frame": moment.frame % 64,
            **{knob.name: getattr(knobs, knob.name) for knob in self.knobs},
        }
        sound = moment.sound
        crackle = 1.0 + 1.5 * knobs.listen * sound.high.hit
        given |= {name: crackle * np.array(light(getattr(knobs, name))) for name in ("visitor", "dancer")}
        given["echo"] += 0.55 * knobs.listen * sound.level * (0.95 - knobs.echo)
        # Smoke and lamps light the whole wall: without a rise of their own they would flash.
        self.smoothed += (np.array((sound.low_mid.level, sound.bass.hit)) - self.smoothed) * np.minimum(
            np.array((5.0, 18.0)) * moment.step, 1.0
        )
        haze, flare = self.smoothed.tolist()
        given["smoke"] *= 1.0 + 1.3 * knobs.listen * haze
        given["lamps"] *= 1.0 + 0.6 * knobs.listen * flare
        given["lamps"] *= 1.0 + 0.35 * moment.pulse.confidence * exp(-5.0 * moment.pulse.bar_phase)
        self.shade.clear()
        near, dark = (self.few_rows, self.few_rows) if use_low_detail(canvas) else (self.near, self.dark)
        # The mirrored view reverses the winding of triangles: their fronts are the hidden side.
        for lamp in (1, 2):
            dark(self.shade, blend="add", cull="front", instances=bodies.count, lamp=lamp, **given)
        self.air(self.floor, **given)
        self.light.clear()
        near(self.light, cull="front", instances=bodies.count, lamp=0, **given)
        self.light.resolve()
        self.show(canvas, echoes=self.echoes.draw(moment.step, knobs.delay, given), **given)
