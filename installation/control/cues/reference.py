"""Reference of the files of presets and cues, made from their schema: docs/cues.md."""

from __future__ import annotations

from installation.control.cues.cue import Cue
from installation.control.cues.preset import NAME_RULE
from installation.core.attribute_docstrings import attribute_docstrings

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
"/pulse/tempo" = 96
"/pulse/beats_a_bar" = 3

[[cues]]
number = "2"
name = "Threads"
scene = "loom"
fade = 8
scene_fade = 0
release = true

[[cues]]
number = "3"
name = "With the film"
at = "01:00:12:08"
scene = "tide"
fade = 2
"""


def page() -> str:
    """The text of docs/cues.md."""
    known = attribute_docstrings(Cue)
    meanings = {key: field.description or known.get(key, "") for key, field in Cue.model_fields.items()}
    keys = "\n".join(f"| `{key}` | {meaning.replace('|', chr(92) + '|')} |" for key, meaning in meanings.items())
    return f"""\
# Presets and cues

The files lie beside venue.toml, are read when the show starts and again within a second after a change, and may be
written by hand: a mistake is reported with its line, and everything else works. Where a file is edited while a show
plays, what stood there before stays in the place of a mistake. Without a venue file, they lie in the user's state
folder. [osc.md](osc.md) has the messages that play them.

This page is written by `make docs` from the code.

## presets/NAME.toml

A look: knobs by their addresses, in their own units, a colour as three numbers from 0 to 1. `/preset/save NAME` writes
one, and `/preset/recall NAME` brings it back; its name is made of {NAME_RULE}.
Scenes bring looks of their own, called SCENE/NAME. A preset called safe is what panic comes to, over the defaults of
all knobs that it leaves out.

```toml
{PRESET}```

## cues.toml

A cue holds only the knobs that it touches. Back and jump bring what playing up to there would have brought. `fade`
times both the knobs and the scene change; `scene_fade` gives the scene change a time of its own.

A preset and a cue may set

- every knob, by its whole address and in its own units: `"/pulse/tempo" = 96`, `"/painter/style" = "mosaic"`,
  `"/playlist/transition" = "ink"`, and those that say how presets and cues are played, such as
  `"/cue/quantise" = "bar"`; a number takes no true or false, and a choice one of its names alone;
- every signal that a `[[modulation]]` of venue.toml follows: with `signal = "signal/fog"` there, `"/signal/fog" = 0.4`;
- the commands of pulse and scenes, and two of the operator: `"/pulse/double" = true`, `"/scene/go" = "tide"`,
  `"/visitant/still" = true`, `"/visitant/fullscreen" = true`; they are sent once when the fade begins, with one value,
  and are no part of the state that back and jump restore.

They may not give the commands of cues, presets, knobs and learning (`/cue/go`, `/preset/recall`, `/knob/...`,
`/learn/...`), `/visitant/engaged` and `/visitant/shutdown`; nor do they take patterns (`"/scene/*/swell"`), addresses
with /n, or signals that nothing follows. Whatever is wrong is reported with its line and the nearest address, by
`visitant check` and when the file is read.

**Cues decide over scenes while they run.** From the first go on, neither the playlist nor triggers change the scene, so
that a cue's scene stays until another cue. The playlist goes on before the first cue, from `/cue/release`, from a cue
with `release = true`, and from `/scene/next` and `/scene/back` (N and P), which also call off a cue that waits. A scene
that is left to it plays for its whole time first; the next go takes over again. `/cue/drives` is sent as 1 meanwhile.
A cue may go to a scene that is not in the playlist: a show loads the scenes of all its cues when it starts. A cue that
is written while it plays and names another scene is reported at once.

**Cues chase timecode.** A cue with `at` starts when the timecode that runs (MTC or LTC, `[pulse]` of venue.toml) passes
it, whatever `/cue/quantise` says. After a locate, forwards or backwards, the list is where playing up to there would
have brought it, as after a jump; follows in seconds count for that. While timecode freewheels the cues go on, and while
the transport stands nothing starts. A cue that is on already is not started again. Go, back and jump work in between;
cues without `at` wait for them. Times rise with the numbers.

```toml
{CUES}```

| key of a cue | what it holds |
| --- | --- |
{keys}
"""
