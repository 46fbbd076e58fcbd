"""Directing: what each dancer is asked for at each plan, by phrase, music, the visitor's stillness and the knobs."""

from __future__ import annotations

from dataclasses import replace

from installation.dance.dancer_slot import DancerSlot
from installation.dance.request import DanceRequest
from installation.interface.sound import NO_EAR, Sound
from motion.dancer.batched_inference import PLAN_FRAMES
from motion.dancer.data import FRAME_RATE
from motion.dancer.phrasing import REST_ENERGY, UNDIRECTED, Amounts, Direction, combined, draw_phrase

STILL_M_S = 0.12
"""Mean speed of a visitor's joints below which the visitor stands still."""
STILL_AFTER_SECONDS = 0.8
"""Stillness after which it is answered with stillness,"""
INVITE_AFTER_SECONDS = 5.0
"""after which the dancer invites,"""
ALONE_AFTER_SECONDS = 9.0
"""after which it dances phrases of its own,"""
AGAIN_AFTER_SECONDS = 33.0
"""and after which it stands still again."""
INVITATION: Amounts = {"reach": 0.9, "turning": 0.0, "symmetry": 0.5}
"""What an invitation is: an arm is offered."""
INVITATION_STEP_M = 0.3
"""By how much a dancer comes nearer to invite."""
ALONE_CLOSENESS = 0.4
"""Guidance on a visitor who goes on standing still, times the usual."""
QUIET_MUSIC_ENERGY = 0.35
"""Energy at the lowest level of music, times the usual,"""
LOUD_MUSIC_ENERGY = 1.7
"""and at the highest."""
REST_AFTER_SECONDS = 0.3
"""Silence of music that was there, after which dancers rest."""
HEARD_PRESENCE = 0.1
"""Presence of sound above which music was there."""
BRIGHT_REACH = 0.5
"""Amount of reach at the brightest music."""


def direct(slot: DancerSlot, request: DanceRequest, pace_m_s: float | None) -> Direction:
    """What the dancer of a slot is asked for in its next plan; `pace_m_s` is the mean speed of its partner's joints,
    None where it has none. Updates the slot's phrase and stillness."""
    settings, bar = request.settings, request.pulse.bar
    phrase = UNDIRECTED
    if settings.phrase_bars > 0:
        number, at = divmod(bar, settings.phrase_bars)
        seed = settings.seed * 1009 + slot.id * 31 + slot.voice
        key = int(number), settings.phrase_bars, seed
        if slot.phrase is None or slot.phrase_key != key:
            slot.phrase, slot.phrase_key = draw_phrase(*key), key
        phrase = slot.phrase.at(at, settings.phrasing)
    phrase = combined(phrase, asked_for(request))
    still = _stillness(slot, pace_m_s)
    if STILL_AFTER_SECONDS < still <= INVITE_AFTER_SECONDS:
        return replace(phrase, energy=REST_ENERGY, resting=True)
    if INVITE_AFTER_SECONDS < still <= ALONE_AFTER_SECONDS:
        phrase = Direction(1.0, {**phrase.amounts, **INVITATION})
    return _with_music(phrase, request.sound, settings.music)


def asked_for(request: DanceRequest) -> Amounts:
    """The amounts of the knobs; 0 leaves a direction to the phrase and the network."""
    s = request.settings
    return {"level": s.level, "reach": s.reach, "travel": s.travel, "turning": s.turning, "symmetry": -s.symmetry}


def partner_share(slot: DancerSlot) -> float:
    """Guidance on the dancer's partner, times the usual."""
    return ALONE_CLOSENESS if slot.still_seconds > ALONE_AFTER_SECONDS else 1.0


def nearer_m(slot: DancerSlot) -> float:
    """By how much the dancer comes nearer to its partner than usual, metres."""
    return INVITATION_STEP_M if INVITE_AFTER_SECONDS < slot.still_seconds <= ALONE_AFTER_SECONDS else 0.0


def _stillness(slot: DancerSlot, pace_m_s: float | None) -> float:
    """Seconds for which the dancer's visitor has stood still, beginning again after AGAIN_AFTER_SECONDS."""
    if pace_m_s is None or pace_m_s > STILL_M_S:
        slot.still_seconds = 0.0
    else:
        slot.still_seconds += PLAN_FRAMES / FRAME_RATE
        if slot.still_seconds > AGAIN_AFTER_SECONDS:
            slot.still_seconds = STILL_AFTER_SECONDS
    return slot.still_seconds


def _with_music(direction: Direction, sound: Sound, amount: float) -> Direction:
    """The direction with the energy, brightness and rests of the music."""
    if amount <= 0.0 or sound.source == NO_EAR or sound.presence < HEARD_PRESENCE:
        return direction
    if sound.silent_seconds > REST_AFTER_SECONDS:
        return replace(direction, energy=direction.energy + amount * (REST_ENERGY - direction.energy), resting=True)
    strength = amount * min(sound.presence, 1.0)
    loud = QUIET_MUSIC_ENERGY + (LOUD_MUSIC_ENERGY - QUIET_MUSIC_ENERGY) * sound.level
    amounts = direction.amounts
    if "reach" not in amounts and sound.brightness > 0.5:
        amounts = {**amounts, "reach": strength * BRIGHT_REACH * (2.0 * sound.brightness - 1.0)}
    return replace(direction, energy=direction.energy * (1.0 + strength * (loud - 1.0)), amounts=amounts)
