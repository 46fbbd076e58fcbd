"""The compiler is a worker: it watches the shaders' files and tries what changed, so that no frame waits for it.

Each time it sets up a stage that nobody sees, and draws there whatever the changed shaders are for. That leaves the
driver's cache warm: the drawing process then makes the same programs in a few milliseconds. A shader that does not
compile never reaches the wall. Between two savings it holds no stage, so that a day of them takes no more memory than
one.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import moderngl

from installation import heap
from installation.stage.programs import Programs, Recipe, Shader, digest, sources
from installation.stage.source import SourceError
from installation.stage.stage import Stage
from installation.venue import Venue
from installation.worker import Letter

Texts = tuple[str, str]
"""Of vertex and fragment shader."""
Understudy = Callable[[moderngl.Context], Stage]
NICE = 10
"""How far it steps back (`nice`): a saved shader can wait, the picture can't."""
EVERY = 0.25
"""Seconds between two looks at the files."""
WRITTEN = 0.3
"""Seconds in which the driver's own threads have written to its cache what was drawn."""


def open_compiler(venue: str, folder: str | None) -> Compiler:
    """A compiler with a context of its own, for the scenes of a venue, given as JSON."""
    from installation.stage.outputs import standalone

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
        self._stamps: dict[Recipe, tuple[tuple[str, float], ...]] = {}
        self._found: dict[Recipe, dict[str, str]] = {}
        self._good: dict[Recipe, Texts] = {}
        """What compiled last."""
        self._changed = False
        self._work: Generator[bool, None, None] | None = None
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

    def _look(self, told: list[Any]) -> Generator[bool, None, None]:
        """Try the recipes whose files have changed; False after each piece of work, True at the end."""
        self._changed = False
        fresh: list[Recipe] = []
        for each in told:
            recipe = _recipe(each)
            texts = self._read(recipe)
            if texts is None:
                continue
            if recipe not in self._found and digest(texts) == each[3]:
                self._note(recipe, texts)  # what the drawing process has compiled itself needs no second try
            elif self._found.get(recipe) != _told(texts):
                fresh.append(recipe)
        if fresh:
            stage = self._understudy(self._context) if self._understudy is not None else None
            programs = stage.programs if stage is not None else Programs(self._context)
            try:
                yield False
                yield from self._try(fresh, programs, stage)
            finally:
                (stage.close if stage is not None else programs.release)()
            del stage, programs
            gc.collect()
            heap.trim()
        yield True

    def _try(self, fresh: list[Recipe], programs: Programs, stage: Stage | None) -> Generator[bool, None, None]:
        """Compile each, as it is on disk by now, and draw with those that do."""
        tried: list[Shader] = []
        for recipe in fresh:
            shader = programs.get(recipe)
            self._note(recipe, shader.texts, shader.fault)
            tried += [] if shader.fault else [shader]
            yield False
        if stage is None or not tried:
            return
        self._mend(programs)
        for moment in stage.rehearsal(tried):
            stage.draw(moment)
            yield False
        self._context.finish()
        written = time.perf_counter() + WRITTEN
        while time.perf_counter() < written:
            yield False

    def _mend(self, programs: Programs) -> None:
        """Have the last good program where there is none, as on the wall: a scene is drawn with all of its own."""
        for shader in programs:
            if shader.program is None and (good := self._good.get(shader.recipe)) is not None:
                with suppress(moderngl.Error):
                    programs.make(shader, good)

    def _read(self, recipe: Recipe) -> Texts | None:
        """The sources of a recipe whose files have changed; what is wrong with them is noted."""
        stamps = self._stamps.get(recipe)
        if stamps and stamps == tuple((file, _stamp(file)) for file, _ in stamps):
            return None
        try:
            vertex, fragment = sources(recipe)
        except SourceError as error:
            # Without stamps it is tried again: what is missing may turn up while the other files stay as they are.
            self._stamps[recipe] = ()
            self._note(recipe, ("", ""), str(error))
            return None
        self._stamps[recipe] = tuple((file, _stamp(file)) for file in dict.fromkeys((*vertex.files, *fragment.files)))
        return vertex.text, fragment.text

    def _note(self, recipe: Recipe, texts: Texts, fault: str = "") -> None:
        found = _told(texts, fault)
        self._changed |= self._found.get(recipe) != found
        self._found[recipe] = found
        if not fault:
            self._good[recipe] = texts

    def close(self) -> None:
        if self._work is not None:
            self._work.close()
        self._context.release()


def _told(texts: Texts, fault: str = "") -> dict[str, str]:
    return {"vertex": texts[0], "fragment": texts[1], "fault": fault}


def _recipe(told: list[Any]) -> Recipe:
    vertex, fragment, folders, _ = told
    return Recipe(vertex, fragment, tuple(Path(folder) for folder in folders))


def _stamp(file: str) -> float:
    """When a file was last written; 0 while it is not there, as in the middle of an editor's saving."""
    try:
        return Path(file).stat().st_mtime_ns / 1e9
    except OSError:
        return 0.0
