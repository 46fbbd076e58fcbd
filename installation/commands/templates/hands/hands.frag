/*{
    "PASSES": [{"TARGET": "pens", "WIDTH": "33", "HEIGHT": "16", "PERSISTENT": true, "FLOAT": true}, {}]
}*/
// Every hand draws with light, and the light drifts away like smoke. It is drawn in two passes: the first moves the
// pens, the second draws the canvas. The header declares `PASSINDEX`, which of them it is, and the texture `pens`: a
// pixel of it is a joint, xy where it is, zw where it was in the frame before.

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

// A joint's pixel in the next frame.
vec4 moved_pen(ivec2 cell) {
    vec4 now = texelFetch(joints, cell, 0);
    vec2 was = texelFetch(pens, cell, 0).xy;
    if (now.w <= 0.0) return vec4(0.0);
    if (was == vec2(0.0)) was = now.xy;  // no hand in the frame before: the stroke begins here
    // A pen that follows the joint a little late draws round corners.
    return vec4(mix(now.xy, was, fade(0.04, dt)), was);
}

// Light of a stroke from where a joint was a frame ago to where it is: such strokes join without a gap.
float stroke(int person, int name, float wide) {
    vec4 pen = texelFetch(pens, ivec2(name, person), 0);
    vec2 shape = vec2(aspect, 1.0);
    float away = segment(uv * shape, pen.zw * shape, pen.xy * shape).x;
    float seen = smoothstep(0.3, 0.7, joint_of(person, name).z) * presence_of(person);
    return seen * (0.6 * exp(-away / (1.6 * wide)) + 0.4 * exp(-pow(away / (0.6 * wide), 2.0)));
}

void main() {
    if (PASSINDEX == 0) {
        colour = moved_pen(ivec2(gl_FragCoord.xy));
        return;
    }
    // The last picture, carried by a slow wind and a little darker: the light needs no other memory.
    vec2 wind = smoke * (boiling_curl(uv * vec2(aspect, 1.0) * 3.0, phase_120, 24) * vec2(0.5 / aspect, 0.5) + vec2(0.0, 1.0));
    vec3 sum = to_linear(texture(previous, uv - wind * dt).rgb) * fade(linger, dt);

    // New light, from each hand of each person. Strokes swell on the beat. Where they cross, the brighter one is seen:
    // added up, the ends of strokes would be beads of light.
    float wide = width * (1.0 + 0.8 * pow(1.0 - beat, 4.0));
    for (int person = 0; person < people; person++) {
        float left = stroke(person, LEFT_INDEX, wide), right = stroke(person, RIGHT_INDEX, wide);
        float shift = 0.07 * float(person);
        sum = max(sum, left * from_hue(0.8, 0.15, hue + shift) + 0.4 * pow(left, 4.0));
        sum = max(sum, right * from_hue(0.8, 0.15, hue + 0.5 + shift) + 0.4 * pow(right, 4.0));
    }

    // The people themselves stand in the dark, with a thin edge of night light.
    float body = soften(mask, uv, vec2(0.002, 0.004)).r;
    vec3 night = from_hue(0.3, 0.07, hue + 0.62) * (0.12 + 0.4 * texture(mask, uv).g + 2.6 * body * (1.0 - body));
    colour = vec4(dither(to_display(max(min(sum, 1.0), night)), uv * resolution, frame), 1.0);
}
