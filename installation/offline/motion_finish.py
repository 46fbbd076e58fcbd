"""Finishing of a motion before it is retargeted: smoothing, foot locking, speed, and fingers at ease."""

from __future__ import annotations

from dataclasses import dataclass

from installation.offline.motion_capture import CapturedMotion
from motion.body import Motion
from motion.contact import level_feet, lock_feet
from motion.fingers import relax_fingers
from motion.offline_smoothing import smooth_motion
from motion.resample import retimed
from motion.skeleton import BONES

CAPTURED_SMOOTHING = 0.25
"""Smoothing of what a camera saw, if none is given."""
CAPTURED_FOOT_LOCK = 1.0
"""Foot locking of what a camera saw, if none is given."""


@dataclass(frozen=True, slots=True)
class FinishSettings:
    """How a motion is finished; None is what suits its source: nothing for a motion file."""

    smoothing: float | None = None
    """0..1, see `motion.offline_smoothing.smooth_motion`."""
    foot_lock: float | None = None
    """0..1, see `motion.contact.lock_feet`."""
    speed: float = 1.0
    """How many times faster."""
    raw: bool = False
    """Whether nothing is done to what a camera saw."""


def finish_motion(captured: CapturedMotion, motion: Motion, settings: FinishSettings) -> Motion:
    """The finished form of `motion`, which is a part of what was captured."""
    is_seen = captured.take is None and not settings.raw
    smoothing, foot_lock = settings.smoothing, settings.foot_lock
    if smoothing is None:
        smoothing = CAPTURED_SMOOTHING if is_seen else 0.0
    if foot_lock is None:
        foot_lock = CAPTURED_FOOT_LOCK if is_seen else 0.0
    motion = smooth_motion(motion, smoothing)
    if foot_lock > 0.0:
        motion = lock_feet(motion, strength=foot_lock)
    if is_seen:
        motion = level_feet(motion)
    return retimed(motion, settings.speed)


def with_fingers(captured: CapturedMotion, motion: Motion) -> Motion:
    """The motion with relaxed fingers where its source has none: neither in its rig, nor received."""
    if captured.take is not None:
        return relax_fingers(motion, captured.take.rig.bones)
    received = captured.motion.trust.sum(axis=0).tolist()
    return relax_fingers(motion, [bone for bone, trust in zip(BONES, received, strict=False) if trust > 0.0])
