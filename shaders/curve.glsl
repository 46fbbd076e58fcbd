// Curves: splines through points, and points on springs.

// The point at t (0..1) between b and c of the spline through a, b, c, d (Catmull and Rom 1974), and its direction
// there.
vec4 catmull_rom(vec2 a, vec2 b, vec2 c, vec2 d, float t) {
    vec2 two = 2.0 * a - 5.0 * b + 4.0 * c - d, three = 3.0 * (b - c) + d - a;
    return vec4(b + 0.5 * t * (c - a + t * (two + t * three)), 0.5 * (c - a + t * (2.0 * two + 3.0 * t * three)));
}

// The same at v (0..1) along a line whose points are the xy of a row of `points`.
vec4 along_row(sampler2D points, int row, float v) {
    int last = textureSize(points, 0).x - 1, i = min(int(v * float(last)), last - 1);
    return catmull_rom(texelFetch(points, ivec2(max(i - 1, 0), row), 0).xy, texelFetch(points, ivec2(i, row), 0).xy,
        texelFetch(points, ivec2(i + 1, row), 0).xy, texelFetch(points, ivec2(min(i + 2, last), row), 0).xy,
        v * float(last) - float(i));
}

// The middle between a point's neighbours in its row, for tension along a thread; `otherwise` at both ends.
vec2 between(sampler2D points, ivec2 at, vec2 otherwise) {
    if (at.x == 0 || at.x == textureSize(points, 0).x - 1) return otherwise;
    return 0.5 * (texelFetch(points, at - ivec2(1, 0), 0).xy + texelFetch(points, at + ivec2(1, 0), 0).xy);
}

// Position (xy) and velocity (zw) `dt` seconds later on a spring towards `goal`: `rate` in radians a second, `damping`
// 1 is critical. Backward Euler, stable for any step and rate.
vec4 spring(vec4 state, vec2 goal, float rate, float damping, float dt) {
    float pull = rate * rate * dt;
    vec2 velocity = (state.zw + pull * (goal - state.xy)) / (1.0 + 2.0 * damping * rate * dt + pull * dt);
    return vec4(state.xy + velocity * dt, velocity);
}

// A unit vector perpendicular to a direction, to its left; an arbitrary one for a zero vector.
vec2 normal_of(vec2 direction) {
    return normalize(vec2(-direction.y, direction.x) + vec2(1e-7, 0.0));
}

// Displacement at v (0..1) of a string that every beat plucks, -1..1: `waves` half waves that decay within the beat;
// `phase` in turns.
float plucked(float v, float waves, float beat, float phase) {
    float since = fract(beat);
    return exp(-4.0 * since) * sin(6.28318530718 * (4.0 * since + phase)) * sin(3.14159265359 * waves * v);
}
