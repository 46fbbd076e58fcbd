"""What there is to say about a network, as a page: written from what its file says of itself.

`python -m motion.dancer.model_card` writes that of the network that comes along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FIGURE_LABELS = {
    "with partner": "beat F1 with the partner",
    "with another": "the same network given another couple's partner",
    "energy": "energy, times the captured dancer's",
    "skate": "foot skate, times the captured dancer's",
}
"""What figures are called where they are read."""


def model_page(file: Path, card: Mapping[str, Any]) -> str:
    """Markdown about the network of a file, of `motion.dancer.store.card`."""
    figures = card.get("figures") or {}
    told = "; ".join(f"{FIGURE_LABELS.get(name, name)} {value:.3g}" for name, value in figures.items())
    aside, without = card.get("aside") or [], card.get("without") or []
    rows = {
        "data": f"{len(card['data'])} recordings, {card['frames'] / 1800:.1f} minutes; mirrored too, and "
        f"{min(card['paces']):g} to {max(card['paces']):g} times as fast: {_listed(card['data'])}",
        "licence of the data": card.get("credit") or "nobody said; ask whoever made it",
        "kept aside": _listed(aside) if aside else "nothing: it was trained on all that there was",
        "never read": _listed(without),
        "made by": f"`{card['command']}`, seed {card['seed']}" if card.get("command") else f"seed {card['seed']}",
        "took": f"{card['minutes']:g} minutes on {_device(card['device'])}, {card['steps']:,} steps of "
        f"{card['schooling']['rows']} bodies and {card['schooling']['rounds']} plans each; torch {card['torch']}",
        "size": f"{card['parameters']:,} parameters in 16 bits",
        "figures on what was kept aside": told,
        "figures of its kind": card.get("measured", ""),
        "not in it": "what the data has not, be it bodies or movements; music, of which it is told the beat only",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items() if value)
    return (
        f"# The network of `{file.name}`\n\nHow a body goes on, and answers another: see `motion/dancer/network.py`. "
        f"This page is written from the file's own header.\n\n| | |\n|---|---|\n{table}\n"
    )


def _listed(names: Sequence[str]) -> str:
    """Names in short: 02_01 to 02_10 where numbers follow each other."""
    runs: list[list[str]] = []
    for name in sorted(names):
        if runs and _follows(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def _follows(one: str, other: str) -> bool:
    """Whether two names differ in their last number only, by one."""
    a, b = (re.fullmatch(r"(.*?)(\d+)(\D*)", name) for name in (one, other))
    return a is not None and b is not None and a[1] == b[1] and a[3] == b[3] and int(b[2]) == int(a[2]) + 1


def _device(kind: str) -> str:
    return {"cpu": "a processor", "cuda": "a graphics card"}.get(kind, kind)


if __name__ == "__main__":
    from motion.dancer.store import BUNDLED_WEIGHTS, card

    BUNDLED_WEIGHTS.with_suffix(".md").write_text(model_page(BUNDLED_WEIGHTS, card()), encoding="utf-8")
