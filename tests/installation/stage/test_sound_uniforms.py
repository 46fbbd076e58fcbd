"""Sound reaches every shader that declares it: its values as numbers, spectrum and samples as textures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pytest

from installation.core.faults import FaultBoard
from installation.interface.sound import NO_BANDS, AudioFrame, Sound, SoundBand
from installation.stage import sound_uniforms
from installation.stage.stage import Stage
from tests.installation.stage.test_host_uniforms import Wall, draw

DAYS_SECONDS = 40 * 86_400.0


@pytest.fixture
def wall(context: moderngl.Context, tmp_path: Path) -> Iterator[Wall]:
    made = Wall(context, tmp_path)
    yield made
    made.close()


def first_pixel(stage: Stage, frame: int = 0, **rest: Any) -> list[int]:
    found: list[int] = draw(stage, frame, **rest)[0, 0].tolist()
    return found


def test_values_of_the_sound_are_given_and_phases_stay_exact_after_weeks(wall: Wall) -> None:
    stage = wall.open(
        "uniform float sound_level, sound_bass_hit, sound_bass_phase;\n"
        "void main() { colour = vec4(sound_level, sound_bass_hit, sound_bass_phase, 1.0); }\n"
    )
    bass = SoundBand(level=0.4, hit=0.6, time=DAYS_SECONDS + 0.2)
    heard = first_pixel(stage, sound=Sound(level=0.8, bands=(bass, *NO_BANDS[1:])))
    assert heard == pytest.approx([204, 153, 51], abs=1)
    assert first_pixel(stage, 1) == [0, 0, 0]


def test_spectrum_and_samples_are_textures_and_silence_without_an_ear(wall: Wall) -> None:
    stage = wall.open(
        '#include "sound.glsl"\n'
        "void main() { colour = uv.x < 0.5 ? texture(audioFFT, vec2(uv.x * 2.0, 0.5))"
        " : texture(audio, vec2(uv.x * 2.0 - 1.0, 0.5)); }\n",
        header="",
    )
    spectrum = np.linspace(0.0, 1.0, 512, dtype=np.float32)
    waveform = np.repeat(np.array([0.2, 0.8], np.float32), 512)
    for frame in range(2):
        row = draw(stage, frame, audio=AudioFrame(spectrum, waveform))[0]
        assert row[:32, 0] == pytest.approx(255 * (np.arange(32) + 0.5) / 32, abs=2)
        assert (row[:32, 0] == row[:32, 2]).all(), "any channel may be read"
        assert row[33:47, 0] == pytest.approx(51, abs=1)
        assert row[49:63, 0] == pytest.approx(204, abs=1)
    silent = draw(stage, 2)[0]
    assert not silent[:32].any()
    assert silent[33:, 0] == pytest.approx(128, abs=1)


def test_a_header_may_call_its_sound_as_it_likes(wall: Wall, faults: FaultBoard) -> None:
    header = '/*{"INPUTS": [{"NAME": "tones", "TYPE": "audioFFT"}, {"NAME": "wave", "TYPE": "audio"}]}*/\n'
    stage = wall.open(
        "void main() { colour = vec4(texture(tones, uv).r, texture(wave, uv).r, 0.0, 1.0); }\n", header=header
    )
    frame = AudioFrame(np.full(512, 1.0, np.float32), np.full(1024, 0.25, np.float32))
    assert first_pixel(stage, audio=frame) == pytest.approx([255, 64, 0], abs=1)
    assert not faults.present


def test_the_functions_of_the_include_read_frequencies(wall: Wall) -> None:
    stage = wall.open(
        '#include "sound.glsl"\nvoid main() { colour = vec4(spectrum_at(11025.0), spectrum_by_octave(0.0),'
        " spectrum_by_octave(1.0), 1.0); }\n",
        header="",
    )
    spectrum = np.linspace(0.0, 1.0, 512, dtype=np.float32)
    expected = [255 / 2, 255 * 40 / 22_050, 255 * 16_000 / 22_050]
    assert first_pixel(stage, audio=AudioFrame(spectrum)) == pytest.approx(expected, abs=2)


def test_the_textures_are_written_once_a_frame_and_not_where_no_shader_reads_them(
    wall: Wall, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    original = sound_uniforms.SoundTexture.at

    def at(self: sound_uniforms.SoundTexture, frame: int, values: np.ndarray) -> moderngl.Texture:
        written.append(frame)
        return original(self, frame, values)

    monkeypatch.setattr(sound_uniforms.SoundTexture, "at", at)
    plain = wall.open("uniform float sound_level;\nvoid main() { colour = vec4(sound_level); }\n")
    first_pixel(plain)
    assert not written
    reading = wall.open("uniform sampler2D audio;\nvoid main() { colour = texture(audio, uv); }\n")
    first_pixel(reading)
    assert written == [0]
