"""The composer's network: a causal transformer over tokens with rotary positions and a key-value cache."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from installation.music.model.tokens import VOCABULARY

ROTARY_BASE = 10_000.0
"""Longest wavelength of the rotary positions, in units of 2 pi tokens."""


@dataclass(frozen=True, slots=True)
class ComposerSettings:
    """Sizes of the network. They are stored in its file."""

    width: int = 192
    layers: int = 4
    heads: int = 4
    context: int = 768
    """Tokens that a position sees: those that it was trained with."""
    vocabulary: int = VOCABULARY


@dataclass(slots=True)
class KeyValueCache:
    """Keys and values of the tokens so far, of each layer: (heads, context, width / heads)."""

    keys: list[Tensor]
    values: list[Tensor]
    length: int = 0
    """Tokens that it holds; smaller values forget the last ones."""


class ComposerNetwork(nn.Module):
    """Logits of the next token."""

    cos: Tensor
    sin: Tensor

    def __init__(self, settings: ComposerSettings, dropout: float = 0.0) -> None:
        super().__init__()
        self.settings = settings
        self.embedding = nn.Embedding(settings.vocabulary, settings.width)
        self.blocks = nn.ModuleList(Block(settings, dropout) for _ in range(settings.layers))
        self.norm = nn.RMSNorm(settings.width)
        self.dropout = nn.Dropout(dropout)
        cos, sin = rotary_table(settings.context, settings.width // settings.heads)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2:
                nn.init.normal_(parameter, std=0.02 if "embedding" in name else parameter.shape[1] ** -0.5 / 2)
            if name.endswith(("attention_out.weight", "mlp_out.weight")):
                nn.init.zeros_(parameter)

    def forward(self, tokens: Tensor) -> Tensor:
        """Logits (batch, length, vocabulary) of tokens (batch, length), `length` at most the context."""
        length = tokens.shape[1]
        x = self.dropout(self.embedding(tokens))
        rotary = (self.cos[:length], self.sin[:length])
        for block in self.blocks:
            x = block(x, rotary)
        return functional.linear(self.norm(x), self.embedding.weight)

    def new_cache(self) -> KeyValueCache:
        size = self.settings
        shape = (size.heads, size.context, size.width // size.heads)
        return KeyValueCache(
            [torch.zeros(shape) for _ in range(size.layers)], [torch.zeros(shape) for _ in range(size.layers)]
        )

    @torch.inference_mode()
    def extend(self, tokens: Tensor, cache: KeyValueCache) -> Tensor:
        """Append tokens (length,) to the cache; returns the logits (vocabulary,) of what follows.

        The cache must have room for them.
        """
        begin, end = cache.length, cache.length + len(tokens)
        if end > self.settings.context:
            raise ValueError(f"{end} tokens; the composer's network sees {self.settings.context}")
        x = self.embedding(tokens)
        rotary = (self.cos[begin:end], self.sin[begin:end])
        for number, block in enumerate(self.blocks):
            assert isinstance(block, Block)
            x = block.extend(x, rotary, cache.keys[number], cache.values[number], begin)
        cache.length = end
        return functional.linear(self.norm(x[-1]), self.embedding.weight)


class Block(nn.Module):
    """Attention and a feed-forward layer, each on the normalised residual stream."""

    def __init__(self, settings: ComposerSettings, dropout: float) -> None:
        super().__init__()
        width = settings.width
        self.heads = settings.heads
        self.attention_norm = nn.RMSNorm(width)
        self.attention_in = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.mlp_norm = nn.RMSNorm(width)
        self.mlp_in = nn.Linear(width, 4 * width, bias=False)
        self.mlp_out = nn.Linear(4 * width, width, bias=False)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
        """(batch, length, width) to the same."""
        query, key, value = self._heads(self.attention_in(self.attention_norm(x)))
        attended = functional.scaled_dot_product_attention(
            rotated(query, rotary), rotated(key, rotary), value, is_causal=True
        )
        x = x + self.dropout(self.attention_out(attended.transpose(-3, -2).flatten(-2)))
        return self._feed_forward(x)

    def extend(self, x: Tensor, rotary: tuple[Tensor, Tensor], keys: Tensor, values: Tensor, begin: int) -> Tensor:
        """(length, width) to the same, after the `begin` tokens whose keys and values are there; appends its own."""
        length = x.shape[0]
        query, key, value = self._heads(self.attention_in(self.attention_norm(x)))
        keys[:, begin : begin + length] = rotated(key, rotary)
        values[:, begin : begin + length] = value
        mask = None
        if length > 1:
            mask = torch.ones(length, begin + length, dtype=torch.bool).tril(diagonal=begin)
        attended = functional.scaled_dot_product_attention(
            rotated(query, rotary), keys[:, : begin + length], values[:, : begin + length], attn_mask=mask
        )
        x = x + self.attention_out(attended.transpose(-3, -2).flatten(-2))
        return self._feed_forward(x)

    def _heads(self, projected: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values (..., heads, length, width / heads) of (..., length, 3 x width)."""
        query, key, value = projected.unflatten(-1, (3, self.heads, -1)).unbind(-3)
        return query.transpose(-3, -2), key.transpose(-3, -2), value.transpose(-3, -2)

    def _feed_forward(self, x: Tensor) -> Tensor:
        hidden = functional.relu(self.mlp_in(self.mlp_norm(x))).square()
        result: Tensor = x + self.dropout(self.mlp_out(hidden))
        return result


def rotary_table(length: int, size: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines (length, size / 2) of rotary position embeddings (Su et al. 2021)."""
    rates = torch.exp(torch.arange(0, size, 2) * (-math.log(ROTARY_BASE) / size))
    angles = torch.arange(length)[:, None] * rates
    return torch.cos(angles), torch.sin(angles)


def rotated(x: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
    """(..., length, size) with each pair of channels rotated by its position's angle."""
    cos, sin = rotary
    first, second = x.chunk(2, -1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)
