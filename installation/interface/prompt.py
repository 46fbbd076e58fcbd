"""Text prompts with weights: the styles of an engine that was trained with captions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from installation.core.errors import UserError

Texts = tuple[tuple[str, float], ...]

MAX_WEIGHT = 100.0
"""The largest weight; a larger number after a colon is refused, as it may be a year."""
FORM = '"reed pen on paper : 2 | gold leaf | - blurred", where " : 2" is a weight and "-" is what to avoid'


class PromptError(UserError):
    """A prompt without content, or with weights that are not valid."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Texts whose embeddings are mixed by weights."""

    texts: Texts = (("", 1.0),)
    """Wanted texts: at least one, with relative weights above 0."""
    without: Texts = ()
    """Negative texts, in the same form; used only with guidance."""

    def with_palette(self, other: Prompt) -> Prompt:
        """This prompt: text has no palette of its own."""
        return self


def read(text: str) -> Prompt:
    """Parse a prompt in FORM. Raises PromptError."""
    wanted: list[tuple[str, float]] = []
    unwanted: list[tuple[str, float]] = []
    for part in (part.strip() for part in text.split("|")):
        if part.startswith("-"):
            unwanted.append(_weighted(part[1:], text))
        elif part:
            wanted.append(_weighted(part, text))
    if not wanted and unwanted:
        raise PromptError(f"the prompt {text!r} only has negative texts; write {FORM}")
    return Prompt(_merged(wanted) or (("", 1.0),), _merged(unwanted))


def blend(prompts: Sequence[Prompt], weights: Sequence[float]) -> Prompt:
    """Mix prompts by weights, which need not sum to 1; the number of texts in a prompt does not change its weight.

    Raises ValueError where the weights sum to 0 or one is negative.
    """
    if len(prompts) != len(weights) or not math.isfinite(sum(weights)) or sum(weights) <= 0.0 or min(weights) < 0.0:
        raise ValueError(
            f"{len(prompts)} prompts with weights {list(weights)}; as many weights of 0 or more, not all 0"
        )
    weighted = [
        (prompt, weight / sum(weights)) for prompt, weight in zip(prompts, weights, strict=True) if weight > 0.0
    ]
    texts = [part for prompt, share in weighted for part in _shared(prompt.texts, share)]
    # A prompt without negative texts counts as one with an empty negative text.
    unwanted = [part for prompt, share in weighted for part in _shared(prompt.without or (("", 1.0),), share)]
    return Prompt(_merged(texts), _merged(unwanted) if any(prompt.without for prompt, _ in weighted) else ())


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
    if not 0.0 < weight <= MAX_WEIGHT:
        raise PromptError(
            f"the prompt {whole!r}: {last.strip()} is no weight; expected one above 0, at most {MAX_WEIGHT:g}: {FORM}"
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
