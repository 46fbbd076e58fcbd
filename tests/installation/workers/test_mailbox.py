"""Newest wins, whole or not at all."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from installation.workers.mailbox import CHECK, SLOTS, WORDS, Mailbox
from installation.workers.shared_memory import MemoryHandle
from installation.workers.worker import Message


@pytest.fixture
def pair():  # type: ignore[no-untyped-def]
    """One mailbox, held at both of its ends."""
    mine = Mailbox.create(1 << 16)
    handle = mine.handle
    descriptor = os.dup(handle.descriptor) if handle.descriptor >= 0 else -1
    theirs = Mailbox.open(MemoryHandle(descriptor, handle.name, handle.size))
    yield mine, theirs
    theirs.close()
    mine.close()


def body(reader: Mailbox) -> object:
    """The body of the letter that is taken."""
    letter = reader.take()
    assert letter is not None
    return letter.body


def test_the_newest_letter_wins_and_is_taken_once(pair: tuple[Mailbox, Mailbox]) -> None:
    writer, reader = pair
    assert reader.take() is None
    for count in range(5):
        writer.post(Message(count / 10, {"count": count}, np.full((3, 4, 3), count, np.uint8)))
    letter = reader.take()
    assert letter is not None
    assert (letter.time, letter.body, letter.sequence) == (0.4, {"count": 4}, 5)
    assert letter.pixels is not None and np.array_equal(letter.pixels, np.full((3, 4, 3), 4))
    assert reader.take() is None
    assert reader.dropped == 4


def test_a_letter_that_is_too_large_is_refused_and_the_last_one_stays(pair: tuple[Mailbox, Mailbox]) -> None:
    writer, reader = pair
    writer.post(Message(0.0, "small"))
    with pytest.raises(ValueError, match="a message of"):
        writer.post(Message(0.0, "x" * (1 << 17)))
    assert body(reader) == "small"


def test_letters_of_an_older_generation_are_refused_and_counted(pair: tuple[Mailbox, Mailbox]) -> None:
    writer, reader = pair
    new = reader.flush()
    writer.post(Message(0.0, "old", generation=new - 1))
    assert reader.take() is None
    writer.post(Message(0.0, "new", generation=new))
    assert body(reader) == "new"
    assert reader.stale == 1


def test_a_writer_killed_in_the_middle_of_a_post_is_never_heard(pair: tuple[Mailbox, Mailbox]) -> None:
    writer, reader = pair
    writer.post(Message(0.0, "whole"))
    head, start = writer._slot(2)
    writer._words[head] = 2  # began, but never announced
    writer._bytes[start : start + 10] = 255
    assert body(reader) == "whole"
    assert reader.take() is None
    writer.post(Message(0.0, "next"))
    assert body(reader) == "next"


def test_a_torn_copy_is_refused(pair: tuple[Mailbox, Mailbox]) -> None:
    writer, reader = pair
    writer.post(Message(0.0, "torn"))
    writer._words[WORDS * (1 + 1 % SLOTS) + CHECK] += np.uint64(1)
    assert reader.take() is None


def test_no_letter_is_mixed_of_two_while_both_ends_hurry(pair: tuple[Mailbox, Mailbox]) -> None:
    writer, reader = pair
    done = threading.Event()

    def write() -> None:
        for count in range(1, 3000):
            writer.post(Message(float(count), [count] * 50, np.full((16, 16, 3), count % 251, np.uint8)))
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    taken = 0
    while not done.is_set() or taken == 0:
        letter = reader.take()
        if letter is not None:
            taken += 1
            assert letter.body == [letter.sequence] * 50
            assert letter.time == letter.sequence
    thread.join()
    assert taken + reader.dropped <= 2999
