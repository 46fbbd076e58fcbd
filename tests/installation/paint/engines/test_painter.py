"""The painter keeps what it is given: sizes, seeds, styles and what is already on the canvas."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from installation.paint.engines.network import NetworkSettings, PainterNetwork, ground_logits
from installation.paint.engines.painter import tiny_painter
from installation.paint.guide.guide import CHANNELS
from installation.paint.guide.noise import SeedBlend, noise
from installation.paint.pictures.style import PALETTE_SIZE, palette_of

SMALL = NetworkSettings(widths=(8, 8, 8), blocks=(1, 1, 1), stroke=4, style_width=8, fine=4)


def _guide(high: int, wide: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((high, wide, len(CHANNELS)), np.float32)


@pytest.mark.parametrize("size", [(16, 16), (17, 31), (40, 22)])
def test_a_painting_is_twice_the_size_of_its_guide_whatever_that_is(size: tuple[int, int]) -> None:
    painter = tiny_painter()
    painted = painter.paint(_guide(*size), painter.styles["one"])
    assert painted.shape == (2 * size[0], 2 * size[1], 3)
    assert painted.dtype == np.uint8


def test_the_same_seed_paints_the_same_and_another_does_not() -> None:
    painter = tiny_painter()
    guide, style = _guide(32, 32), painter.styles["two"]
    first = painter.paint(guide, style, seed=7)
    assert np.array_equal(first, painter.paint(guide, style, seed=7))
    assert not np.array_equal(first, painter.paint(guide, style, seed=8))


def test_another_style_paints_otherwise() -> None:
    painter = tiny_painter()
    guide = _guide(32, 32)
    one, two = (painter.paint(guide, painter.styles[name]).astype(int) for name in ("one", "two"))
    assert np.abs(one - two).mean() > 2.0


def test_a_canvas_counts_only_where_it_is_kept() -> None:
    painter = tiny_painter()
    guide, style = np.zeros((64, 64, len(CHANNELS)), np.float32), painter.styles["one"]
    canvas = np.full((128, 128, 3), 255, np.uint8)
    bare = painter.paint(guide, style)
    assert np.array_equal(bare, painter.paint(guide, style, canvas=canvas, keep=np.zeros((64, 64), np.float32)))
    keep = np.zeros((64, 64), np.float32)
    keep[:, :8] = 1.0
    over = painter.paint(guide, style, canvas=canvas, keep=keep).astype(int)
    assert np.abs(over - bare)[:, :16].mean() > 0.1
    assert not np.abs(over - bare)[:, 96:].any()


def test_more_steps_go_on_from_what_is_painted() -> None:
    painter = tiny_painter()
    guide, style = _guide(32, 32), painter.styles["one"]
    assert not np.array_equal(painter.paint(guide, style, steps=1), painter.paint(guide, style, steps=2))


def test_what_is_far_away_does_not_change_what_is_painted_here() -> None:
    painter = tiny_painter()
    style, guide = painter.styles["one"], np.zeros((32, 256, len(CHANNELS)), np.float32)
    other = guide.copy()
    other[:, 192:] = 1.0
    before, after = painter.paint(guide, style), painter.paint(other, style)
    assert np.array_equal(before[:, :200], after[:, :200])
    assert not np.array_equal(before, after)


def test_a_turn_between_two_seeds_begins_and_ends_at_them() -> None:
    one, other = noise(3, 16, 16), noise(4, 16, 16)
    assert np.allclose(noise(SeedBlend(3, 4, 0.0), 16, 16), one)
    assert np.allclose(noise(SeedBlend(3, 4, 1.0), 16, 16), other, atol=1e-4)
    half = noise(SeedBlend(3, 4, 0.5), 16, 16)
    assert abs(float(half.std()) - 1.0) < 0.1


def test_the_ground_has_the_colours_of_the_palette() -> None:
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    red[:20, :, 2] = 160
    light = torch.zeros(1, 3, 8, 8)
    ground = torch.sigmoid(ground_logits(light, torch.from_numpy(palette_of(red))[None], torch.zeros(1, 3, 8, 8)))
    assert (ground[0, 0] > 0.6).all()
    assert (ground[0, 1] < 0.15).all()


def test_paintings_of_a_batch_do_not_know_of_each_other() -> None:
    torch.manual_seed(0)
    network = PainterNetwork(SMALL).eval()
    inputs = [
        torch.rand(2, len(CHANNELS), 16, 16),
        torch.randn(2, 4),
        torch.rand(2, PALETTE_SIZE),
        torch.randn(2, 8, 8, 8),
        torch.rand(2, 3, 32, 32),
        torch.rand(2, 1, 16, 16),
    ]
    with torch.no_grad():
        both, one = network(*inputs), network(*(t[:1] for t in inputs))
    assert torch.allclose(both[:1], one, atol=1e-5)


def test_a_flat_painting_has_no_strip_at_its_edges() -> None:
    torch.manual_seed(0)
    network = PainterNetwork(SMALL).eval()
    flat = [
        torch.full((1, len(CHANNELS), 48, 48), 0.4),
        torch.randn(1, 4),
        torch.rand(1, PALETTE_SIZE),
        torch.zeros(1, 8, 24, 24),
        torch.zeros(1, 3, 96, 96),
        torch.zeros(1, 1, 48, 48),
    ]
    with torch.no_grad():
        painted = network(*flat)[0]
    middle = painted[:, 40:56, 40:56].mean()
    for edge in (painted[:, :4], painted[:, -4:], painted[..., :4], painted[..., -4:]):
        assert abs(float(edge.mean() - middle)) < 0.002


def test_broad_noise_is_as_strong_and_smoother() -> None:
    plain, broad = noise(SeedBlend(3), 64, 96), noise(SeedBlend(3, broad=True), 64, 96)
    assert np.std(broad[:4]) == pytest.approx(1.0, abs=0.05)
    assert np.abs(np.diff(broad[:4])).mean() < 0.6 * np.abs(np.diff(plain[:4])).mean()
    assert np.array_equal(plain[4:], broad[4:])
