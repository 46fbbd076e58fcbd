// Ink in the paper: R ink that spreads along its fibres, G its trace, B the halo of the wet edge.
#include "feedback.glsl"
uniform sampler2D soaked, stain, noise;
uniform vec2 resolution, shape;
uniform float dt, half_life;

void main() {
    vec4 fibre = 0.5 * texture(noise, uv * shape * 2.2);
    vec2 texel = 1.0 / resolution, creep = (fibre.rg + vec2(0.0, 0.3)) * texel * 1.6;
    vec4 was = soften(soaked, uv + creep, texel * 1.2), fresh = texture(stain, uv) * vec4(2.0, 1.0, 1.0, 1.0);
    float kept = was.r * fade(0.16, dt), trace = mix(was.g, texture(soaked, uv).g, 0.5) * fade(half_life, dt);
    trace = max(trace, 0.24 * min(fresh.r, 1.0) * smoothstep(-0.6, 0.5, fibre.b));
    colour = vec4(max(kept, 0.8 * min(fresh.r, 1.2)), trace, max(was.b * fade(0.25, dt), fresh.a), 1.0);
}
