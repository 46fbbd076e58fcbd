"""A venue that plays one clip and one scene at full quality, and the settings that measurements of its loop share."""

from __future__ import annotations

from collections.abc import Sequence

from installation.venue.schema import CanvasSection, LoopSection, OscSection, Venue

WARM_UP_SECONDS = 3.0
"""Time after the first visitor that is left out: models warm up, and the eye finds everybody."""
TARGET_RATE_HZ = 60.0
"""Frame rate that the loop aims at while it is measured; more than this machine's processor draws."""


def clip_venue(clip: str, size_px: Sequence[int], scene: str, rate_hz: float | None = TARGET_RATE_HZ) -> Venue:
    """Return the venue; `rate_hz` as `installation.venue.schema.LoopSection` has it."""
    camera = Venue().cameras[0].model_copy(update={"source": clip})
    return Venue(
        cameras=(camera,),
        canvas=CanvasSection(size=(size_px[0], size_px[1])),
        loop=LoopSection(rate=rate_hz, governor=False),
        osc=OscSection(enabled=False),
        scenes=Venue().scenes.model_copy(update={"playlist": (scene,)}),
    )
