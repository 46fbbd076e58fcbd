// The first of three passes that make `water` flow without piling up: what flows out of each place, and how it turns.
#include "feedback.glsl"
uniform sampler2D water;
uniform vec2 resolution;

void main() {
    vec2 texel = 1.0 / resolution;
    colour = vec4(divergence(water, uv, texel), vorticity(water, uv, texel), 0.0, 1.0);
}
