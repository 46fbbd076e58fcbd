"""Transitions between two scenes: one fragment shader each, found by its file name `transition_NAME.frag`."""

from __future__ import annotations

from pathlib import Path

from installation.interface.moment import Moment
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.glsl_source import LIBRARY_SHADERS
from installation.stage.gl.target import RenderTarget

EACH_IN_TURN = "each"
"""The setting that plays all transitions, one after the other."""
FALLBACK = "crossfade"
"""The transition that is drawn in place of one that does not exist or does not compile."""
_PREFIX = "transition_"


def transition_names(folder: Path | None) -> tuple[str, ...]:
    """Every NAME with a shader transition_NAME.frag, in `shaders` of the venue's `folder` or in the library; the
    crossfade first."""
    folders = (LIBRARY_SHADERS,) if folder is None else (folder / "shaders", LIBRARY_SHADERS)
    files = (file for each in folders for file in each.glob(f"{_PREFIX}*.frag"))
    return (FALLBACK, *sorted({file.stem.removeprefix(_PREFIX) for file in files} - {FALLBACK}))


class Transitions:
    """All transitions, ready to draw."""

    def __init__(self, context: DrawingContext, folder: Path | None) -> None:
        self._aspect = context.size[0] / context.size[1]
        self._passes = {name: context.shader(f"{_PREFIX}{name}.frag") for name in transition_names(folder)}

    def draw(self, onto: RenderTarget, before: RenderTarget, after: RenderTarget, moment: Moment) -> None:
        """Draw the picture between `before` and `after`, which have one size, at the moment's `programme.mix`."""
        programme = moment.programme
        chosen = self._passes.get(programme.transition)
        if chosen is None or chosen.shader.program is None:
            chosen = self._passes[FALLBACK]
        all_wide, all_high = before.size
        chosen(
            onto,
            before=before,
            after=after,
            part=programme.mix,
            drawn=before.drawn_share,
            texel=(1.0 / all_wide, 1.0 / all_high),
            aspect=self._aspect,
            pixel=1.0 / before.drawn[1],
            seed=programme.number,
            beat=moment.pulse.beat_phase,
            frame=float(moment.frame % 64),
        )
