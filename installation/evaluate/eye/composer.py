"""Scenes composed of cut-out people in an empty room, with the exact truth of every frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.evaluate.eye.cut_outs import CutOut, CutOutClip
from installation.evaluate.eye.room import NoiseFields, draw_room

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

SIZE_PX = (960, 540)
"""Width and height of a composed picture."""
MIN_VISIBLE_SHARE = 0.6
"""Share of a body's pixels inside the picture, not hidden by others, from which on it is in view."""
MIN_INSIDE_SHARE = 0.3
"""Share of a body's pixels that must lie inside the picture for it to be in view."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where a person stands at a time; between two keys everything is interpolated."""

    time: float
    x: float
    """Of the point on the floor below the body, share of the picture's width."""
    y: float = 0.93
    """Of that point, share of the picture's height, from the top."""
    height: float = 0.7
    """Of the standing body, share of the picture's height."""
    angle: float = 0.0
    """Turn about the body's middle in degrees, counter-clockwise."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A cut-out person, or a picture of one, in a scene."""

    clip: str
    path: Sequence[Key]
    clip_times: Sequence[tuple[float, float]] = ((0.0, 0.0), (100.0, 100.0))
    """(seconds of the scene, seconds of the clip), interpolated."""
    mirrored: bool = False
    colours: tuple[int, int, int] = (0, 1, 2)
    """Which channel becomes red, green and blue: other clothes."""
    bounce: tuple[float, float] = (0.0, 1.0)
    """Height of jumps as a share of the picture's height, and jumps a second."""
    breath: float = 0.0
    """Share by which a still body grows and sways with its breath."""
    is_person: bool = True
    """Whether an eye should see a visitor; False for a poster or a projection."""
    since: float = 0.0
    """When the actor appears, s of the scene."""

    def key_at(self, t: float) -> Key:
        """Place and size at a time, jumps and breath included."""
        times = [key.time for key in self.path]

        def value(name: str) -> float:
            return float(np.interp(t, times, [getattr(key, name) for key in self.path]))

        phase = t * self.bounce[1] % 1.0
        jump = self.bounce[0] * 4.0 * phase * (1.0 - phase)
        breath = self.breath * math.sin(2.0 * math.pi * 0.3 * t)
        sway = 0.4 * self.breath * math.sin(2.0 * math.pi * 0.17 * t)
        height = value("height") * (1.0 + breath)
        return Key(t, value("x") + sway, value("y") - jump, height, value("angle"))


@dataclass(frozen=True, slots=True)
class Effects:
    """What light and lens do to the picture."""

    brightness: float = 1.0
    noise: float = 3.0
    """Standard deviation in grey levels; after the brightness, as a sensor has it."""
    flicker: float = 0.01
    """Share by which the brightness changes."""
    coloured: float = 0.0
    """How strongly light of changing colour tints the picture, 0..1."""
    tremble_px: float = 0.0
    """RMS of the camera's shift."""
    blur_px: float = 0.0
    """Standard deviation of the blur."""
    infrared: bool = False
    """Whether the camera sees without colour, and skin and clothes alike are bright, as under infrared lamps."""
    contrast: float = 1.0
    """Share of the differences of brightness that is left."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a scene's figures must keep."""

    lost_share: float | None = 0.05
    """Largest share of visitor-frames lost in view; None where the people may be missed."""
    max_identities: int | None = None
    """Most identities in all; None where the figure over all scenes is enough."""
    false_after_seconds: float | None = None
    """Time after which no false visitor is allowed; None where they are only counted."""
    all_right_share: float | None = None
    """Smallest share of frames in which everyone is one visitor and nothing else is."""


@dataclass(frozen=True, slots=True)
class ComposedScene:
    """A composed scene: who does what in front of what, and what must come of it."""

    title: str
    seconds: float
    actors: Sequence[Actor] = ()
    occluders: Sequence[tuple[float, float, float, float]] = ()
    """Boxes in front of everybody, shares of the picture."""
    frames: Sequence[tuple[float, float, float, float]] = ()
    """Boxes on the wall that hold a poster or a projection, shares of the picture; pictures are cut off by them."""
    effects: Effects = field(default_factory=Effects)
    size_px: tuple[int, int] = SIZE_PX
    turn: int = 0
    """Quarter turns, counter-clockwise, by which the camera delivers the picture."""
    fisheye: tuple[float, float] | None = None
    """Degrees that the camera's fish-eye lens sees across its width, and those of the composed picture."""
    camera: Mapping[str, Any] = field(default_factory=dict)
    """Keys of the venue's camera section."""
    judged_from: float = 0.0
    """When people in view begin to count as such, s of the scene."""
    limits: Limits = field(default_factory=Limits)

    @property
    def people(self) -> list[int]:
        """Indices of the actors who are people."""
        return [index for index, actor in enumerate(self.actors) if actor.is_person]


@dataclass(frozen=True, slots=True, eq=False)
class TruePerson:
    """One actor in one frame."""

    actor: int
    box_px: Array
    """(4,) around the body inside the picture, hidden parts included."""
    mask: Mask
    """(height, width) what is seen of the body."""
    visible_share: float
    """Of the pixels inside the picture."""
    inside_share: float
    """Of all pixels of the body, those inside the picture."""

    @property
    def is_in_view(self) -> bool:
        """Whether an eye should see the body."""
        return self.visible_share >= MIN_VISIBLE_SHARE and self.inside_share >= MIN_INSIDE_SHARE


@dataclass(frozen=True, slots=True, eq=False)
class ComposedFrame:
    """A picture and its truth."""

    time: float
    pixels: Pixels
    """(height, width, 3) upright, as the audience would see it."""
    people: Sequence[TruePerson]
    """People of whom something lies in the picture."""


def compose(
    scene: ComposedScene, clips: Mapping[str, CutOutClip], rate: float, seed: int = 0
) -> Iterator[ComposedFrame]:
    """Yield the frames of a scene at `rate`; the same arguments give the same pictures."""
    chance = np.random.default_rng(seed)
    room = draw_room(scene.size_px, scene.frames, chance)
    noise = NoiseFields(scene.size_px, chance)
    shift_px = np.zeros(2)
    for count in range(round(scene.seconds * rate)):
        t = count / rate
        picture, masks, wholes = _layers(scene, clips, room, t)
        if scene.effects.tremble_px:
            shift_px += (1.0 - math.exp(-8.0 / rate)) * (chance.normal(0.0, scene.effects.tremble_px, 2) * 2 - shift_px)
            picture = _shifted(picture, shift_px)
            masks = [(index, _shifted(body, shift_px), _shifted(seen, shift_px)) for index, body, seen in masks]
        people = [
            _true_person(index, body, seen, wholes[index])
            for index, body, seen in masks
            if scene.actors[index].is_person and body.any()
        ]
        yield ComposedFrame(t, noise.add(_lit(picture, scene.effects, t), scene.effects.noise, chance), people)


class DeliveredPicture:
    """The picture as the scene's camera delivers it: through its lens, and turned."""

    def __init__(self, scene: ComposedScene) -> None:
        self._turn = scene.turn
        self._map = None if scene.fisheye is None else _fisheye_map(*scene.fisheye, scene.size_px)

    def apply(self, pixels: Pixels) -> Pixels:
        """A composed picture, delivered."""
        if self._map is not None:
            seen = cv2.remap(pixels, *self._map, interpolation=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            pixels = np.asarray(seen, np.uint8)
        return np.ascontiguousarray(np.rot90(pixels, self._turn))


def _fisheye_map(lens_degrees: float, picture_degrees: float, size_px: tuple[int, int]) -> tuple[Array, Array]:
    """Where each pixel of an equidistant lens's picture lies in that of a pinhole camera: x and y."""
    wide, high = size_px
    middle = np.array([0.5 * (wide - 1), 0.5 * (high - 1)])
    y, x = np.mgrid[0:high, 0:wide].astype(np.float64)
    x, y = x - middle[0], y - middle[1]
    radius = np.maximum(np.hypot(x, y), 1e-9)
    angle = np.minimum(radius * math.radians(lens_degrees) / wide, math.radians(85.0))
    reach = np.tan(angle) * 0.5 * wide / math.tan(math.radians(picture_degrees) / 2.0) / radius
    return (x * reach + middle[0]).astype(np.float32), (y * reach + middle[1]).astype(np.float32)


def _layers(
    scene: ComposedScene, clips: Mapping[str, CutOutClip], room: Pixels, t: float
) -> tuple[Pixels, list[tuple[int, Pixels, Pixels]], dict[int, float]]:
    """The picture without effects; (actor, body's mask, mask of what is seen); area of each whole body in pixels."""
    picture = room.copy()
    masks: list[tuple[int, Pixels, Pixels]] = []
    wholes: dict[int, float] = {}
    for index, actor in enumerate(scene.actors):
        if t < actor.since:
            continue
        body = np.zeros(room.shape[:2], np.uint8)
        clip = clips[actor.clip]
        times, clip_times = zip(*actor.clip_times, strict=True)
        cut = clip.at(float(np.interp(t, times, clip_times)))
        # A poster ends at its frame.
        canvas = picture if actor.is_person else picture.copy()
        wholes[index] = _paste(canvas, body, cut, actor, _Placement.of(actor.key_at(t), clip, scene.size_px))
        for x0, y0, x1, y1 in () if actor.is_person else (_pixel_box(box, scene.size_px) for box in scene.frames):
            picture[y0:y1, x0:x1] = canvas[y0:y1, x0:x1]
        for _, _, seen in masks:
            seen[body > 0] = 0
        masks.append((index, body, body.copy()))
    for x0, y0, x1, y1 in (_pixel_box(box, scene.size_px) for box in scene.occluders):
        picture[y0:y1, x0:x1] = OCCLUDER_RGB
        picture[y0:y1, x0 : x0 + 3] = OCCLUDER_EDGE_RGB
        picture[y0 : y0 + 3, x0:x1] = OCCLUDER_EDGE_RGB
        for _, _, seen in masks:
            seen[y0:y1, x0:x1] = 0
    return picture, masks, wholes


OCCLUDER_RGB = (150, 138, 126)
"""Colour of a pillar or a table."""
OCCLUDER_EDGE_RGB = (110, 100, 92)


@dataclass(frozen=True, slots=True)
class _Placement:
    """Where a cut-out goes, in pixels of the picture."""

    x: float
    y: float
    scale: float
    angle: float
    height_px: float

    @classmethod
    def of(cls, key: Key, clip: CutOutClip, size_px: tuple[int, int]) -> _Placement:
        height_px = key.height * size_px[1]
        return cls(key.x * size_px[0], key.y * size_px[1], height_px / clip.height_px, key.angle, height_px)

    def transform(self, corner_px: tuple[float, float], mirrored: bool) -> Array:
        """(2, 3) from the pixels of a cut-out to those of the picture."""
        flip = -1.0 if mirrored else 1.0
        local = np.array([[flip * self.scale, 0, flip * self.scale * corner_px[0]], [0, self.scale, 0], [0, 0, 1.0]])
        local[1, 2] = self.scale * corner_px[1] + 0.5 * self.height_px
        c, s = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        turn = np.array([[c, s, self.x], [-s, c, self.y - 0.5 * self.height_px]])
        return np.asarray(turn @ local, np.float32)


def _paste(picture: Pixels, body: Pixels, cut: CutOut, actor: Actor, placement: _Placement) -> float:
    """Paste a cut-out into picture and mask, in place; return the area of the whole body in pixels."""
    transform = placement.transform(cut.corner_px, actor.mirrored)
    high, wide = cut.rgba.shape[:2]
    corners = transform @ np.array([[0, wide, 0, wide], [0, 0, high, high], [1, 1, 1, 1]], np.float32)
    x0, y0 = np.floor(corners.min(axis=1)).astype(int)
    x1, y1 = np.ceil(corners.max(axis=1)).astype(int)
    x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, picture.shape[1]), min(y1, picture.shape[0])
    whole = float((cut.rgba[..., 3] > 127).sum()) * placement.scale**2
    if x0 >= x1 or y0 >= y1:
        return whole
    transform[:, 2] -= [x0, y0]
    layer = cv2.warpAffine(cut.rgba, transform, (int(x1 - x0), int(y1 - y0)), flags=cv2.INTER_LINEAR)
    part = (slice(y0, y1), slice(x0, x1))
    behind = picture[part] * (255 - layer[..., 3:].astype(np.uint16)) // 255
    picture[part] = np.minimum(behind + layer[..., list(actor.colours)], 255).astype(np.uint8)
    body[part] = layer[..., 3] > 127
    return whole


def _true_person(index: int, body: Pixels, seen: Pixels, whole_area: float) -> TruePerson:
    x, y, width, height = cv2.boundingRect(body)
    inside = float(body.sum())
    box_px = np.array([x, y, x + width, y + height], np.float32)
    return TruePerson(index, box_px, seen > 0, float(seen.sum()) / inside, min(1.0, inside / max(whole_area, 1.0)))


def _lit(picture: Pixels, effects: Effects, t: float) -> Array:
    """The picture in the scene's light, as numbers without limits."""
    levels = picture.astype(np.float32)
    if effects.blur_px:
        levels = np.asarray(cv2.GaussianBlur(levels, (0, 0), effects.blur_px), np.float32)
    if effects.coloured:
        hue = 2.0 * math.pi * (0.2 * t + np.arange(3) / 3.0)
        levels *= (1.0 - effects.coloured * (0.5 + 0.5 * np.cos(hue))).astype(np.float32)
    if effects.infrared:
        red = levels[..., :1] / 255.0  # of the three channels the nearest to infrared
        levels = np.repeat(255.0 * red**INFRARED_GAMMA, 3, axis=2)
    if effects.contrast != 1.0:
        middle = np.float32(levels.mean())
        levels = middle + np.float32(effects.contrast) * (levels - middle)
    levels *= np.float32(effects.brightness * (1.0 + effects.flicker * math.sin(21.0 * t)))
    return levels


INFRARED_GAMMA = np.float32(0.6)
"""Exponent that brightens the red channel: dyes and skin that absorb visible light reflect infrared."""


def _shifted(picture: Pixels, shift_px: NDArray[np.float64]) -> Pixels:
    transform = np.array([[1, 0, round(shift_px[0])], [0, 1, round(shift_px[1])]], np.float32)
    border = cv2.BORDER_REPLICATE if picture.ndim == 3 else cv2.BORDER_CONSTANT
    moved = cv2.warpAffine(picture, transform, picture.shape[1::-1], flags=cv2.INTER_NEAREST, borderMode=border)
    return np.asarray(moved, np.uint8)


def _pixel_box(box: tuple[float, float, float, float], size_px: tuple[int, int]) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = box
    return round(x0 * size_px[0]), round(y0 * size_px[1]), round(x1 * size_px[0]), round(y1 * size_px[1])
