// Lines of light: the contours of a slow landscape, on which every visitor is a hill.

#include "noise.glsl"
#include "colour.glsl"
#include "feedback.glsl"

uniform sampler2D mask;  // R coverage by visitors, G the same blurred, B slot / 16, A an afterimage of R
uniform vec2 resolution;
uniform float time, frame, aspect, energy, beat;
uniform float lines, bend, drift, hue;

void main() {
    vec4 here = texture(mask, uv);
    float near = 0.5 * (soften(mask, uv, vec2(0.006)).g + soften(mask, uv, vec2(0.011)).g);

    // The landscape: slowly changing noise, with a hill at each visitor.
    vec2 place = (uv - 0.5) * vec2(aspect, 1.0);
    float ground = gradient_noise(vec3(place * 1.6, 0.05 * time))
        + 0.3 * gradient_noise(vec3(place * 3.7 + 9.0, 0.07 * time));
    float height = lines * (0.7 * ground + bend * near);

    // Its contours, a few pixels wide at any slope; they move downhill, away from the visitors.
    float width = fwidth(height);
    float away = abs(fract(height + drift * lines * time) - 0.5) / max(width, 1e-4);
    float line = smoothstep(2.2, 0.6, away) * smoothstep(0.5, 0.1, width);

    // Lines have the hue of the knob; near a visitor they turn warm, and flash on the beat.
    float warm = smoothstep(0.05, 0.7, near);
    float light = 0.3 + 0.3 * ground + warm * (0.9 + 0.5 * energy + 0.25 * (1.0 - beat));
    vec3 tint = from_hue(0.72, 0.13, hue - 0.42 * warm + 0.06 * ground);
    vec3 sky = from_hue(0.16, 0.04, hue + 0.1) * (0.35 + 0.5 * uv.y);
    vec3 body = from_hue(0.7, 0.12, hue - 0.5 + here.b) * (0.12 * here.r + 0.25 * max(here.a - here.r, 0.0));

    vec3 sum = sky + body + line * max(light, 0.05) * tint;
    colour = vec4(dither(to_display(film(sum)), uv * resolution, frame), 1.0);
}
