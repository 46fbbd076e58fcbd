"""Batch state of the network: an ensemble whose bodies are added, removed and restarted while it runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion.dancer.batched_inference import BatchedInference
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.conditioning import HISTORY_FRAMES
from motion.dancer.network import Network
from motion.skeleton import CORE_COUNT

Array = NDArray[np.floating]


class BatchState(CollisionAvoiding):
    """Bodies that the network moves; row n of the batch belongs to dancer slot `slots[n]`, counted from 0."""

    def __init__(self, net: Network, seed: int) -> None:
        self.slots: NDArray[np.intp] = np.zeros(0, int)
        self.seed = seed
        super().__init__(
            net, net.mean.new_zeros((0, HISTORY_FRAMES, CORE_COUNT, 3)), net.mean.new_zeros((0, CORE_COUNT, 6)), seed
        )

    def reseed(self, seed: int) -> None:
        """Restart the random generator from a seed."""
        self.seed = seed
        self._random.manual_seed(seed)

    @torch.inference_mode()
    def set_slots(self, slots: Sequence[int], joints_m: Array, turns_6d: Array) -> None:
        """Hold the bodies of these slots from now on, in this order. A slot without a row so far starts standing still
        with its joints (N, 22, 3) and turns (N, 22, 6)."""
        # The plan that was requested is for the bodies before; the present plan holds until there is another.
        self._draft = None
        row_of_slot = {slot: row for row, slot in enumerate(self.slots.tolist())}
        new = [row for row, slot in enumerate(slots) if slot not in row_of_slot]
        rows = torch.tensor([row_of_slot.get(slot, 0) for slot in slots], dtype=torch.long)

        def selected(values: Tensor) -> Tensor:
            return values[rows].clone() if row_of_slot else values.new_zeros((len(slots), *values.shape[1:]))

        # All tensors of an ensemble have its bodies along the first axis.
        for name, value in vars(self).items():
            if isinstance(value, Tensor):
                setattr(self, name, selected(value))
        self.slots = np.array(slots, int)
        self.restart(np.array(new, int), joints_m[new], turns_6d[new])

    @torch.inference_mode()
    def restart(self, rows: NDArray[np.intp], joints_m: Array, turns_6d: Array) -> None:
        """Let rows (M,) stand still with joints (M, 22, 3) and turns (M, 22, 6), and go on from there."""
        if not len(rows):
            return
        self._draft = None
        which = torch.as_tensor(rows, device=self.turns.device)
        joints, turns = (torch.as_tensor(v).to(self.turns) for v in (joints_m, turns_6d))
        fresh = BatchedInference(self.net, joints[:, None].repeat(1, HISTORY_FRAMES, 1, 1), turns)
        for name, value in vars(fresh).items():
            if isinstance(value, Tensor):
                getattr(self, name)[which] = value
        if self._plan is not None:
            self._plan[which] = torch.cat([joints, turns], dim=-1)[:, None]
