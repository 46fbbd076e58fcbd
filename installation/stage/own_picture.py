"""Own picture: the target on which a scene draws whose shaders read `previous`, and its content one frame before."""

from __future__ import annotations

from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics

PREVIOUS = "previous"
"""The host uniform that reads it."""


class OwnPicture:
    """Two targets of half floats, made when a shader first uses `previous`: eight bits would never fade to black."""

    def __init__(self, graphics: SceneGraphics) -> None:
        self._graphics = graphics
        self._wanted = -1, False
        """The graphics' revision, and whether a shader of it uses `previous`."""
        self._targets: tuple[RenderTarget, RenderTarget] | None = None

    @property
    def wanted(self) -> bool:
        """Whether one of the scene's shaders uses `previous`."""
        revision = self._graphics.revision
        if self._wanted[0] != revision:
            self._wanted = revision, any(shader.uses(PREVIOUS) for shader in self._graphics.shaders)
        return self._wanted[1]

    def previous(self) -> RenderTarget | None:
        """The picture before the one that is drawn; None where no shader uses it."""
        return self._targets[1] if self._targets is not None else None

    def next(self) -> RenderTarget:
        """The target for the next picture; the one drawn last is `previous` from now on."""
        if self._targets is None:
            self._targets = (
                self._graphics.target(dynamic_resolution=True),
                self._graphics.target(dynamic_resolution=True),
            )
        else:
            self._targets = self._targets[1], self._targets[0]
        return self._targets[0]
