"""The show that is rehearsed, in a process of its own: played from the script, and watched frame by frame."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
from array import array
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from installation.control.osc import codec
from installation.evaluate.stress.script import Act, script
from installation.show.loop import Frame
from installation.show.options import ShowOptions
from installation.show.scene_change import MASTER_FADE_SECONDS
from installation.show.show import Show
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.keystone import RegionBlitter
from installation.venue.schema import Venue

TELL = 1.0
"""Seconds between two lines that tell how it goes."""
BLACK = 3
"""Of 255: a frame in which nothing is brighter shows nothing."""
SEEN = (64, 36)
"""Pixels to which frames are reduced before they are looked at."""
DARK = 2.0
"""Seconds of a blackout."""
GLSL = (".frag", ".vert", ".glsl")
BROKEN = "\nthis is no shader;\n"


@dataclass
class Findings:
    """What was seen of the show."""

    starts: array[float] = field(default_factory=lambda: array("d"))
    """Show time of each frame, s."""
    black: int = 0
    """Frames that showed nothing while nobody had asked for that."""
    acts: Counter[str] = field(default_factory=Counter)
    """What was done, by kind."""
    dropped: dict[str, int] = field(default_factory=dict)
    """Messages that were not acted on, by reason."""
    restarts: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """What was still wrong at the end."""
    shown: list[str] = field(default_factory=list)
    """Scenes that were seen."""
    errors: Counter[str] = field(default_factory=Counter)
    """What went wrong and was told, by kind."""
    late: int = 0


class Watch:
    """Looks at every frame."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._small: RenderTarget | None = None
        self._dark = -10.0
        self.show: Show | None = None

    def __call__(self, frame: Frame) -> None:
        found = self._findings
        found.starts.append(frame.start)
        found.late = frame.moment.health.late
        scene = frame.moment.programme.scene
        if scene not in found.shown:
            found.shown.append(scene)
        if frame.moment.knobs.get("/master/blackout"):
            self._dark = frame.start
        elif frame.start > self._dark + 2.0 * MASTER_FADE_SECONDS and self._brightest(frame.picture) <= BLACK:
            found.black += 1

    def _brightest(self, picture: RenderTarget) -> int:
        assert self.show is not None
        if self._small is None:
            context = self.show.outputs.context
            self._small, self._project = RenderTarget(context, SEEN, BYTES), RegionBlitter(context)
        self._project(self._small, picture.texture, picture.drawn)
        pixels = np.frombuffer(self._small.texture.read(), np.uint8).reshape(-1, 4)
        return int(pixels[:, :3].max())


class Conductor:
    """Does what the script says, as somebody would who is at the venue: over OSC, in files, and to processes."""

    def __init__(self, show: Show, folder: Path, port: int, findings: Findings) -> None:
        self._show, self._port, self._findings = show, port, findings
        self._files = sorted(file for file in folder.rglob("*") if file.suffix in GLSL)
        self._texts = {file: file.read_text(encoding="utf-8") for file in self._files}
        self._broken: Path | None = None
        self._out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ending = threading.Event()

    def run(self, acts: list[Act]) -> None:
        """One act after the other; then everything is mended."""
        begin = self._show.now()
        for act in acts:
            if self.ending.wait(max(0.0, begin + act.time - self._show.now())):
                break
            getattr(self, f"_{act.kind}")(act.number)
            self._findings.acts[act.kind] += 1
        self._mend()
        self._out.close()

    def _say(self, address: str, *values: Any) -> None:
        self._out.sendto(codec.encode(address, values), ("127.0.0.1", self._port))

    def _change(self, number: int) -> None:
        names = self._show.venue.scenes.playlist
        for switch in ("/master/blackout", "/master/freeze", "/scene/hold", "/scene/manual_fade"):
            self._say(switch, 0)
        kinds = self._show.control.tree["/playlist/transition"].choices
        self._say("/playlist/transition", kinds[number % len(kinds)])
        self._say("/playlist/transition_seconds", 0.5 + number % 4)
        self._say("/scene/go", names[number % len(names)])

    def _cancel(self, number: int) -> None:
        self._say("/scene/cancel", 1)

    def _cue(self, number: int) -> None:
        self._say("/cue/go", 1)

    def _preset(self, number: int) -> None:
        name = f"evening-{number % 3}"
        self._say(*(("/preset/save", name) if number % 2 else ("/preset/recall", name, 1.0)))

    def _dark(self, number: int) -> None:
        self._say("/master/blackout", 1)
        threading.Timer(DARK, self._say, ("/master/blackout", 0)).start()

    def _fault(self, number: int) -> None:
        file = self._files[number % len(self._files)]
        file.write_text(self._texts[file] + BROKEN, encoding="utf-8")
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
        self._harm(number, signal.SIGKILL)

    def _stop(self, number: int) -> None:
        self._harm(number, signal.SIGSTOP)

    def _harm(self, number: int, how: signal.Signals) -> None:
        pids = [host.pid for host in self._show.hosts if host.pid is not None]
        if pids:
            with suppress(ProcessLookupError):
                os.kill(pids[number % len(pids)], how)


def play(venue: Venue, seconds: float, seed: int) -> Findings:
    """Play live and headless for so long. Tells how it goes on standard output, a JSON object a line."""
    findings = Findings()
    watch = Watch(findings)
    with Show(venue, ShowOptions(live=True, headless=True, on_frame=watch)) as show:
        watch.show = show
        port = show.control.port
        assert port is not None and venue.folder is not None
        print(json.dumps({"port": port, "knobs": list(show.control.tree)}), flush=True)
        conductor = Conductor(show, venue.folder, port, findings)
        acting = threading.Thread(target=conductor.run, args=(script(seconds, seed),), daemon=True)

        def tell() -> None:
            told: set[str] = set()
            while not conductor.ending.wait(TELL):
                print(json.dumps({"time": show.now()}), flush=True)
                for note in show.faults:
                    kind = _kind(note)
                    if note not in told:
                        told.add(note)
                        findings.errors[kind] += 1

        telling = threading.Thread(target=tell, daemon=True)
        acting.start()
        telling.start()
        show.loop.play(show.rate, show.now, seconds)
        conductor.ending.set()
        acting.join()
        telling.join()
        findings.dropped = dict(show.control.drops)
        findings.restarts = {place.name: place.restarts for place in show.hosts if place.restarts}
        findings.faults = list(show.stage.faults)
    return findings


def _kind(note: str) -> str:
    """What a note is about."""
    if any(f"{ending}:" in note for ending in GLSL):
        return "shader"
    return "file" if ".toml" in note else "worker" if " ended " in note or " hangs" in note else "other"


if __name__ == "__main__":
    given = json.loads(sys.stdin.readline())
    venue = Venue.model_validate_json(given["venue"])
    venue._folder = Path(given["folder"])
    findings = vars(play(venue, given["seconds"], given["seed"]))
    print(json.dumps({"findings": findings | {"starts": findings["starts"].tolist()}}), flush=True)
