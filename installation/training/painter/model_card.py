"""Model card of a painter in Markdown, from the header of its file of weights.

`python -m installation.training.painter.model_card` writes the card of the bundled painter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def model_page(file: Path, card: Mapping[str, Any], styles: Sequence[str]) -> str:
    """The model card of a file of weights, from `store.card`, with every picture in its training data."""
    works = card.get("works") or []
    films = card.get("films") or []
    rows = {
        "data": f"{len(works)} pictures, listed below",
        "licence of the data": card.get("credit") or "as listed below; where there is none, ask the author",
        "people": f"{card['people']} moments of bodies that the dancer moves"
        + (f" and of {', '.join(films)}" if films else ""),
        "made by": f"`{card['command']}`, seed {card['seed']}" if card.get("command") else f"seed {card['seed']}",
        "took": f"{card['minutes']:g} minutes on {_device(card['device'])}, {card['steps']:,} steps",
        "torch": card["torch"],
        "size": f"{card['parameters']:,} parameters in 16 bits",
        "styles": ", ".join(styles),
        "figures": card.get("measured", ""),
        "not in it": "what its pictures have not; faces are what a brush makes of a few dark spots",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items() if value)
    lines = "\n".join(
        "| " + " | ".join(_cell(work.get(name, "")) for name in ("path", "artist", "title", "date", "licence")) + " |"
        for work in works
    )
    return (
        f"# The painter of `{file.name}`\n\nA guide and a style in, a painting out: see "
        f"`installation/paint/engines/network.py`. This page is written from the file's own header.\n\n"
        f"| | |\n|---|---|\n{table}\n\n## Pictures that it learned from\n\n"
        f"| file | artist | title | date | licence |\n|---|---|---|---|---|\n{lines}\n"
    )


def _cell(text: Any) -> str:
    return str(text).replace("|", "/").replace("\n", " ")


def _device(kind: str) -> str:
    return {"cpu": "a processor", "cuda": "a graphics card"}.get(kind, kind)


if __name__ == "__main__":
    from installation.paint.engines.store import card, style_names
    from installation.paint.engines.weights import BUNDLED_WEIGHTS

    BUNDLED_WEIGHTS.with_suffix(".md").write_text(model_page(BUNDLED_WEIGHTS, card(), style_names()), encoding="utf-8")
