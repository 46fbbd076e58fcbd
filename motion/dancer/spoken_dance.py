"""Motion from words: phrases danced and key poses reached one after the other, joined by in-betweening."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from motion.body import Motion, joint_positions
from motion.contact import detect_contacts
from motion.dancer.body_frame import frame_of
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.data import FRAME_RATE
from motion.dancer.free_dance import append_frames, dance_on
from motion.dancer.in_between import MIN_GAP_FRAMES, MIN_SIDE_FRAMES, fill_gap
from motion.dancer.key_poses import KeyPose, Place, breathing, place_of, posed, poses_of
from motion.dancer.network import Network
from motion.dancer.words import Move
from motion.skeleton import CORE_COUNT, TOE_BONES, TOES_HEIGHT_M

Array = NDArray[np.floating]

START_FRAMES = 12
"""Frames for which the body stands before the first phrase."""
RISE_SECONDS = 0.7
"""Time in which a body that crouches or sits stands up for a phrase that needs it."""


def dance_phrases(
    phrases: Sequence[Move],
    network: Network,
    seed: int = 0,
    on_progress: Callable[[float], None] = lambda share: None,
) -> Motion:
    """The canonical motion at FRAME_RATE of phrases, one after the other. The same seed gives the same motion.
    `network` is on the CPU."""
    motion, held = _standing(), KeyPose(0.0)
    for done, phrase in enumerate(phrases):
        wish = phrase.wish
        if wish is None:
            place = _place(motion, held)
            for pose in poses_of(phrase):
                motion, held = _reached(motion, pose, place, network, seed + done), pose
        else:
            if held.lowered_m > 0.0:
                motion = _reached(motion, KeyPose(RISE_SECONDS), _place(motion, held), network, seed + done)
            motion = dance_on(motion, round(phrase.seconds * FRAME_RATE), network, wish, seed + done)
            held = KeyPose(0.0)
        on_progress((done + 1) / len(phrases))
    joints = joint_positions(motion.hips_m, motion.turns, CANONICAL_OFFSETS)
    return replace(motion, feet=detect_contacts(joints[:, TOE_BONES], FRAME_RATE, TOES_HEIGHT_M))


def _standing() -> Motion:
    hips, turns = posed(KeyPose(0.0), Place())
    many = np.repeat(hips[None], START_FRAMES, axis=0), breathing(turns, START_FRAMES, FRAME_RATE)
    trust, feet = np.ones((START_FRAMES, CORE_COUNT)), np.ones((START_FRAMES, 2), bool)
    return Motion(*many, CANONICAL_OFFSETS, FRAME_RATE, trust, feet)


def _place(motion: Motion, held: KeyPose) -> Place:
    """Where the body stands at the end of a motion, in whose last frame it holds a pose."""
    joints = joint_positions(motion.hips_m[-1], motion.turns[-1], CANONICAL_OFFSETS)
    left = frame_of(torch.as_tensor(joints[None])).left[0].numpy()
    place = place_of(joints[0], left)
    ahead = np.array([np.sin(place.yaw_rad), np.cos(place.yaw_rad)])
    return replace(place, floor_m=place.floor_m + held.back_m * ahead)


def _reached(motion: Motion, pose: KeyPose, place: Place, network: Network, seed: int) -> Motion:
    """The motion, followed by the way to a pose and the pose as long as it is held."""
    hips, turns = posed(pose, place)
    way = max(round(pose.after_s * FRAME_RATE) - MIN_SIDE_FRAMES, MIN_GAP_FRAMES)
    hold = MIN_SIDE_FRAMES + round(pose.hold_s * FRAME_RATE)
    start, stays = len(motion), breathing(turns, way + hold, FRAME_RATE)
    longer = append_frames(motion, np.repeat(hips[None], way + hold, axis=0), stays)
    return fill_gap(longer, start, start + way, network, seed)
