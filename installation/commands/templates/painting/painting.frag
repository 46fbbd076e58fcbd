// Bare linen. Where people are the painter's picture appears on it, and where they were it fades.

#include "colour.glsl"
#include "feedback.glsl"
#include "noise.glsl"
#include "painting.glsl"

// Given by the host, under these names.
uniform sampler2D painting;  // what the painter made of the people
uniform sampler2D previous;  // this scene's own last picture
uniform sampler2D mask;      // R where people are, G a soft glow around them
uniform vec2 resolution;
uniform float dt, aspect, painting_presence;
uniform int frame;
// The knobs.
uniform float linger, reach, linen;

// Linen: threads across and along, and a warm light from above.
vec3 cloth() {
    vec2 thread = uv * vec2(aspect, 1.0) * 220.0;
    float slub = fbm(thread * vec2(0.02, 0.35), 3) + fbm(thread * vec2(0.35, 0.02) + 31.0, 3);
    // Threads that a canvas with few pixels cannot show would be a coarse pattern.
    float weave = 0.5 * sin(6.2832 * thread.x) * sin(6.2832 * thread.y) * smoothstep(440.0, 880.0, resolution.y);
    float tone = 0.78 + 0.10 * (uv.y - 0.5) + linen * (0.05 * slub + 0.03 * weave);
    return to_linear(tone * vec3(0.97, 0.93, 0.86));
}

void main() {
    vec4 here = texture(mask, uv);
    vec3 bare = cloth();
    vec3 before = painting_presence > 0.0 ? to_linear(texture(previous, uv).rgb) : bare;

    // Paint goes on within a third of a second where people are, with an edge as a broad brush leaves it.
    float ragged = 0.12 * fbm(uv * vec2(aspect, 1.0) * 9.0, 4);
    float wet = smoothstep(0.9 - 0.8 * reach, 1.0 - 0.8 * reach + 0.05, max(here.g, here.r) + ragged) * painting_presence;
    vec3 paint = to_linear(painted(painting, uv)) * mix(vec3(1.0), bare / 0.6, 0.25 * linen);
    vec3 sum = mix(before, paint, wet * (1.0 - fade(0.12, dt)));

    // Elsewhere the linen comes through again.
    sum = mix(bare, sum, mix(fade(linger, dt), 1.0, wet));
    colour = vec4(dither(to_display(sum), uv * resolution, frame), 1.0);
}
