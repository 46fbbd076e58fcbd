"""A painter that is being taught, and everything that going on exactly where it stopped needs.

Each step paints from three kinds of guides. A work's own, in its own style: what it looks like is known. People who
move, and other works, in any style: only how it is painted and where things are is known. People are painted twice,
the second time over the first painting as it was carried along, so that paint learns to stick.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from installation.paint.engines.network import GRAIN, NOISE, Network, Settings
from installation.paint.guide.guide import CHANNELS
from installation.paint.guide.noise import COARSE_CELLS
from installation.paint.perceptual import Perceptual, placed
from installation.paint.style import Style, luma, palette_of, statistics
from installation.training.painter import losses
from installation.training.painter.discriminator import Critic, told_apart
from installation.training.painter.samples import Bank, unpacked
from installation.training.painter.style_pictures import Picture, components, crop, recoloured
from motion.learning.training_loop import DivergedError

Array = NDArray[np.floating]

WARM = 100
"""Steps in which the rate of learning rises."""
END = 0.05
"""Share of it that is left at the end; in between it falls as a cosine does."""
BETAS = 0.5, 0.98
"""Of AdamW."""
CLIP = 1.0
"""Longest gradient."""
AVERAGED, SLOW = 4, 0.992
"""Steps after which the mean that becomes the painter takes in another, and how much of it stays then."""
RISE = {"stroke": 4.0, "critic": 2.0}
"""How many times their weight these losses have at the end: first it learns where things are, then how to paint them.
A strong wish for strokes at the beginning fills the canvas with one stroke, and the figure never comes back."""
RISING = 0.08, 0.35
"""Shares of the time between which they rise."""
DROPPED = {"edge": 0.3, "near": 0.2, "light": 0.3, "colour": 0.35, "flow": 0.3, "parts": 0.1}
"""How often a guide tells nothing of these: a scene may leave them out."""
VAGUE = 0.35
"""How often the edges and light of a work's own guide are blurred: what tells too much teaches nothing."""
LATER, LATE = {"light": 2.5, "shape": 2.5}, (0.5, 0.68)
"""The same of what brings faces and hands back that strokes have covered, and when."""
CALM = (0.4, 0.4), (0.8, 0.15)
"""How much less stroke and critic ask of a figure, and how much less yet of its head, before LATE and after."""
FIGURE, HEAD = CHANNELS.index("figure"), CHANNELS.index("head")
FLOW = [CHANNELS.index("flow_x"), CHANNELS.index("flow_y")]
PARTS = [CHANNELS.index(name) for name in ("head", "trunk", "arms", "legs")]
COLOURS = [CHANNELS.index("red_green"), CHANNELS.index("blue_yellow")]
SINGLE = {"edge": [CHANNELS.index("edge")], "near": [CHANNELS.index("near")], "light": [CHANNELS.index("light")]}


@dataclass(frozen=True)
class Schooling:
    """How it is taught."""

    size: int = 128
    """Pixels along a side of what is painted in a step."""
    own: int = 3
    """Works painted from their own guides, a step."""
    people: int = 4
    """People painted, twice."""
    other: int = 1
    """Works painted in the style of others."""
    rate: float = 6e-4
    """Of learning; the critic's is the same."""
    zoom: tuple[float, float] = (0.75, 1.2)
    """How much works are magnified."""
    spans: tuple[int, int] = (48, 128)
    """Sides, in places of the guide, of what is cut from people's guides: from a part to the whole canvas."""
    recolour: float = 0.25
    """How often a work is shown in another's colours."""
    stroke: float = 1.0
    colour: float = 8.0
    contrast: float = 0.8
    critic: float = 0.5
    light: float = 1.2
    shape: float = 1.0
    reader: float = 0.8
    rebuilt: float = 0.6
    steady: float = 6.0
    kept: float = 8.0
    """Weights of the losses."""


@dataclass(frozen=True)
class Former:
    """A painter that has learned already."""

    network: Network
    """It stays as it is."""
    styles: Sequence[Style]


@dataclass(frozen=True)
class Batch:
    """What one step paints: works' own guides first, then people, then other works."""

    guides: Tensor
    later: Tensor
    """(people, ...) guides a moment later."""
    flows: Tensor
    """(people, h / 2, w / 2, 2) how people have moved by then; see `installation.paint.motion_warp`."""
    photographs: Tensor
    """(people, 2, 3, h, w) what a camera saw, where it did."""
    seen: Tensor
    """(people,) whether it did."""
    real: Tensor
    """(n, 3, h, w) crops in the styles that are asked for."""
    stroke: Tensor
    palette: Tensor


class Lesson:
    """Step after step on the same pictures and people."""

    def __init__(
        self, pictures: Sequence[Picture], bank: Bank, perceptual: Perceptual, settings: Settings,
        schooling: Schooling, seed: int, device: torch.device, former: Former | None = None,
        often: NDArray[np.float64] | None = None,
    ) -> None:  # fmt: skip
        """A new painter of these `settings`, or a `former` one that learns more and forgets nothing.

        `often` (n,) is how often each of the pictures is drawn; equally, where it is left out.
        """
        torch.manual_seed(seed)
        self.schooling, self.device, self.steps = schooling, device, 0
        self._pictures, self._bank, self._perceptual = pictures, bank, perceptual
        self._dice = np.random.default_rng(seed)
        self._chance = torch.Generator().manual_seed(seed)
        if former is None:
            network = Network(settings)
            network.components, network.centre = components(pictures, settings.stroke)
        else:
            network = copy.deepcopy(former.network)
        self._former = None if former is None else replace(former, network=placed(former.network, device))
        self.strokes = network.stroke(torch.stack([picture.statistics[0] for picture in pictures]))
        """(pictures, s) of whole pictures."""
        self._odds = often
        self.network = placed(network, device).train()
        self.critic, self.reader = placed(Critic(settings.stroke), device), placed(losses.Reader(), device)
        self.mean = copy.deepcopy(self.network).eval().requires_grad_(False)
        """The mean over the steps, which paints more calmly than any of them."""
        painters = [*self.network.parameters(), *self.reader.parameters()]
        self._optimiser = torch.optim.AdamW(painters, lr=schooling.rate, betas=BETAS, weight_decay=1e-4, fused=True)
        self._judging = torch.optim.AdamW(self.critic.parameters(), lr=schooling.rate, betas=BETAS, fused=True)

    def step(self, done: float) -> dict[str, float]:
        """Learn from one more batch, `done` 0..1 of the way; the losses by name. Raises LostError."""
        share = END + (1.0 - END) * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))
        for optimiser in (self._optimiser, self._judging):
            for group in optimiser.param_groups:
                group["lr"] = self.schooling.rate * min(1.0, (self.steps + 1) / WARM) * share
        batch = self._drawn()
        late = _risen(done, LATE)
        with torch.autocast(self.device.type, torch.bfloat16):
            found, painted, features, real_features, rows = self._learned(batch, late)
        for rise, risen in ((RISE, _risen(done, RISING)), (LATER, late)):
            found |= {name: found[name] * (1.0 + (times - 1.0) * risen) for name, times in rise.items()}
        total = sum(found.values(), torch.zeros((), device=self.device))
        if not math.isfinite(total.item()):
            raise DivergedError(f"step {self.steps}: the loss is no number any more; begin anew with a lower rate")
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
        self._optimiser.step()
        with torch.autocast(self.device.type, torch.bfloat16):
            told = batch.stroke, batch.palette
            real = self.critic(batch.real, real_features, *told)
            fake = self.critic(painted.detach(), [f.detach() for f in features], *(t[rows] for t in told))
            judged = told_apart(real, fake)
        self._judging.zero_grad(set_to_none=True)
        judged.backward()
        self._judging.step()
        self.steps += 1
        if self.steps % AVERAGED == 0:
            share = 1.0 - min(SLOW, (self.steps + 1) / (self.steps + 40))
            torch._foreach_lerp_(list(self.mean.parameters()), list(self.network.parameters()), share)
        return {name: value.item() for name, value in found.items()} | {"the critic's own": judged.item()}

    def _learned(
        self, batch: Batch, late: float
    ) -> tuple[dict[str, Tensor], Tensor, list[Tensor], list[Tensor], Tensor]:
        """The losses; all paintings, their features, those of the real crops, and whose style each painting has."""
        s, chance = self.schooling, self._chance
        with torch.no_grad():
            real_features = self._perceptual(batch.real)
        noise = self._noise(len(batch.guides))
        blank = torch.zeros_like(batch.real)
        none = torch.zeros_like(batch.guides[:, :1])
        first = self.network(batch.guides, batch.stroke, batch.palette, noise, blank, none)
        people = torch.arange(s.own, s.own + s.people, device=self.device)
        carried, covered = self._carried(first[people].detach(), batch)
        strength = torch.rand(len(people), 1, 1, 1, generator=chance).to(self.device)
        trusted = covered * (0.25 + 0.7 * strength)
        worn = carried + 0.06 * torch.randn(carried.shape, generator=chance).to(self.device) * strength
        told = batch.stroke[people], batch.palette[people]
        second = self.network(batch.later, *told, noise[people], worn.clamp(0.0, 1.0), trusted)
        painted = torch.cat([first, second])
        rows = torch.cat([torch.arange(len(first), device=self.device), people])
        guides = torch.cat([batch.guides, batch.later])
        calm = _calm(painted, guides, late)
        features = self._perceptual(calm)
        wanted = [f[rows] for f in real_features]
        verdict = self.critic(painted, features, batch.stroke[rows], batch.palette[rows])
        own = slice(0, s.own)
        rebuilt = (first[own] - batch.real[own]).abs().mean()
        for one, other in zip(features[:4], real_features[:4], strict=True):
            rebuilt = rebuilt + 0.5 * (one[own] - other[own]).abs().mean() / other[own].abs().mean().clamp_min(1e-3)
        found = {
            "stroke": s.stroke * losses.stroke_loss(features, wanted).mean(),
            "colour": s.colour * losses.colour_loss(painted, batch.real[rows], chance).mean(),
            "contrast": s.contrast * losses.contrast_loss(calm, batch.real[rows]).mean(),
            "critic": -s.critic * verdict.mean(),
            "light": s.light * losses.light_loss(painted[s.own :], guides[s.own :]).mean(),
            "reader": s.reader * self.reader(painted[s.own :], guides[s.own :], chance).mean(),
            "rebuilt": s.rebuilt * rebuilt,
            "steady": s.steady * ((second - carried).abs() * F.interpolate(trusted, scale_factor=2.0)).mean(),
        }
        found["shape"] = painted.new_zeros(())
        if batch.seen.any():
            with torch.no_grad():
                shown = self._perceptual(luma(batch.photographs[:, 0][batch.seen]))
            grey = self._perceptual(luma(first[people][batch.seen]))
            figure = batch.guides[people, :1][batch.seen]
            found["shape"] = s.shape * losses.shape_loss(grey, shown, figure).mean()
        if self._former is not None:
            found["kept"] = s.kept * self._forgotten(self._former, batch, noise[people], blank[people], none[people])
        return found, painted, features, real_features, rows

    def _forgotten(self, former: Former, batch: Batch, *rest: Tensor) -> Tensor:
        """How far it paints people otherwise than it did, in the styles that it knew."""
        chosen = [former.styles[i] for i in self._dice.integers(0, len(former.styles), self.schooling.people)]
        stroke = torch.from_numpy(np.stack([style.stroke for style in chosen])).to(self.device)
        palette = torch.from_numpy(np.stack([style.palette for style in chosen])).to(self.device)
        told = batch.guides[self._people], stroke, palette, *rest
        with torch.no_grad():
            before = former.network(*told)
        return (self.network(*told) - before).abs().mean()

    def _carried(self, painted: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Paintings moved along the flow, and (n, 1, h / 2, w / 2) where they are still right."""
        height, width = batch.flows.shape[1:3]
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        middle = torch.stack([(columns + 0.5) / width, (rows + 0.5) / height], dim=-1).to(self.device)
        # Flows are in canvas heights with y up; what is here now came from there.
        back = torch.stack([-batch.flows[..., 0] * height / width, batch.flows[..., 1]], dim=-1)
        there = 2.0 * (middle + back) - 1.0
        before = batch.guides[self._people, :1].float()
        figure = F.grid_sample(before, there, padding_mode="border", align_corners=False)
        fits = 1.0 - (2.0 * (figure - batch.later[:, :1].float()).abs()).clamp(0.0, 1.0)
        fine = F.interpolate(there.permute(0, 3, 1, 2), scale_factor=2.0, mode="bilinear").permute(0, 2, 3, 1)
        moved = F.grid_sample(painted.float(), fine, padding_mode="border", align_corners=False)
        return moved, fits

    @property
    def _people(self) -> slice:
        return slice(self.schooling.own, self.schooling.own + self.schooling.people)

    def _noise(self, count: int) -> Tensor:
        side = self.schooling.size // GRAIN
        fine = torch.randn(count, NOISE // 2, side, side, generator=self._chance)
        coarse = torch.randn(
            count, NOISE - NOISE // 2, side // COARSE_CELLS + 2, side // COARSE_CELLS + 2, generator=self._chance
        )
        inner = slice(COARSE_CELLS, COARSE_CELLS + side)
        broad = F.interpolate(coarse, scale_factor=COARSE_CELLS, mode="bicubic")[..., inner, inner]
        return torch.cat([fine, broad / broad.std()], dim=1).to(self.device)

    def _drawn(self) -> Batch:
        """A random batch."""
        s, dice = self.schooling, self._dice
        count = s.own + s.people + s.other
        asked = dice.choice(len(self._pictures), count, p=self._odds)
        real, guides, palettes = [], [], []
        for row, index in enumerate(asked):
            picture = self._pictures[index]
            pixels, told = crop(picture, s.size, dice, s.zoom)
            palette = picture.palette
            if dice.random() < s.recolour:
                other = self._pictures[dice.choice(len(self._pictures), p=self._odds)]
                pixels, palette = recoloured(pixels, other.pixels), None
            real.append(pixels)
            palettes.append(palette_of(pixels) if palette is None or dice.random() < 0.5 else palette)
            if row < s.own:
                guides.append(_vague(told, dice))
        chosen = dice.integers(0, len(self._bank.guides), s.people)
        cuts = [self._cut(int(index)) for index in chosen]
        guides += [now for now, _, _, _, _ in cuts]
        for index in dice.choice(len(self._pictures), s.other):
            guides.append(_vague(crop(self._pictures[index], s.size, dice, s.zoom)[1], dice))
        seen = self._seen(np.stack(real))
        shares = torch.from_numpy(np.minimum(2.0 * dice.random((count, 1)), 1.0).astype(np.float32)).to(self.device)
        whole = self.strokes[asked].to(self.device)
        stroke = whole + shares * (self.network.stroke(statistics(self._perceptual, seen)) - whole)
        stroke = stroke + 0.1 * torch.randn(stroke.shape, generator=self._chance).to(self.device)
        first = self._told(np.stack(guides))
        later = self._told(np.stack([after for _, after, _, _, _ in cuts]))
        silenced = _silenced(self._dice, count).to(self.device)
        return Batch(
            first * silenced,
            later * silenced[self._people],
            torch.from_numpy(np.stack([flow for _, _, flow, _, _ in cuts])).to(self.device),
            self._seen(np.stack([photographs for _, _, _, photographs, _ in cuts])),
            torch.tensor([seen for _, _, _, _, seen in cuts], device=self.device),
            seen,
            stroke,
            torch.from_numpy(np.stack(palettes).astype(np.float32)).to(self.device),
        )  # fmt: skip

    def _told(self, guides: Array) -> Tensor:
        return torch.from_numpy(guides.astype(np.float32)).to(self.device).permute(0, 3, 1, 2)

    def _seen(self, pixels: NDArray[np.uint8]) -> Tensor:
        """Pictures (..., h, w, 3) as (..., 3, h, w) of 0..1."""
        return torch.from_numpy(pixels).to(self.device).movedim(-1, -3).float() / 255.0

    def _cut(self, index: int) -> tuple[Array, Array, Array, NDArray[np.uint8], bool]:
        """A window of one of the people's guides: now, a moment later, the flow, photographs, and whether there are."""
        s, dice, bank = self.schooling, self._dice, self._bank
        high, wide = bank.guides.shape[2:4]
        span = int(dice.integers(s.spans[0], min(s.spans[1], high, wide) + 1)) // 2 * 2
        figure = bank.guides[index, 0, ..., 0].astype(np.float32)
        top, left = _window(figure, span, dice)
        part = slice(top, top + span), slice(left, left + span)
        turn = slice(None, None, -1) if dice.random() < 0.5 else slice(None)
        side = s.size // 2

        def fit(values: Array) -> Array:
            cut = values[part][:, turn].astype(np.float32)
            return np.asarray(cv2.resize(cut, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)

        now, after = (fit(unpacked(bank.guides[index, moment])) for moment in (0, 1))
        flow = fit(bank.flows[index]) * (high / span)
        for told in (now, after):
            told[..., FLOW] *= high / span
            if turn.step:
                told[..., FLOW[0]] *= -1.0
        if turn.step:
            flow[..., 0] *= -1.0
        shown = np.zeros((2, s.size, s.size, 3), np.uint8)
        which = int(bank.picture[index])
        if which >= 0:
            wider = slice(2 * top, 2 * (top + span)), slice(2 * left, 2 * (left + span))
            for moment in (0, 1):
                photograph = np.ascontiguousarray(bank.pictures[which, moment][wider][:, turn])
                shown[moment] = cv2.resize(photograph, (s.size, s.size), interpolation=cv2.INTER_AREA)
        return now, after, flow, shown, which >= 0

    def state(self) -> dict[str, Any]:
        """All that going on needs, for `restore`."""
        return {
            "network": self.network.state_dict(), "mean": self.mean.state_dict(), "critic": self.critic.state_dict(),
            "reader": self.reader.state_dict(), "optimiser": self._optimiser.state_dict(),
            "judging": self._judging.state_dict(), "steps": self.steps, "chance": self._chance.get_state(),
            "dice": json.dumps(self._dice.bit_generator.state),
        }  # fmt: skip

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from there."""
        for name in ("network", "mean", "critic", "reader"):
            getattr(self, name).load_state_dict(state[name])
        self._optimiser.load_state_dict(state["optimiser"])
        self._judging.load_state_dict(state["judging"])
        self.steps = state["steps"]
        self._chance.set_state(state["chance"])
        self._dice.bit_generator.state = json.loads(state["dice"])


def _risen(done: float, when: tuple[float, float]) -> float:
    """0 before `when`, 1 after it."""
    return min(max((done - when[0]) / (when[1] - when[0]), 0.0), 1.0)


def _calm(painted: Tensor, guides: Tensor, late: float) -> Tensor:
    """The same paintings, in which how it is painted asks less of figures than of what is around them, and least of
    heads: a wild sky is a sky, a wild face is nobody."""
    figure, head = (guides[:, channel : channel + 1].float() for channel in (FIGURE, HEAD))
    on_figure, on_head = (before + late * (after - before) for before, after in zip(*CALM, strict=True))
    free = F.interpolate(1.0 - on_figure * figure - on_head * head, scale_factor=2.0).clamp(0.0, 1.0)
    return free * painted + (1.0 - free) * painted.detach()


def _window(figure: Array, span: int, dice: np.random.Generator) -> tuple[int, int]:
    """Top and left of a random window, of three the one with most of the figure in it."""
    high, wide = figure.shape
    places = [(int(dice.integers(0, high - span + 1)), int(dice.integers(0, wide - span + 1))) for _ in range(3)]
    return max(places, key=lambda place: float(figure[place[0] : place[0] + span, place[1] : place[1] + span].sum()))


def _vague(told: Array, dice: np.random.Generator) -> Array:
    """A work's guide, at times blurred, so that the painter learns to make up what it is not told."""
    told = told.copy()
    if dice.random() < VAGUE:
        for name in ("edge", "light"):
            channel = SINGLE[name][0]
            told[..., channel] = cv2.GaussianBlur(told[..., channel], (0, 0), float(dice.uniform(1.0, 4.0)))
    return told


def _silenced(dice: np.random.Generator, count: int) -> Tensor:
    """(count, GUIDE, 1, 1) of 1, or 0 for what a guide does not tell."""
    whole = torch.ones(count, len(CHANNELS), 1, 1)
    for name, channels in (SINGLE | {"colour": COLOURS, "flow": FLOW, "parts": PARTS}).items():
        silent = torch.from_numpy(dice.random(count) < DROPPED[name])
        for channel in channels:
            whole[silent, channel] = 0.0
    return whole
