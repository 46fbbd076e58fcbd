"""A wrong venue.toml says file, line, key, what was found and what would be right; all of it at once."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from installation.core import toml_text
from installation.core.attribute_docstrings import attribute_docstrings
from installation.core.diagnostics import Problem
from installation.core.printable import printable
from installation.core.settings_base import Section
from installation.core.toml_positions import lines_of
from installation.show.venue_check import load
from installation.venue import reference
from installation.venue.camera_section import CameraSection
from installation.venue.loader import VenueError
from installation.venue.schema import Venue

ROOT = Path(__file__).parents[3]


def problems(folder: Path, text: str | bytes) -> dict[str, Problem]:
    """The problems of a venue file with this text, by key."""
    path = folder / "venue.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(VenueError) as caught:
        load(path)
    assert caught.value.status == 2
    assert all(problem.file == path for problem in caught.value.problems)
    return {problem.key: problem for problem in caught.value.problems}


def test_an_empty_file_is_the_default_venue(tmp_path: Path) -> None:
    (tmp_path / "venue.toml").touch()
    assert load(tmp_path / "venue.toml").model_dump() == Venue().model_dump()


def test_the_file_at_the_top_is_valid_and_says_the_defaults() -> None:
    data = tomllib.loads((ROOT / "venue.toml").read_text(encoding="utf-8"))
    assert Venue.model_validate_json(json.dumps(data)) == Venue()


def test_every_problem_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """\
        seed = "7"
        [[cameras]]
        hieght = 2
        tilt = 200        # [tilt]
        [[cameras]]
        source = 2.5
        "field_of_view" = nan
        size = [
            1280,
            "720",
        ]
        [osc]
        targets = [{ host = "desk", port = 1 },
                   { hots = "desk" }]
        [scenes]
        seconds = true
        """,
    )
    assert {key: problem.line for key, problem in found.items()} == {
        "seed": 1,
        "cameras[0].hieght": 3,
        "cameras[0].tilt": 4,
        "cameras[1].source": 6,
        "cameras[1].field_of_view": 7,
        "cameras[1].size[1]": 10,
        "osc.targets[1].host": 14,
        "osc.targets[1].hots": 14,
        "osc.targets[1].port": 14,
        "scenes.dwell_seconds": 16,
    }
    assert 'did you mean "height"?' in found["cameras[0].hieght"].right
    assert found["cameras[0].tilt"].found == "found 200 (a whole number)"
    assert found["cameras[0].tilt"].right == "give a number from -90 to 90"
    assert found["cameras[1].source"].right == "give a whole number or text"


@pytest.mark.parametrize(
    ("line", "key", "right"),
    [
        ('loop.rate = "30"', "loop.rate", "give a number above 0, at most 240"),
        ("loop.rate = true", "loop.rate", "give a number above 0, at most 240"),
        ("loop.rate = 2026-11-22", "loop.rate", "give a number above 0, at most 240"),
        ("eye.max_visitors = 2.0", "eye.max_visitors", "give a whole number from 1 to 16"),
        ("eye = 07:30:00", "eye", "give a table"),
        ("name = 3", "name", "give text"),
        ('loop.governor = "yes"', "loop.governor", "give true or false"),
        ('canvas.fit = "stretch"', "canvas.fit", 'give "contain" or "cover"'),
        (
            "canvas.size = [1, 2, 3]",
            "canvas.size",
            "give 2 values in brackets; each a whole number from 16 to 16384",
        ),
        ("cameras = []", "cameras", "give a list, 1 to 4 items; each item a table"),
        ("scenes.playlist = []", "scenes.playlist", "give a list, 1 or more items; each item text"),
        (
            'osc.bind = "studio"',
            "osc.bind",
            'give an address of this machine in numbers, such as "127.0.0.1" or',
        ),
        (
            "[[outputs]]\nregion = [0.5, 0, 0.5, 1]",
            "outputs[0].region",
            "give [left, bottom, right, top] with left",
        ),
        ("[[modulation]]\nspan = [1, 1.0]", "modulation[0].span", "give two values that differ"),
        ('[[modulation]]\nsignal = "crowd/enrgy"', "modulation[0].signal", 'did you mean "crowd/energy"? signals: '),
        ('scenes.transition = "inc"', "scenes.transition", 'did you mean "ink"? transitions here: crossfade, '),
        ("scenes.dwell_seconds_of.tide = 0", "scenes.dwell_seconds_of.tide", "give a number above 0"),
        ("scenes.dwell_seconds_of.tied = 9", "scenes.dwell_seconds_of.tied", 'did you mean "tide"? scenes here: '),
        ('[[scenes.when]]\nscene = "tied"\ncrowd = [1, 2]', "scenes.when[0].scene", 'did you mean "tide"? '),
        ('[[scenes.when]]\nscene = "tide"', "scenes.when[0]", "say when: add crowd, energy, tempo, "),
        ('[[scenes.when]]\nscene = "tide"\ncrowd = [3, 1]', "scenes.when[0].crowd", "give [least, most]"),
        (
            '[[scenes.when]]\nscene = "tide"\nclock = ["25:00", "03:00"]',
            "scenes.when[0].clock",
            "'25:00' is no time of the day; give it as 22:30",
        ),
        ('osc.allow = ["lan"]', "osc.allow[0]", 'give an IPv4 network such as "192.168.1.0/24" or'),
    ],
)
def test_a_wrong_value_is_answered_with_what_would_be_right(tmp_path: Path, line: str, key: str, right: str) -> None:
    assert problems(tmp_path, line)[key].right.startswith(right)


def test_files_that_are_missing_are_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    found = problems(
        tmp_path,
        """\
        eye.model = "none.task"
        scenes.playlist = ["no_such_scene"]
        [[cameras]]
        source = "none.mp4"
        [[cameras]]
        source = "empty"
        """,
    )
    assert {key: problem.line for key, problem in found.items()} == {
        "eye.model": 1,
        "scenes.playlist[0]": 2,
        "cameras[0].source": 4,
        "cameras[1].source": 6,
    }
    assert found["cameras[1].source"].found.startswith("no image or film in folder")


def test_relative_paths_are_those_of_the_venues_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.task").touch()
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "own.py").touch()
    text = 'eye.model = "mine.task"\nscenes.playlist = ["own"]\n[[cameras]]\nsource = "."\n'
    (tmp_path / "a.png").touch()
    (tmp_path / "venue.toml").write_text(text)
    venue = load(tmp_path / "venue.toml")
    assert venue.eye.model == tmp_path / "mine.task"
    assert venue.cameras == (CameraSection(source=str(tmp_path)),)
    assert venue.folder == tmp_path


@pytest.mark.parametrize(
    "source", ["0", "/dev/v4l/by-id/usb-1", "rtsp://10.0.0.2/stream", "ghost", "ghost:2", "auto", 3]
)
def test_a_camera_that_is_away_does_not_make_the_file_wrong(tmp_path: Path, source: str | int) -> None:
    (tmp_path / "venue.toml").write_text(f"[[cameras]]\nsource = {toml_text.toml(source)}\n")
    assert load(tmp_path / "venue.toml").cameras[0].source == source


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('name = "a"\n[osc\nport = 1\n', 2),
        ('name = "a"\nname = "b"\n', 2),
        ('name = "a"\r\nseed = \r\n', 2),
        ('name = """a\n\nb', 3),
        (b'name = "a"\nseed = 1 # \xff\n', 2),
        ("a = " + "[" * 20_000, 0),
        ("seed = " + "9" * 5_000, 1),
        ("#" * (1 << 20) + "\n", 0),
        (b"\0", 1),
    ],
)
def test_a_file_that_is_not_toml_is_told_with_its_line(tmp_path: Path, text: str | bytes, line: int) -> None:
    assert problems(tmp_path, text)[""].line == line


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, tmp_path / ("x" * 300)):
        with pytest.raises(VenueError) as caught:
            load(path)
        assert str(path) in str(caught.value)


def test_lines_are_found_however_the_value_is_written() -> None:
    text = '''\
a.b = 1.5
"c d".'e' = "[not.a.table]"
f = """
[x]
\\""" ""\"""
g = [ # ]
  [1, 2], { h = 1, i = { j = "}" } },
  1979-05-27 07:32:00.5,
]
[[k]]
l = \'\'\'
m = 1\'\'\'
[[k.n]]
o = 1
[[k.n]]
[k.n.p]
q = 1
[[k]]
r = [
]
'''
    tomllib.loads(text)
    lines = lines_of(text)
    assert lines["a", "b"] == 1
    assert lines["c d", "e"] == 2
    assert lines["g", 0, 1] == 7
    assert lines["g", 1, "i", "j"] == 7
    assert lines["g", 2] == 8
    assert lines["k", 0, "l"] == 11
    assert lines["k", 0, "n", 0, "o"] == 14
    assert lines["k", 0, "n", 1, "p", "q"] == 17
    assert lines["k", 1, "r"] == 19
    assert ("x",) not in lines


def test_every_key_is_documented_where_it_is_declared() -> None:
    def undocumented(section: type[Section]) -> list[str]:
        documented = attribute_docstrings(section)
        names = [f"{section.__name__}.{name}" for name in section.model_fields if not documented.get(name)]
        inner = [reference.inner_section(field)[0] for field in section.model_fields.values()]
        return names + [name for each in inner if each for name in undocumented(each)]

    assert undocumented(Venue) == []


def test_where_bodies_come_from_and_go_to_is_checked(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """\
        [[cameras]]
        source = "vmc://desk:39539"
        [osc]
        vmc = [{ host = "stage", port = 65500 }, { host = "stage", space = "vrm2" }]
        trackers = [{ parts = ["hip"] }]
        """,
    )
    assert {key: problem.line for key, problem in found.items()} == {
        "cameras[0].source": 2,
        "osc.vmc[0].port": 4,
        "osc.vmc[1].space": 4,
        "osc.trackers[0].host": 5,
        "osc.trackers[0].parts[0]": 5,
    }
    assert '"vmc://0.0.0.0:39539"' in found["cameras[0].source"].right


def test_a_network_that_is_not_there_and_a_floor_that_is_none_are_told_with_their_lines(tmp_path: Path) -> None:
    found = problems(tmp_path, "[dancer]\nfloor = [3.0, 0.8, -3.0, 6.0]\nmost = 99\n")
    assert (found["dancer.area_m"].line, found["dancer.max_dancers"].line) == (2, 3)
    assert "left below right" in found["dancer.area_m"].right
    assert found["dancer.max_dancers"].right == "give a whole number from 1 to 16"
    found = problems(tmp_path, '[dancer]\nweights = "none.safetensors"\n')
    assert found["dancer.weights"].line == 2
    (tmp_path / "some.safetensors").touch()
    (tmp_path / "venue.toml").write_text('[dancer]\nweights = "some.safetensors"\n')
    assert load(tmp_path / "venue.toml").dancer.weights == tmp_path / "some.safetensors"


def test_a_diffusion_model_is_a_folder_beside_the_file_or_else_a_published_name(tmp_path: Path) -> None:
    (tmp_path / "models" / "turbo").mkdir(parents=True)
    text = '[diffusion]\nmodel = "models/turbo"\nautoencoder = "madebyollin/taesd"\n'
    (tmp_path / "venue.toml").write_text(text + '[diffusion.prompts]\nink = "reed pen : 2"\n')
    diffusion = load(tmp_path / "venue.toml").diffusion
    assert diffusion.model == str(tmp_path / "models" / "turbo")
    assert diffusion.autoencoder == "madebyollin/taesd"
    assert diffusion.prompts == {"ink": "reed pen : 2"}
    found = problems(tmp_path, '[diffusion.prompts]\nink = "reed pen : 0"\n')
    assert "is no weight" in str(found["diffusion.prompts"])


def test_earlier_names_of_keys_go_on_working_and_are_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = (
        "[eye]\nvisitors = 3\nbudget = 2\npatience = 4.0\nstatue = 9.0\n"
        '[dancer]\nmost = 5\nfloor = [-1.0, 1.0, 1.0, 4.0]\nvisitors = true\n[painter]\nengine = "own"\n'
        '[loop]\nfloor = 0.5\n[scenes]\nseconds = 60.0\ntimes = { tide = 9.0 }\ntransition = 2\nkind = "ink"\n'
    )
    (tmp_path / "venue.toml").write_text(text)
    venue = load(tmp_path / "venue.toml")
    eye, dancer, scenes = venue.eye, venue.dancer, venue.scenes
    assert (eye.max_visitors, eye.max_estimated_per_step, eye.lost_seconds, eye.static_seconds) == (3, 2, 4.0, 9.0)
    assert (dancer.max_dancers, dancer.area_m, dancer.complete_visitors) == (5, (-1.0, 1.0, 1.0, 4.0), True)
    assert (venue.painter.engine, venue.loop.min_quality) == ("builtin", 0.5)
    assert (scenes.dwell_seconds, scenes.dwell_seconds_of, scenes.transition_seconds) == (60.0, {"tide": 9.0}, 2)
    assert scenes.transition == "ink"
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == len(set(lines)) == 13
    assert f"{tmp_path / 'venue.toml'}:4: eye.patience is called eye.lost_seconds now" in lines


def test_a_key_under_its_earlier_and_its_present_name_is_answered_with_the_line(tmp_path: Path) -> None:
    found = problems(tmp_path, "[eye]\nlost_seconds = 2.0\npatience = 4.0\n")
    assert found["eye.patience"].line == 3
    assert "lost_seconds" in found["eye.patience"].right


def test_a_playlist_may_name_a_shader_without_a_header(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "glow.frag").write_text("void main() { colour = vec4(1.0); }\n")
    (tmp_path / "venue.toml").write_text('scenes.playlist = ["glow", "tide"]\n')
    assert load(tmp_path / "venue.toml").scenes.playlist == ("glow", "tide")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ('[cameras]\nsource = "ghost"\n', "write [[cameras]], with two brackets"),
        ('[osc.targets]\nhost = "10.0.0.2"\nport = 9000\n', "write [[osc.targets]], with two brackets"),
        ("[[canvas]]\nsize = [640, 360]\n", "write [canvas], with one bracket"),
        ("[[cameras]]\nheight = 1,5\n", "write height = 1.5, with a point"),
        ("[osc]\nenabled = True\n", "write enabled = true, in small letters"),
        ("[osc]\nenabled = no\n", "write enabled = true or enabled = false"),
        ("[osc]\nport: 7000\n", "write port = 7000, with = instead of :"),
        ("[osc]\nport = 07700\n", "write port = 7700, without the 0 before it"),
        ("[loop]\nrate = 30 Hz\n", "write rate = 30, the number alone"),
        ("[canvas]\nsize = 1280x720\n", "write size = [1280, 720]"),
        ("[canvas]\nsize = (1280, 720)\n", "write size = [1280, 720], with square brackets"),
        ("[canvas]\nsize = [1280 720]\n", "put commas between the values of size"),
        ("[canvas]\nsize = [1280, 720\n[osc]\nport = 7000\n", "close the list size with ]"),
        ("[scenes]\nplaylist = tide\n", 'put text in quotes: playlist = "tide"'),
        ("name = \u201cBar\u201d\n", "use straight quotes"),
        ('name = "Bar\n', "close the text with another"),
        ("[osc\nport = 7000\n", "write [osc], with as many brackets"),
        ("[[cameras]]\nmax_visitors = 3\n", "it belongs under [eye]"),
        ("[eye]\nheight = 1.5\n", "it belongs under [[cameras]]"),
        ("[outputs]\n", "write [[outputs]]"),
        ('[painter]\ndevice = "gpu"\n', 'give "cuda", "cuda:1", "mps" or "cpu"'),
        ("[[cameras]]\nsource = -1\n", "give the number of a camera, from 0"),
    ],
)
def test_a_common_slip_is_answered_with_what_to_write(text: str, right: str, tmp_path: Path) -> None:
    path = tmp_path / "venue.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(VenueError) as caught:
        load(path)
    assert any(problem.right.startswith(right) for problem in caught.value.problems), caught.value


@pytest.mark.parametrize("depth", [40, 300, 20_000])
@pytest.mark.parametrize("form", ["a{} = 1\n", "[a{}]\nb = 1\n", "[[modulation]]\nknob{} = 1\n"])
def test_keys_that_are_nested_too_deeply_are_a_problem_of_the_file(form: str, depth: int, tmp_path: Path) -> None:
    path = tmp_path / "venue.toml"
    path.write_text(form.format(".a" * depth))
    with pytest.raises(VenueError, match="nested too deeply"):
        load(path)


@pytest.mark.parametrize(
    ("line", "key", "right"),
    [
        ("ignore = [[[0, 0], [1, 0]]]", "cameras[0].ignore[0]", "3 or more items"),
        ("ignore = [[[0, 0], [0.5, 0], [1, 0]]]", "cameras[0].ignore[0]", "3 or more that enclose an area"),
        ("ignore = [[[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]]", "cameras[0].ignore[0]", "3 or more that enclose an area"),
        ("ignore = [[0, 0], [1, 0], [1, 1]]", "cameras[0].ignore", "give a list of polygons: another pair of brackets"),
        ("ignore = [[[0, 0], [1, 0], [0.5, 1.5]]]", "cameras[0].ignore[0][2][1]", "a number from 0 to 1"),
        ('fourcc = "MJ"', "cameras[0].fourcc", 'four letters such as "MJPG"'),
        ('fourcc = "MJPEG"', "cameras[0].fourcc", 'four letters such as "MJPG"'),
    ],
)
def test_a_wrong_value_of_a_camera_is_answered_with_one_problem(
    tmp_path: Path, line: str, key: str, right: str
) -> None:
    found = problems(tmp_path, f"[[cameras]]\n{line}\n")
    assert list(found) == [key]
    assert (found[key].line, right in found[key].right) == (2, True), found


def test_a_polygon_that_crosses_itself_has_an_area(tmp_path: Path) -> None:
    path = tmp_path / "venue.toml"
    path.write_text("[[cameras]]\nignore = [[[0, 0], [1, 1], [1, 0], [0, 1]]]\n")
    assert load(path).cameras[0].ignore == (((0, 0), (1, 1), (1, 0), (0, 1)),)


def test_an_empty_list_in_place_of_a_table_is_answered_with_its_head(tmp_path: Path) -> None:
    assert "write [[cameras]], with two brackets" in problems(tmp_path, "cameras = [[]]\n")["cameras[0]"].right


def test_no_problem_shows_a_password(tmp_path: Path) -> None:
    for source in ("usr:s3cret@127.0.0.1/live", "rtsp://u:12/s3cret@h/x", f"//u:s3cret@h/{60 * 'x'}"):
        found = problems(tmp_path, f'sed = 1\n[[cameras]]\nsource = "{source}"\nfourcc = "MJ"\n')
        assert all("s3cret" not in printable(str(problem)) for problem in found.values())
