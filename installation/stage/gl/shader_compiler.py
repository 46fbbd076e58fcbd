"""The compiler is a worker: it watches the shaders' files and tries what changed, so that no frame waits for it.

It has a stage of its own that nobody sees, on which it draws whatever the changed shaders are for. That leaves the
driver's cache warm: the drawing process then makes the same programs in a few milliseconds. A shader that does not
compile never reaches the wall.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import moderngl

from installation.stage.gl.glsl_source import GlslError, GlslSource
from installation.stage.gl.shader_cache import ShaderFiles, ShaderProgram, build, digest, sources
from installation.stage.stage import Stage
from installation.venue.schema import Venue
from installation.workers import allocator
from installation.workers.worker import Letter

Understudy = Callable[[moderngl.Context], Stage]
NICE = 10
"""How far it steps back (`nice`): a saved shader can wait, the picture can't."""
EVERY = 0.25
"""Seconds between two looks at the files."""
WRITTEN = 0.3
"""Seconds in which the driver's own threads have written to its cache what was drawn."""


def open_compiler(venue: str, folder: str | None) -> Compiler:
    """A compiler with a context of its own, for the scenes of a venue, given as JSON."""
    from installation.stage.outputs.windows import standalone

    if hasattr(os, "nice"):
        os.nice(NICE)
    read = Venue.model_validate_json(venue)
    place = Path(folder) if folder else None
    return Compiler(standalone(), lambda context: Stage(context, read, read.scenes.names, place))


class Compiler:
    """Answers with the sources and faults of all recipes that it was told of; the newest answer holds them all."""

    def __init__(self, context: moderngl.Context, understudy: Understudy | None = None) -> None:
        """`understudy` makes the stage on which shaders are tried, once there is one to try; left out, they are
        compiled and not drawn."""
        self._context = context
        self._understudy = understudy
        self._stage: Stage | None = None
        self._stamps: dict[ShaderFiles, tuple[tuple[str, float], ...]] = {}
        self._found: dict[ShaderFiles, dict[str, str]] = {}
        self._changed = False
        self._work: Iterator[bool] | None = None
        self._due = 0.0

    def step(self, order: Mapping[str, Any], t: float) -> Letter | None:
        """One piece of work, so that it is never silent for long; a letter once all that changed was tried."""
        if self._work is None:
            if t < self._due:
                return None
            self._due = t + EVERY
            self._work = self._look(order.get("recipes", ()))
        if not next(self._work):
            return None
        self._work = None
        if not self._changed:
            return None
        return Letter(t, {"shaders": [self._found[_recipe(told)] for told in order.get("recipes", ())]})

    def _look(self, told: list[Any]) -> Iterator[bool]:
        """Try the recipes whose files have changed; False after each piece of work, True at the end."""
        self._changed = False
        fresh = []
        for each in told:
            recipe = _recipe(each)
            read = self._read(recipe)
            if read is None:
                continue
            texts = {"vertex": read[0].text, "fragment": read[1].text, "fault": ""}
            if self._stage is None and digest((read[0].text, read[1].text)) == each[3]:
                self._note(recipe, texts)  # what the drawing process has compiled itself needs no second try
            elif self._found.get(recipe) != texts:
                fresh.append((recipe, read, texts))
        tried, new = [], bool(fresh) and self._stage is None
        if new and self._understudy is not None:
            self._stage = self._understudy(self._context)
            allocator.touch()
            yield False
        for recipe, read, texts in fresh:
            shader = self._try(recipe, *read, texts, new)
            tried += [shader] if shader is not None else []
            self._note(recipe, texts)
            yield False
        if self._stage is not None and tried:
            for moment in self._stage.rehearsal(tried):
                self._stage.draw(moment)
                yield False
            self._context.finish()
            written = time.perf_counter() + WRITTEN
            while time.perf_counter() < written:
                yield False
            for shader in tried:
                self._stage.programs.make(shader, shader.texts)  # from the cache, it takes half a megabyte less
                yield False
            allocator.trim()
        yield True

    def _read(self, recipe: ShaderFiles) -> tuple[GlslSource, GlslSource] | None:
        """The sources of a recipe whose files have changed; what is wrong with them is noted."""
        stamps = self._stamps.get(recipe)
        if stamps and stamps == tuple((file, _stamp(file)) for file, _ in stamps):
            return None
        try:
            vertex, fragment = sources(recipe)
        except GlslError as error:
            # Without stamps it is tried again: what is missing may turn up while the other files stay as they are.
            self._stamps[recipe] = ()
            self._note(recipe, {"vertex": "", "fragment": "", "fault": str(error)})
            return None
        self._stamps[recipe] = tuple((file, _stamp(file)) for file in dict.fromkeys((*vertex.files, *fragment.files)))
        return vertex, fragment

    def _note(self, recipe: ShaderFiles, found: dict[str, str]) -> None:
        self._changed |= self._found.get(recipe) != found
        self._found[recipe] = found

    def _try(
        self, recipe: ShaderFiles, vertex: GlslSource, fragment: GlslSource, texts: dict[str, str], new: bool
    ) -> ShaderProgram | None:
        """Compile; the shader that is to be drawn with, if there is one that was not. `new` is whether the stage was
        set up with it just now."""
        shader = self._stage.programs.get(recipe) if self._stage is not None else ShaderProgram(recipe)
        text = vertex.text, fragment.text
        if shader.used == text:
            shader.texts, shader.fault = text, ""
            return shader if new else None
        if shader.texts != text:
            shader.texts = text
            try:
                shader.put(build(self._context, vertex, fragment), text)
            except GlslError as error:
                shader.fault = str(error)
        texts["fault"] = shader.fault
        if self._stage is None:
            shader.release()
        return None if shader.fault else shader

    def close(self) -> None:
        if self._stage is not None:
            self._stage.close()
        self._context.release()


def _recipe(told: list[Any]) -> ShaderFiles:
    vertex, fragment, folders, _ = told
    return ShaderFiles(vertex, fragment, tuple(Path(folder) for folder in folders))


def _stamp(file: str) -> float:
    """When a file was last written; 0 while it is not there, as in the middle of an editor's saving."""
    try:
        return Path(file).stat().st_mtime_ns / 1e9
    except OSError:
        return 0.0
