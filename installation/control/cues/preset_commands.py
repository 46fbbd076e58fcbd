"""Commands of presets over OSC: recall, save and morph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from installation.control.cues.fades import Fades, FadeTiming
from installation.control.cues.musical_time import TIME_UNITS, MusicalClock, MusicalTime
from installation.control.cues.preset import NAME_RULE, Preset, mix, select_addresses
from installation.control.cues.preset_library import PresetLibrary
from installation.control.osc.arguments import number_argument, text_argument
from installation.control.osc.patterns import PatternMatcher
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.interface.knobs import InvalidMessageError, Knob, Knobs

MAX_PRESETS_PER_FRAME = 8
"""Presets that may be recalled or saved in one frame."""
PATTERN_STEPS_PER_FRAME = 10_000
"""Budget of one frame for patterns: about a millisecond."""
MAX_FADE_LENGTH = 3_600.0
"""Seconds, beats or bars of a fade."""

KNOBS = (
    Knob("fade", 0.0, 0.0, 60.0, help="How long a recall takes that does not say."),
    Knob(
        "time_unit",
        TIME_UNITS[0],
        choices=TIME_UNITS,
        help="What the times of recalls and morphs count.",
        aliases=("measure",),
    ),
)
COMMANDS = (
    AddressDoc(
        "/preset/recall", "name [time] [pattern]", "Turn the knobs of a preset, all or those that the pattern means."
    ),
    AddressDoc(
        "/preset/save",
        "name [pattern]",
        "Write down how the knobs are turned, in presets/NAME.toml: all that make the look, or those that the pattern "
        f"means, or that stand below an address. A name is made of {NAME_RULE}.",
    ),
    AddressDoc("/preset/morph", "name name 0..1 [time]", "Between two presets: the knobs that both hold."),
)

Morph = tuple[Preset, Preset, float, MusicalTime, FadeTiming]
"""The two presets, the position between them, and begin and timing of the fade."""


class PresetCommands:
    """Recalls, saves and morphs presets."""

    def __init__(
        self, tree: Knobs, fades: Fades, library: PresetLibrary, clock: MusicalClock, file_of: Callable[[str], Path]
    ) -> None:
        """`file_of` returns the file of a preset."""
        self._tree = tree
        self._fades = fades
        self._library = library
        self._clock = clock
        self._file_of = file_of
        self._matcher = PatternMatcher(tree)
        self._presets_left = 0
        self._morph: Morph | None = None
        self.recalled = ""
        """The preset that was recalled last."""
        self.recalls = 0
        """How many presets were recalled."""

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """The handlers of COMMANDS, by address."""
        return {"/preset/recall": self._recall, "/preset/save": self._save, "/preset/morph": self._request_morph}

    def tree_changed(self) -> None:
        """Take the addresses of the tree anew."""
        self._matcher = PatternMatcher(self._tree)

    def renew_budget(self) -> None:
        """Allow as much as a new frame may do."""
        self._presets_left = MAX_PRESETS_PER_FRAME
        self._matcher.set_budget(PATTERN_STEPS_PER_FRAME)

    def apply_morph(self) -> None:
        """Start the last morph that was requested since the frame before."""
        if self._morph is None:
            return
        (start, target, part, begin, timing), self._morph = self._morph, None
        common = [address for address in start if address in target and address in self._tree]
        preset = {address: mix(self._tree[address], start[address], target[address], part) for address in common}
        self._fades.start(preset, begin, timing)

    def _spend(self) -> None:
        self._presets_left -= 1
        if self._presets_left < 0:
            raise InvalidMessageError("too many presets in one frame")

    def _timing(self, length: float) -> FadeTiming:
        return FadeTiming(min(max(length, 0.0), MAX_FADE_LENGTH), str(self._tree.base("/preset/time_unit")), "ease")

    def _recall(self, message: ReceivedMessage) -> None:
        self._spend()
        name, pattern = text_argument(message, 0), self._tree.aliases.canonical(text_argument(message, 2, ""))
        preset = self._library.find(name)
        if pattern:
            preset = {address: preset[address] for address in select_addresses(preset, self._matcher, pattern)}
        default = self._tree.base("/preset/fade")
        assert isinstance(default, float)
        length = number_argument(message, 1, default)
        self._fades.start(preset, self._clock.time_of_message(message.time), self._timing(length))
        self.recalled = name
        self.recalls += 1

    def _save(self, message: ReceivedMessage) -> None:
        self._spend()
        name = text_argument(message, 0)
        self._library.require_savable(name)
        pattern = self._tree.aliases.canonical(text_argument(message, 1, ""))
        addresses = select_addresses(self._tree, self._matcher, pattern)
        self._library.save(name, {address: self._tree.base(address) for address in addresses}, self._file_of(name))
        self.recalled = name

    def _request_morph(self, message: ReceivedMessage) -> None:
        """Keep a morph for the frame: of the many messages that a fader sends, the last one holds."""
        first, second, part = text_argument(message, 0), text_argument(message, 1), number_argument(message, 2)
        start, target = self._library.find(first), self._library.find(second)
        timing = self._timing(number_argument(message, 3, 0.0))
        self.recalled = first if part < 0.5 else second
        self._morph = start, target, part, self._clock.time_of_message(message.time), timing
