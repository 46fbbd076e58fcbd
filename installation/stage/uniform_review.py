"""Uniform review: finds uniforms that a scene gives and no shader declares, and those declared that nobody gives."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from installation.stage.gl.render_pass import RenderPass
from installation.stage.graphics import SceneGraphics

REMEDIES = {
    "time": "time reaches shaders as phases: declare `phase_8`, which goes from 0 to 1 in 8 seconds, or another period",
    "TIME": "time reaches shaders as phases: declare `phase_8`, which goes from 0 to 1 in 8 seconds, or another period",
}
"""What to do instead, by a name that authors expect."""


class UniformReview:
    """Reviews each render pass of a scene in the first frame that draws it, and again after its shader changed."""

    def __init__(self, graphics: SceneGraphics) -> None:
        self._graphics = graphics
        self._revision = -1
        self._waiting: list[RenderPass] = []
        """Passes that have not been drawn since the shaders changed."""
        self._reported = 0
        """Misuses of the graphics in `notes`."""
        self.notes: list[str] = []
        """What was found, each with the shader's name and the remedy."""

    def begin(self) -> None:
        """Before a frame: collect the names that its draw calls give, where they were not reviewed."""
        if self._revision == self._graphics.revision:
            return
        self._revision = self._graphics.revision
        self._waiting = list(self._graphics.passes)
        self.notes.clear()
        self._reported = 0
        for each in self._waiting:
            each.collect()

    def end(self, names: Iterable[str]) -> bool:
        """After a frame: review the passes that it drew; `names` are those that the host gives.

        Returns whether `notes` changed, as after the first frame.
        """
        misuses = self._graphics.misuses
        drawn = [each for each in self._waiting if each.drawn]
        if not drawn and self._reported == len(misuses):
            return False
        known = tuple(names)
        for each in drawn:
            self.notes += self._review(each, known)
            each.given = None
        self._waiting = [each for each in self._waiting if each not in drawn]
        self.notes += [text for text in sorted(misuses) if text not in self.notes]
        self._reported = len(misuses)
        return True

    def _review(self, each: RenderPass, known: tuple[str, ...]) -> list[str]:
        name, given = each.shader.files.name, each.given or set()
        declared = frozenset[str]().union(*(shader.declared for shader in self._graphics.shaders))
        unknown = sorted(given - declared)
        notes = [
            f"{name}: the uniform `{missing}` is declared and never given{_advice(missing, (*known, *unknown))}"
            for missing in sorted(each.never_given())
        ]
        return notes + [
            f"{name}: the uniform `{one}` is given, and no shader of the scene declares it{_advice(one, declared)}"
            for one in unknown
        ]


def _advice(name: str, known: Iterable[str]) -> str:
    """The remedy for an unknown name, or the name that is nearest."""
    if name in REMEDIES:
        return f"; {REMEDIES[name]}"
    near = get_close_matches(name, tuple(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""
