"""How soon the wall answers a hand: from an OSC message to a changed pixel, from a bar to the cue that waits for it.

In a process of its own, with a scene of one knob.
"""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import tempfile
import threading
from bisect import bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from installation.control.osc import codec
from installation.core.system_info import free_port
from installation.evaluate.report import Figure
from installation.show.loop import Frame
from installation.venue.schema import CanvasSection, LoopSection, OscSection, ScenesSection, Venue

RATE = 30.0
"""Frames a second."""
TURNS = 60
"""Messages whose answer is waited for."""
CUES = 12
"""Cues that are gone to on a bar."""
TEMPO = 240.0
"""Beats a minute: a bar a second."""
SCENE = '''"""A lamp."""

from installation.interface.scene import Knob, Scene


class Lamp(Scene):
    """Lamp: as bright as its knob."""

    knobs = (Knob("level", 0.0),)

    def setup(self, graphics):
        self.show = graphics.shader("lamp.frag")

    def draw(self, moment, knobs, canvas):
        self.show(canvas, level=knobs.level)
'''
FRAGMENT = "uniform float level;\n\nvoid main() {\n    colour = vec4(vec3(level), 1.0);\n}\n"


def answer(advance: Callable[[float], None]) -> list[Figure]:
    """Frames until a message is seen, and between a bar and the frame that shows the cue that was to begin there."""
    done = subprocess.run([sys.executable, "-m", "installation.evaluate.bench.latency"], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"answer failed: {done.stderr.strip()[-2000:]}")
    advance(1.0)
    found = json.loads(done.stdout.splitlines()[-1])
    return [
        Figure.at_most("OSC message to changed pixel, median", float(np.median(found["turns"])), 2.0, "frames"),
        Figure("OSC message to changed pixel, most", max(found["turns"]), "frames"),
        Figure("OSC message to changed pixel, median time", 1e3 * float(np.median(found["times"])), "ms"),
        Figure.at_most("cue on the bar, frames after it, most", max(found["cues"]), 1.0, "frames"),
        Figure("cues on the bar", len(found["cues"]), ""),
    ]


def measure() -> dict[str, Any]:
    """Play live and turn the knob, by messages and by cues."""
    from installation.show.options import ShowOptions
    from installation.show.show import Show

    with tempfile.TemporaryDirectory() as place, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        folder = Path(place)
        (folder / "scenes").mkdir()
        (folder / "scenes" / "lamp.py").write_text(SCENE)
        (folder / "scenes" / "lamp.frag").write_text(FRAGMENT)
        (folder / "cues.toml").write_text("".join(_cue(number) for number in range(1, CUES + 1)))
        venue = Venue(
            cameras=(Venue().cameras[0].model_copy(update={"source": "ghost"}),),
            canvas=CanvasSection(size=(64, 36)),
            loop=LoopSection(rate=RATE, governor=False),
            osc=OscSection(port=free_port()),
            scenes=ScenesSection(playlist=("lamp",)),
        )
        venue._folder = folder
        seen: list[tuple[float, float, float, int]] = []

        def see(frame: Frame) -> None:
            level = frame.picture.texture.read()[0]
            seen.append((frame.start, frame.shown, frame.moment.pulse.bar, level))

        dice, sent, asked = random.Random(1), [], []
        with Show(venue, ShowOptions(live=True, headless=True, on_frame=see)) as show:
            target = ("127.0.0.1", venue.osc.port)
            ending = threading.Event()

            def say(address: str, value: float | str) -> None:
                out.sendto(codec.encode(address, (value,)), target)

            def conduct() -> None:
                ending.wait(1.5)
                for number in range(TURNS):
                    ending.wait(0.15 + 0.1 * dice.random())
                    sent.append((show.now(), 255 * (number % 2)))
                    say("/scene/lamp/level", float(number % 2))
                ending.wait(0.3)
                say("/pulse/tempo", TEMPO)
                say("/cue/quantise", "bar")
                for number in range(1, CUES + 1):
                    ending.wait(0.5 + 0.6 * dice.random())
                    asked.append((show.now(), _level(number)))
                    say("/cue/go", 1)
                    ending.wait(1.2)
                show.loop.stop()

            conductor = threading.Thread(target=conduct)
            conductor.start()
            try:
                show.loop.play(RATE, show.now, 120.0)
            finally:
                ending.set()
                conductor.join()
    return _answers(seen, sent, asked)


def _answers(
    seen: list[tuple[float, float, float, int]], sent: list[tuple[float, int]], asked: list[tuple[float, int]]
) -> dict[str, Any]:
    """Frames and seconds until messages are seen; frames from a bar to its cue. `seen` are frames as (start, shown,
    bar, level)."""
    starts = [start for start, _, _, _ in seen]
    turns, times, cues = [], [], []
    for t, level in sent[1:]:
        first = bisect_right(starts, t)
        shown = next(n for n in range(first, len(seen)) if seen[n][3] == level)
        turns.append(shown - first + 1)
        times.append(seen[shown][1] - t)
    for t, level in asked:
        first = bisect_right(starts, t)
        shown = next(n for n in range(first, len(seen)) if abs(seen[n][3] - level) <= 1)
        # The frame in which a bar had begun when it was asked for, and the first of the next bar.
        bar = next(n for n in range(max(first, 1), len(seen)) if int(seen[n][2]) > int(seen[max(first, 1) - 1][2]))
        cues.append(shown - bar)
    return {"turns": turns, "times": times, "cues": cues}


def _cue(number: int) -> str:
    return f'[[cues]]\nnumber = "{number}"\nknobs = {{ "/scene/lamp/level" = {_level(number) / 255:.6f} }}\n\n'


def _level(number: int) -> int:
    return 20 * number if number % 2 else 255 - 15 * number


if __name__ == "__main__":
    print(json.dumps(measure()))
