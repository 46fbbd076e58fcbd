"""The ear hears level, bands, hits and silence of whatever it is given, and says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.ear.analysis import SoundAnalyser
from installation.ear.ear import open_ear
from installation.ear.no_beat import NoBeat
from installation.ear.sources.source import SoundSourceError
from installation.interface.sound import BAND_NAMES, AudioFrame, EarMessage, Sound
from installation.interface.sound_knobs import EarSettings
from tests.installation.ear.sounds import Samples, blows, faded, noise, silence, tone, write_wav

RATE_HZ = 60.0


def heard(samples: Samples, sensitivity: float = 0.5) -> Sound:
    """What is heard at the end of samples."""
    return analysed(samples, sensitivity).sound(0.0, "ok")


def analysed(samples: Samples, sensitivity: float = 0.5) -> SoundAnalyser:
    analyser = SoundAnalyser(NoBeat(60.0, 200.0))
    analyser.push(samples, sensitivity=sensitivity)
    return analyser


def steps(source: str, seconds: float, **settings: object) -> list[EarMessage]:
    """The answers of an ear in lock-step."""
    ear = open_ear({"source": source}, 0, False, 0.0)
    request = {"settings": EarSettings(**settings)}  # type: ignore[arg-type]
    messages = [ear.step(request, frame / RATE_HZ) for frame in range(round(seconds * RATE_HZ) + 1)]
    ear.close()
    return [message.body for message in messages if message is not None]


@pytest.mark.parametrize(("hertz", "band"), [(60.0, 0), (400.0, 1), (2_000.0, 2), (8_000.0, 3)])
def test_a_tone_sounds_in_its_band(hertz: float, band: int) -> None:
    sound = heard(tone(hertz, 1.0))
    assert int(np.argmax([each.level for each in sound.bands])) == band
    assert sound.bands[band].level > 0.8
    assert sound.bands[band].presence > 0.8
    assert getattr(sound, BAND_NAMES[band]) is sound.bands[band]


def test_every_blow_is_one_hit_of_its_band_and_one_onset() -> None:
    times = [0.5 + 0.5 * count for count in range(8)]
    for hertz, band in ((60.0, 0), (6_000.0, 3)):
        sound = heard(blows(times, 5.0, hertz))
        assert sound.bands[band].hits == len(times)
        assert sound.onsets == len(times)


def test_a_hit_is_full_at_once_and_gone_after_a_quarter_of_a_second() -> None:
    sound = blows([0.5], 1.0)
    assert heard(sound[: round(0.53 * 44_100)]).bass.hit > 0.5
    assert heard(sound[: round(0.8 * 44_100)]).bass.hit < 0.1


def test_steady_tones_and_vibrato_are_no_further_onsets() -> None:
    t = np.arange(3 * 44_100) / 44_100
    vibrato = (0.3 * np.sin(2 * np.pi * 220 * t + 3 * np.sin(2 * np.pi * 5.5 * t))).astype(np.float32)
    for steady in (tone(60.0, 3.0), tone(440.0, 3.0), vibrato):
        assert heard(steady).onsets == 1


def test_quiet_and_loud_music_have_the_same_levels_after_a_while() -> None:
    times = [0.25 * count for count in range(40)]
    full = blows(times, 10.0, 300.0)[: round(9.8 * 44_100)]
    loud, quiet = heard(full), heard(full * np.float32(0.1))
    assert quiet.loudness_db == pytest.approx(loud.loudness_db - 20.0, abs=0.5)
    assert quiet.level == pytest.approx(loud.level, rel=0.25)
    assert quiet.low_mid.level == pytest.approx(loud.low_mid.level, rel=0.25)


def test_silence_is_zero_and_does_not_pump_up_its_noise() -> None:
    quiet, before = noise(8.0, -72.0), faded(tone(300.0, 2.0))
    sound = heard(np.concatenate((before, quiet)))
    assert sound.level == 0.0
    assert [band.level for band in sound.bands] == [0.0] * 4
    assert sound.onsets == 1
    assert sound.silent_seconds == pytest.approx(8.0, abs=0.2)
    assert sound.presence < 0.05
    again = heard(np.concatenate((before, quiet, tone(300.0, 0.3))))
    assert again.level == pytest.approx(1.0, abs=0.05), "the gain is what it was before the silence"


def test_the_time_of_a_band_runs_while_it_sounds() -> None:
    sound = heard(np.concatenate((tone(60.0, 2.0), silence(2.0))))
    assert sound.bass.time == pytest.approx(2.0, abs=0.4)
    assert sound.high.time < 0.3


def test_brightness_rises_with_the_middle_of_the_spectrum() -> None:
    values = [heard(tone(hertz, 1.0)).brightness for hertz in (100.0, 400.0, 1_600.0, 6_400.0)]
    assert values == sorted(values)
    assert values[0] < 0.2
    assert values[-1] > 0.7


def test_sensitivity_decides_how_small_a_rise_counts() -> None:
    t = np.arange(3 * 44_100) / 44_100
    pulsing = (0.2 * (1 + 0.45 * np.sign(np.sin(2 * np.pi * 3 * t))) * np.sin(2 * np.pi * 80 * t)).astype(np.float32)
    assert heard(pulsing, 1.0).bass.hits > heard(pulsing, 0.0).bass.hits


def test_samples_that_are_no_numbers_are_left_out_and_reported() -> None:
    broken = tone(300.0, 2.0)
    broken[::50] = np.nan
    broken[7::900] = np.inf
    sound = heard(broken)
    assert "not numbers" in sound.source
    assert np.isfinite([sound.level, sound.loudness_db, sound.brightness, sound.onset]).all()
    assert heard(np.concatenate((broken, tone(300.0, 16.0)))).source == "ok"


def test_clipping_and_an_offset_are_reported_with_a_remedy() -> None:
    assert "clips" in heard(np.clip(tone(100.0, 2.0, 6.0), -1.0, 1.0)).source
    offset = heard(tone(300.0, 8.0) + np.float32(0.2))
    assert "offset" in offset.source
    assert offset.bass.presence < 0.1, "it is removed"


def test_spectrum_and_waveform_have_the_layout_of_isf() -> None:
    frame = analysed(tone(44_100 / 4, 1.0)).frame(1 / 60)
    assert frame.spectrum.shape == (512,)
    assert frame.spectrum.dtype == np.float32
    assert abs(int(np.argmax(frame.spectrum)) - 256) <= 1, "half of the range is a quarter of the sample rate"
    assert 0.8 < frame.spectrum.max() <= 1.0
    assert frame.spectrum[64] == 0.0
    assert frame.waveform.shape == (1024,)
    assert frame.waveform.mean() == pytest.approx(0.5, abs=0.01)
    assert 0.2 < np.ptp(frame.waveform) <= 1.0
    quiet = analysed(silence(0.5)).frame(1 / 60)
    assert np.array_equal(quiet.spectrum, AudioFrame().spectrum)
    assert np.array_equal(quiet.waveform, AudioFrame().waveform)


def test_a_film_hears_exactly_the_samples_of_each_step_and_repeats(tmp_path: Path) -> None:
    file = write_wav(tmp_path / "a.wav", blows([0.5, 1.0, 1.5], 2.0))
    first, second = steps(str(file), 2.0), steps(str(file), 2.0)
    assert [each.sound for each in first] == [each.sound for each in second]
    assert [each.sound.time for each in first] == pytest.approx([frame / RATE_HZ for frame in range(121)])
    for number, time in enumerate((0.5, 1.0, 1.5), 1):
        counts = [each.sound.bass.hits for each in first]
        frame = counts.index(number)
        assert 0 < frame / RATE_HZ - time <= 2 / RATE_HZ + 1e-9, "a hit reaches the second frame at the latest"


@pytest.mark.parametrize(
    ("rate_hz", "channels", "width"), [(8_000, 1, 2), (48_000, 2, 3), (44_100, 6, 2), (96_000, 1, 4), (22_050, 2, 1)]
)
def test_every_rate_number_of_channels_and_format_is_heard(
    tmp_path: Path, rate_hz: int, channels: int, width: int
) -> None:
    t = np.arange(rate_hz) / rate_hz
    rows = np.repeat(0.5 * np.sin(2 * np.pi * 300 * t)[:, None], channels, axis=1).astype(np.float32)
    sound = steps(str(write_wav(tmp_path / "a.wav", rows, rate_hz, width)), 0.9)[-1].sound
    assert sound.source == "ok"
    assert sound.loudness_db == pytest.approx(-9.0, abs=0.7)
    assert int(np.argmax([band.level for band in sound.bands])) == 1


def test_one_channel_can_be_heard_alone(tmp_path: Path) -> None:
    rows = np.stack((tone(60.0, 1.0), tone(6_000.0, 1.0)), axis=1)
    file = write_wav(tmp_path / "a.wav", rows)
    for channel, band in ((1, 0), (2, 3)):
        ear = open_ear({"source": str(file), "channel": channel}, 0, False, 0.0)
        message = ear.step({}, 0.9)
        assert message is not None
        assert int(np.argmax([each.level for each in message.body.sound.bands])) == band
        ear.close()
    with pytest.raises(SoundSourceError, match=r"has no channel 3; its channels are 1 to 2"):
        open_ear({"source": str(file), "channel": 3}, 0, False, 0.0)


def test_after_the_end_of_a_file_a_film_hears_silence(tmp_path: Path) -> None:
    sound = steps(str(write_wav(tmp_path / "a.wav", tone(300.0, 0.5))), 2.0)[-1].sound
    assert sound.level == 0.0
    assert sound.silent_seconds > 1.2


def test_an_ear_that_does_not_listen_hears_silence(tmp_path: Path) -> None:
    file = write_wav(tmp_path / "a.wav", tone(300.0, 1.0))
    assert steps(str(file), 0.5)[-1].sound.level > 0.5
    assert steps(str(file), 0.5, listen=False)[-1].sound.level == 0.0


def test_files_without_sound_are_refused_by_name(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("la la la")
    for name, words in ((text, "cannot be played"), (tmp_path / "none.wav", "no such file")):
        with pytest.raises(SoundSourceError, match=words):
            open_ear({"source": str(name)}, 0, False, 0.0)


@pytest.mark.parametrize("source", ["device", "rtsp://room.example/sound"])
def test_a_film_hears_its_own_sound_in_place_of_a_live_source(source: str, tmp_path: Path) -> None:
    section = {"source": source, "device": "USB", "channel": 2, "gain_db": -40.0}
    for camera, level in ((str(write_wav(tmp_path / "clip.wav", tone(300.0, 1.0))), 1.0), ("ghost", 0.0)):
        message = open_ear(section, camera, False, 0.0).step({}, 0.9)
        assert message is not None and message.body.sound.source == "ok"
        assert message.body.sound.level == pytest.approx(level, abs=0.2)


def test_an_ear_without_its_network_still_tracks_the_beat(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr("installation.ear.beat.network.BUNDLED_WEIGHTS", tmp_path / "none.safetensors")
    ear = open_ear({"source": "silence"}, "ghost", False, 0.0)
    assert ear.step({}, 0.1) is not None
    assert "without the network" in caplog.text
    ear.close()
