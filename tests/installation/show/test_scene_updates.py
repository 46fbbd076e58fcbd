"""The knobs of an edited scene keep their values where they fit, and everything that names them follows."""

from __future__ import annotations

from installation.interface.knobs import Knob, Knobs
from installation.show.scene_updates import exchange_knobs

BEFORE = (
    Knob("ink", 1.0, 0.0, 2.0),
    Knob("swell", 0.5),
    Knob("mood", "calm", choices=("calm", "storm")),
    Knob("old", 0.1),
)
AFTER = (
    Knob("ink", 0.5, 0.0, 1.0),
    Knob("swell", 0.2),
    Knob("mood", "flood", choices=("flood", "ebb")),
    Knob("new", 0.3),
)


def test_turned_knobs_stay_within_their_new_range_and_others_follow_their_new_default() -> None:
    tree = Knobs()
    tree.add("/scene/hold", (Knob("on", False),))
    tree.add("/scene/tide", BEFORE)
    tree.turn("/scene/tide/ink", 1.8)
    tree.turn("/scene/tide/mood", "storm")
    exchange_knobs(tree, "/scene/tide", BEFORE, AFTER)
    assert dict(tree.values) == {
        "/scene/hold/on": False,
        "/scene/tide/ink": 1.0,
        "/scene/tide/swell": 0.2,
        "/scene/tide/mood": "flood",
        "/scene/tide/new": 0.3,
    }
