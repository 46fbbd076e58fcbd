"""Looking for sound cards is quiet, and finds none that only discards sound."""

from __future__ import annotations

from contextlib import suppress

import miniaudio
import pytest

from installation.core import sound_cards


def test_where_no_sound_card_is_connected_nothing_is_written_to_standard_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    found = sound_cards.outputs() + sound_cards.inputs()
    with suppress(miniaudio.MiniaudioError):
        miniaudio.PlaybackDevice(backends=sound_cards.backends()).close()
    assert "ALSA" not in capfd.readouterr().err
    assert not any(card.name.startswith("Discard all samples") for card in found)
