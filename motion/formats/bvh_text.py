"""Strict parser of BVH text: the hierarchy, and the frames a block at a time."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

Array = NDArray[np.float64]

POSITION_CHANNELS = ("Xposition", "Yposition", "Zposition")
ROTATION_CHANNELS = ("Xrotation", "Yrotation", "Zrotation")
MAX_JOINTS = 1024
"""Joints of the largest accepted hierarchy."""
MAX_LINE_CHARACTERS = 1 << 20
"""Characters of the longest accepted line."""
MAX_SHOWN = 40
"""Characters of a wrong word that an error shows."""
MAX_NUMBER = 1e9
"""Every length and angle must be below this."""
MIN_FRAME_SECONDS, MAX_FRAME_SECONDS = 1e-4, 10.0
"""Shortest and longest time between two frames."""
_CHANNELS = {name.lower(): name for name in (*POSITION_CHANNELS, *ROTATION_CHANNELS)}
_FRAMES = re.compile(r"frames\s*:?\s*(\S+)\s*", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d*,\d+(?:[eE][-+]?\d+)?")
_TIME = re.compile(r"frame\s*time\s*:?\s*(\S+)\s*", re.IGNORECASE)


class BvhError(ValueError):
    """The text is no valid BVH; the message has the line, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class BvhClip:
    """A hierarchy and its frames as in the file: the file's unit of length, degrees."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each joint's parent, always a smaller one; -1 for the root."""
    offsets: Array
    """(J, 3) each joint's position in its parent's frame at rest."""
    channels: tuple[tuple[str, ...], ...]
    """Channels of each joint in the order in which they apply."""
    frames: Array
    """(T, C) channel values, joint after joint."""
    rate: float
    """Frames a second."""
    ends: tuple[int, ...] = ()
    """The joint of each End Site."""
    end_offsets: Array = field(default_factory=lambda: np.zeros((0, 3)))
    """(E, 3) each End Site's position in its joint's frame."""


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The part of a `BvhClip` that stands before its frames."""

    names: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    offsets: list[list[float]] = field(default_factory=list)
    channels: list[tuple[str, ...]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    end_offsets: list[list[float]] = field(default_factory=list)

    def clip(self, frames: Array, rate: float) -> BvhClip:
        """A clip of this hierarchy."""
        return BvhClip(
            tuple(self.names),
            tuple(self.parents),
            np.array(self.offsets),
            tuple(self.channels),
            frames,
            rate,
            tuple(self.ends),
            np.array(self.end_offsets).reshape(-1, 3),
        )


def read_clips(lines: Iterable[str], name: str, size: int) -> Iterator[BvhClip]:
    """The clip in some lines, `size` frames at a time; error messages start with `name`. Raises BvhError.

    Logs a warning where the file has another number of frames than it says.
    """
    source = _Lines(lines, name)
    hierarchy = _hierarchy(source)
    count, step = _timing(source)
    width = sum(map(len, hierarchy.channels))
    if not width:
        raise source.error("no channel at any joint", "at least one channel")
    done = 0
    for block in _blocks(source, width, size):
        done += len(block)
        yield hierarchy.clip(np.stack(block), 1.0 / step)
    if not done:
        raise source.error("the end of the file", "a frame")
    if done != count:
        # Exporters often count one frame too many or too few.
        logger.warning("%s: 'Frames: %d' and %d frames are there; all of those are read", name, count, done)


class _Lines:
    """Reads lines, whole or word by word, and counts them."""

    def __init__(self, lines: Iterable[str], name: str) -> None:
        self._lines = enumerate(lines, 1)
        self._name = name
        self._words: list[str] = []
        self.line = 0

    def next_line(self) -> str | None:
        """The next line that is not blank, stripped; None at the end."""
        for number, text in self._lines:
            self.line = number
            if len(text) > MAX_LINE_CHARACTERS:
                raise self.error(f"a line of more than {MAX_LINE_CHARACTERS} characters", "a shorter line")
            if text := text.strip():
                return text
        return None

    def word(self) -> str:
        """The next word, or "" at the end."""
        while not self._words:
            text = self.next_line()
            if text is None:
                return ""
            # A brace may follow a word without a blank.
            self._words = text.replace("{", " { ").replace("}", " } ").split()[::-1]
        return self._words.pop()

    def rest(self) -> str:
        """The rest of this line, up to a brace."""
        found = []
        while self._words and self._words[-1] not in "{}":
            found.append(self._words.pop())
        return " ".join(found)

    def expect(self, *right: str) -> str:
        """The next word in lower case, which must be one of these."""
        word = self.word()
        if word.lower() not in right:
            raise self.error(repr(word), " or ".join(r.upper() for r in right))
        return word.lower()

    def number(self) -> float:
        """The next word as a finite number."""
        word = self.word()
        if not _is_number(word):
            raise _no_number(self, word)
        value = float(word)
        if not abs(value) < MAX_NUMBER:
            raise self.error(repr(word), f"a finite number below {MAX_NUMBER:g}")
        return value

    def error(self, found: str, right: str) -> BvhError:
        """What is to be raised about the line read last."""
        found = "the end of the file" if found == "''" else found
        return BvhError(f"{self._name}, line {max(self.line, 1)}: found {found}, expected {right}")


def _hierarchy(source: _Lines) -> Hierarchy:
    """Everything up to the line MOTION."""
    found = Hierarchy()
    taken: dict[str, int] = {}
    source.expect("hierarchy")
    source.expect("root")
    joint = _joint(source, found, -1, taken)
    while joint >= 0:
        match source.expect("joint", "end", "endsite", "}"):
            case "joint":
                joint = _joint(source, found, joint, taken)
            case "}":
                if joint not in found.parents and joint not in found.ends:
                    raise source.error("'}'", f"an End Site, for {found.names[joint]!r} has no joint below it")
                joint = found.parents[joint]
            case word:
                _end(source, found, joint, word)
    if source.expect("motion", "root") == "root":
        raise source.error("a second ROOT", "MOTION; one figure a file")
    return found


def _joint(source: _Lines, found: Hierarchy, parent: int, taken: dict[str, int]) -> int:
    """Parse a joint from its name to its channels; returns its index."""
    name = source.rest()
    if not name:
        raise source.error(repr(source.word()), "a joint's name")
    if name in taken:
        raise source.error(f"a second joint {name!r}", f"a name other than that of line {taken[name]}")
    if len(taken) == MAX_JOINTS:
        raise source.error("one more joint", f"at most {MAX_JOINTS} joints")
    taken[name] = source.line
    source.expect("{")
    source.expect("offset")
    offset = [source.number() for _ in range(3)]
    source.expect("channels")
    count = source.number()
    if count not in range(7):
        raise source.error(f"'{count:g}'", "0 to 6 channels")
    channels = [_CHANNELS[source.expect(*_CHANNELS)] for _ in range(int(count))]
    if len(set(channels)) < len(channels):
        raise source.error(" ".join(channels), "each channel once")
    found.names.append(name)
    found.parents.append(parent)
    found.offsets.append(offset)
    found.channels.append(tuple(channels))
    return len(found.names) - 1


def _end(source: _Lines, found: Hierarchy, joint: int, word: str) -> None:
    if word == "end":
        source.expect("site")
    source.rest()
    if len(found.ends) == MAX_JOINTS:
        raise source.error("one more End Site", f"at most {MAX_JOINTS}")
    source.expect("{")
    source.expect("offset")
    found.end_offsets.append([source.number() for _ in range(3)])
    found.ends.append(joint)
    source.expect("}")


def _timing(source: _Lines) -> tuple[int, float]:
    """Number of frames, and seconds from one to the next."""
    values: list[float] = []
    for form, example in ((_FRAMES, "Frames: 100"), (_TIME, "Frame Time: 0.0333333")):
        text = source.next_line() or ""
        match = form.fullmatch(text)
        if match and _DECIMAL_COMMA.fullmatch(match[1]):
            raise _no_number(source, match[1])
        try:
            values.append(float(match[1]) if match else np.nan)
        except ValueError:
            values.append(np.nan)
        if np.isnan(values[-1]):
            raise source.error(repr(text[:60]), f"a line like '{example}'")
        value = values[-1]
        if form is _FRAMES and not (value > 0.0 and value.is_integer()):
            raise source.error(repr(text[:60]), "at least one frame")
        if form is _TIME and not MIN_FRAME_SECONDS <= value <= MAX_FRAME_SECONDS:
            raise source.error(repr(text[:60]), f"seconds, {MIN_FRAME_SECONDS:g} to {MAX_FRAME_SECONDS:g}")
    return int(values[0]), values[1]


def _blocks(source: _Lines, width: int, size: int) -> Iterator[list[Array]]:
    """The rest of the lines as frames of `width` values, at most `size` at a time."""
    block: list[Array] = []
    while (text := source.next_line()) is not None:
        block.append(_row(source, text, width))
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def _row(source: _Lines, text: str, width: int) -> Array:
    """The values of one frame."""
    words = text.split()
    try:
        values = np.fromiter(map(float, words), float, len(words))
    except ValueError:
        raise _no_number(source, next(word for word in words if not _is_number(word))) from None
    if len(words) != width:
        raise source.error(f"{len(words)} values", f"{width}, one for each channel")
    if not (right := np.abs(values) < MAX_NUMBER).all():
        raise source.error(repr(words[int(np.argmin(right))]), f"a finite number below {MAX_NUMBER:g}")
    return values


def _no_number(source: _Lines, word: str) -> BvhError:
    """What is to be raised about a word that should be a number."""
    shown = repr(word if len(word) <= MAX_SHOWN else f"{word[:MAX_SHOWN]}…")
    if _DECIMAL_COMMA.fullmatch(word):
        return source.error(f"{shown}, a decimal comma", f"a decimal point, as in {word.replace(',', '.')}")
    for mark, kind in ((";", "semicolons"), (",", "commas")):
        parts = [part for part in word.split(mark) if part]
        if mark not in word or not parts or not all(_is_number(part.replace(",", ".")) for part in parts):
            continue
        example = " ".join(part.replace(",", ".") for part in parts[:2])
        if any("," in part for part in parts):
            return source.error(f"{shown}, decimal commas and {kind}", f"decimal points and blanks, as in {example}")
        return source.error(f"{shown}, {kind} between numbers", f"blanks, as in {example}")
    if len(numbers := _NUMBER.findall(word)) > 1 and "".join(numbers) == word:
        return source.error(f"{word!r}, numbers without a blank between them", " ".join(numbers))
    return source.error(shown, "a number")


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
