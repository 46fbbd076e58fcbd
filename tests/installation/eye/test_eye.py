"""The whole eye on the demo film, with the real pose estimator."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from installation.core.downloads import AssetError, path_of
from installation.evaluate.eye.labelled_clips import measure_poster, measure_squats
from installation.evaluate.eye.tracking import observation_records
from installation.eye.eye import EyeWorker, open_eye
from installation.eye.offline import GeneratedFrameReader, SequentialFrameReader, observe_clip, visitors_in_view
from installation.eye.sources.frames import SourceError
from installation.eye.sources.kinds import open_reader
from installation.interface.visitor import Observation, State
from installation.venue.schema import Venue
from installation.workers.codec import pack

pytestmark = pytest.mark.integration

SECONDS = 1.2


@pytest.fixture(scope="module")
def film() -> str:
    try:
        path_of("pose_landmarker_full.task")
        return str(path_of("demo.mp4"))
    except AssetError as error:
        pytest.skip(f"`visitant setup` brings what is missing: {error}")


def opened(source: str) -> EyeWorker:
    venue = Venue()
    camera = venue.cameras[0].model_dump(mode="json") | {"source": source}
    eye = open_eye(camera, venue.eye.model_dump(mode="json"), 0, 1, live=False, epoch=0.0)
    assert isinstance(eye, EyeWorker)
    return eye


def observed(film: str) -> list[Observation]:
    eye = opened(film)
    try:
        letters = [eye.step({}, count / 30) for count in range(int(30 * SECONDS))]
    finally:
        eye.close()
    return [letter.body for letter in letters if letter is not None]


@pytest.fixture(scope="module")
def observations(film: str) -> list[Observation]:
    return observed(film)


def test_the_same_film_gives_the_same_observations_byte_for_byte(film: str) -> None:
    first, second = ([pack(observation) for observation in observed(film)] for _ in range(2))
    assert len(first) > 20
    assert first == second


def test_somebody_in_the_film_is_a_visitor_within_it_and_in_the_room(observations: list[Observation]) -> None:
    present = [visitor for o in observations for visitor in o.visitors if visitor.state is State.PRESENT]
    assert len(present) > 0.5 * len(observations)
    width, height = observations[0].size_px
    for visitor in present:
        seen = visitor.landmarks_px[visitor.visibility > 0.5]
        assert ((seen > -0.1 * width) & (seen < (1.1 * width, 1.1 * height))).all()
        assert 0.5 < visitor.floor_m[1] < 15.0
        assert visitor.landmarks_m[:, 1].min() > -0.05
        assert np.isfinite(visitor.landmarks_m).all()
        assert visitor.outline_screen
        assert visitor.slot == 1


def test_the_picture_comes_only_when_it_is_asked_for(film: str) -> None:
    eye = opened(film)
    try:
        without, withal = eye.step({}, 0.0), eye.step({"picture": True}, 0.1)
    finally:
        eye.close()
    assert without is not None and without.pixels is None
    assert withal is not None and withal.pixels is not None and max(withal.pixels.shape) <= 640


def test_a_clip_is_told_frame_by_frame_at_its_own_rate(film: str) -> None:
    reader = open_reader(film, 30.0, None)
    times = [observation.time for observation, _ in islice(observe_clip(reader), 12)]
    assert np.diff(times) == pytest.approx(1.0 / reader.rate, rel=0.02)
    assert not [
        v
        for observation, _ in islice(observe_clip(open_reader(film, 30.0, None)), 1)
        for v in visitors_in_view(observation)
    ]


def test_a_clip_that_cannot_be_read_further_is_reported_once_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    def pictures() -> Iterator[np.ndarray]:
        yield np.zeros((4, 4, 3), np.uint8)
        raise SourceError("clip.mp4: breaks off")

    reader = SequentialFrameReader(GeneratedFrameReader(pictures(), 30.0))
    assert [reader.read() is not None for _ in range(3)] == [True, False, False]
    assert caplog.messages == [reader.status] == ["clip.mp4: breaks off"]


def test_what_is_no_clip_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no film")
    with pytest.raises(SourceError, match=r"notes\.mp4"):
        observation_records(str(path), lambda share: None)


def test_a_figure_whose_clip_is_not_there_has_no_value_and_no_verdict() -> None:
    for figure in [*measure_poster(None), *measure_squats(None)]:
        assert figure.value is None and figure.holds is None and "not there" in figure.name
