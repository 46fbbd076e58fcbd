"""The model card of a dancer's network as a Markdown page, from the header of its file.

`python -m motion.dancer.model_card` writes that of the bundled network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from motion.dancer.store import BUNDLED_WEIGHTS
from motion.dancer.store import card as read_card

FIGURE_LABELS = {
    "with partner": "beat F1 with the partner",
    "with another": "the same network given another couple's partner",
    "energy": "energy, times the captured dancer's",
    "skate": "foot skate, times the captured dancer's",
}
"""Labels of the figures for readers."""


def model_page(file: Path, card: Mapping[str, Any]) -> str:
    """The Markdown page of a file with a `card` as `motion.dancer.store.card` reads it."""
    figures = card.get("figures") or {}
    figure_text = "; ".join(f"{FIGURE_LABELS.get(name, name)} {value:.3g}" for name, value in figures.items())
    aside, without = card.get("aside") or [], card.get("without") or []
    rows = {
        "data": f"{len(card['data'])} recordings, {card['frames'] / 1800:.1f} minutes; mirrored too, and "
        f"{min(card['paces']):g} to {max(card['paces']):g} times as fast: {_listed(card['data'])}",
        "went on from": _started(card.get("start") or {}),
        "licence of the data": card.get("credit") or "nobody said; ask whoever made it",
        "kept aside": _listed(aside) if aside else "nothing: it was trained on all that there was",
        "never read": _listed(without),
        "made by": f"`{card['command']}`, seed {card['seed']}" if card.get("command") else f"seed {card['seed']}",
        "took": f"{card['minutes']:g} minutes on {_device(card['device'])}, {card['steps']:,} steps of "
        f"{card['schooling']['rows']} bodies and {card['schooling']['rounds']} plans each; torch {card['torch']}",
        "size": f"{card['parameters']:,} parameters in 16 bits",
        "figures on what was kept aside": figure_text,
        "figures of its kind": card.get("measured", ""),
        "not in it": "what the data has not, be it bodies or movements; of music it has beat, bar and onsets alone",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items() if value)
    return (
        f"# The network of `{file.name}`\n\nHow a body goes on, and answers another: see `motion/dancer/network.py`. "
        f"This page is written from the file's own header.\n\n| | |\n|---|---|\n{table}\n"
    )


def _started(start: Mapping[str, Any]) -> str:
    """The weights from which a training went on, in words; empty for a new network."""
    if not start:
        return ""
    data = f", trained on {_listed(start['data'])}" if start.get("data") else ""
    made = f", {start['minutes']:g} minutes of `{start['command']}`" if start.get("command") else ""
    return f"{start['file']} (SHA-256 {start['sha256'][:12]}…){made}{data}"


def _listed(names: Sequence[str]) -> str:
    """Names in short: 02_01 to 02_10 for consecutive numbers."""
    runs: list[list[str]] = []
    for name in sorted(names):
        if runs and _follows(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def _follows(one: str, other: str) -> bool:
    """Whether two names differ only in their last number, by one."""
    a, b = (re.fullmatch(r"(.*?)(\d+)(\D*)", name) for name in (one, other))
    return a is not None and b is not None and a[1] == b[1] and a[3] == b[3] and int(b[2]) == int(a[2]) + 1


def _device(kind: str) -> str:
    return {"cpu": "a processor", "cuda": "a graphics card"}.get(kind, kind)


if __name__ == "__main__":
    BUNDLED_WEIGHTS.with_suffix(".md").write_text(model_page(BUNDLED_WEIGHTS, read_card()), encoding="utf-8")
