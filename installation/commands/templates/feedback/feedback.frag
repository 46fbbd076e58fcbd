// The picture feeds on itself: each frame is the last one, a little larger, turned and darker, with new light.

#include "colour.glsl"
#include "feedback.glsl"
#include "people.glsl"
#include "warp.glsl"

// Given by the host, under these names.
uniform sampler2D previous;  // this scene's own last picture
uniform sampler2D mask;      // R where people are, G a soft glow around them, B slot / 16, A where they were just now
uniform vec2 resolution;
uniform float aspect, energy, beat, dt, phase_90;
uniform int frame;
// The knobs.
uniform float linger, zoom, spin, hue;

void main() {
    vec4 here = texture(mask, uv);

    // Where the light was that is here now: closer to the middle, and turned back. The beat pushes it outwards.
    float push = zoom * (0.6 + 1.2 * pow(1.0 - beat, 3.0));
    vec2 place = turn(centred(uv, aspect) * exp(-push * dt), -6.2832 * spin * dt);
    vec3 before = to_linear(texture(previous, uncentred(place, aspect)).rgb);

    // Old light fades, red last; so trails cool from white to ember.
    before *= vec3(fade(linger * 1.15, dt), fade(linger * 0.85, dt), fade(linger, dt));

    // New light comes from the edges of people who move, and a little from all of them.
    float edge = here.r * (1.0 - smoothstep(0.35, 0.95, soften(mask, uv, vec2(0.004, 0.007)).r));
    float born = 0.55 * edge + 1.3 * max(arriving(here), 0.0) * (0.4 + energy);
    vec3 tint = from_hue(0.74, 0.16, hue + phase_90 + 4.0 * here.b);

    // The lighter of both, so that nothing ever adds up to white.
    vec3 sum = max(before, born * tint) * (1.0 - 0.35 * here.r * (1.0 - born));
    colour = vec4(dither(to_display(min(sum, 1.0)), uv * resolution, frame), 1.0);
}
