"""The landmarker through C functions detects what MediaPipe's Python interface detects."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from mediapipe.tasks.python.vision import pose_landmarker

from installation.core.downloads import path_of
from installation.core.errors import UserError
from installation.eye.mediapipe_backend import (
    CApiLandmarker,
    PythonApiLandmarker,
    landmarker_options,
    open_landmarker,
    stubbed_modules,
)
from installation.eye.pose_estimator import PoseEstimator, crop_square
from installation.eye.region_proposals import tile_squares
from installation.eye.sources.kinds import open_reader
from installation.eye.warmup_picture import draw_person

pytestmark = pytest.mark.integration

Pictures = list[np.ndarray]


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    """Crops of a film with a person, then a black picture."""
    with closing(open_reader(str(path_of("demo.mp4")), 30.0, None)) as reader:
        frames = [pixels for _, pixels in islice(reader, 8)]
    square = tile_squares((frames[0].shape[1], frames[0].shape[0]))[0]
    return [crop_square(pixels, square) for pixels in frames] + [np.zeros((288, 288, 3), np.uint8)]


@pytest.mark.parametrize("tracking", [True, False])
def test_both_ways_find_the_same(pictures: Pictures, tracking: bool) -> None:
    options = landmarker_options(None, 0.5, tracking, 1)
    with closing(PythonApiLandmarker(options)) as plain, closing(CApiLandmarker(options)) as direct:
        counts = []
        for pixels in pictures:
            found, expected = direct.detect(pixels), plain.detect(pixels)
            counts.append(len(found))
            assert len(found) == len(expected)
            for one, other in zip(found, expected, strict=True):
                assert one.mask is not None and one.mask.shape == (288, 288)
                for values, those in zip(one, other, strict=True):
                    np.testing.assert_array_equal(values, those)
        assert counts[0] == 1 and counts[-1] == 0


@pytest.mark.parametrize("tracking", [True, False])
def test_a_landmarker_finds_the_manikin_it_practises_on(tracking: bool) -> None:
    with closing(open_landmarker(landmarker_options(None, 0.5, tracking, 1))) as landmarker:
        (body,) = landmarker.detect(draw_person())
    nose, shoulders, ankles = (
        body.normalised_landmarks[0],
        body.normalised_landmarks[11:13],
        body.normalised_landmarks[27:29],
    )
    assert abs(nose[0] - 0.5) < 0.05 and nose[1] < shoulders[:, 1].min() < ankles[:, 1].min()
    assert shoulders[0, 0] > 0.5 > shoulders[1, 0]  # who looks at us has the left on our right


def test_whoever_has_practised_looks_as_if_they_had_not(pictures: Pictures) -> None:
    square = (0.0, 0.0, 288.0)
    with closing(PoseEstimator(None, 0.5, True)) as new, closing(PoseEstimator(None, 0.5, True)) as practised:
        practised.warm_up()
        for pixels in pictures[:4]:
            (one,), (other,) = new.detect(pixels, square), practised.detect(pixels, square)
            np.testing.assert_allclose(one.landmarks_px, other.landmarks_px, atol=0.5)


def test_what_was_found_stays_when_more_is_looked_for(pictures: Pictures) -> None:
    with closing(open_landmarker(landmarker_options(None, 0.5, False, 1))) as landmarker:
        body = landmarker.detect(pictures[0])[0]
        before = body.normalised_landmarks.copy(), body.local_landmarks_m.copy(), body.visibility.copy()
        for pixels in pictures[1:]:
            landmarker.detect(pixels)
        for values, those in zip(body[:3], before, strict=True):
            np.testing.assert_array_equal(values, those)


def test_pixels_may_be_part_of_a_picture(pictures: Pictures) -> None:
    wide = np.concatenate([pictures[0], pictures[0]], axis=1)
    with closing(CApiLandmarker(landmarker_options(None, 0.5, False, 1))) as direct:
        part, itself = direct.detect(wide[:, :288])[0], direct.detect(pictures[0])[0]
    np.testing.assert_array_equal(part.normalised_landmarks, itself.normalised_landmarks)


def test_mediapipes_own_words_are_told(pictures: Pictures) -> None:
    with closing(CApiLandmarker(landmarker_options(None, 0.5, True, 1))) as direct:
        direct.detect(pictures[0])
        direct._timestamp_ms = -100  # time runs backwards
        with pytest.raises(RuntimeError, match=r"MediaPipe: .*timestamp"):
            direct.detect(pictures[1])


@pytest.fixture
def another_mediapipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as change:
        change.delattr(pose_landmarker, "MpPoseLandmarkerResultC")
        yield


@pytest.mark.usefixtures("another_mediapipe")
def test_a_mediapipe_that_is_made_in_another_way_is_used_as_it_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    monkeypatch.setattr("installation.eye.mediapipe_backend.PythonApiLandmarker", lambda options: made.append(options))
    options = landmarker_options(None, 0.5, False, 1)
    open_landmarker(options)
    assert made == [options]


def test_a_function_that_takes_something_else_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.eye.mediapipe_backend.IMAGE_ARGUMENT_COUNT", 4)
    with closing(open_landmarker(landmarker_options(None, 0.5, False, 1))) as landmarker:
        assert isinstance(landmarker, PythonApiLandmarker)


def test_a_model_that_is_none_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.task"
    broken.write_bytes(b"no model")
    with pytest.raises(UserError, match=r"broken\.task: not a pose landmarker"):
        open_landmarker(landmarker_options(broken, 0.5, False, 1))


def test_what_is_imported_without_something_else_leaves_no_trace_of_it() -> None:
    with stubbed_modules("no_such_module", "numpy"):
        import no_such_module  # type: ignore[import-not-found]

        assert sys.modules["numpy"] is np
    assert not hasattr(no_such_module, "plot")
    assert "no_such_module" not in sys.modules
    assert sys.modules["numpy"] is np
