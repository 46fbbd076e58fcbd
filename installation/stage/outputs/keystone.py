"""Copy of a region of the canvas onto an output: one render pass that windows, films and screenshots share."""

from __future__ import annotations

import moderngl

from installation.interface.graphics import Blend
from installation.stage.gl.glsl_source import STAGE_SHADERS
from installation.stage.gl.render_pass import RenderPass
from installation.stage.gl.shader_cache import SCREEN, ShaderCache, ShaderFiles
from installation.stage.gl.target import RenderTarget

WHOLE = (0.0, 0.0, 1.0, 1.0)
"""The region of the whole canvas."""


class RegionBlitter:
    """Draws the canvas, or a region of it, on a target or framebuffer of the same context."""

    def __init__(self, context: moderngl.Context) -> None:
        self._shader_cache = ShaderCache(context)
        self._blank = context.texture((1, 1), 4, bytes(4))
        self._show = RenderPass(self._shader_cache.get(ShaderFiles(SCREEN, "show.frag", (STAGE_SHADERS,))), self._blank)

    def __call__(
        self,
        onto: RenderTarget | moderngl.Framebuffer,
        picture: moderngl.Texture,
        drawn: tuple[int, int],
        region: tuple[float, float, float, float] = WHOLE,
        blend: Blend | None = None,
    ) -> None:
        """Draw `region` (left, bottom, right, top, each 0..1) of a picture that fills `drawn` pixels of its texture.

        `blend` is that of a render pass; without it what was there before is gone.
        """
        wide, high = picture.size
        left, bottom, right, top = region
        self._show(
            onto,
            blend=blend,
            picture=picture,
            region=(left, bottom, right - left, top - bottom),
            drawn=(drawn[0] / wide, drawn[1] / high),
            texel=(1.0 / wide, 1.0 / high),
            opaque=float(blend is None),
        )

    def release(self) -> None:
        """Release everything."""
        self._show.release()
        self._blank.release()
        self._shader_cache.release()
