"""Prompts: what is to be painted, said in words; the style of an engine that was taught with captions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from installation.core.errors import Trouble

Texts = tuple[tuple[str, float], ...]

HEAVIEST = 100.0
"""The largest weight that is read; what comes after a colon and is larger is no weight but a year."""
FORM = '"reed pen on paper : 2 | gold leaf | - blurred", where " : 2" is a weight and "-" is what is not to be seen'


class PromptError(Trouble):
    """A prompt that says nothing, or whose weights are none."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Texts whose meanings are mixed by weights."""

    texts: Texts = (("", 1.0),)
    """What is to be seen: at least one, all weights above 0; they count relative to each other."""
    without: Texts = ()
    """What is not to be seen, in the same way; heard only where there is guidance."""

    def with_palette(self, other: Prompt) -> Prompt:
        """This prompt: words have no palette apart from what they say."""
        return self


def read(text: str) -> Prompt:
    """The prompt that a person wrote, in FORM. Raises PromptError."""
    wanted: list[tuple[str, float]] = []
    unwanted: list[tuple[str, float]] = []
    for part in (part.strip() for part in text.split("|")):
        if part.startswith("-"):
            unwanted.append(_weighted(part[1:], text))
        elif part:
            wanted.append(_weighted(part, text))
    if not wanted and unwanted:
        raise PromptError(f"the prompt {text!r} only says what is not to be seen; write {FORM}")
    return Prompt(_merged(wanted) or (("", 1.0),), _merged(unwanted))


def blend(prompts: Sequence[Prompt], weights: Sequence[float]) -> Prompt:
    """Prompts by weights that need not sum to 1, each as heavy as its weight however many texts it has.

    Raises ValueError where they sum to nothing or one is below 0.
    """
    if len(prompts) != len(weights) or not math.isfinite(sum(weights)) or sum(weights) <= 0.0 or min(weights) < 0.0:
        raise ValueError(
            f"{len(prompts)} prompts with weights {list(weights)}; as many weights of 0 or more, not all 0"
        )
    heard = [(prompt, weight / sum(weights)) for prompt, weight in zip(prompts, weights, strict=True) if weight > 0.0]
    texts = [part for prompt, share in heard for part in _shared(prompt.texts, share)]
    # Who names nothing to be avoided avoids nothing, which is a text of its own.
    unwanted = [part for prompt, share in heard for part in _shared(prompt.without or (("", 1.0),), share)]
    return Prompt(_merged(texts), _merged(unwanted) if any(prompt.without for prompt, _ in heard) else ())


def slerp(one: Prompt, other: Prompt, share: float) -> Prompt:
    """From `one` (0) to `other` (1); the engine takes means on a sphere, so that of two texts this is their slerp."""
    share = min(max(share, 0.0), 1.0)
    return blend((one, other), (1.0 - share, share))


def _weighted(part: str, whole: str) -> tuple[str, float]:
    text, colon, last = part.rpartition(":")
    try:
        weight = float(last) if colon else math.nan
    except ValueError:
        weight = math.nan
    if math.isnan(weight):
        return part.strip(), 1.0
    if not 0.0 < weight <= HEAVIEST:
        raise PromptError(
            f"the prompt {whole!r}: {last.strip()} is no weight; expected one above 0, at most {HEAVIEST:g}: {FORM}"
        )
    return text.strip(), weight


def _shared(texts: Texts, share: float) -> Texts:
    whole = sum(weight for _, weight in texts)
    return tuple((text, weight / whole * share) for text, weight in texts)


def _merged(texts: Iterable[tuple[str, float]]) -> Texts:
    found: dict[str, float] = {}
    for text, weight in texts:
        found[text] = found.get(text, 0.0) + weight
    return tuple(found.items())
