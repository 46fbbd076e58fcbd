"""The detector finds people in a picture, and none in an empty one."""

from __future__ import annotations

import numpy as np
import pytest

from installation.core.downloads import AssetError, path_of
from installation.evaluate.clips import find_clip
from installation.evaluate.paint.structure import SilhouetteDetector
from installation.eye.sources.kinds import open_reader


def test_somebody_is_found_where_they_are_and_nowhere_else() -> None:
    film = find_clip("tfjs_dancer_crop.mp4", None)
    try:
        path_of("pose_landmarker_full.task")
    except AssetError:
        pytest.skip("`visitant setup` has not brought the landmarker")
    if film is None:
        pytest.skip("the clip of the dancer isn't beside the checkout")
    picture = next(p for n, (_, p) in enumerate(open_reader(str(film), 30.0, None)) if n == 60)
    blank = np.full_like(picture, 128)
    with SilhouetteDetector() as detector:
        mask = detector.silhouette(picture)
        assert mask is not None
        assert mask.shape == picture.shape[:2]
        assert 0.02 < mask.mean() < 0.3
        assert detector.silhouette(blank) is None
        found = detector.score([picture, blank], [mask, mask])
        assert found.found == 0.5
        assert found.overlap == 1.0
        assert detector.score([picture], [~mask]).found == 0.0
        assert detector.detection_rate([picture, blank]) == 0.5
