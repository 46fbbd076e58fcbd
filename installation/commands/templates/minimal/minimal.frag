// An eclipse: people are dark, and their light stands around them.

#include "colour.glsl"
#include "feedback.glsl"

// Given by the host, under these names.
uniform sampler2D mask;  // R where people are, G a soft glow around them, A where they were just now
uniform vec2 resolution;
uniform float energy;
uniform int frame;
// The knobs.
uniform float glow, hue;

void main() {
    vec4 here = texture(mask, uv);

    // The edge of a body, softer than the pixels of the mask.
    float body = smoothstep(0.25, 0.75, 0.5 * (soften(mask, uv, vec2(0.0015, 0.003)).r + soften(mask, uv, vec2(0.003, 0.005)).r));

    // The light falls off from white at the body to the hue of the knob, and is red where it ends.
    float near = pow(here.g, mix(2.5, 0.7, glow));
    vec3 light = near * from_hue(0.8, 0.16, hue) + 5.0 * near * near * (0.5 + energy) * from_hue(0.9, 0.09, hue + 0.06);
    vec3 night = from_hue(0.2, 0.05, hue + 0.5) * (0.25 + 0.75 * uv.y);

    // A body hides the light; a movement leaves some of it behind.
    vec3 sum = (night + light) * (1.0 - 0.98 * body) + 0.8 * max(here.a - here.r, 0.0) * from_hue(0.7, 0.17, hue - 0.06);
    colour = vec4(dither(to_display(film(sum)), uv * resolution, frame), 1.0);
}
