"""Training goes from a folder of MIDI files to a network that the ear reads; it can be interrupted, and goes on."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation.core.errors import UserError
from installation.ear.beat import network
from installation.ear.beat.network import BeatNetworkSettings
from installation.training.ear import train as ear_train
from installation.training.ear.feature_library import LibrarySettings
from installation.training.ear.train import EarTrainingSettings, train
from installation.training.ear.trainer import EarTrainingConfig
from motion.learning.training_loop import TrainingError, TrainingRun
from tests.installation.training.ear.midi import write_groove

pytestmark = pytest.mark.integration

SMALL = EarTrainingSettings(
    BeatNetworkSettings(channels=(2, 3), reduced=8, hidden=8),
    EarTrainingConfig(rows=2, frames=100),
    LibrarySettings(
        excerpt_seconds=6.0, versions=1, pattern_tracks=2, no_beat_tracks=2, track_seconds=4.0, aside_share=0.4
    ),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(ear_train, "find_soundfonts", list)
    monkeypatch.setattr("installation.training.ear.feature_library.find_soundfonts", list)
    write_groove(tmp_path / "music")
    return tmp_path / "music"


def _seconds() -> Iterator[float]:
    return (float(second) for second in itertools.count())


def _run(folder: Path, out: Path, minutes: float, resume: bool = False) -> TrainingRun:
    return TrainingRun(folder, out, minutes, resume=resume, device="cpu", command="visitant train ear", credit="ours")


def test_a_folder_of_midi_becomes_a_network_with_card_and_curves(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "ear.safetensors"
    clock = _seconds()
    result = train(_run(folder, out, 0.2), settings=SMALL, clock=lambda: next(clock))
    assert result.finished
    assert result.steps == 12
    assert "loss aside" in result.figures
    network.load(out)
    card = network.card(out)
    assert card["data"] == ["0", "1", "song"]
    assert "validation and test takes were never read" in (tmp_path / "ear.md").read_text()
    assert (tmp_path / "ear.png").stat().st_size > 1000
    assert out.stat().st_size < 2 << 20


def test_a_training_that_was_resumed_takes_the_same_steps(folder: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    clock = _seconds()
    train(_run(folder, whole, 0.2), settings=SMALL, clock=lambda: next(clock))
    clock = _seconds()

    session = ear_train._open_session(_run(folder, parts, 0.2), SMALL, lambda report: None)
    for step in range(6):
        session.trainer.step(step / 12)
        session.log.spent = step + 1.0
    session.save_checkpoint()
    with pytest.raises(TrainingError, match="was interrupted"):
        train(_run(folder, parts, 0.2), settings=SMALL)
    train(_run(folder, parts, 0.2, resume=True), settings=SMALL, clock=lambda: next(clock))
    one, other = (path.read_bytes() for path in (whole, parts))
    size = 8 + int.from_bytes(one[:8], "little"), 8 + int.from_bytes(other[:8], "little")
    assert one[size[0] :] == other[size[1] :]


def test_a_folder_without_midi_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no MIDI files"):
        train(_run(tmp_path, tmp_path / "ear.safetensors", 0.1), settings=SMALL)


def test_the_header_names_the_data(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "ear.safetensors"
    clock = _seconds()
    train(_run(folder, out, 0.05), settings=SMALL, clock=lambda: next(clock))
    data = out.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    assert json.loads(header["__metadata__"][network.HEADER_KEY])["card"]["credit"] == "ours"
