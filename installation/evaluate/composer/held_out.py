"""Bits a note on pieces that the composer has not read, beside an n-gram that has read the same."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional

from installation.evaluate.composer.ngram import WittenBell
from installation.evaluate.report import Figure
from installation.music.model.network import ComposerNetwork
from installation.music.model.tokens import START
from installation.training.composer.batches import piece_tokens
from installation.training.composer.pieces import Piece

TRANSPOSITIONS = (-4, 0, 4)
"""Transpositions of bands that the n-gram reads."""
ORDER = 5
TARGETS = {"groove": 0.75, "band": 0.45}
"""Bits of the network, as a share of the n-gram's, at most."""
LABELS = {"groove": "drums (Groove)", "band": "bands (Freedoom)"}


def measure_bits(pieces: Sequence[Piece], network: ComposerNetwork) -> list[Figure]:
    """Bits a note of the test split, all controls hidden."""
    figures = []
    for name, by_hand, moves in (("groove", True, (0,)), ("band", False, TRANSPOSITIONS)):
        own = [piece for piece in pieces if bool(piece.offsets) == by_hand]
        test = [piece_tokens(piece, known=False) for piece in own if piece.split == "test"]
        if not test:
            continue
        known = [piece_tokens(p, move, known=False) for p in own if p.split == "train" for move in moves]
        ngram = WittenBell(known, ORDER)
        counted = sum(_note_count(tokens) for tokens in test)
        plain = sum(float(ngram.bits(tokens)[1:].sum()) for tokens in test) / counted
        ours = sum(piece_bits(network, tokens) for tokens in test) / counted
        label = LABELS[name]
        figures.append(Figure(f"held-out {label}, controls hidden", ours, "bits/note", plain))
        figures.append(
            Figure.at_most(f"held-out {label}, share of the {ORDER}-gram's bits", ours / plain, TARGETS[name])
        )
    return figures


@torch.inference_mode()
def piece_bits(network: ComposerNetwork, tokens: Sequence[int]) -> float:
    """Bits of all tokens after the first, each with at least half of the context before it where there is."""
    context = network.settings.context
    total, done = 0.0, 1
    while done < len(tokens):
        begin = max(0, min(done - context // 2, len(tokens) - context - 1)) if done > 1 else 0
        stretch = torch.tensor(tokens[begin : begin + context + 1])
        logits = network(stretch[None, :-1])[0]
        losses = functional.cross_entropy(logits, stretch[1:], reduction="none")
        total += float(losses[done - begin - 1 :].sum()) / math.log(2.0)
        done = begin + len(stretch)
    return total


def _note_count(tokens: Sequence[int]) -> int:
    array = np.array(tokens)
    return int(((array >= START["drums"]) & (array < START["shape"])).sum())
