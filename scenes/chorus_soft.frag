// Fading memory of the shadows: each colour's depth now, or what is left of an earlier one where that is more.
#include "feedback.glsl"
uniform sampler2D soft, shade;
uniform vec2 resolution;
uniform float dt, linger;

void main() {
    vec4 was = soften(soft, uv, sqrt(60.0 * dt) * 0.5 / resolution) * fade(linger, dt);
    colour = max(was - 0.003, soften(shade, uv, 0.5 / resolution));
}
