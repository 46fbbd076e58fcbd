// Every uniform that the host gives, but for phase_N: declare those yourself, as in `uniform float phase_60;`.
// A uniform that is declared and not used costs nothing. docs/scenes.md says what each one holds.
uniform float dt, seed, aspect, beat, bar, phrase, tempo, energy, presence, camera_presence, painting_presence;
uniform int frame, beat_number, beats_a_bar, bar_number, people;
uniform vec2 resolution;
uniform vec4 camera_fit;
uniform sampler2D mask, flow, joints, motions, camera, painting, previous;
