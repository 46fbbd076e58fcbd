"""Layout for Open Stage Control, made from the tree of knobs: a page for playing, and a page for each scene.

Its sessions are JSON: a root with tabs, each with widgets; a property that is left out has the default of the program's
reference (https://openstagecontrol.ammd.net/docs/widgets/widgets-reference/). A widget receives at the address at which
it sends, so that it follows its knob when another controller turns it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from installation.control.cues.cue import Cue, format_number
from installation.interface.knobs import NORMALISED_PREFIX, Knob, Knobs

Widget = dict[str, Any]

VERSION = "1.25.0"
"""Version of the format; later versions of the program read it."""
ROW_PX = 44
"""Height of a widget."""
GAP_PX = 8
"""Padding around groups."""
WIDTH_PX = 340
"""Width of a knob's widget."""
MAX_BUTTONS = 4
"""A choice of more is a menu."""
MAX_STEPS = 64
"""A range of more whole numbers has no steps."""
INK = "#f2efe8"
QUIET = "#a9a7a2"
ACCENT = "#dbb278"
ALARM = "#e0644a"
GROUND = "#141416"
PANEL = "#1d1d20"
MONITORED = ("refused", "faults", "source", "frame_rate", "late", "dropped")
"""Values below /health that the page for playing displays."""
PAGES = (
    ("/dancer/", "Dancers"),
    ("/painter/", "Painter"),
    ("/music/", "Music"),
    ("/sound/", "Sound"),
    ("/visitant/", "Show"),
)
"""Pages beside those of the scenes: the knobs' prefix, and the title."""
REFRESH = (f"{NORMALISED_PREFIX}//*/get", "//*/get")
"""Patterns that query the values of all knobs."""


def session(tree: Knobs, scenes: Sequence[str], presets: Iterable[str], cues: Iterable[Cue]) -> Widget:
    """Make the whole layout, to be written as JSON. Presets called SCENE/NAME go to the page of their scene."""
    presets = tuple(presets)
    columns = [*_play(tree, scenes), *_cues_and_presets(tree, presets, cues), _pulse(tree), _monitor()]
    tabs = [_tab("Play", columns)]
    for scene in scenes:
        own = [name for name in presets if name.startswith(f"{scene}/")]
        knobs = [_knob(address, tree[address]) for address in tree if address.startswith(f"/scene/{scene}/")]
        looks = [_group("Looks", [_recall(name, name.partition("/")[2]) for name in own])] if own else []
        go = _button("go", "/scene/go", scene, f"go_{scene}")
        tabs.append(_tab(_title(scene), [_group(_title(scene), [go]), *looks, _group("Knobs", knobs)]))
    for prefix, title in PAGES:
        knobs = [_knob(address, tree[address]) for address in tree if address.startswith(prefix)]
        if knobs:
            tabs.append(_tab(title, [_group(title, knobs)]))
    # The root sends nothing but its first query: the page that is open is a local state.
    root = {
        "type": "root",
        "id": "root",
        "colorText": INK,
        "colorWidget": ACCENT,
        "colorBg": GROUND,
        "tabs": tabs,
        "onCreate": "\n".join(f"send('{pattern}', 1)" for pattern in REFRESH),
        "bypass": True,
    }
    _make_ids_unique(tabs, {"root"})
    return {"createdWith": "Open Stage Control", "version": VERSION, "type": "session", "content": root}


def _play(tree: Knobs, scenes: Sequence[str]) -> list[Widget]:
    """Playlist: scenes, transitions, and the master switches."""
    master = [_knob(a, tree[a]) | {"colorWidget": ALARM} for a in tree if a.startswith("/master/")]
    changes = [_knob(a, tree[a]) for a in tree if a.startswith("/playlist/")]
    hands = [_knob(a, tree[a]) for a in tree if a.startswith("/scene/") and a.count("/") == 2]
    gos = [_button(_title(scene), "/scene/go", scene, f"play_{scene}") for scene in scenes]
    steps = [_button(name, f"/scene/{name}") for name in ("back", "next", "cancel")]
    values = [_value_text("plays", "/scene/current"), _value_text("comes", "/scene/following")]
    return [
        _group("Scenes", [*values, *gos, *steps]),
        _group("Picture", [*master, _button("keep a still", "/visitant/still")]),
        _group("Change", [*hands, *changes]),
    ]


def _cues_and_presets(tree: Knobs, presets: Sequence[str], cues: Iterable[Cue]) -> list[Widget]:
    """Cues and presets."""
    turned = {name: [_knob(a, tree[a]) for a in tree if a.startswith(f"/{name}/")] for name in ("cue", "preset")}
    values = [_value_text("now", "/cue/now"), _value_text("next", "/cue/next"), _value_text("waits", "/cue/waits")]
    keys = [_button("GO", "/cue/go") | {"height": 2 * ROW_PX}, _button("back", "/cue/back")]
    keys.append(_button("back to the playlist", "/cue/release"))
    keys.append(_button("panic", "/cue/panic") | {"colorWidget": ALARM})
    jumps = [
        _button(str(cue), "/cue/jump", format_number(cue.number), f"jump_{index}") for index, cue in enumerate(cues)
    ]
    shared = [_recall(name, name) for name in presets if "/" not in name]
    return [
        _group("Cues", [*values, *keys, *turned["cue"], *jumps]),
        _group("Presets", [_value_text("now", "/preset/now"), *turned["preset"], *shared]),
    ]


def _pulse(tree: Knobs) -> Widget:
    tempo = {"range": {"min": 40, "max": 220}, "default": 120, "decimals": 1, "typeTags": "f"}
    others = [address for address in tree if address.startswith("/pulse/") and address != "/pulse/tempo"]
    return _group(
        "Pulse",
        [
            _button("tap", "/pulse/tap") | {"height": 2 * ROW_PX},
            _button("resync", "/pulse/resync"),
            _button("half the tempo", "/pulse/halve"),
            _button("twice the tempo", "/pulse/double"),
            _button("earlier", "/pulse/nudge", 10.0, "earlier"),
            _button("later", "/pulse/nudge", -10.0, "later"),
            _named("tempo", "", _fader("/pulse/tempo", tempo)),
            *(_knob(address, tree[address]) for address in others),
        ],
    )


def _monitor() -> Widget:
    """What the show reports: the last message that it refused, what is wrong, and its frame rate."""
    return _group("Monitor", [_value_text(name, f"/health/{name}") for name in MONITORED])


def _knob(address: str, knob: Knob) -> Widget:
    """The widget of a knob."""
    name, kind = knob.name.replace("_", " "), _KINDS[knob.kind]
    return kind(address, knob, name) | {"comments": knob.help}


def _number(address: str, knob: Knob, name: str) -> Widget:
    fader = _fader(address, {"range": {"min": knob.low, "max": knob.high}, "default": knob.default})
    return _named(name, knob.unit, fader | {"decimals": 4, "typeTags": "f"})


def _whole(address: str, knob: Knob, name: str) -> Widget:
    low, high = int(knob.low), int(knob.high)
    fader = _fader(address, {"range": {"min": low, "max": high}, "default": knob.default})
    steps = {"steps": list(range(low, high + 1))} if high - low < MAX_STEPS else {}
    return _named(name, knob.unit, fader | {"decimals": 0, "typeTags": "i"} | steps)


def _switch(address: str, knob: Knob, name: str) -> Widget:
    # At its normalised address a switch is the number 0 or 1, with which a button of this program compares.
    return {
        "type": "button",
        "id": _id(address),
        "label": name,
        "mode": "toggle",
        "on": 1,
        "off": 0,
        "typeTags": "f",
        "default": int(bool(knob.default)),
        "address": NORMALISED_PREFIX + address,
        "width": WIDTH_PX,
        "height": ROW_PX,
    }


def _choice(address: str, knob: Knob, name: str) -> Widget:
    few = len(knob.choices) <= MAX_BUTTONS
    kind: Widget = {"type": "switch", "layout": "horizontal"} if few else {"type": "dropdown"}
    own = {"id": _id(address), "address": address, "values": list(knob.choices), "default": knob.default}
    return _named(name, "", kind | own | {"typeTags": "s", "height": ROW_PX}, value=False)


def _colour(address: str, knob: Knob, name: str) -> Widget:
    pad = {
        "type": "rgb",
        "id": _id(address),
        "address": address,
        "range": {"min": 0, "max": 1},
        "decimals": 3,
        "typeTags": "f",
        "default": knob.default,
        "height": 4 * ROW_PX,
    }
    return _named(name, "", pad, value=False)


_KINDS: Mapping[str, Callable[[str, Knob, str], Widget]] = {
    "number": _number,
    "whole number": _whole,
    "switch": _switch,
    "choice": _choice,
    "colour": _colour,
}


def _fader(address: str, own: Widget) -> Widget:
    """A fader that returns to its default on a double tap, and does not jump when it is touched."""
    return {
        "type": "fader",
        "id": _id(address),
        "address": address,
        "horizontal": True,
        "design": "compact",
        "doubleTap": True,
        "height": ROW_PX,
    } | own


def _named(name: str, unit: str, widget: Widget, value: bool = True) -> Widget:
    """A widget below its name and, with `value`, its value."""
    head = [_text(name, f"{widget['id']}_name", INK, "left")]
    if value:
        shown = _text("", f"{widget['id']}_value", QUIET, "right")
        head.append(shown | {"value": f"@{{{widget['id']}}}{f' {unit}' if unit else ''}"})
    top = _panel(head, "horizontal") | {"id": f"{widget['id']}_head", "height": ROW_PX // 2}
    both = _panel([top, widget], "vertical")
    return both | {"id": f"{widget['id']}_knob", "width": WIDTH_PX, "height": widget["height"] + ROW_PX // 2}


def _button(label: str, address: str, given: str | float = 1, id: str = "") -> Widget:
    """A button that sends one message when it is pressed."""
    tag = "s" if isinstance(given, str) else "f" if isinstance(given, float) else "i"
    return {
        "type": "button",
        "id": id or _id(address),
        "label": label,
        "mode": "tap",
        "on": given,
        "typeTags": tag,
        "address": address,
        "width": WIDTH_PX,
        "height": ROW_PX,
    }


def _recall(preset: str, label: str) -> Widget:
    return _button(label.replace("_", " "), "/preset/recall", preset, f"preset_{_id(preset)}")


def _value_text(label: str, address: str) -> Widget:
    """A value that the show sends, as text."""
    name = _text(label, f"{_id(address)}_name", QUIET, "left") | {"width": WIDTH_PX // 4, "expand": False}
    values = _text("", _id(address), INK, "left") | {"address": address}
    return _panel([name, values], "horizontal") | {
        "id": f"{_id(address)}_told",
        "width": WIDTH_PX,
        "height": ROW_PX // 2,
    }


def _text(words: str, id: str, colour: str, align: str) -> Widget:
    return {
        "type": "text",
        "id": id,
        "default": words,
        "align": align,
        "colorText": colour,
        "expand": True,
        "padding": 0,
    }


def _panel(widgets: list[Widget], layout: str) -> Widget:
    return {
        "type": "panel",
        "layout": layout,
        "padding": 0,
        "innerPadding": False,
        "alphaStroke": 0,
        "colorBg": "transparent",
        "scroll": False,
        "widgets": widgets,
    }


def _group(title: str, widgets: list[Widget]) -> Widget:
    """A titled column of widgets."""
    id = f"group_{title.lower().replace(' ', '_')}"
    head = _text(title.upper(), f"{id}_title", ACCENT, "left") | {
        "height": ROW_PX // 2,
        "width": WIDTH_PX,
        "expand": False,
    }
    return {
        "type": "panel",
        "id": id,
        "layout": "vertical",
        "padding": GAP_PX,
        "colorBg": PANEL,
        "alphaStroke": 0,
        "contain": False,
        "width": WIDTH_PX + 4 * GAP_PX,
        "height": "100%",
        "widgets": [head, *widgets],
    }


def _tab(title: str, groups: list[Widget]) -> Widget:
    """A page of columns."""
    return {
        "type": "tab",
        "id": f"page_{title.lower().replace(' ', '_')}",
        "label": title,
        "layout": "horizontal",
        "contain": False,
        "padding": GAP_PX,
        "widgets": groups,
    }


def _make_ids_unique(widgets: list[Widget], taken: set[str]) -> None:
    """Make the ids of all widgets unique: the program takes two widgets of one id for one."""
    for widget in widgets:
        own = base = widget["id"]
        for number in count(2):
            if own not in taken:
                break
            own = f"{base}_{number}"
        widget["id"] = own
        taken.add(own)
        _make_ids_unique(widget.get("widgets", []), taken)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _id(address: str) -> str:
    """An id without characters that a reference in another widget's property would not allow."""
    return re.sub(r"[^A-Za-z0-9]", "_", address.strip("/"))
