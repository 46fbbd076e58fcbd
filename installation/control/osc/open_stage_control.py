"""A layout for Open Stage Control, written from the tree of knobs: a page to play from, and a page for each scene.

Its sessions are JSON: a root with tabs, each with widgets; what a widget leaves out has the default of the program's
reference (https://openstagecontrol.ammd.net/docs/widgets/widgets-reference/). A widget listens at the address at which
it sends, so that it follows whoever else turns its knob.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from installation.control.cues.cue import Cue, written
from installation.interface.knobs import NORMALISED_PREFIX, Knob, Knobs

Widget = dict[str, Any]

VERSION = "1.25.0"
"""The format's; later versions of the program read it."""
ROW, GAP, WIDE = 44, 8, 340
"""Height of a widget, the room between two, and the width of a knob, in pixels."""
BUTTONS = 4
"""Choices beyond this are a menu."""
STEPS = 64
"""Whole numbers beyond this many places are not stepped."""
INK, QUIET, ACCENT, ALARM = "#f2efe8", "#a9a7a2", "#dbb278", "#e0644a"
GROUND, PANEL = "#141416", "#1d1d20"
REFRESH = (f"{NORMALISED_PREFIX}//*/get", "//*/get")
"""PatternMatcher that ask for every knob as it stands."""


def session(tree: Knobs, scenes: Sequence[str], presets: Iterable[str], cues: Iterable[Cue]) -> Widget:
    """The whole layout, to be written as JSON. `presets` of a scene are called SCENE/NAME and stand on its page."""
    presets = tuple(presets)
    tabs = [_tab("Play", [*_play(tree, scenes), *_book(tree, presets, cues), _pulse()])]
    for scene in scenes:
        own = [name for name in presets if name.startswith(f"{scene}/")]
        knobs = [_knob(address, tree[address]) for address in tree if address.startswith(f"/scene/{scene}/")]
        looks = [_group("Looks", [_recall(name, name.partition("/")[2]) for name in own])] if own else []
        go = _press("go", "/scene/go", scene, f"go_{scene}")
        tabs.append(_tab(_title(scene), [_group(_title(scene), [go]), *looks, _group("Knobs", knobs)]))
    for prefix, title in (("/dancer/", "Dancers"), ("/painter/", "Painter"), ("/visitant/", "Show")):
        knobs = [_knob(address, tree[address]) for address in tree if address.startswith(prefix)]
        if knobs:
            tabs.append(_tab(title, [_group(title, knobs)]))
    # Which page is open concerns nobody else, so the root sends nothing but its first question.
    root = {
        "type": "root", "id": "root", "colorText": INK, "colorWidget": ACCENT, "colorBg": GROUND, "tabs": tabs,
        "onCreate": "\n".join(f"send('{pattern}', 1)" for pattern in REFRESH), "bypass": True,
    }  # fmt: skip
    _part(tabs, {"root"})
    return {"createdWith": "Open Stage Control", "version": VERSION, "type": "session", "content": root}


def _play(tree: Knobs, scenes: Sequence[str]) -> list[Widget]:
    """Which scene plays, how it changes, and the two switches for all."""
    programme = [address for address in tree if address.startswith("/programme/")]
    master = [_knob(a, tree[a]) | {"colorWidget": ALARM} for a in programme if tree[a].kind == "switch"]
    changes = [_knob(a, tree[a]) for a in programme if tree[a].kind != "switch"]
    hands = [_knob(a, tree[a]) for a in tree if a.startswith("/scene/") and a.count("/") == 2]
    gos = [_press(_title(scene), "/scene/go", scene, f"play_{scene}") for scene in scenes]
    steps = [_press(name, f"/scene/{name}") for name in ("back", "next", "cancel")]
    told = [_told("plays", "/scene/current"), _told("comes", "/scene/following")]
    return [
        _group("Scenes", [*told, *gos, *steps]),
        _group("Picture", [*master, _press("keep a still", "/visitant/still")]),
        _group("Change", [*hands, *changes]),
    ]


def _book(tree: Knobs, presets: Sequence[str], cues: Iterable[Cue]) -> list[Widget]:
    """Cues and presets."""
    turned = {name: [_knob(a, tree[a]) for a in tree if a.startswith(f"/{name}/")] for name in ("cue", "preset")}
    told = [_told("now", "/cue/now"), _told("next", "/cue/next"), _told("waits", "/cue/waits")]
    keys = [_press("GO", "/cue/go") | {"height": 2 * ROW}, _press("back", "/cue/back")]
    keys.append(_press("panic", "/cue/panic") | {"colorWidget": ALARM})
    jumps = [_press(str(cue), "/cue/jump", written(cue.number), f"jump_{index}") for index, cue in enumerate(cues)]
    shared = [_recall(name, name) for name in presets if "/" not in name]
    return [
        _group("Cues", [*told, *keys, *turned["cue"], *jumps]),
        _group("Presets", [_told("now", "/preset/now"), *turned["preset"], *shared]),
    ]


def _pulse() -> Widget:
    tempo = {"range": {"min": 40, "max": 220}, "default": 120, "decimals": 1, "typeTags": "f"}
    return _group("Pulse", [
        _press("tap", "/pulse/tap") | {"height": 2 * ROW}, _press("resync", "/pulse/resync"),
        _press("earlier", "/pulse/nudge", 10.0, "earlier"), _press("later", "/pulse/nudge", -10.0, "later"),
        _named("tempo", "", _fader("/pulse/tempo", tempo)),
    ])  # fmt: skip


def _knob(address: str, knob: Knob) -> Widget:
    """The widget that turns a knob."""
    name, kind = knob.name.replace("_", " "), _KINDS[knob.kind]
    return kind(address, knob, name) | {"comments": knob.help}


def _number(address: str, knob: Knob, name: str) -> Widget:
    fader = _fader(address, {"range": {"min": knob.low, "max": knob.high}, "default": knob.default})
    return _named(name, knob.unit, fader | {"decimals": 4, "typeTags": "f"})


def _whole(address: str, knob: Knob, name: str) -> Widget:
    low, high = int(knob.low), int(knob.high)
    fader = _fader(address, {"range": {"min": low, "max": high}, "default": knob.default})
    steps = {"steps": list(range(low, high + 1))} if high - low < STEPS else {}
    return _named(name, knob.unit, fader | {"decimals": 0, "typeTags": "i"} | steps)


def _switch(address: str, knob: Knob, name: str) -> Widget:
    # At its twin a switch is told as the number 0 or 1, which is what a button of this program compares with.
    return {
        "type": "button", "id": _id(address), "label": name, "mode": "toggle", "on": 1, "off": 0, "typeTags": "f",
        "default": int(bool(knob.default)), "address": NORMALISED_PREFIX + address, "width": WIDE, "height": ROW,
    }  # fmt: skip


def _choice(address: str, knob: Knob, name: str) -> Widget:
    few = len(knob.choices) <= BUTTONS
    kind: Widget = {"type": "switch", "layout": "horizontal"} if few else {"type": "dropdown"}
    own = {"id": _id(address), "address": address, "values": list(knob.choices), "default": knob.default}
    return _named(name, "", kind | own | {"typeTags": "s", "height": ROW}, value=False)


def _colour(address: str, knob: Knob, name: str) -> Widget:
    pad = {
        "type": "rgb", "id": _id(address), "address": address, "range": {"min": 0, "max": 1}, "decimals": 3,
        "typeTags": "f", "default": knob.default, "height": 4 * ROW,
    }  # fmt: skip
    return _named(name, "", pad, value=False)


_KINDS: Mapping[str, Callable[[str, Knob, str], Widget]] = {
    "number": _number, "whole number": _whole, "switch": _switch, "choice": _choice, "colour": _colour,
}  # fmt: skip


def _fader(address: str, own: Widget) -> Widget:
    """A fader that goes back to its default when it is tapped twice, and does not leap when it is touched."""
    return {
        "type": "fader", "id": _id(address), "address": address, "horizontal": True, "design": "compact",
        "doubleTap": True, "height": ROW,
    } | own  # fmt: skip


def _named(name: str, unit: str, widget: Widget, value: bool = True) -> Widget:
    """A widget below its name, and below its value where that is to be read."""
    head = [_text(name, f"{widget['id']}_name", INK, "left")]
    if value:
        shown = _text("", f"{widget['id']}_value", QUIET, "right")
        head.append(shown | {"value": f"@{{{widget['id']}}}{f' {unit}' if unit else ''}"})
    top = _panel(head, "horizontal") | {"id": f"{widget['id']}_head", "height": ROW // 2}
    both = _panel([top, widget], "vertical")
    return both | {"id": f"{widget['id']}_knob", "width": WIDE, "height": widget["height"] + ROW // 2}


def _press(label: str, address: str, given: str | float = 1, id: str = "") -> Widget:
    """A button that sends once when it is pressed."""
    tag = "s" if isinstance(given, str) else "f" if isinstance(given, float) else "i"
    return {
        "type": "button", "id": id or _id(address), "label": label, "mode": "tap", "on": given, "typeTags": tag,
        "address": address, "width": WIDE, "height": ROW,
    }  # fmt: skip


def _recall(preset: str, label: str) -> Widget:
    return _press(label.replace("_", " "), "/preset/recall", preset, f"preset_{_id(preset)}")


def _told(label: str, address: str) -> Widget:
    """What the show tells, as text."""
    name = _text(label, f"{_id(address)}_name", QUIET, "left") | {"width": WIDE // 4, "expand": False}
    told = _text("", _id(address), INK, "left") | {"address": address}
    return _panel([name, told], "horizontal") | {"id": f"{_id(address)}_told", "width": WIDE, "height": ROW // 2}


def _text(words: str, id: str, colour: str, align: str) -> Widget:
    return {"type": "text", "id": id, "default": words, "align": align, "colorText": colour, "expand": True,
            "padding": 0}  # fmt: skip


def _panel(widgets: list[Widget], layout: str) -> Widget:
    return {"type": "panel", "layout": layout, "padding": 0, "innerPadding": False, "alphaStroke": 0,
            "colorBg": "transparent", "scroll": False, "widgets": widgets}  # fmt: skip


def _group(title: str, widgets: list[Widget]) -> Widget:
    """A titled column of widgets."""
    id = f"group_{title.lower().replace(' ', '_')}"
    head = _text(title.upper(), f"{id}_title", ACCENT, "left") | {"height": ROW // 2, "width": WIDE, "expand": False}
    return {"type": "panel", "id": id, "layout": "vertical", "padding": GAP, "colorBg": PANEL, "alphaStroke": 0,
            "contain": False, "width": WIDE + 4 * GAP, "height": "100%", "widgets": [head, *widgets]}  # fmt: skip


def _tab(title: str, groups: list[Widget]) -> Widget:
    """A page of columns."""
    return {"type": "tab", "id": f"page_{title.lower().replace(' ', '_')}", "label": title, "layout": "horizontal",
            "contain": False, "padding": GAP, "widgets": groups}  # fmt: skip


def _part(widgets: list[Widget], taken: set[str]) -> None:
    """Give each widget an id of its own: two of one id would be one to the program."""
    for widget in widgets:
        own = base = widget["id"]
        for number in count(2):
            if own not in taken:
                break
            own = f"{base}_{number}"
        widget["id"] = own
        taken.add(own)
        _part(widget.get("widgets", []), taken)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _id(address: str) -> str:
    """A name that may stand in another widget's property."""
    return re.sub(r"[^A-Za-z0-9]", "_", address.strip("/"))
