"""Evaluation of bodies: round trips through files and characters, landmark lifting, VMC, and time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.clips import find_clip, material_folder
from installation.evaluate.control.vmc import measure_vmc
from installation.evaluate.motion.film import CaptureFilm, measure_films
from installation.evaluate.motion.lift import measure_lifting, measure_squats
from installation.evaluate.motion.odd_files import measure_odd_files
from installation.evaluate.report import Figure, measure_parts
from motion import files, metrics, rotation
from motion.formats import bvh, character
from motion.landmark_lifting import LandmarkLifter
from motion.landmarks import landmarks_from_body
from motion.resample import at_rate
from motion.retarget import FootPlacement, pose_rig
from motion.rig import leg_length_m
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, TOE_BONES
from motion.take import Take, opening_frames

Array = NDArray[np.floating]
Advance = Callable[[float], None]

FRAME_RATE = 30.0
"""Frames a second at which motions are compared."""
CHARACTERS = ("human_male_cc0.glb", "manny_med_mod.gltf")
"""Files of the characters."""
ROUND_TRIP_RECORDINGS = (
    "cmu/05_02",
    "cmu/09_12",
    "salsa/60_10_scaled",
    "clips/jesse_dance",
    "clips/wave_hello",
    "clips/dab",
    "clips/jumping_jacks",
)
"""Recordings of every family, for round trips through files."""
MAX_ROUND_TRIP_FRAMES = 600
"""Frames of each that are used."""
TIMES_CLIP = "times the clip's"
"""Unit of figures relative to the recording."""


def measure_bodies(material: Path | None, capture: CaptureFilm, advance: Advance) -> list[Figure]:
    """All figures of bodies; those whose recordings are missing have no value. Takes some minutes."""
    root = material_folder(material)
    motions = (read_recording(path).motion() for path in recordings(root))
    parts: tuple[Callable[[], list[Figure]], ...] = (
        lambda: measure_odd_files(root),
        lambda: measure_file_round_trips(root),
        lambda: measure_lifting(motions),
        lambda: measure_squats(find_clip("tfjs_pose_squats.mp4", material)),
        lambda: measure_films(material, capture),
        lambda: measure_retarget_round_trips(root),
        lambda: measure_speed(root),
        measure_vmc,
    )
    return measure_parts(parts, advance)


def recordings(root: Path | None) -> Iterator[Path]:
    """Paths of the CMU recordings."""
    if root is not None:
        yield from sorted((root / "data" / "motion" / "cmu").glob("*.bvh"))


def read_recording(path: Path) -> Take:
    """A recording without its initial T-pose."""
    take = next(iter(files.read_takes(path).values()))
    return take.cut(opening_frames(take))


def measure_file_round_trips(root: Path | None) -> list[Figure]:
    """Largest errors of joints and rotations, of all recordings and characters, after writing and reading a file."""
    names = [root / "data" / "motion" / f"{name}.bvh" for name in ROUND_TRIP_RECORDINGS] if root else []
    takes = [read_recording(name).cut(0, MAX_ROUND_TRIP_FRAMES) for name in names if name.is_file()]
    errors: dict[str, list[tuple[float, float]]] = {"BVH": [], "BVH, by way of the body": [], "glTF": []}
    characters = list(_characters(root))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trip.bvh"
        for take in takes:
            joints = range(len(take.rig.names))
            errors["BVH"].append(_largest_error(_through_bvh(file, take), take, joints))
            rebuilt = Take(take.rig, *pose_rig(take.motion(fingers=True), take.rig), take.rate)
            errors["BVH, by way of the body"].append(_largest_error(_through_bvh(file, rebuilt), take, joints))
        for target in characters:
            motion = at_rate(takes[0].motion(), FRAME_RATE)
            retargeted = files.retarget_onto(motion, target)
            path = Path(folder) / "trip.glb"
            files.save(path, retargeted, target)
            back = character.animation_take(character.read(path), 0, FRAME_RATE)
            errors["glTF"].append(_largest_error(back, retargeted, target.rig.bones.values()))
    figures = []
    for name, worst in errors.items():
        place, angle = np.max(worst, axis=0).tolist() if worst else (None, None)
        figures.append(Figure.at_most(f"trip: joints through {name}", place, 1e-4, "m"))
        figures.append(Figure.at_most(f"trip: rotations through {name}", angle, 1e-4, "rad"))
    return figures


def _through_bvh(file: Path, take: Take) -> Take:
    """The take after writing it to a BVH file and reading that."""
    bvh.write(file, take)
    return bvh.to_take(bvh.read(file), unit="cm", up="Y")


def _largest_error(read: Take, take: Take, some: object) -> tuple[float, float]:
    """Largest difference of two takes over `some` joints, m and rad; rotations are relative to the rest pose."""
    which = list(some)  # type: ignore[call-overload]
    place = np.linalg.norm(read.positions_m[:, which] - take.positions_m[:, which], axis=-1).max()
    turned, true = (rotation.multiply(t.turns, rotation.conjugate(t.rig.turns))[:, which] for t in (read, take))
    return float(place), float(rotation.angle(turned, true).max())


def _characters(root: Path | None) -> Iterator[character.Character]:
    """Those of CHARACTERS that exist."""
    for name in CHARACTERS:
        path = root / "data" / "characters" / name if root else None
        if path is not None and path.is_file():
            yield character.read(path)


def measure_retarget_round_trips(root: Path | None) -> list[Figure]:
    """Every CMU recording, retargeted to each character and from there to its own rig.

    Foot skate is the mean over the clips of skate over the clip's own. A character that lacks bones, such as a neck,
    cannot return them, so the error over the bones that it has is a figure, too.
    """
    takes = [read_recording(path) for path in recordings(root)]
    figures = []
    for name, target in zip(CHARACTERS, _characters(root), strict=False):
        label = name.partition("_")[0]
        errors, own_errors, skates_there, skates_back, jerks = [], [], [], [], []
        has = [i for i, bone in enumerate(metrics.SEGMENTS) if bone != "neck" or "neck" in target.rig.bones]
        for take in takes:
            motion = at_rate(take.motion(), FRAME_RATE)
            retargeted = files.retarget_onto(motion, target)
            back = files.retarget_onto(retargeted.motion(), take.rig).motion()
            true_directions, directions = (metrics.segment_directions(metrics.motion_joints(m)) for m in (motion, back))
            error = metrics.direction_error(directions, true_directions)
            errors.append(np.nanmean(error))
            own_errors.append(np.nanmean(error[:, has]))
            scale = leg_length_m(motion.offsets_m) / target.rig.t_pose.leg_m
            toes = scale * retargeted.positions_m[:, [target.rig.bones["leftToes"], target.rig.bones["rightToes"]]]
            clip_skate = metrics.foot_skate(metrics.motion_joints(motion)[:, TOE_BONES], FRAME_RATE)
            skates_there.append(metrics.foot_skate(toes, FRAME_RATE) / clip_skate)
            skates_back.append(metrics.foot_skate(metrics.motion_joints(back)[:, TOE_BONES], FRAME_RATE) / clip_skate)
            jerks.append(
                _jerk(scale * retargeted.positions_m, target.rig.bones)
                / _jerk(metrics.motion_joints(motion), BONE_INDEX)
            )
        if errors:
            figures += [
                Figure.at_most(f"retarget: {label} and back, direction", float(np.mean(errors)), 2.0, "°"),
                Figure(f"retarget: {label} and back, direction of the bones it has", float(np.mean(own_errors)), "°"),
                Figure.at_most(f"retarget: {label} and back, foot skate", float(np.mean(skates_back)), 1.2, TIMES_CLIP),
                Figure(f"retarget: {label}, foot skate on it", float(np.mean(skates_there)), TIMES_CLIP),
                Figure(f"retarget: {label}, jerk on it", float(np.mean(jerks)), TIMES_CLIP),
            ]
    return figures or [Figure.at_most("retarget: recordings or characters are not there", None, 2.0, "°")]


def _jerk(places: Array, joint_of_bone: object) -> float:
    """m/s³ of the core bones' joints."""
    bones = [joint_of_bone[name] for name in BONES[:CORE_COUNT] if name in joint_of_bone]  # type: ignore[index,operator]
    return metrics.jerk(places[:, bones], FRAME_RATE)


def measure_speed(root: Path | None) -> list[Figure]:
    """Milliseconds a frame for one body on one core, the median of many, one body at a time as in a live show."""
    path = next(recordings(root), None)
    if path is None:
        return [Figure.at_most("speed: recordings are not there", None, 1.0, "ms")]
    motion = at_rate(read_recording(path).motion(), FRAME_RATE)
    landmarks, lift = landmarks_from_body(motion), LandmarkLifter()
    landmarks = landmarks + np.random.default_rng(1).normal(scale=0.01, size=landmarks.shape)
    visibility = np.ones(33)
    bodies = []

    def lift_frame(frame: int) -> None:
        bodies.append(lift.step(landmarks[frame % len(landmarks)], visibility, 1.0 / FRAME_RATE))

    lifted_ms = _median_ms(lift_frame)
    figures = []
    slowest_ms = 0.0
    for name, target in zip(CHARACTERS, _characters(root), strict=False):
        placement = FootPlacement(FRAME_RATE)

        def retarget_frame(
            frame: int, target: character.Character = target, placement: FootPlacement = placement
        ) -> None:
            pose_rig(bodies[frame], target.rig, "room", placement=placement)

        retarget_ms = _median_ms(retarget_frame)
        slowest_ms = max(slowest_ms, retarget_ms)
        figures.append(Figure(f"speed: retarget to {name.partition('_')[0]}", retarget_ms, "ms"))
    both = lifted_ms + slowest_ms
    return [
        Figure("speed: landmarks to body", lifted_ms, "ms"),
        *figures,
        Figure.at_most("speed: landmarks to body and retarget", both, 1.0, "ms"),
    ]


def _median_ms(work: Callable[[int], None], count: int = 300) -> float:
    """Median of the milliseconds that `work` takes, over `count` frames."""
    seconds = []
    for frame in range(count):
        begin = time.perf_counter()
        work(frame)
        seconds.append(time.perf_counter() - begin)
    return float(np.median(seconds)) * 1e3
