"""The eye finds who is in a picture, and nobody where nobody is."""

from __future__ import annotations

import numpy as np
import pytest

from installation.core.downloads import AssetError, path_of
from installation.evaluate.clips import find_clip
from installation.evaluate.paint.structure import Witness
from installation.eye.sources import open_reader


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
    with Witness() as witness:
        mask = witness.silhouette(picture)
        assert mask is not None
        assert mask.shape == picture.shape[:2]
        assert 0.02 < mask.mean() < 0.3
        assert witness.silhouette(blank) is None
        found = witness.seen([picture, blank], [mask, mask])
        assert found.found == 0.5
        assert found.overlap == 1.0
        assert witness.seen([picture], [~mask]).found == 0.0
        assert witness.share([picture, blank]) == 0.5
