"""People cut out of clips with the pose model's segmentation mask, for composed scenes; cached on disk."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.core import downloads
from installation.evaluate.clips import find_clip
from installation.eye.boxes import Square, landmark_box, square_around
from installation.eye.pose_estimator import PoseDetection, PoseEstimator
from installation.eye.sources.kinds import open_reader
from motion.atomic_file import atomic_write

Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]
"""Gets the share of the work that is done, 0..1."""

CACHE_VERSION = 2
"""Grows when the way of cutting people out changes."""
CROP_SIDE_PX = 512
"""Side of the crop in which a person is segmented; the network's mask has half of it."""
ALPHA_RANGE = (0.45, 0.75)
"""Mask values that become transparent and opaque: above one half, so that no background stays at the edges."""
MIN_PART_SHARE = 0.05
"""Parts of a mask below this share of the largest part are dropped."""
NOSE, FEET = 0, slice(27, 33)
NOSE_TO_TOP = 1.1
"""Height of a body in heights of its nose above its soles."""


@dataclass(frozen=True, slots=True)
class ClipSource:
    """Where a person is found: a clip's file and frames, and the region in which they stay."""

    file: str
    frames: tuple[int, int]
    region: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Left, top, right, bottom of the part of the picture without other people, as shares."""
    start: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """The person's box in the first frame, as shares of the region."""
    walks: bool = False
    """Whether the person crosses the picture; the walk is removed, so that a scene can add its own."""


CLIPS = {
    "squats": ClipSource("composite_4persons.mp4", (0, 150), (0.0, 0.0, 0.234, 1.0)),
    "juggler": ClipSource("composite_4persons.mp4", (0, 150), (0.234, 0.0, 0.484, 1.0)),
    "jacks": ClipSource("composite_4persons.mp4", (0, 150), (0.75, 0.0, 1.0, 1.0)),
    "dancer": ClipSource("tfjs_dancer_crop.mp4", (12, 118), start=(0.45, 0.05, 0.75, 0.85)),
    "walker": ClipSource("sports2d_demo_1person.mp4", (66, 182), start=(0.66, 0.5, 0.84, 1.0), walks=True),
    "athlete": ClipSource("sports2d_demo_1person.mp4", (0, 88), start=(0.3, 0.0, 0.5, 0.5)),
    "back": ClipSource("pose2sim_multi/cam02.mp4", (4, 100), start=(0.0, 0.3, 0.37, 0.8)),
}
"""Where each person is found."""


@dataclass(frozen=True, slots=True, eq=False)
class CutOut:
    """One person in one frame."""

    rgba: Pixels
    """(height, width, 4), colours multiplied by the alpha."""
    corner_px: tuple[float, float]
    """Left and top, pixels from the point on the floor below the body."""


@dataclass(frozen=True, slots=True, eq=False)
class CutOutClip:
    """One person in consecutive frames."""

    rate: float
    height_px: float
    """Height of the standing body."""
    frames: Sequence[CutOut]

    def at(self, seconds: float) -> CutOut:
        """The frame at a time; the clip goes forth and back without end."""
        last = len(self.frames) - 1
        return self.frames[last - abs(round(seconds * self.rate) % (2 * last) - last)]


def missing_files(material: Path | None) -> list[str]:
    """Names of the clips' files that are not there."""
    return sorted({source.file for source in CLIPS.values() if find_clip(source.file, material) is None})


def load_clips(names: Sequence[str], material: Path | None, advance: Advance) -> dict[str, CutOutClip]:
    """The clips of people called `names`, from the cache, or cut out of the files in `material` and cached.

    Every file must be there; see `missing_files`.
    """
    clips: dict[str, CutOutClip] = {}
    for count, name in enumerate(names):
        path = find_clip(CLIPS[name].file, material)
        assert path is not None
        cached = _cache_path(name, path)
        if not cached.is_file():
            clip = cut_out(CLIPS[name], path)
            cached.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(cached, _encoded(clip))
        clips[name] = _decoded(cached)
        advance((count + 1) / len(names))
    return clips


def cut_out(source: ClipSource, path: Path) -> CutOutClip:
    """Cut the person out of every frame of a clip; frames in which they are not found are left out."""
    estimator = PoseEstimator(None, 0.5, tracking=True)
    reader = open_reader(str(path), 30.0, None)
    cuts: list[_Cut] = []
    try:
        square: Square | None = None
        for pixels in _frames(reader, source):
            high, wide = pixels.shape[:2]
            if square is None:
                box_px = np.array(source.start, np.float32) * np.array([wide, high, wide, high], np.float32)
                square = square_around(box_px, 1.0)
            found = estimator.detect(pixels, square, CROP_SIDE_PX)
            if found and (cut := _cut(pixels, found[0])) is not None:
                cuts.append(cut)
                square = _follow(square, cut.box_px)
    finally:
        estimator.close()
        reader.close()
    return CutOutClip(reader.rate, *_on_floor(cuts, source.walks))


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """A person in one frame, in pixels of the clip."""

    rgba: Pixels
    corner_px: tuple[int, int]
    box_px: NDArray[np.float32]
    """Around mask and landmarks."""
    hips_x: float
    height_px: float


def _frames(reader: object, source: ClipSource) -> Iterator[Pixels]:
    first, last = source.frames
    for count, (_, pixels) in enumerate(reader):  # type: ignore[var-annotated, arg-type]
        if count >= last:
            return
        if count >= first:
            high, wide = pixels.shape[:2]
            left, top, right, bottom = source.region
            part = pixels[round(top * high) : round(bottom * high), round(left * wide) : round(right * wide)]
            yield np.ascontiguousarray(part)


def _cut(pixels: Pixels, detection: PoseDetection) -> _Cut | None:
    """Cut a detection out of a picture; None where its mask is empty."""
    mask = detection.mask
    assert mask is not None
    left, top, side = detection.crop_px
    scale = side / mask.shape[0]
    transform = np.array([[scale, 0, left], [0, scale, top]], np.float32)
    full = cv2.warpAffine(mask, transform, pixels.shape[1::-1], flags=cv2.INTER_LINEAR)
    full = np.asarray(full * _large_parts(np.asarray(full > 0.5)), np.float32)
    low, high = ALPHA_RANGE
    alpha = (np.clip((full - low) / (high - low), 0.0, 1.0) * 255).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(alpha)
    if not width:
        return None
    part = (slice(y, y + height), slice(x, x + width))
    points, visibility = detection.landmarks_px, detection.visibility
    box_px = landmark_box(points, visibility)
    box_px[:2] = np.minimum(box_px[:2], [x, y])
    box_px[2:] = np.maximum(box_px[2:], [x + width, y + height])
    tall = NOSE_TO_TOP * float(points[FEET, 1].max() - points[NOSE, 1])
    colours = (pixels[part] * (alpha[part][..., None] / 255.0)).astype(np.uint8)
    rgba = np.dstack([colours, alpha[part]])
    return _Cut(rgba, (x, y), box_px, float(points[23:25, 0].mean()), tall)


def _large_parts(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The mask, a little widened, without parts that are much smaller than its largest."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA]
    largest = areas[1:].max() if count > 1 else 0
    kept = [label for label in range(1, count) if areas[label] >= MIN_PART_SHARE * largest]
    widened = cv2.dilate(np.isin(labels, kept).astype(np.uint8), np.ones((5, 5), np.uint8))
    return widened.astype(np.float32)


def _follow(square: Square, box_px: NDArray[np.float32]) -> Square:
    """The next frame's square: half of the way to the square around the box, so that it does not tremble."""
    left, top, side = (0.5 * (a + b) for a, b in zip(square, square_around(box_px, 1.3), strict=True))
    return left, top, side


def _on_floor(cuts: Sequence[_Cut], walks: bool) -> tuple[float, list[CutOut]]:
    """Height of the standing body, and the cuts with the point below the body as the origin."""
    frames = np.arange(len(cuts))
    hips_x = np.array([cut.hips_x for cut in cuts])
    soles_y = np.array([cut.corner_px[1] + cut.rgba.shape[0] for cut in cuts], float)
    if walks:
        floor_x = np.polyval(np.polyfit(frames, hips_x, 1), frames)
        floor_y = np.polyval(np.polyfit(frames, soles_y, 1), frames)
    else:
        floor_x = np.full(len(cuts), np.median(hips_x))
        floor_y = np.full(len(cuts), np.quantile(soles_y, 0.9))
    height = float(np.quantile([cut.height_px for cut in cuts], 0.9))
    shifted = [
        CutOut(cut.rgba, (cut.corner_px[0] - float(x), cut.corner_px[1] - float(y)))
        for cut, x, y in zip(cuts, floor_x, floor_y, strict=True)
    ]
    return height, shifted


def _cache_path(name: str, path: Path) -> Path:
    key = hashlib.sha256(f"{CACHE_VERSION} {CLIPS[name]} {path.stat().st_size}".encode()).hexdigest()[:12]
    return downloads.cache() / "cut_outs" / f"{name}_{key}.npz"


def _encoded(clip: CutOutClip) -> bytes:
    pictures = [cv2.imencode(".png", cv2.cvtColor(cut.rgba, cv2.COLOR_RGBA2BGRA))[1] for cut in clip.frames]
    file = io.BytesIO()
    np.savez(
        file,
        rate=clip.rate,
        height_px=clip.height_px,
        corners_px=np.array([cut.corner_px for cut in clip.frames]),
        lengths=np.array([len(picture) for picture in pictures]),
        pictures=np.concatenate(pictures),
    )
    return file.getvalue()


def _decoded(path: Path) -> CutOutClip:
    with np.load(path) as data:
        parts = np.split(data["pictures"], np.cumsum(data["lengths"])[:-1])
        frames = [
            CutOut(_rgba(part), (float(x), float(y))) for part, (x, y) in zip(parts, data["corners_px"], strict=True)
        ]
        return CutOutClip(float(data["rate"]), float(data["height_px"]), frames)


def _rgba(png: NDArray[np.uint8]) -> Pixels:
    picture = cv2.imdecode(png, cv2.IMREAD_UNCHANGED)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGRA2RGBA), np.uint8)  # type: ignore[arg-type]
