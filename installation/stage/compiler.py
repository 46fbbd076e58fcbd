"""The compiler is a worker: it watches the shaders' files and tries what changed, so that no frame waits for it.

It compiles and draws in a context of its own, which leaves the driver's cache warm: the drawing process then links the
same sources in a few milliseconds. A shader that does not compile never reaches the wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import moderngl

from installation.stage.programs import Recipe, build, sources
from installation.stage.source import Source, SourceError
from installation.stage.target import Kind, Target
from installation.worker import Letter

FORMATS: tuple[Kind, ...] = ("f1", "f2", "f4")
"""Formats of the targets on which each program is tried: a processor's driver compiles anew for each."""


def open_compiler() -> Compiler:
    """A compiler with a context of its own."""
    from installation.stage.outputs import standalone

    return Compiler(standalone())


class Compiler:
    """Answers with the sources and faults of all recipes that it was told of; the newest answer holds them all."""

    def __init__(self, context: moderngl.Context) -> None:
        self._context = context
        self._targets = [Target(context, (4, 4), 4, kind) for kind in FORMATS]
        self._stamps: dict[Recipe, tuple[tuple[str, float], ...]] = {}
        self._found: dict[Recipe, dict[str, str]] = {}

    def step(self, order: Mapping[str, Any], t: float) -> Letter | None:
        recipes = [
            Recipe(v, f, tuple(Path(folder) for folder in folders)) for v, f, folders in order.get("recipes", ())
        ]
        changed = False
        for recipe in recipes:
            changed |= self._look(recipe)
        if not changed:
            return None
        return Letter(t, {"shaders": [self._found[recipe] for recipe in recipes]})

    def _look(self, recipe: Recipe) -> bool:
        """Try a recipe whose files have changed; returns whether anything is new."""
        stamps = self._stamps.get(recipe)
        if stamps and stamps == tuple((file, _stamp(file)) for file, _ in stamps):
            return False
        try:
            vertex, fragment = sources(recipe)
        except SourceError as error:
            # Without stamps it is tried again: what is missing may turn up while the other files stay as they are.
            return self._note(recipe, (), {"vertex": "", "fragment": "", "fault": str(error)})
        files = tuple((file, _stamp(file)) for file in dict.fromkeys((*vertex.files, *fragment.files)))
        texts = {"vertex": vertex.text, "fragment": fragment.text, "fault": ""}
        # What the drawing process has compiled at its start needs no second try.
        if stamps is not None:
            texts["fault"] = self._try(recipe, vertex, fragment)
        return self._note(recipe, files, texts)

    def _note(self, recipe: Recipe, stamps: tuple[tuple[str, float], ...], found: dict[str, str]) -> bool:
        self._stamps[recipe] = stamps
        new = self._found.get(recipe) != found
        self._found[recipe] = found
        return new

    def _try(self, recipe: Recipe, vertex: Source, fragment: Source) -> str:
        """Compile and draw; returns what is wrong, in words."""
        try:
            program = build(self._context, vertex, fragment)
        except SourceError as error:
            return str(error)
        array = self._context.vertex_array(program, [])
        for target in self._targets:
            target.front().use()
            array.render(moderngl.TRIANGLES, vertices=3)
        self._context.finish()
        array.release()
        program.release()
        return ""

    def close(self) -> None:
        for target in self._targets:
            target.release()
        self._context.release()


def _stamp(file: str) -> float:
    """When a file was last written; 0 while it is not there, as in the middle of an editor's saving."""
    try:
        return Path(file).stat().st_mtime_ns / 1e9
    except OSError:
        return 0.0
