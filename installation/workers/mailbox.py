"""A one-slot mailbox in shared memory: newest wins, no lock, nothing left behind.

One process posts, one takes. Three slots are written in turn, so that a reader has two whole posts' time to copy
the newest before it can be overwritten; a sequence number on both sides of a slot and a checksum of its body detect
a torn copy. A process may be killed at any instant: an unfinished post is never announced, and the next writer
continues from the last announced one.
"""

from __future__ import annotations

import logging
import mmap
import os
import zlib

import numpy as np

from installation.workers.codec import WireError, pack, unpack
from installation.workers.shared_memory import MemoryHandle, create_memory, open_memory
from installation.workers.worker import Message

logger = logging.getLogger(__name__)

MAGIC = 0x56495349_54414E54
WORDS = 8
"""64-bit words of a header; 64 bytes, one cache line."""
LATEST, GENERATION, BEAT, MESSAGE_BYTES = 1, 2, 3, 4
"""Words of the mailbox's header, after the magic."""
BEGIN, END, STAMP, LENGTH, HEIGHT, WIDTH, CHANNELS, CHECK = range(WORDS)
"""Words of a slot's header."""
SLOTS = 3
MAX_TRIES = 3
"""Attempts of a take to copy a message while the writer overwrites it."""


class Mailbox:
    """A mailbox of one message of up to `message_bytes` bytes, pixels included."""

    def __init__(self, memory: mmap.mmap, handle: MemoryHandle) -> None:
        self._memory = memory
        self._handle = handle
        self._words = np.frombuffer(memory, np.uint64, WORDS * (1 + SLOTS))
        self._beats = np.frombuffer(memory, np.float64, WORDS)
        self._bytes = np.frombuffer(memory, np.uint8)
        self._taken = 0
        self.dropped = 0
        """Messages that were overwritten before they were taken."""
        self.stale = 0
        """Messages of an older generation that were dropped."""
        self.unreadable = 0
        """Whole messages that could not be decoded."""
        self.message_bytes = (handle.size - 8 * WORDS * (1 + SLOTS)) // SLOTS

    @classmethod
    def create(cls, message_bytes: int) -> Mailbox:
        """An empty mailbox whose messages take at most `message_bytes` bytes. Raises OSError without the memory."""
        message_bytes = -(-message_bytes // 64) * 64
        size = 8 * WORDS * (1 + SLOTS) + SLOTS * message_bytes
        memory, handle = create_memory(size)
        mailbox = cls(memory, handle)
        mailbox._words[0] = MAGIC
        mailbox._words[MESSAGE_BYTES] = message_bytes
        return mailbox

    @classmethod
    def open(cls, handle: MemoryHandle) -> Mailbox:
        """The mailbox that another process created. Raises ValueError when the memory is something else."""
        memory = open_memory(handle)
        if handle.descriptor >= 0:
            os.close(handle.descriptor)
        mailbox = cls(memory, MemoryHandle(-1, handle.name, handle.size))
        if mailbox._words[0] != MAGIC or mailbox._words[MESSAGE_BYTES] != mailbox.message_bytes:
            raise ValueError("this memory is no mailbox")
        return mailbox

    @property
    def handle(self) -> MemoryHandle:
        """For the other process, to open the same mailbox."""
        return self._handle

    @property
    def sequence(self) -> int:
        """Number of the newest message; 0 before the first."""
        return int(self._words[LATEST])

    @property
    def generation(self) -> int:
        """The present generation; messages of an older one are dropped."""
        return int(self._words[GENERATION])

    def flush(self) -> int:
        """Drop all that is in flight, which answers earlier requests. Returns the new generation."""
        self._words[GENERATION] += np.uint64(1)
        return self.generation

    def beat(self, time: float) -> None:
        """Record the writer's sign of life, s of the machine's monotonic clock."""
        self._beats[BEAT] = time

    @property
    def last_beat(self) -> float:
        """Time of the newest sign of life; 0.0 before the first."""
        return float(self._beats[BEAT])

    def post(self, message: Message) -> None:
        """Post a message; it replaces one that was not taken. Raises ValueError when it is too large."""
        body = pack([message.time, message.body])
        pixels = message.pixels
        size = 0 if pixels is None else pixels.size
        if len(body) + size > self.message_bytes:
            raise ValueError(f"a message of {len(body) + size} bytes in a mailbox of {self.message_bytes}")
        sequence = self.sequence + 1
        head, start = self._slot(sequence)
        self._words[head + END] = 0
        self._words[head + BEGIN] = sequence
        self._bytes[start : start + len(body)] = np.frombuffer(body, np.uint8)
        if pixels is not None:
            shape = (pixels.shape[0], pixels.shape[1], pixels.size // (pixels.shape[0] * pixels.shape[1]))
            self._bytes[start + len(body) : start + len(body) + size].reshape(shape)[...] = pixels.reshape(shape)
        self._words[head + STAMP] = message.generation
        self._words[head + LENGTH] = len(body)
        self._words[head + HEIGHT : head + CHANNELS + 1] = (0, 0, 0) if pixels is None else shape
        self._words[head + CHECK] = zlib.crc32(body)
        self._words[head + END] = sequence
        self._words[LATEST] = sequence

    def take(self) -> Message | None:
        """Take the newest message, if it was not taken before and is of the present generation; never waits."""
        for _ in range(MAX_TRIES):
            sequence = self.sequence
            if sequence <= self._taken:
                return None
            message = self._copy(sequence)
            if message is None:
                continue
            self.dropped += sequence - self._taken - 1
            self._taken = sequence
            if message.generation < self.generation:
                self.stale += 1
                return None
            return message
        return None

    def _slot(self, sequence: int) -> tuple[int, int]:
        index = sequence % SLOTS
        return WORDS * (1 + index), 8 * WORDS * (1 + SLOTS) + index * self.message_bytes

    def _copy(self, sequence: int) -> Message | None:
        head, start = self._slot(sequence)
        words = [int(word) for word in self._words[head : head + WORDS]]
        length, shape = words[LENGTH], (words[HEIGHT], words[WIDTH], words[CHANNELS])
        size = shape[0] * shape[1] * shape[2]
        if words[BEGIN] != sequence or words[END] != sequence or length + size > self.message_bytes:
            return None
        body = self._bytes[start : start + length].tobytes()
        pixels = self._bytes[start + length : start + length + size].reshape(shape).copy() if size else None
        if self._words[head + BEGIN] != sequence or zlib.crc32(body) != words[CHECK]:
            return None
        try:
            time, value = unpack(body)
        except WireError as error:
            # Its checksum is right, so it is not torn: this process lacks a record, or is of another version.
            if not self.unreadable:
                logger.error("a message in a mailbox cannot be read: %s", error)
            self.unreadable += 1
            return None
        return Message(time, value, pixels, sequence, words[STAMP])

    def close(self) -> None:
        """Release the memory; the other process keeps its own mapping."""
        del self._words, self._beats, self._bytes
        self._memory.close()
        if self._handle.descriptor >= 0:
            os.close(self._handle.descriptor)
