"""OSC sender: visitors, dancers, crowd, pulse, sound and health as messages to any number of targets at a set rate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from installation.control.osc import codec
from installation.control.osc.targets import RateLimiter, TargetSockets
from installation.interface.dancer import Dancer
from installation.interface.moment import Moment
from installation.interface.music import Music
from installation.interface.sound import NO_EAR, Sound
from installation.interface.sound_values import SOUND_VALUES
from installation.interface.visitor import State, Visitor
from installation.venue.schema import OscTargetSection
from motion.body import joint_positions as places_of
from motion.landmarks import LANDMARKS
from motion.skeleton import BONES, CORE_COUNT

OutgoingMessage = tuple[str, tuple[int | float | str, ...]]
"""Address and arguments of a message to be sent."""
SENT_SOUND = {name: value for name, value in SOUND_VALUES.items() if not name.endswith("_phase")}
"""Values of the sound that are sent; a phase cannot be joined together from the few that arrive."""
MAX_FAULTS = 32
"""Faults that are sent, the oldest first."""
MAX_FAULT_CHARACTERS = 500
"""Characters of a fault that are sent: even at 4 bytes each, all of them fit the 65,507 bytes of a datagram."""


@dataclass(frozen=True, slots=True)
class AddressDoc:
    """An OSC address with its arguments and meaning, for the reference of addresses."""

    address: str
    arguments: str
    help: str


SENT_ADDRESSES = (
    AddressDoc("/visitor/enter", "id slot", "A visitor has come; said once."),
    AddressDoc("/visitor/leave", "id slot", "A visitor is gone and the slot is free; said once."),
    AddressDoc("/visitor/SLOT/id", "id", "Whose slot it is, counted up since the start and never used twice."),
    AddressDoc("/visitor/SLOT/position", "x z", "On the floor, m: along the wall from its middle, and out of it."),
    AddressDoc("/visitor/SLOT/velocity", "x z", "On the floor, m/s."),
    AddressDoc("/visitor/SLOT/energy", "0..1", "How much the limbs move."),
    AddressDoc("/visitor/SLOT/openness", "0..1", "How wide the limbs are spread."),
    AddressDoc("/visitor/SLOT/symmetry", "0..1", "How well left and right mirror each other."),
    AddressDoc("/visitor/SLOT/hands", "left right", "How high each hand is raised: 0 at the hip, 1 above the head."),
    AddressDoc("/visitor/SLOT/facing", "radians", "Turn about the vertical; 0 faces the wall."),
    AddressDoc(
        "/visitor/SLOT/joint/NAME",
        "x y z sx sy",
        "Each joint in metres in the room, and on the picture from 0..1, left to right and bottom to top.",
    ),
    AddressDoc("/dancer/count", "n", "How many dancers there are."),
    AddressDoc(
        "/dancer/SLOT/id", "id partner", "Whose slot it is, and the id of the visitor whom they answer; 0 is none."
    ),
    AddressDoc("/dancer/SLOT/position", "x z", "On the floor, m."),
    AddressDoc("/dancer/SLOT/joint/BONE", "x y z", "Each joint in metres in the room."),
    AddressDoc("/crowd/count", "n", "How many visitors there are."),
    AddressDoc("/crowd/energy", "0..1", "Their mean energy."),
    AddressDoc("/crowd/centre", "sx sy", "Their middle on the picture, 0..1."),
    AddressDoc("/crowd/position", "x z", "Their middle on the floor, m."),
    AddressDoc("/pulse/tempo", "bpm", "Beats a minute."),
    AddressDoc("/pulse/phase", "0..1", "Within the beat."),
    AddressDoc("/pulse/bar", "0..1", "Within the bar."),
    AddressDoc("/pulse/count", "n", "Whole beats since the start."),
    AddressDoc("/pulse/confidence", "0..1", "0 in free run, 1 with a steady source."),
    AddressDoc("/pulse/leads", "text s", "The clock that leads, free for none; and seconds since it was heard."),
    AddressDoc(
        "/pulse/sources",
        "text text s ...",
        "Every clock that was heard, the most trusted first, by three: its name; leads, ready, weak (an unsure ear) or "
        "absent; and seconds since it was heard.",
    ),
    AddressDoc("/timecode/now", "text", "Hours, minutes, seconds and frames of MTC or LTC."),
    AddressDoc("/timecode/seconds", "s", "The same in seconds."),
    AddressDoc("/timecode/state", "text", "off, running, freewheel or stopped."),
    AddressDoc(
        "/music/note/STEM",
        "pitch velocity seconds",
        "A note of the composer when it is heard, where [music] osc = true; said once.",
    ),
    AddressDoc("/music/playing", "0..1", "Whether the composer plays; 0 without one."),
    AddressDoc("/music/now-playing", "genre chord section", "What it plays; empty while it does not."),
    AddressDoc("/music/bars", "n", "Bars that it has played since its start."),
    AddressDoc("/music/output", "text", '"ok", or why no sound card plays it.'),
    *(AddressDoc(f"/sound/{name}", "0..1", f"{value.help}.") for name, value in SENT_SOUND.items()),
    AddressDoc("/sound/loudness", "dB", "The level before the automatic gain, below full scale."),
    AddressDoc("/sound/onsets", "n", "How many notes and blows have begun since the start."),
    AddressDoc("/sound/hits", "bass low_mid high_mid high", "How many sudden rises each band has had since the start."),
    AddressDoc("/sound/tempo", "bpm confidence", "The tempo that the ear hears, and how sure it is, 0..1."),
    AddressDoc("/sound/source", "text", '"ok", "none" without an ear, or what is wrong with the source of the sound.'),
    AddressDoc("/scene/current", "name", "The scene that plays."),
    AddressDoc("/scene/following", "name", "The scene that comes; empty when none does."),
    AddressDoc("/scene/mix", "0..1", "How far the change between the two is."),
    AddressDoc("/health/frame_rate", "Hz", "Frames drawn a second."),
    AddressDoc("/health/late", "n", "Frames that came late since the start."),
    AddressDoc("/health/eye_rate", "Hz", "Observations a second."),
    AddressDoc("/health/latency", "s", "From the newest observation to now."),
    AddressDoc("/health/level", "n", "The governor's step; 0 is full quality."),
    AddressDoc("/health/quality", "0..1", "What scenes may spend."),
    AddressDoc("/health/restarts", "n", "Children that had to be started again."),
    AddressDoc("/health/source", "text", '"ok", or what is wrong with the camera.'),
    AddressDoc("/health/camera", "text", "What the camera gives: size, format and rate, and where not as asked."),
    AddressDoc(
        "/health/faults",
        "text, any number of times",
        f"What is wrong at present, the oldest first; up to {MAX_FAULTS}. Nothing when all is well.",
    ),
    AddressDoc("/health/dropped", "n", "OSC messages that were not acted on."),
    AddressDoc("/health/refused", "text", "The last message that was not acted on, with the reason and what is right."),
    AddressDoc("/health/unsent", "n", "Datagrams that could not be sent."),
)
"""All messages that are sent beside those of knobs, in the order of the reference."""


def visitor_messages(visitor: Visitor, joints: bool) -> Iterator[OutgoingMessage]:
    """Yield the messages about one visitor; with `joints`, also those of each landmark."""
    at = f"/visitor/{visitor.slot}"
    yield f"{at}/id", (visitor.id,)
    yield f"{at}/position", tuple(visitor.floor_m.tolist())
    yield f"{at}/velocity", tuple(visitor.velocity_m.tolist())
    yield f"{at}/energy", (float(visitor.energy),)
    yield f"{at}/openness", (float(visitor.openness),)
    yield f"{at}/symmetry", (float(visitor.symmetry),)
    yield f"{at}/hands", (float(visitor.hands[0]), float(visitor.hands[1]))
    yield f"{at}/facing", (float(visitor.facing),)
    if joints:
        room, screen = visitor.landmarks_m.tolist(), visitor.landmarks_screen.tolist()
        for name, metres, shown in zip(LANDMARKS, room, screen, strict=True):
            yield f"{at}/joint/{name}", (*metres, *shown)


def dancer_messages(dancer: Dancer, joints: bool) -> Iterator[OutgoingMessage]:
    """Yield the messages about one dancer; with `joints`, also those of each core joint."""
    at, body = f"/dancer/{dancer.slot}", dancer.body
    yield f"{at}/id", (dancer.id, dancer.partner)
    yield f"{at}/position", (float(body.hips_m[0]), float(body.hips_m[2]))
    if joints:
        places = places_of(body.hips_m, body.turns[:CORE_COUNT], body.offsets_m[:CORE_COUNT])
        for name, metres in zip(BONES[:CORE_COUNT], places.tolist(), strict=True):
            yield f"{at}/joint/{name}", tuple(metres)


def sound_messages(sound: Sound) -> Iterator[OutgoingMessage]:
    """Yield the messages about the sound of the room; without an ear its source alone."""
    if sound.source != NO_EAR:
        for name, value in SENT_SOUND.items():
            yield f"/sound/{name}", (value.read(sound),)
        yield "/sound/loudness", (sound.loudness_db,)
        yield "/sound/onsets", (sound.onsets,)
        yield "/sound/hits", tuple(band.hits for band in sound.bands)
        yield "/sound/tempo", (sound.beat.tempo, sound.beat.confidence)
    yield "/sound/source", (sound.source,)


def music_messages(music: Music) -> Iterator[OutgoingMessage]:
    """Yield the messages about the composer."""
    yield "/music/playing", (int(music.playing),)
    yield "/music/now-playing", (music.genre, music.chord, music.section)
    yield "/music/bars", (music.bar,)
    yield "/music/output", (music.output,)


def world_messages(moment: Moment) -> Iterator[OutgoingMessage]:
    """Yield the messages about crowd, pulse, sound, music, scene and health."""
    crowd, pulse, health = moment.crowd, moment.pulse, moment.health
    yield "/dancer/count", (len(moment.dancers),)
    yield "/crowd/count", (crowd.count,)
    yield "/crowd/energy", (float(crowd.energy),)
    yield "/crowd/centre", crowd.centre_screen
    yield "/crowd/position", crowd.centre_m
    yield "/pulse/tempo", (float(pulse.tempo),)
    yield "/pulse/phase", (pulse.beat_phase,)
    yield "/pulse/bar", (pulse.bar_phase,)
    yield "/pulse/count", (int(pulse.beat),)
    yield "/pulse/confidence", (float(pulse.confidence),)
    yield "/pulse/leads", (pulse.source, float(pulse.source_age))
    yield "/timecode/now", (str(pulse.timecode),)
    yield "/timecode/seconds", (float(pulse.timecode.seconds),)
    yield "/timecode/state", (pulse.timecode.state,)
    yield from sound_messages(moment.sound)
    yield from music_messages(moment.music)
    yield "/scene/current", (moment.programme.scene,)
    yield "/scene/following", (moment.programme.following,)
    yield "/scene/mix", (float(moment.programme.mix),)
    yield "/health/frame_rate", (float(health.frame_rate),)
    yield "/health/late", (health.late,)
    yield "/health/eye_rate", (float(health.eye_rate),)
    yield "/health/latency", (float(health.latency),)
    yield "/health/level", (health.level,)
    yield "/health/quality", (float(health.quality),)
    yield "/health/restarts", (health.restarts,)
    yield "/health/source", (health.source,)
    yield "/health/camera", (health.capture,)
    yield "/health/faults", tuple(fault[:MAX_FAULT_CHARACTERS] for fault in health.faults[:MAX_FAULTS])


class Sender:
    """Sends the same messages to all targets, and keeps the visitors whose arrival it has sent."""

    def __init__(self, targets: Sequence[OscTargetSection], rate_hz: float, joints: bool = True) -> None:
        """Send to `targets` `rate_hz` times a second, with the joints of visitors and dancers if `joints`."""
        self._targets = targets
        self._joints = joints
        self._rate_limiter = RateLimiter(rate_hz)
        self._present: dict[int, int] = {}
        """Slot by id of the visitors whose arrival was sent."""
        self._note = 0
        """Number of the newest note that was sent."""
        self._sockets = TargetSockets(targets)

    @property
    def unsent(self) -> int:
        """The number of datagrams that could not be sent."""
        return self._sockets.unsent.total()

    def due(self, t: float) -> bool:
        """Whether any target is to be sent to at show time `t`; true `rate_hz` times a second."""
        return bool(self._sockets) and self._rate_limiter.due(t)

    def send(self, moment: Moment, more: Iterable[OutgoingMessage] = ()) -> None:
        """Send the messages about `moment`, and `more`, to all targets."""
        messages = [*self._arrivals_and_departures(moment.visitors)]
        for visitor in moment.visitors:
            if visitor.id in self._present:
                messages += visitor_messages(visitor, self._joints)
        for dancer in moment.dancers:
            messages += dancer_messages(dancer, self._joints)
        messages += world_messages(moment)
        messages += more
        datagrams = codec.encode_bundles(codec.encode(*message) for message in messages)
        for target in self._targets:
            self._sockets.send(target, datagrams)

    def send_notes(self, music: Music, t: float) -> None:
        """Send the composer's notes that are heard by show time `t` and were not sent; call it at every frame."""
        heard = [note for note in music.notes if note.number > self._note and note.time <= t]
        if not heard or not self._targets:
            return
        self._note = max(note.number for note in heard)
        datagrams = codec.encode_bundles(
            codec.encode(f"/music/note/{note.stem}", (note.pitch, note.velocity, float(note.seconds))) for note in heard
        )
        for target in self._targets:
            self._sockets.send(target, datagrams)

    def close(self) -> None:
        """Close the sockets."""
        self._sockets.close()

    def _arrivals_and_departures(self, visitors: tuple[Visitor, ...]) -> Iterator[OutgoingMessage]:
        here = {visitor.id: visitor.slot for visitor in visitors if visitor.state is not State.LEFT}
        new = {v.id: v.slot for v in visitors if v.state is State.PRESENT and v.id not in self._present}
        for id in [id for id in self._present if id not in here]:
            yield "/visitor/leave", (id, self._present.pop(id))
        for id, slot in new.items():
            self._present[id] = slot
            yield "/visitor/enter", (id, slot)
