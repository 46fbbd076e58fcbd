"""Model card of the ear's network in Markdown, from the header of its file of weights.

`python -m installation.training.ear.model_card` writes the card of the bundled network.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from installation.ear.beat.features import FRAME_SECONDS


def model_page(file: Path, card: Mapping[str, Any]) -> str:
    """The Markdown page of a file, from `installation.ear.beat.network.card`."""
    figures = "; ".join(f"{name} {value:.3g}" for name, value in (card.get("figures") or {}).items())
    rendering, schooling = card["rendering"], card["schooling"]
    fonts = ", ".join(card.get("soundfonts") or []) or "none"
    rows = {
        "data": f"{len(card['data'])} MIDI files, each rendered {rendering['versions']} times with a kit, a tempo "
        f"({rendering['tempo_factors'][0]:g} to {rendering['tempo_factors'][1]:g} times its own) and an accompaniment "
        f"of its own; {rendering['pattern_tracks']} tracks of dance patterns by rule; "
        f"{rendering['no_beat_tracks']} sounds without a beat; "
        f"{card['frames'] * FRAME_SECONDS / 3600:.1f} hours in all",
        "licence of the data": card.get("credit") or "not given; ask the authors of the files",
        "sounds": f"synthesised; soundfonts: {fonts}",
        "kept aside": f"{rendering['aside_share']:.0%} of the files; the data set's validation and test takes were "
        "never read",
        "changed as rooms do": "noise, reverberation, frequency response, gain, bass and chords, speech-like babble, "
        "silence",
        "made by": f"`{card['command']}`, seed {card['seed']}" if card.get("command") else f"seed {card['seed']}",
        "took": f"{card['minutes']:g} minutes on {_device(card['device'])}, {card['steps']:,} steps of "
        f"{schooling['rows']} windows of {schooling['frames'] * FRAME_SECONDS:g} s; torch {card['torch']}",
        "size": f"{card['parameters']:,} parameters in 16 bits",
        "figures on what was kept aside": figures,
        "not in it": "recordings of any kind; beats without drums are known from songs for games alone; bars of 5, 7 "
        "and more",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items() if value)
    return (
        f"# The network of `{file.name}`\n\nBand energies in, the odds of a beat and of a downbeat out: see "
        "`installation/ear/beat/network.py`. This page is written from the file's own header.\n\n"
        f"| | |\n|---|---|\n{table}\n"
    )


def _device(kind: str) -> str:
    return {"cpu": "a processor", "cuda": "a graphics card"}.get(kind, kind)


if __name__ == "__main__":
    from installation.ear.beat.network import BUNDLED_WEIGHTS
    from installation.ear.beat.network import card as read_card

    BUNDLED_WEIGHTS.with_suffix(".md").write_text(model_page(BUNDLED_WEIGHTS, read_card()), encoding="utf-8")
