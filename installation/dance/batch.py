"""An ensemble whose bodies come and go, and begin anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion.dancer.batched_inference import BatchedInference
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.network import HISTORY_FRAMES, Network
from motion.skeleton import CORE

Array = NDArray[np.floating]


class BatchState(CollisionAvoiding):
    """Bodies that the network moves, by the slots (N,) of those who have one."""

    def __init__(self, net: Network, seed: int) -> None:
        self.slots: NDArray[np.intp] = np.zeros(0, int)
        self.seeded = seed
        super().__init__(net, net.mean.new_zeros((0, HISTORY_FRAMES, CORE, 3)), net.mean.new_zeros((0, CORE, 6)), seed)

    def reseed(self, seed: int) -> None:
        """Dance another dance from now on."""
        self.seeded = seed
        self._random.manual_seed(seed)

    @torch.inference_mode()
    def fill(self, slots: Sequence[int], joints_m: Array, turns: Array) -> None:
        """From now on the bodies of these slots, in this order. Who was not there begins, standing still as joints
        (N, 22, 3) and turns (N, 22, 6) say."""
        # What was asked for is of others: the plan that is there holds until there is another.
        self._draft = None
        had = {slot: row for row, slot in enumerate(self.slots.tolist())}
        new = [row for row, slot in enumerate(slots) if slot not in had]
        which = torch.tensor([had.get(slot, 0) for slot in slots], dtype=torch.long)

        def chosen(values: Tensor) -> Tensor:
            return values[which].clone() if had else values.new_zeros((len(slots), *values.shape[1:]))

        # All that an ensemble keeps has its bodies along the first axis.
        for name, value in vars(self).items():
            if isinstance(value, Tensor):
                setattr(self, name, chosen(value))
        self.slots = np.array(slots, int)
        self.restart(np.array(new, int), joints_m[new], turns[new])

    @torch.inference_mode()
    def restart(self, rows: NDArray[np.intp], joints_m: Array, turns: Array) -> None:
        """Those rows stand still as joints (M, 22, 3) and turns (M, 22, 6) say, and go on from there."""
        if not len(rows):
            return
        self._draft = None
        which = torch.as_tensor(rows, device=self.turns.device)
        joints, six = (torch.as_tensor(v).to(self.turns) for v in (joints_m, turns))
        begun = BatchedInference(self.net, joints[:, None].repeat(1, HISTORY_FRAMES, 1, 1), six)
        for name, value in vars(begun).items():
            if isinstance(value, Tensor):
                getattr(self, name)[which] = value
        if self._plan is not None:
            self._plan[which] = torch.cat([joints, six], dim=-1)[:, None]
