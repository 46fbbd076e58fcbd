"""Who has seen what: networks, and the clips that each is measured on and has learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motion.dancer import store
from motion.dancer.data import DanceClip, couples
from motion.dancer.network import Network


class FoldError(ValueError):
    """Networks that can't be measured on these clips; says why."""


@dataclass(frozen=True)
class Fold:
    """A network, what it is measured on, and what motion matching may replay beside it."""

    network: Network
    held_out: Sequence[DanceClip]
    trained_on: Sequence[DanceClip]


def read_folds(folder: Path, clips: Sequence[DanceClip]) -> list[Fold]:
    """A fold of each `fold-*.safetensors`: what it was trained without is held, what it was trained on is learned.

    Raises FoldError where there are none, where one holds no couple or has learned from what it holds, or where a
    couple is held by two; WeightsError where one can't be read.
    """
    files = sorted(folder.glob("fold-*.safetensors"))
    if not files:
        raise FoldError(
            f"{folder} holds no fold-*.safetensors; `visitant train dancer --without NAME … --out FILE` makes one"
        )
    found = []
    taken: dict[str, Path] = {}
    for file in files:
        card = store.card(file)
        without, data = set(card.get("without", ())), set(card.get("data", ()))
        if both := sorted(without & data):
            raise FoldError(f"{file}: was trained on {', '.join(both)}, which it says that it was trained without")
        held = [c for c in clips if c.name in without]
        if not couples(held):
            raise FoldError(
                f"{file}: was trained without {', '.join(sorted(without)) or 'anything'}: no couple of these"
            )
        for clip in held:
            if clip.partner and taken.setdefault(clip.name, file) != file:
                raise FoldError(f"{file}: holds {clip.name}, which {taken[clip.name]} holds too")
        found.append(Fold(store.load(file), held, [c for c in clips if c.name in data]))
    return found


def leave_one_couple_out(
    weights: Path | None, clips: Sequence[DanceClip], learned: Sequence[DanceClip] | None = None
) -> tuple[list[Fold], list[str]]:
    """One network measured on everything, couple by couple, and the names of those clips that it was trained on.

    Motion matching replays `learned`, without which it replays all other couples.
    """
    network = store.load(weights)
    data = set(store.card(weights).get("data", ()))
    found = []
    solos = [c for c in clips if c.partner is None]
    for one, other in couples(clips):
        pair = [one, other]
        rest = [c for c in (clips if learned is None else learned) if c.name not in (one.name, other.name)]
        found.append(Fold(network, [*pair, *solos], rest))
        solos = []
    if not found:
        raise FoldError("no two of these motions belong together: there is nobody to answer")
    return found, sorted(c.name for c in clips if c.name in data)
