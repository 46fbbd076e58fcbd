"""The newest of everything becomes one Moment, and a saved stream of them plays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from installation.control.control import Actions, Control
from installation.control.cues.cue_book import CueBook, SceneLinks
from installation.control.osc.receiver import ReceivedMessage
from installation.dance.client import DanceClient
from installation.interface.dancer import Cast, Dance, Dancer
from installation.interface.knobs import Knob, Knobs
from installation.interface.moment import Health, Moment
from installation.interface.pointer import Pointer
from installation.interface.pulse import Pulse
from installation.interface.quality import Quality
from installation.interface.visitor import Observation, State
from installation.show.moment_sources import (
    GONE_AFTER_SECONDS,
    LOST_AFTER_SECONDS,
    LiveInputs,
    LiveSource,
    ReplaySource,
)
from installation.show.playlist import Playlist
from installation.show.recording import MomentReader, MomentsError, MomentWriter, RecordingHeader
from installation.venue.schema import OutputSection, ScenesSection, Venue
from installation.workers.codec import pack
from installation.workers.worker import Message
from tests.bodies import a_body
from tests.installation.people import visitor
from tests.installation.placed import Placed

HEALTH, QUALITY = Health(), Quality()


class Eye(Placed):
    """A placement that shows what it is given."""

    def sees(self, t: float, *ids: int, pixels: np.ndarray | None = None, state: State = State.PRESENT) -> None:
        people = tuple(visitor(i, state=state, seen=t) for i in ids)
        self.next = Message(t, Observation(t, 1, (1280, 720), people, rate=30.0), pixels, sequence=1)


class Desk:
    """A control that asks for what it is told to ask."""

    def __init__(self) -> None:
        self.actions = Actions()
        self.asked = 0.0

    def apply(self, t: float) -> Actions:
        return self.actions

    def pulse(self, t: float) -> Pulse:
        self.asked = t
        return Pulse(beat=t * 2)

    def update(self, moment: Moment) -> Mapping[str, Any]:
        return {"/a": moment.crowd.energy}


def test_the_mouse_reaches_the_eyes_that_follow_it_where_the_picture_lies_on_the_canvas() -> None:
    cameras = tuple(Venue().cameras[0].model_copy(update={"source": source}) for source in ("mouse", "auto", 0))
    venue = Venue().model_copy(update={"cameras": cameras})
    venue = venue.model_copy(update={"canvas": venue.canvas.model_copy(update={"size": (640, 640)})})
    eyes, desk = [Eye() for _ in cameras], Desk()
    playlist = Playlist(ScenesSection(playlist=("a",)), Knobs())
    pointers = iter([None, Pointer(0.5, 0.5, True), Pointer(0.25, 1.0)])
    inputs = LiveInputs(eyes, desk, playlist, pointer=lambda: next(pointers))  # type: ignore[arg-type]
    source = LiveSource(venue, inputs, frozenset(), False)
    sent = []
    for _ in range(3):
        source.moment(0.0, 0, 0.0, HEALTH, QUALITY)
        sent.append([eye.order.get("pointer", "none") for eye in eyes])
    assert sent[0] == [None, None, "none"]
    assert sent[1] == [[0.5, 0.5, 1.0], [0.5, 0.5, 1.0], "none"]
    # A picture of 16:9 fills the width of a square canvas, and 9/16 of its height.
    assert sent[2][0] == pytest.approx([0.25, 0.5 + 0.5 * 16 / 9, 0.0])


def live(venue: Venue | None = None, shown: frozenset[str] = frozenset(), eyes: int = 1, film: bool = False) -> Any:
    venue = venue or Venue()
    cameras = venue.cameras * eyes
    venue = venue.model_copy(update={"cameras": cameras})
    places, desk = [Eye() for _ in cameras], Desk()
    director = Playlist(ScenesSection(playlist=("a", "b"), dwell_seconds=100.0, transition_seconds=2.0), Knobs())
    gather = LiveSource(venue, LiveInputs(places, desk, director), shown, film)  # type: ignore[arg-type]
    return SimpleNamespace(
        eyes=places, desk=desk, at=lambda t: gather.moment(t, 0, 0.0, HEALTH, QUALITY), gather=gather, director=director
    )


def test_visitors_stay_until_the_eye_has_been_silent_for_too_long() -> None:
    show = live()
    show.eyes[0].sees(1.0, 1, 2)
    assert [v.state for v in show.at(1.1).visitors] == [State.PRESENT] * 2
    assert [v.state for v in show.at(1.0 + LOST_AFTER_SECONDS + 0.1).visitors] == [State.LOST] * 2
    assert show.at(1.0 + GONE_AFTER_SECONDS + 0.1).visitors == ()


def test_those_who_have_left_are_not_there() -> None:
    show = live()
    show.eyes[0].sees(1.0, 1, state=State.LEFT)
    moment = show.at(1.0)
    assert moment.visitors == ()
    assert moment.crowd.count == 0


def test_an_identity_never_comes_back_when_the_eye_is_started_again() -> None:
    show = live()
    show.eyes[0].sees(1.0, 1, 2)
    assert [v.id for v in show.at(1.0).visitors] == [1, 2]
    show.eyes[0].restarts = 1
    show.eyes[0].sees(3.0, 1)
    assert [v.id for v in show.at(3.0).visitors] == [3]


def test_two_cameras_have_slots_of_their_own_and_no_identity_in_common() -> None:
    show = live(eyes=2)
    show.eyes[0].sees(1.0, 1)
    show.eyes[1].sees(1.0, 1)
    visitors = show.at(1.0).visitors
    assert [v.slot for v in visitors] == [1, 1 + Venue().eye.max_visitors]
    assert len({v.id for v in visitors}) == 2


def test_the_camera_picture_is_asked_for_only_while_a_scene_shows_it() -> None:
    show = live(shown=frozenset({"b"}))
    picture = np.zeros((4, 4, 3), np.uint8)
    show.eyes[0].sees(1.0, 1, pixels=picture)
    assert show.at(1.0).picture is None
    assert not show.eyes[0].order["picture"]
    show.director.go("b")
    show.at(1.1)
    show.eyes[0].sees(1.2, 1, pixels=picture)
    assert show.at(1.2).picture is not None
    assert show.eyes[0].order["picture"]


def test_a_venue_that_shows_no_camera_never_asks_for_its_picture() -> None:
    venue = Venue()
    venue = venue.model_copy(update={"privacy": venue.privacy.model_copy(update={"show_camera": False})})
    show = live(venue, frozenset({"a"}))
    show.at(1.0)
    assert not show.eyes[0].order["picture"]


def test_the_beat_runs_ahead_by_what_the_slowest_projector_is_late() -> None:
    show = live(Venue(outputs=(OutputSection(offset=20.0), OutputSection(offset=80.0))))
    show.at(1.0)
    assert show.desk.asked == pytest.approx(1.08)


def test_a_broken_eye_is_told_in_words() -> None:
    show = live()
    assert "waiting" in show.at(0.0).health.source
    show.eyes[0].status = "eye hangs, starting it again"
    assert show.at(0.1).health.source == "eye hangs, starting it again"


def test_knobs_are_those_of_the_moment_itself() -> None:
    show = live()
    show.eyes[0].sees(1.0, 1)
    moment = show.at(1.0)
    assert moment.knobs["/a"] == moment.crowd.energy > 0


def test_a_cue_on_the_bar_is_in_the_moment_that_reaches_it_with_its_scene(tmp_path: Path) -> None:
    (tmp_path / "cues.toml").write_text('[[cues]]\nnumber = 1\nscene = "b"\nknobs = {"/a/x" = 1.0}\n')
    venue, tree = Venue(), Knobs()
    tree.add("/a", (Knob("x", 0.0),))
    control = Control(venue, tree, listen=False)
    director = Playlist(ScenesSection(playlist=("a", "b"), dwell_seconds=100.0, transition_seconds=2.0), tree)
    book = CueBook(tree, tmp_path, None, SceneLinks(("a", "b"), director.go, {}))
    gather = LiveSource(venue, LiveInputs([Eye()], control, director, None, book), frozenset(), False)
    tree.turn("/cue/quantise", "bar")
    moments = []
    for frame in range(90):
        if frame == 10:
            book.commands()["/cue/go"](ReceivedMessage("/cue/go", (), frame / 30, None))
        moment = gather.moment(frame / 30, frame, 1 / 30, HEALTH, QUALITY)
        assert moment is not None
        moments.append(moment)
    book.close()
    reached = next(index for index, moment in enumerate(moments) if moment.pulse.bar >= 1.0)
    turned = next(index for index, moment in enumerate(moments) if moment.knobs["/a/x"] == 1.0)
    changes = next(index for index, moment in enumerate(moments) if moment.programme.following == "b")
    assert turned == changes == reached


def test_shutdown_ends_the_show() -> None:
    show = live()
    show.desk.actions = Actions(shutdown=True)
    assert show.at(1.0) is None


def stream(path: Path, count: int = 30) -> list[Moment]:
    moments = [
        Moment(i / 30, i, 1 / 30 if i else 0.0, visitors=(visitor(1 + i),), knobs={"/scene/a/x": i / 30})
        for i in range(count)
    ]
    with MomentWriter(path, RecordingHeader(30.0, 1, (64, 64)), lossless=True) as writer:
        for moment in moments:
            writer.write(moment)
    return moments


def test_a_replay_in_step_gives_the_very_moments_that_were_saved(tmp_path: Path) -> None:
    moments = stream(tmp_path / "a.moments")
    replay = ReplaySource(MomentReader(tmp_path / "a.moments"), Knobs(), None, loop=False)
    played = [replay.moment(i / 30, i, 1 / 30, HEALTH, QUALITY) for i in range(30)]
    assert [pack(m) for m in played] == [pack(m) for m in moments]
    assert replay.moment(1.0, 30, 1 / 30, HEALTH, QUALITY) is None
    replay.close()


def test_a_slower_replay_takes_the_newest_and_all_the_time_that_passed(tmp_path: Path) -> None:
    stream(tmp_path / "a.moments")
    replay = ReplaySource(MomentReader(tmp_path / "a.moments"), Knobs(), None, loop=False)
    replay.moment(0.0, 0, 0.0, HEALTH, QUALITY)
    moment = replay.moment(0.1, 1, 0.1, HEALTH, QUALITY)
    assert moment is not None and moment.frame == 3 and moment.step == pytest.approx(0.1)
    same = replay.moment(0.11, 2, 0.01, HEALTH, QUALITY)
    assert same is not None
    assert (same.frame, same.step) == (3, 0.0)
    replay.close()


def test_a_live_replay_begins_again_and_its_time_goes_on(tmp_path: Path) -> None:
    stream(tmp_path / "a.moments", count=3)
    replay = ReplaySource(MomentReader(tmp_path / "a.moments"), Knobs(), None, loop=True)
    moments = [replay.moment(i / 30, i, 1 / 30, HEALTH, QUALITY) for i in range(10)]
    times = [moment.time for moment in moments if moment is not None]
    assert times == pytest.approx([i / 30 for i in range(10)])
    replay.close()


def test_a_replay_in_another_scene_takes_that_scenes_knobs(tmp_path: Path) -> None:
    stream(tmp_path / "a.moments")
    tree = Knobs()
    tree.add("/scene/z", (Knob("y", 0.7),))
    replay = ReplaySource(MomentReader(tmp_path / "a.moments"), tree, "z", loop=False)
    moment = replay.moment(0.0, 0, 0.0, HEALTH, QUALITY)
    assert moment is not None
    assert (moment.programme.scene, moment.knobs["/scene/z/y"], moment.knobs["/scene/a/x"]) == ("z", 0.7, 0.0)
    replay.close()


def test_a_stream_without_a_moment_is_refused(tmp_path: Path) -> None:
    MomentWriter(tmp_path / "a.moments", RecordingHeader(30.0, 1, (64, 64)), lossless=True).close()
    with pytest.raises(MomentsError, match="holds no moment"):
        ReplaySource(MomentReader(tmp_path / "a.moments"), Knobs(), None, loop=False)


def test_dancers_stand_in_the_moment_and_their_worker_hears_of_everybody() -> None:
    venue = Venue()
    eye, worker, desk = Eye(), Eye(), Desk()
    caller = DanceClient(worker, {"a": Cast(each=1)}, Cast(), 30.0, 0.03, complete_visitors=False)
    inputs = LiveInputs([eye], desk, Playlist(ScenesSection(playlist=("a",)), Knobs()), caller)  # type: ignore[arg-type]
    gather = LiveSource(venue, inputs, frozenset(), False)
    body = a_body(1)
    eye.next = Message(1.0, Observation(1.0, 1, (1280, 720), (visitor(1, body=body),), rate=30.0))
    worker.next = Message(1.0, Dance((Dancer(1, 1, body),), {1: a_body(2)}))
    moment = gather.moment(1.05, 0, 0.0, HEALTH, QUALITY)
    assert [(id, time) for id, time, _ in worker.order["dance"].visitors] == [(1, 1.0)]
    assert moment is not None
    assert [dancer.partner for dancer in moment.dancers] == [1]
    assert moment.visitors[0].body is not body
