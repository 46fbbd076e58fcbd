"""Motion on paper: bodies as onion skin, what was danced row under row, and the beats of both below each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

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
from motion.dancer.rollout_metrics import partner_beats_s, shared_beats_f1
from motion.learning.plots import FAINT_COLOUR, GRID_COLOUR, INK_COLOUR, PAPER_COLOUR, SUPERSAMPLING
from motion.skeleton import BONE_INDEX

Array = NDArray[np.floating]

CELLS, GHOSTS, APART = 9, 7, 4
"""Moments in a row, earlier ones that fade behind each, and frames between these."""
CELL, STRIP, LEFT, TOP = (168, 186), 30, 188, 64
"""Pixels: of a moment, of the beats below, of the names on the left, of the heading."""
TALL = 2.15
"""Metres that a moment is high."""
GROUND = 0.9
"""Of its height at which the floor is."""
THEIRS = (168, 162, 152)
COLOURS: Mapping[str, tuple[int, int, int]] = {
    TRUE_PARTNER: (31, 94, 110), NETWORK: (200, 69, 44), WRONG_PARTNER: (214, 142, 112), MATCHING: (94, 110, 52),
    ON_BEAT: (150, 128, 48), RANDOM_PARTNER: (98, 122, 140), "mirror, 200 ms late": (123, 79, 157),
}  # fmt: skip
"""Rows in their order, and their colours."""
_LIMBS = tuple(
    (f"{side}{a}", f"{side}{b}", wide)
    for side in ("left", "right")
    for a, b, wide in (
        ("UpperArm", "LowerArm", 0.07), ("LowerArm", "Hand", 0.055), ("UpperLeg", "LowerLeg", 0.11),
        ("LowerLeg", "Foot", 0.08), ("Foot", "Toes", 0.055),
    )
)  # fmt: skip
_SPINE = ("hips", "spine", "chest", "upperChest", "neck", "head")


def motion_strip(rows: RolloutsByModel) -> Image.Image:
    """One meeting as everybody danced it: of the couple whose true partners share the middle number of beats."""
    names = [name for name in COLOURS if rows.get(name)]
    true = sorted(rows[TRUE_PARTNER], key=lambda pair: shared_beats_f1(*pair))
    chosen = true[len(true) // 2][0]
    shown = [(name, *_of(rows[name], chosen)) for name in names]
    count = min(len(dance) for _, _, dance in shown)
    at = np.linspace(GHOSTS * APART, count - 1, CELLS).astype(int)
    high = CELL[1] + STRIP
    size = LEFT + CELLS * CELL[0] + 24, TOP + len(shown) * high + 44
    picture = Image.new("RGB", (SUPERSAMPLING * size[0], SUPERSAMPLING * size[1]), PAPER_COLOUR)
    draw = ImageDraw.Draw(picture)
    draw.text((SUPERSAMPLING * 24, SUPERSAMPLING * 20), "One partner, answered", INK_COLOUR, font(20))
    words = f"{chosen.couple}, {count / FRAME_RATE:.0f} s; the second before each moment fades; kinematic beats below"
    draw.text((SUPERSAMPLING * (size[0] - 24), SUPERSAMPLING * 28), words, FAINT_COLOUR, font(12), "ra")
    for number, (name, meeting, dance) in enumerate(shown):
        _row(draw, TOP + number * high, name, meeting, dance, at, count)
    draw.text(
        (SUPERSAMPLING * LEFT, SUPERSAMPLING * (size[1] - 30)),
        "grey: whom the dancer sees, and below the beats of the true partner, with whom they are compared",
        FAINT_COLOUR,
        font(12),
    )
    return picture.resize(size, Image.Resampling.LANCZOS)


def _of(pairs: Sequence[tuple[EvaluationPair, Rollout]], chosen: EvaluationPair) -> tuple[EvaluationPair, Rollout]:
    same = [p for p in pairs if p[0].couple == chosen.couple and p[0].role == chosen.role]
    return max(same, key=lambda pair: len(pair[1]))


def _row(
    draw: ImageDraw.ImageDraw,
    top: int,
    name: str,
    meeting: EvaluationPair,
    dance: Rollout,
    at: NDArray[np.intp],
    count: int,
) -> None:
    colour = COLOURS[name]
    seen = meeting.shown_m[CONTEXT_FRAMES:]
    draw.text(
        (SUPERSAMPLING * 24, SUPERSAMPLING * (top + 58)), _folded(name), colour, font(14), spacing=SUPERSAMPLING * 3
    )
    draw.text(
        (SUPERSAMPLING * 24, SUPERSAMPLING * (top + 104)),
        f"beat F1 {shared_beats_f1(meeting, dance):.2f}",
        FAINT_COLOUR,
        font(12),
    )
    floor = SUPERSAMPLING * (top + GROUND * CELL[1])
    right = SUPERSAMPLING * (LEFT + CELLS * CELL[0])
    draw.line([(SUPERSAMPLING * LEFT, floor), (right, floor)], GRID_COLOUR, 2 * SUPERSAMPLING)
    for cell, frame in enumerate(at):
        middle = SUPERSAMPLING * (LEFT + (cell + 0.5) * CELL[0])
        view = _view(seen[frame], dance.joints_m[frame])
        for ghost in range(GHOSTS, -1, -1):
            then = frame - ghost * APART
            strength = 1.0 if ghost == 0 else 0.30 * (1.0 - ghost / (GHOSTS + 1)) ** 1.5
            for joints, ink in ((seen[then], THEIRS), (dance.joints_m[then], colour)):
                _body(draw, _flat(joints, view, middle, floor), _mixed(ink, strength))
    line = SUPERSAMPLING * (top + CELL[1] + 12)
    span = right - SUPERSAMPLING * LEFT
    for beats, ink, up in ((partner_beats_s(meeting, count), THEIRS, -1), (dance.beats_s, colour, 1)):
        for beat in beats[beats < count / FRAME_RATE]:
            x = SUPERSAMPLING * LEFT + span * beat * FRAME_RATE / count
            draw.rounded_rectangle(
                [
                    x - 1.5 * SUPERSAMPLING,
                    line + min(up, 0) * 8 * SUPERSAMPLING,
                    x + 1.5 * SUPERSAMPLING,
                    line + max(up, 0) * 8 * SUPERSAMPLING,
                ],
                SUPERSAMPLING,
                ink,
            )


def _view(partner: Array, dancer: Array) -> tuple[Array, Array]:
    """The middle between two bodies, and the direction (3,) to the right that shows both apart."""
    middle = 0.5 * (partner[0] + dancer[0]) * (1.0, 0.0, 1.0)
    across = (dancer[0] - partner[0]) * (1.0, 0.0, 1.0)
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    turn = np.radians(20.0)
    beside = np.array([across[2], 0.0, -across[0]])
    return middle, across * np.cos(turn) + beside * np.sin(turn)


def _flat(joints: Array, view: tuple[Array, Array], x: float, floor: float) -> Array:
    """(22, 2) pixels of joints (22, 3)."""
    scale = SUPERSAMPLING * CELL[1] * GROUND / TALL
    return np.stack([x + scale * ((joints - view[0]) @ view[1]), floor - scale * joints[:, 1]], axis=-1)


def _body(draw: ImageDraw.ImageDraw, at: Array, ink: tuple[int, int, int]) -> None:
    scale = SUPERSAMPLING * CELL[1] * GROUND / TALL

    def stroke(a: Array, b: Array, wide: float) -> None:
        half = 0.5 * wide * scale
        draw.line([*a, *b], ink, round(2.0 * half))
        for x, y in (a, b):
            draw.ellipse([x - half, y - half, x + half, y + half], ink)

    for a, b, wide in _LIMBS:
        stroke(at[BONE_INDEX[a]], at[BONE_INDEX[b]], wide)
    trunk = [at[BONE_INDEX[n]] for n in ("leftUpperArm", "rightUpperArm", "rightUpperLeg", "leftUpperLeg")]
    draw.polygon([tuple(p) for p in trunk], ink)
    for a, b in zip(trunk, [*trunk[1:], trunk[0]], strict=True):
        stroke(a, b, 0.08)
    stroke(at[BONE_INDEX["hips"]], at[BONE_INDEX["neck"]], 0.12)
    head = at[BONE_INDEX["head"]] + (at[BONE_INDEX["head"]] - at[BONE_INDEX["neck"]]) * 0.8
    x, y = head.tolist()
    r = 0.095 * scale
    draw.ellipse([x - r, y - r * 1.15, x + r, y + r * 1.15], ink)


def font(height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The type in which figures and pictures are named, so many pixels high."""
    return ImageFont.load_default(SUPERSAMPLING * height)


def _mixed(ink: tuple[int, int, int], strength: float) -> tuple[int, int, int]:
    """An ink thinned on PAPER."""
    paper = [int(PAPER_COLOUR[i : i + 2], 16) for i in (1, 3, 5)]
    mixed = [round(p + strength * (i - p)) for i, p in zip(ink, paper, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def _folded(name: str) -> str:
    words, lines = name.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 18:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)
