"""Transitions: each a shader that makes one picture of two, found by its file's name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from installation.interface.moment import Moment
from installation.stage.gl.glsl_source import LIBRARY_SHADERS

if TYPE_CHECKING:
    from installation.stage.graphics import RenderTarget, SceneGraphics

EACH = "each"
"""Stands for all kinds, each in turn."""
PLAIN = "crossfade"
"""The kind that takes the place of one that is not there."""
_PREFIX = "transition_"


def kinds(folder: Path | None) -> tuple[str, ...]:
    """Every NAME with a shader transition_NAME.frag, in the shaders/ of the venue in `folder` or in those that come
    along; the plain crossfade first."""
    folders = (LIBRARY_SHADERS,) if folder is None else (folder / "shaders", LIBRARY_SHADERS)
    files = (file for each in folders for file in each.glob(f"{_PREFIX}*.frag"))
    return (PLAIN, *sorted({file.stem.removeprefix(_PREFIX) for file in files} - {PLAIN}))


class Transitions:
    """All kinds, ready to draw."""

    def __init__(self, workshop: SceneGraphics, folder: Path | None) -> None:
        self._aspect = workshop.size[0] / workshop.size[1]
        self._passes = {kind: workshop.screen(f"{_PREFIX}{kind}.frag") for kind in kinds(folder)}

    def draw(self, onto: RenderTarget, before: RenderTarget, after: RenderTarget, moment: Moment) -> None:
        """Draw what lies between two pictures of one size at the moment's programme."""
        programme = moment.programme
        chosen = self._passes.get(programme.transition)
        if chosen is None or chosen.shader.program is None:
            chosen = self._passes[PLAIN]
        (wide, high), (all_wide, all_high) = before.drawn, before.size
        chosen(
            onto,
            before=before,
            after=after,
            part=programme.mix,
            drawn=(wide / all_wide, high / all_high),
            texel=(1.0 / all_wide, 1.0 / all_high),
            aspect=self._aspect,
            pixel=1.0 / high,
            seed=programme.number,
            beat=moment.pulse.beat_phase,
            frame=float(moment.frame % 64),
        )
