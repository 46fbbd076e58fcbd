"""The judge reads the file that it is given, and says so when that is none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from installation.core.errors import UserError
from installation.evaluate.clips import material_folder
from installation.evaluate.paint import judge as judged
from tests.installation.evaluate.paint.made import judge, texture


def test_layers_come_in_the_networks_order_and_sizes(tmp_path: Path) -> None:
    network = judged.load(judge(tmp_path / "judge.safetensors"))
    first, third, last = judged.activations(network, texture(0), ("fire3", "conv1", "conv10"))
    assert first.shape == (64, 127, 127)
    assert third.shape == (128, 63, 63)
    assert last.shape == (1000, 15, 15)


def test_what_is_no_judge_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="isn't there"):
        judged.load(tmp_path / "none.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError, match="no SqueezeNet"):
        judged.load(tmp_path / "broken.safetensors")


def test_the_real_one_tells_a_ball_on_a_meadow() -> None:
    from installation.evaluate.clips import four_people_clip
    from installation.eye.sources.kinds import open_reader

    root, clip = material_folder(None), four_people_clip(None)
    if root is None or clip is None or not (root / judged.JUDGE_FILE).is_file():
        pytest.skip("neither judge nor clip lies beside the checkout")
    network = judged.load(root / judged.JUDGE_FILE)
    pictures = iter(open_reader(str(clip), 30.0, None))
    picture = next(pixels for n, (_, pixels) in enumerate(pictures) if n == 75)[:, 300:620]
    (classes,) = judged.activations(network, np.asarray(cv2.resize(picture, (227, 227)), np.uint8), ("conv10",))
    assert 805 in np.argsort(classes.mean(axis=(1, 2)))[-5:]  # ImageNet's soccer ball
