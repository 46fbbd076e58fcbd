"""An author reads one error for one mistake, with the line and what would be right; the log file has all lines."""

from __future__ import annotations

import logging
from pathlib import Path

import moderngl
import pytest

from installation.stage.gl.glsl_source import LIBRARY_SHADERS, GlslError
from installation.stage.gl.shader_cache import SCREEN, ShaderCache, ShaderFiles, compile_program, read_sources

SPEED = '/*{"INPUTS": [{"NAME": "speed", "TYPE": "float"}]}*/\n'


def files(folder: Path, text: str) -> ShaderFiles:
    (folder / "a.frag").write_text(text)
    return ShaderFiles(SCREEN, "a.frag", (folder, LIBRARY_SHADERS))


def error_of(context: moderngl.Context, folder: Path, text: str) -> GlslError:
    with pytest.raises(GlslError) as caught:
        compile_program(context, *read_sources(files(folder, text)))
    return caught.value


def main(statement: str, before: str = "") -> str:
    return f"{before}void main() {{\n    colour = vec4(0.0);\n    {statement}\n}}\n"


def test_one_mistake_is_one_line_and_the_detail_has_all(tmp_path: Path, context: moderngl.Context) -> None:
    error = error_of(context, tmp_path, main("float x = mix(vec3(1.0), 2.0);\n    float y = x * away;"))
    assert str(error) == (
        f"{tmp_path / 'a.frag'}:3: error: no matching function for call to `mix(vec3, float)'; "
        "it takes 3 arguments, not 2 (and 1 more)"
    )
    assert "vec2 mix(vec2, vec2, float)" in error.detail
    assert f"{tmp_path / 'a.frag'}:4: error: `away' undeclared" in error.detail


def test_warnings_before_an_error_are_not_the_error(tmp_path: Path, context: moderngl.Context) -> None:
    error = error_of(context, tmp_path, main("float x;\n    float y = x;\n    y = nonsense;"))
    assert str(error) == f"{tmp_path / 'a.frag'}:5: error: `nonsense' undeclared"
    assert "uninitialized" in error.detail


def test_a_call_that_does_not_fit_names_the_function_as_it_is(tmp_path: Path, context: moderngl.Context) -> None:
    before = "float ring(vec2 at, float wide) { return at.x * wide; }\n"
    error = error_of(context, tmp_path, main("colour.r = ring(0.5, vec2(1.0));", before))
    assert "a.frag:4: " in str(error)
    assert str(error).endswith("; there is `float ring(vec2, float)`")


@pytest.mark.parametrize(
    ("statement", "remedy"),
    [
        ("colour.r = turning_phase;", "declare `uniform float turning_phase;`"),
        ("colour.r = phase_60;", "declare `uniform float phase_60;`"),
        ("colour = texture(mask, uv);", "declare `uniform sampler2D mask;`"),
        ("int b = beat_number;", "declare `uniform int beat_number;`"),
        ("colour.r = bar_numbr;", "did you mean `bar_number`? Declare `uniform int bar_number;`"),
        ("colour.r = amout;", "did you mean `amount`?"),
        ("float radius = 1.0;\n    colour.r = raduis;", "did you mean `radius`?"),
        ("colour.r = TIME;", "time reaches shaders as phases"),
        ("colour.r = TAU_OF_NOTHING;", "undeclared"),
        ("int b = LEFT_WRIST;", '`LEFT_WRIST` is in joints.glsl: #include "joints.glsl"'),
        ("color = vec4(1.0);", "write to `colour`"),
        ("fragColor = vec4(1.0);", "write to `colour`"),
        ("colour = fade(vec4(1.0), 0.5, 0.1);", '`fade` is in feedback.glsl: #include "feedback.glsl"'),
        ("colour.r = smothstep(0.0, 1.0, uv.x);", "did you mean `smoothstep`?"),
    ],
)
def test_an_unknown_name_gets_what_would_be_right(
    tmp_path: Path, context: moderngl.Context, statement: str, remedy: str
) -> None:
    error = str(error_of(context, tmp_path, main(statement, "uniform float amount;\n")))
    assert error.startswith(f"{tmp_path / 'a.frag'}:")
    assert remedy in error


def test_an_input_of_the_header_is_suggested(tmp_path: Path, context: moderngl.Context) -> None:
    assert str(error_of(context, tmp_path, main("colour.r = sped;", SPEED))).endswith("did you mean `speed`?")


@pytest.mark.parametrize("line", ["out vec4 colour;", "out vec3 colour;", "in vec2 uv;", "varying vec2 uv;"])
def test_what_the_host_declares_is_to_be_left_out(tmp_path: Path, context: moderngl.Context, line: str) -> None:
    error = str(error_of(context, tmp_path, f"{line}\nvoid main() {{}}\n"))
    assert error.startswith(f"{tmp_path / 'a.frag'}:1: ")
    assert "; the host declares it; leave the line out" in error


def test_a_name_that_the_author_declares_twice_is_not_the_host_s(tmp_path: Path, context: moderngl.Context) -> None:
    error = str(error_of(context, tmp_path, "float tone;\nfloat tone;\nvoid main() { colour = vec4(tone); }\n"))
    assert "a.frag:2: " in error
    assert "host" not in error


def test_a_function_of_an_include_below_is_called_that(tmp_path: Path, context: moderngl.Context) -> None:
    text = 'vec4 dim() { return fade(vec4(1.0), 0.5, 0.1); }\n#include "feedback.glsl"\n' + main("")
    assert "a.frag:1: " in (error := str(error_of(context, tmp_path, text)))
    assert "`fade` is in feedback.glsl, which is included below this line" in error


@pytest.mark.parametrize(
    "line", ["#include noise.glsl", '#include "noise.glsl', "#include <noise.glsl>", '# include noise.glsl"']
)
def test_an_include_with_a_broken_quote_is_shown_right(tmp_path: Path, line: str) -> None:
    with pytest.raises(GlslError, match=r'a\.frag:2: an include should be written #include "noise\.glsl"'):
        read_sources(files(tmp_path, f"\n{line}\n{main('')}"))


def test_an_include_in_prose_is_none(tmp_path: Path, context: moderngl.Context) -> None:
    text = f"/* The first lines\n   #include noise, then light. */\n{main('')}"
    compile_program(context, *read_sources(files(tmp_path, text))).release()


def test_a_misspelt_include_gets_the_nearest_file(tmp_path: Path) -> None:
    with pytest.raises(GlslError, match=r'a\.frag:1: there is no "color\.glsl" in .*; did you mean "colour\.glsl"\?'):
        read_sources(files(tmp_path, '#include "color.glsl"\n'))


@pytest.mark.parametrize(
    ("before", "statement"),
    [
        (SPEED, "colour.r = speed_phase;"),
        (f"{SPEED}uniform float speed_phase;\n", "colour.r = speed_phase;"),
        (f"{SPEED}float swing() {{ return speed_phase; }}\n", "colour.r = swing();"),
        (SPEED, "float speed_phase = 0.5;\n    colour.r = speed_phase;"),
        (f"{SPEED}float speed_phase = 0.5;\n", "colour.r = speed_phase;"),
    ],
)
def test_the_phase_of_an_input_need_not_be_declared(
    tmp_path: Path, context: moderngl.Context, before: str, statement: str
) -> None:
    compile_program(context, *read_sources(files(tmp_path, main(statement, before)))).release()


def test_the_log_file_has_all_lines_of_the_compiler(
    tmp_path: Path, context: moderngl.Context, caplog: pytest.LogCaptureFixture
) -> None:
    shader_cache = ShaderCache(context)
    with caplog.at_level(logging.WARNING):
        shader = shader_cache.get(files(tmp_path, main("float x = mix(vec3(1.0), 2.0);")))
    (record,) = caplog.records
    assert record.getMessage() == shader.error
    assert "\n" not in shader.error
    assert record.__dict__["detail"].count("mix(") > 10
    shader_cache.release()
