"""The network one token at a time in NumPy, with a cache of keys and values: the numbers of `network.py`, for sampling.

Without torch a child process starts in a fraction of the time and memory, and a token takes a third.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.music.model.settings import ROTARY_BASE, ComposerSettings

Array = NDArray[np.float32]

EPSILON = np.float32(np.finfo(np.float32).eps)
"""What the norms add to the mean square, as in torch."""
BLOCK_NUMBERS = 8_192
"""Largest part of a matrix that is multiplied at once. OpenBLAS shares larger products among threads, which on a busy
machine wait for each other longer than they compute."""
KEY_BLOCK = 128
"""Tokens whose keys and values lie together, for the same reason."""
CHUNK = 32
"""Tokens that are read at once."""


class _Matrix:
    """A matrix (out, in) in blocks of rows."""

    def __init__(self, values: Array) -> None:
        self.rows, columns = values.shape
        size = max(1, BLOCK_NUMBERS // columns)
        count = -(-self.rows // size)
        padded = np.zeros((count * size, columns), np.float32)
        padded[: self.rows] = values
        self._blocks = padded.reshape(count, size, columns)

    def __call__(self, x: Array) -> Array:
        """(n, in) to (n, out)."""
        product: Array = (self._blocks @ x.T).reshape(-1, x.shape[0])[: self.rows].T
        return product


@dataclass(frozen=True, slots=True)
class _Layer:
    """Weights of a layer, those of the norms multiplied into the matrices that follow them."""

    attention_in: _Matrix
    attention_out: _Matrix
    mlp_in: _Matrix
    mlp_out: _Matrix
    keys: Array
    """(heads, context / KEY_BLOCK, KEY_BLOCK, width / heads)"""
    values: Array


class Decoder:
    """A network's reading position in a stretch of tokens."""

    def __init__(self, settings: ComposerSettings, weights: Mapping[str, Array]) -> None:
        """`weights` are the network's parameters by name. Raises KeyError, ValueError where they do not fit."""
        self.settings = settings
        self.length = 0
        """Tokens that were read; a smaller number forgets the last ones."""
        self._embedding = weights["embedding.weight"]
        self._head = _Matrix(self._embedding * weights["norm.weight"])
        self._cos, self._sin = rotary_table(settings.context, settings.width // settings.heads)
        self._layers = [self._layer(weights, f"blocks.{number}.") for number in range(settings.layers)]

    def _layer(self, weights: Mapping[str, Array], prefix: str) -> _Layer:
        size = self.settings
        shape = (size.heads, -(-size.context // KEY_BLOCK), KEY_BLOCK, size.width // size.heads)

        def matrix(name: str, norm: str = "") -> _Matrix:
            values = weights[f"{prefix}{name}.weight"]
            return _Matrix(values * weights[f"{prefix}{norm}.weight"] if norm else values)

        return _Layer(
            matrix("attention_in", "attention_norm"),
            matrix("attention_out"),
            matrix("mlp_in", "mlp_norm"),
            matrix("mlp_out"),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
        )

    def extend(self, tokens: Sequence[int]) -> Array:
        """Read tokens; returns the logits (vocabulary,) of what follows them. Raises ValueError without room."""
        end = self.length + len(tokens)
        if end > self.settings.context:
            raise ValueError(f"{end} tokens; the composer's network sees {self.settings.context}")
        x = np.zeros((1, self.settings.width), np.float32)
        for first in range(0, len(tokens), CHUNK):
            x = self._read(self._embedding[list(tokens[first : first + CHUNK])])
        logits: Array = self._head(_normalised(x[-1:]))[0]
        return logits

    def _read(self, x: Array) -> Array:
        """Read a chunk of embedded tokens (n, width); returns what the last layer makes of them."""
        for layer in self._layers:
            x = x + layer.attention_out(self._attended(layer, x))
            hidden: Array = np.maximum(layer.mlp_in(_normalised(x)), np.float32(0.0))
            x = x + layer.mlp_out(hidden * hidden)
        self.length += len(x)
        return x

    def _attended(self, layer: _Layer, x: Array) -> Array:
        """What (n, width) attend to, whose keys and values are stored."""
        count, heads = x.shape[0], self.settings.heads
        begin, end = self.length, self.length + count
        query, key, value = layer.attention_in(_normalised(x)).reshape(count, 3, heads, -1).transpose(1, 2, 0, 3)
        for store, new in ((layer.keys, self._rotated(key, begin)), (layer.values, value)):
            store.reshape(heads, -1, new.shape[-1])[:, begin:end] = new
        blocks = -(-end // KEY_BLOCK)
        query = self._rotated(query, begin) * np.float32(key.shape[-1] ** -0.5)
        scores = (layer.keys[:, :blocks] @ query.transpose(0, 2, 1)[:, None]).reshape(heads, -1, count)
        scores[:, end:] = -np.inf
        if count > 1:
            scores[:, np.arange(scores.shape[1])[:, None] > np.arange(begin, end)] = -np.inf
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores /= scores.sum(axis=1, keepdims=True)
        parts = layer.values[:, :blocks].transpose(0, 1, 3, 2) @ scores.reshape(heads, blocks, KEY_BLOCK, count)
        attended: Array = parts.sum(axis=1).transpose(2, 0, 1).reshape(count, -1)
        return attended

    def _rotated(self, x: Array, begin: int) -> Array:
        """(heads, length, size) with each pair of channels rotated by its position's angle."""
        length, half = x.shape[1], x.shape[2] // 2
        cos, sin = self._cos[begin : begin + length], self._sin[begin : begin + length]
        first, second = x[..., :half], x[..., half:]
        return np.concatenate((first * cos - second * sin, second * cos + first * sin), axis=-1)


def rotary_table(length: int, size: int) -> tuple[Array, Array]:
    """Cosines and sines (length, size / 2) of rotary position embeddings (Su et al. 2021)."""
    rates = np.exp(np.arange(0, size, 2) * (-np.log(ROTARY_BASE) / size))
    angles = np.arange(length)[:, None] * rates
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _normalised(x: Array) -> Array:
    """x divided by its root mean square along the last axis."""
    squares = np.einsum("nd,nd->n", x, x) / np.float32(x.shape[1]) + EPSILON
    result: Array = x * (np.float32(1.0) / np.sqrt(squares))[:, None]
    return result
