"""Uniform review: finds uniforms that a scene gives and no shader declares, and those that are never given."""

from __future__ import annotations

import re

from installation.interface.scene import Scene
from installation.interface.uniforms import FIXED_TYPES, phase_seconds
from installation.stage.gl.compiler_hints import PHASE_REMEDY, advice
from installation.stage.gl.glsl_source import declaration_place
from installation.stage.gl.isf_header import line_of
from installation.stage.gl.render_pass import RenderPass
from installation.stage.graphics import SceneGraphics
from installation.stage.host_uniforms import HostUniforms
from installation.stage.scene_loader import SceneSource
from installation.stage.shader_scene import ShaderScene
from installation.stage.time_review import TimeReview


class UniformReview:
    """Reviews each render pass of a scene in the first frame that draws it, and again after its shader changed."""

    def __init__(self, graphics: SceneGraphics, scene_class: type[Scene], source: SceneSource) -> None:
        self._graphics, self._scene, self._source = graphics, scene_class, source
        self._revision = -1
        self._waiting: list[RenderPass] = []
        """Passes that have not been drawn since the shaders changed."""
        self._unknown: set[str] = set()
        """Names that are given and not declared, which are noted once, however many passes they are given to."""
        self._time = TimeReview()
        self.notes: list[str] = []
        """What was found, each with the shader's name and the remedy."""

    def begin(self, t: float) -> None:
        """Before a frame of show time `t`: collect what its draw calls give, where they were not reviewed."""
        if self._revision != self._graphics.revision:
            self._restart()
        self._time.begin(t, self._graphics.passes)

    def _restart(self) -> None:
        self._revision = self._graphics.revision
        self._waiting = list(self._graphics.passes)
        self.notes.clear()
        self._time.restart()
        self._unknown.clear()
        for each in self._waiting:
            each.collect()

    def end(self, host: HostUniforms, t: float) -> bool:
        """After a frame: review the passes that it drew; returns whether `notes` may be others, as after the first."""
        drawn = [each for each in self._waiting if each.drawn]
        if drawn and not self.notes:
            self.notes += self._replaced()
        for each in drawn:
            self.notes += self._review(each, host)
            each.given = None
        if drawn:
            self._waiting = [each for each in self._waiting if not each.drawn]
        times = self._time.end(t, self._graphics.passes)
        self.notes += [
            f"{self._place_given(name) or each.shader.files.name}: the uniform `{name}` is the show's time, "
            f"which moves in leaps after days: {PHASE_REMEDY}"
            for name, each in sorted(times.items())
        ]
        return bool(drawn or times)

    def _replaced(self) -> list[str]:
        """Notes on the scene's own names that shaders declare and the host has, too: knobs, and targets of a header."""
        declared = self._declared()
        own = [knob.name for knob in self._scene.knobs]
        if issubclass(self._scene, ShaderScene):
            own += [each.target for each in self._scene.header.passes]
        return [
            f"{self._source.file}:{line_of(self._source.text, name)}: `{name}` is the scene's own, and takes the place "
            "of the host's uniform of this name"
            for name in dict.fromkeys(own)
            if name in declared and (name in FIXED_TYPES or phase_seconds(name) is not None)
        ]

    def _review(self, each: RenderPass, host: HostUniforms) -> list[str]:
        name, given = each.shader.files.name, each.given or {}
        fragment = each.shader.program_texts[1]
        declared = self._declared()
        # A scene may give all its knobs; those that it uses in Python alone are no mistake.
        unknown = [one for one in sorted(set(given) - declared) if not host.knows(one) and one not in self._unknown]
        self._unknown.update(unknown)
        notes = [
            f"{declaration_place(fragment, missing) or name}: the uniform `{missing}` is declared and never given"
            f"{advice(missing, (*host.names, *unknown))}"
            for missing in sorted(each.never_given())
        ]
        notes += [
            f"{self._place_given(one) or name}: the uniform `{one}` is given, and no shader of the scene declares it"
            f"{advice(one, declared)}"
            for one in unknown
        ]
        for attribute, uniform in (("shows_camera", "camera"), ("paints", "painting")):
            if uniform in each.hosted and uniform not in given and not getattr(self._scene, attribute):
                place = declaration_place(fragment, uniform) or name
                notes.append(f"{place}: `{uniform}` stays black: set `{attribute} = True` in the scene's class")
        if not (self._scene.shows_camera or self._scene.paints):
            remedy = "a camera picture needs `shows_camera = True` in the scene's class, a painting `paints = True`"
            notes += [
                f"{declaration_place(fragment, one) or name}: `{one}` is given None: {remedy}"
                for one in sorted(set(given) & each.samplers)
                if not given[one]
            ]
        return notes

    def _declared(self) -> frozenset[str]:
        """The uniforms that the scene's shaders declare."""
        return frozenset[str]().union(*(shader.declared for shader in self._graphics.shaders))

    def _place_given(self, name: str) -> str:
        """File and line of the scene that give a uniform; empty where it is not given by its name."""
        found = re.search(rf"\b{re.escape(name)}\s*=(?!=)|[\"']{re.escape(name)}[\"']\s*:", self._source.text)
        return f"{self._source.file}:{self._source.text.count(chr(10), 0, found.start()) + 1}" if found else ""
