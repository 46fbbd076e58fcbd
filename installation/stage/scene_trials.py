"""Scene trials: changed scenes are set up and drawn on the hidden stage of the compiler process before they are shown.

A scene that fails there is reported and never reaches the show. One that draws is offered to the drawing process: its
source, and the texts of its programs, which are in the driver's cache by then.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from installation.stage.gl.shader_cache import ShaderFiles, ShaderProgram
from installation.stage.loaded_scene import LoadedScene
from installation.stage.scene_loader import SceneError, SceneSource, load_scene
from installation.stage.scene_watcher import SceneState, SceneWatcher
from installation.stage.stage import Stage


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a trial."""

    checksum: int
    """Of the source; 0 for one that cannot be read."""
    revision: int
    """Of the watched files: after another change the scene is tried again."""
    fault: str = ""
    offer: Mapping[str, Any] | None = None
    """Plain values: source and programs of a scene that draws."""


class SceneTrials:
    """Tries the scenes that have changed, one after the other."""

    def __init__(self, watcher: SceneWatcher) -> None:
        self.watcher = watcher
        self._state = SceneState()
        self._changed: dict[str, SceneSource | SceneError] = {}
        self._trials: dict[str, Trial] = {}
        self._trying: tuple[str, int, str] | None = None
        """Name, checksum and file of the scene that is tried."""

    def begin(self, state: SceneState) -> bool:
        """Compare the files with what the drawing process has; returns whether the answer is another one now."""
        if not self.watcher.take() and state == self._state:
            return False
        self._state = state
        self._changed = dict(self.watcher.changed_scenes(state))
        self._trials = {name: trial for name, trial in self._trials.items() if self._is_current(name, trial)}
        for name, found in self._changed.items():
            if isinstance(found, SceneError):
                self._trials[name] = Trial(0, self.watcher.revision, str(found))
        return True

    @property
    def trying(self) -> bool:
        """Whether a scene is tried at present."""
        return self._trying is not None

    @property
    def unchanged(self) -> list[str]:
        """The scenes of the drawing process whose source is still the one that it has loaded."""
        other = {*self._changed, *self.watcher.refused}
        return [name for name in self._state.checksums if name not in other]

    @property
    def pending(self) -> list[SceneSource]:
        """The changed scenes that were not tried since the last change."""
        sources = (each for each in self._changed.values() if isinstance(each, SceneSource))
        return [source for source in sources if source.name not in self._trials]

    def run(self, stage: Stage, source: SceneSource, watched: Collection[ShaderFiles]) -> Iterator[bool]:
        """Try a scene; yields after each step whether an answer should be sent now.

        The programs of `watched` are compiled by others after a change.
        """
        self._trying = source.name, source.checksum, str(source.file)
        yield True  # should it hang, the drawing process knows which scene it was
        stage.shader_cache.refresh({shader.files for shader in stage.shader_cache} - set(watched))
        yield False
        fault, programs = "", list[list[Any]]()
        try:
            loaded = stage.scenes.set_up(source, load_scene(source))
        except SceneError as error:
            fault = str(error)
        else:
            yield False
            fault = yield from _draw(stage, loaded)
            programs = _programs(loaded.graphics.shaders)
        offer = {"name": source.name, "file": str(source.file), "text": source.text, "programs": programs}
        self._trials[source.name] = Trial(source.checksum, self.watcher.revision, fault, None if fault else offer)
        self._trying = None

    def answer(self, reported: Collection[str]) -> dict[str, Any]:
        """The state of all trials as plain values; faults of shaders that are `reported` already are left out.

        At most one scene is offered: the next one follows when the drawing process has taken it.
        """
        offers = (trial.offer for trial in self._trials.values() if trial.offer is not None)
        faults = {name: trial.fault for name, trial in self._trials.items()}
        section = self.watcher.section
        return {
            "offer": next(offers, None),
            "faults": {name: fault for name, fault in faults.items() if fault and fault not in reported},
            "refused": self.watcher.refused,
            "problems": [problem for problem in self.watcher.problems if problem not in reported],
            "section": section.model_dump(mode="json") if section is not None else None,
            "trying": self._trying,
        }

    def _is_current(self, name: str, trial: Trial) -> bool:
        found = self._changed.get(name)
        if not isinstance(found, SceneSource) or trial.checksum != found.checksum:
            return False
        return trial.revision == self.watcher.revision


def _draw(stage: Stage, loaded: LoadedScene) -> Generator[bool, None, str]:
    """Draw a scene in the place of the one before, which comes back if it fails; returns why it cannot be drawn."""
    errors = [shader.error for shader in loaded.graphics.shaders if shader.program is None]
    fault, before = "".join(errors[:1]), stage.scenes.exchange(loaded.name, loaded)
    for moment in stage.trial_moments(loaded.name) if not fault else ():
        stage.draw(moment)
        yield False
        if loaded.failed:
            fault = stage.scenes.failure(loaded.name)
            break
    if fault:
        stage.scenes.exchange(loaded.name, before)
    unused = loaded if fault else before
    if unused is not None:
        unused.graphics.release()
    return fault


def _programs(shaders: Sequence[ShaderProgram]) -> list[list[Any]]:
    """Files and texts of programs as plain values, each once."""
    return [
        [each.files.vertex, each.files.fragment, [str(folder) for folder in each.files.folders], *each.program_texts]
        for each in dict.fromkeys(shaders)
    ]
