"""Figures of in-betweening: gaps of held-out motions, beside slerp and motion matching."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from installation.evaluate.report import Figure
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluate.in_betweening import (
    GAP_SECONDS,
    MATCHING,
    NETWORK,
    PLANTED,
    SLERP,
    TRUTH,
    in_between_figures,
)

Advance = Callable[[float], None]


def figures(folds: Sequence[Fold], advance: Advance) -> Iterator[Figure]:
    """Joint error and foot skate of gaps filled by the network, which should both be below those of both baselines."""
    for done, seconds in enumerate(GAP_SECONDS):
        found = in_between_figures(folds, seconds)
        label = f"between: gaps of {seconds:g} s"
        if found is None:
            yield Figure(f"{label}: none is held", 0)
            continue
        yield Figure(label, found.gaps)
        for name, values, unit in (("joint error", found.error_mm, "mm"), ("foot skate", found.skate, "m/s")):
            for baseline in (SLERP, MATCHING):
                if baseline in values:
                    share = values[NETWORK] / max(values[baseline], 1e-9)
                    yield Figure.at_most(f"{label}, {name} over that of {baseline}", share, 1.0, "times")
            yield Figure(f"{label}, {name}", values[NETWORK], unit, values[SLERP])
            yield Figure(f"{label}, {name} of motion matching", values.get(MATCHING), unit)
            for baseline in (SLERP, MATCHING):
                if (planted := f"{baseline}{PLANTED}") in values:
                    yield Figure(f"{label}, {name} of {planted}", values[planted], unit)
        yield Figure(f"{label}, foot skate of the truth", found.skate[TRUTH], "m/s")
        advance((done + 1) / len(GAP_SECONDS))
