"""The written table holds every address that the program knows."""

from __future__ import annotations

from installation.control.control import COMMANDS
from installation.control.osc.sender import SENT_ADDRESSES
from installation.control.vmc.sender import TRACKER_ADDRESSES, VMC_ADDRESSES
from installation.interface.knobs import Knob, Knobs
from installation.show.osc_reference import table


def test_every_knob_command_and_told_address_has_its_line() -> None:
    tree = Knobs()
    tree.add("/scene/tide", (Knob("swell", 0.5, 0.0, 2.0, help="How high the water stands.", unit="m"),))
    text = table(tree)
    assert (
        "| `/scene/tide/swell` | `/n/scene/tide/swell` | number | 0..2 m | 0.5 | How high the water stands. |" in text
    )
    for line in (*COMMANDS, *SENT_ADDRESSES, *VMC_ADDRESSES, *TRACKER_ADDRESSES):
        assert f"| `{line.address}` |" in text
