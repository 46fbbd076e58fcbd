"""Reload: replaces programs and scenes between frames by those that the compiler process has tried; trims memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from installation.interface.scene import Scene
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.loaded_scenes import LoadedScenes
from installation.stage.scene_faults import SceneFaults
from installation.stage.scene_reload import SceneReload
from installation.venue.schema import ScenesSection
from installation.workers import allocator
from installation.workers.placement import WorkerHost

FIRST_USE_SECONDS = 1.0
"""Time after which a new scene or program has been drawn, and the driver has allocated what it needs."""


class Reload:
    """Keeps the programs and scenes of a stage up to date with their files."""

    def __init__(self, shader_cache: ShaderCache, faults: SceneFaults) -> None:
        self.on_scene: Callable[[str, type[Scene]], None] = lambda name, scene_class: None
        """Called when a scene has another class from now on, or is new."""
        self.on_section: Callable[[ScenesSection], None] = lambda section: None
        """Called when the [scenes] of venue.toml have changed."""
        self._shader_cache = shader_cache
        self._scenes = SceneReload(shader_cache, faults)
        self._request: Mapping[str, Any] = {}
        self._revision = 0
        """That of `_scenes` in the request."""
        self._answer: Mapping[str, Any] | None = None
        self._section: Any = None
        self._playing: Collection[str] = ()
        self._needs_trim = False
        """Whether a scene was changed or a program replaced since the last trim."""
        self._trim_time: float | None = None
        """When to return to the system what the driver freed, s of show time."""

    def watch(self, scenes: LoadedScenes) -> None:
        """Watch the files of these scenes, and of all programs that the cache holds now."""
        self._revision = self._scenes.revision
        self._request = {**self._shader_cache.compile_request(), **self._scenes.request(scenes)}

    def follow(self, scene: str, following: str) -> None:
        """Note which scenes are drawn."""
        self._needs_trim |= scene not in self._playing
        self._playing = scene, following

    def update(self, compiler: WorkerHost, t: float, scenes: LoadedScenes) -> None:
        """Between frames: compile at most one program that the compiler has tried, or exchange one scene."""
        self._scenes.note_restarts(compiler.restarts)
        if self._revision != self._scenes.revision:
            self.watch(scenes)
        compiler.send(self._request)
        message = compiler.newest(t)
        if message is not None:
            self._answer = message.body
            self._scenes.take(message.body, scenes)
            self._follow_section(message.body["section"])
        if self._scenes.busy:
            loaded = self._scenes.step(scenes, self._playing)
            if loaded is not None and loaded.scene_class is not None:
                self.on_scene(loaded.name, loaded.scene_class)
            self._needs_trim = True
        else:
            self._needs_trim |= self._shader_cache.apply_compiled(self._answer)
        if self._needs_trim and self._trim_time is None:
            self._trim_time = t + FIRST_USE_SECONDS
        elif self._trim_time is not None and t >= self._trim_time:
            self._trim_time, self._needs_trim = None, False
            allocator.trim()

    def _follow_section(self, section: Any) -> None:
        if section is not None and section != self._section:
            self._section = section
            self.on_section(ScenesSection.model_validate(section, strict=False))

    def close(self) -> None:
        """Release what is not used yet; the faults end."""
        self._scenes.close()
