"""Compiler: a worker that watches shaders and scenes and tries what changed, so that no frame waits for it.

It draws with the changed shaders and scenes on a hidden stage of its own. That fills the driver's cache: the drawing
process then makes the same programs in a few milliseconds. What does not compile or draw never reaches the show.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import moderngl

from installation.stage.gl.glsl_source import GlslError, GlslSource
from installation.stage.gl.shader_cache import ShaderFiles, ShaderProgram, checksum, compile_program, read_sources
from installation.stage.outputs.windows import standalone
from installation.stage.scene_faults import mute_log
from installation.stage.scene_loader import unreadable_folders
from installation.stage.scene_trials import SceneTrials
from installation.stage.scene_watcher import SceneState, SceneWatcher, VenueLoader
from installation.stage.stage import Stage
from installation.venue.schema import Venue
from installation.workers import allocator
from installation.workers.worker import Message

StageFactory = Callable[[moderngl.Context, Sequence[str]], Stage]
"""Makes the hidden stage with the scenes of these names."""
NICENESS = 10
"""How much it yields to other processes (`nice`): a saved shader can wait, a frame can't."""
POLL_SECONDS = 0.25
"""Seconds between two checks of the files."""
DRIVER_CACHE_SECONDS = 0.3
"""Time after which the driver's own threads have written to its cache what was drawn."""


@dataclass(frozen=True, slots=True)
class HiddenStage:
    """What the compiler needs to draw: a way to make its stage, and the scenes that are watched."""

    make: StageFactory
    trials: SceneTrials


def open_compiler(
    venue: str,
    folder: str | None,
    started: float,
    venue_file: Path | None = None,
    load_venue: VenueLoader | None = None,
) -> Compiler:
    """A compiler with a GL context of its own, for the scenes of a venue, given as JSON.

    Files that were saved after `started`, s of the system's clock, are new to the show. `load_venue` reads
    `venue_file` again for its playlist.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    mute_log()
    settings = Venue.model_validate_json(venue)
    place = Path(folder) if folder else None
    watcher = SceneWatcher(place, started, venue_file, load_venue)
    hidden = HiddenStage(lambda context, names: Stage(context, settings, names, place), SceneTrials(watcher))
    return Compiler(standalone(), hidden)


class Compiler:
    """Answers with the sources and errors of all programs of the request, and with the state of changed scenes.

    Every answer contains all of it, because a newer one replaces those that were not taken.
    """

    def __init__(self, context: moderngl.Context, hidden: HiddenStage | None = None) -> None:
        """`hidden` makes the hidden stage when the first shader or scene changes; without it shaders are compiled and
        not drawn, and no scenes are watched."""
        self._context = context
        self._hidden = hidden
        self._stage: Stage | None = None
        self._file_times: dict[ShaderFiles, tuple[tuple[str, float], ...]] = {}
        self._answers: dict[ShaderFiles, dict[str, str]] = {}
        self._refused: dict[ShaderFiles, tuple[tuple[str, str], str]] = {}
        """Texts of programs that compile and do not fit their scene, each with its fault."""
        self._changed = False
        self._recipes: list[Any] = []
        """Those of the request that is worked on."""
        self._steps: Iterator[bool] | None = None
        self._next_check = 0.0

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """One short step of the work; a message once everything that changed was compiled and drawn."""
        if self._steps is None:
            if t < self._next_check:
                return None
            self._next_check = t + POLL_SECONDS
            if self._hidden is not None and not self._hidden.trials.watcher.settled():
                return None
            self._recipes, self._changed = list(request.get("recipes", ())), False
            self._steps = self._work(request)
        answer_now = next(self._steps, None)
        if answer_now is None:
            self._steps, answer_now = None, self._changed
        return Message(t, self._answer()) if answer_now else None

    def _work(self, request: Mapping[str, Any]) -> Iterator[bool]:
        """Compile and draw what has changed; yields after each step whether an answer should be sent now."""
        state = SceneState(request.get("scenes", {}), request.get("not_set_up", ()), request.get("refused", {}))
        if self._hidden is None:
            yield from self._compile_changed(self._recipes)
            return
        trials = self._hidden.trials
        self._changed = trials.begin(state)
        yield from self._compile_changed(self._recipes)
        watched = {_shader_files(each) for each in self._recipes}
        for source in trials.pending:
            stage = self._open_stage(self._hidden)
            yield False
            yield from trials.run(stage, source, watched)
            self._accept_shaders_of(stage, source.name)
            self._changed = True
            yield from self._fill_driver_cache()

    def _answer(self) -> dict[str, Any]:
        """The state of everything; while a scene is tried no program, for those that changed may belong to it."""
        if self._hidden is not None and self._hidden.trials.trying:
            return {"shaders": [], **self._hidden.trials.answer(())}
        shaders = [self._answers[_shader_files(each)] for each in self._recipes]
        if self._hidden is None:
            return {"shaders": shaders}
        reported = {each["fault"] for each in shaders}
        if self._stage is not None:  # where a file is missing, the cache names the line that asks for it
            found = map(self._stage.shader_cache.find, map(_shader_files, self._recipes))
            reported |= {shader.error for shader in found if shader is not None}
        return {"shaders": shaders, **self._hidden.trials.answer(reported)}

    def _open_stage(self, hidden: HiddenStage) -> Stage:
        """The hidden stage, with the scenes that play; a changed one is added by its trial, for it may hang."""
        if self._stage is None:
            self._stage = hidden.make(self._context, hidden.trials.unchanged)
            allocator.populate_heap()
        return self._stage

    def _compile_changed(self, requests: list[Any]) -> Iterator[bool]:
        """Compile the programs whose files have changed; yields False after each step."""
        pending = []
        for request in requests:
            files = _shader_files(request)
            sources = self._read_changed(files)
            if sources is None:
                continue
            texts = (sources[0].text, sources[1].text)
            answer = {"vertex": texts[0], "fragment": texts[1], "fault": ""}
            if self._stage is None and checksum(texts) == request[3]:
                self._put_answer(files, answer)  # the drawing process has compiled these texts itself
            elif self._answers.get(files) != answer:
                pending.append((files, sources, answer))
        compiled, new_stage = [], bool(pending) and self._stage is None
        if new_stage and self._hidden is not None:
            self._open_stage(self._hidden)
            yield False
        for files, sources, answer in pending:
            shader = self._compile(files, sources, answer, new_stage)
            compiled += [shader] if shader is not None else []
            self._put_answer(files, answer)
            yield False
        if self._stage is not None and compiled:
            yield from self._draw_with(self._stage, compiled)

    def _draw_with(self, stage: Stage, compiled: list[ShaderProgram]) -> Iterator[bool]:
        """Draw with these programs until they are in the driver's cache; yields False after each step."""
        for moment in stage.warm_up_moments(compiled):
            stage.draw(moment)
            scene = stage.scenes.find(moment.programme.scene)
            wrong = scene.wrong_shader if scene is not None and scene.failed else None
            if wrong is not None and wrong in compiled:
                self._refuse(wrong, stage.scenes.failure(moment.programme.scene))
            yield False
        yield from self._fill_driver_cache()
        for shader in compiled:
            stage.shader_cache.recompile(shader, shader.tried_texts)  # from the driver's cache: half a megabyte less
            yield False
        allocator.trim()

    def _refuse(self, shader: ShaderProgram, fault: str) -> None:
        """Answer that a program cannot be used, so that the drawing process keeps the one that it has."""
        self._refused[shader.files] = shader.tried_texts, fault
        answer = self._answers[shader.files]
        self._put_answer(shader.files, {"vertex": answer["vertex"], "fragment": answer["fragment"], "fault": fault})

    def _accept_shaders_of(self, stage: Stage, name: str) -> None:
        """Take the refused programs of a scene back into the answers after the scene was changed to fit them."""
        scene = stage.scenes.find(name)
        if scene is None or scene.failed or not scene.drawable:
            return
        for files in [shader.files for shader in scene.graphics.shaders if shader.files in self._refused]:
            del self._refused[files]
            self._put_answer(files, {**self._answers[files], "fault": ""})

    def _fill_driver_cache(self) -> Iterator[bool]:
        """Wait until the driver's cache has what was drawn; yields False after each step."""
        self._context.finish()
        end = time.perf_counter() + DRIVER_CACHE_SECONDS
        while time.perf_counter() < end:
            yield False

    def _read_changed(self, files: ShaderFiles) -> tuple[GlslSource, GlslSource] | None:
        """The sources of a program whose files have changed, else None; an error of reading becomes its answer."""
        times = self._file_times.get(files)
        if times and times == tuple((file, _modified_time(file)) for file, _ in times):
            return None
        if problems := unreadable_folders(files.folders):
            # A file of the same name in a later folder is not meant.
            if files not in self._answers:
                self._put_answer(files, {"vertex": "", "fragment": "", "fault": problems[0]})
            return None
        try:
            vertex, fragment = read_sources(files)
        except GlslError as error:
            # Without times it is read again: a missing file may appear while the others stay the same.
            self._file_times[files] = ()
            self._put_answer(files, {"vertex": "", "fragment": "", "fault": str(error)})
            return None
        paths = dict.fromkeys((*vertex.files, *fragment.files))
        self._file_times[files] = tuple((path, _modified_time(path)) for path in paths)
        return vertex, fragment

    def _put_answer(self, files: ShaderFiles, answer: dict[str, str]) -> None:
        self._changed |= self._answers.get(files) != answer
        self._answers[files] = answer

    def _compile(
        self, files: ShaderFiles, sources: tuple[GlslSource, GlslSource], answer: dict[str, str], new_stage: bool
    ) -> ShaderProgram | None:
        """Compile a program, and write its error to `answer`.

        Returns the program if the hidden stage must draw with it. A `new_stage` has compiled all programs itself, but
        drawn with none.
        """
        shader = self._stage.shader_cache.get(files) if self._stage is not None else ShaderProgram(files)
        texts = sources[0].text, sources[1].text
        refused_texts, fault = self._refused.pop(files, (("", ""), ""))
        if refused_texts == texts:  # saved again as it was
            self._refused[files] = texts, fault
            answer["fault"] = fault
            return None
        if shader.program_texts == texts:
            shader.tried_texts, shader.error, shader.detail = texts, "", ""
            return shader if new_stage else None
        if shader.tried_texts != texts:
            shader.tried_texts, shader.error, shader.detail = texts, "", ""
            try:
                shader.replace(compile_program(self._context, *sources), texts)
            except GlslError as error:
                shader.error, shader.detail = str(error), error.detail
        answer["fault"] = shader.error
        if shader.detail:
            answer["detail"] = shader.detail
        if self._stage is None:
            shader.release()
        return None if shader.error else shader

    def close(self) -> None:
        if self._stage is not None:
            self._stage.close()
        self._context.release()


def _shader_files(request: list[Any]) -> ShaderFiles:
    """The files of one program of the request."""
    vertex, fragment, folders, _ = request
    return ShaderFiles(vertex, fragment, tuple(Path(folder) for folder in folders))


def _modified_time(file: str) -> float:
    """When a file was last written; 0 while it does not exist, as while an editor saves it."""
    try:
        return Path(file).stat().st_mtime_ns / 1e9
    except OSError:
        return 0.0
