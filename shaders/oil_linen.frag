// Linen, drawn once: RG slope of its threads, B darkness, A height; all about 0.5.
#include "noise.glsl"
uniform vec2 resolution;

float thread(vec2 p) {
    vec2 luck = vec2(value_noise(vec2(floor(p.x) * 7.1, 0.06 * p.y)), value_noise(vec2(0.06 * p.x, floor(p.y) * 5.3)));
    vec2 round_ = abs(sin(3.14159 * p)) * (0.45 + 0.8 * luck);
    return mix(round_.x, round_.y, 0.5 + 0.5 * sin(3.14159 * p.x) * sin(3.14159 * p.y));
}

void main() {
    vec2 pixel = gl_FragCoord.xy / max(4.0, resolution.y / 230.0);
    pixel += 0.9 * vec2(simplex(0.03 * pixel), simplex(0.03 * pixel + 9.0));
    pixel += 0.2 * vec2(simplex(0.3 * pixel), simplex(0.3 * pixel + 5.0));
    float here = thread(pixel), right = thread(pixel + vec2(0.25, 0.0)), up = thread(pixel + vec2(0.0, 0.25));
    float slub = 0.5 * value_noise(pixel * vec2(0.05, 0.9)) + 0.5 * value_noise(pixel * vec2(0.9, 0.05));
    colour = vec4(0.5 + 0.5 * clamp(vec2(here - right, here - up), -1.0, 1.0), slub, 0.5 * here);
}
