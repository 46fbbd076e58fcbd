"""The book of a show: its presets and cues, and the glides between them, as controllers turn its pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from installation.control.cues.async_writer import AsyncWriter
from installation.control.cues.cue import number_of
from installation.control.cues.fades import Fades, FadeTiming
from installation.control.cues.file_watcher import MOST, ShowFiles, ShowFileWatcher, Stamp
from installation.control.cues.musical_time import TIME_UNITS, MusicalTime
from installation.control.cues.player import CuePlayer
from installation.control.cues.preset import NAME, NAMED, Preset, mix, operates, picked, written
from installation.control.osc.arguments import is_press, number_argument, text_argument
from installation.control.osc.patterns import PatternMatcher
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc, OutgoingMessage
from installation.interface.knobs import InvalidMessageError, Knob, Knobs, Value
from installation.interface.pulse import Pulse

SAFE = "safe"
"""The preset that panic lays over the defaults, where there is one."""
MASTERS = ("/master/blackout", "/master/freeze")
"""Switches that panic turns off."""
LARGE = 8
"""Presets that are recalled or saved in one frame, at most."""
PATTERN_STEPS = 10_000
"""What one frame may spend on patterns: about a millisecond."""
LONGEST = 3_600.0
"""Seconds, beats or bars that a glide may take."""
QUANTISE = {"off": "seconds", "beat": "beats", "bar": "bars"}

KNOBS: Mapping[str, tuple[Knob, ...]] = {
    "/preset": (
        Knob("fade", 0.0, 0.0, 60.0, help="How long a recall takes that does not say."),
        Knob(
            "time_unit",
            TIME_UNITS[0],
            choices=TIME_UNITS,
            help="What the times of recalls and morphs count.",
            aliases=("measure",),
        ),
    ),
    "/cue": (
        Knob("quantise", "off", choices=tuple(QUANTISE), help="Whether go, back and jump wait for a beat or bar."),
    ),
}
COMMANDS = (
    AddressDoc(
        "/preset/recall", "name [time] [pattern]", "Turn the knobs of a preset, all or those that the pattern means."
    ),
    AddressDoc(
        "/preset/save",
        "name [pattern]",
        "Write down how the knobs are turned, in presets/NAME.toml: all that make the look, or those that the pattern "
        f"means, or that stand below an address. A name is made of {NAMED}.",
    ),
    AddressDoc("/preset/morph", "name name 0..1 [time]", "Between two presets: the knobs that both hold."),
    AddressDoc("/cue/go", "1", "The next cue of cues.toml; one that waits to begin its fade begins."),
    AddressDoc("/cue/back", "1", "The state before this cue; one that waits for its beat is called off."),
    AddressDoc("/cue/jump", "number", "This cue, with all that those before it bring."),
    AddressDoc(
        "/cue/panic", "1", f"The preset {SAFE} over all defaults, at once; nothing glides, no blackout, no freeze."
    ),
)
SENT_ADDRESSES = (
    AddressDoc("/preset/now", "name", "The preset that was recalled last."),
    AddressDoc("/cue/now", "text", "Number and name of the cue that was gone to."),
    AddressDoc("/cue/next", "text", "The cue that a go brings."),
    AddressDoc("/cue/waits", "text", "The cue that waits for its beat or bar, or to begin its fade."),
    AddressDoc("/cue/fade", "0..1", "How far the fade of the cue has come."),
)


class CueBook:
    """Owns the look at the files, and all that glides."""

    def __init__(
        self,
        tree: Knobs,
        folder: Path,
        keeper: AsyncWriter | None,
        scenes: Collection[str],
        go: Callable[[str], None],
        presets: Mapping[str, Mapping[str, Value]],
    ) -> None:
        """`folder` holds presets/ and cues.toml; without a `keeper` nothing is saved. `go` changes to one of
        `scenes`, who bring `presets` of their own, called SCENE/NAME, by address."""
        for prefix, own in KNOBS.items():
            tree.add(prefix, own)
        self._tree = tree
        self._keeper = keeper
        self._glides = Fades(tree)
        self._player = CuePlayer(tree, self._glides, go)
        self._shape = tree.shape
        self._patterns = PatternMatcher(tree)
        self._shelf = ShowFileWatcher(folder, _all(tree), scenes, presets)
        self._read = ShowFiles()
        self._faults: tuple[str, ...] = ()
        self._presets: dict[str, Preset] = {}
        self._saved: dict[str, tuple[Preset, Stamp | None]] = {}
        """What was saved, and the state of its file then; once that is another, it is read from there."""
        self._recalled = ""
        self._morph: tuple[Preset, Preset, float, MusicalTime, FadeTiming] | None = None
        self._panics = False
        self._left = 0
        self._now = MusicalTime()
        self._take(self._shelf.newest)
        self._grant()

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the files, in words for whoever wrote them."""
        return self._faults

    @property
    def presets(self) -> Mapping[str, Preset]:
        """All looks by name."""
        return self._presets

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """What COMMANDS do, by address."""
        return {
            "/preset/recall": self._recall,
            "/preset/save": self._save,
            "/preset/morph": self._ask_morph,
            "/cue/go": partial(self._on_press, lambda at: self._player.go(at, self._measure)),
            "/cue/back": partial(self._on_press, lambda at: self._player.back(at, self._measure)),
            "/cue/jump": self._jump,
            "/cue/panic": partial(self._on_press, self._ask_panic),
        }

    def told(self) -> list[OutgoingMessage]:
        """What SENT_ADDRESSES says, now."""
        cues = self._player
        cue = {"/cue/now": cues.now, "/cue/next": cues.next, "/cue/waits": cues.waits}
        return [
            ("/preset/now", (self._recalled,)),
            *((address, (str(one) if one is not None else "",)) for address, one in cue.items()),
            ("/cue/fade", (cues.part(self._now),)),
        ]

    def step(self, t: float, pulse: Pulse) -> None:
        """At a frame's start, once controllers have been heard: launch what is due, and turn all that glides."""
        before, self._now = self._now, MusicalTime.of(t, pulse)
        if self._tree.shape != self._shape:
            self._shape = self._tree.shape
            self._patterns = PatternMatcher(self._tree)
            self._shelf.fit(_all(self._tree))
        if self._shelf.newest is not self._read:
            self._take(self._shelf.newest)
        if self._morph is not None:
            self._morph_to(*self._morph)
        if self._panics:
            self._panic()
        self._player.step(before, self._now)
        self._glides.step(self._now)
        self._grant()

    def close(self) -> None:
        """End the look at the files."""
        self._shelf.close()

    @property
    def _measure(self) -> str:
        return QUANTISE[self._base("/cue/quantise")]

    def _grant(self) -> None:
        """What one frame may spend."""
        self._left = LARGE
        self._morph, self._panics = None, False
        self._patterns.set_budget(PATTERN_STEPS)

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise InvalidMessageError("too many presets in one frame")

    def _take(self, found: ShowFiles) -> None:
        self._read = found
        self._faults = tuple(map(str, found.problems))
        stamps = {name: found.stamps.get(self._shelf.file(name)) for name in self._saved}
        self._saved = {name: saved for name, saved in self._saved.items() if saved[1] == stamps[name]}
        self._presets = {**found.presets, **{name: look for name, (look, _) in self._saved.items()}}
        self._player.take(found.cues, self._presets)

    def _at(self, message: ReceivedMessage) -> MusicalTime:
        """When a message came; the pulse runs on from the frame before."""
        return self._now.moved(max(0.0, message.time - self._now.time))

    def _look(self, name: str) -> Preset:
        if name not in self._presets:
            raise InvalidMessageError("no such preset")
        return self._presets[name]

    def _course(self, length: float) -> FadeTiming:
        return FadeTiming(min(max(length, 0.0), LONGEST), self._base("/preset/time_unit"), "ease")

    def _base(self, address: str) -> Any:
        return self._tree.base(address)

    def _recall(self, message: ReceivedMessage) -> None:
        self._spend()
        name, pattern = text_argument(message, 0), text_argument(message, 2, "")
        look = self._look(name)
        if pattern:
            look = {address: look[address] for address in picked(look, self._patterns, pattern)}
        self._glides.start(
            look, self._at(message), self._course(number_argument(message, 1, self._base("/preset/fade")))
        )
        self._recalled = name

    def _save(self, message: ReceivedMessage) -> None:
        self._spend()
        name = text_argument(message, 0)
        if not NAME.fullmatch(name):
            raise InvalidMessageError("no name for a preset")
        if self._keeper is None:
            raise InvalidMessageError("nothing is saved here")
        if name not in self._presets and len(self._presets) >= MOST:
            raise InvalidMessageError("too many presets")
        pattern = text_argument(message, 1, "")
        look = {address: self._tree.base(address) for address in picked(self._tree, self._patterns, pattern)}
        file = self._shelf.file(name)
        self._keeper.write(file, written(look))
        self._saved[name] = look, self._read.stamps.get(file)
        self._presets[name] = look
        self._recalled = name

    def _ask_morph(self, message: ReceivedMessage) -> None:
        """A fader sends many; the frame takes the last."""
        first, second, part = text_argument(message, 0), text_argument(message, 1), number_argument(message, 2)
        start, goal, course = self._look(first), self._look(second), self._course(number_argument(message, 3, 0.0))
        self._recalled = first if part < 0.5 else second
        self._morph = start, goal, part, self._at(message), course

    def _morph_to(self, start: Preset, goal: Preset, part: float, asked: MusicalTime, course: FadeTiming) -> None:
        both = [address for address in start if address in goal and address in self._tree]
        look = {address: mix(self._tree[address], start[address], goal[address], part) for address in both}
        self._glides.start(look, asked, course)

    def _on_press(self, act: Callable[[MusicalTime], None], message: ReceivedMessage) -> None:
        if is_press(message):
            act(self._at(message))

    def _jump(self, message: ReceivedMessage) -> None:
        cue = number_of(message.arguments[0]) if message.arguments else None
        if cue is None:
            raise InvalidMessageError("no number of a cue")
        self._player.jump(cue, self._at(message), self._measure)

    def _ask_panic(self, _: MusicalTime) -> None:
        self._panics = True

    def _panic(self) -> None:
        self._player.stop()
        self._glides.stop()
        defaults = {address: self._tree[address].default for address in self._tree if not operates(address)}
        self._glides.start({**defaults, **self._presets.get(SAFE, {}), **dict.fromkeys(MASTERS, False)}, self._now)
        self._recalled = SAFE if SAFE in self._presets else ""


def _all(tree: Knobs) -> dict[str, Knob]:
    return {address: tree[address] for address in tree}
