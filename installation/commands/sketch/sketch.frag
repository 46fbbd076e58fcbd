// Lines of light: the contours of a slow landscape, on which every visitor is a hill.

#include "noise.glsl"
#include "colour.glsl"
#include "people.glsl"

uniform sampler2D mask;  // R covered by a visitor, G the same wide and soft, B their slot, A afterimage
uniform sampler2D flow;  // how visitors move
uniform vec2 resolution;
uniform float time, frame, aspect, energy, beat;
uniform float lines, bend, drift, hue;

void main() {
    vec4 here = texture(mask, uv);
    vec2 moved = flow_at(flow, uv);

    // The landscape: noise that boils slowly, dragged along by movement, with a hill where somebody stands.
    vec2 place = (uv - 0.5) * vec2(aspect, 1.0) - 0.05 * moved;
    float ground = gradient_noise(vec3(place * 1.6, 0.05 * time))
        + 0.4 * gradient_noise(vec3(place * 3.7 + 9.0, 0.07 * time));
    float height = 0.7 * ground + bend * (here.g - 0.15 * here.r);

    // Its contours, as thin as a few pixels wherever they run; they wander downhill, away from the visitors.
    float phase = lines * height + drift * lines * time;
    float width = fwidth(lines * height);
    float away = abs(fract(phase) - 0.5) / max(width, 1e-4);
    float line = smoothstep(2.2, 0.6, away) * smoothstep(0.5, 0.1, width);

    // Calm lines keep the knob's hue; near a visitor they warm up, and flash a little on the beat.
    float near = smoothstep(0.05, 0.7, here.g);
    float light = 0.25 + 0.3 * ground + near * (0.9 + 0.5 * energy + 0.25 * (1.0 - beat));
    vec3 tint = from_hue(0.72, 0.13, hue - 0.42 * near + 0.06 * ground);
    vec3 sky = from_hue(0.16, 0.04, hue + 0.1) * (0.35 + 0.5 * uv.y) + 0.05 * here.g * tint;
    vec3 body = from_hue(0.8, 0.12, hue - 0.47 + here.b) * here.r * (0.10 + 0.25 * abs(here.r - here.a));

    vec3 sum = sky + body + line * max(light, 0.05) * tint;
    colour = vec4(dither(to_display(film(sum)), uv * resolution, frame), 1.0);
}
