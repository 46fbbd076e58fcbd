// Light on wall and floor: a low sun through tall windows, and moving leaves.
#include "loop.glsl"
#include "room.glsl"
uniform float phase_600, sway[4];

void main() {
    vec3 floor_ = floor_at(uv);
    float on_floor = floor_.z > 0.0 ? 1.0 - smoothstep(4.8, 7.5, floor_.y) : 0.0;
    float foot = on_canvas(vec3(0.0, 0.0, 6.0)).y;
    // The floor mirrors the wall. Windows stand in a row, and their light slopes.
    vec2 at = vec2(uv.x, on_floor > 0.5 ? 2.0 * foot - uv.y : uv.y) * shape - vec2(0.5 * shape.x, 0.67);
    vec2 leaf = at * vec2(2.6, 3.4) + 0.12 * vec2(sway[2], sway[3]), pane = at + vec2(0.03 * sway[0], 0.16 * at.x);
    float dapple = boiling_noise(leaf, phase_600, 96) + 0.7 * boiling_noise(2.3 * leaf, phase_600, 162);
    pane.x -= 1.15 * round(pane.x / 1.15);
    vec2 inside = smoothstep(vec2(0.47, 0.33), vec2(0.41, 0.26), abs(pane));
    vec2 bar = 18.0 * (abs(fract(pane / vec2(0.29, 0.30) + 0.5) - 0.5));
    float sun = inside.x * inside.y * (1.0 - 0.6 * exp(-bar.x * bar.x)) * (1.0 - 0.6 * exp(-bar.y * bar.y));
    sun *= mix(1.0, smoothstep(-0.7, 0.3, dapple), 0.75);
    vec2 away = (uv - vec2(0.5, 0.6)) * vec2(1.0, 0.8);
    vec3 seen = mix(vec3(0.46, 0.405, 0.39), vec3(0.30, 0.28, 0.315), min(2.2 * dot(away, away), 1.0));
    seen = mix(seen, vec3(0.33, 0.275, 0.25) * (1.0 - 0.35 * smoothstep(4.5, 0.0, floor_.y)), on_floor);
    seen += vec3(0.56, 0.43, 0.25) * sun * mix(1.0, 0.25, on_floor);
    colour = vec4(seen, 1.0);
}
