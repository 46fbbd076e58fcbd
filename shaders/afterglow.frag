// What light leaves behind, a pass of its own: it fades, spreads and drifts up. Give it the target itself as `trail`,
// the time `dt` since the last frame and the `half_life`, both in seconds, and how much of the width and height of
// `light` is `drawn` on, 0..1.
#include "feedback.glsl"
uniform sampler2D trail, light;
uniform vec2 resolution;
uniform float dt, half_life, drawn;

void main() {
    vec4 old = soften(trail, uv - vec2(0.0, 0.015 * dt), sqrt(60.0 * dt) * 0.9 / resolution);
    colour = max(mix(soften(light, uv * drawn, 0.25 * drawn / resolution), old, fade(half_life, dt)), 0.0);
}
