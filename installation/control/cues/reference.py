"""Reference of the files of presets and cues, made from their schema: docs/cues.md."""

from __future__ import annotations

from installation.control.cues.cue import Cue
from installation.control.cues.preset import NAME_RULE

PRESET = """\
"/scene/tide/swell" = 0.9
"/scene/tide/paper" = 1.0

"/scene/loom/accent" = [0.9, 0.7, 0.4]
"""

CUES = """\
[[cues]]
number = "1"
name = "Low water"
scene = "tide"
preset = "dusk"

[[cues]]
number = "1.5"
name = "It rises"
wait = 4
fade = 32
time_unit = "beats"
follow = 0

[cues.knobs]
"/scene/tide/swell" = 1.0

[[cues]]
number = "2"
name = "Threads"
scene = "loom"
"""


def page() -> str:
    """The text of docs/cues.md."""
    meanings = {key: (field.description or "").replace("|", "\\|") for key, field in Cue.model_fields.items()}
    keys = "\n".join(f"| `{key}` | {meaning} |" for key, meaning in meanings.items())
    return f"""\
# Presets and cues

The files lie beside venue.toml, are read when the show starts and again within a second after a change, and may be
written by hand: a mistake is reported with its line, and everything else works. Without a venue file, they lie in the
user's state folder. [osc.md](osc.md) has the messages that play them.

This page is written by `make docs` from the code.

## presets/NAME.toml

A look: knobs by their addresses, in their own units, a colour as three numbers from 0 to 1. `/preset/save NAME` writes
one, and `/preset/recall NAME` brings it back; its name is made of {NAME_RULE}.
Scenes bring looks of their own, called SCENE/NAME. A preset called safe is what panic comes to, over the defaults of
all knobs that it leaves out.

```toml
{PRESET}```

## cues.toml

A cue holds only the knobs that it touches. Back and jump bring what playing up to there would have brought.

```toml
{CUES}```

| key of a cue | what it holds |
| --- | --- |
{keys}
"""
