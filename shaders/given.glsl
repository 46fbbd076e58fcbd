// Every uniform that the host gives, but for phase_N: declare those yourself, as in `uniform float phase_60;`.
// A uniform that is declared and not used costs nothing. docs/scenes.md says what each one holds.
uniform float dt, seed, aspect, beat, bar, phrase, tempo, energy, presence, camera_presence, painting_presence;
uniform float sound_level, sound_onset, sound_brightness, sound_presence, sound_silence;
uniform float sound_bass, sound_low_mid, sound_high_mid, sound_high;
uniform float sound_bass_hit, sound_low_mid_hit, sound_high_mid_hit, sound_high_hit;
uniform float sound_bass_phase, sound_low_mid_phase, sound_high_mid_phase, sound_high_phase;
uniform float sound_bass_presence, sound_low_mid_presence, sound_high_mid_presence, sound_high_presence;
uniform int frame, beat_number, beats_a_bar, bar_number, people;
uniform vec2 resolution;
uniform vec4 camera_fit;
uniform sampler2D mask, flow, joints, motions, camera, painting, audio, audioFFT, previous;
