"""Host uniforms: the values of `interface.uniforms` and of a scene's knobs, for shaders that declare them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from installation.interface.graphics import Graphics, PaintingTexture, Texture, VisitorTextures
from installation.interface.knobs import KnobValues
from installation.interface.moment import Moment
from installation.interface.scene import Scene
from installation.interface.uniforms import (
    BAR_COUNT,
    FIXED_TYPES,
    FRAME_COUNT,
    HOST_UNIFORMS,
    KNOB_PHASE_SUFFIX,
    PHRASE_BARS,
    phase_seconds,
)
from installation.stage.sound_uniforms import SoundUniforms

GOLDEN_RATIO = 0.6180339887498949
"""Multiples of it, modulo 1, are spread evenly: seeds next to each other give different numbers."""
NO_FIT = (0.0, 0.0, 0.0, 0.0)
"""`camera_fit` without a camera picture."""
KNOB_TYPES: Mapping[type, tuple[str, ...]] = {
    float: ("float", "int"),  # a whole part may be what is wanted
    int: ("int",),
    bool: ("bool",),
    str: ("int",),
    tuple: ("vec3",),
}
"""As what a shader may declare a knob, by the type of its default."""


class HostUniforms:
    """Gives the uniforms that a scene's draw calls leave out; `begin` renews them once before each `draw`."""

    def __init__(
        self, graphics: Graphics, scene_class: type[Scene], previous: Callable[[], Texture | None] = lambda: None
    ) -> None:
        """`previous` returns the scene's own last picture."""
        self._graphics, self._scene = graphics, scene_class
        self._knobs = {knob.name: knob for knob in scene_class.knobs}
        speeds = [knob.name for knob in scene_class.knobs if type(knob.default) is float]
        self._speeds = {f"{name}{KNOB_PHASE_SUFFIX}": name for name in speeds}
        self._phases = dict.fromkeys(self._speeds, 0.0)
        self._moment = Moment(0.0, 0, 0.0)
        self._values: KnobValues | None = None
        self._people: VisitorTextures | None = None
        self._renews_people = False
        """Whether the people's textures are the scene's own, and are renewed here."""
        self._people_frame = -1
        self._painting: PaintingTexture | None = None
        self._painted: tuple[int, Texture | None] = (-1, None)
        self._sound = sound = SoundUniforms(graphics, scene_class, lambda: self._moment)
        self._functions: Mapping[str, Callable[[], Any]] = {
            **sound.functions,
            "dt": lambda: self._moment.step,
            "frame": lambda: self._moment.frame % FRAME_COUNT,
            "seed": lambda: graphics.seed * GOLDEN_RATIO % 1.0,
            "aspect": lambda: graphics.size[0] / graphics.size[1],
            "beat": lambda: self._moment.pulse.beat_phase,
            "beat_number": lambda: int(self._moment.pulse.bar_phase * self._moment.pulse.beats_a_bar),
            "beats_a_bar": lambda: self._moment.pulse.beats_a_bar,
            "bar": lambda: self._moment.pulse.bar_phase,
            "bar_number": lambda: int(self._moment.pulse.bar) % BAR_COUNT,
            "phrase": lambda: self._moment.pulse.bar / PHRASE_BARS % 1.0,
            "tempo": lambda: self._moment.pulse.tempo,
            "energy": lambda: self._moment.crowd.energy,
            "presence": lambda: min(1.0, sum(figure.presence for figure in self._textures().figures)),
            "people": lambda: self._textures().count,
            "mask": lambda: self._textures().mask,
            "flow": lambda: self._textures().flow,
            "joints": lambda: self._textures().joints,
            "motions": lambda: self._textures().motions,
            "camera": lambda: self._textures().picture,
            "camera_fit": lambda: self._textures().picture_fit if self._textures().picture is not None else NO_FIT,
            "camera_presence": lambda: float(self._textures().picture is not None),
            "painting": self._newest_painting,
            "painting_presence": self._painting_presence,
            "previous": previous,
        }

    def begin(self, moment: Moment, knobs: KnobValues) -> None:
        """Use the values of `moment` from now on; `knobs` are those of the scene."""
        self._moment, self._values = moment, knobs
        for name, speed in self._speeds.items():
            self._phases[name] = (self._phases[name] + float(getattr(knobs, speed)) * moment.step) % 1.0

    def knows(self, name: str) -> bool:
        """Whether it gives a uniform of this name."""
        return name in self._functions or name in self._knobs or name in self._phases or phase_seconds(name) is not None

    def value(self, name: str) -> Any:
        """The present value of a uniform that it knows; a knob of the scene wins over a fixed name."""
        if (knob := self._knobs.get(name)) is not None:
            value = getattr(self._values, name) if self._values is not None else knob.default
            return knob.choices.index(value) if isinstance(value, str) else value
        if name in self._phases:
            return self._phases[name]
        if (function := self._functions.get(name)) is not None:
            return function()
        seconds = phase_seconds(name)
        assert seconds is not None
        return self._moment.phase(seconds)

    def glsl_types(self, name: str) -> tuple[str, ...]:
        """The types that a uniform that it knows may be declared with, the usual one first."""
        if (knob := self._knobs.get(name)) is not None:
            return KNOB_TYPES[type(knob.default)]
        return ("sampler2D" if name in self._sound.samplers else FIXED_TYPES.get(name, "float"),)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that it gives, `phase_N` as such."""
        return (*(each.name for each in HOST_UNIFORMS), *self._knobs, *self._phases)

    def _textures(self) -> VisitorTextures:
        """The people's textures, with dancers in their place where the scene has a cast for nobody."""
        if self._people is None:
            alone = self._scene.cast.alone > 0
            self._people = self._graphics.visitors_or_dancers() if alone else self._graphics.visitors
            self._renews_people = alone
        if self._renews_people and self._people_frame != self._moment.frame:
            self._people_frame = self._moment.frame
            self._people.update(self._moment)
        return self._people

    def _newest_painting(self) -> Texture | None:
        if self._painting is None:
            self._painting = self._graphics.painting()
        if self._painted[0] != self._moment.frame:
            self._painted = self._moment.frame, self._painting(self._moment)
        return self._painted[1]

    def _painting_presence(self) -> float:
        self._newest_painting()
        return self._painting.presence if self._painting is not None else 0.0
