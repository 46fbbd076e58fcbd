"""The network's weights, where this machine has them."""

from __future__ import annotations

import pytest

from installation.core.downloads import AssetError, path_of
from installation.eye.detection.person_detection import WEIGHTS_NAME


@pytest.fixture(scope="session")
def weights() -> bytes:
    try:
        return path_of(WEIGHTS_NAME).read_bytes()
    except AssetError as error:
        pytest.skip(str(error))
