"""Reference of OSC addresses, made from the tree of knobs and control's own tables: docs/osc.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from installation.control.control import COMMANDS
from installation.control.cues import cue_book
from installation.control.modulation import signal_docs
from installation.control.osc.sender import SENT_ADDRESSES
from installation.control.vmc.sender import TRACKER_ADDRESSES, VMC_ADDRESSES
from installation.interface.knobs import NORMALISED_PREFIX, Knob, Knobs, Value
from installation.show.music_commands import COMMANDS as MUSIC_COMMANDS
from installation.show.playlist import COMMANDS as PLAYLIST_COMMANDS
from motion import vmc, vr_trackers
from motion.landmarks import LANDMARKS
from motion.skeleton import BONES, CORE_COUNT

_HEAD = f"""# OSC addresses

This file is written by the program from its own tree of knobs; do not edit it.

Messages are listened to on `port` in `[osc]` of venue.toml, from the networks in `allow`. Every knob has two addresses:
its own, in its own units, and a normalised one below `{NORMALISED_PREFIX}` where its whole range is 0..1. Add `/get`
to either, to `/visitant/engaged`, or to an address of `/crowd`, `/pulse`, `/sound`, `/health`, `/scene`, `/preset` or
`/cue` below "Sent messages", and the value is sent back. Address patterns (`?`, `*`, `[a-z]`, `[!a]`, `{{one,two}}`,
`//`) turn every knob that they match. A value out of range is clamped; one that is not a finite number is ignored. Of
one address the last value of a frame wins, while every tap counts. A message whose bundle has a timetag up to 2 s ahead
waits for its time.

A message that nothing is done with is refused with a reason: in the log, at `/health/refused`, and in the operator's
window. A program may send back what it is sent: a value that comes back as it was sent changes nothing.

A show has the knobs of the scenes that it plays: those of `playlist`, `when` and `on_call` under `[scenes]`, and those
that cues.toml names. The knobs of all other scenes below do not exist in it.
"""


ALL_COMMANDS = (*COMMANDS, *PLAYLIST_COMMANDS, *cue_book.COMMANDS, *MUSIC_COMMANDS)
"""Every command of a show."""

_LEARNED = """\
## Controllers that are learned

Send `/learn/on`, then turn a knob or `/learn/touch` a command, then move a controller over its range: any OSC address
that is not in this table, or a MIDI controller, which is `/midi/DEVICE/CHANNEL/cc/NUMBER`, `cc14/NUMBER`,
`nrpn/NUMBER`, `rpn/NUMBER`, `bend` or `note/NUMBER`. A fader does nothing until it passes the knob's present value;
from there on it controls the knob, so that nothing jumps. A MIDI note flips a switch, selects the next choice, or
triggers its command. The mapping is kept in learned.toml beside venue.toml, which may be edited; targets and MIDI
devices are sent the knob's value. `docs/controllers.md` has the rest.
"""


def table(tree: Knobs) -> str:
    """Markdown of all addresses: knobs, commands, sent messages, and the signals that knobs can follow."""
    knobs = (
        (
            f"`{address}`",
            f"`{NORMALISED_PREFIX}{address}`",
            tree[address].kind,
            _range(tree[address]),
            _default(tree[address]),
            tree[address].help,
        )
        for address in tree
    )
    joints, bones = (", ".join(f"`{name}`" for name in names) for names in (LANDMARKS, BONES[:CORE_COUNT]))
    parts = [
        _HEAD,
        "## Knobs\n",
        _rows(("address", "normalised, 0..1", "kind", "range", "default", "what it does"), knobs),
        "\nA switch is on from 0.5, and flips when no value is sent. A choice is sent by name, or by its\n"
        "number from 1. A colour is three numbers.\n",
        "## Commands\n",
        _rows(
            ("address", "value", "what it does"),
            ((f"`{c.address}`", c.arguments, c.help) for c in ALL_COMMANDS),
        ),
        "\nButtons often send 1 when pressed and 0 when released. Commands act on the 1 and ignore the 0.\n",
        _LEARNED,
        "## Sent messages\n",
        "To every target in `[[osc.targets]]`, `rate` times a second; knobs when they change.\n",
        _rows(
            ("address", "values", "what it is"),
            ((f"`{t.address}`", t.arguments, t.help) for t in (*SENT_ADDRESSES, *cue_book.SENT_ADDRESSES)),
        ),
        f"\nSLOT counts from 1. The names of joints are {joints}.\nBONE is one of {bones}.\n",
        *_bodies(),
        "## Signals that knobs can follow\n",
        "As `signal` of a `[[modulation]]` in venue.toml.\n",
        _rows(("signal", "what it is"), ((f"`{name}`", help) for name, help in signal_docs())),
    ]
    return "\n".join(parts) + "\n"


def _bodies() -> list[str]:
    """Addresses of bodies: VMC in both directions, and trackers for VR."""
    worn = ", ".join(f"{name} {seat}" for name, _, seat, _ in vr_trackers.TRACKERS if name.isdecimal())
    head = ("address", "values", "what it is")
    names = ", ".join(f"`{name}`" for name in vmc.UNITY_BONES)
    return [
        "## Bodies as VMC\n",
        "To the targets in `[[osc.vmc]]`, each slot to its own port. Unity's space: left-handed, Y up, metres,\n"
        "quaternions x y z w. A bundle holds at most 1,400 bytes; a frame may take several, and ends with OK and T.\n",
        _rows(head, ((f"`{t.address}`", t.arguments, t.help) for t in VMC_ADDRESSES)),
        f"\nBONE is one of {names}.\n"
        "Fingers, eyes and jaw are sent where a body has them. `vrm0` reverses the room's Z, `vrm1` its X.\n",
        'The same four addresses are listened to where the source of a camera is `"vmc://0.0.0.0:39539"`, from the\n'
        "networks in `allow`: every sender is a visitor. All other addresses of VMC are ignored.\n",
        "## Bodies as trackers for VR\n",
        "To the targets in `[[osc.trackers]]`, in Unity's space, the room's Z reversed.\n",
        _rows(head, ((f"`{t.address}`", t.arguments, t.help) for t in TRACKER_ADDRESSES)),
        f"\nNUMBER is that of a bone's joint: {worn}.\n",
    ]


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _range(knob: Knob) -> str:
    if knob.choices:
        return ", ".join(knob.choices)
    if knob.kind in ("switch", "colour"):
        return "0..1"
    return f"{knob.low:g}..{knob.high:g} {knob.unit}".strip()


def _default(knob: Knob) -> str:
    value: Value = knob.default
    if isinstance(value, tuple):
        return " ".join(f"{channel:g}" for channel in value)
    return f"{float(value):g}" if isinstance(value, (bool, int, float)) else value
