"""Faults: conditions that degrade a show without ending it, as events for the log and for those that show them.

A component owns a `Fault` for each condition that it can detect. Setting it to another text logs that once and sends
a `FaultEvent` to every subscriber; so does clearing it. A `FaultBoard` is the subscriber that keeps the present faults
for the operator's window, health and OSC.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from installation.core.logging import DETAIL
from installation.core.secrets import without_passwords


@dataclass(frozen=True, slots=True)
class FaultEvent:
    """A fault began, changed or ended."""

    key: int
    """Identity of the `Fault`, never used twice."""
    text: str
    """The fault for a person to read; empty when it has ended."""
    of_picture: bool = False
    """Whether the picture suffers from it, as from an error in a shader."""


Subscriber = Callable[[FaultEvent], None]
"""Called in the thread in which a fault changes; must not block."""

_subscribers: tuple[Subscriber, ...] = ()
_lock = threading.Lock()
_keys = itertools.count(1)


def subscribe(subscriber: Subscriber) -> Callable[[], None]:
    """Send all further events to `subscriber`; returns a function that ends this."""
    global _subscribers
    with _lock:
        _subscribers = (*_subscribers, subscriber)

    def unsubscribe() -> None:
        global _subscribers
        with _lock:
            _subscribers = tuple(each for each in _subscribers if each is not subscriber)

    return unsubscribe


class Fault:
    """One condition of one component, by its text; empty while it does not hold."""

    __slots__ = ("_key", "_logger", "_of_picture", "level", "text")

    def __init__(self, logger: logging.Logger, level: int = logging.WARNING, of_picture: bool = False) -> None:
        """Faults are logged by `logger`, the module's own, at `level`; `of_picture` is that of `FaultEvent`."""
        self._key = next(_keys)
        self._logger = logger
        self._of_picture = of_picture
        self.level = level
        self.text = ""

    def __bool__(self) -> bool:
        return bool(self.text)

    def set(self, text: str, cause: BaseException | None = None, detail: str = "") -> None:
        """Report the condition; an empty text clears it, and the same text again does nothing.

        The log file also has the traceback of `cause`, or the lines of `detail`. Passwords in `text` are hidden.
        """
        text = without_passwords(text)
        if text == self.text:
            return
        before, self.text = self.text, text
        if text:
            self._logger.log(self.level, "%s", text, exc_info=cause, extra={DETAIL: detail})
        else:
            self._logger.info("over: %s", before)
        self._publish()

    def clear(self) -> None:
        """Report that the condition no longer holds."""
        self.set("")

    def withdraw(self) -> None:
        """End the reports because the component closes: the condition may still hold, so the log says nothing."""
        if self.text:
            self.text = ""
            self._publish()

    def _publish(self) -> None:
        for subscriber in _subscribers:
            subscriber(FaultEvent(self._key, self.text, self._of_picture))


class FaultSet:
    """Any number of conditions of one component, such as the problems of a file; each begins and ends by itself."""

    __slots__ = ("_faults", "_level", "_logger", "_of_picture")

    def __init__(self, logger: logging.Logger, level: int = logging.WARNING, of_picture: bool = False) -> None:
        """The arguments are those of `Fault`."""
        self._logger, self._level, self._of_picture = logger, level, of_picture
        self._faults: dict[str, Fault] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        """The present faults."""
        return tuple(self._faults)

    def set(self, texts: Iterable[str], details: Mapping[str, str] | None = None) -> None:
        """Replace the present faults; those that stay are not reported again.

        The log file also has the lines of `details`, by text.
        """
        wanted = dict.fromkeys(text for text in texts if text)
        for text in [text for text in self._faults if text not in wanted]:
            self._faults.pop(text).clear()
        for text in wanted:
            if text not in self._faults:
                fault = self._faults[text] = Fault(self._logger, self._level, self._of_picture)
                fault.set(text, detail=(details or {}).get(text, ""))

    def clear(self) -> None:
        """Report that none of them holds any longer."""
        self.set(())

    def withdraw(self) -> None:
        """End the reports because the component closes."""
        for fault in self._faults.values():
            fault.withdraw()
        self._faults.clear()


class FaultBoard:
    """The present faults of this process, the oldest first."""

    def __init__(self) -> None:
        self._events: dict[int, FaultEvent] = {}
        self._lock = threading.Lock()
        self.present: tuple[str, ...] = ()
        """Their texts, each once."""
        self.of_picture: tuple[str, ...] = ()
        """Those that the picture suffers from."""
        self._unsubscribe = subscribe(self._receive)

    def _receive(self, event: FaultEvent) -> None:
        with self._lock:
            if event.text:
                self._events[event.key] = event
            else:
                self._events.pop(event.key, None)
            events = self._events.values()
            self.present = tuple(dict.fromkeys(each.text for each in events))
            self.of_picture = tuple(dict.fromkeys(each.text for each in events if each.of_picture))

    def close(self) -> None:
        """End the subscription."""
        self._unsubscribe()
