"""The network one token at a time in NumPy, with a cache of keys and values: the numbers of `network.py`, for sampling.

Without torch a child process starts in a fraction of the time and memory, and a token takes half of the time.
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
machine wait for each other longer than they compute, and whose number would change the last digits."""
LANES = 8
"""Parts have a multiple of so many rows: those that a processor multiplies together."""
MIN_PRODUCT_ROWS = 4
"""Fewer tokens than these are faster one after the other than as one product."""
KEY_BLOCK = 128
"""Tokens whose keys and values lie together, for the same reason."""
CHUNK = 32
"""Tokens that are read at once."""
_HIDDEN: Array = np.triu(np.full((CHUNK, CHUNK), -np.inf, np.float32), 1)
"""(CHUNK, CHUNK) what is added to the scores of tokens that are read at once: none sees a later one."""


class _Matrix:
    """A matrix (out, in) in blocks of rows, each transposed. There is one copy: reading it takes most of a token."""

    def __init__(self, values: Array) -> None:
        self.rows, columns = values.shape
        size = max(LANES, BLOCK_NUMBERS // columns // LANES * LANES)
        count = -(-self.rows // size)
        padded = np.zeros((count * size, columns), np.float32)
        padded[: self.rows] = values
        self._blocks = np.ascontiguousarray(padded.reshape(count, size, columns).transpose(0, 2, 1))

    def __call__(self, x: Array) -> Array:
        """(n, in) to (n, out)."""
        count = len(x)
        if count == 1:
            product = x[0] @ self._blocks
        elif count < MIN_PRODUCT_ROWS:
            product = np.stack([row @ self._blocks for row in x])
        else:
            product = (x @ self._blocks).transpose(1, 0, 2)
        result: Array = product.reshape(count, -1)[:, : self.rows]
        return result


@dataclass(frozen=True, slots=True)
class _LayerWeights:
    """Weights of a layer, those of the norms and the scale of the scores multiplied into the matrices."""

    attention_in: _Matrix
    attention_out: _Matrix
    mlp_in: _Matrix
    mlp_out: _Matrix


class DecoderWeights:
    """A network's weights as decoders read them; several may share them."""

    def __init__(self, settings: ComposerSettings, weights: Mapping[str, Array]) -> None:
        """`weights` are the network's parameters by name. Raises KeyError, ValueError where they do not fit."""
        self.settings = settings
        self.embedding = weights["embedding.weight"]
        self.head = _Matrix(self.embedding * weights["norm.weight"])
        cos, sin = rotary_table(settings.context, settings.width // settings.heads)
        self.turns = (cos + 1j * sin).astype(np.complex64)[:, None, None]
        """(context, 1, 1, width / heads / 2) by what each position turns pairs of channels."""
        self.layers = [self._layer(weights, f"blocks.{number}.") for number in range(settings.layers)]

    def _layer(self, weights: Mapping[str, Array], prefix: str) -> _LayerWeights:
        def matrix(name: str, norm: str = "") -> Array:
            values = weights[f"{prefix}{name}.weight"]
            return values * weights[f"{prefix}{norm}.weight"] if norm else values

        return _LayerWeights(
            _Matrix(self._paired(matrix("attention_in", "attention_norm"))),
            _Matrix(matrix("attention_out")),
            _Matrix(matrix("mlp_in", "mlp_norm")),
            _Matrix(matrix("mlp_out")),
        )

    def _paired(self, attention_in: Array) -> Array:
        """The rows of queries and keys with the two of a rotated pair beside each other, as a complex number has them,
        and queries scaled."""
        width, heads = self.settings.width, self.settings.heads
        rows = attention_in.reshape(3, heads, 2, -1, width).copy()
        rows[0] *= np.float32((width // heads) ** -0.5)
        turned = rows[:2].transpose(0, 1, 3, 2, 4).reshape(2 * width, width)
        return np.concatenate((turned, rows[2].reshape(width, width)))


class Decoder:
    """A network's reading position in a stretch of tokens."""

    def __init__(self, weights: DecoderWeights) -> None:
        self.settings = size = weights.settings
        self.length = 0
        """Tokens that were read; a smaller number forgets the last ones."""
        self._weights = weights
        shape = (size.heads, -(-size.context // KEY_BLOCK), KEY_BLOCK, size.width // size.heads)
        self._stores = [(np.zeros(shape, np.float32), np.zeros(shape, np.float32)) for _ in range(size.layers)]
        """Keys and values of each layer."""

    def extend(self, tokens: Sequence[int]) -> Array:
        """Read tokens; returns the logits (vocabulary,) of what follows them. Raises ValueError without room."""
        end = self.length + len(tokens)
        if end > self.settings.context:
            raise ValueError(f"{end} tokens; the composer's network sees {self.settings.context}")
        x = np.zeros((1, self.settings.width), np.float32)
        for first in range(0, len(tokens), CHUNK):
            x = self._read(self._weights.embedding[list(tokens[first : first + CHUNK])])
        logits: Array = self._weights.head(_normalised(x[-1:]))[0]
        return logits

    def _read(self, x: Array) -> Array:
        """Read a chunk of embedded tokens (n, width); returns what the last layer makes of them."""
        for layer, (keys, values) in zip(self._weights.layers, self._stores, strict=True):
            projected = layer.attention_in(_normalised(x))
            x = x + layer.attention_out(self._attended(projected, keys, values))
            hidden = layer.mlp_in(_normalised(x))
            hidden = np.maximum(hidden, np.float32(0.0))
            x = x + layer.mlp_out(hidden * hidden)
        self.length += len(x)
        return x

    def _attended(self, projected: Array, keys: Array, values: Array) -> Array:
        """(n, width) what tokens attend to, of their queries, keys and values (n, 3 x width), which are stored."""
        count, heads, channels = len(projected), self.settings.heads, keys.shape[-1]
        begin, end = self.length, self.length + count
        pairs = projected[:, : 2 * heads * channels].view(np.complex64).reshape(count, 2, heads, -1)
        turned = (pairs * self._weights.turns[begin:end]).view(np.float32)
        new = projected[:, 2 * heads * channels :].reshape(count, heads, channels)
        keys.reshape(heads, -1, channels)[:, begin:end] = turned[:, 1].swapaxes(0, 1)
        values.reshape(heads, -1, channels)[:, begin:end] = new.swapaxes(0, 1)
        blocks = -(-end // KEY_BLOCK)
        query = turned[:, 0].swapaxes(0, 1)[:, None]
        scores = (query @ keys[:, :blocks].swapaxes(2, 3)).swapaxes(1, 2).reshape(heads, count, -1)
        scores[..., end:] = -np.inf
        if count > 1:
            scores[..., begin:end] += _HIDDEN[:count, :count]
        scores -= np.maximum.reduce(scores, axis=2, keepdims=True)
        np.exp(scores, out=scores)
        parts = scores.reshape(heads, count, blocks, KEY_BLOCK).swapaxes(1, 2) @ values[:, :blocks]
        attended: Array = np.add.reduce(parts, axis=1) / np.add.reduce(scores, axis=2, keepdims=True)
        return attended.swapaxes(0, 1).reshape(count, -1)


def rotary_table(length: int, size: int) -> tuple[Array, Array]:
    """Cosines and sines (length, size / 2) of rotary position embeddings (Su et al. 2021)."""
    rates = np.exp(np.arange(0, size, 2) * (-np.log(ROTARY_BASE) / size))
    angles = np.arange(length)[:, None] * rates
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _normalised(x: Array) -> Array:
    """x divided by its root mean square along the last axis."""
    squares: Array = np.add.reduce(x * x, axis=1, keepdims=True)
    size: Array = np.sqrt(squares / np.float32(x.shape[1]) + EPSILON)
    return x / size
