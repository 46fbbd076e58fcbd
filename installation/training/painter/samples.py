"""People in guides to learn to paint from: dancers that the network moves, and whoever is seen in films.

some = bank(600, (128, 128), seed=0, films=[Path("dance.mp4")])
then, now = unpacked(some.guides[0])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.core.downloads import AssetError, path_of
from installation.core.errors import UserError
from installation.interface.camera_view import View
from installation.interface.painted_figure import Figure, figures_of_bodies, figures_of_visitors, tone_of, within
from installation.interface.scenery_elements import Cloud, Element, Ground, Hills, Region, Sky, Sun, Tone, Tree
from installation.paint.guide.guide import CHANNELS, draw_guide
from installation.paint.motion_warp import driven, flow
from motion import rotation
from motion.body import Body

Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]
Window = tuple[float, float, float, float]

RATE = 30.0
"""Frames a second of what dancers do."""
COMPANY, DANCING, BEGIN = 12, 12.0, 1.0
"""Dancers who dance at a time, for how many seconds, and how long after they have begun they count."""
STEP = 0.033, 0.2
"""Seconds from a sample's first moment to its second, at least and at most."""
WATCHED = 360
"""Pictures of all films together that the eye looks at."""
SIDE = 720
"""Most rows that are kept of a film's picture."""
MANY = (0.4, 0.25, 0.15, 0.1, 0.1)
"""How likely one to five dancers are together."""


@dataclass(frozen=True, slots=True, eq=False)
class Bank:
    """n samples of two successive moments each, on guides of (h, w), packed to an eighth of what 32 bits take."""

    guides: NDArray[np.int8]
    """(n, 2, h, w, 12) as `guide` makes them, times 127."""
    flows: NDArray[np.float16]
    """(n, h, w, 2) how far what is there at the second moment has come since the first, as in
    `installation.paint.motion_warp`."""
    steps: NDArray[np.float32]
    """(n,) seconds from the first moment to the second."""
    picture: NDArray[np.int64]
    """(n,) which of `pictures` shows the same, -1 for none."""
    pictured: NDArray[np.bool_]
    """(n,) whether light and colours of the guide are that picture's."""
    pictures: Pixels
    """(m, 2, 2 h, 2 w, 3) the films' own pictures."""

    def __len__(self) -> int:
        return len(self.guides)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Two moments on a canvas."""

    figures: tuple[tuple[Figure, ...], tuple[Figure, ...]]
    step: float
    elements: tuple[Element, ...] = ()
    pictures: tuple[Pixels, Pixels] | None = None
    pictured: bool = False


def unpacked(guides: NDArray[np.int8]) -> NDArray[np.float32]:
    """Guides of a bank as `guide` made them."""
    return guides.astype(np.float32) / np.float32(127.0)


def bank(
    count: int,
    size: tuple[int, int],
    seed: int = 0,
    films: Sequence[Path] = (),
    progress: Advance = lambda share: None,
) -> Bank:
    """`count` samples on guides of `size` (high, wide), half of them from films: those given, or the demo film where
    there are none and `visitant setup` has brought it; all from dancers where there is no film.

    `progress` is told the share that is done. Raises Trouble, SourceError.
    """
    chance = np.random.default_rng([3, seed])
    films = list(films) or _demo()
    filmed = count // 2 if films else 0
    aspect = size[1] / size[0]
    samples = [_filmed(filmed, films, aspect, chance, lambda share: progress(0.4 * share))]
    samples.append(_danced(count - filmed, aspect, seed, chance, lambda share: progress(0.4 + 0.2 * share)))
    high, wide = size
    guides = np.empty((count, 2, high, wide, len(CHANNELS)), np.int8)
    flows = np.empty((count, high, wide, 2), np.float16)
    steps, picture = np.empty(count, np.float32), np.full(count, -1)
    pictured = np.zeros(count, bool)
    shots: list[list[Pixels]] = []
    for row, sample in enumerate(one for some in samples for one in some):
        shown = sample.pictures if sample.pictured else None
        for moment, figures in enumerate(sample.figures):
            made = draw_guide(size, figures, sample.elements, shown[moment] if shown else None)
            guides[row, moment] = np.rint(made * 127.0)
        flows[row] = flow(made, sample.step)
        steps[row], pictured[row] = sample.step, sample.pictured
        if sample.pictures:
            picture[row] = len(shots)
            shots.append([_resized(one, 2 * wide, 2 * high) for one in sample.pictures])
        progress(0.6 + 0.4 * (row + 1) / count)
    pictures = np.array(shots, np.uint8).reshape(-1, 2, 2 * high, 2 * wide, 3)
    return Bank(guides, flows, steps, picture, pictured, pictures)


def _demo() -> list[Path]:
    try:
        return [path_of("demo.mp4")]
    except AssetError:
        return []


def _danced(count: int, aspect: float, seed: int, chance: np.random.Generator, progress: Advance) -> Iterator[_Sample]:
    """Dancers at places of their own in landscapes."""
    frames = _dances(seed, progress) if count else []
    for _ in range(count):
        late = max(1, round(chance.uniform(*STEP) * RATE))
        view = View(aspect, mirror=bool(chance.random() < 0.5))
        moments: list[dict[int, Body]] = [{}, {}, {}]
        for id in range(1, 1 + int(chance.choice(len(MANY), p=MANY)) + 1):
            first = int(chance.integers(late, len(frames) - late))
            who = int(chance.integers(len(frames[first])))
            bodies = [frames[first + n * late][who] for n in (-1, 0, 1)]
            for moment, body in zip(moments, _placed(bodies, view, chance), strict=True):
                moment[id] = body
        tones = int(chance.integers(1 << 30))
        before, then, now = (_toned(figures_of_bodies(bodies, view), tones) for bodies in moments)
        then = driven(before, then, late / RATE, aspect, 0.0)
        now = driven(then, now, late / RATE, aspect, 0.0)
        if then and chance.random() < 0.4:
            window = _close(then, aspect, 1.0, chance)
            then, now = within(then, window), within(now, window)
        scenery = landscape(chance) if chance.random() < 0.75 else ()
        yield _Sample((then, now), late / RATE, scenery)


def _dances(seed: int, progress: Advance) -> list[list[Body]]:
    """The bodies of COMPANY dancers who dance alone, frame by frame."""
    import torch

    from installation.dance.request import DanceRequest
    from installation.dance.worker import DanceWorker
    from installation.interface.dancer import Cast
    from installation.interface.dancer_knobs import DancerSettings
    from motion.dancer.store import load

    # Steps as small as these wait for each other's threads ten times longer than they take on a busy machine.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        worker = DanceWorker(load(), COMPANY, (-4.0, 0.5, 4.0, 8.0), seed)
        order = DanceRequest(
            cast=Cast(alone=COMPANY, most=COMPANY), wishes=DancerSettings(variety=1.2, energy=1.2, seed=seed)
        )
        frames = []
        for frame in range(round(DANCING * RATE)):
            letter = worker.step({"dance": order}, frame / RATE)
            if letter is not None and frame >= BEGIN * RATE:
                frames.append([dancer.body for dancer in letter.body.dancers])
            progress((frame + 1) / (DANCING * RATE))
    finally:
        torch.set_num_threads(threads)
    return frames


def _placed(bodies: Sequence[Body], view: View, chance: np.random.Generator) -> list[Body]:
    """A body's moments as they are somewhere that the view shows, more often than not facing the wall."""
    z = chance.uniform(0.1, 7.0)
    reach = 0.5 * view.aspect * (view.behind_m + z) / view.lens
    where = np.array([chance.uniform(-0.85, 0.85) * reach, 0.0, z])
    looks = rotation.rotate(bodies[1].turns[0], np.array([0.0, 0.0, 1.0]))
    facing = np.pi + (chance.normal(0.0, 0.5) if chance.random() < 0.6 else chance.uniform(-np.pi, np.pi))
    turn = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), facing - np.arctan2(looks[0], looks[2]))
    middle = bodies[1].hips_m * (1.0, 0.0, 1.0)
    tall = chance.uniform(0.85, 1.1) if chance.random() < 0.85 else chance.uniform(0.6, 0.85)
    return [
        replace(
            body,
            hips_m=tall * rotation.rotate(turn, body.hips_m - middle) + where,
            turns=rotation.multiply(turn, body.turns),
            offsets_m=tall * body.offsets_m,
        )
        for body in bodies
    ]


def _toned(figures: Sequence[Figure], tones: int) -> tuple[Figure, ...]:
    """The figures in other clothes."""
    return tuple(replace(figure, tone=tone_of(tones + figure.id)) for figure in figures)


def _close(figures: Sequence[Figure], aspect: float, whole: float, chance: np.random.Generator) -> Window:
    """A window of `aspect` on a canvas of width over height `whole`, around somebody, from whole to half a body."""
    one = figures[int(chance.integers(len(figures)))]
    spots = one.landmarks[np.isfinite(one.landmarks).all(axis=1) & (one.visibility > 0.3)]
    spots = np.clip(spots if len(spots) else np.full((1, 2), 0.5), 0.0, 1.0)
    low, high = spots.min(axis=0), spots.max(axis=0)
    # Heads are seen more often than feet.
    tall = max(float(high[1] - low[1]), 0.15) * chance.uniform(0.7, 2.2)
    tall = min(tall, 1.0, whole / aspect)
    wide = tall * aspect / whole
    left = float(np.clip(0.5 * (low + high)[0] - wide * chance.uniform(0.3, 0.7), 0.0, 1.0 - wide))
    top = float(np.clip(high[1] + tall * chance.uniform(0.1, 0.25), tall, 1.0))
    return left, top - tall, left + wide, top


def _filmed(
    count: int, films: Sequence[Path], aspect: float, chance: np.random.Generator, progress: Advance
) -> Iterator[_Sample]:
    """Whoever is in films, in windows of their pictures, or without them in landscapes."""
    for number, film in enumerate(films):
        share = count * (number + 1) // len(films) - count * number // len(films)
        seen = _watched(film, WATCHED // len(films)) if share else []
        progress((number + 1) / len(films))
        pairs = [
            (i, j)
            for i in range(len(seen))
            for j in range(i + 1, min(i + 7, len(seen)))
            if 0.9 * STEP[0] < seen[j][0] - seen[i][0] < 1.1 * STEP[1] and seen[i][1] and seen[j][1]
        ]
        if not pairs and share:
            raise UserError(f"{film}: nobody is to be seen in its first {WATCHED // len(films)} pictures")
        for _ in range(share):
            i, j = pairs[int(chance.integers(len(pairs)))]
            (t, then, one), (later, now, other) = seen[i], seen[j]
            shape = one.shape[1] / one.shape[0]
            window = _close(then, aspect, shape, chance)
            now = driven(then, now, later - t, shape)
            figures = within(then, window), within(now, window)
            pictured = bool(chance.random() < 0.5)
            scenery = () if pictured or chance.random() < 0.3 else landscape(chance)
            yield _Sample(figures, later - t, scenery, (_cut(one, window), _cut(other, window)), pictured)


def _watched(film: Path, most: int) -> list[tuple[float, tuple[Figure, ...], Pixels]]:
    """When, who and what was to be seen in a film's first pictures, as in a mirror."""
    from installation.eye.offline import watch
    from installation.eye.sources import open_reader

    seen: list[tuple[float, tuple[Figure, ...], Pixels]] = []
    for observation, pixels in watch(open_reader(str(film), RATE, None)):
        aspect = pixels.shape[1] / pixels.shape[0]
        figures = figures_of_visitors(observation.visitors, aspect)
        if seen:
            figures = driven(seen[-1][1], figures, observation.time - seen[-1][0], aspect)
        rows = min(SIDE, pixels.shape[0])
        small = _resized(pixels, round(rows * aspect), rows)
        seen.append((observation.time, figures, np.ascontiguousarray(small[:, ::-1])))
        if len(seen) >= most:
            break
    return seen


def _resized(picture: Pixels, wide: int, high: int) -> Pixels:
    return np.asarray(cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)


def _cut(picture: Pixels, window: Window) -> Pixels:
    left, bottom, right, top = window
    high, wide = picture.shape[:2]
    return picture[round((1 - top) * high) : round((1 - bottom) * high), round(left * wide) : round(right * wide)]


def landscape(chance: np.random.Generator) -> tuple[Element, ...]:
    """Elements of all kinds, as they may be together."""

    def tone(light: float, spread: float = 0.25, colour: float = 0.3) -> Tone:
        values = chance.normal((light, 0.0, 0.0), (spread, colour, colour))
        return tuple(np.clip(values, -0.95, 0.95).tolist())

    def some(most: int) -> range:
        return range(int(chance.integers(most + 1)))

    horizon = float(chance.uniform(0.35, 0.8))
    found: list[Element] = []
    if chance.random() < 0.75:
        found.append(Sky(tone(0.25), tone(0.4)))
    if chance.random() < 0.4:
        x, y = chance.uniform((0.1, horizon), (0.9, 0.95)).tolist()
        found.append(Sun(x, y, float(chance.uniform(0.03, 0.2)), float(chance.uniform(0.0, 0.25)), tone(0.7, 0.3)))
    for _ in some(3):
        x, y = chance.uniform((0.0, horizon), (1.0, 1.0)).tolist()
        wide, high = chance.uniform((0.2, 0.04), (0.9, 0.14)).tolist()
        found.append(Cloud(x, y, wide, high, tone(0.6), float(chance.uniform(0.5, 1.0))))
    for n in some(3):
        height, relief, breadth = chance.uniform((horizon - 0.05, 0.02, 0.2), (horizon + 0.12, 0.16, 1.2)).tolist()
        seed = int(chance.integers(1000))
        found.append(Hills(height - 0.04 * n, relief, breadth, seed, 0.0, tone(-0.1), 400.0 / (1 + n)))
    if chance.random() < 0.8:
        found.append(Ground(horizon, tone(0.15), tone(0.3)))
    for _ in some(3):
        distance = float(chance.uniform(2.0, 25.0))
        # They stand on the floor that `Ground` is, and those in front of people more or less beside them.
        foot = horizon - 4.35 / (5.0 + distance)
        x, lean = chance.uniform((0.0, -0.06), (1.0, 0.06)).tolist()
        x = x if distance > 8.0 else 0.3 * x if x < 0.5 else 1.0 - 0.3 * (1.0 - x)
        tall = float(chance.uniform(2.0, 6.0)) * 2.9 / (5.0 + distance)
        found.append(
            Tree(x, foot, tall, tall * float(chance.uniform(0.4, 0.8)), lean, tone(-0.3), tone(-0.5), distance)
        )
    for _ in some(2):
        middle, angles = chance.uniform(0.0, 1.0, 2), np.sort(chance.uniform(0.0, 2.0 * np.pi, 6))
        reach = chance.uniform(0.05, 0.25) * chance.uniform(0.6, 1.2, 6)
        spots = middle + reach[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        points = tuple((float(x), float(y)) for x, y in spots)
        found.append(Region(points, tone(0.1), float(chance.uniform(0.004, 0.05)), float(chance.uniform(4.0, 40.0))))
    return tuple(found)
