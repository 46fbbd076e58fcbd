"""The baseline of the loop: a script that reads, estimates poses, draws and shows in one thread; its own process."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from installation.evaluate.bench.clip_venue import WARM_UP_SECONDS, clip_venue
from installation.eye.eye import EyeWorker
from installation.eye.sources.frames import SourceFrame
from installation.eye.sources.kinds import open_reader
from installation.interface.knobs import Knobs
from installation.interface.moment import Health, Moment, Programme
from installation.interface.visitor import Observation, crowd_of
from installation.stage.outputs.windows import Outputs
from installation.stage.scene_loader import find_scene, scene_folders
from installation.stage.stage import Stage
from installation.venue.schema import Venue

MAX_FRAMES_WITHOUT_VISITOR = 5000
"""Frames after which a clip counts as one without people."""


class RepeatedClip:
    """A camera source: the pictures of a film one after the other, over and over, as a script reads them."""

    def __init__(self, clip: str, rate_hz: float) -> None:
        self.status, self.description = "ok", clip
        self._open = partial(open_reader, clip, rate_hz, None)
        self._reader = self._open()
        self._pictures = iter(self._reader)
        self._count = 0

    def frame(self, t: float) -> SourceFrame:
        """Return the next picture, whatever the time; the film begins again where it ends."""
        cut = False
        while (found := next(self._pictures, None)) is None:
            self._reader.close()
            self._reader, cut = self._open(), True
            self._pictures = iter(self._reader)
        self._count += 1
        return SourceFrame(t, found[1], self._count - 1, cut)

    def close(self) -> None:
        self._reader.close()


def play(clip: str, size_px: Sequence[int], seconds: float, scene: str) -> dict[str, float]:
    """Play the clip as fast as it goes; return the frame rate, Hz, and the median frame interval, s.

    Raises RuntimeError for a clip without people.
    """
    venue = clip_venue(clip, size_px, scene)
    shown: list[float] = []
    end = float("inf")
    begin = float("inf")
    for has_visitors in _frames(clip, venue, scene):
        shown.append(time.perf_counter())
        if has_visitors and begin == float("inf"):
            begin = shown[-1] + WARM_UP_SECONDS
            end = begin + seconds
        if time.perf_counter() >= end:
            break
        if len(shown) > MAX_FRAMES_WITHOUT_VISITOR and begin == float("inf"):
            raise RuntimeError(f"{clip}: no visitor in the first {MAX_FRAMES_WITHOUT_VISITOR} frames")
    kept = [t for t in shown if t > begin]
    return {
        "frames_hz": (len(kept) - 1) / (kept[-1] - kept[0]),
        "interval_median_seconds": float(np.median(np.diff(kept))),
    }


def _frames(clip: str, venue: Venue, scene: str) -> Iterator[bool]:
    """Draw and show frame after frame; yield whether there are visitors in it."""
    rate_hz = venue.eye.rate
    source = RepeatedClip(clip, rate_hz)
    eye = EyeWorker(source, venue.cameras[0], venue.eye, 0, nominal_rate_hz=rate_hz, threads=1)
    outputs = Outputs.open(venue, headless=True)
    stage = Stage(outputs.context, venue, venue.scenes.playlist)
    knobs = Knobs()
    knobs.add(f"/scene/{scene}", find_scene(scene, scene_folders(None)).knobs)
    count = 0
    last_time = 0.0
    observation: Observation | None = None
    try:
        while True:
            t = count / rate_hz
            message = eye.step({}, t)
            observation = message.body if message is not None else observation
            visitors = observation.visitors if observation else ()
            moment = Moment(
                t,
                count,
                t - last_time,
                aspect=observation.size_px[0] / observation.size_px[1] if observation else 16 / 9,
                visitors=visitors,
                crowd=crowd_of(visitors),
                knobs=knobs.values,
                programme=Programme(scene),
                health=Health(),
            )
            picture = stage.draw(moment)
            outputs.finish_drawing()
            outputs.show(picture, t)
            yield bool(visitors)
            count, last_time = count + 1, t
    finally:
        eye.close()
        stage.close()
        outputs.close()
