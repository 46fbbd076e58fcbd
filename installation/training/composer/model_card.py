"""The model card of a composer's network as a Markdown page, from the header of its file.

`python -m installation.training.composer.model_card` writes that of the bundled network.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from installation.music.model.store import BUNDLED_WEIGHTS
from installation.music.model.store import card as read_card

CREDITS = {
    "groove": "Groove MIDI Dataset, Gillick et al. 2019, CC BY 4.0",
    "freedoom": "music of Freedoom by its contributors, BSD 3-Clause",
}
"""Authors and licences of the sources that are known by the names of their folders."""


def model_page(file: Path, card: Mapping[str, Any]) -> str:
    """The Markdown page of a file with a `card` as `installation.music.model.store.card` reads it."""
    figures = card.get("figures") or {}
    labels = {"groove": "drums of validation takes", "band": "bands of validation songs"}
    figure_text = "; ".join(f"{labels.get(name, name)} {value:.3g} bits a note" for name, value in figures.items())
    data = "; ".join(
        f"{name}: {facts['files']} files, {facts['bars']:,} bars, {facts['notes']:,} notes"
        + (f" ({CREDITS[name]})" if name in CREDITS else "")
        for name, facts in card["data"].items()
    )
    rows = {
        "data": f"{data}; bands also transposed to all keys, and all louder and softer",
        "licence of the data": card.get("credit") or "as named above; where nothing is named, ask the author",
        "made by": f"`{card['command']}`, seed {card['seed']}" if card.get("command") else f"seed {card['seed']}",
        "took": f"{card['minutes']:g} minutes on {_device(card['device'])}, {card['steps']:,} steps of "
        f"{card['batches']['rows']} stretches of {card['batches']['context']} tokens; torch {card['torch']}",
        "size": f"{card['parameters']:,} parameters in 16 bits",
        "figures, controls hidden": figure_text,
        "figures of its kind": card.get("measured", ""),
        "not in it": "voices, sound, lyrics, living artists' names; bars of other than 16 sixteenths; genres beyond "
        "rock, funk, jazz, latin and hip-hop, of which it knows the drums alone: harmony and form come by rule",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items() if value)
    return (
        f"# The composer of `{file.name}`\n\nBars of notes from bars before and from controls: see "
        f"`installation/music/model/`. This page is written from the file's own header.\n\n| | |\n|---|---|\n{table}\n"
    )


def _device(kind: str) -> str:
    return {"cpu": "a processor", "cuda": "a graphics card"}.get(kind, kind)


if __name__ == "__main__":
    BUNDLED_WEIGHTS.with_suffix(".md").write_text(model_page(BUNDLED_WEIGHTS, read_card()), encoding="utf-8")
