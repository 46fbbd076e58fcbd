"""Cross-validation folds: networks, the clips held out of their training, and those they were trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from motion.dancer import store
from motion.dancer.data import DanceClip, couples
from motion.dancer.network import Network


class FoldError(ValueError):
    """Networks that can't be evaluated on these clips; the text says why."""


@dataclass(frozen=True)
class Fold:
    """A network, the clips on which it is evaluated, and those that motion matching may replay beside it."""

    network: Network
    held_out: Sequence[DanceClip]
    trained_on: Sequence[DanceClip]


def read_folds(folder: Path, clips: Sequence[DanceClip]) -> list[Fold]:
    """A fold of each `fold-*.safetensors`, by the `without` and `data` of its model card.

    Raises FoldError where there are none, where one holds out no couple or was trained on what it holds out, or where
    two hold out the same couple; WeightsError where one can't be read.
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
        held_out = [c for c in clips if c.name in without]
        if not couples(held_out):
            raise FoldError(
                f"{file}: was trained without {', '.join(sorted(without)) or 'anything'}: no couple of these"
            )
        for clip in held_out:
            if clip.partner and taken.setdefault(clip.name, file) != file:
                raise FoldError(f"{file}: holds {clip.name}, which {taken[clip.name]} holds too")
        found.append(Fold(store.load(file), held_out, [c for c in clips if c.name in data]))
    return found


def leave_one_couple_out(
    weights: Path | None, clips: Sequence[DanceClip], trained_on: Sequence[DanceClip] | None = None
) -> tuple[list[Fold], list[str]]:
    """Folds that evaluate one network on all clips, couple by couple, and the names of the clips it was trained on.

    Motion matching replays `trained_on`, by default all other couples.
    """
    network = store.load(weights)
    data = set(store.card(weights).get("data", ()))
    found = []
    solos = [c for c in clips if c.partner is None]
    for one, other in couples(clips):
        pair = [one, other]
        rest = [c for c in (clips if trained_on is None else trained_on) if c.name not in (one.name, other.name)]
        found.append(Fold(network, [*pair, *solos], rest))
        solos = []
    if not found:
        raise FoldError("no two of these motions belong together: there is no couple to evaluate")
    return found, sorted(c.name for c in clips if c.name in data)
