"""At a mirroring of 1 a dancer becomes the visitor's mirror image, softly, and goes back the same way."""

from __future__ import annotations

import numpy as np
import pytest

from installation.dance.casting import Assignment
from installation.dance.mirror_images import FADE_SECONDS, MirrorImages
from installation.dance.request import DanceRequest
from installation.dance.visitor_history import VisitorHistory
from installation.interface.dancer_knobs import DancerSettings
from motion import rotation
from motion.body import t_pose
from motion.dancer.continuation import AHEAD_FRAMES
from motion.dancer.data import FRAME_RATE
from motion.skeleton import CORE_COUNT

DT = 1 / 60
DANCER = Assignment(1, 5, 0, 1)


@pytest.fixture
def history() -> VisitorHistory:
    made = VisitorHistory(2)
    body = t_pose()
    made.add_observations([(5, 1.0, body)])
    rows = np.array([made.rows[5]])
    made.add_prediction(
        rows, np.tile(body.hips_m, (1, AHEAD_FRAMES, 1)), np.tile(body.turns[:CORE_COUNT], (1, AHEAD_FRAMES, 1, 1))
    )
    return made


def blend(mirror: MirrorImages, mirroring: float) -> float:
    """x of the hips of a dancer who stands at x = 1, when the visitor stands at x = 0."""
    hips, turns = np.array([[1.0, 0.9, 1.0]]), np.tile(rotation.IDENTITY, (1, CORE_COUNT, 1))
    request = DanceRequest(settings=DancerSettings(mirroring=mirroring, distance=1.0))
    mirror.blend([DANCER], request, round(FRAME_RATE) / FRAME_RATE, DT, (hips, turns))
    return float(hips[0, 0])


def test_the_mirror_image_comes_and_goes_softly(history: VisitorHistory) -> None:
    mirror = MirrorImages(1, history)
    coming = [blend(mirror, 1.0) for _ in range(round(FADE_SECONDS / DT) + 2)]
    going = [blend(mirror, 0.0) for _ in range(round(FADE_SECONDS / DT) + 2)]
    assert coming[-1] == pytest.approx(0.0, abs=1e-6) and going[-1] == pytest.approx(1.0)
    assert max(abs(b - a) for a, b in zip(coming, coming[1:] + going, strict=False)) < 1.1 * DT / FADE_SECONDS


def test_a_dancer_goes_to_its_image_only_while_that_is_shown(history: VisitorHistory) -> None:
    mirror = MirrorImages(1, history)
    assert mirror.target(0) is None and not mirror.visible(0)
    for _ in range(60):
        blend(mirror, 1.0)
    place = mirror.target(0)
    assert mirror.visible(0) and place is not None and place[0] == pytest.approx(0.0, abs=1e-6)
    mirror.reset(0)
    assert mirror.target(0) is None and not mirror.visible(0)


def test_below_the_mirroring_of_images_nothing_changes(history: VisitorHistory) -> None:
    assert blend(MirrorImages(1, history), 0.6) == 1.0
