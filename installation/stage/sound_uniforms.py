"""Sound for shaders: its values as numbers, spectrum and samples as textures in the layout of ISF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import moderngl
import numpy as np

from installation.interface.graphics import Graphics
from installation.interface.moment import Moment
from installation.interface.scene import Scene
from installation.interface.sound import AudioFrame
from installation.interface.sound_values import SOUND_VALUES, SoundValue
from installation.stage.shader_scene import ShaderScene

NO_AUDIO = AudioFrame()
"""Spectrum and samples of silence."""


class SoundUniforms:
    """The uniforms of one scene that are made of `Moment.sound` and `Moment.audio`."""

    def __init__(self, graphics: Graphics, scene_class: type[Scene], moment: Callable[[], Moment]) -> None:
        """`moment` returns the present one."""
        self._moment = moment
        self._textures = {
            "audio": SoundTexture(graphics, NO_AUDIO.waveform),
            "audioFFT": SoundTexture(graphics, NO_AUDIO.spectrum),
        }
        self.functions: Mapping[str, Callable[[], Any]] = {
            **{f"sound_{name}": partial(self._value, value) for name, value in SOUND_VALUES.items()},
            "audio": self._waveform,
            "audioFFT": self._spectrum,
        }
        """Functions that return the present value, by the uniform's name."""
        kinds: dict[str, str] = {}
        if issubclass(scene_class, ShaderScene):
            # A header may call its inputs of sound as it likes.
            kinds = {each.name: each.type for each in scene_class.header.inputs if each.type in self._textures}
            self.functions = {**self.functions, **{name: self.functions[kind] for name, kind in kinds.items()}}
        self.samplers = frozenset((*self._textures, *kinds))
        """Names of the functions that return textures."""

    def _value(self, value: SoundValue) -> float:
        return value.read(self._moment().sound)

    def _waveform(self) -> moderngl.Texture:
        moment = self._moment()
        return self._textures["audio"].at(moment.frame, (moment.audio or NO_AUDIO).waveform)

    def _spectrum(self) -> moderngl.Texture:
        moment = self._moment()
        return self._textures["audioFFT"].at(moment.frame, (moment.audio or NO_AUDIO).spectrum)


class SoundTexture:
    """A row of floats as a texture, made when it is first read, and written once in each frame that reads it."""

    def __init__(self, graphics: Graphics, first: np.ndarray) -> None:
        self._graphics = graphics
        self._first = first
        self._texture: moderngl.Texture | None = None
        self._frame = -1

    def at(self, frame: int, values: np.ndarray) -> moderngl.Texture:
        """The texture with the values of a frame."""
        if self._texture is None:
            self._texture = cast(moderngl.Texture, self._graphics.texture(self._first.reshape(1, -1, 1), smooth=True))
            self._texture.swizzle = "RRR1"  # shaders for ISF read any of the three
        if self._frame != frame:
            self._frame = frame
            self._texture.write(np.ascontiguousarray(values, np.float32).tobytes())
        return self._texture
