"""Training samples of people for the painter: guides of generated dancers and of visitors seen in films.

samples = build_sample_bank(600, (128, 128), seed=0, films=[Path("dance.mp4")])
first, second = unpack_guides(samples.guides[0])
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
from installation.dance.request import DanceRequest
from installation.dance.worker import DanceWorker
from installation.eye.offline import observe_clip
from installation.eye.sources.kinds import open_reader
from installation.interface.camera_view import View
from installation.interface.dancer import Cast
from installation.interface.dancer_knobs import DancerSettings
from installation.interface.painted_figure import PaintedFigure, figures_of_bodies, figures_of_visitors, tone_of, within
from installation.interface.scenery_elements import Cloud, Element, Ground, Hills, Region, Sky, Sun, Tone, Tree
from installation.paint.guide.guide import CHANNELS, draw_guide
from installation.paint.motion_warp import figure_flow, with_velocities
from motion import rotation
from motion.body import Body
from motion.dancer.store import load
from motion.learning.threads import one_thread

Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]
Window = tuple[float, float, float, float]

FRAME_RATE = 30.0
"""Frames a second of generated dances and of films."""
DANCER_COUNT = 12
"""Dancers that are generated together."""
DANCE_SECONDS = 12.0
"""Duration of their dance."""
DANCE_WARM_UP_SECONDS = 1.0
"""Seconds at its beginning that are not used."""
STEP_SECONDS = 0.033, 0.2
"""Shortest and longest time from a sample's first moment to its second."""
MAX_FILM_FRAMES = 360
"""Frames of all films together that the eye analyses."""
MAX_FILM_ROWS = 720
"""Greatest height at which frames are kept."""
DANCER_COUNT_ODDS = (0.4, 0.25, 0.15, 0.1, 0.1)
"""Probability of one to five dancers in a sample."""


@dataclass(frozen=True, slots=True, eq=False)
class SampleBank:
    """n samples of two successive moments each, on guides of (h, w), packed to eight bits."""

    guides: NDArray[np.int8]
    """(n, 2, h, w, 12) as from `draw_guide`, times 127."""
    flows: NDArray[np.float16]
    """(n, h, w, 2) motion from the first moment to the second at the places of the second, as in
    `installation.paint.motion_warp`."""
    steps: NDArray[np.float32]
    """(n,) seconds from the first moment to the second."""
    picture: NDArray[np.int64]
    """(n,) index of the sample's photographs in `pictures`, -1 for none."""
    pictured: NDArray[np.bool_]
    """(n,) whether light and colours of the guide are from that photograph."""
    pictures: Pixels
    """(m, 2, 2 h, 2 w, 3) frames of the films."""

    def __len__(self) -> int:
        return len(self.guides)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Two moments on a canvas."""

    figures: tuple[tuple[PaintedFigure, ...], tuple[PaintedFigure, ...]]
    step_seconds: float
    elements: tuple[Element, ...] = ()
    pictures: tuple[Pixels, Pixels] | None = None
    pictured: bool = False


def unpack_guides(guides: NDArray[np.int8]) -> NDArray[np.float32]:
    """Guides of a bank in the values of `draw_guide`."""
    return guides.astype(np.float32) / np.float32(127.0)


def build_sample_bank(
    count: int,
    size: tuple[int, int],
    seed: int = 0,
    films: Sequence[Path] = (),
    progress: Advance = lambda share: None,
) -> SampleBank:
    """`count` samples on guides of `size` (height, width), half of them from films, the others from dancers.

    Without `films` the demo film serves if `visitant setup` has fetched it; without any film all samples are from
    dancers. `progress` receives the share that is done. Raises UserError, SourceError.
    """
    rng = np.random.default_rng([3, seed])
    films = list(films) or _demo_films()
    film_count = count // 2 if films else 0
    aspect = size[1] / size[0]
    sources = [_film_samples(film_count, films, aspect, rng, lambda share: progress(0.4 * share))]
    sources.append(_dance_samples(count - film_count, aspect, seed, rng, lambda share: progress(0.4 + 0.2 * share)))
    height, width = size
    guides = np.empty((count, 2, height, width, len(CHANNELS)), np.int8)
    flows = np.empty((count, height, width, 2), np.float16)
    steps, picture = np.empty(count, np.float32), np.full(count, -1)
    pictured = np.zeros(count, bool)
    photographs: list[list[Pixels]] = []
    for row, sample in enumerate(sample for source in sources for sample in source):
        shown = sample.pictures if sample.pictured else None
        for moment, figures in enumerate(sample.figures):
            guide = draw_guide(size, figures, sample.elements, shown[moment] if shown else None)
            guides[row, moment] = np.rint(guide * 127.0)
        flows[row] = figure_flow(guide, sample.step_seconds)
        steps[row], pictured[row] = sample.step_seconds, sample.pictured
        if sample.pictures:
            picture[row] = len(photographs)
            photographs.append([_resized(photograph, 2 * width, 2 * height) for photograph in sample.pictures])
        progress(0.6 + 0.4 * (row + 1) / count)
    pictures = np.array(photographs, np.uint8).reshape(-1, 2, 2 * height, 2 * width, 3)
    return SampleBank(guides, flows, steps, picture, pictured, pictures)


def _demo_films() -> list[Path]:
    try:
        return [path_of("demo.mp4")]
    except AssetError:
        return []


def _dance_samples(
    count: int, aspect: float, seed: int, rng: np.random.Generator, progress: Advance
) -> Iterator[_Sample]:
    """Generated dancers at random places, most of them in landscapes."""
    frames = _generate_dances(seed, progress) if count else []
    for _ in range(count):
        step = max(1, round(rng.uniform(*STEP_SECONDS) * FRAME_RATE))
        view = View(aspect, mirror=bool(rng.random() < 0.5))
        moments: list[dict[int, Body]] = [{}, {}, {}]
        for id in range(1, 1 + int(rng.choice(len(DANCER_COUNT_ODDS), p=DANCER_COUNT_ODDS)) + 1):
            frame = int(rng.integers(step, len(frames) - step))
            dancer = int(rng.integers(len(frames[frame])))
            bodies = [frames[frame + n * step][dancer] for n in (-1, 0, 1)]
            for moment, body in zip(moments, _place_bodies(bodies, view, rng), strict=True):
                moment[id] = body
        tone_seed = int(rng.integers(1 << 30))
        before, first, second = (_with_tones(figures_of_bodies(bodies, view), tone_seed) for bodies in moments)
        first = with_velocities(before, first, step / FRAME_RATE, aspect, 0.0)
        second = with_velocities(first, second, step / FRAME_RATE, aspect, 0.0)
        if first and rng.random() < 0.4:
            window = _close_up(first, aspect, 1.0, rng)
            first, second = within(first, window), within(second, window)
        scenery = random_landscape(rng) if rng.random() < 0.75 else ()
        yield _Sample((first, second), step / FRAME_RATE, scenery)


def _generate_dances(seed: int, progress: Advance) -> list[list[Body]]:
    """The bodies of DANCER_COUNT dancers without visitors, frame by frame."""
    with one_thread():
        worker = DanceWorker(load(), DANCER_COUNT, (-4.0, 0.5, 4.0, 8.0), seed)
        request = DanceRequest(
            cast=Cast(alone=DANCER_COUNT, most=DANCER_COUNT),
            settings=DancerSettings(variety=1.2, energy=1.2, seed=seed),
        )
        frames = []
        for frame in range(round(DANCE_SECONDS * FRAME_RATE)):
            message = worker.step({"dance": request}, frame / FRAME_RATE)
            if message is not None and frame >= DANCE_WARM_UP_SECONDS * FRAME_RATE:
                frames.append([dancer.body for dancer in message.body.dancers])
            progress((frame + 1) / (DANCE_SECONDS * FRAME_RATE))
    return frames


def _place_bodies(bodies: Sequence[Body], view: View, rng: np.random.Generator) -> list[Body]:
    """Successive poses of a body moved to a random visible place, in most cases facing the wall, and resized."""
    z = rng.uniform(0.1, 7.0)
    half_width = 0.5 * view.aspect * (view.behind_m + z) / view.lens
    place = np.array([rng.uniform(-0.85, 0.85) * half_width, 0.0, z])
    ahead = rotation.rotate(bodies[1].turns[0], np.array([0.0, 0.0, 1.0]))
    facing = np.pi + (rng.normal(0.0, 0.5) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi))
    turn = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), facing - np.arctan2(ahead[0], ahead[2]))
    centre = bodies[1].hips_m * (1.0, 0.0, 1.0)
    scale = rng.uniform(0.85, 1.1) if rng.random() < 0.85 else rng.uniform(0.6, 0.85)
    return [
        replace(
            body,
            hips_m=scale * rotation.rotate(turn, body.hips_m - centre) + place,
            turns=rotation.multiply(turn, body.turns),
            offsets_m=scale * body.offsets_m,
        )
        for body in bodies
    ]


def _with_tones(figures: Sequence[PaintedFigure], seed: int) -> tuple[PaintedFigure, ...]:
    """The figures in other clothes."""
    return tuple(replace(figure, tone=tone_of(seed + figure.id)) for figure in figures)


def _close_up(
    figures: Sequence[PaintedFigure], aspect: float, canvas_aspect: float, rng: np.random.Generator
) -> Window:
    """A random window of `aspect` around a figure: left, bottom, right, top in 0..1 of the canvas.

    It shows the whole body down to about half of it.
    """
    figure = figures[int(rng.integers(len(figures)))]
    points = figure.landmarks[np.isfinite(figure.landmarks).all(axis=1) & (figure.visibility > 0.3)]
    points = np.clip(points if len(points) else np.full((1, 2), 0.5), 0.0, 1.0)
    low, high = points.min(axis=0), points.max(axis=0)
    # The window hangs from the head, so heads are shown more often than feet.
    height = max(float(high[1] - low[1]), 0.15) * rng.uniform(0.7, 2.2)
    height = min(height, 1.0, canvas_aspect / aspect)
    width = height * aspect / canvas_aspect
    left = float(np.clip(0.5 * (low + high)[0] - width * rng.uniform(0.3, 0.7), 0.0, 1.0 - width))
    top = float(np.clip(high[1] + height * rng.uniform(0.1, 0.25), height, 1.0))
    return left, top - height, left + width, top


def _film_samples(
    count: int, films: Sequence[Path], aspect: float, rng: np.random.Generator, progress: Advance
) -> Iterator[_Sample]:
    """Visitors in films, in windows of the frames; half of them with the frame's light, the others in landscapes."""
    for number, film in enumerate(films):
        film_count = count * (number + 1) // len(films) - count * number // len(films)
        frames = _analyse_film(film, MAX_FILM_FRAMES // len(films)) if film_count else []
        progress((number + 1) / len(films))
        pairs = [
            (i, j)
            for i in range(len(frames))
            for j in range(i + 1, min(i + 7, len(frames)))
            if 0.9 * STEP_SECONDS[0] < frames[j][0] - frames[i][0] < 1.1 * STEP_SECONDS[1]
            and frames[i][1]
            and frames[j][1]
        ]
        if not pairs and film_count:
            raise UserError(f"{film}: no person is visible in its first {MAX_FILM_FRAMES // len(films)} frames")
        for _ in range(film_count):
            i, j = pairs[int(rng.integers(len(pairs)))]
            (t, first, picture), (later, second, later_picture) = frames[i], frames[j]
            film_aspect = picture.shape[1] / picture.shape[0]
            window = _close_up(first, aspect, film_aspect, rng)
            second = with_velocities(first, second, later - t, film_aspect)
            figures = within(first, window), within(second, window)
            pictured = bool(rng.random() < 0.5)
            scenery = () if pictured or rng.random() < 0.3 else random_landscape(rng)
            pictures = _crop(picture, window), _crop(later_picture, window)
            yield _Sample(figures, later - t, scenery, pictures, pictured)


def _analyse_film(film: Path, max_frames: int) -> list[tuple[float, tuple[PaintedFigure, ...], Pixels]]:
    """Time, figures and mirrored picture of a film's first frames."""
    frames: list[tuple[float, tuple[PaintedFigure, ...], Pixels]] = []
    for observation, pixels in observe_clip(open_reader(str(film), FRAME_RATE, None)):
        aspect = pixels.shape[1] / pixels.shape[0]
        figures = figures_of_visitors(observation.visitors, aspect)
        if frames:
            figures = with_velocities(frames[-1][1], figures, observation.time - frames[-1][0], aspect)
        rows = min(MAX_FILM_ROWS, pixels.shape[0])
        small = _resized(pixels, round(rows * aspect), rows)
        frames.append((observation.time, figures, np.ascontiguousarray(small[:, ::-1])))
        if len(frames) >= max_frames:
            break
    return frames


def _resized(picture: Pixels, width: int, height: int) -> Pixels:
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _crop(picture: Pixels, window: Window) -> Pixels:
    left, bottom, right, top = window
    height, width = picture.shape[:2]
    rows = slice(round((1 - top) * height), round((1 - bottom) * height))
    return picture[rows, round(left * width) : round(right * width)]


def random_landscape(rng: np.random.Generator) -> tuple[Element, ...]:
    """A random combination of scenery elements of all kinds."""

    def tone(light: float, spread: float = 0.25, colour: float = 0.3) -> Tone:
        values = rng.normal((light, 0.0, 0.0), (spread, colour, colour))
        return tuple(np.clip(values, -0.95, 0.95).tolist())

    def up_to(limit: int) -> range:
        return range(int(rng.integers(limit + 1)))

    horizon = float(rng.uniform(0.35, 0.8))
    elements: list[Element] = []
    if rng.random() < 0.75:
        elements.append(Sky(tone(0.25), tone(0.4)))
    if rng.random() < 0.4:
        x, y = rng.uniform((0.1, horizon), (0.9, 0.95)).tolist()
        elements.append(Sun(x, y, float(rng.uniform(0.03, 0.2)), float(rng.uniform(0.0, 0.25)), tone(0.7, 0.3)))
    for _ in up_to(3):
        x, y = rng.uniform((0.0, horizon), (1.0, 1.0)).tolist()
        width, height = rng.uniform((0.2, 0.04), (0.9, 0.14)).tolist()
        elements.append(Cloud(x, y, width, height, tone(0.6), float(rng.uniform(0.5, 1.0))))
    for n in up_to(3):
        height, relief, breadth = rng.uniform((horizon - 0.05, 0.02, 0.2), (horizon + 0.12, 0.16, 1.2)).tolist()
        seed = int(rng.integers(1000))
        elements.append(Hills(height - 0.04 * n, relief, breadth, seed, 0.0, tone(-0.1), 400.0 / (1 + n)))
    if rng.random() < 0.8:
        elements.append(Ground(horizon, tone(0.15), tone(0.3)))
    for _ in up_to(3):
        distance = float(rng.uniform(2.0, 25.0))
        # Trees stand on the floor of `Ground`; near ones stand at the sides, so that they do not hide people.
        foot = horizon - 4.35 / (5.0 + distance)
        x, lean = rng.uniform((0.0, -0.06), (1.0, 0.06)).tolist()
        x = x if distance > 8.0 else 0.3 * x if x < 0.5 else 1.0 - 0.3 * (1.0 - x)
        height = float(rng.uniform(2.0, 6.0)) * 2.9 / (5.0 + distance)
        elements.append(
            Tree(x, foot, height, height * float(rng.uniform(0.4, 0.8)), lean, tone(-0.3), tone(-0.5), distance)
        )
    for _ in up_to(2):
        centre, angles = rng.uniform(0.0, 1.0, 2), np.sort(rng.uniform(0.0, 2.0 * np.pi, 6))
        radii = rng.uniform(0.05, 0.25) * rng.uniform(0.6, 1.2, 6)
        corners = centre + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        points = tuple((float(x), float(y)) for x, y in corners)
        elements.append(Region(points, tone(0.1), float(rng.uniform(0.004, 0.05)), float(rng.uniform(4.0, 40.0))))
    return tuple(elements)
