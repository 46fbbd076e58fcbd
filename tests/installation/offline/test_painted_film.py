"""A film is painted whole, in its own time and shape, and what is painted before it breaks off plays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from installation.interface.painter_knobs import PainterSettings
from installation.interface.visitor import Observation
from installation.offline.painted_film import PaintedFilmSettings, paint_frames, write_film
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.painter import tiny_painter

RATE = 10.0


@pytest.fixture
def engine() -> BuiltinEngine:
    return BuiltinEngine(tiny_painter())


def looks(count: int = 8, still: bool = False) -> Iterator[tuple[Observation, np.ndarray]]:
    """An empty room in which light goes up, unless it is `still`."""
    ramp = np.linspace(0, 90, 160).astype(np.uint8)
    for index in range(count):
        picture = np.repeat(ramp[None, :, None], 90, axis=0).repeat(3, axis=2) + np.uint8(0 if still else 20 * index)
        yield Observation(index / RATE, index, (160, 90)), picture


def settings(height: int, width: int, style: str, enlarge: bool = False) -> PaintedFilmSettings:
    return PaintedFilmSettings((height, width), ((style, 1.0),), "", PainterSettings(), enlarge)


def told(path: Path) -> tuple[int, tuple[int, int], float]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        return len(frames), (frames[0].width, frames[0].height), float(container.streams.video[0].average_rate or 0)


def test_every_picture_of_a_film_is_painted_at_its_time(engine: BuiltinEngine, tmp_path: Path) -> None:
    heard: list[float] = []
    paintings = paint_frames(engine, looks(), settings(200, 128, "one"))
    result = write_film(tmp_path / "a.mp4", paintings, RATE, None, heard.append)
    assert (result.frames, result.interrupted, result.complete) == (8, False, True)
    assert result.seconds == pytest.approx(0.8)
    assert heard == pytest.approx([index / RATE for index in range(8)])
    assert told(tmp_path / "a.mp4") == (8, (128, 72), RATE)


def test_seconds_end_it_early(engine: BuiltinEngine, tmp_path: Path) -> None:
    paintings = paint_frames(engine, looks(), settings(128, 128, "one"))
    assert write_film(tmp_path / "a.mp4", paintings, RATE, 0.35, lambda t: None).frames == 4
    assert told(tmp_path / "a.mp4")[0] == 4


def test_where_nothing_changes_the_painting_stands_still(engine: BuiltinEngine) -> None:
    shown = [pixels for _, pixels in paint_frames(engine, looks(5, True), settings(128, 128, "two"))]
    assert all(np.array_equal(shown[0], other) for other in shown[1:])
    lively = [pixels for _, pixels in paint_frames(engine, looks(5), settings(128, 128, "two"))]
    assert not np.array_equal(lively[0], lively[-1])


def test_ctrl_c_keeps_what_is_painted(engine: BuiltinEngine, tmp_path: Path) -> None:
    def interrupted() -> Iterator[tuple[Observation, np.ndarray]]:
        yield from looks(3)
        raise KeyboardInterrupt

    paintings = paint_frames(engine, interrupted(), settings(128, 128, "one"))
    result = write_film(tmp_path / "a.mp4", paintings, RATE, None, lambda t: None)
    assert result.interrupted
    assert result.frames == told(tmp_path / "a.mp4")[0] == 3


def test_a_larger_painting_than_the_film_has_to_be_asked_for(engine: BuiltinEngine) -> None:
    own = next(paint_frames(engine, looks(1), settings(400, 400, "one")))[1]
    large = next(paint_frames(engine, looks(1), settings(400, 400, "one", enlarge=True)))[1]
    assert own.shape == (90, 160, 3)
    assert large.shape == (224, 400, 3)


def test_without_memory_for_its_size_a_film_is_painted_smaller_and_that_is_said(
    engine: BuiltinEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    paint = BuiltinEngine.paint

    def short(self: BuiltinEngine, guide: np.ndarray, *given: Any, **told: Any) -> np.ndarray:
        if 2 * guide.shape[1] > 300:
            raise MemoryError
        return paint(self, guide, *given, **told)

    monkeypatch.setattr(BuiltinEngine, "paint", short)
    frames = list(paint_frames(engine, looks(3), settings(400, 400, "one", enlarge=True)))
    assert [pixels.shape for _, pixels in frames] == [(224, 400, 3)] * 3
    assert ["memory for paintings of" in line for line in caplog.messages] == [True], "once for all frames"
