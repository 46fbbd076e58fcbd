"""ShaderCache from files: made at start, replaced between frames, the last good one kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import moderngl

from installation.stage.gl.glsl_source import PREAMBLE, STAGE_SHADERS, GlslError, GlslSource, expand, explain, find

SCREEN = "screen.vert"
"""The vertex shader of every full-screen pass: one triangle, and `uv` 0..1."""


@dataclass(frozen=True, slots=True)
class ShaderFiles:
    """Which files make a program."""

    vertex: str
    fragment: str
    folders: tuple[Path, ...]
    """Where they are sought, and what they include, in this order."""

    @property
    def name(self) -> str:
        return self.fragment if self.vertex == SCREEN else f"{self.vertex} + {self.fragment}"


def sources(recipe: ShaderFiles) -> tuple[GlslSource, GlslSource]:
    """The expanded vertex and fragment source; raises GlslError."""
    folders = (*recipe.folders, STAGE_SHADERS)
    vertex = expand(find(recipe.vertex, folders), folders, PREAMBLE["vert"])
    preamble = PREAMBLE["frag"] + ("\nin vec2 uv;" if recipe.vertex == SCREEN else "")
    return vertex, expand(find(recipe.fragment, folders), folders, preamble)


def build(context: moderngl.Context, vertex: GlslSource, fragment: GlslSource) -> moderngl.Program:
    """Compile and link; raises GlslError in the words of the driver, with the person's files and lines."""
    try:
        return context.program(vertex_shader=vertex.text, fragment_shader=fragment.text)
    except moderngl.Error as error:
        raise GlslError(explain(str(error), (vertex, fragment))) from None


def digest(texts: tuple[str, str]) -> int:
    """A number that tells one pair of vertex and fragment texts from others."""
    return crc32(texts[1].encode(), crc32(texts[0].encode()))


class ShaderProgram:
    """One program and what is wrong with its newest source, if anything."""

    def __init__(self, recipe: ShaderFiles) -> None:
        self.recipe = recipe
        self.program: moderngl.Program | None = None
        self.fault = ""
        self.edition = 0
        """Grows with every replacement, so that whoever holds vertex arrays makes them anew."""
        self.texts: tuple[str, str] = ("", "")
        """The vertex and fragment text that was tried last, whether it compiled or not."""
        self.used = self.texts
        """Those of `program`."""

    def put(self, program: moderngl.Program, texts: tuple[str, str]) -> None:
        if self.program is not None:
            self.program.release()
        self.program, self.texts, self.used, self.fault = program, texts, texts, ""
        self.edition += 1

    def release(self) -> None:
        if self.program is not None:
            self.program.release()
            self.program = None


class ShaderCache:
    """All programs of one context."""

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        self._shaders: dict[ShaderFiles, ShaderProgram] = {}

    def get(self, recipe: ShaderFiles) -> ShaderProgram:
        """The shader of `recipe`, compiled now when it is new; it has a `fault` and no program when that fails."""
        if (shader := self._shaders.get(recipe)) is None:
            shader = self._shaders[recipe] = ShaderProgram(recipe)
            try:
                vertex, fragment = sources(recipe)
                shader.texts = (vertex.text, fragment.text)
                shader.put(build(self.context, vertex, fragment), shader.texts)
            except GlslError as error:
                shader.fault = str(error)
        return shader

    def __iter__(self) -> Iterator[ShaderProgram]:
        return iter(self._shaders.values())

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with which shader, in words for the person who edits it."""
        return tuple(shader.fault for shader in self if shader.fault)

    def order(self) -> dict[str, Any]:
        """What the shader compiler watches, as plain values: the files and what was compiled from them."""
        return {
            "recipes": [
                [made.recipe.vertex, made.recipe.fragment, [str(f) for f in made.recipe.folders], digest(made.texts)]
                for made in self
            ]
        }

    def take(self, answer: Mapping[str, Any] | None) -> bool:
        """Try at most one program that the compiler answered, and keep what it found wrong.

        `answer` is the newest one and may be given again every frame: what was tried already is passed over. Returns
        whether a program was tried.
        """
        if answer is None:
            return False
        for shader, found in zip(self, answer["shaders"], strict=False):
            if found["fault"]:
                shader.fault = found["fault"]
                continue
            texts = (found["vertex"], found["fragment"])
            if texts == shader.texts:
                shader.fault = "" if texts == shader.used else shader.fault
                continue
            shader.texts = texts
            try:
                self.make(shader, texts)
            except moderngl.Error as error:
                shader.fault = f"{shader.recipe.name}: {error}"
            return True
        return False

    def make(self, shader: ShaderProgram, texts: tuple[str, str]) -> None:
        """Put the program of `texts`, which was tried before, in the place of the shader's; raises moderngl.Error."""
        shader.put(self.context.program(vertex_shader=texts[0], fragment_shader=texts[1]), texts)

    def release(self) -> None:
        for shader in self:
            shader.release()
        self._shaders.clear()
