// Warps of texture coordinates.

// Rotate around the origin, radians counter-clockwise.
vec2 turn(vec2 p, float angle) {
    float c = cos(angle), s = sin(angle);
    return vec2(c * p.x - s * p.y, s * p.x + c * p.y);
}

// Canvas coordinates with the origin in the middle and heights as the unit, so that circles are round.
vec2 centred(vec2 uv, float aspect) {
    return (uv - 0.5) * vec2(aspect, 1.0);
}

// The inverse of `centred`.
vec2 uncentred(vec2 p, float aspect) {
    return p / vec2(aspect, 1.0) + 0.5;
}

// Angle in turns (0..1) and distance.
vec2 polar(vec2 p) {
    return vec2(fract(atan(p.y, p.x) / 6.28318530718), length(p));
}

// Mirror into one of `count` wedges around the origin.
vec2 kaleidoscope(vec2 p, float count) {
    float wedge = 6.28318530718 / count;
    float angle = mod(atan(p.y, p.x), wedge);
    return length(p) * vec2(cos(min(angle, wedge - angle)), sin(min(angle, wedge - angle)));
}

// A twirl around the origin: `angle` radians in the middle, 0 at `radius`.
vec2 swirl(vec2 p, float angle, float radius) {
    float near = max(0.0, 1.0 - length(p) / radius);
    return turn(p, angle * near * near);
}

// Wave gently to and fro; `phase` goes from 0 to 1 in a minute or so, as `phase_60` does, and begins again without a seam.
vec2 sway(vec2 p, float phase, float reach) {
    vec4 turns = 6.28318530718 * phase * vec4(7.0, 4.0, 6.0, 5.0);
    return p + reach * vec2(sin(p.y * 3.1 + turns.x) + sin(p.y * 7.3 - turns.y) * 0.4,
        sin(p.x * 2.7 - turns.z) + sin(p.x * 6.1 + turns.w) * 0.4);
}
