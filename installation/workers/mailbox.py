"""A one-slot mailbox in shared memory: newest wins, no lock, nothing left behind.

One process posts, one takes. Three slots are written in turn, so that a reader has two whole posts' time to copy
the newest before it can be written over; a sequence number on both sides of a slot and a checksum of its body tell
a torn copy. A process may be killed at any instant: an unfinished post is never announced, and the next writer
goes on from the last announced one.

The memory has no name that could outlive its users: on Linux an anonymous file, elsewhere on POSIX a file unlinked
as soon as it is open, on Windows a section that goes with its last handle.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import uuid
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from installation.workers.codec import WireError, pack, unpack
from installation.workers.worker import Letter

MAGIC = 0x56495349_54414E54
WORDS = 8
"""64-bit words of a header; 64 bytes, one cache line."""
LATEST, GENERATION, BEAT, ROOM = 1, 2, 3, 4
"""Words of the mailbox's header, after the magic."""
BEGIN, END, STAMP, LENGTH, HEIGHT, WIDTH, CHANNELS, CHECK = range(WORDS)
"""Words of a slot's header."""
SLOTS = 3
TRIES = 3
"""Copies that a take attempts while the writer keeps overtaking it."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What another process needs to open the same mailbox: a descriptor that it inherits, or a name."""

    descriptor: int
    name: str
    size: int


class Mailbox:
    """One-slot mailbox of letters up to `room` bytes, pixels included."""

    def __init__(self, memory: mmap.mmap, ticket: Ticket) -> None:
        self._memory = memory
        self._ticket = ticket
        self._words = np.frombuffer(memory, np.uint64, WORDS * (1 + SLOTS))
        self._beats = np.frombuffer(memory, np.float64, WORDS)
        self._bytes = np.frombuffer(memory, np.uint8)
        self._taken = 0
        self.dropped = 0
        """Letters that were overwritten before they were taken."""
        self.stale = 0
        """Letters of an older generation that were refused."""
        self.room = (ticket.size - 8 * WORDS * (1 + SLOTS)) // SLOTS

    @classmethod
    def create(cls, room: int) -> Mailbox:
        """An empty mailbox whose letters take at most `room` bytes."""
        room = -(-room // 64) * 64
        size = 8 * WORDS * (1 + SLOTS) + SLOTS * room
        if sys.platform == "win32":
            ticket = Ticket(-1, f"visitant-{uuid.uuid4().hex}", size)
            memory = mmap.mmap(-1, size, tagname=ticket.name)
        else:
            descriptor = _nameless()
            os.ftruncate(descriptor, size)
            ticket = Ticket(descriptor, "", size)
            memory = mmap.mmap(descriptor, size)
        mailbox = cls(memory, ticket)
        mailbox._words[0] = MAGIC
        mailbox._words[ROOM] = room
        return mailbox

    @classmethod
    def open(cls, ticket: Ticket) -> Mailbox:
        """The mailbox that another process created. Raises ValueError when the memory is something else."""
        if sys.platform == "win32":
            memory = mmap.mmap(-1, ticket.size, tagname=ticket.name)
        else:
            memory = mmap.mmap(ticket.descriptor, ticket.size)
            os.close(ticket.descriptor)
        mailbox = cls(memory, Ticket(-1, ticket.name, ticket.size))
        if mailbox._words[0] != MAGIC or mailbox._words[ROOM] != mailbox.room:
            raise ValueError("this memory is no mailbox")
        return mailbox

    @property
    def ticket(self) -> Ticket:
        """To be handed to the other process."""
        return self._ticket

    @property
    def sequence(self) -> int:
        """Number of the newest letter; 0 before the first."""
        return int(self._words[LATEST])

    @property
    def generation(self) -> int:
        """Letters of an older generation are no longer wanted."""
        return int(self._words[GENERATION])

    def flush(self) -> int:
        """Refuse all that is in flight: letters that answer earlier orders. Returns the new generation."""
        self._words[GENERATION] += np.uint64(1)
        return self.generation

    def beat(self, time: float) -> None:
        """The writer's sign of life, s of the machine's monotonic clock."""
        self._beats[BEAT] = time

    @property
    def last_beat(self) -> float:
        """Time of the newest sign of life; 0.0 before the first."""
        return float(self._beats[BEAT])

    def post(self, letter: Letter) -> None:
        """Put a letter in; it replaces any that was not taken. Raises ValueError when it is too large."""
        body = pack([letter.time, letter.body])
        pixels = letter.pixels
        size = 0 if pixels is None else pixels.size
        if len(body) + size > self.room:
            raise ValueError(f"a letter of {len(body) + size} bytes in a mailbox of {self.room}")
        sequence = self.sequence + 1
        head, start = self._slot(sequence)
        self._words[head + END] = 0
        self._words[head + BEGIN] = sequence
        self._bytes[start : start + len(body)] = np.frombuffer(body, np.uint8)
        if pixels is not None:
            shape = (pixels.shape[0], pixels.shape[1], pixels.size // (pixels.shape[0] * pixels.shape[1]))
            self._bytes[start + len(body) : start + len(body) + size].reshape(shape)[...] = pixels.reshape(shape)
        self._words[head + STAMP] = letter.generation
        self._words[head + LENGTH] = len(body)
        self._words[head + HEIGHT : head + CHANNELS + 1] = (0, 0, 0) if pixels is None else shape
        self._words[head + CHECK] = zlib.crc32(body)
        self._words[head + END] = sequence
        self._words[LATEST] = sequence

    def take(self) -> Letter | None:
        """The newest letter if it was not taken before and its generation is still wanted; never waits."""
        for _ in range(TRIES):
            sequence = self.sequence
            if sequence <= self._taken:
                return None
            letter = self._copy(sequence)
            if letter is None:
                continue
            self.dropped += sequence - self._taken - 1
            self._taken = sequence
            if letter.generation < self.generation:
                self.stale += 1
                return None
            return letter
        return None

    def _slot(self, sequence: int) -> tuple[int, int]:
        index = sequence % SLOTS
        return WORDS * (1 + index), 8 * WORDS * (1 + SLOTS) + index * self.room

    def _copy(self, sequence: int) -> Letter | None:
        head, start = self._slot(sequence)
        words = [int(word) for word in self._words[head : head + WORDS]]
        length, shape = words[LENGTH], (words[HEIGHT], words[WIDTH], words[CHANNELS])
        size = shape[0] * shape[1] * shape[2]
        if words[BEGIN] != sequence or words[END] != sequence or length + size > self.room:
            return None
        body = self._bytes[start : start + length].tobytes()
        pixels = self._bytes[start + length : start + length + size].reshape(shape).copy() if size else None
        if self._words[head + BEGIN] != sequence or zlib.crc32(body) != words[CHECK]:
            return None
        try:
            time, value = unpack(body)
        except WireError:
            return None
        return Letter(time, value, pixels, sequence, words[STAMP])

    def close(self) -> None:
        """Give back the memory; the other process keeps its own hold."""
        del self._words, self._beats, self._bytes
        self._memory.close()
        if self._ticket.descriptor >= 0:
            os.close(self._ticket.descriptor)


def _nameless() -> int:
    """A descriptor of memory that no path leads to."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("visitant")
    descriptor, path = tempfile.mkstemp(prefix="visitant-")
    Path(path).unlink()
    return descriptor
