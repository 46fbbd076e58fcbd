"""The dancer's network: flow matching of a body's next quarter of a second, conditioned on its past and its partner.

A flow (Lipman et al., Flow Matching, ICLR 2023) in the space of the principal components of such continuations, that
predicts the continuation itself: one evaluation at noise level 0 gives its mean, a few steps from noise one sample.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from motion.dancer.body_frame import BodyFrame
from motion.dancer.conditioning import (
    PARTNER_FRAMES,
    SPEED_FRAMES,
    WATCHED_JOINTS,
    Conditioning,
    FeatureLayout,
)
from motion.dancer.continuation import ContinuationBasis
from motion.dancer.data import FRAME_RATE

StepwiseResult = Generator[None, None, Tensor]
"""A computation in pieces, that returns a tensor."""

BEAT_HIDDEN = 256
"""Width of the layers that estimate the partner's beat."""
BATCH_MULTIPLE = 4
"""Batches are padded to a multiple of this: a library may compile anew for each size of a matrix, in mid-show."""


@dataclass(frozen=True)
class Settings:
    """The size of a network; the field names are keys of the files of weights."""

    hidden: int = 512
    blocks: int = 4
    modes: int = 256
    """Principal components of continuations that are kept."""
    styles: tuple[str, ...] = ()


class Network(ContinuationBasis):
    """Estimates continuations, as modes of its ContinuationBasis, and the partner's beat.

    The names of its modules and buffers are keys of the files of weights: `reads` embeds the features, `noisy` the
    noisy modes and the noise level, `tells` is the output layer, `listens` estimates the partner's beat.
    """

    mean: Tensor
    """(width,) means of the features."""
    spread: Tensor
    """(width,) their standard deviations."""
    _plain: Tensor
    """(width,) features that are not normalised."""
    _flag: Tensor
    """(width,) index of each feature's flag."""
    _always: Tensor
    """(width,) features without a flag."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.modes)
        self.settings = settings
        s = settings
        self.layout = FeatureLayout(len(s.styles))
        width = self.layout.width
        self._masks: dict[tuple[tuple[str, ...], ...], Tensor] = {}
        """One for each of the few combinations of guided inputs."""
        self.reads = nn.Linear(width, s.hidden)
        self.noisy = nn.Linear(s.modes + 3, s.hidden, bias=False)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(s.hidden), nn.Linear(s.hidden, 2 * s.hidden), nn.GELU(), nn.Linear(2 * s.hidden, s.hidden)
            )
            for _ in range(s.blocks)
        )
        self.tells = nn.Sequential(nn.LayerNorm(s.hidden), nn.Linear(s.hidden, s.modes))
        beat_width = SPEED_FRAMES + (2 * PARTNER_FRAMES - 1) * len(WATCHED_JOINTS) + 1
        self.listens = nn.Sequential(
            nn.Linear(beat_width, BEAT_HIDDEN),
            nn.GELU(),
            nn.Dropout(0.2),
            nn.Linear(BEAT_HIDDEN, BEAT_HIDDEN),
            nn.GELU(),
            nn.Dropout(0.2),
            nn.Linear(BEAT_HIDDEN, 3),
        )
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        plain, flag = self.layout.masks()
        self.register_buffer("_plain", plain, persistent=False)
        self.register_buffer("_flag", flag.clamp(min=0), persistent=False)
        self.register_buffer("_always", flag < 0, persistent=False)

    def part(self, features: Tensor, name: str) -> Tensor:
        """(..., W) the named part of features (..., width)."""
        return features[..., self.layout.spans[name]]

    def features(self, conditioning: Conditioning) -> tuple[Tensor, BodyFrame]:
        """(B, width) features before normalisation, and the bodies' frames."""
        return self.layout.encode(conditioning)

    def embed(self, features: Tensor) -> Tensor:
        """(B, hidden) embeddings of normalised and masked features."""
        embedding: Tensor = self.reads(self._normalised(features))
        return embedding

    def embed_guided(self, features: Tensor, guided: Sequence[Sequence[str]]) -> Tensor:
        """(1 + G, B, hidden) embeddings for classifier-free guidance, as `sample` needs them: first without all of the
        G `guided` groups of features, then with one group after the other."""
        normalised = self._normalised(features)
        embeddings: Tensor = self.reads(
            normalised * self._guidance_masks(guided, normalised) if guided else normalised[None]
        )
        return embeddings

    def _guidance_masks(self, guided: Sequence[Sequence[str]], like: Tensor) -> Tensor:
        """(1 + G, 1, width) 0 where a feature is left out."""
        key = tuple(map(tuple, guided))
        if key not in self._masks:
            # A mask made in inference mode could not be used for gradients later.
            with torch.inference_mode(False):
                mask = torch.ones(1 + len(guided), 1, len(self.mean))
                for number, names in enumerate(guided, 1):
                    for name in names:
                        self.part(mask[:number], name)[:] = 0.0
            self._masks[key] = mask
        return self._masks[key].to(like)

    def _normalised(self, features: Tensor) -> Tensor:
        normalised = torch.where(self._plain, features, (features - self.mean) / self.spread)
        normalised = torch.where(self._always, normalised, normalised * features.index_select(1, self._flag))
        self.part(normalised, "partner").clamp_(-6.0, 6.0)
        return normalised

    def estimate_beat(self, partner: Tensor, pace: Tensor, delay: Tensor) -> Tensor:
        """(B, 3) estimates of the partner's present kinematic beat: sine and cosine of its phase, shorter where it is
        uncertain, and the logarithm of its beats a second; inputs as in Conditioning."""
        # Speeds and heights do not depend on where the partner stands and faces.
        speeds = torch.log(partner.diff(dim=1).norm(dim=-1) * FRAME_RATE + 0.1).flatten(1)
        parts = [torch.log(pace + 0.05), speeds, 2.0 * partner[..., 1].flatten(1), delay / 4.0]
        estimate: Tensor = self.listens(torch.cat(parts, dim=1))
        return estimate

    def partner_clock(self, partner: Tensor, pace: Tensor, delay: Tensor) -> Tensor:
        """(B, 4) the partner's estimated beat as the `clock` of a Conditioning."""
        beat = self.estimate_beat(partner, pace, delay)
        phase = nn.functional.normalize(beat[:, :2], dim=1, eps=1e-3)
        return torch.cat([phase, beat[:, 2:].clamp(-1.0, 1.0), torch.ones_like(beat[:, :1])], dim=1)

    def forward(self, embedding: Tensor, x: Tensor, tau: Tensor) -> Tensor:
        """(..., B, modes) predicted continuations for embeddings (..., B, hidden), from modes `x` (B, modes) that are
        noise at `tau` (B or 1, 1) of 0 and the continuation itself at 1."""
        return run_to_end(self._evaluate(embedding, x, tau))

    def _evaluate(self, embedding: Tensor, x: Tensor, tau: Tensor) -> StepwiseResult:
        """`forward`, interrupted after each block."""
        level = torch.cat([tau, torch.cos(3.1416 * tau), (tau == 0.0).to(x.dtype)], dim=1)
        h = embedding + self.noisy(torch.cat([x, level.expand(len(x), 3)], dim=1))
        for block in self.blocks:
            h = h + block(h)
            yield
        flow: Tensor = self.tells(h)
        return flow

    def decode_poses(self, here: BodyFrame, conditioning: Conditioning, modes: Tensor) -> tuple[Tensor, Tensor]:
        """Continuations in the room: joints (B, 8, 22, 3) and turns (B, 8, 22, 6)."""
        pose = torch.cat([conditioning.joints[:, -1], conditioning.turns], dim=-1)
        decoded = self.decode_in_room(here, pose, modes)
        return decoded[..., :3], decoded[..., 3:]

    def sample(
        self,
        embeddings: Tensor,
        guidance: Sequence[Tensor | float],
        x: Tensor,
        steps: int,
        tau: Tensor | float = 0.0,
    ) -> Tensor:
        """(B, modes) continuations sampled in `steps` from noise (B, modes), or from less noisy `x` at `tau` (B, 1).

        `embeddings` (1 + G, B, hidden) are those of `embed_guided`, and `guidance` the G scales by which the result
        goes from each beyond the next (Ho and Salimans, Classifier-Free Diffusion Guidance, 2022).
        """
        return run_to_end(self.sample_stepwise(embeddings, guidance, x, steps, tau))

    def sample_stepwise(
        self,
        embeddings: Tensor,
        guidance: Sequence[Tensor | float],
        x: Tensor,
        steps: int,
        tau: Tensor | float = 0.0,
    ) -> StepwiseResult:
        """`sample`, interrupted after each block of each step."""
        for step in range(steps):
            # The remaining noise is removed in equal steps.
            at = tau + (1.0 - tau) * (step / steps)
            level = x.new_full((1, 1), at) if isinstance(at, float) else at
            predictions = yield from self._evaluate(embeddings, x, level)
            guided = predictions[0]
            for row, scale in enumerate(guidance, 1):
                guided = guided + scale * (predictions[row] - predictions[row - 1])
            x = x + (guided - x) / (steps - step)
        return x

    def predict_mean(self, embedding: Tensor) -> Tensor:
        """(B, modes) the mean continuation: the prediction at noise level 0 with no noise."""
        zeros = embedding.new_zeros(len(embedding), self.settings.modes)
        mean: Tensor = self(embedding, zeros, zeros[:, :1])
        return mean


def run_to_end(work: StepwiseResult) -> Tensor:
    """The result of a stepwise computation, whose remaining steps are run."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            value: Tensor = end.value
            return value


def pad_batch(rows: Tensor) -> Tensor:
    """(B, W) numbers of B bodies, padded with rows of zeros to a multiple of BATCH_MULTIPLE."""
    missing = -len(rows) % BATCH_MULTIPLE
    return nn.functional.pad(rows, (0, 0, 0, missing)) if missing else rows
