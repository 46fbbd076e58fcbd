"""The beat network in torch, for training: causal convolutions over bands, two gated recurrent layers, two outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from installation.ear.beat.features import BANDS
from installation.ear.beat.network import FORMAT_VERSION, HEADER_KEY, BeatNetworkSettings
from motion.learning.checkpoint import write_weights

TIME_KERNEL = 3
"""Frames that each convolution sees, the newest and those before."""


class TorchBeatNetwork(nn.Module):
    """As `installation.ear.beat.network.BeatNetwork`, for whole sequences."""

    def __init__(self, settings: BeatNetworkSettings) -> None:
        super().__init__()
        self.settings = settings
        first, second = settings.channels
        self.conv1 = nn.Conv2d(2, first, (TIME_KERNEL, 5), stride=(1, 2), padding=(0, 2))
        self.conv2 = nn.Conv2d(first, second, (TIME_KERNEL, 3), stride=(1, 2), padding=(0, 1))
        self.reduce = nn.Linear(second * (BANDS // 4), settings.reduced)
        self.gru = nn.GRU(settings.reduced, settings.hidden, num_layers=2, batch_first=True)
        self.head = nn.Linear(settings.hidden, 2)

    def forward(self, frames: Tensor) -> Tensor:
        """Logits of beat and downbeat, (rows, time, 2), of input (rows, time, 2, BANDS)."""
        x = frames.transpose(1, 2)
        x = torch.relu(self.conv1(nn.functional.pad(x, (0, 0, TIME_KERNEL - 1, 0), mode="replicate")))
        x = torch.relu(self.conv2(nn.functional.pad(x, (0, 0, TIME_KERNEL - 1, 0), mode="replicate")))
        x = torch.relu(self.reduce(x.permute(0, 2, 1, 3).flatten(2)))
        logits: Tensor = self.head(self.gru(x)[0])
        return logits


def save(path: Path, network: TorchBeatNetwork, card: Mapping[str, Any]) -> None:
    """Write a network in 16 bits with its card, atomically. Raises OSError."""
    tensors = {
        name: values.detach().to("cpu", torch.float16).contiguous() for name, values in network.state_dict().items()
    }
    head = {"version": FORMAT_VERSION, "settings": asdict(network.settings), "card": dict(card)}
    write_weights(path, HEADER_KEY, head, tensors)
