"""A picture of rollouts: one evaluation pair as each model danced it, as onion skin, with both bodies' beats below."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.responsiveness import (
    MATCHING,
    NETWORK,
    ON_BEAT,
    RANDOM_PARTNER,
    TRUE_PARTNER,
    WRONG_PARTNER,
    RolloutsByModel,
)
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, Rollout
from motion.dancer.rollout_metrics import RolloutPairs, partner_beats_s, shared_beats_f1
from motion.learning.plots import FAINT_COLOUR, GRID_COLOUR, INK_COLOUR, PAPER_COLOUR, SUPERSAMPLING, font
from motion.skeleton import BONE_INDEX

Array = NDArray[np.floating]
Colour = tuple[int, int, int]

CELLS = 9
"""Poses in a row."""
GHOSTS = 7
"""Earlier poses that fade behind each."""
GHOST_FRAMES = 4
"""Frames between two of these."""
CELL_WIDTH_PX, CELL_HEIGHT_PX = 168, 186
BEATS_HEIGHT_PX = 30
"""Height of the beats below a row."""
LEFT_PX = 188
"""Width of the names."""
TOP_PX = 64
"""Height of the heading."""
CELL_HEIGHT_M = 2.15
"""Height in the room that a cell shows above the floor."""
FLOOR_SHARE = 0.9
"""Position of the floor in a cell's height."""
PARTNER_COLOUR = (168, 162, 152)
MODEL_COLOURS: Mapping[str, Colour] = {
    TRUE_PARTNER: (31, 94, 110),
    NETWORK: (200, 69, 44),
    WRONG_PARTNER: (214, 142, 112),
    MATCHING: (94, 110, 52),
    ON_BEAT: (150, 128, 48),
    RANDOM_PARTNER: (98, 122, 140),
    "mirror, 200 ms late": (123, 79, 157),
}
"""Colours of the models, in the order of their rows."""
_LIMBS = tuple(
    (f"{side}{a}", f"{side}{b}", width_m)
    for side in ("left", "right")
    for a, b, width_m in (
        ("UpperArm", "LowerArm", 0.07),
        ("LowerArm", "Hand", 0.055),
        ("UpperLeg", "LowerLeg", 0.11),
        ("LowerLeg", "Foot", 0.08),
        ("Foot", "Toes", 0.055),
    )
)


@dataclass(frozen=True)
class _Row:
    """One model's rollout, and which frames of it are shown."""

    name: str
    pair: EvaluationPair
    rollout: Rollout
    frames: NDArray[np.intp]
    count: int
    """Frames of the shortest rollout."""
    colour: Colour


def motion_strip(rollouts: RolloutsByModel) -> Image.Image:
    """One pair as every model danced it: the one whose true partners have the median beat F1."""
    names = [name for name in MODEL_COLOURS if rollouts.get(name)]
    true = sorted(rollouts[TRUE_PARTNER], key=lambda pair: shared_beats_f1(*pair))
    chosen = true[len(true) // 2][0]
    found = [(name, *_longest_of(rollouts[name], chosen)) for name in names]
    count = min(len(rollout) for _, _, rollout in found)
    rows = [_Row(name, pair, one, _spread(count), count, MODEL_COLOURS[name]) for name, pair, one in found]
    words = f"{chosen.couple}, {count / FRAME_RATE:.0f} s; the second before each moment fades; kinematic beats below"
    legend = "grey: whom the dancer sees, and below the beats of the true partner, with whom they are compared"
    return _sheet("One partner, answered", words, rows, legend)


def answer_sheet(answers: Mapping[str, tuple[EvaluationPair, Rollout]]) -> Image.Image:
    """One network's answers to several partners, by their names: a row for each."""
    rows = []
    for (name, (pair, rollout)), colour in zip(answers.items(), itertools.cycle(MODEL_COLOURS.values()), strict=False):
        rows.append(_Row(name, pair, rollout, _spread(len(rollout)), len(rollout), colour))
    words = "the second before each moment fades; kinematic beats below"
    return _sheet("Several partners, answered", words, rows, "grey: whom the dancer sees")


def _spread(count: int) -> NDArray[np.intp]:
    """The frames of CELLS poses of a rollout of so many frames."""
    return np.linspace(GHOSTS * GHOST_FRAMES, count - 1, CELLS).astype(int)


def _sheet(title: str, words: str, rows: Sequence[_Row], legend: str) -> Image.Image:
    row_height = CELL_HEIGHT_PX + BEATS_HEIGHT_PX
    size = LEFT_PX + CELLS * CELL_WIDTH_PX + 24, TOP_PX + len(rows) * row_height + 44
    s = SUPERSAMPLING
    image = Image.new("RGB", (s * size[0], s * size[1]), PAPER_COLOUR)
    draw = ImageDraw.Draw(image)
    draw.text((s * 24, s * 20), title, INK_COLOUR, font(20))
    draw.text((s * (size[0] - 24), s * 28), words, FAINT_COLOUR, font(12), "ra")
    for number, row in enumerate(rows):
        _draw_row(draw, TOP_PX + number * row_height, row)
    draw.text((s * LEFT_PX, s * (size[1] - 30)), legend, FAINT_COLOUR, font(12))
    return image.resize(size, Image.Resampling.LANCZOS)


def _longest_of(pairs: RolloutPairs, chosen: EvaluationPair) -> tuple[EvaluationPair, Rollout]:
    same = [p for p in pairs if p[0].couple == chosen.couple and p[0].role == chosen.role]
    return max(same, key=lambda pair: len(pair[1]))


def _draw_row(draw: ImageDraw.ImageDraw, top: int, row: _Row) -> None:
    s = SUPERSAMPLING
    colour, dancer_m = row.colour, row.rollout.joints_m
    partner_m = row.pair.shown_m[CONTEXT_FRAMES:]
    draw.text((s * 24, s * (top + 58)), _wrapped(row.name), colour, font(14), spacing=s * 3)
    f1 = shared_beats_f1(row.pair, row.rollout)
    draw.text((s * 24, s * (top + 104)), f"beat F1 {f1:.2f}", FAINT_COLOUR, font(12))
    floor = s * (top + FLOOR_SHARE * CELL_HEIGHT_PX)
    right = s * (LEFT_PX + CELLS * CELL_WIDTH_PX)
    draw.line([(s * LEFT_PX, floor), (right, floor)], GRID_COLOUR, 2 * s)
    for cell, frame in enumerate(row.frames):
        middle = s * (LEFT_PX + (cell + 0.5) * CELL_WIDTH_PX)
        view = _view(partner_m[frame], dancer_m[frame])
        for ghost in range(GHOSTS, -1, -1):
            earlier = frame - ghost * GHOST_FRAMES
            strength = 1.0 if ghost == 0 else 0.30 * (1.0 - ghost / (GHOSTS + 1)) ** 1.5
            for joints, ink in ((partner_m[earlier], PARTNER_COLOUR), (dancer_m[earlier], colour)):
                _draw_body(draw, _projected(joints, view, middle, floor), _on_paper(ink, strength))
    _draw_beats(draw, s * (top + CELL_HEIGHT_PX + 12), row)


def _draw_beats(draw: ImageDraw.ImageDraw, line: int, row: _Row) -> None:
    """The partner's beats above a line, and the dancer's below it."""
    s = SUPERSAMPLING
    span = s * CELLS * CELL_WIDTH_PX
    partner, dancer = partner_beats_s(row.pair, row.count), row.rollout.beats_s
    for beats, ink, side in ((partner, PARTNER_COLOUR, -1), (dancer, row.colour, 1)):
        top, bottom = line + min(side, 0) * 8 * s, line + max(side, 0) * 8 * s
        for beat in beats[beats < row.count / FRAME_RATE]:
            x = s * LEFT_PX + span * beat * FRAME_RATE / row.count
            draw.rounded_rectangle([x - 1.5 * s, top, x + 1.5 * s, bottom], s, ink)


def _view(partner: Array, dancer: Array) -> tuple[Array, Array]:
    """The middle between two bodies, and the direction (3,) to the right in which both are side by side."""
    middle = 0.5 * (partner[0] + dancer[0]) * (1.0, 0.0, 1.0)
    across = (dancer[0] - partner[0]) * (1.0, 0.0, 1.0)
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    angle = np.radians(20.0)
    normal = np.array([across[2], 0.0, -across[0]])
    return middle, across * np.cos(angle) + normal * np.sin(angle)


def _scale() -> float:
    """Pixels of the supersampled picture to a metre."""
    return SUPERSAMPLING * CELL_HEIGHT_PX * FLOOR_SHARE / CELL_HEIGHT_M


def _projected(joints: Array, view: tuple[Array, Array], x: float, floor: float) -> Array:
    """(22, 2) pixels of joints (22, 3)."""
    return np.stack([x + _scale() * ((joints - view[0]) @ view[1]), floor - _scale() * joints[:, 1]], axis=-1)


def _draw_body(draw: ImageDraw.ImageDraw, joints_px: Array, ink: Colour) -> None:
    scale = _scale()

    def stroke(a: Array, b: Array, width_m: float) -> None:
        half = 0.5 * width_m * scale
        draw.line([*a, *b], ink, round(2.0 * half))
        for x, y in (a, b):
            draw.ellipse([x - half, y - half, x + half, y + half], ink)

    for a, b, width_m in _LIMBS:
        stroke(joints_px[BONE_INDEX[a]], joints_px[BONE_INDEX[b]], width_m)
    trunk = [joints_px[BONE_INDEX[n]] for n in ("leftUpperArm", "rightUpperArm", "rightUpperLeg", "leftUpperLeg")]
    draw.polygon([tuple(p) for p in trunk], ink)
    for a, b in zip(trunk, [*trunk[1:], trunk[0]], strict=True):
        stroke(a, b, 0.08)
    neck = joints_px[BONE_INDEX["neck"]]
    stroke(joints_px[BONE_INDEX["hips"]], neck, 0.12)
    head = joints_px[BONE_INDEX["head"]] + (joints_px[BONE_INDEX["head"]] - neck) * 0.8
    x, y = head.tolist()
    r = 0.095 * scale
    draw.ellipse([x - r, y - r * 1.15, x + r, y + r * 1.15], ink)


def _on_paper(ink: Colour, strength: float) -> Colour:
    """An ink of a strength, 0..1, on the paper's colour."""
    paper = [int(PAPER_COLOUR[i : i + 2], 16) for i in (1, 3, 5)]
    mixed = [round(p + strength * (i - p)) for i, p in zip(ink, paper, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _wrapped(name: str) -> str:
    """A name in lines of at most 18 characters."""
    words, lines = name.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 18:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
