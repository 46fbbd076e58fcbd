"""A rehearsal from outside: the show and the storm are started, memory is counted, and the report is drawn up."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from installation.core.errors import UserError
from installation.core.system_info import free_port
from installation.evaluate import clips
from installation.evaluate.report import Figure
from installation.evaluate.stress.memory import Ledger, slope
from installation.venue.schema import Venue
from motion.learning import plots

ROOT = Path(__file__).parents[3]
EVERY = 5.0
"""Seconds between two counts of memory."""
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
    """What came of it."""

    findings: Mapping[str, Any]
    """See `installation.evaluate.stress.play.Findings`."""
    memory: Ledger
    sent: int
    """Messages of the storm."""
    seconds: float
    figures: list[Figure] = field(default_factory=list)


def rehearse(
    venue: Venue, people: Path | None, seconds: float, seed: int, advance: Callable[[float], None]
) -> Rehearsal:
    """Rehearse the playlist of a venue with films of people in turn: those of a folder of standard clips, or the demo.

    The venue's own files are copied first, so that none of them is changed. Raises Trouble where the show ends early.
    """
    with tempfile.TemporaryDirectory(prefix="visitant-") as place:
        folder = Path(place)
        prepared = _prepared(venue, people, folder)
        show = subprocess.Popen(
            [sys.executable, "-m", "installation.evaluate.stress.play"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "errors").open("w"),
            text=True,
        )
        storm: subprocess.Popen[str] | None = None
        try:
            assert show.stdin is not None and show.stdout is not None
            order = {"venue": prepared.model_dump_json(), "folder": place, "seconds": seconds, "seed": seed}
            print(json.dumps(order), file=show.stdin, flush=True)
            memory, counted = Ledger(), 0.0
            findings: dict[str, Any] | None = None
            for line in show.stdout:
                told = json.loads(line)
                if "port" in told:
                    storm = _storm(told | {"seed": seed})
                elif "findings" in told:
                    findings = told["findings"]
                elif told["time"] >= counted:
                    counted = told["time"] + EVERY
                    memory.count(told["time"], show.pid)
                    advance(min(told["time"] / seconds, 1.0))
            if show.wait() or findings is None:
                words = (folder / "errors").read_text(errors="replace").strip()
                raise UserError(f"the rehearsal ended early, after {counted:.0f} s: {words[-2000:]}")
            sent = _calm(storm)
            storm = None
        finally:
            for process in (show, storm):
                if process is not None:
                    process.kill()
                    process.wait()
    found = Rehearsal(findings, memory, sent, seconds)
    found.figures.extend(_figures(found))
    return found


def _prepared(venue: Venue, people: Path | None, folder: Path) -> Venue:
    """The venue with a folder of its own, in which all scenes and shaders lie, and films of people."""
    for room in ("scenes", "shaders"):
        own = venue.folder / room if venue.folder else None
        for source in (ROOT / room, own):
            if source is not None and source.is_dir():
                shutil.copytree(source, folder / room, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    films = folder / "people"
    films.mkdir()
    found = clips.people(people) or [clip for clip in (clips.one_person(people),) if clip]
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


def _storm(order: Mapping[str, Any]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "installation.evaluate.stress.osc_storm"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    print(json.dumps(order), file=process.stdin, flush=True)
    return process


def _calm(storm: subprocess.Popen[str] | None) -> int:
    """End the storm; how many messages it sent."""
    if storm is None:
        return 0
    told, _ = storm.communicate()
    return int(json.loads(told)["sent"])


def _figures(of: Rehearsal) -> list[Figure]:
    found = of.findings
    gaps = np.diff(np.array(found["starts"]))
    if not len(gaps):
        raise UserError("the rehearsal drew no picture")
    median, late = float(np.median(gaps)), float(np.percentile(gaps, 99))
    grows = slope(of.memory.rows) if sys.platform == "linux" else None
    acts = found["acts"]
    names = {"change": "changes of scene", "shader": "shaders saved", "fault": "broken shaders saved"}
    return [
        Figure("frames", len(gaps) + 1, ""),
        Figure("frames that came late", found["late"], ""),
        Figure("frame interval, median", 1e3 * median, "ms"),
        Figure.at_most("frame interval, 99 %, over the median", late / median, 2.5, "times"),
        Figure.at_most("longest frame interval", 1e3 * float(gaps.max()), 250.0, "ms"),
        Figure.at_most("black frames outside blackout", found["black"], 0, ""),
        Figure.at_most("memory slope of all processes that live on", grows, 0.1, "MB/min")
        if grows is not None
        else Figure("memory slope of all processes that live on", None, "MB/min"),
        Figure("messages sent", of.sent, ""),
        Figure("messages not acted on", sum(found["dropped"].values()), ""),
        *(Figure(names[kind], acts[kind], "") for kind in names if kind in acts),
        Figure("children killed or stopped", acts.get("kill", 0) + acts.get("stop", 0), ""),
        Figure("children started again", sum(found["restarts"].values()), ""),
        Figure("scenes seen", len(found["shown"]), ""),
        Figure.at_most("faults left at the end", len(found["faults"]), 0, ""),
    ]


def drawn(of: Rehearsal) -> Image.Image:
    """The rehearsal as a picture: frame intervals, the longest of each second, and memory, over minutes."""
    starts = np.array(of.findings["starts"])
    gaps, seconds = 1e3 * np.diff(starts), (starts[1:] - starts[0]).astype(int)
    every = np.unique(seconds)
    minutes = (every / 60.0).tolist()
    worst = [float(gaps[seconds == second].max()) for second in every]
    usual = [float(np.median(gaps[seconds == second])) for second in every]
    totals = of.memory.totals()
    held = [t / 60.0 for t, _ in totals], [memory for _, memory in totals]
    panels = [
        plots.Panel("frame interval, ms", {"longest": (minutes, worst), "median": (minutes, usual)}),
        plots.Panel("memory, MB", {"all processes": held}),
    ]
    return plots.draw_plots("rehearsal", panels, "minutes")
