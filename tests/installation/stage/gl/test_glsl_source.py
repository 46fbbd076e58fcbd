"""A person who writes GLSL is told of errors in the files and lines that they wrote."""

from __future__ import annotations

from pathlib import Path

import moderngl
import pytest

from installation.stage.gl.compiler_log import compile_error
from installation.stage.gl.glsl_source import LIBRARY_SHADERS, GlslError, expand_includes
from installation.stage.gl.shader_cache import SCREEN, ShaderFiles, compile_program, read_sources


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def test_a_file_that_is_included_twice_is_put_in_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        a__frag='#include "b.glsl"\n#include "c.glsl"\nvoid main() {}\n',
        b__glsl='#include "c.glsl"\n',
        c__glsl="float c;\n",
    )
    assert expand_includes(tmp_path / "a.frag", ()).text.count("float c;") == 1


def test_files_that_include_each_other_end(tmp_path: Path) -> None:
    write(tmp_path, a__glsl='#include "b.glsl"\n', b__glsl='#include "a.glsl"\n')
    assert len(expand_includes(tmp_path / "a.glsl", ()).files) == 2


def test_a_venue_s_own_file_goes_before_the_shared_one(tmp_path: Path) -> None:
    write(tmp_path, a__frag='#include "noise.glsl"\n', noise__glsl="float mine;\n")
    assert "float mine;" in expand_includes(tmp_path / "a.frag", (LIBRARY_SHADERS,)).text


def test_a_missing_include_names_who_wanted_it_and_where_it_was_sought(tmp_path: Path) -> None:
    write(tmp_path, a__frag='\n\n#include "away.glsl"\n')
    with pytest.raises(GlslError, match=r"a\.frag:3: there is no \"away\.glsl\" in .*shaders"):
        expand_includes(tmp_path / "a.frag", (LIBRARY_SHADERS,))


@pytest.mark.parametrize("comment", ["/*\n{}\n*/\n", "// {}\n", "/* {} */\n"])
def test_an_include_in_a_comment_is_left_out(tmp_path: Path, comment: str) -> None:
    write(tmp_path, a__frag=comment.format('#include "away.glsl"') + "void main() {}\n")
    assert len(expand_includes(tmp_path / "a.frag", ()).files) == 1


def test_a_byte_order_mark_does_not_reach_the_compiler(tmp_path: Path) -> None:
    (tmp_path / "a.frag").write_text('#include "b.glsl"\r\nvoid main() {}\r\n', encoding="utf-8-sig")
    (tmp_path / "b.glsl").write_text("float b;\r\n", encoding="utf-8-sig")
    source = expand_includes(tmp_path / "a.frag", ())
    assert len(source.files) == 2 and "\ufeff" not in source.text


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.frag").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(GlslError, match=r"a\.frag"):
        expand_includes(tmp_path / "a.frag", ())


@pytest.mark.parametrize(
    "report",
    [
        "fragment_shader\n===\n0:{line}(3): error: oops",
        "fragment_shader\n===\n0({line}) : error oops",
        "fragment_shader\n===\nERROR: 0:{line}: oops",
    ],
)
def test_the_lines_of_every_driver_become_lines_of_files(tmp_path: Path, report: str) -> None:
    write(tmp_path, a__frag='#include "b.glsl"\nvoid main() {}\n', b__glsl="float x;\nfloat y\n")
    source = expand_includes(tmp_path / "a.frag", (), "in vec2 uv;")
    line = source.text.splitlines().index("float y") + 1
    assert str(compile_error(report.format(line=line), source, source)).startswith(f"{tmp_path / 'b.glsl'}:2: ")


def test_this_machine_s_driver_is_understood(tmp_path: Path, context: moderngl.Context) -> None:
    write(tmp_path, a__frag='#include "noise.glsl"\n\nvoid main() {\n    colour = vec4(nonsense);\n}\n')
    with pytest.raises(GlslError, match=r"a\.frag:4: "):
        compile_program(context, *read_sources(ShaderFiles(SCREEN, "a.frag", (tmp_path, LIBRARY_SHADERS))))


def test_all_shared_shaders_compile_together(tmp_path: Path, context: moderngl.Context) -> None:
    # What a transition is given has the names of what a scene is given, with other types.
    apart = {"curve.glsl", "transition.glsl"}
    names = sorted(path.name for path in LIBRARY_SHADERS.glob("*.glsl") if path.name not in apart)
    lines = [f'#include "{name}"' for name in names]
    write(tmp_path, a__frag="\n".join([*lines, "void main() { colour = vec4(uv, 0.0, 1.0); }\n"]))
    compile_program(context, *read_sources(ShaderFiles(SCREEN, "a.frag", (tmp_path, LIBRARY_SHADERS)))).release()
