"""What presets and cues may set, what is reported of them, and what calls a waiting cue off."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from installation.control.cues import file_watcher, reference
from installation.control.cues.cue import read_cues
from installation.control.cues.cue_book import CueBook, SceneLinks
from installation.control.cues.preset import KnownNames, read_preset
from installation.control.osc.receiver import ReceivedMessage
from installation.core.faults import FaultBoard
from installation.core.lenient_toml import parse
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import Knob, Knobs
from installation.show import knob_tree
from installation.show.playlist import Playlist
from installation.venue.schema import ModulationSection, ScenesSection, Venue
from tests.installation.control.cues.desk import Desk, wait_for

FILE = Path("cues.toml")
SWELL = "/scene/tide/swell"


@pytest.fixture(scope="module")
def names() -> KnownNames:
    venue = Venue(
        scenes=ScenesSection(playlist=("tide",)),
        modulation=(ModulationSection(knob=SWELL, signal="signal/fog"),),
    )
    return knob_tree.known_names(venue, knob_tree.tree(venue, knob_tree.scenes(venue)))


@pytest.mark.parametrize(
    "line",
    [
        '"/pulse/tempo" = 96',
        '"/painter/style" = "mosaic"',
        '"/playlist/transition" = "ink"',
        '"/cue/quantise" = "bar"',
        '"/signal/fog" = 0.4',
        '"/pulse/double" = true',
        '"/scene/go" = "tide"',
        '"/visitant/still" = true',
        '"/visitant/fullscreen" = true',
    ],
)
def test_what_the_page_says_may_be_set_is_no_mistake(names: KnownNames, line: str) -> None:
    assert f"`{line}`" in reference.page()
    assert read_preset(parse(FILE, line), names)[1] == ()
    assert read_cues(parse(FILE, f"[[cues]]\nnumber = 1\n[cues.knobs]\n{line}\n"), names)[1] == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"/painter/style" = "nope"', 'found "nope" (text); give one of "'),
        ('"/painter/style" = true', "found true (true or false); give one of "),
        ('"/painter/strenght" = 0.5', 'did you mean "/painter/'),
        ('"/playlist/transition" = "inc"', 'found "inc" (text); give one of "'),
        (f'"{SWELL}" = true', "found true (true or false); give a number from "),
        (f'"{SWELL}" = "high"', 'found "high" (text); give a number from '),
        ('"/pulse/beats_a_bar" = true', "found true (true or false); give a whole number from 2 to 12"),
        ('"/master/blackout" = "dark"', 'found "dark" (text); give true or false'),
        ('"/scene/*/swell" = 1', "no such knob; a file names each knob by its whole address"),
        (f'"/n{SWELL}" = 1', f'no such knob; give the value in the units of the knob, at "{SWELL}"'),
        ('"/cue/go" = 1', "no such knob; presets and cues give no such command"),
        ('"/learn/on" = 1', "no such knob; presets and cues give no such command"),
        ('"/visitant/shutdown" = 1', "no such knob; presets and cues give no such command"),
        ('"/cue/quantis" = "bar"', 'did you mean "/cue/quantise"?'),
        ('"/signal/wind" = 1', "makes a knob follow it"),
    ],
)
def test_what_may_not_be_set_is_a_mistake_with_its_line(names: KnownNames, line: str, said: str) -> None:
    preset, problems = read_preset(parse(FILE, f"# mine\n\n\n{line}\n"), names)
    (cue,), of_cue = read_cues(parse(FILE, f"[[cues]]\nnumber = 1\n[cues.knobs]\n{line}\n"), names)
    assert not preset and not cue.knobs
    for (problem,) in (problems, of_cue):
        assert problem.line == 4 and said in str(problem)


def test_a_cue_that_is_added_while_playing_and_names_a_scene_that_is_not_loaded_is_reported_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: FaultBoard
) -> None:
    monkeypatch.setattr(file_watcher, "POLL_SECONDS", 0.02)
    cues = tmp_path / "cues.toml"
    first = '[[cues]]\nnumber = 1\nscene = "loom"\n'
    cues.write_text(first)
    tree = Knobs()
    tree.add("/pulse", (Knob("beats_a_bar", 4, 2, 12),))
    links = SceneLinks(("tide", "loom", "ember"), lambda *_: None, {}, absent=("loom", "ember"))
    book = CueBook(tree, tmp_path, None, links)
    tracker = PulseTracker()
    frames = count(1)

    def reported() -> bool:
        t = next(frames) / 30
        book.step(t, tracker.step(t))
        return any("cue 2: the scene ember is not loaded in this show; name it in" in each for each in faults.present)

    assert not reported() and not faults.present, "a show of some scenes only has cues for others"
    cues.write_text(f'{first}[[cues]]\nnumber = 2\nscene = "ember"\n')
    wait_for(reported)
    book.set_scenes(("ember",), {})
    wait_for(lambda: not reported())
    book.close()


def test_a_hand_that_lets_the_playlist_go_on_calls_a_waiting_cue_off(tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text(
        f'[[cues]]\nnumber = 1\nwait = 2\nscene = "loom"\n[cues.knobs]\n"{SWELL}" = 2.0\n'
    )
    desk = Desk(tmp_path)
    venue = ScenesSection(playlist=("tide", "loom", "ember"))
    playlist = Playlist(venue, Knobs(), ("crossfade",))
    playlist.on_release = desk.book.cancel_waiting
    desk.send("/cue/go")
    desk.play(1.0)
    assert desk.told["/cue/waits"] == "1"
    playlist.commands()["/scene/next"](ReceivedMessage("/scene/next", (1,), desk.t, None))
    desk.play(3.0)
    assert desk.told["/cue/waits"] == "" and desk.scenes == [] and desk.base(SWELL) != (2.0,)
    desk.close()
