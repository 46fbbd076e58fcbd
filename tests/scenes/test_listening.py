"""The six works listen: sound shows in each of them, silence and the knob `listen` at 0 leave them as they are."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import moderngl
import numpy as np
import pytest

from installation.interface.moment import Moment, Programme
from installation.interface.sound import Sound, SoundBand
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from tests.scenes.test_dances import dancer, guest

SIZE = (128, 72)
FRAMES = 18
MAX_FLASH = 10.0
"""Largest change of the mean brightness from one frame to the next that a blow may bring, levels of 255."""
WORKS = ("tide", "loom", "pas_de_deux", "chorus", "sitting", "weather")


def sound(t: float, bass: float, high: float) -> Sound:
    """A bass note every half second and high notes between them, each as loud as it says."""

    def band(loud: float, shift: float) -> SoundBand:
        hit = loud * math.exp(-((2.0 * t + shift) % 1.0) / 0.16)
        return SoundBand(0.9 * loud, hit, int(2.0 * t), 0.6 * loud * t, float(loud > 0.0))

    bands = band(bass, 0.0), band(bass, 0.0), band(high, 0.5), band(high, 0.5)
    loud = max(bass, high)
    return Sound(t, 0.8 * loud, -20.0, bands, brightness=0.5 * high + 0.2, presence=float(loud > 0.0), source="ok")


def play(context: moderngl.Context, work: str, bass: float, high: float, listen: float) -> np.ndarray:
    """Every third frame of the last two beats, (frames, height, width, 3)."""
    stage, seen = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), (work,)), []
    for k in range(FRAMES):
        t = k / 20
        here, dancers = (guest(t, -0.4),), (dancer(t, 0.8),)
        given = Moment(t, k, 0.05 if k else 0.0, visitors=here, dancers=dancers, programme=Programme(work))
        moment = replace(given, sound=sound(t, bass, high), knobs={f"/scene/{work}/listen": listen})
        stage.draw(moment)
        if k % 3 == 2:
            seen.append(read_pixels(stage.picture).astype(int))
    assert stage.scenes[work].drawable
    stage.close()
    return np.array(seen)


@pytest.mark.parametrize("work", WORKS)
def test_a_work_listens_and_one_knob_ends_that(context: moderngl.Context, work: str) -> None:
    seen = cache(lambda bass, high, listen: play(context, work, bass, high, listen))
    silent = seen(0.0, 0.0, 1.0)
    low, treble = seen(1.0, 0.0, 1.0), seen(0.0, 1.0, 1.0)
    for heard in (low, treble):
        assert np.abs(heard - silent).mean(axis=(1, 2, 3)).max() > 0.4
    # Low and high notes show as two things, not as one.
    assert np.abs(low - treble).mean(axis=(1, 2, 3)).max() > 0.4
    assert np.array_equal(play(context, work, 1.0, 1.0, 0.0), silent)


@pytest.mark.parametrize("work", WORKS)
def test_a_blow_moves_a_work_and_does_not_flash(context: moderngl.Context, work: str) -> None:
    stage, seen = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), (work,)), []
    for k in range(12):
        t = k / 60
        here, dancers = (guest(t, -0.4),), (dancer(t, 0.8),)
        given = Moment(t, k, 1 / 60 if k else 0.0, visitors=here, dancers=dancers, programme=Programme(work))
        loud = float(k >= 6)
        heard = sound(0.5 + (k - 6) / 60, loud, 0.0)
        stage.draw(replace(given, sound=heard, knobs={f"/scene/{work}/listen": 1.0}))
        seen.append(read_pixels(stage.picture).mean())
    stage.close()
    assert np.abs(np.diff(seen)[2:]).max() < MAX_FLASH
