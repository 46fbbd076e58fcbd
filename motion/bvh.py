"""BVH, the text form of motion capture: read strictly, and turned into joint positions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MOVES = ("Xposition", "Yposition", "Zposition")
TURNS = ("Xrotation", "Yrotation", "Zrotation")
LARGEST = 256 << 20
"""Bytes of the largest file that is read."""
DEEPEST = 128
"""Joints in a row from the root that are followed."""


class BvhError(ValueError):
    """The file is no BVH; says the line, what stands there and what would be right."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A hierarchy and its motion as the file has them: its own unit of length, degrees."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each joint's parent, always a smaller one; -1 for the root."""
    offsets: Array
    """(J, 3) each joint's place in its parent's frame at rest."""
    channels: tuple[tuple[str, ...], ...]
    """Each joint's channels in the order in which they are applied."""
    frames: Array
    """(T, C) a row a frame, joint after joint."""
    rate: float
    """Frames a second."""


def read(path: Path) -> Clip:
    """The clip in a file. Raises BvhError, or OSError where the file cannot be read."""
    if path.stat().st_size > LARGEST:
        raise BvhError(f"{path}: larger than {LARGEST >> 20} MiB")
    return parse(path.read_text("utf-8", errors="replace"), str(path))


def parse(text: str, name: str = "BVH") -> Clip:
    """The clip in a text; `name` opens the messages. Raises BvhError."""
    lines = text.splitlines()
    motion = next((i for i, line in enumerate(lines) if line.strip() == "MOTION"), None)
    if motion is None:
        raise BvhError(f"{name}: no line MOTION")
    words = _Words(lines[:motion], name)
    words.expect("HIERARCHY")
    words.expect("ROOT")
    names: list[str] = []
    parents: list[int] = []
    offsets: list[list[float]] = []
    channels: list[tuple[str, ...]] = []
    _joint(words, -1, 0, names, parents, offsets, channels)
    words.expect("")
    frames, step = _motion(lines, motion + 1, sum(map(len, channels)), name)
    return Clip(tuple(names), tuple(parents), np.array(offsets), tuple(channels), frames, 1.0 / step)


def joints(clip: Clip, scale: float = 1.0) -> Array:
    """(T, J, 3) where the joints are in the file's world, times `scale` (metres a unit)."""
    count = len(clip.frames)
    turned = np.empty((count, len(clip.names), 3, 3))
    places = np.empty((count, len(clip.names), 3))
    column = 0
    for joint, parent in enumerate(clip.parents):
        shift = np.broadcast_to(clip.offsets[joint], (count, 3)).copy()
        turn = np.broadcast_to(np.eye(3), (count, 3, 3))
        named = clip.channels[joint]
        if any(channel in MOVES for channel in named):
            # A position is the joint's whole place, not one that is added to its rest.
            shift[:, [MOVES.index(channel) for channel in named if channel in MOVES]] = 0.0
        for channel in named:
            value = clip.frames[:, column]
            column += 1
            if channel in MOVES:
                shift[:, MOVES.index(channel)] = value
            else:
                turn = turn @ _about(TURNS.index(channel), np.radians(value))
        if parent < 0:
            places[:, joint], turned[:, joint] = shift, turn
        else:
            places[:, joint] = places[:, parent] + np.einsum("tij,tj->ti", turned[:, parent], shift)
            turned[:, joint] = turned[:, parent] @ turn
    return places * scale


def _about(axis: int, angle: Array) -> Array:
    """(T, 3, 3) rotations about one axis by (T,) radians."""
    c, s = np.cos(angle), np.sin(angle)
    turn = np.zeros((len(angle), 3, 3))
    b, d = (axis + 1) % 3, (axis + 2) % 3
    turn[:, axis, axis] = 1.0
    turn[:, b, b] = turn[:, d, d] = c
    turn[:, d, b], turn[:, b, d] = s, -s
    return turn


class _Words:
    """The words of some lines, one after the other, each with its line."""

    def __init__(self, lines: list[str], name: str) -> None:
        self._words: Iterator[tuple[int, str]] = (
            (number, word) for number, line in enumerate(lines, 1) for word in line.split()
        )
        self._name = name
        self._line = 1

    def next(self) -> str:
        self._line, word = next(self._words, (self._line, ""))
        return word

    def expect(self, *right: str) -> str:
        word = self.next()
        if word not in right:
            raise self.wrong(word, " or ".join(r or "the end of the hierarchy" for r in right))
        return word

    def number(self) -> float:
        word = self.next()
        try:
            value = float(word)
        except ValueError:
            raise self.wrong(word, "a number") from None
        if not np.isfinite(value):
            raise self.wrong(word, "a finite number")
        return value

    def wrong(self, word: str, right: str) -> BvhError:
        found = repr(word) if word else "nothing more"
        return BvhError(f"{self._name}, line {self._line}: found {found}, expected {right}")


def _joint(
    words: _Words,
    parent: int,
    depth: int,
    names: list[str],
    parents: list[int],
    offsets: list[list[float]],
    channels: list[tuple[str, ...]],
) -> None:
    """One joint and all below it, from its name to its closing brace."""
    if depth > DEEPEST:
        raise words.wrong("JOINT", f"at most {DEEPEST} joints in a row")
    label = []
    while (word := words.next()) not in ("{", ""):
        label.append(word)
    if not label or word != "{":
        raise words.wrong(word, "a joint's name and {")
    names.append(" ".join(label))
    parents.append(parent)
    me = len(names) - 1
    words.expect("OFFSET")
    offsets.append([words.number() for _ in range(3)])
    words.expect("CHANNELS")
    count = words.number()
    if count not in range(7):
        raise words.wrong(f"{count:g}", "0 to 6 channels")
    named = tuple(words.expect(*MOVES, *TURNS) for _ in range(int(count)))
    if len(set(named)) < len(named):
        raise words.wrong(" ".join(named), "each channel once")
    channels.append(named)
    while (word := words.expect("JOINT", "End", "}")) != "}":
        if word == "JOINT":
            _joint(words, me, depth + 1, names, parents, offsets, channels)
        else:
            for mark in ("Site", "{", "OFFSET"):
                words.expect(mark)
            for _ in range(3):
                words.number()
            words.expect("}")


def _motion(lines: list[str], start: int, width: int, name: str) -> tuple[Array, float]:
    head = [(i, line.split()) for i, line in enumerate(lines[start:], start) if line.strip()]
    if len(head) < 2 or head[0][1][0] != "Frames:" or head[1][1][:2] != ["Frame", "Time:"]:
        raise BvhError(f"{name}, line {start + 1}: expected the lines 'Frames: N' and 'Frame Time: SECONDS'")
    try:
        count, step = int(head[0][1][1]), float(head[1][1][2])
    except (ValueError, IndexError):
        raise BvhError(f"{name}, line {start + 1}: 'Frames:' and 'Frame Time:' want a number each") from None
    if count < 1 or not 0.0 < step < 10.0:
        raise BvhError(f"{name}, line {start + 1}: {count} frames of {step:g} s; at least one of up to 10 s is right")
    rows = head[2:]
    if len(rows) != count:
        raise BvhError(f"{name}: {len(rows)} frames, but 'Frames: {count}'")
    values = np.empty((count, width))
    for row, (line, row_words) in enumerate(rows):
        if len(row_words) != width:
            raise BvhError(f"{name}, line {line + 1}: {len(row_words)} values, expected {width} for all channels")
        try:
            values[row] = [float(word) for word in row_words]
        except ValueError as error:
            raise BvhError(f"{name}, line {line + 1}: {error}") from None
    if not np.isfinite(values).all():
        line = rows[int(np.argwhere(~np.isfinite(values))[0][0])][0]
        raise BvhError(f"{name}, line {line + 1}: a value that is not finite")
    return values, step
