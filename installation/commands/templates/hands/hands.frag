// Every hand draws with light, and the light drifts away like smoke.

#include "joints.glsl"
#include "loop.glsl"
#include "colour.glsl"
#include "feedback.glsl"

// Given by the host, under these names; joints.glsl declares `joints`, `motions`, `people` and `aspect` itself.
uniform sampler2D previous;  // this scene's own last picture
uniform sampler2D mask;      // R where people are, G a soft glow around them
uniform vec2 resolution;
uniform float dt, beat, phase_120;
uniform int frame;
// The knobs.
uniform float width, linger, smoke, hue;

// Light of a stroke from where the hand was a frame ago to where it is.
float stroke(vec3 hand, vec2 velocity, float wide) {
    if (hand.z < 0.2) return 0.0;
    vec2 shape = vec2(aspect, 1.0);
    // Three frames long: the eye sees fewer frames than the wall shows, and a stroke has no gaps.
    float away = segment(uv * shape, (hand.xy - 3.0 * velocity * dt) * shape, hand.xy * shape).x;
    return hand.z * (smoothstep(wide, 0.3 * wide, away) + 0.12 * exp(-away / (1.6 * wide)));
}

void main() {
    // The last picture, carried by a slow wind and a little darker: trails need no other memory.
    vec2 wind = smoke * (boiling_curl(uv * vec2(aspect, 1.0) * 3.0, phase_120, 24) * vec2(0.5 / aspect, 0.5) + vec2(0.0, 1.0));
    vec3 sum = to_linear(texture(previous, uv - wind * dt).rgb) * fade(linger, dt);

    // New light, from each hand of each person. Strokes swell on the beat.
    float wide = width * (1.0 + 0.8 * pow(1.0 - beat, 4.0));
    for (int person = 0; person < people; person++) {
        float left = stroke(left_hand(person), motion_of(person, LEFT_WRIST), wide);
        float right = stroke(right_hand(person), motion_of(person, RIGHT_WRIST), wide);
        float shift = 0.07 * float(person);
        sum = max(sum, left * from_hue(0.8, 0.15, hue + shift) + 0.3 * pow(left, 4.0));
        sum = max(sum, right * from_hue(0.8, 0.15, hue + 0.5 + shift) + 0.3 * pow(right, 4.0));
    }

    // The people themselves stand in the dark, with a thin edge of night light.
    float body = soften(mask, uv, vec2(0.002, 0.004)).r;
    vec3 night = from_hue(0.3, 0.07, hue + 0.62) * (0.12 + 0.4 * texture(mask, uv).g + 2.6 * body * (1.0 - body));
    colour = vec4(dither(to_display(max(min(sum, 1.0), night)), uv * resolution, frame), 1.0);
}
