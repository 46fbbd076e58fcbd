// Lines that bend: splines through points, and points that follow a goal with inertia.

// The place at t (0..1) between b and c of the spline through a, b, c, d (Catmull and Rom 1974).
vec2 catmull_rom(vec2 a, vec2 b, vec2 c, vec2 d, float t) {
    return b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)));
}

// Its direction and speed there.
vec2 catmull_rom_slope(vec2 a, vec2 b, vec2 c, vec2 d, float t) {
    return 0.5 * (c - a + t * (2.0 * (2.0 * a - 5.0 * b + 4.0 * c - d) + 3.0 * t * (3.0 * (b - c) + d - a)));
}

// Place (xy) and velocity (zw) `dt` seconds later on a spring towards `goal`: `rate` in radians a second, `damping` 1
// comes to rest without swinging. Backward Euler, so no step and no rate makes it burst.
vec4 spring(vec4 state, vec2 goal, float rate, float damping, float dt) {
    float pull = rate * rate * dt;
    vec2 velocity = (state.zw + pull * (goal - state.xy)) / (1.0 + 2.0 * damping * rate * dt + pull * dt);
    return vec4(state.xy + velocity * dt, velocity);
}
