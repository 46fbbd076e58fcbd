"""Camera picture: the newest frame of the camera as a texture, uploaded when it changes."""

from __future__ import annotations

import moderngl
import numpy as np
from numpy.typing import NDArray

from installation.interface.moment import Picture

Array = NDArray[np.float32]


class CameraPicture:
    """`texture` is None while there is no picture."""

    def __init__(self, context: moderngl.Context) -> None:
        self.texture: moderngl.Texture | None = None
        self.fit = (1.0, 1.0, 0.0, 0.0)
        """The uv of the canvas times (x, y) plus (z, w) is the uv of the texture."""
        self._context = context
        self._sequence = -1

    def update(self, picture: Picture | None, scale: Array, shift: Array) -> None:
        """Show this picture, or none; `scale` and `shift` as those of `screen_to_canvas`."""
        if picture is None:
            self.release()
            return
        if picture.sequence != self._sequence:
            self._upload(picture)
        x, y = 1 / scale
        left, top = -shift[0] * x, 1 + shift[1] * y
        self.fit = (-x, -y, 1 - left, top) if picture.mirror else (x, -y, left, top)

    def _upload(self, picture: Picture) -> None:
        high, wide, components = picture.pixels.shape
        if self.texture is not None and (self.texture.size, self.texture.components) != ((wide, high), components):
            self.release()
        if self.texture is None:
            self.texture = self._context.texture((wide, high), components, alignment=1)
            self.texture.repeat_x = self.texture.repeat_y = False
        self.texture.write(np.ascontiguousarray(picture.pixels), alignment=1)
        self._sequence = picture.sequence

    def release(self) -> None:
        if self.texture is not None:
            self.texture.release()
        self.texture, self._sequence = None, -1
