"""Rehearsal: starts the show and the OSC load in processes of their own, logs memory, and makes the report."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from installation.core.errors import UserError
from installation.core.json_process import JsonProcess, JsonProcessError
from installation.core.system_info import free_port
from installation.evaluate import clips
from installation.evaluate.bench.soak import MAX_SLOPE_MB_PER_MINUTE
from installation.evaluate.report import Figure
from installation.evaluate.stress.memory import MemoryLog, slope
from installation.venue.schema import Venue
from motion.learning import plots

ROOT = Path(__file__).parents[3]
"""The folder in which `scenes` and `shaders` lie."""
SHOW = "installation.evaluate.stress.play:play"
OSC_LOAD = "installation.evaluate.stress.osc_storm:send"
MEMORY_SECONDS = 5.0
"""Time between two samples of memory."""
CUES = """# An evening.
[[cues]]
number = "1"
name = "doors"
fade = 2.0
knobs = { "/scene/tide/swell" = 0.4 }

[[cues]]
number = "2"
name = "first set"
fade = 4.0
knobs = { "/scene/tide/swell" = 0.9, "/scene/loom/glow" = 1.4 }
"""


@dataclass(frozen=True)
class Rehearsal:
    """What was measured of a rehearsal."""

    findings: Mapping[str, Any]
    """By the names of `installation.evaluate.stress.play.Findings`."""
    memory: MemoryLog
    sent: int
    """Messages of the OSC load."""
    seconds: float
    figures: list[Figure] = field(default_factory=list)


def rehearse(
    venue: Venue,
    material: Path | None,
    seconds: float,
    seed: int,
    advance: Callable[[float], None],
    windows: bool = False,
) -> Rehearsal:
    """Rehearse the playlist of a venue with films of people in turn: the standard clips in `material`, or the demo.

    In `windows`, these are resized and switched to full screen; else the show is headless.

    The venue's own files are copied first, so that none of them is changed. `advance` receives the share of the time
    that has passed. Raises UserError where there is no clip of a person, or where the show ends early.
    """
    with tempfile.TemporaryDirectory(prefix="visitant-") as place:
        prepared = _prepared(venue, material, Path(place))
        arguments = {
            "venue": prepared.model_dump_json(),
            "folder": place,
            "seconds": seconds,
            "seed": seed,
            "windows": windows,
        }
        memory = MemoryLog()
        passed = next_sample = 0.0
        with ExitStack() as processes:
            show = processes.enter_context(JsonProcess(SHOW, arguments))
            osc_load: JsonProcess | None = None
            for line in show.lines():
                if "port" in line:
                    osc_load = processes.enter_context(JsonProcess(OSC_LOAD, line | {"seed": seed}))
                elif (passed := line["time"]) >= next_sample:
                    next_sample = passed + MEMORY_SECONDS
                    memory.record(passed, show.pid)
                    advance(min(passed / seconds, 1.0))
            try:
                findings = show.result()
            except JsonProcessError as error:
                raise UserError(f"the rehearsal ended early, after {passed:.0f} s: {error}") from error
            sent = osc_load.result() if osc_load is not None else 0
    found = Rehearsal(findings, memory, sent, seconds)
    found.figures.extend(_figures(found))
    return found


def _prepared(venue: Venue, material: Path | None, folder: Path) -> Venue:
    """Return the venue with a folder of its own, into which all scenes, shaders and films of people are copied."""
    for room in ("scenes", "shaders"):
        own = venue.folder / room if venue.folder else None
        for source in (ROOT / room, own):
            if source is not None and source.is_dir():
                shutil.copytree(source, folder / room, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    films = folder / "people"
    films.mkdir()
    found = clips.people_clips(material) or [clip for clip in (clips.one_person_clip(material),) if clip]
    if not found:
        raise UserError("there is no clip of a person; `visitant setup` brings one, --material names a folder of them")
    for number, clip in enumerate(found):
        shutil.copyfile(clip, films / f"{number}{clip.suffix}")
    (folder / "cues.toml").write_text(CUES, encoding="utf-8")
    camera = venue.cameras[0].model_copy(update={"source": str(films)})
    here = {"enabled": True, "bind": "127.0.0.1", "port": free_port()}
    osc = venue.osc.model_copy(update={**here, "targets": (), "vmc": (), "trackers": ()})
    scenes = venue.scenes.model_copy(update={"dwell_seconds": 1e6, "when": ()})
    return venue.model_copy(update={"cameras": (camera,), "osc": osc, "scenes": scenes})


def _figures(rehearsal: Rehearsal) -> list[Figure]:
    found = rehearsal.findings
    intervals = np.diff(np.array(found["starts"]))
    if not len(intervals):
        raise UserError("the rehearsal drew no picture")
    median, p99 = float(np.median(intervals)), float(np.percentile(intervals, 99))
    growth = slope(rehearsal.memory.samples) if sys.platform == "linux" else None
    events = found["events"]
    names = {
        "change": "changes of scene",
        "resize": "windows resized",
        "fullscreen": "switches to full screen and back",
        "shader": "shaders saved",
        "fault": "broken shaders saved",
    }
    return [
        Figure("frames", len(intervals) + 1, ""),
        Figure("frames that came late", found["late"], ""),
        Figure("frame interval, median", 1e3 * median, "ms"),
        Figure.at_most("frame interval, 99 %, over the median", p99 / median, 2.5, "times"),
        Figure.at_most("longest frame interval", 1e3 * float(intervals.max()), 250.0, "ms"),
        Figure.at_most("black frames outside blackout", found["black"], 0, ""),
        Figure.at_most("memory slope of all processes that live on", growth, MAX_SLOPE_MB_PER_MINUTE, "MB/min")
        if growth is not None
        else Figure("memory slope of all processes that live on", None, "MB/min"),
        Figure("messages sent", rehearsal.sent, ""),
        Figure("messages not acted on", sum(found["dropped"].values()), ""),
        *(Figure(names[kind], events[kind], "") for kind in names if kind in events),
        Figure("children killed or stopped", events.get("kill", 0) + events.get("stop", 0), ""),
        Figure("children started again", sum(found["restarts"].values()), ""),
        Figure("scenes seen", len(found["shown"]), ""),
        Figure.at_most("faults left at the end", len(found["faults"]), 0, ""),
    ]


def draw_rehearsal(rehearsal: Rehearsal) -> Image.Image:
    """Return a plot over minutes: of each second the longest and the median frame interval; and memory."""
    starts = np.array(rehearsal.findings["starts"])
    intervals_ms, second_of = 1e3 * np.diff(starts), (starts[1:] - starts[0]).astype(int)
    seconds = np.unique(second_of)
    minutes = (seconds / 60.0).tolist()
    longest = [float(intervals_ms[second_of == second].max()) for second in seconds]
    median = [float(np.median(intervals_ms[second_of == second])) for second in seconds]
    totals = rehearsal.memory.totals()
    memory = [t / 60.0 for t, _ in totals], [megabytes for _, megabytes in totals]
    panels = [
        plots.Panel("frame interval, ms", {"longest": (minutes, longest), "median": (minutes, median)}),
        plots.Panel("memory, MB", {"all processes": memory}),
    ]
    return plots.draw_plots("rehearsal", panels, "minutes")
