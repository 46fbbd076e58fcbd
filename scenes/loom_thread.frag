// Simulates one point of a thread (columns along it, a row each): position and velocity in heights of the canvas.
#include "crowd.glsl"
#include "loop.glsl"
#include "body.glsl"
uniform sampler2D threads, hold, joints, mask, flow;
uniform vec2 shape;
uniform int people;
uniform float phase_600, dt, breath, tension, fray;

// A straight thread between two beams that deflect it, alternately to either side; visitors part the threads.
vec2 warp(int thread, float v) {
    float s = mix(-0.08, 1.08, fract(float(thread) * 0.61803398875 + 0.5)), way = thread % 2 == 0 ? 18.0 : -18.0;
    float top = 0.05 * sin(TURN * (1.7 * s + way * phase_600)) + 0.02 * sin(TURN * (4.3 * s - 12.0 * phase_600));
    float low = 0.05 * sin(TURN * (2.1 * s - way * phase_600) + 2.0) + 0.02 * sin(TURN * (3.7 * s + 11.0 * phase_600));
    float air = 0.03 * sin(v * 3.14159) * boiling_noise(vec2(s * 4.0, v), phase_600, 126);
    float side = beside_whom(joints, people, s);
    vec2 place = shape * vec2(s + breath * (mix(low, top, v) + air), mix(-0.05, 1.05, v));
    return place + vec2(0.22 * texture(mask, place / shape).g * side / (abs(side) + 0.01), 0.0);
}

// Wound around a body, between its limbs, or across to another body; when `torn` it retracts to both. `loose` where
// nothing holds it.
vec2 silk(int thread, ivec2 whose, float v, float torn, out float loose) {
    vec2 luck = random2(thread, 4), more = random2(thread, 5), tails = 0.02 + 0.3 * more * more;
    float kind = random(thread, 3), along = (v - tails.x) / (1.0 - tails.x - tails.y);
    loose = 3.0 * max(max(-along, along - 1.0), 0.0);
    float turns = luck.y + along * (more.x - 0.5) + 30.0 * phase_600, swell = mix(0.7, 1.6, pow(random(thread, 7), 4.0));
    if (kind < 0.62) return on_skin(joints, whose.x, int(luck.x * float(CHAINS)), along, turns, swell, shape);
    vec4 ends = chord(joints, whose.x, int(more.x * float(CHORDS)), luck.x);
    if (whose.y >= 0) ends = reach_over(joints, whose, luck.y < 0.5, luck.x * 0.5, more.x * 0.5);
    loose = 0.4 * sin(v * 3.14159) + torn;
    v = v < 0.5 ? v * (1.0 - 0.75 * torn) : 1.0 - (1.0 - v) * (1.0 - 0.75 * torn);
    return shape * mix(ends.xy, ends.zw, v) - vec2(0.0, 0.25 * more.y * sin(v * 3.14159) * distance(ends.xy, ends.zw));
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy);
    float v = float(at.x) / float(textureSize(threads, 0).x - 1), loose = 0.0;
    vec4 held = texelFetch(hold, ivec2(0, at.y), 0), state = texelFetch(threads, at, 0);
    bool spun = held.r > -0.5, new = state == vec4(0.0);
    vec2 goal = spun ? silk(at.y, ivec2(round(held.rb)), v, held.a, loose) : warp(at.y, v);
    vec2 wind = flow_at(flow, state.xy / shape) * shape, beside = between(threads, at, goal);
    if (!spun) state.zw += wind * dt * 4.0;
    float wild = spun ? 0.03 * (loose + fray * smoothstep(0.3, 2.0, length(wind))) : 0.0;
    goal += wild * vec2(boiling_noise(state.xy * 7.0, phase_600 + float(at.y) / 900.0, 900),
        boiling_noise(state.yx * 7.0, phase_600 - float(at.y) / 900.0, 900));
    float rate = !spun ? 3.2 : mix(5.0, mix(9.0, 26.0, random(at.y, 6)) * tension / (1.0 + 2.0 * loose), max(held.g * held.g, held.a));
    colour = new ? vec4(goal, 0.0, 0.0) : spring(state, mix(goal, beside, spun ? 0.3 : 0.6), rate, 0.6, dt);
}
