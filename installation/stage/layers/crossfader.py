"""Crossfader: the two scenes' targets, the transition between them, and the master's freeze and blackout."""

from __future__ import annotations

from pathlib import Path

from installation.interface.moment import Moment, Programme
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget
from installation.stage.layers.transitions import Transitions

MIN_SCALE = 0.25
"""Least share of the canvas's width and height that is drawn on a slow machine."""
TWO_SCENES_SCALE = 0.75
"""Share of the width and height for each of two scenes that are drawn at once on a slow machine."""


class Crossfader:
    """One target for the current scene, one for the following scene, and the picture made of both."""

    def __init__(self, shader_cache: ShaderCache, size: tuple[int, int], folder: Path | None = None) -> None:
        """`folder` is the venue's own, which may hold transitions."""
        shaders = (folder / "shaders",) if folder is not None else ()
        self._context = DrawingContext(shader_cache, shaders, size, 0)
        self.scene, self.following, self._mixed = (self._context.target(kind="f1") for _ in range(3))
        self._held, self._mastered = (self._context.target(kind="f1") for _ in range(2))
        self._transitions = Transitions(self._context, folder)
        self._master = self._context.shader("master.frag")
        self._holds = False
        """Whether the picture is frozen."""
        self._scene_name = self._following_name = ""
        self.picture: RenderTarget = self.scene
        """The picture to show."""

    def follow(self, programme: Programme) -> None:
        """Before the scenes of a frame are drawn: a following scene that became the current one keeps its target."""
        if programme.scene == self._following_name != self._scene_name:
            self.scene, self.following = self.following, self.scene
        self._scene_name, self._following_name = programme.scene, programme.following

    def rescale(self, quality: float, scenes: int = 1) -> None:
        """Draw on this share of the width and height, at least MIN_SCALE; costs nothing to change. Below full quality
        each of two `scenes` has fewer pixels."""
        share = TWO_SCENES_SCALE if scenes > 1 and quality < 1.0 else 1.0
        for target in (self.scene, self.following, self._mixed, self._mastered):
            target.scale = min(1.0, max(MIN_SCALE, share * quality))

    def compose(self, moment: Moment) -> RenderTarget:
        """The picture of this frame, made of `scene` and `following`."""
        programme = moment.programme
        mix = programme.mix if programme.following else 0.0
        if mix <= 0.0:
            self.picture = self.scene
        elif mix >= 1.0:
            self.picture = self.following
        else:
            self._transitions.draw(self._mixed, self.scene, self.following, moment)
            self.picture = self._mixed
        if programme.still >= 1.0 and not self._holds:
            self._held.scale = self.picture.scale
            self._draw_master(self._held, self.picture)
        self._holds = programme.still >= 1.0
        if programme.still > 0.0 or programme.dark > 0.0:
            self._draw_master(self._mastered, self.picture, programme.still, programme.dark, moment.frame % 64)
            self.picture = self._mastered
        return self.picture

    def _draw_master(
        self, onto: RenderTarget, live: RenderTarget, still: float = 0.0, dark: float = 0.0, frame: int = 0
    ) -> None:
        self._master(
            onto,
            live=live,
            held=None if onto is self._held else self._held,
            live_drawn=live.drawn_share,
            held_drawn=self._held.drawn_share,
            still=still,
            dark=dark,
            frame=float(frame),
        )

    def release(self) -> None:
        self._context.release()
