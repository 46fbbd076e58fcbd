// Movement without end and without a seam: every function takes a phase 0..1, such as the host's `phase_60`, `bar` or a
// knob's `SPEED_phase`, and is at 1 exactly what it is at 0.
#include "noise.glsl"

const float TURN = 6.28318530718;

// Rises from 0 to 1 and falls back, softly.
float swell(float phase) {
    return 0.5 - 0.5 * cos(TURN * phase);
}

// Rotate around the origin by so many turns, counter-clockwise.
vec2 turned(vec2 p, float turns) {
    float c = cos(TURN * turns), s = sin(TURN * turns);
    return vec2(c * p.x - s * p.y, s * p.x + c * p.y);
}

// A point that wanders on a closed path within -1..1; each `index` has a path of its own.
vec2 wander(float phase, int index) {
    vec2 start = random2(index, 7), fast = 1.0 + floor(3.0 * random2(index, 8));
    return (cos(TURN * (phase * fast + start)) + 0.5 * cos(TURN * (phase * (fast + 1.0) + start.yx))) / 1.5;
}

// Noise that boils in place, about -1..1: it is all new after one of `changes`, and the first again after all.
float boiling_noise(vec2 p, float phase, int changes) {
    float z = fract(phase) * float(changes);
    int low = int(z);
    return gradient_noise(vec3(p, z), low % changes, (low + 1) % changes);
}

// Fractal sum of boiling noise, about -1..1; each octave is turned so that the lattices do not line up.
float boiling_fbm(vec2 p, float phase, int changes, int octaves) {
    float sum = 0.0, weight = 0.6;
    for (int i = 0; i < octaves; i++) {
        sum += weight * boiling_noise(p, phase, changes << i);
        p = mat2(1.6, 1.2, -1.2, 1.6) * p + 17.3;
        weight *= 0.5;
    }
    return sum;
}

// A divergence-free drift that boils: the curl of a potential (Bridson 2007).
vec2 boiling_curl(vec2 p, float phase, int changes) {
    const float E = 0.05;
    float up = boiling_noise(p + vec2(0.0, E), phase, changes), down = boiling_noise(p - vec2(0.0, E), phase, changes);
    float right = boiling_noise(p + vec2(E, 0.0), phase, changes), left = boiling_noise(p - vec2(E, 0.0), phase, changes);
    return vec2(up - down, left - right) / (2.0 * E);
}

// Noise that drifts by `cells` of its lattice while the phase goes from 0 to 1, which it must repeat after: whole numbers.
// Meanwhile it boils, as `boiling_noise` does; about -1..1.
float drifting_noise(vec2 p, ivec2 cells, float phase, int changes) {
    p += fract(phase) * vec2(cells);
    vec2 cell = floor(p), period = vec2(max(abs(cells), ivec2(1)));
    float z = fract(phase) * float(changes);
    int low = int(z);
    vec2 within = p - cell;
    ivec2 here = ivec2(cell - period * floor(cell / period));
    return lattice_noise(vec3(within, z - float(low)), here, (here + 1) % ivec2(period), low % changes, (low + 1) % changes);
}

// Value noise 0..1 that repeats after `period` cells in x and y. To let it drift, add `phase * vec2(period)` times whole
// numbers to `p`.
float tiled_noise(vec2 p, ivec2 period) {
    vec2 cell = floor(p), f = p - cell;
    vec2 u = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    ivec2 low = ivec2(cell - vec2(period) * floor(cell / vec2(period))), high = (low + 1) % period;
    return mix(
        mix(unit(hash(low)), unit(hash(ivec2(high.x, low.y))), u.x),
        mix(unit(hash(ivec2(low.x, high.y))), unit(hash(high)), u.x), u.y);
}
