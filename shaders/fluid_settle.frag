// Fluid pass 3 of 3: subtracts the pressure gradient, and adds vorticity confinement (Fedkiw et al. 2001). Velocity in
// RG; B and A are unchanged.
#include "feedback.glsl"
uniform sampler2D water, pressure, measured;
uniform vec2 resolution;
uniform float dt, curl;

const float FASTEST = 4.0, WILDEST = 6.0; // limits of speed and of confinement, for stability

float turning(vec2 at) {
    return abs(texture(measured, at).g);
}

void main() {
    vec2 texel = 1.0 / resolution, x = vec2(texel.x, 0.0), y = vec2(0.0, texel.y);
    vec2 up = vec2(turning(uv + x) - turning(uv - x), turning(uv + y) - turning(uv - y));
    vec2 around = vec2(up.y, -up.x) / (length(up) + 1.0) * clamp(texture(measured, uv).g, -WILDEST, WILDEST);
    vec4 was = texture(water, uv);
    vec2 speed = was.xy + texel * (20.0 * curl * curl * dt * around - gradient(pressure, uv, texel));
    colour = vec4(clamp(speed, -FASTEST, FASTEST), was.zw);
}
