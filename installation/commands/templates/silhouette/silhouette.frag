// Lines of light: the contours of a slow landscape, in which every visitor is a hill.

#include "loop.glsl"
#include "colour.glsl"
#include "feedback.glsl"

// Given by the host, under these names. `phase_600` goes from 0 to 1 in 600 seconds: time without end or seam.
uniform sampler2D mask;  // R where people are, G a soft glow around them, B slot / 16, A where they were just now
uniform vec2 resolution;
uniform float aspect, energy, beat, phase_600;
uniform int frame;
// The knobs. `drift_phase` is the knob `drift` as a speed: its sum over time, 0 to 1.
uniform float lines, bend, hue, drift_phase;

// Half the width of a line, in heights of the canvas.
const float WIDTH = 0.0027;

void main() {
    vec4 here = texture(mask, uv);
    // The mask around this place: its mean is smoother than its pixels.
    float body_near = 0.5 * (soften(mask, uv, vec2(0.004, 0.007)).r + soften(mask, uv, vec2(0.006, 0.015)).r);
    float glow_near = soften(mask, uv, vec2(0.011, 0.023)).g + soften(mask, uv, vec2(0.019, 0.009)).g;
    glow_near = (glow_near + soften(mask, uv, vec2(0.013, 0.05)).g + soften(mask, uv, vec2(0.03, 0.015)).g) / 4.0;
    float near = 0.72 * glow_near + 0.28 * body_near;

    // The landscape: slowly changing noise, with a hill at each visitor.
    vec2 place = (uv - 0.5) * vec2(aspect, 1.0);
    float ground = boiling_noise(place * 1.6, phase_600, 30) + 0.3 * boiling_noise(place * 3.7 + 9.0, phase_600, 42);
    float height = lines * (0.7 * ground + bend * near);

    // Its contours move downhill, away from the visitors. Their width is in heights of the canvas, so that they are as
    // wide on a canvas with fewer pixels; only the soft edge is at least as wide as a pixel there.
    float pixel = 1.0 / resolution.y;
    float slope = max(length(vec2(dFdx(height), dFdy(height))) / pixel, 4.0);
    float away = abs(fract(height + drift_phase) - 0.5) / slope;
    float edge = max(0.0012, 0.6 * pixel);
    // The share of the soft edge's window that the line covers: its mean is the line's width however wide the window is.
    float line = (clamp(away + edge, -WIDTH, WIDTH) - clamp(away - edge, -WIDTH, WIDTH)) / (2.0 * edge);
    // Where lines are too close for the pixels there is the mean of their light; a cliff has none.
    line = mix(line, min(1.0, 2.0 * WIDTH * slope), smoothstep(0.2, 0.5, slope * pixel));
    line *= smoothstep(270.0, 60.0, slope);

    // Lines have the hue of the knob; near a visitor they turn warm, and flash on the beat.
    float warm = smoothstep(0.05, 0.7, near);
    float light = 0.3 + 0.3 * ground + warm * (0.9 + 0.5 * energy + 0.25 * (1.0 - beat));
    vec3 tint = from_hue(0.72, 0.13, hue - 0.42 * warm + 0.06 * ground);
    vec3 sky = from_hue(0.16, 0.04, hue + 0.1) * (0.35 + 0.5 * uv.y);
    vec3 body = from_hue(0.7, 0.12, hue - 0.5 + here.b) * (0.05 * here.r + 0.2 * max(here.a - here.r, 0.0));

    // Displayed colours are mixed: mixed as light, lines that are softened on few pixels would look brighter.
    vec3 between = to_display(film(sky + body));
    vec3 lit = to_display(film(sky + body + max(light, 0.05) * tint));
    colour = vec4(dither(mix(between, lit, line), uv * resolution, frame), 1.0);
}
