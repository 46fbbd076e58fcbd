"""What bodies are measured by: files and back, landmarks to bodies, characters and back, VMC, and time."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.clips import find_clip, material_folder
from installation.evaluate.control.vmc import measure_vmc
from installation.evaluate.motion.lift import lifting, squats
from installation.evaluate.report import Figure, gathered
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

RATE = 30.0
"""Frames a second at which motions are compared."""
CHARACTERS = ("human_male_cc0.glb", "manny_med_mod.gltf")
TRIPS = ("cmu/05_02", "cmu/09_12", "salsa/60_10_scaled", "clips/jesse_dance", "clips/wave_hello", "clips/dab",
         "clips/jumping_jacks")  # fmt: skip
"""Recordings of every family that go through a file and back."""
FRAMES = 600
"""Most frames of each."""
TIMES = "times the clip's"


def measure_bodies(material: Path | None, advance: Advance) -> list[Figure]:
    """All figures of bodies; those whose motions are not there have no value. Takes some minutes."""
    root = material_folder(material)
    motions = (recording(path).motion() for path in clips(root))
    parts: tuple[Callable[[], list[Figure]], ...] = (
        lambda: trips(root),
        lambda: lifting(motions),
        lambda: squats(find_clip("tfjs_pose_squats.mp4", material)),
        lambda: there_and_back(root),
        lambda: speed(root),
        measure_vmc,
    )
    return gathered(parts, advance)


def clips(root: Path | None) -> Iterator[Path]:
    """The CMU recordings."""
    if root is not None:
        yield from sorted((root / "data" / "motion" / "cmu").glob("*.bvh"))


def recording(path: Path) -> Take:
    """A recording without the T-pose that it begins with."""
    take = next(iter(files.read_takes(path).values()))
    return take.cut(opening_frames(take))


def trips(root: Path | None) -> list[Figure]:
    """Through BVH and glTF and back: the worst joint and the worst rotation of all recordings and characters."""
    names = [root / "data" / "motion" / f"{name}.bvh" for name in TRIPS] if root else []
    takes = [recording(name).cut(0, FRAMES) for name in names if name.is_file()]
    rows: dict[str, list[tuple[float, float]]] = {"BVH": [], "BVH, by way of the body": [], "glTF": []}
    actors = list(_actors(root))
    with tempfile.TemporaryDirectory() as there:
        file = Path(there) / "trip.bvh"
        for take in takes:
            rows["BVH"].append(_apart(_written(file, take), take, range(len(take.rig.names))))
            again = Take(take.rig, *pose_rig(take.motion(fingers=True), take.rig), take.rate)
            rows["BVH, by way of the body"].append(_apart(_written(file, again), take, range(len(take.rig.names))))
        for actor in actors:
            motion = at_rate(takes[0].motion(), RATE)
            laid = files.retarget_onto(motion, actor)
            path = Path(there) / "trip.glb"
            files.save(path, laid, actor)
            back = character.animation_take(character.read(path), 0, RATE)
            rows["glTF"].append(_apart(back, laid, actor.rig.bones.values()))
    figures = []
    for name, worst in rows.items():
        place, angle = np.max(worst, axis=0).tolist() if worst else (None, None)
        figures.append(Figure.at_most(f"trip: joints through {name}", place, 1e-4, "m"))
        figures.append(Figure.at_most(f"trip: rotations through {name}", angle, 1e-4, "rad"))
    return figures


def _written(file: Path, take: Take) -> Take:
    bvh.write(file, take)
    return bvh.to_take(bvh.read(file), unit="cm", up="Y")


def _apart(back: Take, take: Take, some: object) -> tuple[float, float]:
    """Metres and radians by which two takes differ at most, over some joints; rotations are taken from rest."""
    which = list(some)  # type: ignore[call-overload]
    place = np.linalg.norm(back.places_m[:, which] - take.places_m[:, which], axis=-1).max()
    turned, true = (rotation.multiply(t.turns, rotation.conjugate(t.rig.turns))[:, which] for t in (back, take))
    return float(place), float(rotation.angle(turned, true).max())


def _actors(root: Path | None) -> Iterator[character.Character]:
    for name in CHARACTERS:
        path = root / "data" / "characters" / name if root else None
        if path is not None and path.is_file():
            yield character.read(path)


def there_and_back(root: Path | None) -> list[Figure]:
    """Every CMU recording on both characters and back on its own rig.

    Foot skate is the mean over the clips of skate over the clip's own. A character that lacks bones, such as a neck,
    can't give them back: the error over the bones that it has stands beside.
    """
    takes = [recording(path) for path in clips(root)]
    figures = []
    for name, actor in zip(CHARACTERS, _actors(root), strict=False):
        label = name.partition("_")[0]
        errors, own, there, back, jerks = [], [], [], [], []
        has = [i for i, bone in enumerate(metrics.SEGMENTS) if bone != "neck" or "neck" in actor.rig.bones]
        for take in takes:
            motion = at_rate(take.motion(), RATE)
            laid = files.retarget_onto(motion, actor)
            home = files.retarget_onto(laid.motion(), take.rig).motion()
            true, told = (metrics.segment_directions(metrics.motion_joints(m)) for m in (motion, home))
            error = metrics.direction_error(told, true)
            errors.append(np.nanmean(error))
            own.append(np.nanmean(error[:, has]))
            scale = leg_length_m(motion.offsets_m) / actor.rig.t_pose.leg_m
            toes = scale * laid.places_m[:, [actor.rig.bones["leftToes"], actor.rig.bones["rightToes"]]]
            clip = metrics.foot_skate(metrics.motion_joints(motion)[:, TOE_BONES], RATE)
            there.append(metrics.foot_skate(toes, RATE) / clip)
            back.append(metrics.foot_skate(metrics.motion_joints(home)[:, TOE_BONES], RATE) / clip)
            jerks.append(
                _jerk(scale * laid.places_m, actor.rig.bones) / _jerk(metrics.motion_joints(motion), BONE_INDEX)
            )
        if errors:
            figures += [
                Figure.at_most(f"retarget: {label} and back, direction", float(np.mean(errors)), 2.0, "°"),
                Figure(f"retarget: {label} and back, direction of the bones it has", float(np.mean(own)), "°"),
                Figure.at_most(f"retarget: {label} and back, foot skate", float(np.mean(back)), 1.2, TIMES),
                Figure(f"retarget: {label}, foot skate on it", float(np.mean(there)), TIMES),
                Figure(f"retarget: {label}, jerk on it", float(np.mean(jerks)), TIMES),
            ]  # fmt: skip
    return figures or [Figure.at_most("retarget: recordings or characters are not there", None, 2.0, "°")]


def _jerk(places: Array, at: object) -> float:
    bones = [at[name] for name in BONES[:CORE_COUNT] if name in at]  # type: ignore[index,operator]
    return metrics.jerk(places[:, bones], RATE)


def speed(root: Path | None) -> list[Figure]:
    """Milliseconds of a body a frame on one core, the median of many, as live: one body at a time."""
    path = next(clips(root), None)
    if path is None:
        return [Figure.at_most("speed: recordings are not there", None, 1.0, "ms")]
    motion = at_rate(recording(path).motion(), RATE)
    marks, lift = landmarks_from_body(motion), LandmarkLifter()
    marks = marks + np.random.default_rng(1).normal(scale=0.01, size=marks.shape)
    seen = np.ones(33)
    bodies = []

    def lifted(frame: int) -> None:
        bodies.append(lift.step(marks[frame % len(marks)], seen, 1.0 / RATE))

    lifted_ms = _median(lifted)
    figures = []
    laying = 0.0
    for name, actor in zip(CHARACTERS, _actors(root), strict=False):
        stance = FootPlacement(RATE)

        def laid(frame: int, actor: character.Character = actor, stance: FootPlacement = stance) -> None:
            pose_rig(bodies[frame], actor.rig, "room", placement=stance)

        took = _median(laid)
        laying = max(laying, took)
        figures.append(Figure(f"speed: retarget to {name.partition('_')[0]}", took, "ms"))
    both = lifted_ms + laying
    return [
        Figure("speed: landmarks to body", lifted_ms, "ms"),
        *figures,
        Figure.at_most("speed: landmarks to body and retarget", both, 1.0, "ms"),
    ]


def _median(work: Callable[[int], None], count: int = 300) -> float:
    took = []
    for frame in range(count):
        begin = time.perf_counter()
        work(frame)
        took.append(time.perf_counter() - begin)
    return float(np.median(took)) * 1e3
