"""The network of the show is the network of the training, and a file that is none says so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from installation.core.errors import UserError
from installation.ear.beat import network
from installation.ear.beat.features import BANDS, network_input
from installation.ear.beat.network import BeatNetworkSettings
from installation.training.ear import beat_network
from installation.training.ear.beat_network import TorchBeatNetwork

SMALL = BeatNetworkSettings(channels=(2, 3), reduced=4, hidden=5)


def _saved(path: Path) -> TorchBeatNetwork:
    torch.manual_seed(0)
    trained = TorchBeatNetwork(SMALL)
    beat_network.save(path, trained, {"seed": 0})
    return trained


def test_frame_by_frame_it_gives_what_torch_gives_of_the_sequence(tmp_path: Path) -> None:
    trained = _saved(tmp_path / "ear.safetensors")
    powers = np.random.default_rng(0).gamma(1.0, 0.1, (30, BANDS)).astype(np.float32)
    with torch.no_grad():
        expected = torch.sigmoid(trained(torch.from_numpy(network_input(powers))[None])[0]).numpy()
    streaming = network.load(tmp_path / "ear.safetensors")
    found = np.array([streaming.push(frame) for frame in powers])
    np.testing.assert_allclose(found, expected, atol=2e-3)
    assert network.card(tmp_path / "ear.safetensors") == {"seed": 0}


@pytest.mark.parametrize("damage", [b"", b"no network", None])
def test_a_file_that_is_no_network_says_so(damage: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "ear.safetensors"
    _saved(path)
    path.write_bytes(path.read_bytes()[:-100] if damage is None else damage)
    with pytest.raises(UserError, match=r"ear\.safetensors: .*visitant train ear"):
        network.load(path)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="isn't there"):
        network.load(tmp_path / "ear.safetensors")


def test_a_value_that_is_not_finite_is_refused(tmp_path: Path) -> None:
    trained = TorchBeatNetwork(SMALL)
    with torch.no_grad():
        trained.head.bias.fill_(float("nan"))
    beat_network.save(tmp_path / "ear.safetensors", trained, {})
    with pytest.raises(UserError, match="not finite"):
        network.load(tmp_path / "ear.safetensors")


@pytest.mark.process
def test_the_tracker_runs_without_torch() -> None:
    code = (
        "import sys, numpy as np\n"
        "from installation.ear.beat.tracker import BeatTracker\n"
        "BeatTracker(network=True).push(np.zeros(441, np.float32))\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=Path(__file__).parents[4])
