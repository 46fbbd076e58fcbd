"""Shader reload: replaces programs between frames by those that the compiler process has compiled; trims memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from installation.stage.gl.shader_cache import ShaderCache
from installation.workers import allocator
from installation.workers.placement import WorkerHost

FIRST_USE_SECONDS = 1.0
"""Time after which a new scene or program has been drawn, and the driver has allocated what it needs."""


class ShaderReload:
    """Keeps the programs of a cache up to date with their files."""

    def __init__(self, shader_cache: ShaderCache) -> None:
        self._shader_cache = shader_cache
        self._request: Mapping[str, Any] = {}
        self._answer: Mapping[str, Any] | None = None
        self._scene = ""
        self._needs_trim = False
        """Whether a scene was changed or a program replaced since the last trim."""
        self._trim_time: float | None = None
        """When to return to the system what the driver freed, s of show time."""

    def watch(self) -> None:
        """Watch the files of all programs that the cache holds now."""
        self._request = self._shader_cache.compile_request()

    def follow(self, scene: str) -> None:
        """Note which scene is drawn."""
        self._needs_trim |= scene != self._scene
        self._scene = scene

    def update(self, compiler: WorkerHost | None, t: float) -> None:
        """Between frames: replace at most one program by one that the compiler has tried."""
        if compiler is None:
            return
        compiler.send(self._request)
        message = compiler.newest(t)
        if message is not None:
            self._answer = message.body
        self._needs_trim |= self._shader_cache.apply_compiled(self._answer)
        if self._needs_trim and self._trim_time is None:
            self._trim_time = t + FIRST_USE_SECONDS
        elif self._trim_time is not None and t >= self._trim_time:
            self._trim_time, self._needs_trim = None, False
            allocator.trim()
