// Afterglow of light: it fades, spreads and drifts up. Pass the target itself as `trail`, the time `dt` since the last
// frame and the `half_life`, both in seconds.
#include "feedback.glsl"
uniform sampler2D trail, light;
uniform vec2 resolution;
uniform float dt, half_life;

void main() {
    vec4 old = soften(trail, uv - vec2(0.0, 0.015 * dt), sqrt(60.0 * dt) * 0.9 / resolution);
    colour = max(mix(soften(light, uv, 0.25 / resolution), old, fade(half_life, dt)), 0.0);
}
