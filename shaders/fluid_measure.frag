// Fluid pass 1 of 3 (projection of `water` to a divergence-free field): divergence and curl.
#include "feedback.glsl"
uniform sampler2D water;
uniform vec2 resolution;

void main() {
    vec2 texel = 1.0 / resolution;
    colour = vec4(divergence(water, uv, texel), vorticity(water, uv, texel), 0.0, 1.0);
}
