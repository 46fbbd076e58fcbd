// Reads spectrum and samples of the sound of the room; the host's `audio` and `audioFFT`.
uniform sampler2D audio, audioFFT;

const float LOWEST_HERTZ = 40.0;
const float HIGHEST_HERTZ = 16000.0;

// How strong the sound is at a frequency in hertz, 0..1.
float spectrum_at(float hertz) {
    return texture(audioFFT, vec2(hertz / 22050.0, 0.5)).r;
}

// The same at `x` 0..1 from bass to treble, each octave as wide as the others: 40 Hz at 0, 16 kHz at 1.
float spectrum_by_octave(float x) {
    return spectrum_at(LOWEST_HERTZ * pow(HIGHEST_HERTZ / LOWEST_HERTZ, clamp(x, 0.0, 1.0)));
}

// The wave of the newest 23 ms of sound, -1..1, at `x` from the oldest sample at 0 to the newest at 1.
float wave_at(float x) {
    return 2.0 * texture(audio, vec2(x, 0.5)).r - 1.0;
}
