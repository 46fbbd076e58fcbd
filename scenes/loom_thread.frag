// One point of one thread, a column along it and a row each: place and velocity in heights of the canvas.
#include "noise.glsl"
#include "body.glsl"
uniform sampler2D threads, hold, joints, mask, flow;
uniform vec2 shape;
uniform int people;
uniform float time, dt, breath, tension, fray;
const float TURN = 6.28318530718;
// Webs: two chains, and where on each the web begins and how far it reaches.
const ivec2 WEB[5] = ivec2[](ivec2(1, 1), ivec2(2, 2), ivec2(0, 0), ivec2(1, 2), ivec2(7, 0));
const vec4 REACH[5] = vec4[](vec4(0.12, 0.3, 0.85, -0.28), vec4(0.12, 0.3, 0.85, -0.28), vec4(0.1, 0.3, 0.9, -0.3),
    vec4(0.6, 0.35, 0.6, 0.35), vec4(0.2, 0.6, 0.1, 0.8));

// A straight thread between two beams, each of which draws it aside, every second one the other way; visitors part it.
vec2 warp(int thread, float v) {
    float s = mix(-0.08, 1.08, fract(float(thread) * 0.61803398875 + 0.5)), way = thread % 2 == 0 ? 0.19 : -0.19;
    float top = 0.05 * sin(TURN * 1.7 * s + way * time) + 0.02 * sin(TURN * 4.3 * s - 0.13 * time);
    float low = 0.05 * sin(TURN * 2.1 * s - way * time + 2.0) + 0.02 * sin(TURN * 3.7 * s + 0.11 * time);
    float air = 0.03 * sin(v * 3.14159) * gradient_noise(vec3(s * 4.0, v, time * 0.21)), side = 1e3;
    for (int person = 0; person < people; person++) {
        vec4 hip = joint(joints, person, 23);
        if (hip.w > 0.0 && abs(s - hip.x) < abs(side)) side = s - hip.x;
    }
    vec2 place = shape * vec2(s + breath * (mix(low, top, v) + air), mix(-0.05, 1.05, v));
    return place + vec2(0.22 * texture(mask, place / shape).g * side / (abs(side) + 0.01), 0.0);
}

// Spun around a body, between its limbs, or across to another; `loose` where nothing holds it.
vec2 silk(int thread, int person, int other, float v, out float loose) {
    vec2 luck = random2(thread, 4), more = random2(thread, 5), from, to;
    float kind = random(thread, 3), size = trunk(joints, person, shape);
    if (kind < 0.62) {
        int chain = int(luck.x * 8.0);
        vec2 tails = 0.02 + 0.3 * more * more;
        float along = (v - tails.x) / (1.0 - tails.x - tails.y), past = along - clamp(along, 0.0, 1.0);
        vec4 place = on_chain(joints, person, chain, along) * shape.xyxy;
        float wide = girth_on_chain(chain, along) * mix(0.7, 1.6, pow(random(thread, 7), 4.0)) + abs(past) * 0.8;
        loose = 3.0 * abs(past);
        return place.xy + size * (normalize(place.zw + 1e-6) * past * 3.0 - vec2(0.0, past * past * 2.0)
            + normal_of(place.zw) * wide * cos(TURN * (luck.y + along * (more.x - 0.5)) + 0.3 * time));
    }
    if (other >= 0 && kind > 0.86) {
        int side = luck.y < 0.5 ? 1 : 2;
        from = on_chain(joints, person, side, luck.x * 0.5).xy, to = on_chain(joints, other, 3 - side, more.x * 0.5).xy;
    } else {
        int web = int(more.x * 5.0);
        from = on_chain(joints, person, WEB[web].x, REACH[web].x + REACH[web].y * luck.x).xy;
        to = on_chain(joints, person, WEB[web].y, REACH[web].z + REACH[web].w * luck.x).xy;
    }
    loose = 0.4 * sin(v * 3.14159);
    return shape * mix(from, to, v) - vec2(0.0, 0.25 * more.y * sin(v * 3.14159) * distance(from, to));
}

void main() {
    ivec2 at = ivec2(gl_FragCoord.xy), step = ivec2(at.x > 0 && at.x < textureSize(threads, 0).x - 1, 0);
    float v = float(at.x) / float(textureSize(threads, 0).x - 1), loose = 0.0, rate = 2.6, damping = 0.5;
    vec4 held = texelFetch(hold, ivec2(0, at.y), 0), state = texelFetch(threads, at, 0);
    vec2 wind = flow_at(flow, state.xy / shape) * shape, goal = warp(at.y, v);
    vec2 beside = 0.5 * (texelFetch(threads, at - step, 0).xy + texelFetch(threads, at + step, 0).xy);
    if (state == vec4(0.0)) state.xy = beside = goal;
    if (held.r > -0.5) {
        goal = silk(at.y, int(round(held.r)), int(round(held.b)), v, loose);
        vec2 wild = vec2(gradient_noise(vec3(state.xy * 9.0, time * 2.0 + float(at.y))),
            gradient_noise(vec3(state.yx * 9.0, time * 2.0 - float(at.y))));
        goal += wild * (0.012 * loose + fray * 0.03 * smoothstep(0.3, 2.0, length(wind)));
        rate = mix(2.0, mix(9.0, 26.0, random(at.y, 6)) * tension / (1.0 + 2.0 * loose), held.g * held.g);
        damping = mix(1.0, 0.6, held.g);
    } else {
        state.zw += wind * dt * 4.0;
    }
    colour = spring(state, mix(goal, beside, step.x == 0 ? 0.0 : held.r > -0.5 ? 0.3 : 0.6), rate, damping, dt);
}
