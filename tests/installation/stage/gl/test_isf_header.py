"""A header is read as ISF writes it, and whatever is wrong in it is said with its line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.interface.dancer import Cast
from installation.interface.knobs import Value
from installation.interface.scene import Scene
from installation.stage.gl.glsl_source import GlslError, declaration_place, declared_uniforms, expand_includes
from installation.stage.gl.isf_header import Header, has_header, pixels, read_header
from installation.stage.scene_loader import SceneError, SceneSource, load_scene

FILE = Path("scenes/glow.frag")
BODY = "\nvoid main() { colour = vec4(1.0); }\n"


def header(text: str) -> Header:
    found = read_header(f"/*{text}*/{BODY}", FILE)
    assert found is not None
    return found


def scene(text: str) -> type[Scene]:
    return load_scene(SceneSource("glow", FILE, f"/*{text}*/{BODY}"))


def scene_of(*inputs: str, rest: str = "") -> type[Scene]:
    """The scene of a header with these inputs, each on a line of its own from the second line on."""
    return scene('{"INPUTS": [\n' + ",\n".join(inputs) + "]" + rest + "}")


@pytest.mark.parametrize(
    ("entry", "default", "low", "high", "choices"),
    [
        ('{"NAME": "a", "TYPE": "float"}', 0.0, 0.0, 1.0, ()),
        ('{"NAME": "a", "TYPE": "float", "DEFAULT": 2, "MIN": -1, "MAX": 4}', 2.0, -1.0, 4.0, ()),
        ('{"NAME": "a", "TYPE": "bool", "DEFAULT": true}', True, 0.0, 1.0, ()),
        ('{"NAME": "a", "TYPE": "bool", "DEFAULT": 0.0}', False, 0.0, 1.0, ()),
        ('{"NAME": "a", "TYPE": "event"}', False, 0.0, 1.0, ()),
        ('{"NAME": "a", "TYPE": "long", "DEFAULT": 3, "MIN": 1, "MAX": 5}', 3, 1.0, 5.0, ()),
        (
            '{"NAME": "a", "TYPE": "long", "VALUES": [4, 7], "LABELS": ["x", "y"], "DEFAULT": 7}',
            "y",
            0.0,
            1.0,
            ("x", "y"),
        ),
        ('{"NAME": "a", "TYPE": "long", "VALUES": [4, 7]}', "4", 0.0, 1.0, ("4", "7")),
        ('{"NAME": "a", "TYPE": "color", "DEFAULT": [1, 0.5, 0, 1]}', (1.0, 0.5, 0.0), 0.0, 1.0, ()),
    ],
)
def test_every_type_of_input_is_a_knob(
    entry: str, default: Value, low: float, high: float, choices: tuple[str, ...]
) -> None:
    (knob,) = scene_of(entry).knobs
    assert (knob.name, knob.default, knob.low, knob.high, knob.choices) == ("a", default, low, high, choices)
    assert type(knob.default) is type(default)


def test_a_point_is_two_knobs_and_pictures_and_sound_are_none() -> None:
    point = '{"NAME": "at", "TYPE": "point2D", "DEFAULT": [0.25, 3], "MIN": [0, 1], "MAX": [1, 4], "LABEL": "Where"}'
    x, y = scene_of(point, *(f'{{"NAME": "{kind}_in", "TYPE": "{kind}"}}' for kind in ("image", "audio"))).knobs
    assert (x.name, x.default, x.low, x.high, x.help) == ("at_x", 0.25, 0.0, 1.0, "Where")
    assert (y.name, y.default, y.low, y.high) == ("at_y", 3.0, 1.0, 4.0)


def test_passes_pictures_and_inputs_are_declared_for_the_shader() -> None:
    found = header(
        '{"DESCRIPTION": "Glow.", "INPUTS": [{"NAME": "tone", "TYPE": "color"}, {"NAME": "kind", "TYPE": "long"}],'
        '"PASSES": [{"TARGET": "trail", "PERSISTENT": true, "FLOAT": true, "WIDTH": "$WIDTH/4", "HEIGHT": 90}, {}],'
        '"IMPORTED": {"leaf": {"PATH": "leaf.png"}}}'
    )
    assert found.description == "Glow."
    trail, last = found.passes
    assert (trail.target, trail.persistent, trail.floating) == ("trail", True, True)
    assert (pixels(trail.width, (640, 360)), pixels(trail.height, (640, 360))) == (160, 90)
    assert (last.target, last.width) == ("", "$WIDTH")
    declared = {"tone": "vec4", "kind": "int", "trail": "sampler2D", "leaf": "sampler2D", "PASSINDEX": "int"}
    assert found.declarations == declared


def test_presets_and_cast_are_those_of_the_scene() -> None:
    found = scene_of(
        '{"NAME": "swell", "TYPE": "float"}',
        '{"NAME": "tone", "TYPE": "color"}',
        '{"NAME": "at", "TYPE": "point2D"}',
        '{"NAME": "kind", "TYPE": "long", "VALUES": [4, 7], "LABELS": ["dim", "full"]}',
        rest=', "VISITANT": {"cast": {"each": 1, "canon": 0.5}, "presets": {'
        '"calm": {"swell": 0.2, "tone": [1, 0, 0]}, "storm": {"at": [0.1, 0.9], "kind": 7}}}',
    )
    assert found.cast == Cast(each=1, canon=0.5)
    assert found.presets["calm"] == {"swell": 0.2, "tone": (1, 0, 0)}
    assert found.presets["storm"] == {"at_x": 0.1, "at_y": 0.9, "kind": "full"}


def test_only_a_first_comment_with_an_object_is_a_header() -> None:
    assert has_header("// by me\n\n/* {} */")
    assert has_header("\ufeff/*{}*/")
    for text in ("", "/* glow */", "void main() {}\n/*{}*/", "/*\n glow {} */"):
        assert not has_header(text)
        assert read_header(text, FILE) is None


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ('{"NAME": "a", "TYPE": "floot"}', r"TYPE should be one of float, .*not \"floot\""),
        ('{"NAME": "a b", "TYPE": "float"}', "NAME should be letters, digits and _"),
        ('{"NAME": "float", "TYPE": "float"}', "no word of GLSL"),
        ('{"NAME": "a", "TYPE": "float", "DEFUALT": 1}', 'input: there is no key "DEFUALT"; did you mean DEFAULT'),
        ('{"NAME": "a", "TYPE": "float", "max": 1}', 'input: there is no key "max"; did you mean MAX'),
        ('{"NAME": "a", "TYPE": "float", "DEFAULT": 5}', r"default=5\.0 should be within low=0\.0 and high=1\.0"),
        ('{"NAME": "a", "TYPE": "float", "MIN": 2, "MAX": 1}', "low below high"),
        ('{"NAME": "a", "TYPE": "float", "DEFAULT": NaN}', "default=nan"),
        ('{"NAME": "a", "TYPE": "float", "MAX": "high"}', "DEFAULT, MIN and MAX should be numbers, not 'high'"),
        ('{"NAME": "a", "TYPE": "bool", "DEFAULT": "no"}', "true or false"),
        ('{"NAME": "a", "TYPE": "long", "VALUES": [1.5]}', "VALUES should be a list of whole numbers"),
        ('{"NAME": "a", "TYPE": "long", "VALUES": [1, 1]}', "differ"),
        ('{"NAME": "a", "TYPE": "long", "VALUES": [1], "LABELS": 3}', "LABELS should be a list, as long as VALUES, 1"),
        ('{"NAME": "a", "TYPE": "long", "VALUES": [1, 2], "LABELS": ["x"]}', "as long as VALUES, 2"),
        ('{"NAME": "a", "TYPE": "long", "VALUES": [1, 2], "DEFAULT": 3}', "DEFAULT should be one of VALUES, not 3"),
        ('{"NAME": "a", "TYPE": "color", "DEFAULT": "red"}', "list of 3 numbers"),
        ('{"NAME": "a", "TYPE": "color", "DEFAULT": [9, 0, 0]}', r"three numbers in 0\.\.1"),
        ('{"NAME": "a", "TYPE": "point2D", "MIN": 0}', "list of 2 numbers"),
        ('{"NAME": "a", "TYPE": "float", "MAX": ' + "9" * 400 + "}", "too large"),
    ],
)
def test_what_is_wrong_with_an_input_is_said_with_its_line(entry: str, found: str) -> None:
    with pytest.raises(SceneError, match=rf"^scenes/glow\.frag:3: .*{found}"):
        scene_of('{"NAME": "b", "TYPE": "float", "LABEL": "TYPE of a"}', entry)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"INPUTS": [\n  {"NAME": "a",}\n]}', r":2: the header is no JSON: .*column 16"),
        ('{"INPUTS": [\n', r":2: the header is no JSON"),
        ('{"INPUTS": {"a": 1}}', ":1: INPUTS should be a list of objects"),
        ('{\n"PASSES": [7]}', ":2: PASSES should be a list of objects"),
        ('{\n"VISITANT": [1]}', ":2: VISITANT should be an object"),
        ('{"VISITANT": {\n"preset": {}}}', ':2: VISITANT knows "cast" and "presets", not "preset"'),
        ('{"VISITANT": {\n"cast": {"eech": 1}}}', ':2: a cast knows each, alone, canon, most, not "eech"'),
        ('{"VISITANT": {\n"cast": {"each": -1}}}', ":2: cast: each should be a whole number"),
        ('{"VISITANT": {"presets": {\n"calm": 3}}}', ":2: calm should be an object"),
        ('{"VISITANT": {"presets": {\n"calm": {"b": 3}}}}', ":2: preset calm: b = 3: there is no such input"),
        ('{"PASSES": [\n{"TARGET": "a b"}]}', ":2: a pass's TARGET should be letters"),
        ('{"PASSES": [{\n"PERSISTANT": true}]}', ':2: pass: there is no key "PERSISTANT"; did you mean PERSISTENT'),
        ('{\n"INPUT": []}', ':2: header: there is no key "INPUT"; did you mean INPUTS'),
        ('{"IMPORTED": {\n"leaf": {"PATH": 3}}}', ":2: picture leaf: PATH should be"),
        ('{"INPUTS": [{"NAME": "a", "TYPE": "float"}], "PASSES": [{"TARGET": "a"}]}', ':1: "a" is the name of 2'),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", ":1: the header nests too deep"),
        ('{"A": 1} and more ', ':1: after the header\'s last brace the comment should end with "\\*/"'),
    ],
)
def test_what_is_wrong_elsewhere_in_a_header_is_said_with_its_line(text: str, found: str) -> None:
    with pytest.raises(SceneError, match=rf"^scenes/glow\.frag{found}"):
        scene(text)


def test_keys_of_other_hosts_are_ignored() -> None:
    found = header('{"CREDIT": "x", "CATEGORIES": ["y"], "ISFVSN": "2", "VSN": "1", "GENERATOR": 1, "INPUTS": []}')
    assert (found.description, found.inputs, found.passes) == ("", (), ())
    entry = '{"INPUTS": [{"NAME": "a", "TYPE": "float", "IDENTITY": 0.5, "GROUP": "z"}]}'
    assert [each.name for each in header(entry).inputs] == ["a"]


def test_a_preset_beyond_a_knobs_range_is_said() -> None:
    with pytest.raises(SceneError, match=r"glow\.frag:2: preset calm: a = 3: should be in 0\.\.1"):
        scene_of('{"NAME": "a", "TYPE": "float"}', rest=', "VISITANT": {"presets": {"calm": {"a": 3}}}')


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("$WIDTH", 640),
        ("$HEIGHT / 4", 90),
        ("($WIDTH+$HEIGHT)*0.5", 500),
        ("floor($WIDTH/3.0)", 213),
        ("max($WIDTH / 1000, 1)", 1),
        ("min($WIDTH, 128)", 128),
        ("-1 + 3", 2),
        ("0", 1),
        ("200", 200),
    ],
)
def test_a_size_is_computed_from_the_canvas(expression: str, expected: int) -> None:
    assert pixels(expression, (640, 360)) == expected


HOSTILE_SIZES = (
    "",
    "()",
    "1(2)",
    "2**9",
    "9//2",
    "1e9",
    "7 7",
    "1,2",
    "-5",
    "1/0",
    "$width",
    "$WIDTHS",
    "WIDTH",
    "nan",
    "True",
    "__import__('os')",
    "(lambda: 1)()",
    "floor",
    "floor()",
    "max(*[1])",
    "min(1, key=2)",
    "'a'",
    "1 if 1 else 2",
    "[1][0]",
    "$WIDTH*100000",
    "9" * 400,
    "9*" * 3000 + "9",
    "-" * 5000 + "1",
    "(" * 300 + "1" + ")" * 300,
    "1\x002",
)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("expression", HOSTILE_SIZES)
def test_a_hostile_size_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"^a size should be 0\.\.16384 pixels, made of numbers"):
        pixels(expression, (640, 360))


def test_all_kinds_of_declarations_are_found() -> None:
    text = """
    uniform float a, b[3];  // uniform float in_a_comment;
    uniform vec4[2] c; layout(location = 1) uniform highp sampler2D d;
    /* uniform float in_another; */ uniform Block { float member; };
    uniform float e = 1.0, f;
    uniform
        vec2
        g
    ;
    """
    assert declared_uniforms(text) == set("abcdefg")


@pytest.mark.parametrize("text", ["uniform ;", "uniform;", "uniform float;", "uniform highp ;", "uniform float a", ""])
def test_a_declaration_that_is_not_finished_declares_nothing(text: str, tmp_path: Path) -> None:
    assert declared_uniforms(text) == frozenset()
    (tmp_path / "a.frag").write_text(text)
    assert text in expand_includes(tmp_path / "a.frag", ()).text


def test_the_place_of_a_declaration_is_known_across_includes(tmp_path: Path) -> None:
    (tmp_path / "a.frag").write_text('#version 410\n#include "b.glsl"\n\nuniform float mine, other;\n')
    (tmp_path / "b.glsl").write_text("\nuniform float theirs;\n")
    text = expand_includes(tmp_path / "a.frag", (), "uniform float hosts;").text
    assert declaration_place(text, "mine") == f"{tmp_path / 'a.frag'}:4"
    assert declaration_place(text, "other") == f"{tmp_path / 'a.frag'}:4"
    assert declaration_place(text, "theirs") == f"{tmp_path / 'b.glsl'}:2"
    assert declaration_place(text, "hosts") == ""
    assert declaration_place(text, "min") == ""


@pytest.mark.parametrize("includer", ["a.frag", "b.glsl"])
def test_a_file_that_includes_itself_is_said_with_its_line(tmp_path: Path, includer: str) -> None:
    (tmp_path / "a.frag").write_text('#include "b.glsl"\n')
    (tmp_path / "b.glsl").write_text("float b;\n")
    with (tmp_path / includer).open("a") as file:
        file.write(f'#include "{includer}"\n')
    with pytest.raises(GlslError, match=rf'{includer}:2: "{includer}" includes itself; remove this line'):
        expand_includes(tmp_path / "a.frag", ())
