"""Feedback to targets: the Moment, turned knobs and other values over OSC, and bodies over VMC, after each frame."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from installation.control.echo_filter import EchoFilter
from installation.control.knob_messages import KnobMessages
from installation.control.osc.sender import OutgoingMessage, Sender
from installation.control.vmc.sender import BodySender
from installation.interface.knobs import Knobs
from installation.interface.moment import Moment
from installation.venue.schema import Venue


class Feedback:
    """Owns the senders to the targets of a venue."""

    def __init__(self, venue: Venue, tree: Knobs, knobs: KnobMessages, echoes: EchoFilter) -> None:
        """`echoes` remembers the values of knobs that were sent."""
        self._tree = tree
        self._echoes = echoes
        self._knobs = knobs
        self._sender = Sender(venue.osc.targets, venue.osc.rate, venue.osc.joints)
        self._body_sender = BodySender(venue.osc, venue.eye.max_visitors * len(venue.cameras))
        self._sends_notes = venue.music.osc
        self._sent_version = 0
        """The version of the tree that was sent last."""

    @property
    def unsent(self) -> int:
        """The number of datagrams that could not be sent."""
        return self._sender.unsent + self._body_sender.unsent

    def send(
        self,
        moment: Moment,
        controllers: Callable[[Collection[str]], Iterable[OutgoingMessage]],
        other_values: Callable[[], Iterable[OutgoingMessage]],
    ) -> None:
        """Send to the targets that are due.

        `controllers` makes the messages to learned controllers from the addresses of turned knobs, `other_values`
        those of values that are neither knobs nor in the Moment.
        """
        self._body_sender.send(moment)
        if self._sends_notes:
            self._sender.send_notes(moment.music, moment.time)
        if not self._sender.due(moment.time):
            return
        changed, self._sent_version = self._tree.changed_since(self._sent_version)
        more = [message for address in changed for message in self._knobs.values(address)]
        more += controllers(changed)
        self._echoes.sent((*more, ("/pulse/tempo", (float(moment.pulse.tempo),))), moment.time)
        self._sender.send(moment, (*more, *other_values()))

    def close(self) -> None:
        """Close the sockets."""
        self._sender.close()
        self._body_sender.close()
