// Background: smoke in the lamps' light, and a glossy floor.
#include "feedback.glsl"
#include "loop.glsl"
#include "room.glsl"
uniform sampler2D shade;
uniform vec3 middle;
uniform float phase_1200, here, smoke, lamps, shadow;

void main() {
    vec2 at = uv * shape, away = at - on_canvas(middle) * shape - vec2(0.0, 0.12);
    vec2 texel = 1.0 / vec2(textureSize(shade, 0));
    float drift = drifting_noise(1.6 * at, ivec2(60, -36), phase_1200, 60)
        + 0.5 * drifting_noise(3.7 * at, ivec2(-72, -60), phase_1200, 96);
    float haze = exp(-3.0 * dot(away, away / vec2(max(0.5 * shape.x, 1.0), 1.0))) * max(0.75 + 0.8 * drift, 0.0);
    vec3 floor_ = floor_at(uv), seen = vec3(0.0016, 0.0024, 0.0030) + smoke * lamps * vec3(0.023, 0.032, 0.036) * haze;
    vec2 off = (floor_.xy - middle.xz - vec2(0.0, 0.5)) / vec2(1.15 * shape.x, 1.9);
    float pool = here * exp(-dot(off, off)) * (0.92 + 0.16 * drift) * smoothstep(0.0, 0.12, -ray_of(uv).y);
    float dark = 0.5 * soften(shade, uv, texel).r + 0.5 * soften(shade, uv, 2.5 * texel).r;
    colour = vec4(seen + lamps * vec3(0.155, 0.150, 0.140) * pool * (1.0 - shadow * dark), 1.0);
}
