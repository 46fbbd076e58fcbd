"""The loop against the plain script that reads, looks, draws and shows in one thread; each in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from installation.evaluate.report import Figure
from installation.interface.moment import Health, Moment
from installation.show.loop import Frame
from installation.venue.schema import CanvasSection, LoopSection, OscSection, Venue

WARM = 3.0
"""Seconds after the first visitor that are left out: models warm up, the eye finds everybody."""
FAST = 60.0
"""Frames a second that the loop aims at while it is measured; more than this machine's processor draws."""


def measured(what: str, **spec: Any) -> dict[str, Any]:
    """The result of the function `what` below, in a fresh process. Raises RuntimeError with its last words."""
    done = subprocess.run(
        [sys.executable, "-m", "installation.evaluate.bench.loop", what, json.dumps(spec)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{what} failed: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def venue_for(clip: str, size: Sequence[int], scene: str, rate: float | None = FAST) -> Venue:
    """A venue that plays one clip and one scene at full quality; `rate` as `installation.venue.schema.Loop` has it."""
    camera = Venue().cameras[0].model_copy(update={"source": clip})
    return Venue(
        cameras=(camera,),
        canvas=CanvasSection(size=(size[0], size[1])),
        loop=LoopSection(rate=rate, governor=False),
        osc=OscSection(enabled=False),
        scenes=Venue().scenes.model_copy(update={"playlist": (scene,)}),
    )


def compared(
    person: str, people: str | None, size: list[int], seconds: float, advance: Callable[[float], None]
) -> list[Figure]:
    """Both clips, each with the loop and with the plain script. Targets stand for four people only."""
    scene = Venue().scenes.playlist[0]
    figures: list[Figure] = []
    clips = [(name, clip) for name, clip in (("four people", people), ("one person", person)) if clip]
    for done, (name, clip) in enumerate(clips):
        loop = measured("ours", clip=clip, size=size, seconds=seconds, scene=scene)
        advance((2 * done + 1) / (2 * len(clips)))
        script = measured("plain", clip=clip, size=size, seconds=seconds, scene=scene)
        advance((2 * done + 2) / (2 * len(clips)))
        if name == "four people":
            figures += [
                Figure.at_least(f"frames, {name}", loop["frames"], 2.0 * script["frames"], "1/s", script["frames"]),
                Figure.at_least(f"eye updates, {name}", loop["eye"], 0.8 * script["eye"], "1/s", script["eye"]),
            ]
        else:
            figures += [
                Figure(f"frames, {name}", loop["frames"], "1/s", script["frames"]),
                Figure(f"eye updates, {name}", loop["eye"], "1/s", script["eye"]),
                Figure.at_most(f"glass to glass, median, {name}", 1e3 * loop["glass"][0], 80.0, "ms"),
                Figure.at_most(f"glass to glass, 95 %, {name}", 1e3 * loop["glass"][1], 120.0, "ms"),
            ]
        median = 1e3 * loop["median"]
        figures += [
            Figure(f"frame interval, median, {name}", median, "ms", 1e3 * script["median"]),
            Figure.at_most(f"frame interval, 99 %, {name}", 1e3 * loop["p99"], 2.0 * median, "ms"),
            Figure(f"visitors, mean, {name}", loop["visitors"], ""),
        ]
    heavy = len(loop["heavy"])
    return [*figures, Figure.at_most("torch or mediapipe in the drawing process", heavy, 0, "modules")]


def ours(
    clip: str,
    size: list[int],
    seconds: float,
    scene: str,
    harm: Sequence[tuple[float, str]] = (),
    rate: float = FAST,
    venue: str = "",
) -> dict[str, Any]:
    """Play live; `harm` are (seconds after warm-up, name of a signal) that the eye's process is sent.

    A `venue` that is named is played instead of one for the clip; if somebody paints there, it is waited for.
    """
    from installation.show.options import ShowOptions
    from installation.show.show import Show
    from installation.show.venue_check import load

    frames: list[Frame] = []
    sights: list[tuple[float, float]] = []
    paintings: list[tuple[int, float]] = []
    ready = threading.Event()

    def see(frame: Frame) -> None:
        frames.append(frame)
        seen = frame.moment.time - frame.moment.health.latency
        if frame.moment.health.latency and (not sights or seen > sights[-1][0] + 1e-6):
            sights.append((seen, frame.shown))
        painting = frame.moment.painting
        if painting is not None and (not paintings or painting.sequence != paintings[-1][0]):
            paintings.append((painting.sequence, frame.shown))
        if frame.moment.visitors and (painting is not None or not venue):
            ready.set()

    played = load(Path(venue)) if venue else venue_for(clip, size, scene, rate)
    with Show(played, ShowOptions(live=True, headless=True, on_frame=see)) as show:
        eye = show.hosts[0]
        hurt: list[float] = []

        def conduct() -> None:
            ready.wait(60.0)
            begin = time.perf_counter()
            for after, name in harm:
                time.sleep(max(0.0, begin + WARM + after - time.perf_counter()))
                if eye.pid is not None:
                    hurt.append(show.now())
                    os.kill(eye.pid, getattr(signal, name))
            time.sleep(max(0.0, begin + WARM + seconds - time.perf_counter()))
            show.loop.stop()

        conductor = threading.Thread(target=conduct)
        conductor.start()
        show.loop.play(rate, show.now, 120.0 + seconds)
        conductor.join()
        heavy = sorted({"torch", "mediapipe"} & set(sys.modules))
    first = next(f.shown for f in frames if f.moment.visitors and (f.moment.painting is not None or not venue))
    kept = [frame for frame in frames if frame.shown > first + WARM]
    intervals = np.diff([frame.shown for frame in kept])
    glass = np.array([shown - seen for seen, shown in sights if shown > first + WARM])
    span = kept[-1].shown - kept[0].shown
    return {
        "frames": (len(kept) - 1) / span,
        "eye": len(glass) / span,
        "paintings": sum(shown > first + WARM for _, shown in paintings) / span,
        "median": float(np.median(intervals)),
        "p99": float(np.quantile(intervals, 0.99)),
        "longest": float(intervals.max()),
        "glass": [float(np.quantile(glass, q)) for q in (0.5, 0.95)] if len(glass) else None,
        "draw": float(np.median([frame.work for frame in kept])),
        "visitors": float(np.mean([frame.moment.crowd.count for frame in kept])),
        "after": [_after(kept, sights, t) for t in hurt],
        "heavy": heavy,
        "renderer": show.outputs.renderer,
    }


def _after(frames: list[Frame], sights: list[tuple[float, float]], t: float) -> dict[str, float]:
    """What followed harm at show time `t`: the longest frame interval in 6 s, and until the eye saw again."""
    times = [frame.shown for frame in frames if t - 0.5 < frame.shown < t + 6.0]
    # An observation of before may still be on its way; the eye needs longer than this to be back.
    back = [shown for seen, shown in sights if seen > t + 0.3]
    return {"longest": float(np.diff(times).max()), "back": back[0] - t if back else float("inf")}


class Over:
    """The pictures of a film one after the other, over and over, as a script reads them."""

    def __init__(self, clip: str, rate: float) -> None:
        from installation.eye.sources import open_reader

        self.status = "ok"
        self._open = lambda: open_reader(clip, rate, None)
        self._reader = self._open()
        self._pictures = iter(self._reader)
        self._count = 0

    def frame(self, t: float) -> Any:
        from installation.eye.sources import SourceFrame

        cut = False
        while (found := next(self._pictures, None)) is None:
            self._reader.close()
            self._reader, cut = self._open(), True
            self._pictures = iter(self._reader)
        self._count += 1
        return SourceFrame(t, found[1], self._count - 1, cut)

    def close(self) -> None:
        self._reader.close()


def plain(clip: str, size: list[int], seconds: float, scene: str) -> dict[str, Any]:
    """The plain script: read a frame, the same landmark work, draw, show; one thread, as fast as it goes."""
    from installation.eye.eye import EyeWorker
    from installation.interface.knobs import Knobs
    from installation.interface.moment import Programme
    from installation.interface.visitor import crowd_of
    from installation.stage.outputs.windows import Outputs
    from installation.stage.scene_loader import find_scene, scene_folders
    from installation.stage.stage import Stage

    venue = venue_for(clip, size, scene)
    eye = EyeWorker(
        Over(clip, venue.eye.rate), venue.cameras[0], venue.eye, 0, nominal_rate_hz=venue.eye.rate, threads=1
    )
    outputs = Outputs.open(venue, headless=True)
    stage = Stage(outputs.context, venue, venue.scenes.playlist)
    tree = Knobs()
    tree.add(f"/scene/{scene}", find_scene(scene, scene_folders(None)).knobs)
    shown: list[float] = []
    visited: float | None = None
    count, observation, last = 0, None, 0.0
    while visited is None or time.perf_counter() < visited + WARM + seconds:
        t = count / venue.eye.rate
        letter = eye.step({}, t)
        observation = letter.body if letter is not None else observation
        visitors = observation.visitors if observation else ()
        moment = Moment(
            t, count, t - last, aspect=observation.size_px[0] / observation.size_px[1] if observation else 16 / 9,
            visitors=visitors, crowd=crowd_of(visitors), knobs=tree.values, programme=Programme(scene), health=Health(),
        )  # fmt: skip
        picture = stage.draw(moment)
        outputs.finish_drawing()
        outputs.show(picture, t)
        shown.append(time.perf_counter())
        if visitors and visited is None:
            visited = shown[-1]
        count, last = count + 1, t
        if len(shown) > 5000 and visited is None:
            raise RuntimeError(f"{clip}: nobody in it")
    kept = [t for t in shown if t > visited + WARM]
    eye.close()
    stage.close()
    outputs.close()
    rate = (len(kept) - 1) / (kept[-1] - kept[0])
    return {"frames": rate, "eye": rate, "median": float(np.median(np.diff(kept)))}


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "plain": plain}[sys.argv[1]](**json.loads(sys.argv[2]))))
