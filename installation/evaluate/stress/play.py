"""The show of a rehearsal, in a process of its own: played from the script, and watched frame by frame."""

from __future__ import annotations

import os
import signal
import threading
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pythonosc.udp_client import SimpleUDPClient

from installation.core.json_process import emit
from installation.evaluate.stress.script import ScriptEvent, script
from installation.show.loop import Frame
from installation.show.options import ShowOptions
from installation.show.scene_change import MASTER_FADE_SECONDS
from installation.show.show import Show
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.keystone import RegionBlitter
from installation.venue.schema import Venue

REPORT_SECONDS = 1.0
"""Time between two lines of progress."""
MAX_BLACK_LEVEL = 3
"""Of 255: a frame without a brighter pixel counts as black."""
CHECKED_SIZE = (64, 36)
"""Width and height in pixels to which a frame is reduced before it is checked."""
DARK_SECONDS = 2.0
"""Length of a blackout."""
SHADER_SUFFIXES = (".frag", ".vert", ".glsl")
WINDOW_SIZES = ((1280, 720), (960, 540), (800, 800), (1180, 640))
"""Width and height in pixels of the windows, one after the other."""
BROKEN_SHADER_TEXT = "\nthis is no shader;\n"


@dataclass
class Findings:
    """What was measured of the show, as a dictionary of plain values by `json_fields`."""

    starts: array[float] = field(default_factory=lambda: array("d"))
    """Show time of each frame, s."""
    black: int = 0
    """Black frames outside blackouts."""
    events: Counter[str] = field(default_factory=Counter)
    """Events of the script that took place, by kind."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Messages that were not acted on, by reason."""
    restarts: Mapping[str, int] = field(default_factory=dict)
    """Restarts by worker, where there were any."""
    faults: list[str] = field(default_factory=list)
    """Faults of the stage that remain at the end."""
    shown: list[str] = field(default_factory=list)
    """Scenes that were shown."""
    errors: Counter[str] = field(default_factory=Counter)
    """Different faults that were reported, by kind."""
    late: int = 0
    """Frames that came late."""

    def json_fields(self) -> dict[str, Any]:
        return vars(self) | {"starts": self.starts.tolist()}


class FrameWatch:
    """Checks every frame: its time, its scene, and whether it is black without a blackout."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._small: RenderTarget | None = None
        self._last_blackout = -10.0
        self.show: Show | None = None

    def __call__(self, frame: Frame) -> None:
        found = self._findings
        found.starts.append(frame.start)
        found.late = frame.moment.health.late
        scene = frame.moment.programme.scene
        if scene not in found.shown:
            found.shown.append(scene)
        if frame.moment.knobs.get("/master/blackout"):
            self._last_blackout = frame.start
        elif (
            frame.start > self._last_blackout + 2.0 * MASTER_FADE_SECONDS
            and self._brightest(frame.picture) <= MAX_BLACK_LEVEL
        ):
            found.black += 1

    def _brightest(self, picture: RenderTarget) -> int:
        assert self.show is not None
        if self._small is None:
            context = self.show.outputs.context
            self._small, self._project = RenderTarget(context, CHECKED_SIZE, BYTES), RegionBlitter(context)
        self._project(self._small, picture.texture, picture.drawn)
        pixels = np.frombuffer(self._small.texture.read(), np.uint8).reshape(-1, 4)
        return int(pixels[:, :3].max())


# Sixteen methods: each kind of event has its own.
class ScriptPlayer:
    """Plays the script from outside, as an operator would: over OSC, in files, and by signals to processes."""

    def __init__(self, show: Show, folder: Path, port: int, findings: Findings) -> None:
        self._show, self._findings = show, findings
        self._files = sorted(file for file in folder.rglob("*") if file.suffix in SHADER_SUFFIXES)
        self._texts = {file: file.read_text(encoding="utf-8") for file in self._files}
        self._broken: Path | None = None
        self._client = SimpleUDPClient("127.0.0.1", port)
        self.ending = threading.Event()
        """Set when the show ends; events that are still due are skipped."""

    def run(self, events: Sequence[ScriptEvent]) -> None:
        """Play one event after the other, then mend the shader that is broken."""
        begin = self._show.now()
        for event in events:
            if self.ending.wait(max(0.0, begin + event.time - self._show.now())):
                break
            getattr(self, f"_{event.kind}")(event.number)
            self._findings.events[event.kind] += 1
        self._mend()
        self._client.close()

    def _send(self, address: str, *values: Any) -> None:
        self._client.send_message(address, values)

    def _change(self, number: int) -> None:
        names = self._show.venue.scenes.playlist
        for switch in ("/master/blackout", "/master/freeze", "/scene/hold", "/scene/manual_fade"):
            self._send(switch, 0)
        transitions = self._show.control.tree["/playlist/transition"].choices
        self._send("/playlist/transition", transitions[number % len(transitions)])
        self._send("/playlist/transition_seconds", 0.5 + number % 4)
        self._send("/scene/go", names[number % len(names)])

    def _cancel(self, number: int) -> None:
        self._send("/scene/cancel", 1)

    def _cue(self, number: int) -> None:
        self._send("/cue/go", 1)

    def _preset(self, number: int) -> None:
        name = f"evening-{number % 3}"
        self._send(*(("/preset/save", name) if number % 2 else ("/preset/recall", name, 1.0)))

    def _dark(self, number: int) -> None:
        self._send("/master/blackout", 1)
        threading.Timer(DARK_SECONDS, self._send, ("/master/blackout", 0)).start()

    def _fault(self, number: int) -> None:
        file = self._files[number % len(self._files)]
        file.write_text(self._texts[file] + BROKEN_SHADER_TEXT, encoding="utf-8")
        self._broken = file

    def _shader(self, number: int) -> None:
        self._mend()
        file = self._files[number % len(self._files)]
        file.write_text(f"{self._texts[file]}\n// take {number}\n", encoding="utf-8")

    def _mend(self) -> None:
        if self._broken is not None:
            self._broken.write_text(self._texts[self._broken], encoding="utf-8")
            self._broken = None

    def _kill(self, number: int) -> None:
        self._signal_child(number, signal.SIGKILL)

    def _stop(self, number: int) -> None:
        self._signal_child(number, signal.SIGSTOP)

    def _resize(self, number: int) -> None:
        self._show.outputs.resize(WINDOW_SIZES[number % len(WINDOW_SIZES)])

    def _fullscreen(self, number: int) -> None:
        self._show.outputs.toggle_fullscreen()

    def _signal_child(self, number: int, which: signal.Signals) -> None:
        pids = [host.pid for host in self._show.hosts if host.pid is not None]
        if pids:
            with suppress(ProcessLookupError):
                os.kill(pids[number % len(pids)], which)


def play(venue: str, folder: str, seconds: float, seed: int, windows: bool) -> dict[str, Any]:
    """Play a venue, as JSON, live for so long, in `windows` or headless; return Findings as a dictionary.

    Emits {"port", "knobs"} at the start, then {"time"} every REPORT_SECONDS.
    """
    played = Venue.model_validate_json(venue)
    played._folder = Path(folder)
    findings = Findings()
    watch = FrameWatch(findings)
    with Show(played, ShowOptions(live=True, headless=not windows, on_frame=watch)) as show:
        watch.show = show
        port = show.control.port
        assert port is not None
        emit({"port": port, "knobs": list(show.control.tree)})
        player = ScriptPlayer(show, Path(folder), port, findings)
        threads = [
            threading.Thread(target=player.run, args=(script(seconds, seed, windows),), daemon=True),
            threading.Thread(target=_report_progress, args=(show, player.ending, findings.errors), daemon=True),
        ]
        for thread in threads:
            thread.start()
        show.loop.play(show.rate, show.now, seconds)
        player.ending.set()
        for thread in threads:
            thread.join()
        findings.dropped = dict(show.control.drops)
        findings.restarts = {host.name: host.restarts for host in show.hosts if host.restarts}
        findings.faults = list(show.faults.of_picture)
    return findings.json_fields()


def _report_progress(show: Show, ending: threading.Event, errors: Counter[str]) -> None:
    """Emit the show time, and count each different fault by its kind."""
    seen: set[str] = set()
    while not ending.wait(REPORT_SECONDS):
        emit({"time": show.now()})
        for fault in show.faults.present:
            if fault not in seen:
                seen.add(fault)
                errors[_kind(fault)] += 1


def _kind(fault: str) -> str:
    """Return what a fault is about: "shader", "file", "worker" or "other"."""
    if any(f"{suffix}:" in fault for suffix in SHADER_SUFFIXES):
        return "shader"
    return "file" if ".toml" in fault else "worker" if " ended " in fault or " hangs" in fault else "other"
