"""Cache of compiled shader programs: compiled at start, replaced between frames; the last good program is kept."""

from __future__ import annotations

import logging
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import moderngl

from installation.core.faults import FaultSet
from installation.interface.uniforms import KNOB_PHASE_SUFFIX
from installation.stage.gl.compiler_log import compile_error
from installation.stage.gl.glsl_source import (
    NO_FILE,
    PREAMBLE,
    STAGE_SHADERS,
    GlslError,
    GlslSource,
    declared_uniforms,
    expand_includes,
    find_file,
    without_comments,
)
from installation.stage.gl.isf_header import read_header

logger = logging.getLogger(__name__)

SCREEN = "screen.vert"
"""The vertex shader of every full-screen pass: one triangle, and `uv` 0..1."""


@dataclass(frozen=True, slots=True)
class ShaderFiles:
    """The files of a program."""

    vertex: str
    fragment: str
    folders: tuple[Path, ...]
    """Where they and their includes are searched, in this order."""

    @property
    def name(self) -> str:
        return self.fragment if self.vertex == SCREEN else f"{self.vertex} + {self.fragment}"


def read_sources(files: ShaderFiles) -> tuple[GlslSource, GlslSource]:
    """The vertex and fragment source with their includes; raises GlslError."""
    folders = (*files.folders, STAGE_SHADERS)
    vertex = expand_includes(find_file(files.vertex, folders), folders, PREAMBLE["vert"])
    fragment = find_file(files.fragment, folders)
    preamble = PREAMBLE["frag"] + ("\nin vec2 uv;" if files.vertex == SCREEN else "") + _header_uniforms(fragment)
    return vertex, expand_includes(fragment, folders, preamble)


def _header_uniforms(path: Path) -> str:
    """Declarations of the uniforms that come with the header of the shader at `path` and its text does not declare."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""  # `expand_includes` says what is wrong with it
    header = read_header(text, path)
    if header is None:
        return ""
    code = without_comments(text)
    written, phases = declared_uniforms(text), dict[str, str]()
    for each in header.inputs:
        phase = f"{each.name}{KNOB_PHASE_SUFFIX}"
        # The phase of a knob is declared where the text uses it, unless it is a variable of the text.
        if each.type == "float" and re.search(rf"\b{phase}\b", code) and not re.search(rf"\bfloat\s+{phase}\b", code):
            phases[phase] = "float"
    needed = phases | dict(header.declarations)
    return "".join(f"\nuniform {glsl} {name};" for name, glsl in needed.items() if name not in written)


def compile_program(context: moderngl.Context, vertex: GlslSource, fragment: GlslSource) -> moderngl.Program:
    """Compile and link; raises GlslError with the driver's first error, its file and line."""
    try:
        return context.program(vertex_shader=vertex.text, fragment_shader=fragment.text)
    except moderngl.Error as error:
        raise compile_error(str(error), vertex, fragment) from None


def checksum(texts: tuple[str, str]) -> int:
    """CRC-32 of a pair of vertex and fragment texts."""
    return crc32(texts[1].encode(), crc32(texts[0].encode()))


class ShaderProgram:
    """A compiled program, and the error of its newest source, if it has one."""

    def __init__(self, files: ShaderFiles) -> None:
        self.files = files
        self.requested_by = ""
        """File and line that asked for it first; empty where they are not known."""
        self.program: moderngl.Program | None = None
        self.error = ""
        """Why its newest source does not compile, with file and line; empty where it does."""
        self.detail = ""
        """All lines of the compiler for that error; the log file has them."""
        self.revision = 0
        """Increases with every replacement; vertex arrays of an older revision are invalid."""
        self.tried_texts: tuple[str, str] = ("", "")
        """The vertex and fragment text that was compiled last, successfully or not."""
        self.program_texts = self.tried_texts
        """The texts of `program`."""

    @property
    def declared(self) -> frozenset[str]:
        """Names of the uniforms that its texts declare, used or not."""
        return declared_uniforms(self.program_texts[0]) | declared_uniforms(self.program_texts[1])

    def uses(self, name: str) -> bool:
        """Whether the program has a uniform of this name that is not optimised away."""
        return self.program is not None and self.program.get(name, None) is not None

    def replace(self, program: moderngl.Program, texts: tuple[str, str]) -> None:
        """Use `program` from now on, and release the one before."""
        if self.program is not None:
            self.program.release()
        self.program, self.tried_texts, self.program_texts = program, texts, texts
        self.revision += 1

    def release(self) -> None:
        if self.program is not None:
            self.program.release()
            self.program = None


class ShaderCache:
    """All shader programs of one context, by their files; the errors of their sources are faults."""

    def __init__(self, context: moderngl.Context) -> None:
        self.context = context
        # One set of all: an error in an include is that of many programs, and is reported once.
        self._faults = FaultSet(logger, of_picture=True)
        self._programs: dict[ShaderFiles, ShaderProgram] = {}

    def get(self, files: ShaderFiles, requested_by: str = "") -> ShaderProgram:
        """The program of `files`, compiled now if it is new; where that fails it has an `error` and no program.

        `requested_by` is the file and line that a missing file is reported for.
        """
        if (shader := self._programs.get(files)) is None:
            shader = self._programs[files] = ShaderProgram(files)
            shader.requested_by = requested_by
            self._compile(shader)
        return shader

    def _compile(self, shader: ShaderProgram) -> None:
        """Read the files of a program, and compile them where they are not what was tried last."""
        try:
            vertex, fragment = read_sources(shader.files)
            texts = (vertex.text, fragment.text)
            if texts == shader.tried_texts:
                return
            shader.tried_texts = texts
            shader.replace(compile_program(self.context, vertex, fragment), texts)
        except GlslError as error:
            self._set_error(shader, str(error), error.detail)
        else:
            self._set_error(shader, "")

    def find(self, files: ShaderFiles) -> ShaderProgram | None:
        """The program of `files`; None where no scene has asked for it."""
        return self._programs.get(files)

    def put(self, files: ShaderFiles, texts: tuple[str, str], program: moderngl.Program) -> None:
        """Use `program`, made from `texts`, for `files` from now on."""
        shader = self._programs.setdefault(files, ShaderProgram(files))
        shader.replace(program, texts)
        self._set_error(shader, "")

    def refresh(self, unwatched: Container[ShaderFiles]) -> None:
        """Read and compile again the programs in `unwatched` whose files have changed."""
        for shader in self:
            if shader.files in unwatched:
                self._compile(shader)

    def __iter__(self) -> Iterator[ShaderProgram]:
        return iter(self._programs.values())

    def _set_error(self, shader: ShaderProgram, error: str, detail: str = "") -> None:
        """Note the error of a shader's newest source, or with "" that it compiles."""
        if error.startswith(NO_FILE) and shader.requested_by:
            error = f"{shader.requested_by}: {error}"
        if error != shader.error:
            shader.error, shader.detail = error, detail
            self._faults.set((each.error for each in self), {each.error: each.detail for each in self})

    def compile_request(self) -> dict[str, Any]:
        """What the shader compiler watches, as plain values: the files, and a checksum of what was compiled."""
        return {
            "recipes": [
                [
                    shader.files.vertex,
                    shader.files.fragment,
                    [str(folder) for folder in shader.files.folders],
                    checksum(shader.tried_texts),
                ]
                for shader in self
            ]
        }

    def apply_compiled(self, answer: Mapping[str, Any] | None) -> bool:
        """Compile at most one program of the shader compiler's newest answer, and keep the errors that it found.

        The same answer may be passed every frame: programs that were tried already are skipped. Returns whether a
        program was compiled.
        """
        if answer is None:
            return False
        for shader, found in zip(self, answer["shaders"], strict=False):
            if found["fault"]:
                self._set_error(shader, found["fault"], found.get("detail", ""))
                continue
            texts = (found["vertex"], found["fragment"])
            if texts == shader.tried_texts:
                if texts == shader.program_texts:
                    self._set_error(shader, "")
                continue
            shader.tried_texts = texts
            try:
                self.recompile(shader, texts)
            except moderngl.Error as error:
                self._set_error(shader, f"{shader.files.name}: {error}")
            return True
        return False

    def recompile(self, shader: ShaderProgram, texts: tuple[str, str]) -> None:
        """Replace the shader's program by that of `texts`, which compiled elsewhere before; raises moderngl.Error."""
        shader.replace(self.context.program(vertex_shader=texts[0], fragment_shader=texts[1]), texts)
        self._set_error(shader, "")

    def release(self) -> None:
        """Release all programs; their faults end."""
        for shader in self:
            shader.release()
        self._programs.clear()
        self._faults.withdraw()
