"""Latency of control: from an OSC message to a changed pixel, and from a bar to the cue that is quantised to it.

Measured in a process of its own, with a scene of one knob.
"""

from __future__ import annotations

import random
import tempfile
import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pythonosc.udp_client import SimpleUDPClient

from installation.core import json_process
from installation.core.system_info import free_port
from installation.evaluate.report import Figure
from installation.show.loop import Frame
from installation.show.options import ShowOptions
from installation.show.show import Show
from installation.venue.schema import CanvasSection, LoopSection, OscSection, ScenesSection, Venue

RATE_HZ = 30.0
"""Frame rate of the loop."""
MESSAGE_COUNT = 60
"""Messages that turn the knob."""
CUE_COUNT = 12
"""Cues that are recalled on a bar."""
TEMPO_BPM = 240.0
"""A bar a second."""
PLAY_TIMEOUT_SECONDS = 120.0
"""Most time that the show plays."""
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
FRAGMENT_SHADER = "uniform float level;\n\nvoid main() {\n    colour = vec4(vec3(level), 1.0);\n}\n"


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """A frame as far as this measurement reads it."""

    start: float
    """Show time at which it began, s."""
    shown: float
    """Show time at which it was shown, s."""
    bar: float
    level: int
    """Its brightness, 0..255."""


@dataclass(frozen=True, slots=True)
class KnobChange:
    """A level that a message or a cue was sent to set."""

    time: float
    """Show time, s."""
    level: int
    """0..255."""


def measure_latency(advance: Callable[[float], None]) -> list[Figure]:
    """Return frames and time until a message is visible, and frames between a bar and its cue.

    `advance` receives the share of the work that is done. Raises JsonProcessError.
    """
    found = json_process.call(f"{__name__}:play")
    advance(1.0)
    message_frames, message_seconds, cue_frames = (
        found[key] for key in ("message_frames", "message_seconds", "cue_frames")
    )
    return [
        Figure.at_most("OSC message to changed pixel, median", float(np.median(message_frames)), 2.0, "frames"),
        Figure("OSC message to changed pixel, maximum", max(message_frames), "frames"),
        Figure("OSC message to changed pixel, median time", 1e3 * float(np.median(message_seconds)), "ms"),
        Figure.at_most("bar to its cue, maximum", max(cue_frames), 1.0, "frames"),
        Figure("cues on the bar", len(cue_frames), ""),
    ]


def play() -> dict[str, Sequence[float]]:
    """Play live, turn the knob by messages and by cues, and return `frame_counts` of what was shown."""
    with tempfile.TemporaryDirectory() as folder:
        venue = _venue(Path(folder))
        shown: list[ShownFrame] = []

        def record(frame: Frame) -> None:
            level = frame.picture.texture.read()[0]
            shown.append(ShownFrame(frame.start, frame.shown, frame.moment.pulse.bar, level))

        with Show(venue, ShowOptions(live=True, headless=True, on_frame=record)) as show:
            sender = KnobSender(show)
            thread = threading.Thread(target=sender.run)
            thread.start()
            try:
                show.loop.play(RATE_HZ, show.now, PLAY_TIMEOUT_SECONDS)
            finally:
                sender.stop.set()
                thread.join()
    return frame_counts(shown, sender.messages, sender.cues)


class KnobSender:
    """Sends messages that turn the knob, then cues that wait for the bar, and keeps when each was sent."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._client = SimpleUDPClient("127.0.0.1", show.venue.osc.port)
        self._random = random.Random(1)
        self.messages: list[KnobChange] = []
        self.cues: list[KnobChange] = []
        self.stop = threading.Event()
        """Set when the show has ended, so that no wait is waited out."""

    def run(self) -> None:
        """Send everything, then end the loop."""
        self.stop.wait(1.5)
        for number in range(MESSAGE_COUNT):
            self.stop.wait(0.15 + 0.1 * self._random.random())
            self.messages.append(KnobChange(self._show.now(), 255 * (number % 2)))
            self._send("/scene/lamp/level", float(number % 2))
        self.stop.wait(0.3)
        self._send("/pulse/tempo", TEMPO_BPM)
        self._send("/cue/quantise", "bar")
        for number in range(1, CUE_COUNT + 1):
            self.stop.wait(0.5 + 0.6 * self._random.random())
            self.cues.append(KnobChange(self._show.now(), _cue_level(number)))
            self._send("/cue/go", 1)
            self.stop.wait(1.2)
        self._client.close()
        self._show.loop.stop()

    def _send(self, address: str, value: float | str) -> None:
        self._client.send_message(address, value)


def frame_counts(
    shown: Sequence[ShownFrame], messages: Sequence[KnobChange], cues: Sequence[KnobChange]
) -> dict[str, Sequence[float]]:
    """Return `message_frames` and `message_seconds` until a message is visible, `cue_frames` from a bar to its cue.

    A frame that starts after a message and shows it counts as one. The first message is left out.
    """
    starts = [frame.start for frame in shown]
    message_frames, message_seconds, cue_frames = [], [], []
    for change in messages[1:]:
        first = bisect_right(starts, change.time)
        visible = next(n for n in range(first, len(shown)) if shown[n].level == change.level)
        message_frames.append(visible - first + 1)
        message_seconds.append(shown[visible].shown - change.time)
    for change in cues:
        first = bisect_right(starts, change.time)
        visible = next(n for n in range(first, len(shown)) if abs(shown[n].level - change.level) <= 1)
        # The bar of the frame that was on the wall when the cue was sent, and the first frame of the next bar.
        after = max(first, 1)
        next_bar = next(n for n in range(after, len(shown)) if int(shown[n].bar) > int(shown[after - 1].bar))
        cue_frames.append(visible - next_bar)
    return {"message_frames": message_frames, "message_seconds": message_seconds, "cue_frames": cue_frames}


def _venue(folder: Path) -> Venue:
    """Write the scene and its cues into `folder`; return a venue that plays it."""
    (folder / "scenes").mkdir()
    (folder / "scenes" / "lamp.py").write_text(SCENE)
    (folder / "scenes" / "lamp.frag").write_text(FRAGMENT_SHADER)
    (folder / "cues.toml").write_text("".join(_cue(number) for number in range(1, CUE_COUNT + 1)))
    venue = Venue(
        cameras=(Venue().cameras[0].model_copy(update={"source": "ghost"}),),
        canvas=CanvasSection(size=(64, 36)),
        loop=LoopSection(rate=RATE_HZ, governor=False),
        osc=OscSection(port=free_port()),
        scenes=ScenesSection(playlist=("lamp",)),
    )
    venue._folder = folder
    return venue


def _cue(number: int) -> str:
    level = _cue_level(number) / 255
    return f'[[cues]]\nnumber = "{number}"\nknobs = {{ "/scene/lamp/level" = {level:.6f} }}\n\n'


def _cue_level(number: int) -> int:
    return 20 * number if number % 2 else 255 - 15 * number
