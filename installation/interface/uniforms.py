"""The uniforms that the host gives to every shader of a scene, by name: what they are, as data for docs and checks.

Time reaches shaders only as phases that wrap without a seam. They are computed in double precision, so that they are as
exact after forty days as after ten seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from installation.interface.sound_values import SOUND_VALUES

LONGEST_PHASE_SECONDS = 3600
"""The longest period N of a uniform `phase_N`."""
FRAME_COUNT = 4096
"""`frame` counts 0 to this less 1, and begins again."""
BAR_COUNT = 64
"""`bar_number` counts 0 to this less 1, and begins again."""
PHRASE_BARS = 4
"""Bars in the period of `phrase`."""

_PHASE = re.compile(r"phase_([1-9][0-9]*)")


@dataclass(frozen=True, slots=True)
class HostUniform:
    """A uniform that the host gives under a fixed name."""

    name: str
    glsl: str
    """Its type in GLSL."""
    help: str
    """One sentence for a scene's author."""


HOST_UNIFORMS = (
    HostUniform("phase_N", "float", "0..1 in a period of N seconds, N a whole number 1..3600, as in phase_60"),
    HostUniform("dt", "float", "Seconds since the frame before, at most 0.1"),
    HostUniform("frame", "int", "Number of the frame, 0..4095, then again from 0"),
    HostUniform("seed", "float", "0..1, from the venue's seed"),
    HostUniform("resolution", "vec2", "Width and height in pixels of what is drawn"),
    HostUniform("aspect", "float", "Width over height of the canvas"),
    HostUniform("beat", "float", "0 on the beat, almost 1 just before the next one"),
    HostUniform("beat_number", "int", "Number of the beat in its bar, from 0"),
    HostUniform("beats_a_bar", "int", "Beats in a bar, 4 unless the music has another metre"),
    HostUniform("bar", "float", "0 on the downbeat, almost 1 at the end of the bar"),
    HostUniform("bar_number", "int", "Number of the bar, 0..63, then again from 0"),
    HostUniform("phrase", "float", "0..1 in four bars"),
    HostUniform("tempo", "float", "Beats a minute"),
    HostUniform("energy", "float", "How much all visitors move together, 0 still .. 1 dancing wildly"),
    HostUniform("presence", "float", "0 with nobody there, 1 with somebody; it fades in and out"),
    HostUniform("people", "int", "Rows of `joints` and `motions` in use"),
    HostUniform(
        "mask", "sampler2D", "R where people are, G a soft glow around them, B slot / 16, A an afterimage of R"
    ),
    HostUniform("flow", "sampler2D", "How people move; read it with `flow_at` of people.glsl"),
    HostUniform("joints", "sampler2D", "33 x 16: x, y, visibility, presence of each joint, a row a person"),
    HostUniform("motions", "sampler2D", "33 x 16: velocity x, y, energy, slot / 16 of each joint, a row a person"),
    HostUniform("camera", "sampler2D", "The camera picture; read it with `camera_at` of camera.glsl"),
    HostUniform("camera_fit", "vec4", "The canvas's uv times xy plus zw is the uv of `camera`"),
    HostUniform("camera_presence", "float", "1 while there is a camera picture, else 0"),
    HostUniform("painting", "sampler2D", "The painter's picture; read it with `painted` of painting.glsl"),
    HostUniform("painting_presence", "float", "0 before the first painting; it fades to 1"),
    *(HostUniform(f"sound_{name}", "float", value.help) for name, value in SOUND_VALUES.items()),
    HostUniform("audio", "sampler2D", "1,024 x 1: the newest samples of the sound, 0..1 around 0.5, as in ISF"),
    HostUniform("audioFFT", "sampler2D", "512 x 1: the spectrum, 0..1, from 0 Hz to 22 kHz in equal steps, as in ISF"),
    HostUniform("previous", "sampler2D", "The scene's own last picture, in half floats, linear between pixels"),
)
"""Every name that a shader may declare and the host then gives, beside the scene's knobs.

Of the knobs a number or whole number is a float or int, a switch a bool, a choice an int from 0, a colour a vec3 or
vec4 in display values. A number knob SPEED is given as SPEED_phase too: its sum over time as turns a second, 0..1.
"""
FIXED_TYPES = {each.name: each.glsl for each in HOST_UNIFORMS if each.name != "phase_N"}
"""GLSL types of the host's uniforms with a fixed name."""
KNOB_PHASE_SUFFIX = "_phase"
"""What follows a number knob's name in the uniform that is its sum over time."""


def phase_seconds(name: str) -> int | None:
    """The period N in seconds of a uniform called `phase_N`; None for every other name."""
    found = _PHASE.fullmatch(name)
    seconds = int(found[1]) if found else 0
    return seconds if 0 < seconds <= LONGEST_PHASE_SECONDS else None
