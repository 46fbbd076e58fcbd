"""Scene reload: puts scenes that the compiler process has tried in the place of those that play, a step a frame."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import moderngl

from installation.core.faults import FaultSet
from installation.stage.gl.shader_cache import ShaderCache, ShaderFiles
from installation.stage.loaded_scene import LoadedScene
from installation.stage.loaded_scenes import LoadedScenes
from installation.stage.scene_faults import SceneFaults
from installation.stage.scene_loader import SceneError, SceneSource, load_scene

logger = logging.getLogger(__name__)

NO_ANSWER: Mapping[str, Any] = {"faults": {}, "refused": (), "trying": None}
"""Before the compiler's first answer."""
Programs = dict[ShaderFiles, tuple[tuple[str, str], moderngl.Program]]
"""Texts and programs that are compiled and not used yet."""


class SceneReload:
    """Follows the compiler's answers about scenes: reports faults, and exchanges one scene after the other."""

    def __init__(self, shader_cache: ShaderCache, faults: SceneFaults) -> None:
        self._shader_cache = shader_cache
        self._faults = faults
        self._problems = FaultSet(logger)
        """What is wrong with venue.toml and with folders."""
        self._answer: Mapping[str, Any] = NO_ANSWER
        self._offer: Mapping[str, Any] | None = None
        self._refused: dict[str, tuple[int, str]] = {}
        """By scene: checksum and fault of a source that failed here or hung the compiler, and is not wanted again."""
        self._restarts = 0
        self._steps: Iterator[LoadedScene | None] | None = None
        self._programs: Programs = {}
        self.revision = 0
        """Grows when `request` is another one."""

    def request(self, scenes: LoadedScenes) -> dict[str, Any]:
        """What the compiler compares the files with, as plain values; see `scene_watcher.SceneState`."""
        return {
            "scenes": {name: scenes[name].checksum for name in scenes},
            "not_set_up": [name for name in scenes if scenes[name].scene is None],
            "refused": {name: checksum for name, (checksum, _) in self._refused.items()},
        }

    @property
    def busy(self) -> bool:
        """Whether a scene is on its way to the show."""
        return self._steps is not None or self._offer is not None

    def take(self, answer: Mapping[str, Any], scenes: LoadedScenes) -> None:
        """Follow a new answer."""
        self._answer, self._offer = answer, answer["offer"]
        self._problems.set(answer["problems"])
        for name, text in answer["faults"].items():
            present = scenes.find(name)
            if present is not None and present.scene is None and text != self._faults.text(name):
                self._faults.clear(name)  # it is about an earlier source, which no longer exists
        self._report()

    def note_restarts(self, restarts: int) -> None:
        """After the compiler was restarted `restarts` times: refuse the source that it was trying."""
        trying = self._answer["trying"]
        if restarts != self._restarts and trying is not None:
            name, checksum, file = trying
            self._answer = {**self._answer, "trying": None}
            self._refuse(name, checksum, f"{file}: hangs, or ends the process that tries it")
        self._restarts = restarts

    def step(self, scenes: LoadedScenes, playing: Collection[str]) -> LoadedScene | None:
        """Between frames: compile one program of the scene that is offered, or exchange the scene, which is returned.

        `playing` names the scenes in the picture. A scene that fails here is reported, and the one before plays on.
        """
        if self._steps is None:
            offer, self._offer = self._offer, None
            if offer is None:
                return None
            source = SceneSource(offer["name"], Path(offer["file"]), offer["text"])
            present = scenes.find(source.name)
            if present is not None and present.scene is not None and present.checksum == source.checksum:
                return None  # the answer to an earlier request
            self._steps = self._exchange(source, offer["programs"], scenes)
        loaded = next(self._steps, None)
        if loaded is not None:
            self._end_fault(loaded, loaded.name in playing)
        return loaded

    def _exchange(
        self, source: SceneSource, programs: Sequence[Sequence[Any]], scenes: LoadedScenes
    ) -> Iterator[LoadedScene | None]:
        """The steps of one exchange: a program each, the class, the scene, and the release of the one before."""
        try:
            for vertex, fragment, folders, *texts in programs:
                files = ShaderFiles(vertex, fragment, tuple(map(Path, folders)))
                present = self._shader_cache.find(files)
                if present is None or present.program_texts != tuple(texts):
                    program = self._shader_cache.context.program(vertex_shader=texts[0], fragment_shader=texts[1])
                    self._programs[files] = (texts[0], texts[1]), program
                    yield None
            scene_class = load_scene(source)
            yield None
            # In one frame: the scene before has no use for the new programs, and this one none for the old ones.
            while self._programs:
                files, (both, program) = self._programs.popitem()
                self._shader_cache.put(files, both, program)
            loaded = scenes.set_up(source, scene_class)
        except (SceneError, moderngl.Error) as error:
            self._release_programs()
            self._steps = None
            self._refuse(source.name, source.checksum, str(error))
            return
        before = scenes.exchange(source.name, loaded)
        self._refused.pop(source.name, None)
        self.revision += 1
        logger.info("scene %s %s", source.name, "reloaded" if before is not None else "added")
        yield loaded
        if before is not None:
            before.graphics.release()
        self._steps = None

    def _end_fault(self, loaded: LoadedScene, playing: bool) -> None:
        """The fault of the scene before is over when this one draws, which one that does not play did in its trial."""
        if playing:
            loaded.replaced_failed = bool(self._faults.text(loaded.name))
        else:
            self._faults.clear(loaded.name)

    def _refuse(self, name: str, checksum: int, fault: str) -> None:
        self._refused[name] = checksum, fault
        self._answer = {**self._answer, "refused": [*self._answer["refused"], name]}
        self.revision += 1
        self._report()

    def _report(self) -> None:
        """Report the faults of sources that are still the newest of their scenes."""
        refused = {name: self._refused[name][1] for name in self._answer["refused"] if name in self._refused}
        self._faults.set_sources({**refused, **self._answer["faults"]})

    def _release_programs(self) -> None:
        for _, program in self._programs.values():
            program.release()
        self._programs.clear()

    def close(self) -> None:
        """Release what is not used yet; the faults end."""
        self._release_programs()
        self._problems.withdraw()
