"""Figures of a retargeted motion for the report of `visitant retarget`."""

from __future__ import annotations

from installation.evaluate.report import Figure
from installation.offline.retargeting import RetargetedMotion
from motion import metrics
from motion.rig import leg_length_m
from motion.skeleton import BONES, CORE_COUNT, TOE_BONES


def figures_of(written: RetargetedMotion) -> list[Figure]:
    """Foot skate and jerk of the character, scaled to the body's size, beside those of the source; what was seen."""
    captured, motion, take = written.captured, written.motion, written.take
    body = metrics.motion_joints(motion)
    names = [name for name in BONES[:CORE_COUNT] if name in take.rig.bones]
    joints = take.positions_m[:, [take.rig.bones[name] for name in names]]
    joints = joints * (leg_length_m(motion.offsets_m) / take.rig.t_pose.leg_m)
    feet = "Toes" if {"leftToes", "rightToes"} <= take.rig.bones.keys() else "Foot"
    toes = joints[:, [names.index(f"left{feet}"), names.index(f"right{feet}")]]
    rate, name = take.rate, captured.name
    too_short = len(take) < 4
    figures = [
        Figure(
            f"{name}: foot skate, source beside",
            None if too_short else 100.0 * metrics.foot_skate(toes, rate),
            "cm/s",
            None if too_short else 100.0 * metrics.foot_skate(body[:, TOE_BONES], rate),
        ),
        Figure(
            f"{name}: jerk, source beside",
            None if too_short else metrics.jerk(joints, rate),
            "m/s³",
            None if too_short else metrics.jerk(body, rate),
        ),
        Figure(f"{name}: guessed, not seen", captured.guessed_seconds, "s"),
    ]
    if captured.filmed:
        figures.append(Figure(f"{name}: fingers seen, not relaxed", captured.hands_seen_seconds, "s"))
    return figures
