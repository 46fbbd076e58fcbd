"""The composer's network: a causal transformer over tokens with rotary positions. For training and evaluation; bars
are sampled by `decoder.py`."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from installation.music.model.decoder import rotary_table
from installation.music.model.settings import ComposerSettings
from installation.music.model.store import ComposerModel


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
        self.register_buffer("cos", torch.from_numpy(cos), persistent=False)
        self.register_buffer("sin", torch.from_numpy(sin), persistent=False)
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

    def _heads(self, projected: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values (..., heads, length, width / heads) of (..., length, 3 x width)."""
        query, key, value = projected.unflatten(-1, (3, self.heads, -1)).unbind(-3)
        return query.transpose(-3, -2), key.transpose(-3, -2), value.transpose(-3, -2)

    def _feed_forward(self, x: Tensor) -> Tensor:
        hidden = functional.relu(self.mlp_in(self.mlp_norm(x))).square()
        result: Tensor = x + self.dropout(self.mlp_out(hidden))
        return result


def rotated(x: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
    """(..., length, size) with each pair of channels rotated by its position's angle."""
    cos, sin = rotary
    first, second = x.chunk(2, -1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), -1)


def network_of(model: ComposerModel) -> ComposerNetwork:
    """The network of a model, in evaluation mode."""
    network = ComposerNetwork(model.settings)
    network.load_state_dict({name: torch.from_numpy(values) for name, values in model.weights.items()})
    return network.eval()


def parameters_of(network: ComposerNetwork) -> dict[str, NDArray[np.float32]]:
    """The parameters of a network by name, as a model has them."""
    return {name: values.detach().cpu().float().numpy() for name, values in network.state_dict().items()}
